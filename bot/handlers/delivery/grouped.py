"""Many small calls at once become few large ones: a database pays by the transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Seconds between two calls while items keep coming: each costs as much as several answers.
GATHER = 0.005


class Grouped(Generic[Item, Result]):
    """Gives `work` all the items that came while it was busy, in one call.

    A lone item waits for nothing. Whoever gave an item of a call gets that call's result, or its
    error.
    """

    def __init__(self, work: Callable[[list[Item]], Awaitable[Result]]) -> None:
        self._work = work
        self._next: tuple[list[Item], asyncio.Future[Result]] | None = None
        self._runner: asyncio.Task[None] | None = None

    def __call__(self, item: Item) -> asyncio.Future[Result]:
        if self._next is None:
            self._next = ([], asyncio.get_running_loop().create_future())
        items, result = self._next
        items.append(item)
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
        # One who gives up waiting must not end the wait of the others.
        return asyncio.shield(result)

    async def _run(self) -> None:
        while self._next:
            (items, result), self._next = self._next, None
            try:
                done = await self._work(items)
            except Exception as error:
                result.set_exception(error)
                result.exception()  # seen, even if nobody waits any more
            else:
                result.set_result(done)
            if self._more():
                await asyncio.sleep(GATHER)
        self._runner = None

    def _more(self) -> bool:
        return self._next is not None
