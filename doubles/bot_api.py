"""A Bot API of the project's own, over real HTTP, for tests and benchmarks.

It keeps Telegram's promises to a bot: an update is given again until it is confirmed (a higher
offset by polling, a 200 by webhook), a chat's updates come in their order. It refuses what
Telegram would refuse, keeps what was sent and edited, and fails in any way it is told to.

`python -m doubles.bot_api --port 9000` serves it alone; POST /double/updates takes a JSON
list of updates without their numbers, GET /double/state tells what came of them.
"""

import argparse
import asyncio
import contextlib
import json
import math
import re
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

import aiohttp
from aiohttp import web

from bot.pauses import doubling
from doubles.telegram_rules import (
    call_complaints,
    keyboard_complaints,
    text_complaints,
    visible,
)

TOKEN = "123456:AAH-jeton-qui-ne-doit-paraitre-nulle-part"
BOT_USER = {"id": 123456, "is_bot": True, "first_name": "Galibot", "username": "galibot_bot"}
#: A Monday of November 2026, as Telegram writes it.
DATE = 1_795_392_000
#: Telegram tells a bot of these only where it asks for them by name.
_ONLY_IF_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
#: Parameters that stay text even where they look like numbers or JSON.
_TEXTS = {
    "action", "callback_query_id", "caption", "description", "inline_message_id",
    "inline_query_id", "ip_address", "language_code", "message_effect_id", "name", "next_offset",
    "parse_mode", "secret_token", "short_description", "text", "url",
}  # fmt: skip
#: Seconds before an update that a webhook did not take is brought again; Telegram waits longer.
_AGAIN = (0.05, 1.0)
#: Shared by all doubles of the process: tests give several the same database.
_UPDATE_IDS = count(700_001)

Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that the bot made."""

    method: str
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Fault:
    """How a call goes wrong. With `done`, Telegram did what it was asked before it went wrong."""

    code: int = 0  # an answer that is not ok, with:
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    body: bytes | None = None  # sent as it is, in place of Telegram's JSON
    delay: float = 0.0  # seconds before anything is answered; infinite: never
    until: asyncio.Event | None = None  # what the answer waits for
    cut: bool = False  # the connection is closed in place of an answer
    done: bool = False

    @property
    def only_late(self) -> bool:
        """It is answered as if nothing had happened, but later."""
        late = 0 < self.delay < math.inf or self.until is not None
        return late and self.done and not (self.code or self.body or self.cut)


class _RefusedError(Exception):
    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.answer = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.answer["parameters"] = parameters
        self.code = code


class BotApi:
    """One bot's API. `async with running() as api`; its address is `api.url`."""

    def __init__(self, *, token: str = TOKEN, webhook_to: str = "", strict: bool = True) -> None:
        self.token = token
        #: The address where webhooks really listen: Telegram only takes https ones.
        self.webhook_to = webhook_to
        self.strict = strict
        self.url = ""
        self.calls: list[Call] = []
        self.violations: list[str] = []
        #: Every message of the bot by chat, as it stands now, in the order they were sent.
        self.chats: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
        #: Chats where the bot may not write, with the reason that Telegram gives.
        self.closed_chats: dict[int, str] = {}
        self.settings: dict[str, Any] = {}
        self.webhook: dict[str, Any] = {"url": ""}
        #: Updates not confirmed yet, and how often each was given.
        self.pending: dict[int, dict[str, Any]] = {}
        self.given: Counter[int] = Counter()
        #: What webhooks answered, as (update, status); 0 where the connection failed.
        self.webhook_answers: list[tuple[int, int]] = []
        #: Confirm each update only the second time: all are given twice.
        self.twice = False
        #: Decides a fault from the call; tried after those of `fail`.
        self.rule: Callable[[str, Parameters], Fault | None] = lambda _method, _parameters: None
        self._once: set[int] = set()
        self._allowed: list[str] = []
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._message_ids = count(1001)
        self._polls = 0
        self._changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues: dict[object, deque[int]] = {}
        self._carriers: set[asyncio.Task[None]] = set()
        self._brought: set[int] = set()
        self._lines = asyncio.Semaphore(40)
        self._closing = asyncio.Event()
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    # What a test does.

    def add(self, *, unasked: bool = True, **content: Any) -> int:
        """Give the bot an update. Unasked: even of a kind that it did not ask for."""
        update_id = next(_UPDATE_IDS)
        if unasked or self._asked(next(iter(content))):
            self._queue({"update_id": update_id, **content})
        return update_id

    def again(self, update_id: int, **content: Any) -> None:
        """Give an update whose confirmation was lost on the way."""
        self._queue({"update_id": update_id, **content})

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method fail, each in its way."""
        self._faults[method].extend(faults)

    def made(self, method: str) -> list[Parameters]:
        """The parameters of every call of a method, failed ones too."""
        return [call.parameters for call in self.calls if call.method == method]

    def sent(self, chat: int) -> list[dict[str, Any]]:
        """The messages that the bot has in a chat."""
        return list(self.chats[chat].values())

    @property
    def in_flight(self) -> set[int]:
        """Updates that the bot has: brought and not answered, fetched and not confirmed."""
        if self.webhook["url"]:
            return set(self._brought)
        return {update_id for update_id in self.pending if self.given[update_id]}

    async def until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait until it holds; it's looked at after each event."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.shield(self._changed)

    async def settled(self, seconds: float = 30.0) -> None:
        """Wait until every update is confirmed."""
        await self.until(lambda: not self.pending, seconds)

    # Updates.

    def _asked(self, kind: str) -> bool:
        return kind in self._allowed if self._allowed else kind not in _ONLY_IF_ASKED

    def _queue(self, update: dict[str, Any]) -> None:
        update_id = update["update_id"]
        self.pending[update_id] = update
        key = _chat_of(update) or update_id
        carried = key in self._queues
        self._queues.setdefault(key, deque()).append(update_id)
        if self.webhook["url"] and not carried:
            self._carry(key)
        self._tell()

    def _confirm(self, update_id: int) -> bool:
        """Forget the update, or (`twice`) give it once more."""
        if self.twice and update_id not in self._once:
            self._once.add(update_id)
            return False
        self.pending.pop(update_id, None)
        self._tell()
        return True

    def _tell(self) -> None:
        self._changed.set_result(None)
        self._changed = asyncio.get_running_loop().create_future()

    async def _next_event(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._changed), seconds)

    def _carry(self, key: object) -> None:
        task = asyncio.create_task(self._bring(key))
        self._carriers.add(task)
        task.add_done_callback(self._carriers.discard)

    async def _bring(self, key: object) -> None:
        """Bring a chat's updates to the webhook, each until it is taken."""
        pauses = doubling(*_AGAIN)
        queue = self._queues[key]
        while queue and self.webhook["url"]:
            update = self.pending.get(queue[0])
            if update is None:
                queue.popleft()
                continue
            async with self._lines:
                status = await self._post(update)
            self.webhook_answers.append((update["update_id"], status))
            self._tell()
            if 200 <= status < 300:
                if self._confirm(update["update_id"]):
                    queue.popleft()
                pauses = doubling(*_AGAIN)
            else:
                await asyncio.sleep(next(pauses))
        if not queue:
            del self._queues[key]

    async def _post(self, update: dict[str, Any]) -> int:
        url, headers = self.webhook["url"], {}
        if self.webhook_to:
            url = self.webhook_to + re.sub(r"^https://[^/]+", "", url)
        if secret := self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        self.given[update["update_id"]] += 1
        self._brought.add(update["update_id"])
        try:
            async with self._session.post(url, json=update, headers=headers) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0
        finally:
            self._brought.discard(update["update_id"])

    # The server.

    @contextlib.asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """Listen on localhost; yields the address to give to the bot."""
        app = web.Application(client_max_size=60 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_post("/double/updates", self._control)
        app.router.add_get("/double/state", self._state)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self.url
        finally:
            self._closing.set()
            self._polls += 1
            self._tell()
            carriers = list(self._carriers)
            for task in carriers:
                task.cancel()
            await asyncio.gather(*carriers, return_exceptions=True)
            await self._session.close()
            await runner.cleanup()

    async def _control(self, request: web.Request) -> web.Response:
        ids = [self.add(unasked=False, **content) for content in await request.json()]
        return web.json_response(ids)

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "pending": len(self.pending),
                "calls": Counter(call.method for call in self.calls),
                "violations": self.violations,
                "webhook": self.webhook["url"],
                "chats": {chat: list(sent.values()) for chat, sent in self.chats.items()},
            }
        )

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _json(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        try:
            parameters = await _parameters(request)
        except ConnectionError:
            return web.Response(status=400)  # to nobody: the bot is dead
        self.calls.append(Call(method, parameters))
        self._tell()
        fault = self._faults[method].popleft() if self._faults[method] else None
        fault = fault or self.rule(method, parameters)
        code, answer = 200, b""
        if fault is None or fault.done:
            try:
                result = await self._result(method, parameters)
                answer = json.dumps({"ok": True, "result": result}).encode()
            except _RefusedError as refused:
                code, answer = refused.code, json.dumps(refused.answer).encode()
            self._tell()
        if fault:
            await self._delay(fault)
            if not fault.only_late:
                return _wrong(fault, request)
        return web.Response(status=code, body=answer, content_type="application/json")

    async def _delay(self, fault: Fault) -> None:
        if fault.until:
            await fault.until.wait()
        if fault.delay:
            seconds = None if fault.delay == math.inf else fault.delay
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), seconds)

    async def _result(self, method: str, parameters: Parameters) -> object:
        if self.strict and (complaints := list(_complaints(method, parameters))):
            self.violations.extend(f"{method}: {complaint}" for complaint in complaints)
            raise _RefusedError(400, f"Bad Request: {complaints[0]}")
        match method:
            case "getMe":
                return BOT_USER
            case "getUpdates":
                return await self._get_updates(**parameters)
            case "setWebhook":
                return self._set_webhook(parameters)
            case "deleteWebhook":
                self.webhook = {"url": ""}
                return True
            case "getWebhookInfo":
                told = {**self.webhook, "pending_update_count": len(self.pending)}
                told.pop("secret_token", None)
                return {"has_custom_certificate": False, **told}
            case "sendMessage":
                return self._send(parameters)
            case "editMessageText" | "editMessageReplyMarkup":
                return self._edit(parameters)
            case "deleteMessage":
                if self.chats[parameters["chat_id"]].pop(parameters["message_id"], None) is None:
                    raise _RefusedError(400, "Bad Request: message to delete not found")
                return True
            case "answerCallbackQuery" | "answerInlineQuery" | "sendChatAction":
                return True
        return self._setting(method, parameters)

    async def _get_updates(
        self,
        offset: int = 0,
        limit: int = 100,
        timeout: int = 0,  # noqa: ASYNC109 - Telegram's name
        allowed_updates: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        if self.webhook["url"]:
            raise _RefusedError(
                409, "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )  # fmt: skip
        if allowed_updates is not None:
            self._allowed = allowed_updates
        self._polls += 1
        mine = self._polls
        self._tell()
        for update_id in [one for one in self.pending if one < offset]:
            self._confirm(update_id)
        end = asyncio.get_running_loop().time() + timeout
        while not self.pending and (left := end - asyncio.get_running_loop().time()) > 0:
            await self._next_event(left)
            if mine != self._polls:
                raise _RefusedError(
                    409, "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )  # fmt: skip
        updates = list(islice(self.pending.values(), limit))
        self.given.update(update["update_id"] for update in updates)
        return updates

    def _set_webhook(self, parameters: Parameters) -> bool:
        if not parameters["url"].startswith("https://"):
            raise _RefusedError(400, "Bad Request: bad webhook: An HTTPS URL must be provided")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", parameters.get("secret_token", "0")):
            raise _RefusedError(400, "Bad Request: secret token contains unallowed characters")
        self._allowed = parameters.get("allowed_updates", self._allowed)
        lines = parameters.get("max_connections", 40)
        started = bool(self.webhook["url"])
        self.webhook = {
            "max_connections": lines,
            **parameters,
            **({"allowed_updates": self._allowed} if self._allowed else {}),
        }
        self._lines = asyncio.Semaphore(lines)
        if not started:
            for key in list(self._queues):
                self._carry(key)
        return True

    def _send(self, parameters: Parameters) -> dict[str, Any]:
        chat = parameters["chat_id"]
        if reason := self.closed_chats.get(chat):
            raise _RefusedError(403, f"Forbidden: {reason}")
        message = {
            "message_id": next(self._message_ids),
            "date": DATE,
            "from": BOT_USER,
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
            **_shown(parameters),
        }
        if thread := parameters.get("message_thread_id"):
            message |= {"message_thread_id": thread, "is_topic_message": True}
        self.chats[chat][message["message_id"]] = message
        return message

    def _edit(self, parameters: Parameters) -> dict[str, Any] | bool:
        if "inline_message_id" in parameters:
            return True
        message = self.chats[parameters["chat_id"]].get(parameters["message_id"])
        if message is None:
            raise _RefusedError(400, "Bad Request: message to edit not found")
        new = {name: value for name, value in message.items() if name != "reply_markup"}
        new |= _shown(parameters)
        if new == message:
            raise _RefusedError(
                400, "Bad Request: message is not modified: specified new message content and "
                "reply markup are exactly the same as a current content and reply markup",
            )  # fmt: skip
        message.clear()
        message.update(new)
        return message

    def _setting(self, method: str, parameters: Parameters) -> object:
        """The bot's own card: commands, descriptions, menu button; by scope and language."""
        found = re.fullmatch(
            r"(get|set|delete)(MyCommands|MyName|MyDescription|MyShortDescription|ChatMenuButton)",
            method,
        )
        if found is None:
            self.violations.append(f"{method}: not known here")
            raise _RefusedError(404, "Not Found: method not found")
        verb, what = found.groups()
        value_name = {
            "MyCommands": "commands", "MyName": "name", "MyDescription": "description",
            "MyShortDescription": "short_description", "ChatMenuButton": "menu_button",
        }[what]  # fmt: skip
        chosen = {name: value for name, value in parameters.items() if name != value_name}
        if chosen.get("scope") == {"type": "default"}:
            del chosen["scope"]
        if not chosen.get("language_code"):
            chosen.pop("language_code", None)
        key = f"{what} {json.dumps(chosen, sort_keys=True)}"
        if verb == "set":
            self.settings[key] = parameters.get(value_name)
            return True
        if verb == "delete":
            self.settings.pop(key, None)
            return True
        value = self.settings.get(key)
        if what == "MyCommands":
            return value or []
        if what == "ChatMenuButton":
            return value or {"type": "commands"}
        return {value_name: value or ""}


def message(number: int, chat: dict[str, Any] | int, **content: Any) -> dict[str, Any]:
    """A resident's message, as Telegram writes it, with commands and @names marked in its text.

    It comes a minute after the one numbered before.
    """
    if isinstance(chat, int):
        chat = {"id": chat, "type": "private", "first_name": "Odette"}
    user = {"id": 42, "is_bot": False, "first_name": "Odette"}
    if chat["type"] == "private":
        user["id"] = chat["id"]
    date = DATE + 60 * number
    written = {"message_id": number, "date": date, "chat": chat, "from": user, **content}
    for words, entities in (("text", "entities"), ("caption", "caption_entities")):
        if words in written and (marked := list(_entities(written[words]))):
            written.setdefault(entities, marked)
    return written


@contextlib.asynccontextmanager
async def running(port: int = 0, **options: Any) -> AsyncIterator[BotApi]:
    """A double that listens."""
    api = BotApi(**options)
    async with api.serving(port):
        yield api


def _complaints(method: str, parameters: Parameters) -> Iterator[str]:
    yield from call_complaints(method, parameters)
    if method in {"sendMessage", "editMessageText"} and "text" in parameters:
        yield from text_complaints(parameters["text"], parameters.get("parse_mode"))
    markup = parameters.get("reply_markup")
    if markup and "inline_keyboard" in markup:
        yield from keyboard_complaints(markup)
    if method == "answerCallbackQuery" and len(parameters.get("text", "")) > 200:
        yield "a notice of more than 200 characters"
    if method == "answerInlineQuery" and len(parameters["results"]) > 50:
        yield "more than 50 results"
    if method == "getUpdates" and not 1 <= parameters.get("limit", 100) <= 100:
        yield f"limit {parameters['limit']}"
    if method == "setWebhook" and not 1 <= parameters.get("max_connections", 40) <= 100:
        yield f"max_connections {parameters['max_connections']}"


def _shown(parameters: Parameters) -> dict[str, Any]:
    """What of a call is seen in the message."""
    shown = {}
    if "text" in parameters:
        shown["text"] = visible(parameters["text"], parameters.get("parse_mode"))
    if parameters.get("reply_markup"):
        shown["reply_markup"] = parameters["reply_markup"]
    return shown


def _chat_of(update: dict[str, Any]) -> object:
    """The chat whose order the update keeps, as far as it has one."""
    for part in update.values():
        if isinstance(part, dict):
            chat = part.get("chat") or part.get("message", {}).get("chat") or part.get("from")
            return chat and chat.get("id")
    return None


def _entities(text: str) -> Iterator[dict[str, Any]]:
    for found in re.finditer(r"(?:^(/)|(?<!\S)(@))\S+", text):
        start = len(text[: found.start()].encode("utf-16-le")) // 2
        kind = "bot_command" if found[1] else "mention"
        yield {"type": kind, "offset": start, "length": len(found[0])}


async def _parameters(request: web.Request) -> Parameters:
    """What was asked, in any of the forms that Telegram reads."""
    if request.content_type == "application/json":
        given: dict[str, Any] = json.loads(await request.read() or b"{}")
        return given
    sent = {**request.query, **await request.post()}
    return {name: _value(name, value) for name, value in sent.items()}


def _value(name: str, value: Any) -> Any:
    if name in _TEXTS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _wrong(fault: Fault, request: web.Request) -> web.Response:
    if (fault.cut or fault.delay == math.inf) and request.transport:
        request.transport.abort()
    if fault.body is not None:
        return web.Response(status=fault.code or 200, body=fault.body)
    answer: dict[str, Any] = {
        "ok": False, "error_code": fault.code, "description": fault.description,
    }  # fmt: skip
    if fault.parameters:
        answer["parameters"] = fault.parameters
    return _json(fault.code or 500, answer)


def _json(code: int, answer: dict[str, Any]) -> web.Response:
    return web.json_response(answer, status=code)


async def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m doubles.bot_api", description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--webhook-to", default="", metavar="URL", help="http://127.0.0.1:8080")
    parser.add_argument("--lenient", action="store_true", help="check nothing, for speed")
    options = parser.parse_args()
    async with running(
        options.port,
        token=options.token,
        webhook_to=options.webhook_to,
        strict=not options.lenient,
    ) as api:
        print(f"TELEGRAM_API_BASE_URL={api.url} TELEGRAM_BOT_TOKEN={api.token}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
