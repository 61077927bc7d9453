"""The database, SQLite or PostgreSQL by the same code. No row says who wrote it."""

import datetime as dt
from pathlib import Path
from typing import Self

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import String


class Base(DeclarativeBase):
    """The tables; a change here goes with a migration (a test compares the two)."""


class Vote(Base):
    """One « useful or not » on an answer: which answer, which channel, which day."""

    __tablename__ = "votes"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(String(32), index=True)
    useful: Mapped[bool]
    channel: Mapped[str] = mapped_column(String(16))
    day: Mapped[dt.date] = mapped_column(index=True)


class Database:
    """An open database; `await Database.open(url)`, then `close()`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._session = async_sessionmaker(engine, expire_on_commit=False)

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect lazily; the folder of an SQLite file is made where it is missing."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, ":memory:"):
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        return cls(create_async_engine(parsed, pool_pre_ping=True))

    async def close(self) -> None:
        await self._engine.dispose()

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    async def migrate(self) -> None:
        """Bring the tables up to date; does nothing where they are."""
        async with self._engine.begin() as connection:
            await connection.run_sync(_upgrade)

    async def up_to_date(self) -> bool:
        """Whether the database answers and has every migration."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(_is_current)

    async def add_vote(self, entry: str, useful: bool, channel: str, day: dt.date) -> None:
        async with self._session.begin() as session:
            session.add(Vote(entry=entry, useful=useful, channel=channel, day=day))

    async def votes(self) -> dict[str, tuple[int, int]]:
        """Counts as {entry id: (useful, not useful)}."""
        counted = select(Vote.entry, Vote.useful, func.count()).group_by(Vote.entry, Vote.useful)
        totals: dict[str, tuple[int, int]] = {}
        async with self._session() as session:
            for entry, useful, count in await session.execute(counted):
                yes, no = totals.get(entry, (0, 0))
                totals[entry] = (yes + count, no) if useful else (yes, no + count)
        return totals


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
