"""What is kept goes after a time, by itself: the only place that says when."""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Collection

import sqlalchemy as sa

from bot.storage.asked import QUESTIONS
from bot.storage.database import TABLES, Database

#: An answered update of Telegram: it keeps one for a day; one more for the clocks, one for the
#: calendar.
UPDATES = dt.timedelta(days=3)
#: A conversation that copies share, after what was said last.
CONVERSATIONS = dt.timedelta(minutes=30)
#: Seconds between two looks at the day.
LOOK_EVERY = 60.0
_VOTES = TABLES.tables["votes"].c

_log = logging.getLogger(__name__)


async def purge(database: Database, today: dt.date, days: int) -> int:
    """Apply the retention of `days`; gives how many questions were removed.

    A vote stays as a count: of those of the months before, nothing tells any more which message or
    conversation they came from.
    """
    gone = sa.delete(QUESTIONS).where(QUESTIONS.c.day <= today - dt.timedelta(days=days))
    unlinked = sa.update(TABLES.tables["votes"]).values(key=None)
    old = unlinked.where(_VOTES.day < today.replace(day=1), _VOTES.key.is_not(None))
    async with database.engine.begin() as connection:
        removed = (await connection.execute(gone)).rowcount
        await connection.execute(old)
    await database.forget_updates(today - UPDATES)
    await database.forget_conversations(before=dt.datetime.now(dt.UTC) - CONVERSATIONS)
    return removed


async def erase_votes(database: Database, keys: Collection[str]) -> None:
    """Remove the votes that bear these keys."""
    if keys:
        async with database.engine.begin() as connection:
            await connection.execute(sa.delete(TABLES.tables["votes"]).where(_VOTES.key.in_(keys)))


@contextlib.asynccontextmanager
async def purging(
    database: Database, days: int, today: Callable[[], dt.date], every: float = LOOK_EVERY
) -> AsyncIterator[None]:
    """Apply the retention at once, then on each new day, until left."""
    task = asyncio.create_task(_purge_on(database, days, today, every))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _purge_on(
    database: Database, days: int, today: Callable[[], dt.date], every: float
) -> None:
    done: dt.date | None = None
    while True:
        if (day := today()) != done:
            try:
                await purge(database, day, days)
                done = day
            except Exception as error:
                # Whatever the driver raises, which may hold the password: the next look may do.
                _log.warning("La purge attend la base (%s).", type(error).__name__)
        await asyncio.sleep(every)
