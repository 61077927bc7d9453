"""At least once, in order: an update may be acknowledged only when it is answered.

- A chat's updates are taken one after another, as they came; other chats go on meanwhile.
- What was answered is in the database, which replicas share: given again, it is dropped. The two
  moments that may answer twice are a kill between the reply and its record, and one update given
  to two replicas at once.
- A message is edited, for Telegram, when someone reacts to it too: where its words are those that
  were answered, it is dropped.
- While the database is held or out of order residents are answered all the same, perhaps twice;
  what was answered is recorded as soon as it can be.
- An update whose reply could not be delivered is not acknowledged, and is tried again. After
  TRIES it counts as dealt with, so that it never holds up the others for good.
- An update that can't be read, in any form, is logged by its class and counts as dealt with.
"""

import asyncio
import contextlib
import datetime as dt
import hmac
import logging
import time
from collections import OrderedDict
from itertools import islice
from typing import Any

from telegram import Update

from bot.handlers.context import BotApplication
from bot.handlers.delivery.grouped import Grouped
from bot.pauses import doubling
from bot.storage.database import Answered, Database
from bot.storage.patience import PATIENCE
from bot.storage.retention import UPDATES

#: Updates worked on at once; the rest wait for a seat.
IN_FLIGHT = 512
#: Updates whose failures are counted; beyond, those of the one that failed first begin anew.
FAILING = 10_000
#: Answered updates that this process knows without the database.
RECENT = 4_000
TRIES = 8
#: Seconds before an undelivered reply, or a record, is tried again: two minutes in all.
DELAYS = tuple(islice(doubling(longest=60.0), TRIES - 1))
#: A resident can edit her message for so long; what Telegram calls edited later is not.
EDITABLE = dt.timedelta(days=2)

_log = logging.getLogger(__name__)


class Intake:
    """Where updates come in, by webhook or by polling."""

    def __init__(
        self,
        application: BotApplication,
        database: Database,
        *,
        delays: tuple[float, ...] = DELAYS,
    ) -> None:
        self._application = application
        self._database = database
        self._delays = delays
        self._answered: Grouped[int, set[int] | None] = Grouped(
            lambda ids: database.patience.told(lambda: database.answered_updates(ids))
        )
        self._record = Grouped(self._record_all)
        self._working: dict[int, asyncio.Task[bool]] = {}
        #: Those that were answered and whose record is still to come.
        self._unrecorded: dict[int, tuple[Answered, asyncio.Future[None]]] = {}
        #: The last that were answered.
        self._recent: OrderedDict[int, None] = OrderedDict()
        self._last_of_chat: dict[int, asyncio.Task[bool]] = {}
        self._failed: OrderedDict[int, int] = OrderedDict()
        self._seats = asyncio.Semaphore(IN_FLIGHT)
        self._stopping = asyncio.Event()
        self._cleaned_on = dt.date.min
        updates = application.bot_data.services.metrics.updates
        updates.set_function(lambda: len(self._working))

    async def take(self, data: dict[str, Any], *, patient: bool = False) -> bool:
        """Answer an update as Telegram gives it; True if it may be acknowledged.

        A patient caller (who can't be given the update again soon) leaves the tries to come to
        us, and the chat's next updates wait for them. One update that comes twice is worked on
        once, and both wait for that.
        """
        update_id = data["update_id"]
        task = self._working.get(update_id)
        if task is None:
            if self._stopping.is_set() or not self._application.running:
                return False
            task = self._begin(update_id, data, patient)
        # The task is not the caller's: a connection that is cut must not cut the answer.
        try:
            done = await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                return False
            raise
        if update_id in self._unrecorded and not self._database.patience.away:
            await asyncio.wait([self._unrecorded[update_id][1]], timeout=PATIENCE)
        return done

    async def stop(self, seconds: float) -> None:
        """Take nothing more; finish what is in flight, for so long; leave the rest to be redone."""
        self._stopping.set()
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        if self._working:
            _, late = await asyncio.wait([*self._working.values()], timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        if self._unrecorded:
            records = [record for _, record in self._unrecorded.values()]
            await asyncio.wait(records, timeout=max(0.0, end - clock()))

    def _begin(self, update_id: int, data: dict[str, Any], patient: bool) -> asyncio.Task[bool]:
        try:
            update = Update.de_json(data, self._application.bot)
        except Exception as error:
            # Its kind is new, or it is broken: it will be no clearer when it comes again.
            _log.warning("Mise à jour de Telegram illisible : %s.", type(error).__name__)
            update = None
        chat = _order(update) if update else None
        before = self._last_of_chat.get(chat) if chat is not None else None
        task = asyncio.create_task(self._work(update_id, update, before, patient))
        self._working[update_id] = task
        if chat is not None:
            self._last_of_chat[chat] = task

        def free(done: asyncio.Task[bool]) -> None:
            del self._working[update_id]
            if chat is not None and self._last_of_chat.get(chat) is done:
                del self._last_of_chat[chat]

        task.add_done_callback(free)
        return task

    async def _work(
        self,
        update_id: int,
        update: Update | None,
        before: asyncio.Task[bool] | None,
        patient: bool,
    ) -> bool:
        if before:
            await asyncio.wait([before])
        answered = self._about(update_id, update)
        if await self._was_answered(answered, update):
            return True
        metrics, began = self._application.bot_data.services.metrics, time.perf_counter()
        while not (update is None or await self._process(update)):
            failures = self._failures(update_id)
            if failures > len(self._delays):
                _log.error("Réponse jamais remise après %d essais : abandonnée.", failures)
                metrics.abandoned.inc()
                break
            if not patient or await self._stopped_within(self._delays[failures - 1]):
                return False
        metrics.update.observe(time.perf_counter() - began)
        self._failed.pop(update_id, None)
        self._remember(answered)
        return True

    def _remember(self, answered: Answered) -> None:
        update_id = answered.update_id
        self._recent[update_id] = None
        record = self._record(answered)
        self._unrecorded[update_id] = answered, record
        record.add_done_callback(lambda _: self._unrecorded.pop(update_id, None))
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)
        if len(self._unrecorded) > RECENT:  # the database is away
            del self._unrecorded[next(iter(self._unrecorded))]

    def _about(self, update_id: int, update: Update | None) -> Answered:
        """What is recorded of the update."""
        message = update and (update.message or update.edited_message)
        words = message and (message.text or message.caption)
        if not (message and message.chat and words):  # a torn one may have no chat
            return Answered(update_id)
        named = f"message:{message.chat.id}:{message.message_id}"
        return Answered(update_id, self._hash(named), self._hash(f"{named}:{words}"))

    def _hash(self, text: str) -> int:
        key = self._application.bot_data.services.pseudonym_key
        # Half a surrogate pair, which people can send, has no UTF-8.
        digest = hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")
        return int.from_bytes(digest[:8], signed=True)

    async def _process(self, update: Update) -> bool:
        """Let the handlers work; whether nothing is left to be delivered."""
        async with self._seats:
            try:
                await self._application.process_update(update)
            except Exception as error:
                _log.error("Mise à jour de Telegram en panne : %s.", type(error).__name__)
                return False
            undelivered = self._application.bot_data.undelivered
            due = update.update_id in undelivered
            undelivered.discard(update.update_id)
            return not due

    async def _was_answered(self, answered: Answered, update: Update | None) -> bool:
        update_id, message, words = answered
        if update_id in self._recent or update_id in (await self._answered(update_id) or ()):
            return True
        edited = update and update.edited_message
        if not (edited and message):
            return False
        if edited.edit_date and edited.edit_date - edited.date > EDITABLE:
            return True
        waiting = [one.words for one, _ in self._unrecorded.values() if one.message == message]
        if waiting:
            return words == waiting[-1]
        told = self._database.patience.told
        return words == await told(lambda: self._database.answered_words(message))

    async def _record_all(self, answered: list[Answered]) -> None:
        """Record them; never raises, and gives up after as many tries as a reply's."""
        delays = iter(self._delays)
        while True:
            stopping, today = self._stopping.is_set(), dt.date.today()
            try:
                await self._database.record_answered(answered, today)
                if today != self._cleaned_on:
                    await self._database.forget_updates(today - UPDATES)
                    self._cleaned_on = today
                return
            except Exception as error:
                _log.error("Mises à jour répondues mais pas retenues : %s.", type(error).__name__)
            delay = next(delays, None)
            if stopping or delay is None:
                self._database.patience.dropped(len(answered))
                return
            await self._stopped_within(delay)

    def _failures(self, update_id: int) -> int:
        """Count one more."""
        self._failed[update_id] = failures = self._failed.pop(update_id, 0) + 1
        if len(self._failed) > FAILING:
            self._failed.popitem(last=False)
        return failures

    async def _stopped_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()


def _order(update: Update) -> int | None:
    """What the update must wait its turn in: its chat, or its sender where there is no chat."""
    place = update.effective_chat or update.effective_user
    return place.id if place else None
