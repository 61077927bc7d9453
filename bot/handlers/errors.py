"""What to do about each error, in one table; what is logged names no one and holds no token."""

import logging
from enum import Enum, auto
from pathlib import Path
from traceback import extract_tb

from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.handlers import texts
from bot.handlers.context import BotContext
from bot.language.typography import typeset

_log = logging.getLogger(__name__)


class Remedy(Enum):
    """What is done about an error."""

    IGNORE = auto()
    SEND_PLAIN = auto()  # where messages are sent; elsewhere it's like APOLOGISE
    LOG = auto()
    APOLOGISE = auto()  # and log


#: First match first: BadRequest and TimedOut are NetworkErrors too.
_TABLE: tuple[tuple[type[BaseException], str, Remedy], ...] = (
    # She blocked the bot, or it was put out of the group.
    (Forbidden, "", Remedy.IGNORE),
    (BadRequest, "message is not modified", Remedy.IGNORE),
    # Telegram forgets a pressed button after some minutes; its reply is sent all the same.
    (BadRequest, "query is too old", Remedy.IGNORE),
    (BadRequest, "can't parse entities", Remedy.SEND_PLAIN),
    (BadRequest, "", Remedy.APOLOGISE),
    # The message may have arrived: another would be one too many.
    (TimedOut, "", Remedy.LOG),
    (RetryAfter, "", Remedy.LOG),
    (NetworkError, "", Remedy.APOLOGISE),
    (BaseException, "", Remedy.APOLOGISE),
)


def remedy(error: BaseException) -> Remedy:
    """What the table says about the error."""
    message = str(error).lower() if isinstance(error, TelegramError) else ""
    return next(what for kind, part, what in _TABLE if isinstance(error, kind) and part in message)


def report(error: BaseException) -> None:
    """Log the error's class and the line it comes from; its message may hold what was written."""
    if remedy(error) is Remedy.IGNORE:
        return
    frames = extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    _log.error("Telegram : %s%s", type(error).__name__, place)


async def on_error(update: object, context: BotContext) -> None:
    """The application's error handler. It never raises: there is nobody left to tell."""
    if context.error is None:
        return
    try:
        report(context.error)
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat and remedy(context.error) in {Remedy.APOLOGISE, Remedy.SEND_PLAIN}:
            await context.bot.send_message(chat.id, typeset(texts.APOLOGY))
    except Exception as error:
        report(error)
