"""The text of a knowledge file cut into blocks, joined again byte for byte, and merged.

A block is what an editor changes as one thing: an entry of faq.yaml, a contact, a fact, what
formulations.yaml gives an entry, a key of any other YAML file. A table or a drawing is one block.
So what was changed in a file and what was changed on a page meet block by block.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.files import FAQ

Blocks = dict[str, str]

#: The key in faq.yaml under which each item is a block of its own.
_LISTED = "entrees"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_KEY = re.compile(r"""(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#?\-{}[\],&*!|>%@`"':][^:#\n]*?))[ \t]*:\s""")
_ITEM = re.compile(r"( *)-(?:[ \t]+|$)")
_BETWEEN = re.compile(r"[ \t]*(#.*)?$")
_VALUE = r"""[ \t]*:[ \t]+["']?([^\s"',}\]]+)"""
_IN_BRACES = re.compile(r"""[{,]\s*["']?id["']?""" + _VALUE)


def blocks(name: str, text: str) -> Blocks:
    """The blocks of a file, {key: its lines and the comments above}, in their order.

    Joined, the values are the text. What precedes the first key is under « »; a file that is not
    YAML is that block alone. The key of an entry is its id; one that comes again, or is missing,
    has its number after « # ».
    """
    found: Blocks = {}
    for key, lines in _cut(name, text) if name.endswith(".yaml") else [("", text)]:
        own, number = key, 1
        while own in found:
            number += 1
            own = f"{key}#{number}"
        if lines:
            found[own] = lines
    return found


def joined(parts: Mapping[str, str]) -> str:
    """The text of these blocks; one without an end of line receives it where others follow."""
    *first, last = [*filter(None, parts.values())] or [""]
    return "".join(part if part.endswith("\n") else f"{part}\n" for part in first) + last


def with_block(name: str, text: str, key: str, block: str | None) -> str:
    """The text with these lines instead of those under `key`; None removes them.

    A new key is added at the end: of the entries, in faq.yaml. The lines are indented as the
    file has them.
    """
    return with_blocks(name, text, {key: block})


def with_blocks(name: str, text: str, changed: Mapping[str, str | None]) -> str:
    """`with_block` of each, one after the other."""
    parts = blocks(name, text)
    for key, block in changed.items():
        if block is None:
            parts.pop(key, None)
            continue
        entries = entry_keys(parts) if name == FAQ and key not in parts else ()
        last = entries[-1] if entries else _LISTED if name == FAQ else None
        parts = _with(parts, key, block, last)
    return joined(parts)


def entry_keys(parts: Mapping[str, str]) -> tuple[str, ...]:
    """Which of the blocks of faq.yaml are entries, in their order."""

    def first(block: str) -> str:
        return next((line for line in block.split("\n") if not _BETWEEN.match(line)), "")

    return tuple(key for key, block in parts.items() if key and _ITEM.match(first(block)))


def _with(parts: Mapping[str, str], key: str, block: str, after: str | None) -> Blocks:
    """The blocks with this one in its place; a new one after that one, or at the end."""
    made: Blocks = {}
    for one, lines in parts.items():
        made[one] = lines
        if one == after and key not in parts:
            made[key] = block
    made[key] = block
    return made


def _cut(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Keys, and lines in the order of the text."""
    lines = _LINE.findall(text)
    starts = list(_starts(lines, listed=name == FAQ))
    # The first key leaves the comments above it to the file.
    begins = [
        _with_comments(lines, start, column) if number else start
        for number, (start, column, _) in enumerate(starts)
    ]
    yield "", "".join(lines[: begins[0]] if begins else lines)
    ends = [*begins, len(lines)][1:]
    for (_, column, key), begin, end in zip(starts, begins, ends, strict=True):
        held = "".join(lines[begin:end])
        yield (key if key is not None else _id(held, column)), held


def _starts(lines: Sequence[str], *, listed: bool) -> Iterator[tuple[int, int, str | None]]:
    """The lines where a block begins, their columns, and their keys; None: of an item."""
    dash: int | None = None
    within = False  # the list of entries
    for number, line in enumerate(lines):
        if line[0] not in " -" and (key := _KEY.match(f"{line} ")):
            name = next(one for one in key.groups() if one is not None)
            within, dash = listed and name == _LISTED, None
            yield number, 0, name
        elif within and (item := _ITEM.match(line)):
            if dash is None:
                dash = len(item[1])
            if len(item[1]) == dash:
                yield number, dash, None


def _with_comments(lines: Sequence[str], start: int, column: int) -> int:
    """Where the comments above this line begin: no deeper than it, where texts can't be."""
    begin, above = start, start - 1
    while above >= 0 and _BETWEEN.match(line := lines[above]):
        if line.lstrip(" \t").startswith("#"):
            if len(line) - len(line.lstrip(" \t")) > column:
                break
            begin = above
        above -= 1
    return begin


def _id(held: str, column: int) -> str:
    """The id that an item gives itself, or nothing."""
    body = re.search(rf"^ {{{column}}}-(?:[ \t]+|\n\s*)", held, re.MULTILINE)
    if body is None:
        return ""
    begin = body.end()
    if held.startswith("{", begin):
        found = _IN_BRACES.search(held, begin)
    else:
        deep = begin - held.rfind("\n", 0, begin) - 1
        own = re.compile(rf"""^ {{{deep}}}["']?id["']?{_VALUE}""", re.MULTILINE)
        found = own.search(" " * deep + held[begin:])
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A block that two people changed at once: what is kept, and what is not (empty: removed)."""

    file: str
    key: str
    kept: str
    other: str


def merged(
    base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[Blocks, list[str]]:
    """What both made of the blocks of one file since `base`, and the keys of conflicts.

    Where both changed a block, and not to the same, mine is kept. Theirs is the order of the
    blocks, unless only mine is another.
    """
    held: dict[str, str | None] = {}
    conflicts: list[str] = []
    for key in dict.fromkeys((*theirs, *mine, *base)):
        was, my, their = base.get(key), mine.get(key), theirs.get(key)
        held[key] = their if my == was else my
        if was != my and was != their and my != their:
            conflicts.append(key)
    moved = _order(base, mine) != _order(mine, base) and _order(base, theirs) == _order(
        theirs, base
    )
    first, second = (mine, theirs) if moved else (theirs, mine)
    made: Blocks = {}
    order = list(first)
    before: str | None = None
    for key in second:
        if key not in first:
            order.insert(order.index(before) + 1 if before is not None else 0, key)
        before = key
    for key in order:
        if (block := held[key]) is not None:
            made[key] = block
    return made, conflicts


def _order(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """The keys of the first that the second has too."""
    return [key for key in one if key in other]
