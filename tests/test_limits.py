"""How much one address or one chat may ask, and who is counted for it."""

import asyncio
import logging
import random
from dataclasses import replace
from ipaddress import ip_network

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.language.typography import typeset
from bot.limits import ASKERS, AT_ONCE, QUIET, Limits
from bot.services import Services
from bot.settings import Settings
from bot.web import door
from bot.web.callers import caller
from bot.web.door import listening
from bot.web.server import make_app
from doubles.telegram import resident_with
from tests.conftest import TEXTS

#: Who may say for whom it asks, what it says, and who is counted: 127.0.0.1 connects.
CALLERS = [
    ("", None, "127.0.0.1"),
    ("", "192.0.2.9", None),  # a proxy that is not named: everyone would be one
    ("127.0.0.1", None, "127.0.0.1"),
    ("127.0.0.1", "192.0.2.9", "192.0.2.9"),
    ("127.0.0.1", "198.51.100.1, 192.0.2.9", "192.0.2.9"),  # the first is the asker's own invention
    ("127.0.0.1,10.0.0.0/8", "192.0.2.9, 10.1.2.3", "192.0.2.9"),
    ("127.0.0.1", "[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
    ("127.0.0.1", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ("127.0.0.1", "::ffff:192.0.2.9", "192.0.2.9"),
    ("127.0.0.1", "192.0.2.9:5000", "192.0.2.9"),
    ("127.0.0.1", "unknown", None),
    ("*", None, "127.0.0.1"),
    ("*", "198.51.100.1, 192.0.2.9", "192.0.2.9"),
]


@pytest.mark.parametrize(("trusted", "forwarded", "counted"), CALLERS)
async def test_who_asks_is_known_through_proxies(
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    trusted: str,
    forwarded: str | None,
    counted: str | None,
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", trusted)
    settings = Settings()
    asked: list[str | None] = []

    async def tell(request: web.Request) -> web.Response:
        asked.append(caller(request))
        return web.Response()

    app = make_app(services, more=[web.get("/qui", tell)], trusted=settings.trusted_proxies)
    async with TestClient(TestServer(app)) as client:
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        async with client.get("/qui", headers=headers) as response:
            assert response.status == 200
    assert asked == [counted]


async def test_one_address_has_its_share_and_no_more(services: Services) -> None:
    """The API says when to come back, the page says it in French; others go on."""
    now = 0.0
    limited = replace(services, limits=Limits(lambda: now))
    app = make_app(limited, trusted=(ip_network("127.0.0.1"),))
    one, other = ({"X-Forwarded-For": f"192.0.2.{n}"} for n in (1, 2))
    body = {"question": "merci"}
    async with TestClient(TestServer(app)) as client:

        async def status(headers: dict[str, str]) -> int:
            async with client.post("/api/v1/ask", json=body, headers=headers) as response:
                return response.status

        assert {await status(one) for _ in range(AT_ONCE)} == {200}
        async with client.post("/api/v1/ask", json=body, headers=one) as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "1")
            assert (await response.json())["error"]["code"] == "too_many"
        async with client.post("/", data={"q": "merci"}, headers=one) as response:
            assert response.status == 429
            assert "Trop de demandes" in await response.text()
            assert response.content_type == "text/html"
        for _ in range(4):
            async with client.post("/", data={"q": "merci"}, headers=one) as response:
                assert (response.status, response.headers["Retry-After"]) == (429, "1")
        assert response.content_type == "text/plain", "a flood is not given a page each time"
        assert await status(other) == 200
        async with client.get("/healthz", headers=one) as response:
            assert response.status == 200
        now = 1.0
        assert [await status(one) for _ in range(6)] == [200] * 5 + [429]


def test_what_limits_remember_is_bounded_and_names_nobody() -> None:
    now = 0.0
    limits = Limits(lambda: now)
    for number in range(ASKERS + 5):
        limits.wait(f"web:192.0.2.{number}")
    kept = repr(vars(limits))
    assert "192.0.2" not in kept
    assert kept.count("b'") < ASKERS * 2 + 10
    while not limits.wait("web:une autre"):
        pass
    now = 3601.0
    assert limits.wait("web:une autre") == 0, "a new key each hour"


def test_who_has_been_quiet_is_forgotten_and_nobody_sees_it() -> None:
    """Whoever has her whole share again is as one who never asked."""
    now, chance = 0.0, random.Random(0)
    limits, alone = Limits(lambda: now), {name: Limits(lambda: now) for name in "abc"}
    for _ in range(2_000):
        now += chance.choice((0.0, 0.01, 0.2, QUIET))
        name, cost = chance.choice("abc"), chance.choice((1.0, 0.5, 40.0))
        assert limits.wait(name, cost) == alone[name].wait(name, cost)
    for number in range(500):
        limits.wait(f"web:192.0.2.{number}")
    now += QUIET + 1
    limits.wait("a")
    assert [len(one) for one in vars(limits).values() if isinstance(one, dict)] == [1]


async def test_a_chat_that_floods_is_told_once(services: Services) -> None:
    """Others are answered meanwhile, and so is it, once it slows down."""
    now = 0.0
    limited = replace(services, limits=Limits(lambda: now))
    async with resident_with(limited) as resident:
        for _ in range(AT_ONCE):
            assert await resident.say("merci")
        (told,) = await resident.say("merci")
        assert told["text"] == typeset(TEXTS.telegram["trop_de_messages"])
        assert await resident.say("merci") == []
        now = 2.0
        assert await resident.say("merci")


async def test_half_requests_shut_nobody_out(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where too many connections are held open without a request, the oldest gives way."""
    monkeypatch.setattr(door, "CONNECTIONS", 8)
    held: list[asyncio.StreamWriter] = []
    async with listening(make_app(services), "127.0.0.1", 0) as port:
        for _ in range(30):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-")
            held.append(writer)
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
                    assert response.status == 200
        for writer in held:
            writer.close()


async def test_a_request_that_never_comes_is_not_waited_for(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "HEADER_SECONDS", 0.2)
    async with listening(make_app(services), "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()


async def test_a_connection_left_open_is_closed_in_the_end(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiohttp would keep it an hour, with what it weighs: a phone that has left says nothing."""
    monkeypatch.setattr(door, "IDLE_SECONDS", 0.2)
    async with listening(make_app(services), "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        told = await asyncio.wait_for(reader.read(), 30)
        assert told.startswith(b"HTTP/1.1 200")
        assert b"connection: close" not in told.lower()
        writer.close()


async def test_a_system_that_opens_no_more_is_told_once(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    """What asyncio hands to its loop's handler, again and again; other troubles are told."""
    async with listening(make_app(services), "127.0.0.1", 0):
        loop = asyncio.get_running_loop()
        full = {"message": "full", "exception": OSError(24, "Too many"), "socket": object()}
        for _ in range(100):
            loop.call_exception_handler(full)
        loop.call_exception_handler({"message": "autre chose"})
    told = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 2
    assert "Trop de connexions" in told[0]
    assert "autre chose" in told[1]
