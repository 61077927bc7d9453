"""What copies of the service tell each other: a conversation goes on with whichever is next.

They share it by PostgreSQL, for half an hour, under a pseudonym; an SQLite file has one process,
whose memory is enough. Where the database is away, each goes on from its own memory.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Collection
from typing import Protocol

from bot.conversation.reply import Conversation
from bot.handlers.delivery.grouped import Grouped
from bot.storage.database import Database
from bot.storage.retention import CONVERSATIONS

#: Conversations kept at most: those not gone on with for longest are removed first.
MOST = 100_000
#: Seconds between two looks at what is to be removed.
PURGE = 60.0


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

    async def recall(self, key: str, memory: Remembered) -> None:
        """Bring the memory to where the conversation stands, unless only this copy knows that.

        Where none is kept, or one that is damaged or of another version, it begins anew.
        """
        kept = await self._reading(key) if self._shared else None
        if kept is None:
            return
        token, at = kept.get(key, ("", None))
        if memory.untold is None or (at and at > memory.untold):
            memory.conversation = Conversation.read(token)

    async def tell(self, key: str, memory: Remembered) -> None:
        """Let the other copies go on from what the memory holds."""
        said = key, memory.conversation.token()
        told = self._shared and await self._telling(said)
        memory.untold = None if told else self._now()

    async def forget(self, keys: Collection[str]) -> bool:
        """Remove these conversations; False where that waits for the database."""
        database = self._database
        return not self._shared or await database.patience.soon(
            lambda: database.forget_conversations(keys=keys)
        )

    async def purge(self) -> None:
        """Remove, for ever, what was kept long enough."""
        while self._shared:
            await self._database.patience.told(self._purge)
            await asyncio.sleep(PURGE)

    async def _read(self, keys: list[str]) -> dict[str, tuple[str, dt.datetime]] | None:
        database, since = self._database, self._now() - CONVERSATIONS
        return await database.patience.told(lambda: database.conversations(keys, since))

    async def _tell(self, said: list[tuple[str, str]]) -> bool:
        async def tell() -> bool:
            await self._database.keep_conversations(dict(said), self._now())
            return True

        return await self._database.patience.told(tell) is True

    async def _purge(self) -> None:
        await self._database.forget_conversations(before=self._now() - CONVERSATIONS, most=MOST)
