"""The commands of whoever keeps the service: its database, and the knowledge that it holds."""

import argparse
import asyncio
import datetime as dt
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from bot import terminal
from bot.answering import assistant_of, knowledge_of
from bot.app import opened_database
from bot.digest import as_json, as_yaml, in_words, make_digest
from bot.knowledge.region import Status
from bot.language.typography import typeset
from bot.settings import Settings, secret_key
from bot.storage.asked import AskedQuestions
from bot.storage.backup import BackupError, backup, restore
from bot.storage.database import Database
from bot.storage.editors import admin_link
from bot.storage.knowledge_files import KnowledgeError, read_files
from bot.storage.retention import purge
from bot.storage.revisions import Revisions
from bot.web.door import StartError

Done = TypeVar("Done")


class UnknownCommuneError(Exception):
    """No poster can be made of it; the message, in French, says why."""


#: What can't be used, and says why in French.
REFUSALS = (BackupError, KnowledgeError, StartError, UnknownCommuneError)


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


def tell_digest(
    settings: Settings, options: argparse.Namespace
) -> tuple[Any, Callable[[], None], int]:
    """The command `digest`: for programs, for people, and the exit code."""
    served = assistant_of(settings).served

    async def run(database: Database) -> tuple[Any, str]:
        asked = AskedQuestions(database, lambda: served, settings.retention_days)
        made = await make_digest(database, asked, served, options.days)
        told = (in_words(made, served), as_yaml(made, served))
        return as_json(made, served), "\n\n".join(filter(None, told))

    found, told = _with_database(settings, run)
    return found, lambda: print(told), 0


def give_link(settings: Settings, options: argparse.Namespace) -> None:
    """The command `admin-link`."""
    now = dt.datetime.now(dt.UTC)
    print(admin_link(secret_key(settings), settings.address, now, options.hours))


def purge_now(settings: Settings, _: argparse.Namespace) -> None:
    """The command `purge`."""
    days = settings.retention_days
    gone = _with_database(settings, lambda database: purge(database, dt.date.today(), days))
    print(typeset(f"Purge faite : {gone} questions effacées (plus de {days} jours)."))


def make_posters(settings: Settings, options: argparse.Namespace) -> None:
    """The command `poster`."""
    from bot.kit.kit import kits
    from bot.kit.poster import poster

    ours, address = knowledge_of(settings, advice=False), settings.address
    if not settings.public_url:
        print(f"PUBLIC_URL n’est pas définie : l’affiche mène à {address}.", file=sys.stderr)
    of = ours.gazetteer.get(options.commune) if options.commune else None
    if options.commune and of is None:
        raise UnknownCommuneError(f"Le code INSEE {options.commune} n’est pas connu.")
    inside = [one for one in ours.gazetteer.communes if one.status is not Status.OUT]
    if not options.all:
        (kit,) = kits(ours.base, ours.gazetteer, (of,), address, dt.date.today())
        options.out.write_bytes(poster(kit))
        return
    if not inside:
        raise UnknownCommuneError("Aucune commune n’est dans le programme (dossier lieux/).")
    options.out.mkdir(parents=True, exist_ok=True)
    for kit in terminal.progress(
        kits(ours.base, ours.gazetteer, inside, address, dt.date.today()), len(inside), "Affiches"
    ):
        (options.out / f"affiche-{kit.file_name}.pdf").write_bytes(poster(kit))
    print(typeset(f"{len(inside)} affiches dans {options.out}"))


def _with_database(settings: Settings, work: Callable[[Database], Awaitable[Done]]) -> Done:
    async def run() -> Done:
        database = await opened_database(settings)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())
