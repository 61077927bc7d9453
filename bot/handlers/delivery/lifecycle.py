"""The Telegram channel from its opening to its end: met, receiving, stopped."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from telegram.error import InvalidToken, TelegramError

from bot.handlers.context import BotApplication
from bot.handlers.delivery.intake import Intake
from bot.handlers.delivery.polling import NO_ANSWER, Polling
from bot.handlers.delivery.transport import through
from bot.handlers.delivery.webhook import Webhook
from bot.pauses import doubling

REFUSED_BOT = "Telegram refuse le jeton TELEGRAM_BOT_TOKEN. Copiez-le de nouveau depuis @BotFather."

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Channel:
    """An application with the way its updates come in. `opened`, then `receiving` within it."""

    application: BotApplication
    intake: Intake
    receiver: Polling | Webhook
    #: Brings up to date what Telegram shows of the bot.
    announce: Callable[[BotApplication], Awaitable[None]]
    #: The address that opens the bot on a commune, from a source.
    link_of: Callable[[BotApplication, str, str], str]
    #: What is in flight at the end has so many seconds to finish.
    stop_seconds: float
    refused: bool = False
    no_answer: str = NO_ANSWER

    def problem(self) -> str | None:
        """Why nothing comes in, in French, or None."""
        if self.refused:
            return REFUSED_BOT
        return self.receiver.problem if self.application.running else self.no_answer

    @property
    def routes(self) -> tuple[web.RouteDef, ...]:
        """By which updates come in."""
        return (self.receiver.route,) if isinstance(self.receiver, Webhook) else ()

    def link(self, commune: str, source: str) -> str:
        """The address that opens the bot on a commune."""
        return self.link_of(self.application, commune, source)

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Telegram met, or not yet; all closed at the end. It stops no other channel."""
        try:
            await self._meet()
            yield
        finally:
            if self.application.running:
                await self.application.stop()
            await self.application.shutdown()
            # Which the line above leaves open where Telegram was down.
            await self.application.bot.shutdown()

    @contextlib.asynccontextmanager
    async def receiving(self) -> AsyncIterator[None]:
        """Take updates; at the end, take no more and finish those in flight."""
        copies = self.application.bot_data.copies
        tasks = [asyncio.create_task(work) for work in (self._receive(), copies.purge())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self.intake.stop(self.stop_seconds)
            if isinstance(self.receiver, Polling):
                await self.receiver.confirm()

    async def _receive(self) -> None:
        pauses = doubling()
        while not self.application.running:
            if self.refused:
                return
            await asyncio.sleep(next(pauses))
            await self._meet()
        try:
            await self.announce(self.application)
        except Exception as error:
            # Its menus may be out of date; residents are answered all the same.
            _log.error("Présentation du bot refusée : %s.", type(error).__name__)
        await self.receiver.run()

    async def _meet(self) -> None:
        """Ask Telegram who the bot is, which everything rests on. It may be down for a while."""
        try:
            await self.application.initialize()
        except InvalidToken:
            # The exception's own message holds the token.
            self.refused = True
            _log.error("%s", REFUSED_BOT)
        except TelegramError as error:
            self.no_answer = NO_ANSWER + through(self.application.bot.base_url)
            _log.error("%s [%s]", self.no_answer, type(error).__name__)
        else:
            await self.application.start()
