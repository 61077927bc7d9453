"""The service in other sites' pages, in a real browser, and the API for their scripts."""

import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from bot.services import Services
from bot.web.door import listening
from bot.web.server import make_app
from tools.screenshots import CHROMIUM_ARGS

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
SITE = "https://www.ville.example.fr"
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium n’est pas installé (ou donnez son chemin dans CHROMIUM)"
)

# --- Headers ---


@pytest.fixture
async def client(services: Services) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = make_app(services, "https://x.example/galibot", embed=(SITE, "http://127.0.0.1:8000"))
    async with TestClient(TestServer(app)) as client:
        yield client


async def headers_of(client: Any, method: str, path: str, **sent: str) -> dict[str, str]:
    async with client.request(method, path, headers=sent) as response:
        return {**response.headers, "status": str(response.status)}


@pytest.mark.parametrize(
    "path", ["/", "/q/qui-s-engage", "/themes", "/commune", "/zzz", "/galibot/"]
)
async def test_pages_of_the_conversation_may_be_framed_by_those_sites(
    client: Any, path: str
) -> None:
    policy = (await headers_of(client, "GET", path))["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {SITE} http://127.0.0.1:8000")
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/mairie", "/chiffres", "/healthz", "/api/v1/entries"])
async def test_nothing_else_may_be_framed(client: Any, path: str) -> None:
    policy = (await headers_of(client, "GET", path))["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'none'")


async def test_by_default_nothing_is_framed_nor_called(services: Services) -> None:
    async with TestClient(TestServer(make_app(services))) as client:
        found = await headers_of(client, "GET", "/", Origin=SITE)
        assert found["Content-Security-Policy"].endswith("frame-ancestors 'none'")
        found = await headers_of(client, "GET", "/api/v1/entries", Origin=SITE)
        assert "Access-Control-Allow-Origin" not in found


@pytest.mark.parametrize(
    ("origin", "path", "status"),
    [
        (SITE, "/api/v1/ask", "204"),
        (SITE, "/galibot/api/v1/ask", "204"),
        ("https://autre.example", "/api/v1/ask", "405"),
        (f"{SITE}.autre.example", "/api/v1/ask", "405"),
        ("null", "/api/v1/ask", "405"),
        (SITE, "/", "405"),
    ],
)
async def test_a_preflight_is_answered_for_those_sites_and_the_api_alone(
    client: Any, origin: str, path: str, status: str
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    found = await headers_of(client, "OPTIONS", path, **asked)
    assert found["status"] == status
    allowed = status == "204"
    assert ("Access-Control-Allow-Origin" in found) == allowed
    if allowed:
        assert found["Access-Control-Allow-Origin"] == origin
        assert found["Access-Control-Allow-Methods"] == "GET, POST"
        assert found["Access-Control-Allow-Headers"] == "Content-Type"
    if path.endswith("ask"):
        assert "Origin" in found["Vary"].split(", ")


async def test_answers_of_the_api_are_read_by_those_sites_alone(client: Any) -> None:
    for path in ("/api/v1/entries", "/api/v1/nulle-part", "/api/v1/communes"):
        found = await headers_of(client, "GET", path, Origin=SITE)
        assert found["Access-Control-Allow-Origin"] == SITE
        other = await headers_of(client, "GET", path, Origin="https://autre.example")
        assert "Access-Control-Allow-Origin" not in other
        assert "Origin" in other["Vary"].split(", ")


async def test_the_script_is_small_and_says_where_it_opens(client: Any) -> None:
    async with client.get("/widget.js") as response:
        script = await response.text()
        assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(script.encode()) <= 6 * 1024
    told = re.search(r"\((\{.*\})\);$", script.strip())
    assert told
    assert json.loads(told[1])["sites"] == [SITE, "http://127.0.0.1:8000"]


# --- A page of another site ---

#: What a host page holds, of ours: a link that the script upgrades, twice; a line; a frame.
TWO_LINKS = """
<p><a href="{ours}/?c=62498&amp;s=site-62498" data-galibot>Une question ?</a></p>
<p><a href="{ours}/?c=59456&amp;s=site-59456" data-galibot>Une autre ?</a></p>
<script src="{ours}/widget.js" async></script>"""
LINE = '<script src="{ours}/widget.js" data-commune="62498" async></script>'
FRAME = (
    '<iframe src="{ours}/?c=62498&amp;s=site-62498" title="Galibot" width="400" height="700">'
    "</iframe>"
)
HOST = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Ma ville</title></head>
<body><header><a href="#x">Ma ville</a></header><main id="x"><h1>Ma ville</h1>{body}</main></body>
</html>"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_ARGS)
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def sites(
    services: Services,
    body: str,
    policy: str = "default-src 'self' {ours}",
    *,
    allowed: bool = True,
) -> AsyncIterator[tuple[str, str]]:
    """A page of another origin with ours in it, under its strict policy: (its address, ours)."""
    ours = ""

    async def host(_: web.Request) -> web.Response:
        page = HOST.format(body=body.format(ours=ours))
        return web.Response(
            text=page,
            content_type="text/html",
            headers={"Content-Security-Policy": policy.format(ours=ours)},
        )

    app = web.Application()
    app.router.add_get("/", host)
    async with TestServer(app) as server:
        theirs = str(server.make_url("/")).rstrip("/")
        made = make_app(services, embed=(theirs,) if allowed else ())
        async with listening(made, "127.0.0.1", 0) as port:
            # Of another origin, and of another site: « localhost » is not 127.0.0.1.
            ours = f"http://localhost:{port}"
            yield theirs, ours


async def opened(browser: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    """The page, the addresses that it asks for, and what its console says."""
    page = await browser.new_page(locale="fr-FR", **options)
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    asked: list[str] = []
    page.on("console", lambda said: asked.append(said.text))  # where a policy tells a refusal

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    await page.goto(address)
    return page, asked


@needs_chromium
@pytest.mark.parametrize(
    "policy",
    ["default-src 'self' {ours}", "default-src 'self' {ours}; require-trusted-types-for 'script'"],
)
async def test_two_links_become_two_conversations(
    browser: Browser, services: Services, policy: str
) -> None:
    async with sites(services, TWO_LINKS, policy) as (theirs, ours):
        page, asked = await opened(browser, theirs)
        first = page.get_by_role("link", name="Une question ?")
        await expect(first).to_have_attribute("aria-haspopup", "dialog")
        assert [url for url in asked if url.startswith(ours)] == [f"{ours}/widget.js"]

        await first.focus()
        await page.keyboard.press("Enter")
        panel = page.get_by_role("dialog", name="Galibot")
        await expect(panel).to_be_visible()
        frame = page.frame_locator("iframe").first
        field = frame.get_by_label("Votre question")
        await field.fill("Qui s'engage ?")
        await field.press("Enter")
        await expect(frame.locator("article").last).to_contain_text("Douze partenaires")
        assert page.url == f"{theirs}/"

        # Escape, pressed within the frame, closes the panel and gives the focus back.
        await field.press("Escape")
        await expect(panel).to_be_hidden()
        await expect(first).to_be_focused()

        # The other one is a conversation of its own; the first goes on where it was.
        await page.get_by_role("link", name="Une autre ?").click()
        assert len(page.frames) == 3
        await page.get_by_role("button", name="Fermer").click()
        await expect(page.get_by_role("link", name="Une autre ?")).to_be_focused()
        await first.click()
        await expect(frame.locator("article").last).to_contain_text("Douze partenaires")
        assert len(page.frames) == 3
        assert not [said for said in asked if "Content Security Policy" in said]
        await services.tallies.write()
        counted = await services.database.arrivals()
        assert {source: count for (source, _, _), count in counted.items()} == {
            "site-62498": 1,
            "site-59456": 1,
        }


@needs_chromium
async def test_one_line_brings_its_button(browser: Browser, services: Services) -> None:
    async with sites(services, LINE + LINE) as (theirs, ours):
        page, _ = await opened(browser, theirs, viewport={"width": 360, "height": 640})
        buttons = page.get_by_role("link", name="Poser une question")
        await expect(buttons).to_have_count(2)
        await expect(buttons.first).to_have_attribute("href", f"{ours}/?c=62498&s=site-62498")
        found = await Axe().run(page)
        assert [one["id"] for one in found.response["violations"]] == []

        await buttons.last.press("Enter")
        await expect(page.get_by_role("dialog")).to_be_visible()
        found = await Axe().run(page, options={"iframes": False})
        assert [one["id"] for one in found.response["violations"]] == []
        box = await page.get_by_role("dialog").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 360, "height": 640}
        await expect(page.get_by_role("button", name="Fermer")).to_be_visible()
        # The keyboard goes from the frame to what closes it, and Escape works there too.
        await page.get_by_role("button", name="Fermer").focus()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(buttons.last).to_be_focused()


@needs_chromium
async def test_a_frame_holds_the_conversation(browser: Browser, services: Services) -> None:
    async with sites(services, FRAME) as (theirs, _):
        page, _ = await opened(browser, theirs)
        field = page.frame_locator("iframe").get_by_label("Votre question")
        await field.fill("Qui s'engage ?")
        await field.press("Enter")
        reply = page.frame_locator("iframe").locator("article").last
        await expect(reply).to_contain_text("Douze partenaires")
        # What we link to opens outside of the frame, in which it might refuse to show.
        source = reply.locator("a[rel~=external]").first
        await source.evaluate("link => link.addEventListener('click', e => e.preventDefault())")
        await source.dispatch_event("click")
        await expect(source).to_have_attribute("target", "_blank")


@needs_chromium
@pytest.mark.parametrize("script", [True, False])
async def test_elsewhere_and_without_javascript_a_link_is_a_link(
    browser: Browser, services: Services, script: bool
) -> None:
    """A site that is not allowed, or a browser that runs no script."""
    async with sites(services, TWO_LINKS, allowed=not script) as (theirs, ours):
        page, _ = await opened(browser, theirs, java_script_enabled=script)
        await page.get_by_role("link", name="Une question ?").click()
        await page.wait_for_url(f"{ours}/?c=62498&s=site-62498")


@needs_chromium
async def test_a_page_of_an_allowed_site_calls_the_api(
    browser: Browser, services: Services
) -> None:
    ask = """async address => {
      const answer = await fetch(address, {method: "POST", body: '{"question": "Qui s’engage ?"}',
        headers: {"Content-Type": "application/json"}});
      return (await answer.json()).entry;
    }"""
    async with sites(services, "") as (theirs, ours):
        page, _ = await opened(browser, theirs)
        assert await page.evaluate(ask, f"{ours}/api/v1/ask") == "qui-s-engage"
    async with sites(services, "", allowed=False) as (theirs, ours):
        page, _ = await opened(browser, theirs)
        with pytest.raises(Exception, match="Failed to fetch"):
            await page.evaluate(ask, f"{ours}/api/v1/ask")
