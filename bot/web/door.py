"""The port, open before anything else is read, and the connections to it: timed and bounded."""

import asyncio
import contextlib
import errno
import json
import logging
from collections.abc import AsyncIterator
from types import MappingProxyType
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler

#: Seconds in which the first request of a connection has to begin.
HEADER_SECONDS = 10.0
#: Seconds after which one that brings no further request is closed: longer than proxies keep theirs
#: (a minute for nginx, two for Caddy), which else could write to it as it closes.
IDLE_SECONDS = 150.0
#: What is in flight when the service is told to stop has so many seconds to finish.
STOP_SECONDS = 5.0
#: Connections open at once, at most; fewer where the system lets a process open less, and some
#: files are left for the database, for reading what editors save, and for the two hundred that
#: come before one too many is closed.
CONNECTIONS, FILES_LEFT = 2000, 264
#: Seconds between two lines that say that the system opens no more.
_SAY_EVERY = 60.0

#: On everything; `server.py` adds the style that stands in its pages.
SECURITY_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        ),
        "Permissions-Policy": (
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
)
_WHY = {
    errno.EADDRINUSE: " : un autre programme l’a pris",
    errno.EACCES: " : il faut plus de droits sous 1024",
    errno.EADDRNOTAVAIL: " : HOST n’est pas une adresse de cette machine",
}
_log = logging.getLogger(__name__)
_STARTING = "Le service démarre. Réessayez dans quelques secondes."


class StartError(Exception):
    """The service can't start; the message says why in French."""


class Door:
    """What a port shows: until there is an application, that the service is starting."""

    def __init__(self, stop_seconds: float) -> None:
        self.port = 0
        self._stop_seconds = stop_seconds
        self._runners = contextlib.AsyncExitStack()
        self._server: web.Server | None = None
        #: Connections that wait for a request, the longest first.
        self.waiting: dict[Connection, None] = {}
        self.count = 0
        self.most = _connections()
        self._said = -_SAY_EVERY

    async def show(self, app: web.Application) -> None:
        """What connects from now on is served by this application."""
        runner = web.AppRunner(app, shutdown_timeout=self._stop_seconds)
        await runner.setup()
        self._runners.push_async_callback(runner.cleanup)
        self._server = runner.server

    def connection(self) -> "Connection":
        return Connection(cast("web.Server", self._server), self)

    def out_of_files(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Say it once where the system opens no more: asyncio does a hundred times a second."""
        if not (isinstance(context.get("exception"), OSError) and "socket" in context):
            loop.default_exception_handler(context)
        elif loop.time() > self._said + _SAY_EVERY:
            self._said = loop.time()
            _log.error("Trop de connexions à la fois : le système n’en ouvre plus pour l’instant.")

    async def close(self) -> None:
        """Finish what is in flight, for so long, and close the rest."""
        await self._runners.aclose()


class Connection(RequestHandler):
    """One of aiohttp's, which leaves bodies compressed, for `read_body`.

    It writes no access log, whose lines would hold readers' addresses and what links and the API's
    searches carry in `q`. What it can't read never reaches the application, and is refused as the
    API refuses. One that brings no request is closed; so is, where there are too many, the one
    that has waited longest, so that connections held open shut nobody out.
    """

    def __init__(self, server: web.Server, door: Door) -> None:
        options: dict[str, Any] = {
            "access_log": None,
            "auto_decompress": False,
            "keepalive_timeout": IDLE_SECONDS,
        }
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._door = door
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._door.count += 1
        self.waits()
        self._late = asyncio.get_running_loop().call_later(HEADER_SECONDS, transport.close)
        if self._door.count > self._door.most:
            longest = next(iter(self._door.waiting))
            if longest.transport:
                longest.transport.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._door.count -= 1
        self.works()

    def waits(self) -> None:
        """It has no request in hand."""
        if self.transport and not self.transport.is_closing():
            self._door.waiting[self] = None

    def works(self) -> None:
        """A request has come, or none will."""
        self._door.waiting.pop(self, None)
        if self._late:
            self._late.cancel()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        from bot.web.api import error_response  # with the whole conversation: not at the start

        super().handle_error(request, status, exc, message)  # logs; raises in midst of an answer
        response = error_response(status)
        response.headers.update(SECURITY_HEADERS)
        response.force_close()
        return response


@web.middleware
async def attend(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The connection of a request in hand is not one that waits."""
    connection = request.protocol
    if not isinstance(connection, Connection):
        return await handler(request)
    connection.works()
    try:
        return await handler(request)
    finally:
        connection.waits()


@contextlib.asynccontextmanager
async def opened(host: str, port: int, stop_seconds: float = STOP_SECONDS) -> AsyncIterator[Door]:
    """The port, open until left, that says at first that the service starts. Raises StartError."""
    logging.getLogger("aiohttp.server").addFilter(name_nobody)
    door = Door(stop_seconds)
    try:
        await door.show(_starting())
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(door.out_of_files)
        try:
            listener = await loop.create_server(door.connection, host, port)
        except OSError as error:
            raise StartError(
                f"Le port {port} de {host} ne peut pas être ouvert"
                f"{_WHY.get(error.errno or 0, '')}. "
                "Choisissez-en un autre avec la variable PORT."
            ) from None
        try:
            door.port = listener.sockets[0].getsockname()[1]
            yield door
        finally:
            listener.close()
    finally:
        await door.close()


@contextlib.asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, stop_seconds: float = 0.1
) -> AsyncIterator[int]:
    """Serve an application until left, then finish what is in flight. Yields the port."""
    async with opened(host, port, stop_seconds) as door:
        await door.show(app)
        yield door.port


def name_nobody(record: logging.LogRecord) -> bool:
    """Take out of aiohttp's lines the reader's address and, where unreadable, what was sent."""
    record.args = None
    record.msg = "Requête illisible ou interrompue."
    if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
        record.msg = f"Requête illisible ({type(record.exc_info[1]).__name__})."
        record.exc_info = record.exc_text = None
    return True


async def alive(_: web.Request) -> web.Response:
    """The process answers; nothing else is looked at, so that nothing else gets it restarted."""
    return web.json_response({"status": "ok"})


async def _not_yet(request: web.Request) -> web.Response:
    if "text/html" in request.headers.get("Accept", ""):
        page = '<!doctype html><html lang="fr"><meta http-equiv="refresh" content="3">'
        told = web.Response(text=f"{page}<title>…</title><p>{_STARTING}", content_type="text/html")
    else:
        error = {"error": {"code": "starting", "message": _STARTING}, "ready": False}
        told = web.json_response(text=json.dumps(error, ensure_ascii=False))
    told.set_status(503)
    told.headers["Retry-After"] = "3"
    return told


def _starting() -> web.Application:
    async def once(_: web.Request, response: web.StreamResponse) -> None:
        response.force_close()  # the next connection may be the application's
        response.headers.update(SECURITY_HEADERS)

    app = web.Application(middlewares=[attend])
    app.add_routes([web.get("/healthz", alive), web.route("*", "/{path:.*}", _not_yet)])
    app.on_response_prepare.append(once)
    return app


def _connections() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return CONNECTIONS // 4
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return CONNECTIONS
    return max(min(CONNECTIONS, files - FILES_LEFT), files // 4)
