"""Counts of questions and arrivals: made in memory, written together, so that no reply waits.

A database that is away keeps them waiting, and a process that is killed loses a few seconds of
them: counts, and nothing else. They are bounded: by the themes and the outcomes, and for arrivals,
which anyone can invent, by SOURCES_A_DAY.
"""

import asyncio
import contextlib
import datetime as dt
import logging
from collections import Counter
from collections.abc import AsyncIterator

from bot.conversation.alike import REFUSED
from bot.conversation.reply import Outcome, Question, Reply
from bot.conversation.served import Served
from bot.storage.asked import OUTCOMES, AskedQuestions
from bot.storage.database import SOURCES_A_DAY, Asked, Database

#: How long a service that stops waits for the last counts to be written.
LAST_SECONDS = 2.0

_log = logging.getLogger(__name__)


class Tallies:
    """What was counted since it was last written, and the questions that wait with it."""

    def __init__(self, database: Database, asked: AskedQuestions, every: float = 5.0) -> None:
        self._database = database
        self._questions = asked
        self._every = every
        self._asked: Counter[Asked] = Counter()
        self._arrived: Counter[tuple[str, str, dt.date]] = Counter()
        self._lost = False

    @property
    def late(self) -> bool:
        """Whether the database did not take them last time."""
        return self._lost

    def question(self, channel: str, question: Question, reply: Reply, served: Served) -> None:
        """Count a question by its month, its theme and what became of it; keep it, masked."""
        self._questions.heard(channel, question, reply)
        self.count(channel, reply, served)

    def count(self, channel: str, reply: Reply, served: Served) -> None:
        """Count it, and keep nothing of its words."""
        if reply.outcome not in OUTCOMES:
            return
        outcome = OUTCOMES[reply.outcome]
        keys = (reply.entry or "", *reply.entries)
        if reply.outcome in {Outcome.COMMUNE, Outcome.CHOOSE_COMMUNE}:
            keys = served.gazetteer.region.entries
        themes = (served.entries[key].theme for key in keys if key in served.entries)
        theme = next((one for one in themes if one), "") if outcome != REFUSED else ""
        self._asked[Asked(served.today.replace(day=1), channel, theme, outcome)] += 1

    def arrival(self, source: str, channel: str, day: dt.date) -> None:
        """Count that a link was followed."""
        if (source, channel, day) in self._arrived or len(self._arrived) < SOURCES_A_DAY:
            self._arrived[source, channel, day] += 1

    async def write(self) -> None:
        """Write what waits. What could not be written waits on; nothing is raised."""
        asked, self._asked = self._asked, Counter()
        arrived, self._arrived = self._arrived, Counter()
        try:
            if asked:
                await self._database.add_questions(asked)
                asked = Counter()
            for source, channel, day in tuple(arrived):
                count = arrived[source, channel, day]
                await self._database.add_arrival(source, channel, day, count)
                del arrived[source, channel, day]
            self._lost = False
        except Exception as error:
            # Whatever the driver raises: the next time may do. Its message may hold the password.
            if not self._lost:
                _log.warning("Les comptes attendent la base (%s).", type(error).__name__)
            self._lost = True
        finally:
            self._asked += asked
            self._arrived += arrived
        await self._questions.write()

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Write every few seconds until left, and once more then."""
        task = asyncio.create_task(self._write_on())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.write(), LAST_SECONDS)

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self.write()
