"""What copies of the service tell each other: a conversation goes on with whichever is next.

They share it by PostgreSQL, for half an hour, under a pseudonym; an SQLite file has one process,
whose memory is enough. Where the database is away, each goes on from its own memory.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol, TypeVar

from bot.conversation.reply import Conversation
from bot.handlers.delivery.grouped import Grouped
from bot.handlers.delivery.patience import PATIENCE
from bot.storage.database import Database
from bot.storage.retention import CONVERSATIONS

#: Conversations kept at most: those not gone on with for longest are removed first.
MOST = 100_000
#: Seconds between two looks at what is to be removed.
PURGE = 60.0
#: Seconds for which a database that did not answer is left alone.
AWAY = 10.0

Item = TypeVar("Item")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class Remembered(Protocol):
    """What this process remembers of a conversation."""

    conversation: Conversation
    #: When the last turn was held that the other copies were not told of.
    untold: dt.datetime | None


class Copies:
    """The conversations of all copies. Nothing here raises, nor waits for long."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._database = database
        self._shared = not database.is_sqlite
        self._now = now
        self._reading = Grouped(self._read)
        self._telling = Grouped(self._tell)
        self._away_until = 0.0

    async def recall(self, key: str, memory: Remembered) -> None:
        """Bring the memory to where the conversation stands, unless only this copy knows that.

        Where none is kept, or one that is damaged or of another version, it begins anew.
        """
        kept = await self._asked(self._reading, key)
        if kept is None:
            return
        token, at = kept.get(key, ("", None))
        if memory.untold is None or (at and at > memory.untold):
            memory.conversation = Conversation.read(token)

    async def tell(self, key: str, memory: Remembered) -> None:
        """Let the other copies go on from what the memory holds."""
        told = await self._asked(self._telling, (key, memory.conversation.token()))
        memory.untold = None if told else self._now()

    async def forget(self, keys: Collection[str]) -> None:
        """Remove these conversations now."""
        await self._asked(lambda gone: self._database.forget_conversations(keys=gone), keys)

    async def purge(self) -> None:
        """Remove, for ever, what was kept long enough."""
        while self._shared:
            await self._asked(self._purge, self._now() - CONVERSATIONS)
            await asyncio.sleep(PURGE)

    async def _read(self, keys: list[str]) -> dict[str, tuple[str, dt.datetime]]:
        return await self._database.conversations(keys, self._now() - CONVERSATIONS)

    async def _tell(self, told: list[tuple[str, str]]) -> bool:
        await self._database.keep_conversations(dict(told), self._now())
        return True

    async def _purge(self, before: dt.datetime) -> None:
        await self._database.forget_conversations(before=before, most=MOST)

    async def _asked(self, work: Callable[[Item], Awaitable[Result]], item: Item) -> Result | None:
        """What the database answers; None where it is not there, or nobody shares it."""
        clock = asyncio.get_running_loop().time
        if not self._shared or clock() < self._away_until:
            return None
        try:
            return await asyncio.wait_for(work(item), PATIENCE)
        except Exception as error:
            self._away_until = clock() + AWAY
            _log.error("Conversations partagées hors d’atteinte : %s.", type(error).__name__)
            return None
