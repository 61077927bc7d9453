"""Files of knowledge as they were read when the program was installed: half of a check is that.

Each lies under a hash of its name, its text and what reads it: it is right, or it is not found.
Only what there is nothing to say of is kept. As with a .pyc, who can write there is the program.
"""

import datetime as dt
import hashlib
import marshal
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.mistyped import settled
from bot.knowledge.yaml_reading import Document, read_yaml

_PROGRAM = Path(__file__).parent.parent
#: Where `python -m bot compile` keeps them.
KEPT = _PROGRAM / "compiled"
#: What a reading depends on.
_READERS = ("indents", "mending", "mistyped", "problem", "yaml_reading")


def reading(text: str, file: str, kept: Path = KEPT) -> Document:
    """As `read_yaml` reads it."""
    try:
        content = zlib.decompress((kept / _name(text, file)).read_bytes())
        value, dates, lines = marshal.loads(content)  # noqa: S302 - ours, found by its hash
    except (OSError, zlib.error, EOFError, ValueError, TypeError):
        return read_yaml(text, file)
    for (*path, last), day in dates:
        _at(value, path)[last] = dt.date.fromisoformat(day)
    source = [*settled(text)[0].split("\n"), ""]
    return Document(file, value, lines, source=source)


def keep(files: Mapping[str, str], kept: Path = KEPT) -> None:
    """Keep the readings of these, {name: text}, in the place of any other. Raises OSError."""
    kept.mkdir(parents=True, exist_ok=True)
    for old in kept.glob("lecture-*"):
        old.unlink()
    for file, text in files.items():
        if not file.endswith(".yaml"):
            continue
        document = read_yaml(text, file)
        if document.problems or document.unread:
            continue
        dates = [(path, day.isoformat()) for path, day in _dates(document.value, ())]
        for (*path, last), day in dates:
            _at(document.value, path)[last] = day
        content = marshal.dumps((document.value, dates, document.lines))
        (kept / _name(text, file)).write_bytes(zlib.compress(content))


def _name(text: str, file: str) -> str:
    made = hashlib.blake2b(_readers(), digest_size=12)
    made.update(f"{file}\0{text}".encode("utf-8", "surrogatepass"))
    return f"lecture-{made.hexdigest()}"


@cache
def _readers() -> bytes:
    """What tells one way to read from another."""
    made = hashlib.blake2b(f"{yaml.__version__} {marshal.version}".encode(), digest_size=12)
    for name in _READERS:
        made.update((_PROGRAM / "knowledge" / f"{name}.py").read_bytes())
    return made.digest()


def _dates(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[Any, dt.date]]:
    """Where dates are, which marshal does not know."""
    if isinstance(value, dt.date):
        yield path, value
    elif isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _dates(one, (*path, key))


def _at(value: Any, path: list[Any]) -> Any:
    for key in path:
        value = value[key]
    return value
