"""The conversation page in a real browser: its first screen, its composer, paper, the map."""

import re
from typing import Any

from playwright.async_api import Browser, expect

from tests.browsing import FIELD, ask, needs_chromium, opened, still
from tests.scanning import read_codes

pytestmark = needs_chromium
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "has_touch": True,
    "is_mobile": True,
}


async def test_the_first_screen_of_a_phone_holds_all_one_needs(
    browser: Browser, address: str
) -> None:
    page = await opened(browser, address, **PHONE)
    title = page.get_by_role("heading", level=1)
    lines = await title.evaluate("e => e.offsetHeight / parseFloat(getComputedStyle(e).lineHeight)")
    assert round(lines) == 1
    chips = page.get_by_role("list", name="Exemples de questions").get_by_role("link")
    await expect(chips).to_have_count(5)
    await expect(chips.last).to_have_text("Ma commune")
    button = page.get_by_role("button", name="Poser ma question")
    for part in (title, page.get_by_label(FIELD), button, *await chips.all()):
        box = await part.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 640
    # In the whole page but for the ways to skip, the field comes first, its button next.
    first = ":is(a:not(.skip), button, input:not([type=hidden]))"
    kinds = "es => es.filter(e => e.offsetHeight).slice(0, 2).map(e => e.type)"
    assert await page.locator(first).evaluate_all(kinds) == ["text", "submit"]
    # The menu is seen above it.
    menu = await page.get_by_role("navigation", name="Pages principales").bounding_box()
    above = await title.bounding_box()
    assert menu
    assert above
    assert menu["y"] < above["y"]
    await page.close()


async def test_a_composer_that_grows_sends_and_clears(browser: Browser, address: str) -> None:
    page = await opened(browser, address)
    await ask(page, "Qui s'engage ?")
    field = page.get_by_label(FIELD)
    await expect(page.locator("article")).to_have_count(1)
    await expect(field).to_have_value("")
    before = await field.evaluate("e => e.offsetHeight")
    await field.focus()
    for line in ("une ligne", "deux lignes", "trois lignes"):
        await page.keyboard.type(line)
        await page.keyboard.press("Shift+Enter")
    assert await field.evaluate("e => e.offsetHeight") > before
    await field.fill("Mon loyer va-t-il augmenter ?")
    await page.keyboard.press("Enter")
    await expect(page.locator("article")).to_have_count(2)
    await expect(field).to_have_value("")
    await page.close()


async def test_the_composer_grows_where_style_alone_does_not_make_it(
    browser: Browser, address: str
) -> None:
    """As in browsers without `field-sizing`: with the lines, up to four, back once it is sent."""
    page = await browser.new_page(**PHONE)
    await page.add_init_script(
        """CSS.supports = () => false;
        addEventListener("DOMContentLoaded", () => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync("textarea { field-sizing: fixed !important }");
          document.adoptedStyleSheets = [sheet];
        })"""
    )
    await page.goto(address)
    await ask(page, "Qui s'engage ?")
    await expect(page.locator("article")).to_have_count(1)
    field = page.get_by_label(FIELD)
    for typed, rows in (("Mon loyer", 1), ("mon loyer " * 3, 2), ("mon loyer " * 40, 4)):
        await field.fill(typed)
        assert await field.evaluate("e => e.rows") == rows
    await page.keyboard.press("Enter")
    await expect(page.locator("article")).to_have_count(2)
    assert await field.evaluate("e => e.rows") == 1
    await page.close()


async def test_the_composer_never_covers_what_has_the_focus(browser: Browser, address: str) -> None:
    page = await opened(browser, address, viewport={"width": 360, "height": 640})
    await ask(page, "Pecquencourt")
    await expect(page.locator("article")).to_have_count(1)
    covered = """() => {
      const e = document.activeElement;
      if (e.closest(".composer") || e === document.body) return "";
      const box = e.getBoundingClientRect();
      const bar = document.querySelector(".composer").getBoundingClientRect();
      return box.top < bar.bottom && box.bottom > bar.top ? e.textContent : "";
    }"""
    await page.evaluate("document.querySelector('.skip').focus()")
    for _ in range(30):
        await page.keyboard.press("Tab")
        assert await page.evaluate(covered) == ""
    await page.close()


async def test_an_answer_prints_on_one_sheet(browser: Browser, address: str) -> None:
    """The question, both wordings, the telephone, a code: what a counter hands over."""
    page = await opened(browser, f"{address}/q/loyer-apres-travaux")
    await page.emulate_media(media="print")
    for part in ("h1", ".easy", ".full", ".contact", ".sources summary", ".paper"):
        await expect(page.locator(f"article {part}, article{part}").first).to_be_visible()
    for part in ("nav", ".composer", ".tools"):
        await expect(page.locator(part).first).to_be_hidden()
    pdf = await page.pdf(format="A4")
    there = f"{address}/q/loyer-apres-travaux"
    assert read_codes(pdf, 200 / 72) == ([there], [there])
    await page.close()


async def test_the_code_of_an_answer_is_asked_for_by_who_prints(
    browser: Browser, address: str
) -> None:
    page = await opened(browser, address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await ask(page, "Qui s'engage ?")
    reply = page.locator("article").last
    await expect(reply.get_by_role("button", name="Imprimer")).to_be_visible()
    assert not [one for one in asked if "/code/" in one]
    await page.evaluate(
        """window.print = () => document.documentElement.setAttribute(
            "data-printed", document.querySelector(".paper").naturalWidth)"""
    )
    await reply.get_by_role("button", name="Imprimer").click()
    await expect(page.locator("html")).to_have_attribute("data-printed", re.compile("^[1-9]"))
    assert f"{address}/code/qui-s-engage.svg" in asked
    await page.close()


async def test_the_first_load_is_light(browser: Browser, address: str) -> None:
    page = await opened(browser, "about:blank")
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    loads: list[float] = []
    session.on("Network.loadingFinished", lambda one: loads.append(one["encodedDataLength"]))
    unpacked: list[str] = []

    def see(response: dict[str, Any]) -> None:
        headers = {name.lower() for name in response["response"]["headers"]}
        if response["response"]["url"].startswith("http") and "content-encoding" not in headers:
            unpacked.append(response["response"]["url"])

    session.on("Network.responseReceived", see)
    await page.goto(address, wait_until="networkidle")
    assert len(loads) <= 6
    assert sum(loads) <= 60_000
    assert unpacked == []
    await page.close()


async def test_the_map_comes_when_it_is_asked_for(browser: Browser, address: str) -> None:
    page = await opened(browser, f"{address}/commune")
    await expect(page.locator(".map")).to_have_count(0)
    await page.get_by_text("La carte des communes").click()
    await expect(page.locator(".map figure svg")).to_be_visible()
    names = page.get_by_role("region", name="Dans le périmètre").get_by_role("link")
    await expect(names).to_have_count(224)
    await page.locator(".map figure a", has_text="Pecquencourt").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pecquencourt (59146)")
    await still(page)
    await page.close()
