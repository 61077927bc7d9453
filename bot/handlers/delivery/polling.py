"""Fetches updates where Telegram can't reach us, and confirms them once they are answered.

Telegram forgets the updates below the offset that is asked for: it goes past those answered and
no further, and what comes after is answered meanwhile. Since it gives a hundred updates at most
from there, as many are in flight at once.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from telegram.error import Conflict, RetryAfter

from bot.handlers.context import BotApplication
from bot.handlers.delivery.errors import seconds_asked
from bot.handlers.delivery.intake import Intake
from bot.handlers.delivery.transport import call, through
from bot.pauses import doubling

#: Telegram's limit on the updates of one answer.
AT_ONCE = 100
#: Seconds that Telegram waits for an update before it says that there is none.
LONG_POLL = 30
#: Seconds, first and longest, before those that came behind an unfinished update are asked for.
GLANCE = (0.05, 1.0)
#: Seconds without an update, all being confirmed, after which no offset is asked for: after a week
#: Telegram may number them anew, lower, and would take the old offset for their confirmation.
QUIET = 3600.0

ANOTHER_POLLER = (
    "Un autre programme reçoit déjà les messages de ce bot : le même jeton sert deux fois. "
    "Arrêtez l’un des deux."
)
ANOTHER_WEBHOOK = (
    "Un webhook est posé sur ce bot : un autre programme en reçoit les messages. "
    "Arrêtez-le, ou choisissez TELEGRAM_MODE=webhook."
)
NO_ANSWER = "Telegram ne répond pas."

_log = logging.getLogger(__name__)


class Polling:
    """The loop; `problem` says in French why nothing comes in, None when all is well."""

    def __init__(
        self,
        application: BotApplication,
        intake: Intake,
        allowed_updates: Sequence[str],
        *,
        quiet: float = QUIET,
    ) -> None:
        self._bot = application.bot
        self._intake = intake
        self._allowed = list(allowed_updates)
        self._quiet = quiet
        self._offset: int | None = None
        self._taken: dict[int, asyncio.Task[bool]] = {}
        self.problem: str | None = "La réception des messages commence."

    async def run(self) -> None:
        """Fetch for ever; cancel it to stop, then finish the intake, then `confirm`."""
        pauses, first_passes = doubling(), doubling(*GLANCE)
        began = False
        clock = asyncio.get_running_loop().time
        last = clock()
        while True:
            try:
                if not began:
                    await self._remove_webhook()
                    began = True
                # The first call is answered at once: that all is well need not wait for a message.
                hurried = self._taken or self.problem
                fresh = self._begin(await self._fetch(0 if hurried else LONG_POLL))
                pauses, self.problem = doubling(), None
            except Exception as error:
                self._tell(error)
                asked = seconds_asked(error) if isinstance(error, RetryAfter) else 0.0
                await asyncio.sleep(max(asked, next(pauses)))
                continue
            # What comes behind an unfinished update is asked for again and again, ever less often.
            if fresh:
                first_passes = doubling(*GLANCE)
            if self._taken:
                await asyncio.wait(self._taken.values(), timeout=next(first_passes))
                self._advance()
                last = clock()
            elif clock() - last > self._quiet:
                self._offset = None

    async def confirm(self) -> None:
        """Tell Telegram what was answered since; without that it gives it again, to be dropped."""
        self._advance()
        if self._offset is not None:
            try:
                await self._fetch(0, limit=1)
            except Exception as error:
                _log.info("Dernière confirmation à Telegram : %s.", type(error).__name__)

    def _begin(self, updates: list[dict[str, Any]]) -> bool:
        """Begin to answer those that are not begun; whether there were any."""
        fresh = [one for one in updates if one["update_id"] not in self._taken]
        for update in fresh:
            answer = self._intake.take(update, patient=True)
            self._taken[update["update_id"]] = asyncio.create_task(answer)
        return bool(fresh)

    async def _fetch(self, timeout: int, limit: int = AT_ONCE) -> list[dict[str, Any]]:  # noqa: ASYNC109 - Telegram's
        data: dict[str, Any] = {
            "timeout": timeout, "limit": limit, "allowed_updates": self._allowed,
        }  # fmt: skip
        if self._offset is not None:
            data["offset"] = self._offset
        # Not the bot's get_updates: one update that it can't read loses the whole answer.
        result: Any = await call(self._bot, "getUpdates", data, read_timeout=timeout + 10)
        return [one for one in result if type(one.get("update_id")) is int]

    def _advance(self) -> None:
        """Move the offset past the updates done before the first that is not."""
        for update_id in sorted(self._taken):
            task = self._taken[update_id]
            if not task.done() or task.cancelled() or not task.result():
                return
            del self._taken[update_id]
            self._offset = update_id + 1

    async def _remove_webhook(self) -> None:
        if (await self._bot.get_webhook_info()).url:
            await self._bot.delete_webhook()

    def _tell(self, error: Exception) -> None:
        if not isinstance(error, Conflict):
            problem = NO_ANSWER + through(self._bot.base_url)
        elif "webhook" in str(error).lower():
            problem = ANOTHER_WEBHOOK
        else:
            problem = ANOTHER_POLLER
        if problem != self.problem:
            _log.error("%s [%s]", problem, type(error).__name__)
        self.problem = problem
