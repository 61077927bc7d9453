"""The database may be away, held or dead: nobody waits long for it.

What is read is done without. What is written has its turn, in order, and waits for it in memory,
where a process that is killed loses it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy.exc import DataError, IntegrityError

#: Seconds for which a resident, or Telegram, is kept waiting for the database.
PATIENCE = 1.0
#: Seconds for which a database that did not answer is not asked on a resident's way.
AWAY = 5.0
#: Seconds between two tries to write.
PAUSE = 2.0
#: What waits to be written, at most; beyond, it is counted as dropped.
WAITING = 1_000

Said = TypeVar("Said")
Write = Callable[[], Awaitable[object]]

_going_on: set[asyncio.Task[Any]] = set()
_log = logging.getLogger(__name__)


async def within(seconds: float, asked: Coroutine[Any, Any, Said]) -> Said:
    """What comes in time. Raises TimeoutError, at once: what takes longer is given up behind.

    The driver takes seconds to give up a dead connection, for which `wait_for` would wait.
    """
    task = asyncio.create_task(asked)
    _going_on.add(task)
    task.add_done_callback(_end)
    await asyncio.wait([task], timeout=seconds)
    if task.done():
        return task.result()
    task.cancel()
    raise TimeoutError


async def read(asked: Coroutine[Any, Any, Said], seconds: float = PATIENCE) -> Said | None:
    """What the database says; None where it is away or slow."""
    try:
        return await within(seconds, asked)
    except Exception as error:
        # Whatever the driver raises; its message may hold the password.
        _log.warning("La base de données ne répond pas (%s).", type(error).__name__)
        return None


def _end(task: asyncio.Task[Any]) -> None:
    _going_on.discard(task)
    if not task.cancelled():
        task.exception()  # seen, even if nobody waits any more


class Patience:
    """One for each database, which it says nothing of: what is asked is the caller's."""

    def __init__(self) -> None:
        #: Called with how many writes are given up.
        self.dropped: Callable[[int], object] = lambda _: None
        self._away_until = 0.0
        self._writes: deque[tuple[Write, asyncio.Future[bool]]] = deque()
        #: Whether the database did not take the last write that was tried.
        self.failing = False
        self._writing: asyncio.Task[None] | None = None

    @property
    def away(self) -> bool:
        """Whether it did not answer just before."""
        return asyncio.get_running_loop().time() < self._away_until

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return len(self._writes)

    async def told(self, ask: Callable[[], Coroutine[Any, Any, Said]]) -> Said | None:
        """What the database tells; None where it does not in time, or did not just before."""
        if self.away:
            return None
        try:
            return await within(PATIENCE, ask())
        except Exception as error:
            # Whatever the driver raises; its message may hold the password.
            self._away_until = asyncio.get_running_loop().time() + AWAY
            _log.warning("La base de données ne répond pas (%s).", type(error).__name__)
            return None

    async def soon(self, write: Write) -> bool:
        """Whether it is written in time, else it will be as soon as it can. Nothing is raised."""
        if len(self._writes) >= WAITING:
            self.dropped(1)
            return False
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._writes.append((write, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        if not (self.failing or self.away):
            await asyncio.wait([done], timeout=PATIENCE)
        return done.done() and done.result()

    async def close(self) -> None:
        """Let what waits be written, for a moment; what is left is dropped."""
        if writing := self._writing:  # it forgets itself once it is done
            await asyncio.wait([writing], timeout=0 if self.failing else PATIENCE)
            writing.cancel()
        if self._writes:
            _log.error("La base n’a pas pris %d avis avant l’arrêt.", len(self._writes))
            self.dropped(len(self._writes))

    async def _write(self) -> None:
        while self._writes:
            write, done = self._writes[0]
            try:
                await write()
                written = True
            except (DataError, IntegrityError) as error:
                _log.error("Écriture refusée par la base (%s).", type(error).__name__)
                written = False
                self.dropped(1)
            except Exception as error:
                if not self.failing:
                    _log.warning("Les avis attendent la base (%s).", type(error).__name__)
                self.failing = True
                _settle(done, written=False)
                await asyncio.sleep(PAUSE)
                continue
            self.failing = False
            _settle(done, written=written)
            self._writes.popleft()
        self._writing = None


def _settle(done: asyncio.Future[bool], *, written: bool) -> None:
    if not done.done():
        done.set_result(written)
