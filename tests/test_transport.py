"""The network layer: a real client over real sockets, to servers that answer well or badly."""

import asyncio
import contextlib
import inspect
import json
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, NetworkError, TimedOut
from telegram.ext import ExtBot
from telegram.request import RequestData

from bot.handlers.delivery.transport import (
    AiohttpRequest,
    CutError,
    CutShortError,
    NotConnectedError,
    call,
    through,
)
from doubles.telegram import BOT_USER, DATE, TOKEN

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
MESSAGE = {"message_id": 1, "date": DATE, "chat": {"id": 42, "type": "private"}, "text": "é"}


class Api:
    """A Bot API that keeps what it is sent, and from how many connections."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[str, str, dict[str, object]]] = []
        self.peers: set[object] = set()
        self.at_once = 0
        self.most_at_once = 0
        self.all_here = asyncio.Event()
        self.expected = 0

    async def answer(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        self.peers.add(request.transport.get_extra_info("peername"))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.at_once >= self.expected:
            self.all_here.set()
        await self.all_here.wait()
        self.at_once -= 1
        fields = json.loads(await request.read() or b"{}")
        self.requests.append((request.method, request.content_type, fields))
        result = BOT_USER if request.path.endswith("getMe") else MESSAGE
        return web.json_response({"ok": True, "result": result})


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    made = Api()
    server = web.Application()
    server.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@contextlib.asynccontextmanager
async def badly(serve: Serve) -> AsyncIterator[str]:
    """The address of a server that does as told with each connection."""

    conversations: list[asyncio.Task[None]] = []

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.append(asyncio.create_task(closing(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await asyncio.gather(*conversations)


def bot(url: str, request: AiohttpRequest | None = None) -> Bot:
    request = request or AiohttpRequest()
    return Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=AiohttpRequest())


async def test_a_call_is_json_and_its_answer_is_read(api: Api) -> None:
    async with bot(api.url) as galibot:
        sent = await galibot.send_message(42, "L’été\ud800 🙂", parse_mode="HTML")
    assert sent.text == "é"
    assert api.requests[-1] == (
        "POST",
        "application/json",
        {"chat_id": 42, "text": "L’été? 🙂", "parse_mode": "HTML"},
    )


async def test_a_file_is_fetched(api: Api) -> None:
    async with AiohttpRequest() as request:
        assert b"message_id" in await request.retrieve(f"{api.url}/file")
    assert api.requests == [("GET", "application/octet-stream", {})]


async def test_connections_are_kept_and_256_serve_at_once(api: Api) -> None:
    async with bot(api.url) as galibot:
        for _ in range(5):
            await galibot.get_me()
        assert len(api.peers) == 1
        api.all_here.clear()
        api.expected = 256
        await asyncio.gather(*(galibot.send_message(one, "Bonjour") for one in range(256)))
    assert api.most_at_once == 256


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def after_headers(answer: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    return serve


HALF = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"ok"'


@pytest.mark.parametrize(
    ("serve", "kind"),
    [
        (hang, TimedOut),
        (after_headers(b""), CutError),
        (after_headers(HALF), CutShortError),
        (after_headers(b"SMTP ready\r\n\r\n"), CutShortError),
    ],
    ids=["silent", "cut", "half a body", "not HTTP"],
)
async def test_faults_once_connected(serve: Serve, kind: type[NetworkError]) -> None:
    async with badly(serve) as url, AiohttpRequest(read_timeout=0.05) as request:
        with pytest.raises(NetworkError) as raised:
            await request.post(f"{url}/bot{TOKEN}/getMe", RequestData([]))
    assert type(raised.value) is kind
    assert_discreet(raised.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://nulle-part.invalid", "http://"])
async def test_nothing_is_sent_where_there_is_no_connection(url: str) -> None:
    async with AiohttpRequest() as request:
        with pytest.raises(NotConnectedError) as raised:
            await request.post(f"{url}/bot{TOKEN}/getMe")
    assert_discreet(raised.value)


async def test_a_full_pool_and_a_connection_too_slow_send_nothing() -> None:
    with socket.socket() as deaf:
        # Its queue full, a server that accepts nobody leaves the next one waiting.
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/bot{TOKEN}/getMe"
        async with AiohttpRequest(
            connections=1, pool_timeout=0.05, connect_timeout=0.05, read_timeout=0.3
        ) as request:
            faults = await asyncio.gather(*(request.post(url) for _ in range(2)),
                                          return_exceptions=True)  # fmt: skip
    assert sorted(type(fault).__name__ for fault in faults) == ["NotConnectedError", "TimedOut"]
    for fault in faults:
        assert isinstance(fault, Exception)
        assert_discreet(fault)


async def test_a_timeout_of_the_call_replaces_the_default() -> None:
    async with badly(hang) as url, AiohttpRequest(read_timeout=None) as request:
        with pytest.raises(TimedOut):
            await request.post(f"{url}/getMe", read_timeout=0.05)


async def test_a_refusal_is_told_as_telegram_tells_it() -> None:
    body = b'{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}'
    answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    async with badly(after_headers(answer)) as url, AiohttpRequest() as request:
        with pytest.raises(BadRequest, match="Chat not found"):
            await request.post(f"{url}/bot{TOKEN}/sendMessage")


async def test_a_redirection_is_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    async with badly(after_headers(answer)) as url, AiohttpRequest() as request:
        assert await request.do_request(f"{url}/bot{TOKEN}/getMe", "POST") == (302, b"")


@pytest.mark.parametrize("scheme", ["http://", ""])
@pytest.mark.parametrize("exempt", [False, True])
async def test_proxies(
    api: Api, monkeypatch: pytest.MonkeyPatch, exempt: bool, scheme: str
) -> None:
    """A proxy is asked for an address that only it knows."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HTTP_PROXY", scheme + api.url.removeprefix("http://"))
    if exempt:
        monkeypatch.setenv("NO_PROXY", "nulle-part.invalid")
    async with AiohttpRequest() as request:
        call = request.post("http://nulle-part.invalid/getMe", RequestData([]))
        if exempt:
            with pytest.raises(NotConnectedError):
                await call
        else:
            assert await call == BOT_USER


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("http://qui:motdepasse@relais.example:3128", "au relais http://relais.example:3128, que"),
        ("relais.example:3128", "au relais http://relais.example:3128, que"),
        ("socks5://relais.example:1080", "socks5://relais.example:1080, d’une sorte que"),
        (None, ""),
    ],
)
def test_a_proxy_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str | None, told: str
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    if proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
    said = through("https://nulle-part.invalid/")
    assert told in said
    assert bool(said) == bool(proxy)
    assert "motdepasse" not in said


async def test_opened_and_closed_twice() -> None:
    request = AiohttpRequest()
    with pytest.raises(NotConnectedError):
        await request.post("http://127.0.0.1:9")
    for _ in range(2):
        await request.initialize()
        await request.initialize()
        await request.shutdown()
        await request.shutdown()


def assert_discreet(error: BaseException) -> None:
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.args)
    assert TOKEN not in told
    assert error.__context__ is None


async def test_no_log_holds_the_token(caplog: pytest.LogCaptureFixture, api: Api) -> None:
    caplog.set_level(logging.DEBUG)
    async with AiohttpRequest() as request:
        await request.post(f"{api.url}/bot{TOKEN}/getMe", RequestData([]))
        with pytest.raises(NotConnectedError):
            await request.post(f"http://127.0.0.1:9/bot{TOKEN}/getMe", RequestData([]))
    assert TOKEN not in "".join(caplog.handler.format(record) for record in caplog.records)


def test_the_library_still_has_its_private_way_to_post() -> None:
    post = getattr(Bot, "_post", None)
    assert post, "python-telegram-bot has no more Bot._post: transport.call needs another way"
    wanted = ["self", "endpoint", "data", "read_timeout"]
    taken = list(inspect.signature(post).parameters)
    assert taken[:4] == wanted, f"python-telegram-bot's Bot._post now takes {taken}"


async def test_a_call_gives_the_result_as_telegram_wrote_it(api: Api) -> None:
    async with ExtBot(TOKEN, f"{api.url}/bot", request=AiohttpRequest()) as bot:
        given = {"chat_id": 42, "text": "é"}
        assert await call(bot, "sendMessage", given) == MESSAGE
        assert await call(bot, "sendMessage", given, read_timeout=5.0) == MESSAGE
    assert [sent for method, _, sent in api.requests if method == "POST"][-2:] == [given, given]
