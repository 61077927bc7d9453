"""The database, SQLite or PostgreSQL by the same code. No row says who wrote it."""

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage.database_url import engine_arguments
from bot.storage.migrating import is_current, migrate
from bot.storage.patience import Patience

if TYPE_CHECKING:  # a tenth of a second, for who has a server
    from sqlalchemy.dialects import postgresql

#: Sources counted in one day. Anyone can invent them: beyond, only those already seen count.
SOURCES_A_DAY = 300

#: Connections to a file that stay open, and KiB of its pages that each may keep: 2,000 otherwise.
KEPT_OPEN, PAGES = 2, 1_000

#: Where a link was found, as its address says (docs/kit-mairie.md).
SOURCE = r"[a-z0-9-]{1,19}"

#: The tables; a change here goes with a migration (a test compares the two).
TABLES = sa.MetaData()
#: « Useful or not » on an answer: which answer, which channel, which day. `key` stands for the
#: message voted on where a channel can tell it: a second vote there replaces the first. It must be
#: a pseudonym (of a keyed hash), from which the message can't be found.
_VOTES = sa.Table(
    "votes",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("entry", sa.String(32), nullable=False, index=True),
    sa.Column("useful", sa.Boolean, nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("day", sa.Date, nullable=False, index=True),
    sa.Column("key", sa.String(32), index=True, unique=True),
    sa.Column("reason", sa.String(16)),  # why it was of no use, of a short list, where told
)
#: How many times a link from one source was followed on one day: a count, and nobody in it.
_ARRIVALS = sa.Table(
    "arrivals",
    TABLES,
    sa.Column("source", sa.String(19), primary_key=True),
    sa.Column("channel", sa.String(16), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)
#: How many questions of one theme (none: empty) came in one month, and what became of them.
_QUESTIONS = sa.Table(
    "questions",
    TABLES,
    sa.Column("month", sa.Date, primary_key=True),  # its first day
    sa.Column("channel", sa.String(16), primary_key=True),
    sa.Column("theme", sa.String(32), primary_key=True),
    sa.Column("outcome", sa.String(16), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)
#: The updates of Telegram that were answered: see Answered.
_UPDATES = sa.Table(
    "telegram_updates",
    TABLES,
    sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, nullable=False, index=True),
    sa.Column("message", sa.BigInteger, index=True),
    sa.Column("words", sa.BigInteger),
)
#: The last conversations, for the copies of the service that share this database. `key` must be a
#: pseudonym (of a keyed hash), from which nobody can be found; `token` is theirs, opaque here.
_CONVERSATIONS = sa.Table(
    "conversations",
    TABLES,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("token", sa.String(512), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
)
#: Which of these are recorded.
_AMONG = sa.select(_UPDATES.c.update_id).where(
    _UPDATES.c.update_id.in_(sa.bindparam("update_ids", expanding=True))
)


class Answered(NamedTuple):
    """An update of Telegram that was answered: a number, that says nothing of who wrote.

    Where it was a message with words, two keyed hashes of 64 bits, signed, that tell without the
    key neither which message nor which words.
    """

    update_id: int
    message: int | None = None
    words: int | None = None


class Asked(NamedTuple):
    """What is counted of a question: never its words. `month` is its first day."""

    month: dt.date
    channel: str
    theme: str
    outcome: str


class Database:
    """An open database; `await Database.open(address)`, then `close()`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.patience = Patience()

    @classmethod
    async def open(cls, address: str) -> Self:
        """Connect lazily; the folder of an SQLite file is made where it is missing."""
        url, arguments = engine_arguments(address)
        in_file = url.get_backend_name() == "sqlite" and url.database not in (None, ":memory:")
        if in_file:
            Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        more: dict[str, Any] = {"pool_pre_ping": True}
        if url.get_backend_name() == "sqlite":
            # A file can't have hung up as a server can. Each connection is a thread, and memory.
            more = {"pool_size": KEPT_OPEN} if in_file else {}
        engine = create_async_engine(url, connect_args=arguments, **more)
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine.sync_engine, "connect", _set_sqlite)
        return cls(engine)

    async def close(self) -> None:
        await self.patience.close()
        await self.engine.dispose()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    async def migrate(self) -> None:
        """Bring the tables up to date; does nothing where they are."""
        async with self.engine.begin() as connection:
            # Of processes that start together, one migrates and the others wait for it.
            await connection.exec_driver_sql(
                "BEGIN IMMEDIATE"
                if self.is_sqlite
                else "SELECT pg_advisory_xact_lock(hashtext('galibot'))"
            )
            await connection.run_sync(migrate, TABLES)

    async def up_to_date(self) -> bool:
        """Whether the database answers and has every migration."""
        async with self.engine.connect() as connection:
            return await connection.run_sync(is_current)

    async def add_vote(
        self,
        entry: str,
        useful: bool,
        channel: str,
        day: dt.date,
        key: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Count a vote; one that bears a known `key` changes that vote instead."""
        values = {"entry": entry, "useful": useful, "channel": channel, "day": day}
        values |= {"key": key, "reason": reason}
        vote = self.insert(_VOTES).values(values)
        async with self.engine.begin() as connection:
            await connection.execute(
                vote.on_conflict_do_update(
                    index_elements=["key"], set_={"useful": useful, "day": day, "reason": reason}
                )
            )

    async def votes(self) -> dict[str, tuple[int, int]]:
        """Counts as {entry id: (useful, not useful)}."""
        votes = _VOTES.c
        counted = sa.select(votes.entry, votes.useful, sa.func.count()).group_by(
            votes.entry, votes.useful
        )
        totals: dict[str, tuple[int, int]] = {}
        async with self.engine.connect() as connection:
            for entry, useful, count in await connection.execute(counted):
                yes, no = totals.get(entry, (0, 0))
                totals[entry] = (yes + count, no) if useful else (yes, no + count)
        return totals

    async def votes_by_month(self, since: dt.date) -> dict[tuple[str, dt.date], int]:
        """How many found an answer useful, as {(entry id, first day of the month): votes}."""
        votes = _VOTES.c
        month = _month(votes.day)
        counted = (
            sa.select(votes.entry, *month, sa.func.count())
            .where(votes.useful, votes.day >= since)
            .group_by(votes.entry, *month)
        )
        async with self.engine.connect() as connection:
            rows = await connection.execute(counted)
            return {(entry, dt.date(year, at, 1)): count for entry, year, at, count in rows}

    async def add_questions(self, counted: Mapping[Asked, int]) -> None:
        """Add these numbers to those that are there, in one transaction."""
        added = self.insert(_QUESTIONS)
        added = added.on_conflict_do_update(
            index_elements=[*Asked._fields],
            set_={"count": _QUESTIONS.c.count + added.excluded.count},
        )
        # In one order: two processes that write at once wait for each other, never both.
        rows = [{**asked._asdict(), "count": count} for asked, count in sorted(counted.items())]
        async with self.engine.begin() as connection:
            await connection.execute(added, rows)

    async def questions(self, since: dt.date) -> dict[Asked, int]:
        """The numbers of the months from that day on."""
        kept = sa.select(_QUESTIONS).where(_QUESTIONS.c.month >= since)
        async with self.engine.connect() as connection:
            rows = await connection.execute(kept)
            return {Asked(*asked): count for *asked, count in rows}

    async def add_arrival(self, source: str, channel: str, day: dt.date, count: int = 1) -> bool:
        """Count that a link from `source` was followed; False where that day has too many."""
        arrivals = _ARRIVALS.c
        that_day = (arrivals.channel == channel, arrivals.day == day)
        known = sa.select(arrivals.source).where(arrivals.source == source, *that_day)
        others = sa.select(sa.func.count()).select_from(_ARRIVALS).where(*that_day)
        arrival = self.insert(_ARRIVALS).values(
            source=source, channel=channel, day=day, count=count
        )
        async with self.engine.begin() as connection:
            new = await connection.scalar(known) is None
            if new and (await connection.scalar(others) or 0) >= SOURCES_A_DAY:
                return False
            await connection.execute(
                arrival.on_conflict_do_update(
                    index_elements=["source", "channel", "day"],
                    set_={"count": arrivals["count"] + count},
                )
            )
        return True

    async def arrivals(self) -> dict[tuple[str, str, dt.date], int]:
        """Counts as {(source, channel, day): arrivals}."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(sa.select(_ARRIVALS))
            return {(source, channel, day): count for source, channel, day, count in rows}

    async def arrivals_by_month(
        self, since: dt.date, sources: Collection[str] | None = None
    ) -> dict[tuple[str, dt.date], int]:
        """All channels together, as {(source, first day of the month): arrivals}."""
        arrivals = _ARRIVALS.c
        month = _month(arrivals.day)
        counted = sa.select(arrivals.source, *month, sa.func.sum(arrivals["count"]))
        counted = counted.where(arrivals.day >= since).group_by(arrivals.source, *month)
        if sources is not None:
            counted = counted.where(arrivals.source.in_(sources))
        async with self.engine.connect() as connection:
            rows = await connection.execute(counted)
            return {(source, dt.date(year, at, 1)): count for source, year, at, count in rows}

    async def answered_updates(self, update_ids: Collection[int]) -> set[int]:
        """Which of these updates of Telegram were answered, by this process or by another."""
        async with self.engine.connect() as connection:
            return set(await connection.scalars(_AMONG, {"update_ids": update_ids}))

    async def answered_words(self, message: int) -> int | None:
        """The words of this message that were answered last."""
        updates = _UPDATES.c
        words = sa.select(updates.words).where(updates.message == message)
        async with self.engine.connect() as connection:
            return await connection.scalar(words.order_by(updates.update_id.desc()).limit(1))

    async def record_answered(self, answered: Collection[Answered], day: dt.date) -> None:
        """Remember that these updates were answered, in one transaction."""
        rows = [{**one._asdict(), "day": day} for one in answered]
        async with self.engine.begin() as connection:
            await connection.execute(self.insert(_UPDATES).on_conflict_do_nothing(), rows)

    async def forget_updates(self, before: dt.date) -> None:
        """Remove what was answered before that day."""
        async with self.engine.begin() as connection:
            await connection.execute(sa.delete(_UPDATES).where(_UPDATES.c.day < before))

    async def conversations(
        self, keys: Collection[str], since: dt.datetime
    ) -> dict[str, tuple[str, dt.datetime]]:
        """Those of these conversations that went on since then, as {key: (token, when)}."""
        kept = _CONVERSATIONS.c
        found = sa.select(_CONVERSATIONS).where(kept.key.in_(keys), kept.at >= since)
        async with self.engine.connect() as connection:
            return {key: (token, at) for key, token, at in await connection.execute(found)}

    async def keep_conversations(self, tokens: Mapping[str, str], at: dt.datetime) -> None:
        """Keep these conversations, {key: token}, in the place of what was kept of each."""
        # In one order: two copies must not wait for each other.
        rows = [{"key": key, "token": tokens[key], "at": at} for key in sorted(tokens)]
        kept = self.insert(_CONVERSATIONS)
        new = {"token": kept.excluded.token, "at": kept.excluded.at}
        async with self.engine.begin() as connection:
            await connection.execute(
                kept.on_conflict_do_update(index_elements=["key"], set_=new), rows
            )

    async def forget_conversations(
        self, *, keys: Collection[str] = (), before: dt.datetime | None = None, most: int = 0
    ) -> None:
        """Remove these, those that did not go on since `before`, and all but the last `most`."""
        kept = _CONVERSATIONS.c
        last = sa.select(kept.at).order_by(kept.at.desc()).offset(most).limit(1)
        gone: list[sa.ColumnElement[bool]] = [kept.key.in_(keys)]
        gone += [kept.at < before] if before else []
        gone += [kept.at <= last.scalar_subquery()] if most else []
        async with self.engine.begin() as connection:
            await connection.execute(sa.delete(_CONVERSATIONS).where(sa.or_(*gone)))

    def insert(self, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
        """An insertion that can say what to do where the row is there already."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)


def _month(day: sa.Column[dt.date]) -> tuple[sa.Cast[int], ...]:
    """The year and the month, as integers on both servers."""
    return tuple(sa.cast(sa.extract(part, day), sa.Integer) for part in ("year", "month"))


def _set_sqlite(connection: Any, _: object) -> None:
    """Readers don't wait for the writer, and a commit not for the disk.

    A killed process loses nothing so; a power cut may lose the last commits, never the file.
    """
    cursor = connection.cursor()
    # A property of the file: refused only while another process is giving it that very mode.
    with contextlib.suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute(f"PRAGMA cache_size=-{PAGES}")
    cursor.close()
