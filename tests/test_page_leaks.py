"""No word of hers leaves the conversation page but by POST, and no text runs there."""

import logging
import re
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Dialog, Request, Response, Route, expect

from bot.conversation.assistant import Assistant
from bot.services import Services
from tests.browsing import FIELD, ask, needs_chromium, opened, served
from tests.conftest import OURS, TODAY, as_ours

pytestmark = needs_chromium


async def test_no_request_of_a_session_holds_a_word_of_hers(
    browser: Browser, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every address, header and title of a morning: only the bodies of POST have her words."""
    caplog.set_level(logging.DEBUG)
    context = await browser.new_context(locale="fr-FR")
    requests: list[Request] = []
    responses: list[Response] = []
    context.on("request", lambda one: requests.append(one))
    context.on("response", lambda one: responses.append(one))
    titles: list[str] = []

    async def elsewhere(route: Route) -> None:
        await route.fulfill(body="<title>ailleurs</title>", content_type="text/html")

    await context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), elsewhere)
    page = await context.new_page()

    async def told() -> None:
        titles.extend((await page.title(), page.url, await page.evaluate("document.referrer")))

    await page.goto(address)
    await page.get_by_label(FIELD).press_sequentially("Motsintimes, qui paie les travaux ?")
    await page.keyboard.press("Enter")
    replies = page.locator("article")
    await expect(replies).to_have_count(1)
    await ask(page, "motsintimes, mes pigeons")
    await expect(replies).to_have_count(2)
    await replies.last.locator(".topics a").first.click()
    await expect(replies).to_have_count(3)
    await replies.first.get_by_role("button", name="Non, pas utile").click()
    await page.get_by_role("button", name="C’est faux").click()
    await told()
    await page.reload()
    await expect(replies).to_have_count(3)
    await told()
    await replies.first.get_by_text("D’où vient cette réponse").click()
    await replies.first.locator(".sources a").first.click()
    await expect(page).to_have_title("ailleurs")
    await told()
    await page.go_back()
    await expect(replies).to_have_count(3)
    for path, field in (("/questions", "#q"), ("/commune", "#commune"), ("/mairie", "#q")):
        await page.goto(address + path)
        await page.locator(field).press_sequentially("motsintimes", delay=30)
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        await told()
        await page.locator("footer a").first.click()
        await told()
    await ask(page, "motsintimes")
    await expect(replies).to_have_count(1)
    await page.get_by_role("button", name="Effacer").click()
    await expect(replies).to_have_count(0)
    await page.wait_for_load_state("networkidle")
    seen = [*titles, caplog.text]
    for one in requests:
        seen += [one.url, str(await one.all_headers())]
    for answer in responses:
        seen.append(str(await answer.all_headers()))
    assert len(requests) > 30
    assert len([one for one in requests if "intimes" in (one.post_data or "").lower()]) > 5
    assert not [one for one in seen if "intime" in one.lower()]
    await context.close()


@pytest.mark.parametrize("path", ["/", "/questions", "/commune"])
async def test_no_word_leaves_but_by_post(
    browser: Browser, address: str, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """Typed letter by letter, as suggestions are asked for: no address, title, Referer, log."""
    caplog.set_level(logging.DEBUG)
    page = await opened(browser, address + path)
    seen: list[str] = []

    def see(request: Request) -> None:
        seen.extend((request.url, request.headers.get("referer", "")))

    page.on("request", see)
    await page.locator("main form input[name=q]").first.focus()
    async with page.expect_request("**/suggestions"):
        await page.keyboard.type("motsintimes", delay=20)
    await page.keyboard.press("Enter")
    answered = page.locator("article, h2:has-text('Aucune question trouvée')").last
    await expect(answered).to_be_visible()
    await page.wait_for_load_state("networkidle")
    seen += [page.url, await page.title(), await page.evaluate("document.referrer")]
    assert not [one for one in seen if "intime" in one.lower()]
    assert "intime" not in caplog.text.lower()
    await page.close()


EVIL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'-alert(1)-'",
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{7*7}}<iframe srcdoc='<script>alert(1)</script>'>",
)


async def test_no_text_is_run(browser: Browser, services: Services) -> None:
    """Through a question, a commune, a source, the answers' file and textes.yaml."""
    evil = "".join(EVIL)
    base = OURS.base
    entry = base.entries["qui-s-engage"]
    source = entry.sources[0].model_copy(update={"title": evil})
    contact = base.contacts[entry.contact or ""].model_copy(update={"name": evil, "role": evil})
    bad = entry.model_copy(
        update={"answer": evil, "brief": evil, "easy": evil, "sources": (source,)}
    )
    others = {name: f"{evil} {text}" for name, text in base.texts.web if "{" not in str(text)}
    texts = base.texts.model_copy(update={"web": base.texts.web.model_copy(update=others)})
    asked = base.entries["mesures"].model_copy(update={"question": evil})
    entries = {**base.entries, entry.id: bad, asked.id: asked}
    contacts = {**base.contacts, entry.contact or "": contact}
    hurt = base.model_copy(update={"entries": entries, "contacts": contacts, "texts": texts})
    assistant = Assistant(hurt, OURS.gazetteer, match=as_ours, today=lambda: TODAY)
    async with served(replace(services, assistant=assistant)) as address:
        page = await browser.new_page()
        run: list[str] = []

        async def alerted(dialog: Dialog) -> None:
            run.append(dialog.message)
            await dialog.dismiss()

        page.on("dialog", alerted)
        for path in ("/", "/q/qui-s-engage", "/questions", "/q/mesures", "/aide", "/qui-publie"):
            await page.goto(address + path)
            assert "alert(1)" in await page.content()
        for path in ("/", "/commune", "/questions"):
            for typed in EVIL:
                await page.goto(address + path)
                await page.locator("#commune" if path == "/commune" else "#q").fill(typed)
                await page.keyboard.press("Enter")
                await page.wait_for_load_state("networkidle")
        for typed in EVIL:
            await page.goto(f"{address}/?q={typed}")
        assert run == []
        await page.close()
