"""People who write to the service, on Telegram, which is played here, and by the API.

By sockets and bytes, so that playing them costs little beside what is measured. A message on
Telegram is answered when its call comes in.
"""

import asyncio
import itertools
import json
import math
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.telegram_bots import PATH

#: People who write at once, out of PEOPLE; each waits for her answer before she writes again.
AT_ONCE = 64
PEOPLE = 1_000
#: Seconds within which each must be answered.
PATIENCE = 60.0

_HEAD = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb"chat_id\D+(\d+)")
_SECRET = re.compile(rb'secret_token"? *[:=] *"?([\w-]+)')
_UPDATE = (
    '{"update_id":%d,"message":{"message_id":%d,"date":%d,'
    '"chat":{"id":%d,"type":"private","first_name":"Odette","username":"odette59"},'
    '"from":{"id":%d,"is_bot":false,"first_name":"Odette","username":"odette59",'
    '"language_code":"fr"},"text":%s}}'
)
_DATE = 1_795_392_000
_SENT = {
    "message_id": 1,
    "date": _DATE,
    "from": {"id": 1, "is_bot": True, "first_name": "Galibot", "username": "galibot_bot"},
    "chat": {"id": 42, "type": "private", "first_name": "Odette", "username": "odette59"},
    "text": "Bonjour, voici la seule réponse que je sache donner.",
}
_RESULTS: dict[bytes, object] = {
    b"sendMessage": _SENT,
    b"getMe": _SENT["from"],
    b"getWebhookInfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
    b"getMyCommands": [],
    b"getMyName": {"name": ""},
    b"getMyDescription": {"description": ""},
    b"getMyShortDescription": {"short_description": ""},
    b"getChatMenuButton": {"type": "commands"},
}


def _response(result: object) -> bytes:
    body = json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )


_RESPONSES = {method: _response(result) for method, result in _RESULTS.items()}
_YES = _response(True)


class _Messages(asyncio.Protocol):
    """HTTP messages of a known length, one after another on a connection."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            found = _HEAD.search(self._buffer, 0, end)
            stop = end + 4 + (int(found[1]) if found else 0)
            if len(self._buffer) < stop:
                return
            line = self._buffer[: self._buffer.index(b"\r\n")]
            body, self._buffer = self._buffer[end + 4 : stop], self._buffer[stop:]
            self.message(line, body)

    def message(self, line: bytes, body: bytes) -> None:
        raise NotImplementedError


@dataclass
class Telegram:
    """What the bots take for Telegram: who waits for an answer, and the webhook's secret.

    `webhooks` is how often one was set.
    """

    waiting: dict[int, asyncio.Future[float]] = field(default_factory=dict)
    secret: bytes = b""
    webhooks: int = 0
    url: str = ""

    async def until_set(self, webhooks: int) -> None:
        """Wait until a webhook was set so often: only then are updates taken."""
        async with asyncio.timeout(PATIENCE):
            while self.webhooks < webhooks:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.05)

    async def listen(self) -> asyncio.Server:
        server = await asyncio.get_running_loop().create_server(lambda: _Api(self), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server


class _Api(_Messages):
    """The Bot API: every call succeeds."""

    def __init__(self, telegram: Telegram) -> None:
        super().__init__()
        self._telegram = telegram

    def message(self, line: bytes, body: bytes) -> None:
        method = line.split(b" ")[1].rpartition(b"/")[2]
        if method == b"sendMessage":
            chat = _CHAT.search(body)
            assert chat, body
            future = self._telegram.waiting.pop(int(chat[1]), None)
            if future:
                future.set_result(time.perf_counter())
        elif method == b"setWebhook":
            secret = _SECRET.search(body)
            self._telegram.secret = secret[1] if secret else b""
            self._telegram.webhooks += 1
        assert self.transport
        self.transport.write(_RESPONSES.get(method, _YES))


class _Connection(_Messages):
    """A connection by which requests are made, one at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._answered: asyncio.Future[bytes] | None = None

    @property
    def closed(self) -> bool:
        """Whether the other side has closed it, as servers do with one that was idle for long."""
        return self.transport is None or self.transport.is_closing()

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if self._answered and not self._answered.done():
            self._answered.set_exception(error or ConnectionResetError())

    def message(self, line: bytes, body: bytes) -> None:
        assert self._answered
        if not self._answered.done():  # nobody waits any more
            self._answered.set_result(line)

    async def ask(self, request: bytes) -> bytes:
        """The first line of what it answers."""
        assert self.transport
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answered

    async def give(self, request: bytes) -> None:
        line = await self.ask(request)
        assert b" 200" in line, line


class People(ABC):
    """People who write to these ports in turn, and how long each waited for an answer, in seconds.

    `lines` are what is written, and by whom; they may come to an end.
    """

    def __init__(self, ports: Sequence[int], lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._number = itertools.count(1)
        self._idle: list[list[_Connection]] = [[] for _ in ports]
        self._ports = ports
        self.waited: list[float] = []

    async def full_speed(self, seconds: float = math.inf) -> float:
        """Messages a second with AT_ONCE people who write as soon as they are answered."""
        self.waited.clear()
        start = time.perf_counter()
        await asyncio.gather(*(self._insist(start + seconds) for _ in range(AT_ONCE)))
        return len(self.waited) / (time.perf_counter() - start)

    def leave(self) -> None:
        """Close their connections, as people do who have had their answer."""
        for idle in self._idle:
            for connection in idle:
                if connection.transport:
                    connection.transport.close()
            idle.clear()

    async def steady(self, seconds: float, rate: int) -> None:
        """`rate` messages a second, whether the others are answered or not."""
        self.waited.clear()
        start = time.perf_counter()
        tasks = []
        for number in range(int(seconds * rate)):
            due = start + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.append(asyncio.create_task(self._write(due)))
        await asyncio.gather(*tasks)

    async def _insist(self, stop: float) -> None:
        while (now := time.perf_counter()) < stop:
            if not await self._write(now):
                return

    async def _write(self, due: float) -> bool:
        """Write the next line; False where there is none."""
        line = next(self._lines, None)
        if line is None:
            return False
        number = next(self._number)
        place = number % len(self._ports)
        idle = self._idle[place]
        while idle and idle[-1].closed:
            idle.pop()
        if idle:
            connection = idle.pop()
        else:
            _, connection = await asyncio.get_running_loop().create_connection(
                _Connection, "127.0.0.1", self._ports[place]
            )
        async with asyncio.timeout(PATIENCE):
            self.waited.append(await self._answered(connection, number, *line) - due)
        idle.append(connection)
        return True

    @abstractmethod
    async def _answered(self, connection: _Connection, number: int, who: int, text: str) -> float:
        """Write this; when it was answered."""


#: Of all chats: Telegram never gives two updates one number.
_UPDATES = itertools.count(1)


class Chats(People):
    """On Telegram. By their dates, a chat's messages are a minute apart: none goes on another."""

    def __init__(
        self, telegram: Telegram, ports: Sequence[int], lines: Iterator[tuple[int, str]]
    ) -> None:
        super().__init__(ports, lines)
        self._telegram = telegram

    async def _answered(self, connection: _Connection, number: int, who: int, text: str) -> float:
        update = next(_UPDATES)
        date = _DATE + 60 * (update // AT_ONCE)
        body = (_UPDATE % (update, update, date, who, who, json.dumps(text))).encode()
        request = (
            b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"X-Telegram-Bot-Api-Secret-Token: %s\r\nContent-Length: %d\r\n\r\n%s"
            % (PATH.encode(), self._telegram.secret, len(body), body)
        )
        answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._telegram.waiting[who] = answered
        await connection.give(request)
        return await answered


class Callers(People):
    """By the API, each from an address of her own, as a proxy tells it."""

    async def _answered(self, connection: _Connection, number: int, who: int, text: str) -> float:
        await connection.give(asked(who, text))
        return time.perf_counter()


def asked(who: int, text: str) -> bytes:
    """A question to the API, as a proxy passes it on."""
    body = json.dumps({"question": text}).encode()
    address = f"10.{who >> 16 & 255}.{who >> 8 & 255}.{who & 255}"
    return (
        b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"X-Forwarded-For: %s\r\nContent-Length: %d\r\n\r\n%s" % (address.encode(), len(body), body)
    )


class Flooder:
    """One address that asks so many times a second, whether it is answered or refused.

    Her connections are AT_ONCE at most: where all wait, she asks less often.
    """

    WHO = 1 << 23

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[_Connection] = []
        self._seats = asyncio.Semaphore(AT_ONCE)
        self.asked = self.refused = 0

    async def flood(self, rate: float) -> None:
        """Until cancelled; on connections that stay open, as many as it takes."""
        request, loop = asked(self.WHO, "Combien coûte le programme ?"), asyncio.get_running_loop()
        start = loop.time()
        async with asyncio.TaskGroup() as group:
            for number in itertools.count():
                due = start + number / rate
                await asyncio.sleep(max(0.0, due - loop.time()))
                await self._seats.acquire()
                group.create_task(self._ask(request)).add_done_callback(
                    lambda _: self._seats.release()
                )

    async def _ask(self, request: bytes) -> None:
        while self._idle and self._idle[-1].closed:
            self._idle.pop()
        if self._idle:
            connection = self._idle.pop()
        else:
            _, connection = await asyncio.get_running_loop().create_connection(
                _Connection, "127.0.0.1", self._port
            )
        try:
            line = await connection.ask(request)
        except asyncio.CancelledError:
            if connection.transport:
                connection.transport.abort()
            raise
        self.asked += 1
        self.refused += b" 429" in line
        self._idle.append(connection)


def in_turn(texts: Iterator[str], people: int = PEOPLE) -> Iterator[tuple[int, str]]:
    """Each text written by the next of so many people."""
    return zip(itertools.cycle(range(1, people + 1)), texts, strict=False)


def p99(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]
