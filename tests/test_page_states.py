"""Every state of the pages, in each way to see them: axe finds nothing, nothing overflows.

Those of /redaction are in test_editor_scenario.py, the widget's in test_widget.py.
"""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsing import PAGES, ask, needs_chromium, no_violation, opened, visit

pytestmark = needs_chromium
#: Ways to see a page: its size, and what the reader asked her system for. The last is the first
#: in which each state is made.
WAYS: dict[str, tuple[int, int, dict[str, Any]]] = {
    "tablette sombre": (768, 1024, {"color_scheme": "dark", "forced_colors": "none"}),
    "ordinateur": (1366, 768, {"color_scheme": "light", "forced_colors": "none"}),
    "petit et sombre": (320, 480, {"color_scheme": "dark", "forced_colors": "none"}),
    "couleurs forcées": (768, 640, {"color_scheme": "light", "forced_colors": "active"}),
    "téléphone": (360, 640, {"color_scheme": "light", "forced_colors": "none"}),
}
SMALL: Any = {"width": 360, "height": 640}
#: More addresses: the town hall's, figures, an answer in a commune, a desk, an alarm's theme.
MORE = (
    "/mairie",
    "/mairie/62498",
    "/mairie/62498/q/qui-s-engage",
    "/mairie/q/detresse",
    "/chiffres",
    "/q/ma-commune-concernee/59456",
    "/contact/adil",
    "/theme/urgences",
    "/aucune",
    "/static/zzz/style.css.zzz",
)


class Looker:
    """Looks at each state of a page, in all ways."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seen: list[str] = []

    async def look(self, state: str) -> None:
        assert state not in self.seen
        self.seen.append(state)
        for way, (width, height, media) in WAYS.items():
            await self.page.set_viewport_size({"width": width, "height": height})
            await self.page.emulate_media(**media)
            # There, the composer stands over nothing that is partly seen.
            await self.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
            await no_violation(self.page, f"{way} : {state}")
            await nothing_overflows(self.page, f"{way} : {state}")
            await no_word_is_of_the_page_s_colour(self.page, f"{way} : {state}")


async def pages(eyes: Looker, address: str) -> None:
    page = eyes.page
    for path, typed in PAGES:
        await visit(page, address + path, typed)
        await eyes.look(f"{path} {typed}")
    for path in MORE:
        await page.goto(address + path)
        await eyes.look(path)
    await page.goto(f"{address}/mairie")
    await page.get_by_label("Nom ou code postal").fill("zzzz")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("non trouvée")
    await eyes.look("mairie, commune inconnue")
    await page.goto(f"{address}/commune")
    await page.get_by_text("La carte des communes").click()
    await expect(page.locator(".map figure svg")).to_be_visible()
    await eyes.look("carte dépliée")
    await page.goto(f"{address}/q/loyer-apres-travaux")
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    await eyes.look("sources dépliées")
    await page.emulate_media(media="print")
    await eyes.look("imprimé")
    await page.emulate_media(media="screen")


async def talk(eyes: Looker, address: str) -> None:
    """States of a conversation, each looked at in turn."""
    page, replies = eyes.page, eyes.page.locator("article")
    await page.goto(address)
    await page.get_by_label("Votre question").focus()
    await page.keyboard.type("loyer")
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await eyes.look("suggestions")
    await page.keyboard.press("Escape")
    for number, typed in enumerate(
        (
            "Qui s'engage ?", "recette des crêpes", "logement", "Saint-Martin", "Lens",
            "Qui paie les travaux ? Mon loyer va-t-il augmenter ?",
            "xyzzyx", "wizzgrok", "plouf plaf",
        ),
        1,
    ):  # fmt: skip
        await ask(page, typed)
        await expect(replies).to_have_count(number)
        await eyes.look(f"conversation : {typed}")
        if number > 1:
            continue
        await replies.last.get_by_text("Simple", exact=True).click()
        await replies.last.locator("details.sources summary").click()
        await eyes.look("simple, sources dépliées")
        await replies.last.get_by_role("button", name="Oui, utile").click()
        await expect(replies.last.locator(".thanks")).to_be_visible()
        await eyes.look("vote oui")
        await replies.last.get_by_role("button", name="Non, pas utile").click()
        reason = replies.last.get_by_role("button", name="C’est faux ou dépassé")
        await expect(reason).to_be_visible()
        await eyes.look("vote non, et ses raisons")
        await reason.click()
        await expect(reason).to_have_attribute("aria-pressed", "true")
        await eyes.look("une raison donnée")
    await page.get_by_label("Votre question").press_sequentially("pecq")
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await eyes.look("suggestions dans la conversation")
    await page.keyboard.press("Escape")
    await page.context.set_offline(True)
    await page.keyboard.press("Enter")
    await expect(page.locator(".composer [role=alert]")).to_contain_text("ne répond pas")
    await eyes.look("sans réseau")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Effacer").click()
    await expect(replies).to_have_count(0)
    await eyes.look("effacé")


async def test_axe_finds_nothing_in_fifty_states(
    browser: Browser, address: str, alarmed_address: str
) -> None:
    page = await opened(browser, address, reduced_motion="reduce", viewport=SMALL)
    eyes = Looker(page)
    await pages(eyes, address)
    await talk(eyes, address)
    await page.goto(alarmed_address)
    await ask(page, "ça sent le gaz")
    await expect(page.locator("article.urgent .calls a")).to_have_count(3)
    await eyes.look("danger")
    await page.goto(f"{alarmed_address}/q/danger-immediat")
    await eyes.look("page du danger")
    assert len(eyes.seen) >= 50  # in five ways
    await page.close()


async def test_pages_without_javascript(browser: Browser, address: str) -> None:
    """As they come from the service; a vote leads to a page of its own."""
    page = await opened(browser, address, java_script_enabled=False, viewport=SMALL)
    for path, typed in PAGES:
        await visit(page, address + path, typed)
        await nothing_overflows(page, f"{path} {typed}")
    await page.goto(f"{address}/q/qui-s-engage")
    await page.get_by_role("button", name="Non, pas utile").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Merci")
    await nothing_overflows(page, "merci")
    await page.close()


async def no_word_is_of_the_page_s_colour(page: Page, state: str) -> None:
    """Where colours are forced, the page's is laid behind all words; axe sees nothing of it."""
    hidden = await page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter(one => {
            const style = getComputedStyle(one);
            return matchMedia("(forced-colors: active)").matches && one.checkVisibility()
                && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())
                && style.forcedColorAdjust === "auto"
                && style.color === getComputedStyle(document.body).backgroundColor;
        }).map(one => one.outerHTML.slice(0, 120))"""
    )
    assert hidden == [], state


async def nothing_overflows(page: Page, where: str) -> None:
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0, f"{where} défile de côté"


@pytest.mark.parametrize("width", [360, 640, 1366])
async def test_text_twice_as_large(browser: Browser, address: str, width: int) -> None:
    """WCAG 1.4.4: nothing is cut or lost at 200 %, as 1.4.10 at 320 px."""
    page = await opened(browser, address, viewport={"width": width, "height": 800})
    for path, typed in (*PAGES, *((path, "") for path in MORE)):
        await visit(page, address + path, typed)
        await page.evaluate("document.documentElement.style.fontSize = '225%'")
        await nothing_overflows(page, f"{path} {typed}")
    await page.close()
