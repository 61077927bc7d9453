"""The log: one line a record, for people or for programs, and nobody in it."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

#: What tells apart the records of one web request; made anew for each, by us.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class _Lines(logging.Formatter):
    """A record, its traceback included, on one line: collectors of logs read lines.

    On a terminal, where a person reads, it keeps its own lines.
    """

    def __init__(self, *, as_it_is: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")
        self._as_it_is = as_it_is

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        about = request_id.get()
        text = f"{text} [requête {about}]" if about else text
        return text if self._as_it_is else " ⏎ ".join(text.splitlines())


class _Json(logging.Formatter):
    """A record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if about := request_id.get():
            told["request"] = about
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def start_log(level: str, form: Literal["text", "json"]) -> None:
    """Write records of this level and above to the standard error, in this form."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Lines(as_it_is=sys.stderr.isatty()))
    logging.basicConfig(level=level, handlers=[handler])
    # It tells each look at the migrations, in English.
    logging.getLogger("alembic").setLevel(max(logging.getLogger().level, logging.WARNING))
