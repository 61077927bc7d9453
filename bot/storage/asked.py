"""What residents asked, masked, for RETENTION_DAYS: the last questions, and those asked in vain.

Nothing here is on a reply's way: a message waits in memory, is masked off the event loop and
written a few seconds later with others. What rings an alarm, tells of health or is a letter is
never kept. No row says who, nor at what hour.
"""

import asyncio
import datetime as dt
import logging
from collections import deque
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import NamedTuple

import sqlalchemy as sa

from bot.conversation.alike import CHOSEN, CORRECTED, DISLIKED, REFUSED, Group, Vain, grouped
from bot.conversation.message import LETTER
from bot.conversation.pieces import whole
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.conversation.served import Served
from bot.language.masking import masked, sensitive
from bot.language.words import normalise
from bot.storage.database import TABLES, Database
from bot.trained import load_encoder

#: What became of a question that was not refused.
ANSWERED, OFFERED = "answered", "offered"
#: Those that wait at most, to be masked or to be written; beyond, they are counted as dropped.
WAITING = 1_000
#: Asked in vain and kept in one day, at most: anyone can ask.
A_DAY = 2_000
#: Questions of any outcome that are kept, the last ones.
RECENT = 500
#: The dialogue act of who was not understood (bot/defaults/actes.yaml).
COMPLAINT = "plainte"
_ASKED = (ANSWERED, OFFERED, REFUSED)
#: What became of a question, by how its reply ended. Thanks and greetings are none.
OUTCOMES = MappingProxyType(
    {
        Outcome.ANSWER: ANSWERED,
        Outcome.COMMUNE: ANSWERED,
        Outcome.SUGGESTIONS: OFFERED,
        Outcome.CHOOSE_COMMUNE: OFFERED,
        Outcome.NO_MATCH: REFUSED,
    }
)

#: Masked questions. `entry` answered it, or was chosen afterwards.
QUESTIONS = sa.Table(
    "asked",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date, nullable=False, index=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("text", sa.String(LETTER), nullable=False),
    sa.Column("entry", sa.String(32)),
)
#: Those that an editor ignores for good, as she read them.
IGNORED = sa.Table("asked_ignored", TABLES, sa.Column("text", sa.String(LETTER), primary_key=True))

_log = logging.getLogger(__name__)


class _Heard(NamedTuple):
    """What waits to be masked; `keys` are the entries that it came near to."""

    channel: str
    outcome: str
    text: str
    entry: str | None
    keys: tuple[str | None, ...]


class AskedQuestions:
    """`served` gives what is served now; `dropped` is called for each question that is lost."""

    def __init__(
        self,
        database: Database,
        served: Callable[[], Served],
        days: int,
        dropped: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._served = served
        self._days = days
        self._dropped = dropped
        self._heard: deque[_Heard] = deque()
        self._masked: deque[_Heard] = deque()
        self._lost = False

    def heard(self, channel: str, question: Question, reply: Reply) -> None:
        """Keep a question in words, and what became of it; a search of communes is none."""
        if question.only_place or not question.text.strip():
            return
        before = question.conversation
        if reply.outcome in OUTCOMES:
            joined = whole(question) if reply.joins else None
            text = (joined or question).text
            keys = (before.entry, reply.entry, *reply.entries)
            self._add(_Heard(channel, OUTCOMES[reply.outcome], text, reply.entry, keys))
        elif before.last == Outcome.ANSWER and self._complains(question.text):
            self._about_answer(channel, CORRECTED, before)

    def disliked(self, channel: str, entry: str, conversation: Conversation) -> None:
        """Keep what the answer of no use was asked by, where the conversation still knows it."""
        if conversation.entry == entry and conversation.last == Outcome.ANSWER:
            self._about_answer(channel, DISLIKED, conversation)

    def chosen(self, channel: str, words: str, entry: str | None) -> None:
        """Keep which entry was taken after these words got none; None: none of those offered."""
        self._add(_Heard(channel, CHOSEN if entry else REFUSED, words, entry, (entry,)))

    def _about_answer(self, channel: str, outcome: str, conversation: Conversation) -> None:
        entry = self._served().entries.get(conversation.entry or "")
        # A button's question is the entry's own: it was not asked.
        if entry and normalise(conversation.wish) != normalise(entry.question):
            self._add(_Heard(channel, outcome, conversation.wish, entry.id, (entry.id,)))

    def _complains(self, text: str) -> bool:
        return self._served().base.acts.find(text) == COMPLAINT

    def _add(self, heard: _Heard) -> None:
        if not self._days:
            return
        if len(self._heard) < WAITING:
            self._heard.append(heard)
        else:
            self._dropped()

    async def write(self) -> None:
        """Mask and write what waits. What can't be written waits on, masked; nothing is raised."""
        heard, self._heard = self._heard, deque()
        try:
            if heard:
                kept = await asyncio.to_thread(_kept, heard, self._served())
                for one in kept:
                    self._wait(one)
            rows = [*self._masked]
            self._masked.clear()
            try:
                if rows:
                    await self._store(rows)
            except BaseException:
                for one in rows:
                    self._wait(one)
                raise
            self._lost = False
        except Exception as error:
            # Whatever the driver raises; its message may hold the password, or the question.
            if not self._lost:
                _log.warning("Les questions attendent la base (%s).", type(error).__name__)
            self._lost = True

    def _wait(self, masked: _Heard) -> None:
        if len(self._masked) < WAITING:
            self._masked.append(masked)
        else:
            self._dropped()

    async def _store(self, rows: Sequence[_Heard]) -> None:
        today = self._served().today
        kept = QUESTIONS.c
        vain = kept.outcome.not_in((ANSWERED, OFFERED))
        counted = sa.select(sa.func.count()).where(kept.day == today, vain)
        last = sa.select(kept.id).where(kept.outcome.in_(_ASKED)).order_by(kept.id.desc())
        too_old = kept.id <= last.offset(RECENT).limit(1).scalar_subquery()
        async with self._database.engine.begin() as connection:
            left = A_DAY - (await connection.scalar(counted) or 0)
            stored = []
            for one in rows:
                if one.outcome not in (ANSWERED, OFFERED):
                    left -= 1
                    if left < 0:
                        self._dropped()
                        continue
                stored.append(
                    {
                        "day": today,
                        "channel": one.channel,
                        "outcome": one.outcome,
                        "text": one.text,
                        "entry": one.entry,
                    }
                )
            if stored:
                await connection.execute(sa.insert(QUESTIONS), stored)
                await connection.execute(sa.delete(QUESTIONS).where(too_old, ~vain))

    async def recent(self, count: int = RECENT) -> tuple[str, ...]:
        """The last questions of any outcome, masked, the newest first, each once."""
        kept = QUESTIONS.c
        asked = sa.select(kept.text).where(kept.outcome.in_(_ASKED))
        async with self._database.engine.connect() as connection:
            rows = await connection.scalars(asked.order_by(kept.id.desc()).limit(count))
            return tuple(dict.fromkeys(rows))

    async def groups(self, days: int) -> tuple[Group, ...]:
        """What was asked in vain in the last days, today among them; the most frequent first."""
        kept, served = QUESTIONS.c, self._served()
        since = served.today - dt.timedelta(days=days - 1)
        asked = sa.select(kept.text, kept.outcome, kept.entry).where(
            kept.day >= since, kept.outcome.not_in((ANSWERED, OFFERED))
        )
        async with self._database.engine.connect() as connection:
            rows = [Vain(*row) for row in await connection.execute(asked.order_by(kept.id))]
            ignored = set(await connection.scalars(sa.select(IGNORED.c.text)))
        return await asyncio.to_thread(grouped, rows, ignored, served, load_encoder())

    async def ignore(self, group: Group) -> None:
        """Show no question like these again. They are kept as they were shown, without limit."""
        async with self._database.engine.begin() as connection:
            known = set(await connection.scalars(sa.select(IGNORED.c.text)))
            rows = [{"text": text} for text in group.examples if text not in known]
            if rows:
                await connection.execute(sa.insert(IGNORED), rows)


def _kept(heard: Sequence[_Heard], served: Served) -> list[_Heard]:
    """Those that may be kept, masked."""
    kept = []
    for one in heard:
        near = (served.entries.get(key or "") for key in one.keys)
        alarms = any(entry.alarm for entry in near if entry)
        if len(one.text) >= LETTER or alarms or sensitive(one.text):
            continue
        if served.base.alarms.find(one.text, served.matcher.repair):
            continue
        if served.base.acts.find(one.text):  # « la deuxième », « oui »
            continue
        text = masked(one.text)
        if len(text) < LETTER and normalise(text):
            kept.append(one._replace(text=text))
    return kept
