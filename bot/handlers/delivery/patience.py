"""A database may be held for a while, by a backup or a slow disk: no chat waits for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.handlers.delivery.errors import report

#: Seconds for which a resident, or Telegram, is kept waiting for the database.
PATIENCE = 1.0

_going_on: set[asyncio.Task[Any]] = set()


async def soon(work: Coroutine[Any, Any, object]) -> bool:
    """Whether the work was done in time, else it goes on by itself. Raises its error in time."""
    task = asyncio.create_task(work)
    await asyncio.wait([task], timeout=PATIENCE)
    if task.done():
        task.result()
        return True
    _going_on.add(task)
    task.add_done_callback(_end)
    return False


def _end(task: asyncio.Task[Any]) -> None:
    _going_on.discard(task)
    if not task.cancelled() and (error := task.exception()):
        report(error)
