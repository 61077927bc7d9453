"""Receives updates where Telegram can reach us: 200 once they are answered, never before."""

import asyncio
import contextlib
import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web
from telegram.error import BadRequest

from bot.handlers.context import BotApplication
from bot.handlers.delivery.intake import Intake
from bot.handlers.delivery.transport import through
from bot.pauses import doubling
from bot.web.body import read_body

PATH = "/telegram/webhook"
#: Telegram's updates have some kilobytes at most.
BODY_BYTES = 1 << 20
#: The most that Telegram opens to us at once.
CONNECTIONS = 100
#: Seconds between two looks at whether the webhook is still as we set it.
WATCH = 300.0
#: Seconds at most before a failed call is made again.
LONGEST_PAUSE = 60.0

REFUSED = "Telegram ne prend pas le webhook."
FAILING = (
    "Telegram n’arrive pas à apporter les messages à PUBLIC_URL. Il dit : « {reason} ». "
    "Messages qui attendent : {count}."
)

_HEADER = "X-Telegram-Bot-Api-Secret-Token"

_log = logging.getLogger(__name__)


def secret_token(key: bytes, token: str) -> str:
    """What Telegram must show to be believed: the same for all replicas that share the key."""
    return hmac.new(key, f"telegram-webhook:{token}".encode(), hashlib.sha256).hexdigest()


class Webhook:
    """The route and its registration; `problem` says in French why nothing comes in, or None.

    Telegram does not tell the secret that it was given, so `kept`, a file, holds a digest of the
    last: a new secret is sent to Telegram, the same one is not sent twice. Where the file is lost,
    or is another replica's, the webhook is set once more with the same values, which is harmless;
    where it can't be read or written, that is at each start.
    """

    def __init__(
        self,
        application: BotApplication,
        intake: Intake,
        allowed_updates: Sequence[str],
        *,
        public_url: str,
        secret: str,
        kept: Path,
        watch: float = WATCH,
    ) -> None:
        self._bot = application.bot
        self._intake = intake
        self._allowed = list(allowed_updates)
        self._url = f"{public_url}{PATH}"
        self._secret = secret
        self._kept = kept
        self._digest: str | None = None
        self._watch = watch
        self.problem: str | None = "Le webhook n’est pas encore posé."

    @property
    def route(self) -> web.RouteDef:
        """Where Telegram brings its updates, under PUBLIC_URL."""
        return web.post(PATH, self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """One update. 403 without the secret, or the errors of a body; 503 asks for it again."""
        shown = request.headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, self._secret.encode()):
            return web.Response(status=403)
        sent = await read_body(request, BODY_BYTES)
        try:
            update: Any = json.loads(sent)
        except ValueError:
            return web.Response(status=400)
        if not (isinstance(update, dict) and type(update.get("update_id")) is int):
            return web.Response(status=400)
        return web.Response(status=200 if await self._intake.take(update) else 503)

    async def run(self) -> None:
        """Set the webhook wherever it is not as it must be, for ever: another may remove it."""
        pauses = doubling(longest=LONGEST_PAUSE)
        while True:
            try:
                problem = await self._set()
                pause, pauses = self._watch, doubling(longest=LONGEST_PAUSE)
            except BadRequest as error:  # Telegram's own words, of an address that is public
                problem, pause = f"{REFUSED} Il dit : « {error.message} ».", next(pauses)
            except Exception as error:
                problem = f"{REFUSED}{through(self._bot.base_url)} [{type(error).__name__}]"
                pause = next(pauses)
            if problem and problem != self.problem:
                _log.error("%s", problem)
            self.problem = problem
            await asyncio.sleep(pause)

    async def _set(self) -> str | None:
        """Set what is not as wanted; else why Telegram does not reach us, if it says so."""
        digest = hashlib.sha256(self._secret.encode()).hexdigest()
        now = await self._bot.get_webhook_info()
        as_wanted = (
            now.url == self._url
            and now.max_connections == CONNECTIONS
            and set(now.allowed_updates or ()) == set(self._allowed)
        )
        if self._digest is None:
            with contextlib.suppress(OSError, ValueError):
                self._digest = self._kept.read_text("ascii")
        if as_wanted and self._digest == digest:
            failed = now.last_error_date
            if failed and dt.datetime.now(dt.UTC) - failed < dt.timedelta(seconds=2 * self._watch):
                return FAILING.format(reason=now.last_error_message, count=now.pending_update_count)
            return None
        await self._bot.set_webhook(
            self._url,
            allowed_updates=self._allowed,
            max_connections=CONNECTIONS,
            secret_token=self._secret,
        )
        self._digest = digest
        try:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            self._kept.write_text(digest, "ascii")
        except OSError as error:
            _log.warning("Le fichier %s ne peut pas être écrit (%s).", self._kept, error.strerror)
        _log.info("Le webhook de Telegram est posé.")
        return None
