"""All that the database holds, in one file that any of its servers takes back.

It is a zip: the files served, as an editor reads them, under « connaissances/ »; each table under
« tables/ », a row a line, in JSON. It says no more of people than the database: nothing.
"""

import base64
import contextlib
import datetime as dt
import json
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.knowledge.taken import Taken
from bot.storage.database import TABLES, Database
from bot.storage.revisions import TAKEN, Files, Revisions, edited, hold
from bot.storage.shelf import COMPILED

#: What is of the last half hour, or can be made again.
LEFT = {"conversations", COMPILED.name}
_ABOUT = "sauvegarde.json"
#: Rows written at once.
_ROWS = 500

_Rows = dict[str, list[dict[str, Any]]]


class BackupError(Exception):
    """The file can't be written, or taken back; the message says why, in one line of French."""


async def backup(database: Database, file: Path) -> None:
    """Write the backup, whole or not at all. Raises BackupError."""
    revisions = Revisions(database)
    newest = await revisions.newest()
    served = await revisions.files(newest.number) if newest else {}
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as made:
            for name, text in served.items():
                made.writestr(f"connaissances/{name}", text)
            async with database.engine.connect() as connection:
                # All tables as they are at one moment, whoever writes meanwhile.
                if database.is_sqlite:
                    await connection.exec_driver_sql("BEGIN")
                else:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                about = {"migration": await _migration(connection)}
                made.writestr(_ABOUT, json.dumps(about))
                for table in _tables():
                    rows = await connection.execute(sa.select(table))
                    lines = (json.dumps(row._asdict(), default=_plain) for row in rows)
                    made.writestr(f"tables/{table.name}.jsonl", "\n".join(lines))
        draft.replace(file)
    except OSError:
        raise BackupError(f"Le fichier {file} ne peut pas être écrit.") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


async def restore(database: Database, file: Path, disk: Files) -> None:
    """Put what a backup holds in the place of what is there; texts of the disk are no news then.

    Raises BackupError, and changes nothing, where the file is none or is of a newer program.
    """
    async with database.engine.begin() as connection:
        await hold(connection)
        rows = _read(file, await _migration(connection))
        known = {
            row["file"]: Taken(row["digest"], row["lines"], row["blocks"])
            for row in rows[TAKEN.name]
        }
        mine = edited(disk)
        rows[TAKEN.name] = [
            {"file": name, **known.get(name, Taken()).seen(name, mine.get(name))._asdict()}
            for name in dict.fromkeys((*known, *mine))
        ]
        try:
            for table in reversed(TABLES.sorted_tables):
                await connection.execute(sa.delete(table))
            for table in _tables():
                held = rows[table.name]
                for start in range(0, len(held), _ROWS):
                    await connection.execute(sa.insert(table), held[start : start + _ROWS])
                if not database.is_sqlite and (key := table.autoincrement_column) is not None:
                    await _go_on_counting(connection, key)
        except SQLAlchemyError as error:
            name = type(error).__name__
            raise BackupError(f"Le fichier {file} ne va pas avec cette base ({name}).") from None


async def _go_on_counting(connection: AsyncConnection, key: sa.Column[Any]) -> None:
    """A server that numbers rows by itself must not give numbers that are taken."""
    last = sa.select(sa.func.coalesce(sa.func.max(key), 0) + 1).scalar_subquery()
    counter = sa.func.pg_get_serial_sequence(str(key.table), key.name)
    await connection.execute(sa.select(sa.func.setval(counter, last, sa.false())))


def _tables() -> list[sa.Table]:
    return [table for table in TABLES.sorted_tables if table.name not in LEFT]


async def _migration(connection: AsyncConnection) -> str:
    return str(await connection.scalar(sa.text("SELECT version_num FROM alembic_version")))


def _read(file: Path, migration: str) -> _Rows:
    """The rows of each table. Raises BackupError."""
    try:
        with zipfile.ZipFile(file) as held:
            if json.loads(held.read(_ABOUT))["migration"] > migration:
                raise BackupError(f"Le fichier {file} vient d’une version plus récente de Galibot.")
            names = set(held.namelist())
            return {
                table.name: [
                    _typed(table, json.loads(line))
                    for line in held.read(name).decode().split("\n")
                    if line
                ]
                if (name := f"tables/{table.name}.jsonl") in names
                else []
                for table in _tables()
            }
    except OSError:
        raise BackupError(f"Le fichier {file} ne peut pas être lu.") from None
    except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, AttributeError):
        raise BackupError(
            f"Le fichier {file} n’est pas une sauvegarde de Galibot, ou il est abîmé."
        ) from None


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError


def _typed(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the file as its table takes it; SQLite's times, which say no zone, are UTC."""
    typed = {}
    for name, value in row.items():
        kind = table.c[name].type
        if isinstance(kind, sa.LargeBinary):
            value = base64.b64decode(value)
        elif isinstance(kind, sa.DateTime) and value is not None:
            at = dt.datetime.fromisoformat(value)
            value = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
        elif isinstance(kind, sa.Date) and value is not None:
            value = dt.date.fromisoformat(value)
        typed[name] = value
    return typed
