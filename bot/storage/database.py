"""The database, SQLite or PostgreSQL by the same code. No row says who wrote it."""

import contextlib
import datetime as dt
import re
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Connection, bindparam, delete, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import String

from bot.storage.database_url import engine_arguments

#: Entry of the votes on a refusal: no entry's id can be that.
REFUSAL = "-"
SOURCE_LENGTH = 19  # characters, so that a source fits in any of Telegram's start links
#: Sources counted in one day. Anyone can invent them: beyond, only those already seen count.
SOURCES_A_DAY = 300
_SOURCE = re.compile(rf"[a-z0-9-]{{1,{SOURCE_LENGTH}}}")


class Base(DeclarativeBase):
    """The tables; a change here goes with a migration (a test compares the two)."""


class Vote(Base):
    """One « useful or not » on an answer: which answer, which channel, which day.

    `key` stands for the message voted on where a channel can tell it: a second vote there replaces
    the first. It must be a pseudonym (of a keyed hash), from which the message can't be found.
    """

    __tablename__ = "votes"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(String(32), index=True)
    useful: Mapped[bool]
    channel: Mapped[str] = mapped_column(String(16))
    day: Mapped[dt.date] = mapped_column(index=True)
    key: Mapped[str | None] = mapped_column(String(32), index=True, unique=True)


class Arrival(Base):
    """How many times a link from one source was followed on one day: a count, and nobody in it."""

    __tablename__ = "arrivals"

    source: Mapped[str] = mapped_column(String(SOURCE_LENGTH), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    count: Mapped[int]


class TelegramUpdate(Base):
    """An update of Telegram that was answered: its number, that says nothing of who wrote it."""

    __tablename__ = "telegram_updates"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[dt.date] = mapped_column(index=True)


#: Which of these are recorded.
_AMONG = select(TelegramUpdate.update_id).where(
    TelegramUpdate.update_id.in_(bindparam("update_ids", expanding=True))
)


class Database:
    """An open database; `await Database.open(address)`, then `close()`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._session = async_sessionmaker(engine, expire_on_commit=False)

    @classmethod
    async def open(cls, address: str) -> Self:
        """Connect lazily; the folder of an SQLite file is made where it is missing."""
        url, arguments = engine_arguments(address)
        if url.get_backend_name() == "sqlite" and url.database not in (None, ":memory:"):
            Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(
            url,
            connect_args=arguments,
            # A file can't have hung up as a server can.
            pool_pre_ping=url.get_backend_name() != "sqlite",
        )
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _set_sqlite)
        return cls(engine)

    async def close(self) -> None:
        await self._engine.dispose()

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    async def migrate(self) -> None:
        """Bring the tables up to date; does nothing where they are."""
        async with self._engine.begin() as connection:
            # Of processes that start together, one migrates and the others wait for it.
            await connection.exec_driver_sql(
                "BEGIN IMMEDIATE"
                if self.is_sqlite
                else "SELECT pg_advisory_xact_lock(hashtext('galibot'))"
            )
            await connection.run_sync(_upgrade)

    async def up_to_date(self) -> bool:
        """Whether the database answers and has every migration."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(_is_current)

    async def add_vote(
        self, entry: str, useful: bool, channel: str, day: dt.date, key: str | None = None
    ) -> None:
        """Count a vote; one that bears a known `key` changes that vote instead."""
        values = {"entry": entry, "useful": useful, "channel": channel, "day": day, "key": key}
        vote = self._insert(Vote).values(values)
        async with self._session.begin() as session:
            await session.execute(
                vote.on_conflict_do_update(
                    index_elements=[Vote.key], set_={"useful": useful, "day": day}
                )
            )

    async def votes(self) -> dict[str, tuple[int, int]]:
        """Counts as {entry id: (useful, not useful)}."""
        counted = select(Vote.entry, Vote.useful, func.count()).group_by(Vote.entry, Vote.useful)
        totals: dict[str, tuple[int, int]] = {}
        async with self._session() as session:
            for entry, useful, count in await session.execute(counted):
                yes, no = totals.get(entry, (0, 0))
                totals[entry] = (yes + count, no) if useful else (yes, no + count)
        return totals

    async def add_arrival(self, source: str, channel: str, day: dt.date) -> bool:
        """Count that a link from `source` was followed; False where that source is refused."""
        if not _SOURCE.fullmatch(source):
            return False
        that_day = (Arrival.channel == channel, Arrival.day == day)
        known = select(Arrival.source).where(Arrival.source == source, *that_day)
        others = select(func.count()).select_from(Arrival).where(*that_day)
        arrival = self._insert(Arrival).values(source=source, channel=channel, day=day, count=1)
        async with self._session.begin() as session:
            new = await session.scalar(known) is None
            if new and (await session.scalar(others) or 0) >= SOURCES_A_DAY:
                return False
            await session.execute(
                arrival.on_conflict_do_update(
                    index_elements=[Arrival.source, Arrival.channel, Arrival.day],
                    set_={"count": Arrival.count + 1},
                )
            )
        return True

    async def arrivals(self) -> dict[tuple[str, str, dt.date], int]:
        """Counts as {(source, channel, day): arrivals}."""
        async with self._session() as session:
            found = await session.scalars(select(Arrival))
            return {(one.source, one.channel, one.day): one.count for one in found}

    async def answered_updates(self, update_ids: Collection[int]) -> set[int]:
        """Which of these updates of Telegram were answered, by this process or by another."""
        # For every message, this and the next: without a session they cost a third less.
        async with self._engine.connect() as connection:
            return set(await connection.scalars(_AMONG, {"update_ids": update_ids}))

    async def record_answered(self, update_ids: Collection[int], day: dt.date) -> None:
        """Remember that these updates were answered, in one transaction."""
        rows = [{"update_id": update_id, "day": day} for update_id in update_ids]
        async with self._engine.begin() as connection:
            await connection.execute(self._insert(TelegramUpdate).on_conflict_do_nothing(), rows)

    async def forget_updates(self, before: dt.date) -> None:
        """Remove what was answered before that day."""
        async with self._session.begin() as session:
            await session.execute(delete(TelegramUpdate).where(TelegramUpdate.day < before))

    def _insert(self, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
        """An insertion that can say what to do where the row is there already."""
        return (sqlite.insert if self.is_sqlite else postgresql.insert)(table)


def _set_sqlite(connection: Any, _: object) -> None:
    """Readers don't wait for the writer, and a commit not for the disk.

    A killed process loses nothing so; a power cut may lose the last commits, never the file.
    """
    cursor = connection.cursor()
    # A property of the file: refused only while another process is giving it that very mode.
    with contextlib.suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")


def _is_current(connection: Connection) -> bool:
    head = ScriptDirectory.from_config(_config(connection)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head
