"""Addresses as town halls give them (under a path, behind a proxy) and as people copy them."""

import asyncio
import contextlib
import gzip
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
import pytest
from yarl import URL

from bot.knowledge.model import KnowledgeBase
from bot.services import Services
from bot.web.assets import static_url
from bot.web.door import listening
from bot.web.server import make_app
from doubles.bot_api import running
from doubles.proxy import proxy
from doubles.service import served
from tests.conftest import TODAY

SITE = "https://ville.example.fr"
PATH = "/services/galibot"
#: The ways to reach the service: through a proxy that takes the path away or leaves it, directly.
WAYS = ("strips", "leaves", "direct")
ATTRIBUTE = re.compile(r'\b(?:href|src|action)="([^"]*)"')


@contextlib.asynccontextmanager
async def reached(services: Services, way: str) -> AsyncIterator[str]:
    """The service of SITE/PATH; yields the site's address."""
    async with listening(make_app(services, SITE + PATH), "127.0.0.1", 0) as port:
        address = f"http://127.0.0.1:{port}"
        if way == "direct":
            yield address
            return
        async with proxy(address, PATH, strips=way == "strips") as site:
            yield site


@pytest.mark.parametrize("way", WAYS)
async def test_every_link_under_a_path_is_right(
    services: Services, base: KnowledgeBase, way: str
) -> None:
    async with reached(services, way) as site, aiohttp.ClientSession() as session:
        first = [PATH, f"{PATH}/", *(["/", "/q/mesures"] if way == "direct" else [])]
        waiting = [site + path for path in first]
        seen = set(waiting)
        while waiting:
            address = waiting.pop()
            async with session.get(address, allow_redirects=False) as response:
                # What is only posted to is no page to be read.
                posted_only = address in {f"{site}{PATH}/avis", f"{site}{PATH}/effacer"}
                assert response.status == (405 if posted_only else 200), address
                if response.content_type != "text/html" or posted_only:
                    continue
                page = await response.text()
            for link in map(unescape, ATTRIBUTE.findall(page)):
                if urlsplit(link).scheme or link.startswith("#"):
                    continue
                assert link.startswith(f"{PATH}/"), f"{link} dans {address}"
                there = urljoin(address, link.partition("#")[0])
                if urlsplit(there).path not in {urlsplit(known).path for known in seen}:
                    seen.add(there)
                    waiting.append(there)
        paths = {urlsplit(address).path for address in seen}
        pages = {f"{PATH}/q/{key}" for key in base.served(TODAY)}
        pages |= {f"{PATH}/{page}" for page in ("themes", "commune", "contact", "aide", "avis")}
        scripts = {PATH + static_url(name) for name in ("chat.js", "reply.js")}
        assert pages | scripts <= paths


@pytest.mark.parametrize("way", WAYS)
async def test_the_rest_of_the_service_is_under_the_path_too(services: Services, way: str) -> None:
    async with reached(services, way) as site, aiohttp.ClientSession() as session:
        for path in ("/", "/commune"):
            async with session.post(f"{site}{PATH}{path}", data={"q": "Lens"}) as response:
                assert response.status == 200
                assert "Lens" in await response.text()
        async with session.post(f"{site}{PATH}/api/v1/ask", json={"question": "Lens"}) as response:
            assert (await response.json())["outcome"] == "commune"
        async with session.get(f"{site}{PATH}/openapi.json") as response:
            assert (await response.json())["servers"] == [{"url": PATH}]
        for missing, kind in (("/zzz", "text/html"), ("/api/v1/zzz", "application/json")):
            async with session.get(f"{site}{PATH}{missing}") as response:
                assert (response.status, response.content_type) == (404, kind)
        async with session.get(f"{site}{PATH}/healthz") as response:
            assert response.status == 200
        async with session.get(site + PATH + static_url("chat.js")) as response:
            assert "immutable" in response.headers["Cache-Control"]
        async with session.get(f"{site}{PATH}/metrics") as response:
            told = await response.text()
        assert PATH not in told
        assert 'route="/commune"' in told


async def test_what_others_are_told_is_the_public_address(services: Services) -> None:
    async with reached(services, "strips") as site, aiohttp.ClientSession() as session:
        for path in ("/", "/q/mesures", "/themes", "/commune/59456"):
            async with session.get(site + PATH + path) as response:
                page = await response.text()
            assert f'<link rel="canonical" href="{SITE}{PATH}{path}">' in page


#: Addresses as people copy them, and the pages that they mean.
COPIED = (
    ("/q/qui-s-engage/", "/q/qui-s-engage"),
    ("/Q/qui-s-engage", "/q/qui-s-engage"),
    ("/q/Qui-S-Engage", "/q/qui-s-engage"),
    ("/q/QUI-S-ENGAGE//", "/q/qui-s-engage"),
    ("//q//qui-s-engage", "/q/qui-s-engage"),
    ("/q/qui-s-engage.", "/q/qui-s-engage"),
    ("/q/qui-s-engage).", "/q/qui-s-engage"),
    ("/q/qui-s-engage)", "/q/qui-s-engage"),
    ("/q/qui-s-engage,", "/q/qui-s-engage"),
    ("/q/qui-s-engage;", "/q/qui-s-engage"),
    ("/q/qui-s-engage!", "/q/qui-s-engage"),
    ("/q/qui-s-engage:", "/q/qui-s-engage"),
    ("/q/qui-s-engage»", "/q/qui-s-engage"),
    ("/q/qui-s-engage%C2%A0%C2%BB", "/q/qui-s-engage"),
    ("/q/qui-s-engage%20", "/q/qui-s-engage"),
    ("/q/%20qui-s-engage", "/q/qui-s-engage"),
    ("/q/qui-s-engage%2520", "/q/qui-s-engage"),
    ("/q/qui-s-engage%0A", "/q/qui-s-engage"),
    ("/q/qui-s-%0D%0Aengage", "/q/qui-s-engage"),
    ("/q/qui-s-engage%22", "/q/qui-s-engage"),
    ("/q/qui-s-engage'", "/q/qui-s-engage"),
    ("/q/qui-s-engage’", "/q/qui-s-engage"),
    ("/q/qui-s-engage…", "/q/qui-s-engage"),
    ("/q/qui-s-engage*", "/q/qui-s-engage"),
    ("/q/qui-s-engage%3E", "/q/qui-s-engage"),
    ("/q/qui-s-engage%E2%80%8B", "/q/qui-s-engage"),
    ("/q/qui-s%C2%AD-engage", "/q/qui-s-engage"),
    ("/q/qui%E2%80%91s%E2%80%93engage", "/q/qui-s-engage"),
    ("/q/qui_s_engage", "/q/qui-s-engage"),
    ("/q/qui-s-engage%3Fs=1", "/q/qui-s-engage"),
    ("/q/qui-s-engage%23suite", "/q/qui-s-engage"),
    ("/%20", "/"),
    ("/)", "/"),
    ("/%", "/"),
    ("/Themes", "/themes"),
    ("/thèmes/", "/themes"),
    ("/contact.", "/contact"),
    ("/aide%20)", "/aide"),
    ("/aucune/", "/aucune"),
    ("/confidentialité", "/confidentialite"),
    ("/Commune/", "/commune"),
    ("/commune/59456/", "/commune/59456"),
    ("/commune/59456.", "/commune/59456"),
    ("/Theme/Argent,", "/theme/argent"),
)


@pytest.mark.parametrize("way", WAYS)
async def test_an_address_as_people_copy_it_leads_to_its_page(services: Services, way: str) -> None:
    """By one redirection, for good, with its query."""
    async with reached(services, way) as site, aiohttp.ClientSession() as session:
        for copied, page in COPIED:
            address = URL(site + PATH + quote(copied, safe="/%") + "?c=59456&s=1", encoded=True)
            for method in ("GET", "HEAD"):
                async with session.request(method, address, allow_redirects=False) as response:
                    assert response.status == 301, copied
                    location = response.headers["Location"]
                assert location == f"{PATH}{page}?c=59456&s=1", copied
            async with session.get(urljoin(site, location), allow_redirects=False) as response:
                assert response.status == 200, copied


async def test_without_a_path_an_address_is_mended_too(services: Services) -> None:
    async with listening(make_app(services), "127.0.0.1", 0) as port:
        assert await location_of(port, "/Q/qui-s-engage).") == "/q/qui-s-engage"
        assert await location_of(port, "//q//qui-s-engage?c=59456") == "/q/qui-s-engage?c=59456"
        assert await location_of(port, "/%00?q=a%0D%0Ab//x") == "/?q=a%0D%0Ab//x"


#: No redirection leads to another site, nor to a page that is not there.
NOWHERE = (
    "//evil.example",
    "//evil.example/",
    "//evil.example/q/qui-s-engage",
    "/\\evil.example",
    "/%5Cevil.example",
    "/%2F%2Fevil.example",
    "/%2F/evil.example%2F..",
    "/https:%2F%2Fevil.example",
    "/q/https:%2F%2Fevil.example",
    "/q/%0D%0ASet-Cookie:%20a=b",
    "/q/zzz.",
    "/q/",
    "/q",
    "/q/qui-s-engage/mesures",
    "/zzz/qui-s-engage",
    "/commune/00000.",
    "/theme/zzz/",
    "/static/",
    "/static/Chat.js",
    "/api/v1/entries/",
    "/api/v1/Entries",
    "/..%2F..%2Fetc%2Fpasswd",
)


@pytest.mark.parametrize("path", NOWHERE)
async def test_no_redirection_leads_elsewhere_or_nowhere(services: Services, path: str) -> None:
    for public_url in ("", SITE + PATH):
        async with listening(make_app(services, public_url), "127.0.0.1", 0) as port:
            for above in ("", PATH):
                assert await location_of(port, above + path) is None


async def location_of(port: int, path: str) -> str | None:
    """Where a GET of exactly this path is sent, else None: no client tidies it on its way."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head = (await reader.read()).partition(b"\r\n\r\n")[0].decode()
    writer.close()
    await writer.wait_closed()
    assert head.split()[1] in {"301", "403", "404"}
    found = re.search(r"\r\nLocation: ([^\r]*)", head)
    return found[1] if found else None


async def test_telegram_brings_its_updates_under_the_path(
    services: Services, tmp_path: Path
) -> None:
    """Whether the proxy takes the path away or leaves it; a body may be compressed."""
    plain = b'{"update_id": 1}'
    async with (
        running() as api,
        served(api, "webhook", services, tmp_path, public_url=SITE + PATH) as address,
        aiohttp.ClientSession() as session,
    ):
        assert api.webhook["url"] == f"{SITE}{PATH}/telegram/webhook"
        secret = {"X-Telegram-Bot-Api-Secret-Token": api.webhook["secret_token"]}
        for above in ("", PATH):
            for body, encoding, status in (
                (plain, "identity", 200),
                (gzip.compress(plain), "gzip", 200),
                (gzip.compress(plain)[:-9], "gzip", 400),
                (gzip.compress(b" " * 2_000_000), "gzip", 413),
                (plain, "br", 415),
            ):
                async with session.post(
                    f"{address}{above}/telegram/webhook",
                    data=body,
                    headers={**secret, "Content-Encoding": encoding},
                ) as response:
                    assert response.status == status
