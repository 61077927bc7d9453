"""What a table of the knowledge holds, and the files once some of it has changed.

Only the blocks that change are written again: the others keep their lines, comments and order.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.knowledge.blocks import blocks, entry_keys, joined, with_block
from bot.knowledge.columns import ENTRIES, TABLES, THEMES, Shown, Table, Value, on_one_line, shown
from bot.knowledge.files import FAQ, PHRASINGS
from bot.knowledge.writing import above, amended, block, in_braces, listed
from bot.knowledge.yaml_reading import read_yaml


@dataclass(frozen=True, slots=True)
class Edit:
    """What changes of an object, by key; None removes a key."""

    table: Table
    key: str
    values: dict[str, Value]
    new: bool


def objects(files: Mapping[str, str], table: Table) -> dict[str, dict[str, Any]]:
    """What a table holds, as written in the files, by identifier; all ways to ask are together."""
    value = read_yaml(files.get(table.file, ""), table.file).value or {}
    if not table.under:
        return {str(key): one for key, one in value.items() if isinstance(one, dict)}
    found = {str(one["id"]): dict(one) for one in value.get(table.under, ()) if "id" in one}
    if table is ENTRIES:
        for name in PHRASINGS:
            for key, added in _bank(files, name).items():
                if key in found and added:
                    found[key]["variantes"] = [*found[key].get("variantes", ()), *added]
    return found


def _bank(files: Mapping[str, str], name: str) -> Mapping[str, list[str]]:
    return read_yaml(files[name], name).value or {} if name in files else {}


def rows(files: Mapping[str, str], table: Table) -> Iterator[list[Shown]]:
    """The lines of a table, its titles first."""
    yield [column.title for column in table.columns]
    for key, one in objects(files, table).items():
        yield [shown(column, {**one, "id": key}.get(column.key)) for column in table.columns]


def changed(files: Mapping[str, str], changes: Sequence[Edit]) -> dict[str, str]:
    """The files with these changes."""
    new = dict(files)
    for table in TABLES:
        own = [change for change in changes if change.table is table]
        if own and table is THEMES:
            new[FAQ] = _with_themes(new, own)
        elif own:
            text = new.get(table.file, "")
            if table is ENTRIES:
                text = _opened(text)
                own = _without_banked(new, own)
            new[table.file] = _with_objects(table, text, own)
    return new


def _with_themes(files: Mapping[str, str], changes: Sequence[Edit]) -> str:
    """faq.yaml with its themes, which are one block, as they have become."""
    text = files.get(FAQ, "version: 1\n")
    themes = objects(files, THEMES)
    for change in changes:
        whole = {"id": change.key, **themes.get(change.key, {}), **change.values}
        themes[change.key] = {name: value for name, value in whole.items() if value is not None}
    lines = in_braces("themes", themes.values(), blocks(FAQ, text).get("themes", ""))
    return with_block(FAQ, text, "themes", lines)


def _opened(text: str) -> str:
    """faq.yaml with each entry on lines of its own, under « entrees: »."""
    entries = (read_yaml(text, FAQ).value or {}).get("entrees", [])
    parts = blocks(FAQ, text or "version: 1\n")
    if "entrees" in parts and all(str(one.get("id")) in parts for one in entries):
        return text
    return joined({**parts, "entrees": "entrees:\n" + "\n".join(map(block, entries))})


def _without_banked(files: dict[str, str], changes: Sequence[Edit]) -> list[Edit]:
    """The changes without the ways to ask that the bank keeps; it loses those that are gone."""
    left: dict[str, list[str]] = {
        change.key: [str(one) for one in change.values["variantes"] or ()]  # type: ignore[union-attr]
        for change in changes
        if "variantes" in change.values
    }
    for name in PHRASINGS:
        bank, parts = _bank(files, name), blocks(name, files.get(name, ""))
        for key, wanted in left.items():
            banked = [on_one_line(one) for one in bank.get(key) or ()]
            kept = list(dict.fromkeys(one for one in banked if one in wanted))
            if kept != banked and kept:
                parts[key] = listed(key, kept, parts[key])
            elif kept != banked:
                del parts[key]
            left[key] = [one for one in wanted if one not in kept]
        if name in files:
            files[name] = joined(parts)
    return [
        replace(change, values={**change.values, "variantes": left[change.key] or None})
        if change.key in left
        else change
        for change in changes
    ]


def _with_objects(table: Table, text: str, changes: Sequence[Edit]) -> str:
    """The text of a file with its objects as they have become; new ones come last."""
    parts = blocks(table.file, text)
    entries = [parts[one] for one in entry_keys(parts)] if table is ENTRIES else []
    dash = re.match(" *", entries[0][len(above(entries[0])) :]) if entries else None
    added: list[str] = []
    for change in changes:
        name = None if table.under else change.key
        values = {one: change.values.get(one, ...) for one in table.order if one != "id"}
        if not change.new:
            parts[change.key] = amended(parts[change.key], values, name)
            continue
        ordered = {one: None if value is ... else value for one, value in values.items()}
        if table.under:
            ordered = {"id": change.key, **ordered}
        added.append(block(ordered, name, dash[0] if dash else "  "))
    if not added:
        return joined(parts)
    lines = ("\n" if table.under else "").join(added)
    if entries and entries[-1].endswith("\n\n"):
        lines += "\n"
    elif entries:
        lines = f"\n{lines}"
    first = next(change.key for change in changes if change.new)
    return with_block(table.file, joined(parts), first, lines)
