"""python-telegram-bot's network layer over aiohttp's client: several times faster than httpx.

Its errors hold no address, since that holds the token, and tell what was sent: nothing
(NotConnectedError), something that got no answer (CutError) or part of one (CutShortError). A
timeout once connected is TimedOut: nobody knows whether Telegram acted. It sends no files.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.request import getproxies, proxy_bypass

from aiohttp import (
    ClientConnectorError,
    ClientHttpProxyError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    InvalidURL,
    ServerDisconnectedError,
    ServerFingerprintMismatch,
    TCPConnector,
)
from telegram.error import NetworkError, TimedOut
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData
from yarl import URL

#: Connections kept open at most: as many chats are answered at once.
CONNECTIONS = 256
_DNS_SECONDS = 60
#: Seconds to write a request.
_WRITE = 5.0
#: Letters as they are: half the size of French text in escapes.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_JSON = {"Content-Type": "application/json"}


class NotConnectedError(NetworkError):
    """Nothing was sent: no such host, refused, no connection in time, wrong certificate."""

    __slots__ = ()


class CutError(NetworkError):
    """The connection was lost before an answer, or before the end of its headers."""

    __slots__ = ()


class CutShortError(NetworkError):
    """The answer began and did not end: Telegram has acted."""

    __slots__ = ()


class AiohttpRequest(BaseRequest):
    """One pool of kept connections. Timeouts in seconds, None for none.

    `failed` is called with why a call is not done: Telegram's code, or the error's class.
    HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed as they stand when the pool is opened. The time
    to write and to read are counted from the connection.
    """

    def __init__(
        self,
        failed: Callable[[str], object] = lambda _: None,
        *,
        connections: int = CONNECTIONS,
        read_timeout: float | None = 10.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 5.0,
    ) -> None:
        self._connections = connections
        self._read = read_timeout
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._proxies: dict[str, str] = {}
        self._failed = failed
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read

    async def initialize(self) -> None:
        """Open the pool; does nothing where it is open."""
        if self._session is None:
            self._proxies = getproxies()
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections, ttl_dns_cache=_DNS_SECONDS),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close every connection; does nothing where they are."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """(HTTP status, body). Raises NotConnectedError, CutError, CutShortError or TimedOut."""
        if self._session is None:
            raise NotConnectedError("The transport is not initialised")
        timeout = _timeout(
            _given(read_timeout, self._read),
            _given(write_timeout, _WRITE),
            _given(connect_timeout, self._connect),
            _given(pool_timeout, self._pool),
        )
        begun = False
        try:
            async with self._session.request(
                method,
                url,
                data=_body(request_data) if request_data else None,
                headers=_JSON if request_data else None,
                timeout=timeout,
                proxy=self._proxy(url) if self._proxies else None,
                # The token goes nowhere else than where it is meant to.
                allow_redirects=False,
            ) as response:
                begun = True
                if response.status >= 400:
                    self._failed(str(response.status))
                return response.status, await response.read()
        except Exception as error:
            fault = _fault(error, begun=begun)
            self._failed(type(fault).__name__)
        # Raised here, so that aiohttp's error, which tells the address, is no part of it.
        raise fault

    def _proxy(self, url: str) -> str | None:
        return proxy_for(url, self._proxies)


def proxy_for(url: str, proxies: Mapping[str, str]) -> str | None:
    """The proxy through which this address is asked for, of those that variables name."""
    parsed = URL(url)
    if parsed.host is None or proxy_bypass(parsed.host):
        return None
    named = proxies.get(parsed.scheme) or proxies.get("all")
    # « relais:3128 », as many systems write it.
    return f"http://{named}" if named and "://" not in named else named


def through(url: str) -> str:
    """What to say of the proxy where an address does not answer, without its password; or none."""
    if (proxy := proxy_for(url, getproxies())) is None:
        return ""
    named = URL(proxy)
    told = f" Il est demandé au relais {named.scheme}://{named.host}:{named.port}"
    if named.scheme not in {"http", "https"}:
        return f"{told}, d’une sorte que Galibot ne connaît pas : il faut un relais http."
    return f"{told}, que nomme la variable HTTPS_PROXY ou HTTP_PROXY : joint-il Telegram ?"


async def call(
    bot: ExtBot[None],
    method: str,
    parameters: dict[str, Any],
    *,
    read_timeout: Any = BaseRequest.DEFAULT_NONE,
) -> object:
    """Call a method of the Bot API; gives its result as Telegram wrote it.

    By the bot's way under its own methods, which spend five times as much on objects that nobody
    reads. It is private: a test names it, should a new version of the library do without.
    """
    return await bot._post(method, parameters, read_timeout=read_timeout)


def _given(value: object, default: float | None) -> float | None:
    return value if value is None or isinstance(value, float | int) else default


@lru_cache(maxsize=64)
def _timeout(
    read: float | None, write: float | None, connect: float | None, pool: float | None
) -> ClientTimeout:
    """By itself aiohttp limits no writing: the whole request is limited to the sum of all."""
    opening = None if connect is None or pool is None else connect + pool
    whole = None if opening is None or read is None or write is None else opening + write + read
    return ClientTimeout(total=whole, connect=opening, sock_connect=connect, sock_read=read)


def _body(data: RequestData) -> bytes:
    """JSON, three times quicker to write than a form."""
    # Half a surrogate pair, which people can send, has no UTF-8.
    return _encode(data.parameters).encode("utf-8", "replace")


def _fault(error: Exception, *, begun: bool) -> NetworkError:
    """The error told to python-telegram-bot, without what the original says."""
    name = f"aiohttp.{type(error).__name__}"
    if isinstance(
        error,
        ClientConnectorError
        | ConnectionTimeoutError
        | ClientHttpProxyError
        | ServerFingerprintMismatch
        | InvalidURL,
    ):
        return NotConnectedError(name)
    if isinstance(error, TimeoutError):
        return TimedOut(name)
    lost = isinstance(error, ServerDisconnectedError | OSError)
    return CutError(name) if lost and not begun else CutShortError(name)
