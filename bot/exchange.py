"""The commands `export` and `import`: the knowledge to a spreadsheet, and what comes back."""

import argparse
import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

from bot import terminal
from bot.app import make_assistant, opened_database
from bot.language.typography import typeset
from bot.services import StartError
from bot.settings import Settings
from bot.storage.asked import AskedQuestions
from bot.storage.database import Database
from bot.storage.editors import Editors
from bot.storage.knowledge_files import KnowledgeError
from bot.storage.proposals import Proposal, proposal, served_files, write_folder
from bot.storage.revisions import Revisions
from bot.storage.spreadsheets import SpreadsheetError, spreadsheet, suffix_of

#: What can't be used, and says why in French.
REFUSALS = (KnowledgeError, SpreadsheetError, StartError)
#: For programs, for people, and the exit code.
Told = tuple[Any, Callable[[], None], int]
#: Questions that got no answer, masked, by the new entry that would be the nearest to them.
Ways = dict[str, list[str]]


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
    """What people asked in vain and is nearest to a new entry: it may be another way to ask it."""
    if not (made.new and made.knowledge and settings.retention_days):
        return {}
    served = (await asyncio.to_thread(make_assistant, settings, made.knowledge)).served
    asked = AskedQuestions(database, lambda: served, settings.retention_days)
    ways: Ways = {}
    for group in await asked.groups(settings.retention_days):
        if group.nearest in made.new:
            ways.setdefault(group.nearest, []).extend(group.examples)
    return ways
