"""From the sheets of a spreadsheet to what changes in the files, and what is wrong, by cell."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.knowledge.advice import did_you_mean
from bot.knowledge.columns import (
    CONTACT,
    ENTRIES,
    SAID,
    TABLES,
    THEMES,
    Cell,
    Column,
    Table,
    Value,
    WrongCellError,
    same,
    value_of,
)
from bot.knowledge.files import FAQ, PHRASINGS
from bot.knowledge.model import FACT_ID_LENGTH, ID_LENGTH, ID_PATTERN
from bot.knowledge.objects import Edit, changed, objects
from bot.knowledge.problem import Problem
from bot.language.words import FUNCTION_WORDS, normalise

#: Above the titles may stand the name of the service, a date, an empty row.
_TITLES_WITHIN = 10
_Objects = Mapping[str, Mapping[str, Any]]
_BY_SHEET = {normalise(table.sheet): table for table in TABLES}
_ASKING = frozenset(
    ("qui", "quand", "comment", "combien", "pourquoi", "quel", "quelle", "quels", "quelles")
)  # fmt: skip
#: Where what an entry names is.
_FILES = {"theme": THEMES.file, "contact": CONTACT.file}
#: What `check` advises of lines of YAML, as advised of cells.
_ADVICE = {
    "cle-absente": "Remplissez cette case.",
    "vide": "Remplissez cette case.",
    "alarme-perdue": "Écrivez oui dans cette case.",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells; the first row is line 1. `place` is how one tells of it."""

    name: str
    place: str
    rows: Sequence[Sequence[Cell]]

    @property
    def filled(self) -> bool:
        return any(any(map(_filled, row)) for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Line:
    """Where an object stands: its sheet, its line, the column of each key from 0."""

    sheet: Sheet
    number: int
    columns: Mapping[str, int]


@dataclass(slots=True)
class Import:
    """What a spreadsheet changes. `files` are those of before where something is wrong."""

    files: dict[str, str]
    edits: list[Edit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left: tuple[str, ...] = ()  # entries that the spreadsheet does not hold: they stay
    unread: list[str] = field(default_factory=list)  # titles of columns that are not read
    lines: dict[tuple[str, str], _Line] = field(default_factory=dict)  # by file and identifier

    def wrong(self, place: str, line: int, column: int, code: str, *quoted: object) -> None:
        """Tell what is wrong in a cell."""
        message, hint = (part.format(*quoted) for part in SAID[code])
        wrong = Problem(line, None, "error", code, message, hint, place, column=letter(column))
        self.problems.append(wrong)

    def in_cells(self, problems: Iterable[Problem], before: Iterable[Problem]) -> list[Problem]:
        """What `check` says of the files, by cell where a line of ours is meant.

        A warning that was told `before` is not the spreadsheet's.
        """
        known = {(one.entry, one.code, one.message) for one in before}
        return [
            self._in_cell(one)
            for one in problems
            if one.level == "error" or (one.entry, one.code, one.message) not in known
        ]

    def _in_cell(self, problem: Problem) -> Problem:
        file = FAQ if problem.file in PHRASINGS else problem.file
        if (line := self.lines.get((file, problem.entry or ""))) is None:
            return problem
        name = "variantes" if problem.file in PHRASINGS else problem.key
        if problem.code == "cle-absente" and (quoted := re.search("« (.+?) »", problem.message)):
            name = quoted[1]
        column = line.columns.get(name, line.columns.get("id", min(line.columns.values())))
        hint = problem.hint.replace("effacez toute la ligne", "videz la case")
        return replace(
            problem,
            line=line.number,
            column=letter(column),
            file=line.sheet.place,
            hint=_ADVICE.get(problem.code, hint),
        )


def letter(column: int) -> str:
    """The letters of a column counted from 0: A, Z, AA."""
    before, rest = divmod(column, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + rest)


def imported(files: Mapping[str, str], sheets: Sequence[Sheet]) -> Import:
    """What the sheets change of the files. A line that is not there removes nothing."""
    found = Import(dict(files))
    held = {table: objects(files, table) for table in TABLES}
    for sheet, table in _tables(sheets):
        found.edits += _changes(sheet, table, held, found)
    entries = [change for change in found.edits if change.table is ENTRIES]
    if not found.edits and not found.problems:
        found.wrong(sheets[0].place if sheets else "", 1, 0, "vide")
    if found.problems:
        return found
    if entries:
        there = {change.key for change in entries}
        found.left = tuple(key for key in held[ENTRIES] if key not in there)
    if not held[THEMES] and not any(change.table is THEMES for change in found.edits):
        found.edits += _first_themes(entries)
    found.edits = [change for change in found.edits if change.values]
    found.files = changed(files, found.edits)
    return found


def _tables(sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, Table]]:
    """The sheets that are read, each as a table: those of our names, or what holds questions."""
    filled = [sheet for sheet in sheets if sheet.filled]
    ours = [sheet for sheet in filled if normalise(sheet.name) in _BY_SHEET]
    titled = [sheet for sheet in filled if titles(sheet, ENTRIES)]
    pairs = [
        (sheet, _BY_SHEET[normalise(sheet.name)] if ours else ENTRIES)
        for sheet in ours or titled or filled[:1]
    ]
    # What entries name is read before them.
    yield from sorted(pairs, key=lambda pair: pair[1] is ENTRIES)


def _filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def titles(sheet: Sheet, table: Table) -> tuple[int, dict[int, Column]] | None:
    """The row of the titles, from 0, and the column under each; None where there are none."""
    for number, row in enumerate(sheet.rows[:_TITLES_WITHIN]):
        found = {
            at: column
            for at, cell in enumerate(row)
            if isinstance(cell, str)
            for column in table.columns
            if column.called(cell)
        }
        keys = {column.key for column in found.values()}
        if {"question", "reponse"} <= keys or ("id" in keys and len(keys) > 1):
            return number, found
    return None


def _columns(
    sheet: Sheet, table: Table, found: Import
) -> tuple[int, dict[str, int], dict[str, Column]] | None:
    """The row below the titles, and by key where its column is and what it is."""
    if (found_titles := titles(sheet, table)) is not None:
        head, columns = found_titles
        row = enumerate(sheet.rows[head])
        found.unread += [str(cell) for at, cell in row if _filled(cell) and at not in columns]
    else:
        used = sorted({at for row in sheet.rows for at, cell in enumerate(row) if _filled(cell)})
        if table is not ENTRIES or len(used) != 2:
            found.wrong(sheet.place, 1, 0, "titres")
            return None
        by_key = {column.key: column for column in table.columns}
        head, columns = -1, {used[0]: by_key["question"], used[1]: by_key["reponse"]}
    at: dict[str, int] = {}
    for number, column in columns.items():
        if column.key in at:
            found.wrong(sheet.place, head + 1, number, "titre-double", column.title)
        at[column.key] = number
    if len(at) < len(columns):
        return None
    return head + 1, at, {column.key: column for column in columns.values()}


def _changes(
    sheet: Sheet, table: Table, held: Mapping[Table, _Objects], found: Import
) -> Iterator[Edit]:
    """A change for each line, of nothing where it says what is `held`."""
    if (read := _columns(sheet, table, found)) is None:
        return
    head, at, columns = read
    before = held[table]
    known = {normalise(one["question"]): key for key, one in before.items() if "question" in one}
    called = _called(held) if table is ENTRIES else {}
    width = len(sheet.rows[head - 1]) if head else 0
    taken: dict[str, int] = {}
    for number, row in enumerate(sheet.rows[head:], head + 1):
        if not any(map(_filled, row)):
            continue
        told = len(found.problems)
        values = _values(sheet, number, row, at, columns, found)
        over = next((one for one in range(width, len(row)) if width and _filled(row[one])), None)
        if over is not None:
            found.wrong(sheet.place, number, over, "case-de-trop", row[over])
        if len(found.problems) > told:
            continue
        for name, (what, names) in called.items():
            if given := str(values.get(name) or ""):
                # An identifier may be another's name.
                own = given in names.values() or (_FILES[name], given) in found.lines
                key = values[name] = given if own else names.get(normalise(given), given)
                if names and not re.fullmatch(ID_PATTERN, str(key)):
                    near = did_you_mean(given, names.values())
                    found.wrong(sheet.place, number, at[name], "nom-inconnu", what, given, near)
        if len(found.problems) > told:
            continue
        question = normalise(str(values.get("question") or ""))
        key = str(values.pop("id", None) or known.get(question) or _new_id(question, taken, before))
        known.setdefault(question, key)
        longest = ID_LENGTH if table.under else FACT_ID_LENGTH
        if key in taken:
            place = at.get("id", at.get("question", 0))
            found.wrong(sheet.place, number, place, "id-double", key, taken[key])
        elif key not in before and not (re.fullmatch(ID_PATTERN, key) and len(key) <= longest):
            found.wrong(sheet.place, number, at.get("id", 0), "identifiant", key)
        taken[key] = number
        found.lines[table.file, key] = _Line(sheet, number, at)
        old = before.get(key)
        yield Edit(
            table,
            key,
            {
                name: value
                for name, value in values.items()
                if not same(columns[name], value, (old or {}).get(name))
            },
            old is None,
        )


def _values(
    sheet: Sheet,
    number: int,
    row: Sequence[Cell],
    at: Mapping[str, int],
    columns: Mapping[str, Column],
    found: Import,
) -> dict[str, Value]:
    """What the cells of a line hold, by key; what is wrong there is told."""
    values: dict[str, Value] = {}
    for key, column in columns.items():
        try:
            values[key] = value_of(column, row[at[key]] if at[key] < len(row) else None)
        except WrongCellError as wrong:
            found.wrong(sheet.place, number, at[key], *wrong.args)
        else:
            said = re.search(r"\w", str(values[key] or ""))
            if key in ("question", "reponse") and not said:
                found.wrong(sheet.place, number, at[key], f"{key}-absente")
    return values


def _called(held: Mapping[Table, _Objects]) -> dict[str, tuple[str, dict[str, str]]]:
    """By key of an entry, what it names, and their identifiers by what people call them."""
    return {
        key: (
            what,
            {normalise(str(one.get(name))): own for own, one in held[table].items()},
        )
        for key, what, table, name in (
            ("theme", "Le thème", THEMES, "titre"),
            ("contact", "Le contact", CONTACT, "nom"),
        )
    }


def _first_themes(entries: Iterable[Edit]) -> Iterator[Edit]:
    """In a base without themes, those that its entries name, which are given their names."""
    made: dict[str, str] = {}
    for change in entries:
        if isinstance(title := change.values.get("theme"), str):
            key = made.setdefault(title, _new_id(normalise(title), made.values()))
            change.values["theme"] = key
    for title, key in made.items():
        yield Edit(THEMES, key, {"titre": title}, new=True)


def _new_id(text: str, *taken: Collection[str]) -> str:
    """The first words of a normalised text that carry its subject, as an identifier of its own."""
    said = [word for word in text.split() if word not in FUNCTION_WORDS] or ["question"]
    words = [word for word in said if word not in _ASKING] or said
    made = words[0][: ID_LENGTH - 4]
    for word in words[1:]:
        if len(made) + 1 + len(word) > ID_LENGTH - 4:
            break
        made += f"-{word}"
    number, name = 1, made
    while any(name in names for names in taken):
        number += 1
        name = f"{made}-{number}"
    return name
