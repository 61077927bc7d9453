"""What the conversation page offers while one types: a combobox, then a list over the field."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browsing import FIELD, ask, needs_chromium, opened

pytestmark = needs_chromium


async def test_suggestions_while_typing(browser: Browser, address: str) -> None:
    page = await opened(browser, address)
    posted: list[str] = []
    page.on("request", lambda one: posted.append(f"{one.method} {one.url}"))
    await page.get_by_label(FIELD).focus()
    field = page.get_by_role("combobox", name=FIELD)
    await expect(field).to_have_attribute("aria-expanded", "false")
    await page.keyboard.type("loyer")
    options = page.get_by_role("option")
    await expect(options.first).to_be_visible()
    await expect(field).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("ArrowDown")
    active = await field.get_attribute("aria-activedescendant")
    await expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(options.first).to_be_hidden()
    await expect(field).to_have_value("loyer")
    await field.fill("pecq")
    await expect(options.last).to_have_text("Pecquencourt (59146)")  # after questions
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.locator("article h2")).to_have_text("Pecquencourt (59146)")
    await expect(page.locator(".said")).to_have_text("Pecquencourt (59146)")
    assert any(one.startswith("POST") and one.endswith("/suggestions") for one in posted)
    assert not any("loyer" in one or "pecq" in one for one in posted)
    await page.close()


async def test_what_is_typed_before_the_list_is_there_is_looked_for(
    browser: Browser, address: str
) -> None:
    """On a slow line: the file that makes the list comes after the last key."""
    page = await opened(browser, address)
    typed = asyncio.Event()

    async def late(route: Route) -> None:
        await typed.wait()
        await route.continue_()

    await page.route(re.compile(r"/suggest[^/]*\.js$"), late)
    await page.get_by_label(FIELD).focus()
    await page.keyboard.type("loyer")
    await expect(page.get_by_role("option")).to_have_count(0)
    typed.set()
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.close()


async def test_suggestions_in_a_conversation(browser: Browser, address: str) -> None:
    """Above the text area, which is no combobox: how many there are is said."""
    page = await opened(browser, address)
    await ask(page, "Qui s'engage ?")
    replies = page.locator("article")
    await expect(replies).to_have_count(1)
    field = page.get_by_role("textbox", name=FIELD)
    await expect(field).to_be_focused()
    await page.keyboard.type("pecq")
    options = page.get_by_role("option")
    await expect(options.last).to_have_text("Pecquencourt (59146)")
    await expect(page.locator("[data-spoken]")).to_have_text(re.compile(r"^Suggestions : \d$"))
    offered, composer = await options.first.bounding_box(), await field.bounding_box()
    assert offered
    assert composer
    assert offered["y"] + offered["height"] <= composer["y"]
    await page.keyboard.press("Escape")
    await expect(options.first).to_be_hidden()
    await page.keyboard.type("uencourt")
    await expect(options.first).to_be_visible()
    await page.keyboard.press("ArrowUp")
    active = await field.get_attribute("aria-activedescendant")
    await expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(replies).to_have_count(2)
    await expect(replies.last.locator("h2")).to_have_text("Pecquencourt (59146)")
    await expect(field).to_have_value("")
    # Enter without a choice sends what was typed; in a letter, the arrows move.
    await field.fill("Mon loyer va-t-il augmenter ?")
    await expect(options.first).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(replies).to_have_count(3)
    await field.press_sequentially("loyer")
    await expect(options.first).to_be_visible()
    await page.keyboard.press("Shift+Enter")
    await expect(options.first).to_be_hidden()
    await page.close()


@pytest.mark.parametrize("talking", [False, True])
async def test_the_suggestion_marked_is_seen(browser: Browser, address: str, talking: bool) -> None:
    """On a small screen the list is longer than its place: it follows the arrows."""
    page = await opened(browser, address, viewport={"width": 320, "height": 480})
    if talking:
        await ask(page, "Qui s'engage ?")
        await expect(page.locator("article")).to_have_count(1)
    await page.get_by_label(FIELD).press_sequentially("loyer")
    options = page.get_by_role("option")
    await expect(options.first).to_be_visible()
    for _ in range(await options.count()):
        await page.keyboard.press("ArrowDown")
        marked = page.locator("[role=option][aria-selected=true]")
        await expect(marked).to_be_in_viewport(ratio=0.99)
    await page.close()
