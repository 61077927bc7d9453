"""The door of the editors' page: a link that opens once, then a signed cookie for a day's work."""

import datetime as dt
import hmac
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.storage.editors import (
    NAME_LENGTH,
    SESSION_HOURS,
    Editors,
    Session,
    form_token,
    read_link,
    read_session,
    session_cookie,
)
from bot.storage.patience import read
from bot.web.body import read_form
from bot.web.editing.desk import SAY, Desk, desk_of, moved, show
from bot.web.keys import PUBLIC_URL, ROOT, SERVICES

COOKIE = "galibot-redaction"
#: An entry with all its ways to ask, each letter of which may take six bytes in a form.
FORM_BYTES = 512 * 1024

Handler = Callable[[web.Request, Desk, Mapping[str, str]], Awaitable[web.StreamResponse]]


def editing(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A page for editors alone, given the desk of who asks and the fields of our own form."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        session = _session(request)
        if session is None:
            return show(request, "porte", status=403, closed=SAY["porte"]["sans_lien"])
        fields: Mapping[str, str] = {}
        if request.method == "POST":
            fields = await read_form(request, FORM_BYTES)
            wanted = form_token(request.app[SERVICES].pseudonym_key, session)
            if not hmac.compare_digest(fields.get("jeton", "").encode(), wanted.encode()):
                raise web.HTTPForbidden
        desk = await read(desk_of(request, session))
        return await handler(request, desk, fields) if desk else _away(request)

    return guarded


def _away(request: web.Request) -> web.Response:
    return show(request, "porte", status=503, closed=SAY["porte"]["base_absente"])


def _session(request: web.Request) -> Session | None:
    key, cookie = request.app[SERVICES].pseudonym_key, request.cookies.get(COOKIE, "")
    return read_session(key, cookie, dt.datetime.now(dt.UTC))


async def arrive(request: web.Request) -> web.Response:
    """Ask who comes. Nothing is used yet: programs open links to show what is behind them."""
    return show(request, "porte", closed=None if _link(request) else SAY["porte"]["ferme"])


async def enter(request: web.Request) -> web.Response:
    """Use the link, once, and let the editor in."""
    fields = await read_form(request)
    name = " ".join(fields.get("nom", "").split())[:NAME_LENGTH]
    found, now = _link(request), dt.datetime.now(dt.UTC)
    if found and not name:
        return show(request, "porte", status=400, closed=None, told=SAY["porte"]["sans_nom"])
    services = request.app[SERVICES]
    new = await read(Editors(services.database).use(*found, now)) if found else False
    if new is None:
        return _away(request)
    if not new:
        return show(request, "porte", status=403, closed=SAY["porte"]["ferme"])
    response = moved(request, "")
    response.set_cookie(
        COOKIE,
        session_cookie(services.pseudonym_key, name, now),
        max_age=SESSION_HOURS * 3600,
        path=f"{request.app[ROOT]}/redaction",
        httponly=True,
        samesite="Strict",
        secure=request.secure or request.app[PUBLIC_URL].startswith("https:"),
    )
    return response


def _link(request: web.Request) -> tuple[str, dt.datetime] | None:
    key, token = request.app[SERVICES].pseudonym_key, request.match_info["token"]
    return read_link(key, token, dt.datetime.now(dt.UTC))


async def leave(request: web.Request, _: Desk, __: Mapping[str, str]) -> web.StreamResponse:
    response = show(request, "porte", closed=SAY["porte"]["parti"])
    response.del_cookie(COOKIE, path=f"{request.app[ROOT]}/redaction")
    return response


ROUTES = (
    web.get("/redaction/entrer/{token}", arrive),
    web.post("/redaction/entrer/{token}", enter),
    web.post("/redaction/quitter", editing(leave)),
)
