"""The files that pages load: read and compressed once, at addresses that change with their content.

The changing part is a folder, so that a module finds those it imports beside itself.
"""

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

FOLDER = Path(__file__).parent
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FOR_GOOD = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """A file as it is sent, with gzip and without."""

    kind: str
    plain: bytes
    packed: bytes


def _read() -> dict[str, Asset]:
    found = {}
    for file in sorted((FOLDER / "static").iterdir()):
        if kind := _TYPES.get(file.suffix):
            plain = file.read_bytes()
            found[file.name] = Asset(kind, plain, gzip.compress(plain, mtime=0))
    return found


ASSETS: Mapping[str, Asset] = _read()
VERSION = hashlib.sha256(b"\0".join(asset.plain for asset in ASSETS.values())).hexdigest()[:10]


def static_url(name: str) -> str:
    """A file's address, under the path of PUBLIC_URL. Raises KeyError where there is none."""
    if name not in ASSETS:
        raise KeyError(name)
    return f"/static/{VERSION}/{name}"


async def asset(request: web.Request) -> web.Response:
    """A file; browsers keep for good the one of this version, which its address names."""
    found = ASSETS.get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    body = found.packed if packed else found.plain
    response = web.Response(body=body, content_type=found.kind, charset="utf-8")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    kept = request.match_info["version"] == VERSION
    response.headers["Cache-Control"] = _FOR_GOOD if kept else "no-cache"
    return response


ROUTES = (web.get("/static/{version}/{name}", asset),)
