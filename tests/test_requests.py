"""Requests that are damaged, lie or ask the impossible: told in French, on every route."""

import asyncio
import contextlib
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.services import Services
from bot.web.door import listening
from bot.web.server import make_app

JSON = b'{"question": "Lens"}'
FORM = b"q=Lens"
BOMB = gzip.compress(b" " * 80_000_000)

Headers = tuple[tuple[str, str], ...]


def encoded(name: str) -> Headers:
    return (("Content-Encoding", name),)


#: What is done to a right body, the headers that tell of it, and the status: every POST route.
BODIES = [
    (bytes, (), 200),
    (bytes, encoded("identity"), 200),
    (gzip.compress, encoded("gzip"), 200),
    (gzip.compress, encoded("GZIP"), 200),
    (gzip.compress, encoded("x-gzip"), 200),
    (zlib.compress, encoded("deflate"), 200),
    (lambda body: zlib.compress(body)[2:-4], encoded("deflate"), 200),
    (bytes, encoded("gzip"), 400),
    (bytes, encoded("deflate"), 400),
    (lambda body: b"\x1f\x8b\x08" + body, encoded("gzip"), 400),
    (lambda body: gzip.compress(body)[:-12], encoded("gzip"), 400),
    (lambda body: gzip.compress(body)[:-8] + bytes(8), encoded("gzip"), 400),
    (lambda body: gzip.compress(body) + b"suite", encoded("gzip"), 400),
    (lambda body: zlib.compress(body)[:-5], encoded("deflate"), 400),
    (lambda _: b"", encoded("gzip"), 400),
    (lambda _: BOMB, encoded("gzip"), 413),
    (lambda _: gzip.compress(BOMB), encoded("gzip"), 413),
    (lambda _: zlib.compress(b" " * 20_000_000), encoded("deflate"), 413),
    (lambda _: b" " * 80_000, (), 413),
    (bytes, encoded("br"), 415),
    (bytes, encoded("zstd"), 415),
    (bytes, encoded("gzip, gzip"), 415),
    (bytes, encoded("n’importe quoi"), 415),
    (bytes, encoded(""), 415),
    (bytes, (("Content-Type", "application/json; charset=zzz"),), 200),
    (bytes, (("Content-Type", "text/xml"),), 200),
]
#: The same for what is wrong before any route is known: the API's form is used for all.
UNREADABLE = [
    ("POST / HTTP/1.1", "Content-Length: -5"),
    ("POST / HTTP/1.1", "Content-Length: beaucoup"),
    ("POST / HTTP/1.1", "Content-Length: 5\r\nContent-Length: 6"),
    ("POST / HTTP/1.1", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
    ("POST / HTTP/1.1", "Transfer-Encoding: gzip"),
    ("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n\r\nzz"),
    ("BREW / HTTP/1.1", "X: y"),
    ("G{T / HTTP/1.1", "X: y"),
    ("GET / HTTP/9.9", "X: y"),
    ("PRI * HTTP/2.0", "X: y"),
    ("GET /?q=intime" + "a" * 9000 + " HTTP/1.1", "X: y"),
    ("GET / HTTP/1.1", "X: " + "a" * 9000),
    ("GET / HTTP/1.1", "X: a\0b"),
]


@pytest.fixture
async def port(services: Services) -> AsyncIterator[int]:
    async with listening(make_app(services), "127.0.0.1", 0) as port:
        yield port


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def sent(port: int, raw: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (small letters) and body of the answer to these very bytes."""
    async with connected(port) as (reader, writer):
        writer.write(raw)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


def request(path: str, body: bytes, headers: Headers, method: str = "POST") -> bytes:
    told = {"Content-Length": str(len(body)), "Connection": "close", "Host": "x", **dict(headers)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def told_in_french(answer: tuple[int, dict[str, str], bytes], path: str) -> None:
    _, headers, body = answer
    if path.startswith("/api/"):
        assert headers["content-type"] == "application/json; charset=utf-8"
        error = json.loads(body)["error"]
        assert error.keys() == {"code", "message"}
        assert error["message"].endswith(".")
        assert any(letter in error["message"] for letter in "éèêàç")
    else:
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert '<html lang="fr">' in body.decode()
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/v1/ask", "/", "/commune", "/avis"])
@pytest.mark.parametrize(("made", "headers", "status"), BODIES)
async def test_bodies(
    port: int, path: str, made: Any, headers: Headers, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    right = {"/api/v1/ask": JSON, "/avis": b"entry=mesures&useful=oui"}.get(path, FORM)
    answer = await sent(port, request(path, made(right), headers))
    assert answer[0] == status
    if status >= 400:
        told_in_french(answer, path)
    if status == 415:
        assert answer[1]["accept-encoding"] == "identity, gzip, deflate"
    assert not caplog.records


@pytest.mark.parametrize("path", ["/api/v1/ask", "/"])
async def test_a_body_in_chunks(port: int, path: str) -> None:
    body = gzip.compress(JSON if path != "/" else FORM)
    headers = "Host: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
    head = f"POST {path} HTTP/1.1\r\n{headers}Content-Encoding: gzip\r\n\r\n".encode()
    whole = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    assert (await sent(port, head + whole))[0] == 200


async def test_who_leaves_in_midst_of_a_question_is_no_breakdown(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/api/v1/ask", "/"):
        async with connected(port) as (_, writer):
            writer.write(request(path, JSON, (("Content-Length", "500"),)))
            await writer.drain()
    assert (await sent(port, request("/", FORM, ())))[0] == 200
    assert not caplog.records


@pytest.mark.parametrize(("first", "header"), UNREADABLE)
async def test_what_is_no_request_is_refused_in_french(
    port: int, first: str, header: str, caplog: pytest.LogCaptureFixture
) -> None:
    raw = f"{first}\r\nHost: x\r\nConnection: close\r\n{header}\r\n\r\n".encode()
    status, headers, body = await sent(port, raw)
    assert status == 400
    told_in_french((status, headers, body), "/api/")
    assert "intime" not in caplog.text + body.decode()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for path in ("/api/v1/ask", "/avis", "/themes", "/q/mesures", "/commune")
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")
    ],
)
async def test_a_method_that_is_not_taken(port: int, method: str, path: str) -> None:
    answer = await sent(port, request(path, b"", (), method))
    assert answer[0] == 405
    assert answer[1]["allow"]
    told_in_french(answer, path)
