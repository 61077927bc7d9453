"""From values to lines of YAML as editors write them: blocks that are new, or of a spreadsheet.

A spreadsheet gives whole objects (objects.py); one value of a block that a person changes is
rewriting.py's, which keeps how it was written. A text is written as plainly as our own reader
(yaml_reading.py) reads it back the same.
"""

import datetime as dt
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.knowledge.yaml_reading import Document, Path, read_yaml

_WIDTH = 100
#: Keys whose text is always under them, line by line; folded on several lines where it is long;
#: and whose list is of names, on one line.
_BELOW = frozenset({"reponse", "facile"})
_FOLDED = frozenset({"fait", "lequel", "papier", "role"})
_NAMES = frozenset({"appuis", "voir_aussi", "parmi", "exemples", "avec_un_contact"})
_STEP = "  "
_COMMENT = re.compile(r" *(#.*)?")


def block(values: Mapping[str, Any], key: str | None = None, indent: str = _STEP) -> str:
    """The lines of one object: an item of a list of the file, or what stands under its `key`.

    Values are texts, yes or no, dates, and lists of texts or of objects; None is left out.
    """
    known = {name: value for name, value in values.items() if value is not None}
    lines = [line for name, value in known.items() for line in _pair(name, value)]
    if key is not None:
        return "\n".join([f"{key}:", *(_shifted(lines, _STEP))]) + "\n"
    return "\n".join(_shifted(_item(lines), indent)) + "\n"


def listed(key: str, texts: Sequence[str], before: str = "") -> str:
    """The lines of a list of texts, between the comments and empty lines of the block `before`."""
    below = before[len(before.rstrip("\n")) + 1 :]
    return above(before) + "\n".join(_pair(key, texts)) + "\n" + below


def in_braces(key: str, objects: Iterable[Mapping[str, str]], before: str = "") -> str:
    """The lines of a list of small objects, one a line, under the comments above `before`."""
    lines = [f"{key}:"]
    for one in objects:
        pairs = (
            f"{name}: {value if name == 'id' else _quoted(value)}" for name, value in one.items()
        )
        lines.append(f"{_STEP}- {{{', '.join(pairs)}}}")
    below = before[len(before.rstrip("\n")) + 1 :]
    return above(before) + "\n".join(lines) + "\n" + below


def above(text: str) -> str:
    """The comments and empty lines that a block begins with."""
    return re.match(r"(?: *(?:#.*)?\n)*", text)[0]  # type: ignore[index]


def amended(text: str, values: Mapping[str, Any], key: str | None = None) -> str:
    """The block `text`, as `block` makes it, with other `values`: None removes a key.

    The lines of every other key, and the comments above, are kept as they are. A new key comes
    after the one that it follows in `values`, which may name keys that do not change (`...`).
    """
    title = "" if key is not None else "entrees:\n"
    path: Path = (key,) if key is not None else ("entrees", 0)
    document = read_yaml(title + text, "")
    written = document.value[key] if key is not None else document.value["entrees"][0]
    changed = {name: value for name, value in values.items() if value is not ...}
    lines = (title + text).split("\n")
    starts = _starts(document, path, lines)
    first = next(iter(starts), None)
    if first is None or (first in changed and changed[first] is None):
        whole = {**written, **changed}
        order = [*(name for name in whole if name not in values), *values]
        ordered = {name: whole[name] for name in order if name in whole}
        head = above(text)
        dash = re.match(" *", text[len(head) :])
        return head + block(ordered, key, dash[0] if dash else _STEP)
    indent = " " * re.match(r"[ -]*", lines[starts[first]]).end()  # type: ignore[union-attr]
    ends = dict(zip(starts, [*list(starts.values())[1:], len(lines)], strict=True))
    after = first
    spans: list[tuple[int, int, list[str]]] = []
    for name in values:
        start = starts.get(name)
        if start is None:
            if name in changed and changed[name] is not None:
                place = _end(lines, starts[after], ends[after], indent)
                spans.append((place, place, _shifted(_pair(name, changed[name]), indent)))
            continue
        after = name
        if name in changed:
            new = [] if changed[name] is None else _shifted(_pair(name, changed[name]), indent)
            if new and name == first:
                new[0] = lines[start][: len(indent)] + new[0][len(indent) :]
            spans.append((start, _end(lines, start, ends[name], indent), new))
    # From the end, the one that comes later first where several are put at one place.
    for _, (start, end, new) in sorted(enumerate(spans), key=lambda one: (one[1][:2], one[0]))[
        ::-1
    ]:
        lines[start:end] = new
    return "\n".join(lines)[len(title) :]


def _starts(
    document: Document, path: tuple[str | int, ...], lines: Sequence[str]
) -> dict[str, int]:
    """The line of each key of an object, from 0; none where two are on one line."""
    found = {
        str(where[-1]): line - 1
        for where, line in document.lines.items()
        if len(where) == len(path) + 1 and where[:-1] == path
    }
    own = all(re.match(rf"[ -]*{re.escape(name)} *:", lines[at]) for name, at in found.items())
    apart = len(set(found.values())) == len(found)
    return dict(sorted(found.items(), key=lambda one: one[1])) if own and apart else {}


def _end(lines: Sequence[str], start: int, end: int, indent: str) -> int:
    """The end of the lines of a key, without the empty ones and comments before what follows."""
    while end > start + 1 and (
        not lines[end - 1].strip()
        or (_COMMENT.fullmatch(lines[end - 1]) and not lines[end - 1].startswith(f"{indent} "))
    ):
        end -= 1
    return end


def _pair(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"{name}: {'true' if value else 'false'}"]
    if isinstance(value, dt.date):
        return [f"{name}: {value.isoformat()}"]
    if isinstance(value, int):
        return [f"{name}: {value}"]
    if isinstance(value, str):
        return next(_read_back(_texts(name, value), {name: value}))
    if not value:
        return [f"{name}: []"]
    if isinstance(value[0], str):
        return next(_read_back(_lists(name, value), {name: list(value)}))
    items = [
        [line for key, one in each.items() if one is not None for line in _pair(key, one)]
        for each in value
    ]
    return [f"{name}:", *(line for one in items for line in _shifted(_item(one), _STEP))]


def _texts(name: str, text: str) -> Iterator[list[str]]:
    """The ways to write a text, the plainest first."""
    under = [f"{name}: |", *_shifted(text.strip("\n").split("\n"), _STEP)]
    if "\n" in text or name in _BELOW:
        yield under
    elif name in _FOLDED and len(text) + len(name) > _WIDTH - 4:
        width = _WIDTH - 4
        wrapped = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
        yield [f"{name}: >-", *_shifted(wrapped, _STEP)]
    yield [f"{name}: {text}"]
    yield [f"{name}: {_quoted(text)}"]


def _lists(name: str, texts: Sequence[str]) -> Iterator[list[str]]:
    if name in _NAMES:
        joined = f"{name}: [{', '.join(texts)}]"
        # Names have no spaces: lines are cut between two of them.
        yield textwrap.wrap(
            joined, _WIDTH - 4, subsequent_indent=_STEP,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    items = [next(_read_back(([one], [_quoted(one)]), one)) for one in texts]
    yield [f"{name}:", *(f"{_STEP}- {one[0]}" for one in items)]


def _read_back(ways: Iterable[list[str]], meant: Any) -> Iterator[list[str]]:
    """Those that are read as what is meant, without a word of warning, and the last of them."""
    way: list[str] = []
    for way in ways:
        if isinstance(meant, str):
            text, wanted = f"x:\n  - {way[0]}\n", {"x": [meant]}
        else:
            text, wanted = "\n".join(way) + "\n", meant
        document = read_yaml(text, "")
        if not document.problems and _stripped(document.value) == _stripped(wanted):
            yield way
    yield way


def _stripped(value: Any) -> Any:
    return {key: one.strip() if isinstance(one, str) else one for key, one in (value or {}).items()}


def _quoted(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda odd: f"\\u{ord(odd[0]):04x}", escaped)


def _item(lines: Sequence[str]) -> list[str]:
    return [f"- {lines[0]}", *_shifted(lines[1:], _STEP)]


def _shifted(lines: Iterable[str], indent: str) -> list[str]:
    return [f"{indent}{line}" if line else "" for line in lines]
