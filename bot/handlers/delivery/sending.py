"""Delivers messages: the only place that calls Telegram to send or edit one.

Telegram's failures are dealt with as the table of `errors.py` says.
"""

import re
from asyncio import sleep
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from telegram.constants import ParseMode
from telegram.error import ChatMigrated, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.handlers.delivery.errors import (
    Remedy,
    UndeliveredError,
    remedy,
    report,
    seconds_asked,
)
from bot.handlers.delivery.transport import call
from bot.pauses import doubling

#: Seconds before the first of the tries that are made while Telegram can't be reached or fails.
FIRST_PAUSE = 0.5
#: Seconds waited for Telegram, all in all; more, and the reply is left for later.
PATIENCE = 30.0

Json = dict[str, Any]
_TAG = re.compile(r"<[^>]*>")


def plain(html: str) -> str:
    """The message without its tags, for when Telegram can't read them."""
    return unescape(_TAG.sub("", html))


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is to be sent, or to replace one that was."""

    chat: int
    text: str
    markup: Json | None = None
    html: bool = True
    topic: int | None = None
    quoted: int | None = None
    edited: int | None = None

    def call(self) -> tuple[str, Json]:
        """The method and its parameters."""
        parameters: Json = {
            "chat_id": self.chat,
            "text": self.text,
            "link_preview_options": {"is_disabled": True},
        }
        if self.html:
            parameters["parse_mode"] = ParseMode.HTML.value
        if self.markup:
            parameters["reply_markup"] = self.markup
        if self.edited is not None:
            parameters["message_id"] = self.edited
            return "editMessageText", parameters
        if self.topic is not None:
            parameters["message_thread_id"] = self.topic
        if self.quoted is not None:
            parameters["reply_parameters"] = {
                "message_id": self.quoted,
                "allow_sending_without_reply": True,
            }
        return "sendMessage", parameters

    def after(self, error: TelegramError) -> "Message | None":
        """The message changed so that Telegram takes it; None where it can't be any more."""
        match remedy(error):
            case Remedy.SEND_PLAIN if self.html:
                return replace(self, text=plain(self.text), html=False)
            case Remedy.SEND_LOOSE if self.quoted or self.topic or self.edited:
                return replace(self, quoted=None, topic=None, edited=None)
            case Remedy.SEND_ANEW if self.edited:
                return replace(self, edited=None)
            case Remedy.SEND_THERE if isinstance(error, ChatMigrated):
                moved = replace(self, chat=error.new_chat_id)
                return moved if moved != self else None
        return None


async def deliver(bot: ExtBot[None], message: Message) -> int | None:
    """Send the message, changed where Telegram takes it only so; gives its number, if known.

    Raises UndeliveredError, and Telegram's refusals that no change helps.
    """
    while True:
        try:
            return await _persist(bot, message)
        except TelegramError as error:
            changed = message.after(error)
            if changed is None:
                raise
            report(error)
            message = changed


async def _persist(bot: ExtBot[None], message: Message) -> int | None:
    """Send this very message until Telegram takes it; None where it may have, or wants no more.

    Raises the errors that call for another message, and UndeliveredError.
    """
    waited = 0.0
    pauses = doubling(FIRST_PAUSE, PATIENCE)
    told = once_more = False
    while True:
        try:
            sent = await call(bot, *message.call())
        except TelegramError as error:
            what = remedy(error)
            if what is Remedy.IGNORE:
                return None
            if what is Remedy.COUNT_AS_SENT:
                report(error)
                return None
            if what is Remedy.WAIT and isinstance(error, RetryAfter):
                pause = seconds_asked(error)
            elif what is Remedy.RETRY or (what is Remedy.ONCE_MORE and once_more):
                pause = next(pauses)
            elif what is Remedy.ONCE_MORE:
                pause, once_more = 0.0, True
            else:
                raise
            waited += pause
            if not told:
                report(error)
                told = True
            if waited > PATIENCE:
                raise UndeliveredError from error
        else:
            return sent["message_id"] if isinstance(sent, dict) else None
        await sleep(pause)


async def attempt(call: Awaitable[object]) -> None:
    """Make a call that the resident can do without: its failure must not cost her the answer."""
    try:
        await call
    except TelegramError as error:
        report(error)
