"""A value of a knowledge file changed as an editor would: the lines around it stay as they are.

It works on one block (`blocks.py`). The lines of the key that changes alone are written anew, by
ruamel.yaml, which keeps the comments within them; all others stay byte for byte.
"""

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import yaml

from bot.knowledge.writing import above
from bot.knowledge.writing import block as written
from bot.knowledge.yaml_reading import read_yaml

#: What a key may hold: a text, a date, a list of texts, a list of mappings (sources).
Value = str | dt.date | bool | Sequence[str] | Sequence[Mapping[str, Any]]
#: Keys from the value of a block to the one that changes: ("reponse",), ("web", "aide").
Keys = tuple[str, ...]
#: Texts of several paragraphs: they are always written under « | ».
_LONG = frozenset({"reponse", "facile"})
#: The order of the guide: where a key that an entry had not is written.
_ORDER = (
    "id", "question", "theme", "alarme", "en_bref", "reponse", "facile", "sources", "appuis",
    "releve_le", "verifie_le", "revoir_le", "expire_le", "voir_aussi", "contact", "variantes",
    "essais",
)  # fmt: skip
_RESOLVER: Any = yaml.resolver.Resolver()
_TRAPS = frozenset({"oui", "non", "vrai", "faux"})
_ITEM = re.compile(r"(\s*)- ")
_BARE = re.compile(r"\s*(?:#.*)?$")
#: Longer lines are only broken between the names of a list.
_WIDTH, _ENDLESS = 100, 1 << 20


def values_of(block: str) -> dict[str, Any]:
    """The values of an entry's block, or of any other mapping's with its key, as they are read."""
    if _ITEM.match(_first(block)):
        document = read_yaml(f"entrees:\n{block}", "")
        found: Any = (document.value or {}).get("entrees")
        found = found[0] if isinstance(found, list) and found else None
    else:
        found = read_yaml(block, "").value
    return found if isinstance(found, dict) else {}


def rewritten(block: str, changes: Mapping[Keys, Value | None]) -> str:
    """The block with these values; None, or nothing to say, takes the key away.

    An object that is written between braces is written anew, on lines of its own.
    """
    new = {keys: one if one or one is False else None for keys, one in changes.items()}
    try:
        for keys, value in new.items():
            block = _changed(block, keys, value)
    except _BracesError:
        named = {keys[0] for keys in changes if len(keys) > 1}
        values, name = values_of(block), next(iter(named), None)
        known = values.get(name, {}) if name else values
        return above(block) + written(known | {keys[-1]: one for keys, one in new.items()}, name)
    return block


def new_block(values: Mapping[str, Value | None], *, entry: bool = False, name: str = "") -> str:
    """A block of these values, in this order: an entry's, under a `name`, or at the margin."""
    known = {key: one for key, one in values.items() if one}
    if entry or name:
        return ("" if name else "\n") + written(known, name or None)
    return "".join(line for key, one in known.items() for line in _lines({key: one}, "", key))


class _BracesError(Exception):
    """What is to be changed stands between braces, or has no key of its own yet."""


def settled(text: str) -> str:
    """A text as it is kept: no spaces at the ends of lines, no invisible characters."""
    text = re.sub(r"\r\n?|[\x85\u2028\u2029\v\f]", "\n", text)
    text = "".join(
        one for one in text.replace("\t", " ") if one == "\n" or unicodedata.category(one)[0] != "C"
    )
    lines = "\n".join(line.strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def unwrapped(text: str) -> str:
    """One line a paragraph or an item: how a file cuts them says nothing (markup.py)."""
    return "\n\n".join(
        re.sub(r"\n(?!- )", " ", "\n".join(line.strip() for line in part.split("\n")))
        for part in re.split(r"\n\s*\n", text.strip())
    )


def _first(block: str) -> str:
    return next((line for line in block.split("\n") if not _BARE.match(line)), "")


def _changed(block: str, keys: Keys, value: Value | None) -> str:
    lines = block.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    root = yaml.compose(block, Loader=yaml.CSafeLoader)
    node: Any = root.value[0] if isinstance(root, yaml.SequenceNode) else root
    for key in keys[:-1]:
        node = next((held for name, held in _pairs(node) if name.value == key), None)
    *_, last = keys
    pairs = list(_pairs(node))
    if node.flow_style or not pairs:
        raise _BracesError
    starts = [name.start_mark for name, _ in pairs]
    at = next((number for number, (name, _) in enumerate(pairs) if name.value == last), None)
    column = starts[0].column
    if at is None:
        # After the keys that come before it, or the last one.
        rank = _ORDER.index(last) if last in _ORDER else len(_ORDER)
        above = [held for name, held in pairs if name.value in _ORDER[:rank]]
        begin = end = _end(lines, (above or [held for _, held in pairs])[-1], column)
        former = ""
    else:
        begin, end = starts[at].line, _end(lines, pairs[at][1], column)
        former = "".join(_dedented(lines[begin:end], column))
    head = lines[begin][:column] if at is not None else " " * column
    own = _lines({last: value}, former, last) if value is not None else []
    made = [f"{' ' * column}{line}" if line.strip() else "\n" for line in own]
    if made:
        made[0] = head + own[0]
    elif at is not None and head.strip():
        raise _BracesError  # the first key, which bears the dash
    return "".join([*lines[:begin], *made, *lines[end:]])


def _pairs(node: Any) -> Iterator[tuple[Any, Any]]:
    if not isinstance(node, yaml.MappingNode):
        raise _BracesError
    yield from node.value


def _end(lines: Sequence[str], node: Any, column: int) -> int:
    """The line after the last of a value: blanks and comments that follow are not its own."""
    mark = node.end_mark
    end: int = mark.line + (mark.column > 0 and mark.line < len(lines))
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        end = min(len(lines), mark.line)
    while end > node.start_mark.line + 1 and (
        not lines[end - 1].strip()
        or (lines[end - 1].lstrip().startswith("#") and _indent(lines[end - 1]) <= column)
    ):
        end -= 1
    return end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _dedented(lines: Sequence[str], column: int) -> list[str]:
    return [line[column:] if line.strip() else "\n" for line in lines]


def _lines(pair: Mapping[str, Value | None], former: str, key: str) -> list[str]:
    """The lines of one key with its value, written like the former ones where there are any."""
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    writer = YAML()
    writer.preserve_quotes = True
    dash = next((found for line in former.split("\n") if (found := _ITEM.match(line))), None)
    if dash and not dash[1]:
        writer.indent(mapping=2, sequence=2, offset=0)
    else:
        writer.indent(mapping=2, sequence=4, offset=2)
    held = writer.load(former) if former else None
    held = held if isinstance(held, CommentedMap) else CommentedMap()
    value = pair[key]
    held[key] = _made(held.get(key), value, long=key in _LONG)
    named = isinstance(value, list | tuple) and all(
        isinstance(one, str) and " " not in one for one in value
    )
    writer.width = _WIDTH if named else _ENDLESS
    dumped = io.StringIO()
    writer.dump(held, dumped)
    lines = [f"{line.rstrip()}\n" for line in dumped.getvalue().splitlines()]
    if named and held[key].fa.flow_style():
        lines[1:] = [f"  {line.lstrip()}" for line in lines[1:]]
    return lines


def _made(former: Any, value: Any, *, long: bool = False) -> Any:
    """The value as ruamel.yaml writes it, in the style of the former one."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(value, str):
        return _text(former, value, long=long)
    if isinstance(value, list | tuple):
        made = former if isinstance(former, CommentedSeq) else CommentedSeq()
        told = [dict(one) if isinstance(one, Mapping) else str(one) for one in made]
        wanted = [dict(one) if isinstance(one, Mapping) else str(one) for one in value]
        matcher = SequenceMatcher(None, list(map(repr, told)), list(map(repr, wanted)), False)
        for tag, start, end, first, last in reversed(matcher.get_opcodes()):
            if tag != "equal":
                del made[start:end]
                for place, one in enumerate(wanted[first:last], start):
                    made.insert(place, _made(None, one))
        if not former and wanted and all(isinstance(one, str) and " " not in one for one in wanted):
            made.fa.set_flow_style()
        return made
    if isinstance(value, Mapping):
        return CommentedMap({key: _made(None, one) for key, one in value.items()})
    return value


def _text(former: Any, text: str, *, long: bool) -> Any:
    from ruamel.yaml import scalarstring as kinds

    text = settled(text)
    if long and isinstance(former, str):
        # A paragraph that does not change stays cut into lines as it was.
        cut = {unwrapped(part): part for part in re.split(r"\n\s*\n", former.strip())}
        text = "\n\n".join(cut.get(part, part) for part in text.split("\n\n"))
    if long or "\n" in text:
        ended = former is None or not isinstance(former, str) or former.endswith("\n")
        return kinds.LiteralScalarString(f"{text}\n" if ended else text)
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    trapped = tag != "tag:yaml.org,2002:str" or text.lower() in _TRAPS or ": " in text
    if trapped or isinstance(former, kinds.DoubleQuotedScalarString):
        return kinds.DoubleQuotedScalarString(text)
    return kinds.SingleQuotedScalarString(text) if "#" in text or '"' in text else text
