"""Keeps the token and what residents write out of the logs of the libraries below us."""

import logging


class _Discreet(logging.Filter):
    """Leaves of a record of python-telegram-bot its fixed text and the class of its error.

    What it fills in may be a whole update, and the message of an error may hold the token.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        record.msg = f"{record.msg} [{kind.__name__}]" if kind else record.msg
        record.args = ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


_DISCREET = _Discreet()


def hush_libraries() -> None:
    """Set the libraries' loggers so; doing it again changes nothing."""
    # At DEBUG, python-telegram-bot logs every message.
    logging.getLogger("telegram").setLevel(max(logging.getLogger().level, logging.INFO))
    # A filter sees only its own logger's records, and each of the library's modules has one.
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("telegram."):
            logging.getLogger(name).addFilter(_DISCREET)
