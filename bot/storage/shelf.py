"""Compiled knowledge kept in the database, for a copy whose disk is empty; never fatal.

It is asked from threads, in which matchers are made, and answered by the event loop.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.storage.database import TABLES, Database

Found = TypeVar("Found")
#: Only what was made last: it can be made again, and weighs more than all texts.
COMPILED = sa.Table(
    "knowledge_compiled",
    TABLES,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
#: How long a start waits for it, rather than make it again.
_SECONDS = 10.0

_log = logging.getLogger(__name__)


class Shelf:
    """What was compiled last, by any copy of the service; made while the event loop runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loop = asyncio.get_running_loop()

    def get(self, name: str) -> bytes | None:
        """What is kept under this name."""
        return self._wait(self._get(name))

    def claim(self, name: str) -> bool:
        """Whether nobody else said that they make it; from now on, one does."""
        return self._wait(self._claim(name)) is not False

    def put(self, name: str, content: bytes) -> None:
        """Keep this, and nothing else any more."""
        self._wait(self._put(name, content))

    async def _get(self, name: str) -> bytes | None:
        asked = sa.select(COMPILED.c.content).where(COMPILED.c.name == name)
        async with self._database.engine.connect() as connection:
            content: bytes | None = await connection.scalar(asked)
            return content

    async def _claim(self, name: str) -> bool:
        added = self._database.insert(COMPILED).values(name=name, content=b"")
        async with self._database.engine.begin() as connection:
            done = await connection.execute(added.on_conflict_do_nothing())
            return done.rowcount == 1

    async def _put(self, name: str, content: bytes) -> None:
        values = {"content": content}
        added = self._database.insert(COMPILED).values(name=name, **values)
        async with self._database.engine.begin() as connection:
            await connection.execute(sa.delete(COMPILED).where(COMPILED.c.name != name))
            await connection.execute(
                added.on_conflict_do_update(index_elements=["name"], set_=values)
            )

    def _wait(self, work: Coroutine[Any, Any, Found]) -> Found | None:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result(_SECONDS)
        except Exception as error:
            # Whatever the driver raises: it is done without.
            _log.warning("Lecture d’avance sans la base de données (%s).", type(error).__name__)
            return None
