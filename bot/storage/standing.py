"""What a service would serve now, for commands that answer in a terminal; nothing is written."""

import asyncio
import datetime as dt
import json
import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from bot.knowledge.files import EDITED
from bot.knowledge.taken import digest
from bot.storage.knowledge_files import Knowledge, KnowledgeError, examined, read_files, shipped

#: Seconds that a database has to answer.
_SECONDS = 5.0

_log = logging.getLogger(__name__)


def standing(folder: Path, database: str, *, advice: bool = True) -> Knowledge:
    """What is served: the newest revision, with what is new in the folder if it is right.

    The folder alone where there is no database yet, or none that answers, which is told. Raises
    KnowledgeError where nothing can be served.
    """
    today = dt.date.today()
    refused: KnowledgeError | None = None
    files: dict[str, str] = {}
    try:
        files = read_files(folder)
    except KnowledgeError as error:
        refused = error
    newest: Mapping[str, str] = {}
    if not _holds(database, files):
        try:
            newest, files = asyncio.run(_of_database(database, files, at_all=refused is None))
        except Exception as error:
            # Whatever the driver raises; its message may hold the password.
            _log.warning(
                "La base de données ne répond pas (%s) : c’est le dossier qui est lu.",
                type(error).__name__,
            )
    if refused and not newest:
        raise refused
    try:
        return examined(shipped() | files, today, advice=advice)
    except KnowledgeError as error:
        if not newest or newest == files:
            raise
        _log.warning("Les fichiers du dossier sont refusés : c’est la dernière version qui sert.")
        _log.debug("%s", error)
        return examined({**shipped(), **newest}, today, advice=advice)


def _holds(database: str, files: Mapping[str, str]) -> bool:
    """Whether an SQLite file has nothing newer than these, or is not there: told in no time."""
    path = database.partition("sqlite+aiosqlite:///")[2]
    if not path:
        return False
    if not Path(path).is_file():
        return True
    asked = "SELECT files FROM knowledge_revisions ORDER BY number DESC LIMIT 1"
    try:
        with closing(
            sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
        ) as held:
            row = held.execute(asked).fetchone()
    except sqlite3.Error:
        return False
    named = {name: digest(files[name]) for name in EDITED if name in files}
    return row is None or json.loads(row[0]) == named


async def _of_database(
    address: str, files: Mapping[str, str], *, at_all: bool
) -> tuple[Mapping[str, str], dict[str, str]]:
    """The newest files, and those with what is new in a folder, `at_all` there."""
    from bot.storage.database import Database
    from bot.storage.revisions import Revisions

    database = await Database.open(address)
    try:
        async with asyncio.timeout(_SECONDS):
            revisions = Revisions(database)
            newest = await revisions.newest()
            if newest is None:
                return {}, dict(files)
            texts = await revisions.files(newest.number, files)
            return texts, dict(await revisions.with_disk(files, texts) if at_all else texts)
    finally:
        await database.close()
