"""What to do about each error, in one table; what is logged names no one and holds no token."""

import datetime as dt
import logging
from enum import Enum, auto
from pathlib import Path
from traceback import extract_tb

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.handlers.delivery.transport import CutError, CutShortError, NotConnectedError

_log = logging.getLogger(__name__)


class UndeliveredError(Exception):
    """Telegram could not be given a reply for as long as it is worth waiting: the reply is due."""


class Remedy(Enum):
    """What is done about an error. `sending.py` carries it out; elsewhere, all but the first log.

    Those that change the message apply once each; then, and where there is nothing to change,
    they are APOLOGISE.
    """

    IGNORE = auto()  # there is nothing more to do, nor to log
    COUNT_AS_SENT = auto()  # Telegram may have acted: another message would be one too many
    WAIT = auto()  # for as long as Telegram says, then again
    RETRY = auto()  # again, after pauses that grow
    ONCE_MORE = auto()  # at once
    SEND_PLAIN = auto()  # without tags
    SEND_LOOSE = auto()  # as an answer to no message, outside of any topic
    SEND_ANEW = auto()  # rather than edit what was sent before
    SEND_THERE = auto()  # to the group's new number
    REMEMBER = auto()  # that the reply is due
    APOLOGISE = auto()


#: In Telegram's words: the bot may not write there, so that an apology would be refused as well.
_MUTED = (
    "rights", "_forbidden", "_restricted", "topic_closed", "admin_required", "banned_in_channel",
)  # fmt: skip
#: First match first: many of these are NetworkErrors too.
TABLE: tuple[tuple[type[BaseException], str, Remedy], ...] = (
    # She blocked the bot or closed her account, or it was put out of the group.
    (Forbidden, "", Remedy.IGNORE),
    *((BadRequest, part, Remedy.IGNORE) for part in _MUTED),
    (BadRequest, "message is not modified", Remedy.IGNORE),
    # Telegram forgets a pressed button after some minutes; its reply is sent all the same.
    (BadRequest, "query is too old", Remedy.IGNORE),
    (BadRequest, "can't parse entities", Remedy.SEND_PLAIN),
    (BadRequest, "message to be replied not found", Remedy.SEND_LOOSE),
    (BadRequest, "message thread not found", Remedy.SEND_LOOSE),
    (BadRequest, "topic_deleted", Remedy.SEND_LOOSE),
    (BadRequest, "message to edit not found", Remedy.SEND_ANEW),
    (BadRequest, "message can't be edited", Remedy.SEND_ANEW),
    (BadRequest, "", Remedy.APOLOGISE),
    (ChatMigrated, "", Remedy.SEND_THERE),
    (RetryAfter, "", Remedy.WAIT),
    (NotConnectedError, "", Remedy.RETRY),
    (CutError, "", Remedy.ONCE_MORE),
    (CutShortError, "", Remedy.COUNT_AS_SENT),
    (TimedOut, "", Remedy.COUNT_AS_SENT),
    # Telegram's own errors, 500 to 599.
    (NetworkError, "", Remedy.RETRY),
    # A success that can't be read is a success.
    (TelegramError, "invalid server response", Remedy.COUNT_AS_SENT),
    (UndeliveredError, "", Remedy.REMEMBER),
    (BaseException, "", Remedy.APOLOGISE),
)


def remedy(error: BaseException) -> Remedy:
    """What the table says about the error."""
    message = str(error).lower() if isinstance(error, TelegramError) else ""
    return next(what for kind, part, what in TABLE if isinstance(error, kind) and part in message)


def seconds_asked(error: RetryAfter) -> float:
    """How long Telegram asks us to wait."""
    asked = error.retry_after
    return asked.total_seconds() if isinstance(asked, dt.timedelta) else asked


def report(error: BaseException) -> None:
    """Log the error's class and the line it comes from; its message may hold what was written."""
    if remedy(error) is Remedy.IGNORE:
        return
    frames = extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    _log.error("Telegram : %s%s", type(error).__name__, place)
