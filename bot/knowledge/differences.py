"""What was changed between two versions of the files, word by word, for an editor to read."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from bot.knowledge.rewriting import unwrapped, values_of
from bot.language.typography import long_date

#: A run of text: "=" as it was, "-" gone, "+" new.
Part = tuple[str, str]
#: Values whose lines are each a thing of its own.
_WHOLE = frozenset({"variantes", "essais", "sources", ""})
_WORDS = re.compile(r"\s+|[^\s]+")
#: Of what did not change, so much is shown on each side.
_AROUND = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """A value of a block that changed: its key there, « sources » or « aide », and its words."""

    name: str
    parts: tuple[Part, ...]


def differences(file: str, key: str, before: str, after: str) -> Iterator[Difference]:
    """The values of a block that changed; an empty text is a block that is not there."""
    if not file.endswith(".yaml"):
        yield Difference("", _compared(before, after, by_line=True))
        return
    old, new = (dict(_told(values_of(block), "")) for block in (before, after))
    for name in dict.fromkeys((*old, *new)):
        former, later = old.get(name, ""), new.get(name, "")
        if former != later:
            shown = name.removeprefix(f"{key}.").removeprefix(key)
            by_line = shown in _WHOLE or shown.endswith("_le")
            yield Difference(shown, _compared(former, later, by_line=by_line))


def _told(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """The texts of a value, each with its name: « web.aide »."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _told(one, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        lines = (", ".join(map(str, one.values())) if isinstance(one, dict) else str(one)
                 for one in value)  # fmt: skip
        yield name, "\n".join(lines)
    elif isinstance(value, dt.date):
        yield name, long_date(value)
    elif name == "reponse":
        yield name, unwrapped(str(value))
    else:
        yield name, str(value).strip()


def _compared(before: str, after: str, *, by_line: bool) -> tuple[Part, ...]:
    cut = (lambda text: text.splitlines(keepends=True)) if by_line else _WORDS.findall
    old, new = cut(before), cut(after)
    parts: list[Part] = []
    for tag, start, end, first, last in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            parts.append(("=", _short("".join(old[start:end]))))
            continue
        for sign, words in (("-", old[start:end]), ("+", new[first:last])):
            if words:
                parts.append((sign, "".join(words)))
    return tuple(_joined(parts))


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Words changed one after another are read as one change."""
    gone = new = ""
    for sign, text in (*parts, ("=", "")):
        if sign == "=" and (text.strip() or not text):
            yield from (one for one in (("-", gone), ("+", new)) if one[1])
            gone = new = ""
            if text:
                yield "=", text
        elif sign == "=":
            gone, new = gone + text if gone else gone, new + text if new else new
            if not gone and not new:
                yield "=", text
        elif sign == "-":
            gone += text
        else:
            new += text


def _short(text: str) -> str:
    return text if len(text) <= 3 * _AROUND else f"{text[:_AROUND]} […] {text[-_AROUND:]}"
