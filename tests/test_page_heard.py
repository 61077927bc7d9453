"""The conversation page without sight or mouse: what is spoken, keys alone, roles and names."""

import re

from playwright.async_api import Browser, Page, expect

from bot.services import Services
from tests.browsing import FIELD, ask, needs_chromium, opened

pytestmark = needs_chromium


#: What happens once the reply is there: the region that speaks, and where the focus goes.
WATCH = """() => {
  window.heard = [];
  const region = document.querySelector("[data-spoken]");
  new MutationObserver(() => {
    if (region.textContent) heard.push("voix");
  }).observe(region, { childList: true });
  addEventListener("focusin", ({ target }) => heard.push(target.id || target.localName));
}"""


async def test_a_reply_is_spoken_or_focused_never_both(browser: Browser, address: str) -> None:
    """Faults, row 27. Of either, the first sentence, and that more follows."""
    page = await opened(browser, address)
    await ask(page, "Qui s'engage ?")
    await expect(page.locator("[data-spoken]")).not_to_be_empty()
    said = await page.locator("[data-spoken]").inner_text()
    assert said.endswith("La suite est affichée.")
    assert len(said.split()) < 40
    await page.evaluate(WATCH)
    await ask(page, "Mon loyer va-t-il augmenter ?")
    await expect(page.locator("article")).to_have_count(2)
    await expect(page.locator("[data-spoken]")).not_to_be_empty()
    assert await page.evaluate("heard") == ["voix"]
    await page.evaluate("heard.length = 0")
    await page.locator("article").last.get_by_role("link", name="Voir les thèmes").click()
    await expect(page.locator("article").last).to_be_focused()
    assert await page.evaluate("heard.filter(one => one !== 'a')") == ["article"]
    await expect(page.locator("[data-spoken]")).to_be_empty()
    assert await page.locator("[aria-live], [role=log]").count() == 0
    await page.close()


async def test_plus_simple_is_two_keys_away(browser: Browser, address: str) -> None:
    page = await opened(browser, address)
    await ask(page, "Qui s'engage ?")
    reply = page.locator("article").last
    await expect(reply).to_be_visible()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("ArrowLeft")
    await expect(reply.locator(".easy")).to_be_visible()
    await expect(page.locator(".bar .switch")).to_be_in_viewport()
    await reply.locator(".topics a").first.click()
    await expect(page.locator("article")).to_have_count(2)
    reply = page.locator("article").last
    await expect(reply).to_be_focused()
    await expect(reply.locator(".easy")).to_be_visible()  # remembered
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowRight")
    await expect(reply.locator(".full")).to_be_visible()
    await page.close()


async def test_refusals_and_choices_have_headings(browser: Browser, address: str) -> None:
    page = await opened(browser, address)
    for typed, heading in (
        ("recette des crêpes", "Je n’ai pas la réponse"),
        ("zone", "Quelle est votre question"),
        ("Saint-Martin", "Quelle est votre commune"),
    ):
        await ask(page, typed)
        await expect(page.get_by_role("heading", name=heading).last).to_be_visible()
    await page.close()


async def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press a key until what is named so has the focus."""
    for _ in range(60):
        await page.keyboard.press(key)
        focused = await page.evaluate(
            "document.activeElement.getAttribute('aria-label')"
            " || document.activeElement.textContent.trim()"
        )
        if name in focused:
            return
    raise AssertionError(f"« {name} » ne se trouve pas au clavier")


async def test_by_keyboard_alone(
    browser: Browser, alarmed_address: str, address: str, services: Services
) -> None:
    """A conversation, a vote, a commune, then a danger."""
    page = await opened(browser, address)
    await tab_to(page, "Aller au contenu")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Qui s'engage ?")
    await page.keyboard.press("Enter")
    replies = page.locator("[data-chat] article")
    await expect(replies).to_have_count(1)
    await tab_to(page, "Oui, utile", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(replies.last).to_contain_text("Merci, votre avis est compté.")
    assert await services.database.votes() == {"qui-s-engage": (1, 0)}
    await tab_to(page, "Chercher ma commune")
    await page.keyboard.press("Enter")
    await expect(replies).to_have_count(2)
    await tab_to(page, "Effacer")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Pecquencourt")
    await page.keyboard.press("Enter")
    await expect(replies.last).to_contain_text("Oui, Pecquencourt est dans le périmètre")
    await page.goto(alarmed_address)
    await tab_to(page, "Aller au contenu")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("ça sent le gaz")
    await page.keyboard.press("Enter")
    await expect(replies).to_have_count(1)
    await tab_to(page, "Appeler le 18", "Shift+Tab")
    await page.close()


async def test_by_the_accessibility_tree_alone(
    browser: Browser, alarmed_address: str, address: str, services: Services
) -> None:
    """Roles and names only, as a screen reader has them."""
    page = await opened(browser, address)
    await (
        page.get_by_role("combobox", name=FIELD)
        .or_(page.get_by_role("textbox", name=FIELD))
        .fill("Qui s'engage ?")
    )
    await page.get_by_role("button", name="Poser ma question").click()
    reply = page.get_by_role("article").last
    await expect(reply).to_have_accessible_name(re.compile("^Douze partenaires.* suite est affich"))
    await expect(reply.get_by_role("heading", name="Qui s’engage")).to_be_visible()
    acts = reply.get_by_role("list", name="Garder cette réponse").get_by_role("listitem")
    assert all(await acts.all_inner_texts())  # what this browser can't do is no empty line
    await reply.get_by_role("radio", name="Simple").check(force=True)
    await reply.get_by_role("button", name="Non, pas utile").click()
    await page.get_by_role("button", name="Il manque quelque chose").click()
    await expect(page.get_by_role("link", name="Joindre quelqu’un").first).to_be_visible()
    assert await services.database.votes() == {"qui-s-engage": (0, 1)}
    await page.get_by_role("textbox", name=FIELD).fill("Pecquencourt")
    await page.get_by_role("button", name="Poser ma question").click()
    shown = page.get_by_role("article").last
    await expect(shown.get_by_role("heading", name="Pecquencourt")).to_be_visible()
    await expect(shown.get_by_role("definition").first).to_contain_text("Dans le périmètre")
    await page.goto(alarmed_address)
    await (
        page.get_by_role("combobox", name=FIELD)
        .or_(page.get_by_role("textbox", name=FIELD))
        .fill("ça sent le gaz")
    )
    await page.get_by_role("button", name="Poser ma question").click()
    first = page.get_by_role("article").last.get_by_role("link").first
    await expect(first).to_have_accessible_name("Appeler le 18")
    await page.close()
