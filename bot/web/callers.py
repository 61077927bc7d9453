"""From which address a request comes, through the proxies that are trusted; how much it may ask."""

import logging
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.limits import ANY_PROXY
from bot.web.keys import SERVICES, TRUSTED, own_path

#: What is asked by machines that watch us, or is a file: not limited.
_FREE = ("/healthz", "/readyz", "/metrics", "/static/", "/telegram/")
#: What a page that asks nothing costs, in questions.
_PAGE = 0.1
#: What the page that refuses costs, of a share of its own: it is dear to make. One that floods is
#: told four times, then every six seconds; in between, in a line of text.
_REFUSAL = 30.0

_log = logging.getLogger(__name__)


def caller(request: web.Request) -> str | None:
    """The address that asks, an IPv6 one as its /64, which is one home; None where it is unknown.

    `X-Forwarded-For` is believed as far as the addresses that wrote it are TRUSTED_PROXIES: the
    last that is not one of them asks. With « * », the last was written by the host's own router.
    Behind a proxy that is not named, everyone would seem to be one: then it is unknown.
    """
    trusted = request.app[TRUSTED]
    written = ",".join(request.headers.getall("X-Forwarded-For", []))
    chain = [one.strip() for one in written.split(",") if one.strip()]
    direct = asker = _address(request.remote or "")
    if chain and ANY_PROXY in trusted:
        return _home(_address(chain[-1]))
    while chain and asker and any(asker in one for one in trusted if not isinstance(one, str)):
        asker = _address(chain.pop())
    if chain and direct and asker is direct and not direct.is_global:
        _tell_proxy()
        return None
    return _home(asker)


def from_here(request: web.Request) -> bool:
    """Whether it was sent on this very machine, and not handed on by a proxy."""
    address = _address(request.remote or "")
    handed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return address is not None and address.is_loopback and not handed_on


@web.middleware
async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """429 with `Retry-After` where one address asks more than its share."""
    if not own_path(request).startswith(_FREE):
        asker = caller(request)
        cost = _PAGE if request.method in {"GET", "HEAD"} else 1.0
        services = request.app[SERVICES]
        wait = services.limits.wait(f"web:{asker}", cost) if asker else 0
        if wait:
            after = {"Retry-After": str(wait)}
            page = not own_path(request).startswith("/api/")
            if page and services.limits.wait(f"refused:{asker}", _REFUSAL):
                said = services.assistant.base.texts.web["erreur_429"]
                return web.Response(status=429, text=said, headers=after)
            raise web.HTTPTooManyRequests(headers=after)
    return await handler(request)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """« 192.0.2.1 », « 192.0.2.1:5000 », « [2001:db8::1]:5000 », « ::ffff:192.0.2.1 »."""
    bare = text.partition("]")[0].lstrip("[") if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _home(address: IPv4Address | IPv6Address | None) -> str | None:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), 64), strict=False))
    return str(address) if address else None


@cache
def _tell_proxy() -> None:
    """Once: the log must not grow with each request."""
    _log.warning(
        "Un relais transmet les demandes (X-Forwarded-For) sans être nommé dans TRUSTED_PROXIES : "
        "les limites par adresse ne s’appliquent pas."
    )
