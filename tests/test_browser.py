"""The pages in a real browser: conversation, keyboard, no JavaScript, small screens, axe."""

import logging
import re

import pytest
from playwright.async_api import Browser, Request, expect

from bot.conversation.assistant import Assistant
from bot.evaluation import Dialogue
from bot.services import Services
from bot.web.door import listening
from bot.web.server import make_app
from doubles.proxy import proxy
from tests.browsing import PAGES, ask, needs_chromium, opened, still, visit
from tests.cases.conversations import DIALOGUES, by_token, said

pytestmark = needs_chromium


async def test_a_conversation(browser: Browser, address: str, services: Services) -> None:
    page = await opened(browser, address)
    await ask(page, "Qui s'engage ?")
    replies = page.locator("[data-chat] article")
    await expect(replies).to_have_count(1)
    await expect(replies.last).to_contain_text("Douze partenaires")
    await expect(page.locator(".said")).to_have_text(["Qui s'engage ?"])
    await expect(page.get_by_label("Votre question")).to_be_focused()
    await expect(page.get_by_label("Votre question")).to_have_value("")
    assert page.url == f"{address}/"  # the question is not in the history

    await replies.last.get_by_text("Simple", exact=True).click()
    await expect(replies.last.locator(".easy")).to_be_visible()
    await expect(replies.last.locator(".full")).to_be_hidden()
    await replies.last.get_by_role("button", name="Oui, utile").click()
    await expect(replies.last).to_contain_text("Merci, votre avis est compté.")
    assert await services.database.votes() == {"qui-s-engage": (1, 0)}

    await replies.last.get_by_role("link", name="Voir les thèmes").click()
    await expect(replies).to_have_count(2)
    await expect(replies.last).to_be_focused()
    await replies.last.locator(".topics a").first.click()
    await expect(replies).to_have_count(3)
    await replies.last.locator(".topics a").first.click()
    await expect(replies).to_have_count(4)
    await expect(replies.last.locator("h2")).to_be_visible()
    assert page.url == f"{address}/"
    await page.close()


@pytest.mark.parametrize("script", [True, False])
async def test_a_conversation_under_a_path(
    browser: Browser, services: Services, script: bool
) -> None:
    """Behind a proxy that takes the path away, as PUBLIC_URL has it."""
    app = make_app(services, "https://ville.example.fr/galibot")
    async with (
        listening(app, "127.0.0.1", 0) as port,
        proxy(f"http://127.0.0.1:{port}", "/galibot", strips=True) as site,
    ):
        page = await opened(browser, f"{site}/galibot", java_script_enabled=script)
        missing: list[str] = []
        page.on("response", lambda one: missing.append(one.url) if one.status >= 400 else None)
        await ask(page, "Qui s'engage ?")
        await expect(page.locator("article").last).to_contain_text("Douze partenaires")
        await page.get_by_role("button", name="Oui, utile").click()
        await expect(page.locator("article").last).to_contain_text("Merci")
        await page.locator("article").last.get_by_role("link", name="Voir les thèmes").click()
        await expect(page.locator("article").last.locator(".topics a").first).to_be_visible()
        await page.get_by_role("navigation").get_by_role("link", name="Ma commune").click()
        await page.get_by_label("Nom ou code postal").fill("Pecquencourt")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Pecquencourt (59146)")
        assert page.url.startswith(f"{site}/galibot/")
        assert missing == []
        colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert colour != "rgba(0, 0, 0, 0)", "la feuille de style est là"
        await page.close()


async def test_the_commune_is_remembered(browser: Browser, address: str) -> None:
    page = await opened(browser, address)
    await page.get_by_label("Nom ou code postal").fill("Pecquencourt")
    await page.get_by_role("button", name="Chercher ma commune").click()
    replies = page.locator("[data-chat] article")
    await expect(replies.last).to_contain_text("Oui, Pecquencourt est dans le périmètre")
    await expect(page.locator(".composer input[name=c]")).to_have_value("59456")
    await replies.last.get_by_role("link", name="Joindre quelqu’un").click()
    await expect(replies).to_have_count(2)
    await expect(replies.last).to_contain_text("Mairie de Pecquencourt")
    await page.close()


async def test_from_theme_to_entry_by_tap(browser: Browser, address: str) -> None:
    page = await opened(
        browser, address, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    await page.locator(".start .grid a").first.tap()
    replies = page.locator("[data-chat] article")
    await expect(replies).to_have_count(1)
    await replies.last.locator(".list a").first.tap()
    await expect(replies).to_have_count(2)
    await expect(replies.last).to_be_focused()  # and no keyboard over the reply
    await expect(replies.last.locator("h2")).to_be_in_viewport()
    await page.close()


async def test_a_failure_keeps_what_was_typed(browser: Browser, address: str) -> None:
    page = await opened(browser, address)
    await page.context.set_offline(True)
    await ask(page, "Qui s'engage ?")
    await expect(page.locator(".composer [role=alert]")).to_contain_text("ne répond pas")
    await expect(page.get_by_label("Votre question")).to_have_value("Qui s'engage ?")
    await expect(page.locator(".said")).to_have_count(0)
    await expect(page.locator(".start")).to_be_visible()
    await page.context.set_offline(False)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-chat] article")).to_have_count(1)
    await expect(page.locator(".composer [role=alert]")).to_have_text("")
    await page.close()


async def test_links_still_open_elsewhere(browser: Browser, address: str) -> None:
    page = await opened(browser, address)
    async with page.context.expect_page() as other:
        await page.locator(".start .grid a").first.click(modifiers=["ControlOrMeta"])
    tab = await other.value
    await tab.wait_for_load_state()
    assert "/theme/" in tab.url
    await expect(page.locator("[data-chat] article")).to_have_count(0)
    await page.context.close()


async def test_keyboard_only(browser: Browser, address: str) -> None:
    page = await opened(browser, address)
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip").first).to_be_focused()
    await expect(page.locator(".skip").first).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Votre question")).to_be_focused()
    await page.keyboard.type("Qui s'engage ?")
    await page.keyboard.press("Enter")
    replies = page.locator("[data-chat] article")
    await expect(replies).to_have_count(1)
    for _ in range(20):
        await page.keyboard.press("Shift+Tab")
        focused = await page.evaluate("document.activeElement.textContent.trim()")
        style = await page.evaluate(
            "getComputedStyle(document.activeElement.nextElementSibling?.matches('.switch span')"
            " ? document.activeElement.nextElementSibling : document.activeElement).outlineStyle"
        )
        assert style == "solid", f"pas de cadre visible sur « {focused} »"
        if focused == "D’où vient cette réponse":
            break
    await page.keyboard.press("Enter")
    await expect(replies.last.locator("details.sources ul")).to_be_visible()
    await page.close()


async def test_without_javascript(browser: Browser, address: str, services: Services) -> None:
    page = await opened(browser, address, java_script_enabled=False)
    await ask(page, "Qui s'engage ?")
    await expect(page.locator("article")).to_contain_text("Douze partenaires")
    await page.get_by_text("Simple", exact=True).click()
    await expect(page.locator(".easy")).to_be_visible()
    await page.get_by_role("button", name="Non, pas utile").click()
    await expect(page.locator("h1")).to_have_text("Merci")
    assert await services.database.votes() == {"qui-s-engage": (0, 1)}
    await page.get_by_role("link", name="Revoir la réponse").click()
    await expect(page.locator("h1")).to_contain_text("engage")
    await page.get_by_role("link", name="Voir les thèmes").click()
    await page.locator(".grid a").first.click()
    await page.locator(".list a").first.click()
    await expect(page).to_have_url(re.compile("/q/"))
    await page.get_by_role("link", name="Chercher ma commune").click()
    await page.get_by_label("Nom ou code postal").fill("Pecquencourt")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Pecquencourt (59146)")
    await ask(page, "Mon loyer va-t-il augmenter ?")
    await expect(page.locator(".said")).to_have_text("Mon loyer va-t-il augmenter ?")
    await expect(page.locator(".composer input[name=c]")).to_have_value("59456")
    await expect(page).to_have_url(f"{address}/")
    await page.close()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("path", "form", "there"),
    [
        ("/", ".ask", "/"),
        ("/themes", ".ask", "/"),
        ("/q/mesures", ".ask", "/"),
        ("/zzz", ".ask", "/"),
        ("/commune", ".ask", "/"),
        ("/commune", ".commune-search", "/commune"),
    ],
)
async def test_words_travel_by_post_alone(
    browser: Browser,
    address: str,
    caplog: pytest.LogCaptureFixture,
    path: str,
    form: str,
    there: str,
    script: bool,
) -> None:
    """No address, Referer, title or log holds them: histories and servers' logs keep those."""
    caplog.set_level(logging.DEBUG)
    page = await opened(browser, address + path, java_script_enabled=script)
    seen: list[str] = []
    posted: list[str] = []

    def see(request: Request) -> None:
        seen.extend((request.url, request.headers.get("referer", "")))
        posted.append(request.post_data or "")

    page.on("request", see)
    await page.locator(f"{form} input[name=q]").fill("Motsintimes")
    await page.keyboard.press("Enter")
    shown = page.locator(".said", has_text="Motsintimes").or_(page.locator("[value=Motsintimes]"))
    await expect(shown).to_have_count(1)
    await expect(page).to_have_url(address + there)
    seen.append(await page.title())
    await page.locator(".ways a").first.click()
    await page.wait_for_load_state()
    seen.append(await page.evaluate("document.referrer"))
    assert any("Motsintimes" in body for body in posted)
    assert "motsintimes" not in " ".join([*seen, caplog.text]).lower()
    await page.close()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/", "ça sent le gaz"),
        ("/themes", "ça sent le gaz"),
        ("/", f"ça sent le gaz {'et je ne sais pas quoi faire ' * 30}"),
        ("/themes", f"ça sent le gaz {'et je ne sais pas quoi faire ' * 30}"),
        ("/q/danger-immediat", ""),
    ],
)
async def test_whom_to_call_is_on_the_first_screen(
    browser: Browser, alarmed_address: str, path: str, typed: str, script: bool
) -> None:
    """Where the browser leaves the page of a small phone, with nothing over the first button."""
    page = await opened(
        browser,
        alarmed_address + path,
        java_script_enabled=script,
        viewport={"width": 360, "height": 640},
        has_touch=True,
        is_mobile=True,
    )
    if typed:
        await ask(page, typed)
        await expect(page.locator(".said")).to_be_visible()
    calls = page.locator("article .calls a")
    await expect(calls).to_have_text(["Appeler le 18", "Appeler le 112", "Écrire au 114"])
    links = [await call.get_attribute("href") for call in await calls.all()]
    assert links == ["tel:18", "tel:112", "sms:114"]
    await still(page)
    box = await calls.first.bounding_box()
    assert box
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 640
    heights = await calls.evaluate_all("found => found.map(e => e.offsetHeight)")
    assert min(heights) >= 44
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    hit = await page.evaluate("([x, y]) => document.elementFromPoint(x, y).textContent", middle)
    assert hit == "Appeler le 18"
    words = (await page.locator("article .card").inner_text()).split()
    assert words[:5] == ["!", "Urgence", "Appeler", "le", "18"]
    await page.close()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
async def test_nothing_overflows(browser: Browser, address: str, width: int) -> None:
    page = await opened(browser, address, viewport={"width": width, "height": 640})
    for path, typed in PAGES:
        await visit(page, address + path, typed)
        overflow = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{path} {typed} défile de côté à {width} px"
    await page.close()


async def test_targets_are_large_enough(browser: Browser, address: str) -> None:
    """44 px, but for links inside sentences, lists of sources and the invisible skip link."""
    page = await opened(browser, address, viewport={"width": 320, "height": 640})
    selector = (
        "a:not(.skip):not(.prose a):not(.sources a), button, .switch span, summary, "
        "input[type=text]"
    )
    for path, typed in PAGES:
        await visit(page, address + path, typed)
        small = await page.locator(selector).evaluate_all(
            "found => found.filter(e => e.offsetHeight && e.offsetHeight < 44)"
            ".map(e => e.textContent)"
        )
        assert small == [], f"{path} {typed}"
    await page.close()


async def test_dark_mode_and_reduced_motion(browser: Browser, address: str) -> None:
    page = await opened(browser, address, color_scheme="dark", reduced_motion="reduce")
    background = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(23, 22, 20)"
    await ask(page, "Qui s'engage ?")
    article = page.locator("[data-chat] article")
    await expect(article).to_have_count(1)
    assert await article.evaluate("element => getComputedStyle(element).animationName") == "none"
    await page.close()


async def test_the_policy_refuses_nothing_we_use(browser: Browser, address: str) -> None:
    page = await browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    for path in ("/", "/q/mesures", "/commune/59456"):
        await page.goto(address + path)
        await expect(page.locator("h1")).to_be_visible()
    assert not [text for text in refused if re.search("Content Security|Refused", text)]
    await page.close()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("dialogue", DIALOGUES[:10], ids=lambda one: one.id)
async def test_the_page_says_what_the_assistant_does(
    dialogue: Dialogue, script: bool, browser: Browser, address: str, assistant: Assistant
) -> None:
    page = await opened(browser, address, java_script_enabled=script)
    replies = page.locator("article.reply")
    for number, (say, reply) in enumerate(
        zip(said(dialogue), by_token(assistant, said(dialogue)), strict=True), 1
    ):
        await ask(page, say)
        # With JavaScript each reply comes below the last; without, in a page of its own.
        told = replies.nth(number - 1 if script else 0)
        await expect(told).to_have_attribute("data-k", reply.conversation.token())
        if reply.title:
            await expect(told).to_contain_text(reply.title)
    await page.close()
