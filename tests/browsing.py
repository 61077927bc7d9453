"""The pages in a real browser: what the tests that open one share."""

import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, async_playwright

from bot.services import Services
from bot.web.door import listening
from bot.web.server import make_app

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium n’est pas installé (ou donnez son chemin dans CHROMIUM)"
)
#: The name of the field where one asks.
FIELD = "Votre question"
#: Addresses, and what is typed there: every kind of page.
PAGES = (
    ("/", ""),
    ("/themes", "Qui s'engage ?"),
    ("/themes", "logement"),
    ("/themes?r=1", "recette des crêpes"),
    ("/?q=logement", ""),
    ("/q/mesures?facile=1", ""),
    ("/themes", ""),
    ("/theme/argent", ""),
    ("/commune", ""),
    ("/commune/59456", ""),
    ("/commune/59350", ""),
    ("/commune", "Saint-Martin"),
    ("/contact", ""),
    ("/aide", ""),
    ("/confidentialite", ""),
    ("/zzz", ""),
    ("/questions", ""),
    ("/questions", "loyer"),
    ("/qui-publie", ""),
    ("/mentions-legales", ""),
    ("/accessibilite", ""),
    ("/carte", ""),
)


#: What axe looks for: the French reference, both levels of WCAG 2.2, and good practice.
RULES = ["RGAAv4", "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_LOOK = """async (values) => {
  const options = { runOnly: { type: "tag", values }, resultTypes: ["violations"] };
  const { violations } = await axe.run(options);
  return violations.map(({ id, nodes }) => [id, ...nodes.map((one) => one.html)]);
}"""


@asynccontextmanager
async def served(services: Services, public_url: str = "") -> AsyncIterator[str]:
    """The web channel on a free port of this machine; gives its address."""
    async with listening(make_app(services, public_url), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_ARGS)
        )
        yield browser
        await browser.close()


async def opened(browser: Browser, url: str, **options: Any) -> Page:
    """A page that fails the test on any script error or refused content."""
    page = await browser.new_page(locale="fr-FR", **options)
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    await page.goto(url)
    return page


async def ask(page: Page, question: str) -> None:
    await page.get_by_label(FIELD).fill(question)
    await page.keyboard.press("Enter")


async def visit(page: Page, url: str, typed: str) -> None:
    """Open a page; what is typed into its own form then gives another, whole."""
    await page.goto(url)
    if typed:
        search = "#commune" if url.endswith("/commune") else "#q"
        await page.locator(search).fill(typed)
        async with page.expect_navigation():
            await page.keyboard.press("Enter")


async def still(page: Page) -> None:
    """Wait until the page has done scrolling."""
    before = -1
    while (now := await page.evaluate("scrollY")) != before:
        before = now
        await page.wait_for_timeout(200)


async def no_violation(page: Page, where: str) -> None:
    """Put axe in the page once, and ask it for what is wrong alone: the rest is long to tell."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    found = await page.evaluate(_LOOK, RULES)
    assert not found, f"{where}\n{json.dumps(found, indent=2, ensure_ascii=False)}"
