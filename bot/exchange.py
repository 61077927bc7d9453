"""The commands `export` and `import`: the knowledge to a spreadsheet, and what comes back."""

import argparse
import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bot import terminal
from bot.answering import make_assistant
from bot.app import opened_database
from bot.conversation.alike import REFUSED
from bot.conversation.message import rank, read_message
from bot.language.typography import typeset
from bot.matching.decision import SMALLEST
from bot.settings import Settings
from bot.storage.asked import QUESTIONS
from bot.storage.database import Database
from bot.storage.editors import Editors
from bot.storage.knowledge_files import KnowledgeError
from bot.storage.proposals import Proposal, proposal, served_files, write_folder
from bot.storage.revisions import Revisions
from bot.storage.spreadsheets import SpreadsheetError, spreadsheet, suffix_of
from bot.web.door import StartError

#: What can't be used, and says why in French.
REFUSALS = (KnowledgeError, StartError)
#: For programs, for people, and the exit code.
Told = tuple[Any, Callable[[], None], int]
#: Questions that got no answer, masked, by the new entry that would be the nearest to them.
Ways = dict[str, list[str]]
#: Of an entry, those proposed at most: a form holds no more.
MOST_WAYS = 12


def export(settings: Settings, options: argparse.Namespace) -> Told:
    suffix = suffix_of(options.file)

    async def run() -> dict[str, str]:
        database = await opened_database(settings)
        try:
            files, _ = await served_files(Revisions(database), settings.knowledge_dir)
            return files
        finally:
            await database.close()

    options.file.write_bytes(spreadsheet(asyncio.run(run()), suffix))
    only = "Les réponses seules" if suffix == ".csv" else "Réponses, thèmes, contacts et faits"
    return None, lambda: print(typeset(f"{only} : {options.file}")), 0


def bring(settings: Settings, options: argparse.Namespace) -> Told:
    """The command `import`. Nothing is written, or published, that was not asked for."""
    data, out = options.file.read_bytes(), options.out
    if out and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SpreadsheetError(f"{out} n’est pas un dossier vide : rien n’est écrit.")

    async def run() -> tuple[Proposal, str, Ways]:
        database = await opened_database(settings)
        try:
            revisions = Revisions(database)
            files, number = await served_files(revisions, settings.knowledge_dir)
            made = proposal(options.file.name, data, files, dt.date.today())
            if made.refused or not made.changes:
                return made, "", {}
            ways = await _ways_to_ask(settings, database, made)
            if options.publish:
                published = await revisions.publish(
                    made.files, based_on=number, way=made.way, editor=options.editor
                )
                return made, f"Publié : version {published.revision.number}.", ways
            if options.editor:
                now = dt.datetime.now(dt.UTC)
                blocks = made.blocks(files, ways)
                await Editors(database).keep(options.editor, blocks, number, now)
                done = f"Dans les brouillons de {options.editor} : rien n’est publié."
                return made, done, ways
            return made, "" if out else "Rien n’est écrit, ni publié.", ways
        finally:
            await database.close()

    made, done, ways = asyncio.run(run())
    if out and made.changes and not made.refused:
        write_folder(made, settings.knowledge_dir, out)
        done = f"{done} Écrit dans {out}.".strip()
    return (
        {**made.as_json(), "ways": ways},
        lambda: terminal.show_proposal(made, ways, options.file, done),
        int(made.refused),
    )


async def _ways_to_ask(settings: Settings, database: Database, made: Proposal) -> Ways:
    """What got no answer and comes nearest to a new entry: it may be another way to ask it."""
    if not (made.new and made.knowledge):
        return {}
    refused = sa.select(QUESTIONS.c.text).where(QUESTIONS.c.outcome == REFUSED).distinct()
    async with database.engine.connect() as connection:
        texts = list(await connection.scalars(refused))
    if not texts:
        return {}
    served = make_assistant(settings, made.knowledge).served
    likely: dict[str, list[tuple[float, str]]] = {}
    for text in texts:
        best = next(iter(rank(read_message(text, served), served).candidates), None)
        if best and best.entry in made.new and best.score >= SMALLEST:
            likely.setdefault(best.entry, []).append((-best.score, text))
    return {key: [text for _, text in sorted(some)[:MOST_WAYS]] for key, some in likely.items()}
