"""What a file that an editor gives, a spreadsheet or one of ours, would change of the knowledge."""

import asyncio
import datetime as dt
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.knowledge.changes import changes
from bot.knowledge.checking import Checked
from bot.knowledge.columns import ENTRIES, FACT
from bot.knowledge.contradictions import contradictions
from bot.knowledge.files import EDITED, FAQ, PICTURES
from bot.knowledge.freshness import resting_on, unchecked, unverified
from bot.knowledge.importing import Import, imported
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.objects import objects
from bot.knowledge.problem import Problem
from bot.knowledge.rewriting import rewritten
from bot.storage.knowledge_files import Knowledge, KnowledgeError, examine, read_files, shipped
from bot.storage.revisions import Revisions
from bot.storage.spreadsheets import FORMATS, SpreadsheetError, read_sheets


@dataclass(frozen=True, slots=True)
class Proposal:
    """The files as they would be, what changes in French words, and what is wrong.

    `knowledge` is what these files say, None where they can't be served; `new` its new entries.
    """

    files: Mapping[str, str]
    changes: tuple[str, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    knowledge: Knowledge | None
    new: tuple[str, ...]
    way: str  # of a revision: « tableur », or « fichier »

    @property
    def refused(self) -> bool:
        return any(problem.level == "error" for problem in self.problems)

    def blocks(
        self, before: Mapping[str, str], ways: Mapping[str, Sequence[str]]
    ) -> dict[tuple[str, str], str]:
        """The blocks that change, by file and key, with more `ways` to ask their new entries.

        Empty where a block is taken away.
        """
        found = {(one.file, one.key): one.after for one in changes(before, self.files)}
        for key, more in ways.items():
            own = objects(self.files, ENTRIES)[key].get("variantes", ())
            found[FAQ, key] = rewritten(found[FAQ, key], {("variantes",): [*own, *more]})
        return found

    def as_json(self) -> dict[str, Any]:
        """What `import --json` prints."""
        told = [problem.as_json() for problem in self.problems]
        return {"changes": self.changes, "notes": self.notes, "problems": told}


def proposal(name: str, data: bytes, files: Mapping[str, str], today: dt.date) -> Proposal:
    """What the file `name` would change of the files served; nothing is written.

    Raises SpreadsheetError where it is neither a spreadsheet nor one of the knowledge files.
    """
    found = _read(name, data, files)
    way = "tableur" if found.lines or found.problems else "fichier"
    if found.problems:
        return Proposal(files, (), (), tuple(found.problems), None, (), way)
    after = unverified(files, found.files)
    _, before = _examined(files, today)
    knowledge, checked = _examined(after, today)
    told = tuple(map(str, changes(files, after)))
    new = tuple(one.key for one in found.edits if one.new and one.table is ENTRIES)
    notes = (*_notes(found, checked.base), *unchecked(found.files, after))
    problems = tuple(found.in_cells(checked.problems, before.problems))
    return Proposal(after, told, notes, problems, knowledge, new, way)


def _examined(files: Mapping[str, str], today: dt.date) -> tuple[Knowledge | None, Checked]:
    knowledge, checked = examine(files, today)
    if checked.base:
        checked = checked.also(tuple(contradictions(checked.base, checked.faq, files)))
    return knowledge, checked


def _read(name: str, data: bytes, files: Mapping[str, str]) -> Import:
    if Path(name).suffix.lower() in FORMATS and Path(name).name not in _BY_NAME:
        return imported(files, read_sheets(name, data))
    if (ours := _BY_NAME.get(Path(name).name)) is None:
        raise SpreadsheetError(
            f"{name} : donnez un tableur (.xlsx, .csv), ou un fichier de connaissances sous son "
            "nom, comme faq.yaml."
        )
    text = data.decode("utf-8-sig", errors="surrogateescape")
    return Import({**files, ours: text})


_BY_NAME = {file.rpartition("/")[2]: file for file in EDITED if not file.endswith(".svg")}


def _notes(found: Import, base: KnowledgeBase | None) -> Iterator[str]:
    if found.unread:
        yield f"Colonnes qui ne sont pas lues : {', '.join(found.unread)}."
    if found.left:
        count = (
            f"{len(found.left)} réponses ne sont" if len(found.left) > 1 else "Une réponse n’est"
        )
        yield f"{count} pas dans ce fichier : rien n’y change, et rien n’est effacé."
    for edit in found.edits:
        if edit.table is FACT and not edit.new and base and (keys := resting_on(base, edit.key)):
            yield f"Le fait « {edit.key} » change. À relire : {', '.join(keys)}."


async def served_files(revisions: Revisions, folder: Path) -> tuple[dict[str, str], int]:
    """The files served, what is new in the folder taken first, and their revision.

    Those that ship with the program and 0 where nothing was ever served, and nothing can be.
    Raises KnowledgeError where the folder's files are wrong and nothing else is served.
    """
    try:
        if await asyncio.to_thread(folder.exists):
            await revisions.take(await asyncio.to_thread(read_files, folder))
    except KnowledgeError:
        if await revisions.newest() is None and await asyncio.to_thread((folder / FAQ).exists):
            raise
    newest = await revisions.newest()
    number = newest.number if newest else 0
    return shipped() | await revisions.files(number), number


def write_folder(proposed: Proposal, pictures: Path, out: Path) -> None:
    """A knowledge folder of these files, with the pictures of another. `out` is new, or empty."""
    for name in EDITED:
        if name in proposed.files:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(proposed.files[name], "utf-8", "surrogateescape", "\n")
    for name in PICTURES:
        if (pictures / name).is_file():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pictures / name, out / name)
