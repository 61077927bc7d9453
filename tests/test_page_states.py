"""Every state of the pages, in each way to see them: axe finds nothing, nothing overflows."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsing import PAGES, ask, needs_chromium, no_violation, opened, visit

pytestmark = needs_chromium
#: Ways to see a page: size, scheme, and what the reader asked her system for.
WAYS: dict[str, dict[str, Any]] = {
    "téléphone": {"viewport": {"width": 360, "height": 640}, "color_scheme": "light"},
    "tablette sombre": {"viewport": {"width": 768, "height": 1024}, "color_scheme": "dark"},
    "ordinateur": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "light"},
    "petit et sombre": {"viewport": {"width": 320, "height": 480}, "color_scheme": "dark"},
    "couleurs forcées": {"viewport": {"width": 768, "height": 640}, "forced_colors": "active"},
    "sans JavaScript": {"viewport": {"width": 360, "height": 640}, "java_script_enabled": False},
}


async def talked(page: Page, address: str) -> list[str]:
    """States of a conversation, each looked at in turn."""
    await page.goto(address)
    await page.get_by_label("Votre question").focus()
    await page.keyboard.type("loyer")
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await no_violation(page, "suggestions")
    await page.keyboard.press("Escape")
    seen = ["suggestions"]
    for typed in ("Qui s'engage ?", "recette des crêpes", "logement", "Saint-Martin", "Lens"):
        await ask(page, typed)
        await expect(page.locator("article")).to_have_count(len(seen))
        if typed == "Qui s'engage ?":
            reply = page.locator("article").last
            await reply.get_by_text("Simple", exact=True).click()
            await reply.locator("details.sources summary").click()
            await reply.get_by_role("button", name="Non, pas utile").click()
            await expect(reply.locator(".thanks")).to_be_visible()
        await no_violation(page, typed)
        seen.append(typed)
    return seen


@pytest.mark.parametrize("way", WAYS)
async def test_axe_finds_nothing(
    browser: Browser, address: str, alarmed_address: str, way: str
) -> None:
    page = await opened(browser, address, reduced_motion="reduce", **WAYS[way])
    scripted = WAYS[way].get("java_script_enabled", True)
    states = 0
    for path, typed in PAGES:
        await visit(page, address + path, typed)
        if scripted:  # axe is a script
            await no_violation(page, f"{way} : {path} {typed}")
        await nothing_overflows(page, f"{way} : {path} {typed}", scripted)
        states += 1
    if scripted:
        states += len(await talked(page, address))
        await nothing_overflows(page, f"{way} : conversation", scripted)
        await page.goto(alarmed_address)
        await ask(page, "ça sent le gaz")
        await expect(page.locator("article.urgent .calls a")).to_have_count(3)
        await no_violation(page, f"{way} : danger")
        await page.goto(f"{alarmed_address}/q/danger-immediat")
        await no_violation(page, f"{way} : page du danger")
        states += 2
        assert states >= 30  # in five ways: 150 in all
    await page.close()


async def nothing_overflows(page: Page, where: str, scripted: bool) -> None:
    if not scripted:
        return
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0, f"{where} défile de côté"


async def test_text_twice_as_large(browser: Browser, address: str) -> None:
    """WCAG 1.4.4: nothing is cut or lost at 200 %, as 1.4.10 at 320 px."""
    page = await opened(browser, address, viewport={"width": 640, "height": 800})
    for path, typed in PAGES:
        await visit(page, address + path, typed)
        await page.evaluate("document.documentElement.style.fontSize = '225%'")
        await nothing_overflows(page, f"{path} {typed}", scripted=True)
    await page.close()
