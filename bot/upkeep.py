"""The commands of whoever keeps the service: its database, and the knowledge that it holds."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.app import opened_database
from bot.language.typography import typeset
from bot.services import StartError
from bot.settings import Settings
from bot.storage.backup import BackupError, backup, restore
from bot.storage.database import Database
from bot.storage.knowledge_files import KnowledgeError, read_files
from bot.storage.revisions import Revisions

Done = TypeVar("Done")
#: What can't be used, and says why in French.
REFUSALS = (BackupError, KnowledgeError, StartError)


def migrate(settings: Settings, _: argparse.Namespace) -> None:
    _with_database(settings, Database.up_to_date)
    print(typeset("La base de données est à jour."))


def keep(settings: Settings, options: argparse.Namespace) -> None:
    """The command `backup`."""
    _with_database(settings, lambda database: backup(database, options.file))
    print(typeset(f"Tout est dans {options.file} : la base de données et les connaissances."))


def put_back(settings: Settings, options: argparse.Namespace) -> None:
    """The command `restore`."""
    try:
        disk = read_files(settings.knowledge_dir)
    except KnowledgeError:
        disk = {}
    _with_database(settings, lambda database: restore(database, options.file, disk))
    print(typeset(f"{options.file} est remis en place. Un service en marche le sert aussitôt."))


def take(settings: Settings, _: argparse.Namespace) -> None:
    """Publish the files as they are, whatever they have lost."""
    files = read_files(settings.knowledge_dir)
    done = _with_database(settings, lambda database: Revisions(database).take(files, sure=True))
    print(
        typeset(
            f"Les fichiers de {settings.knowledge_dir} sont pris : version {done.revision.number}."
        )
    )


def _with_database(settings: Settings, work: Callable[[Database], Awaitable[Done]]) -> Done:
    async def run() -> Done:
        database = await opened_database(settings)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())
