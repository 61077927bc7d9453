"""The conversation page in a real browser: what is heard, kept, voted, offered, never leaked."""

import logging
import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, Dialog, Page, Request, Response, Route, expect

from bot.conversation.assistant import Assistant
from bot.services import Services
from tests.browsing import ask, needs_chromium, opened, served, still
from tests.conftest import OURS, TODAY, as_ours
from tests.scanning import read_codes

pytestmark = needs_chromium
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "has_touch": True,
    "is_mobile": True,
}
FIELD = "Votre question"


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


async def test_what_was_said_survives_until_it_is_cleared(browser: Browser, address: str) -> None:
    """Reload, a visit to a source and back: by the browser's own history, and nothing stored."""
    page = await opened(browser, address)

    async def elsewhere(route: Route) -> None:
        await route.fulfill(body="<title>ailleurs</title>", content_type="text/html")

    await page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), elsewhere)
    await ask(page, "Qui s'engage ?")
    replies = page.locator("[data-chat] article")
    await expect(replies).to_have_count(1)
    await replies.last.get_by_text("Simple", exact=True).click()
    await ask(page, "Pecquencourt")
    await expect(replies).to_have_count(2)
    await page.reload()
    await expect(replies).to_have_count(2)
    await expect(page.locator(".said")).to_have_text(["Qui s'engage ?", "Pecquencourt"])
    await expect(page.locator(".bar [data-here]")).to_have_text("Pecquencourt")
    await expect(replies.first.locator(".easy")).to_be_visible()
    await replies.first.get_by_text("D’où vient cette réponse").click()
    await replies.first.locator(".sources a").first.click()
    await expect(page).to_have_title("ailleurs")
    await page.go_back()
    await expect(replies).to_have_count(2)
    await ask(page, "Mon loyer va-t-il augmenter ?")  # with the commune and the wording chosen
    await expect(replies).to_have_count(3)
    await expect(page.locator(".composer input[name=c]")).to_have_value("59456")
    await expect(replies.last.locator(".easy")).to_be_visible()
    kept = "[document.cookie, localStorage.length, sessionStorage.length]"
    assert await page.evaluate(kept) == ["", 0, 0]
    await page.get_by_role("button", name="Effacer").click()
    await expect(replies).to_have_count(0)
    await expect(page.get_by_label(FIELD)).to_be_focused()
    assert await page.evaluate("history.state") is None
    await page.reload()
    await expect(replies).to_have_count(0)
    await expect(page.locator(".start")).to_be_visible()
    await page.close()


async def test_a_suggestion_taken_is_evidence_and_a_vote_is_erased(
    browser: Browser, address: str, services: Services
) -> None:
    """What she took among those offered goes with her words; « Effacer » takes her vote away."""
    page = await opened(browser, address)
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    replies = page.locator("[data-chat] article")
    await ask(page, "mes poules")
    await expect(replies).to_have_count(1)
    await replies.last.locator(".topics a").first.click()
    await expect(replies).to_have_count(2)
    await replies.last.get_by_role("button", name="Oui, utile").click()
    await expect(replies.last).to_contain_text("Merci")
    assert await services.database.votes() == {"animaux": (1, 0)}
    await services.asked.write()
    (group,) = await services.asked.groups(1)
    assert group.examples == ("mes poules",)
    assert group.evidence == {"animaux": 1}
    async with page.expect_response("**/effacer") as erased:
        await page.get_by_role("button", name="Effacer").click()
    assert (await erased.value).status == 204
    await expect(replies).to_have_count(0)
    assert await services.database.votes() == {}
    assert not [one for one in addresses if "poules" in one]
    await page.close()


@pytest.mark.parametrize("script", [True, False])
async def test_one_vote_that_changes(
    browser: Browser, address: str, services: Services, script: bool
) -> None:
    """A double click, Back and again, another mind: one vote (faults, row 26)."""
    page = await opened(browser, f"{address}/q/qui-s-engage", java_script_enabled=script)
    await page.get_by_role("button", name="Oui, utile").dblclick()
    await expect(page.get_by_text("Merci, votre avis est compté.")).to_be_visible()
    if not script:
        await page.go_back()
        await page.get_by_role("button", name="Oui, utile").click()
        await expect(page.get_by_role("heading", name="Merci")).to_be_visible()
    assert await services.database.votes() == {"qui-s-engage": (1, 0)}
    await page.get_by_role("button", name="Non, pas utile").click()
    for reason in ("C’est trop compliqué", "C’est faux ou dépassé"):
        await page.get_by_role("button", name=reason).click()
        await expect(page.get_by_role("button", name=reason)).to_have_attribute(
            "aria-pressed", "true"
        )
    await expect(page.locator(".next a")).to_have_text("Qui publie, signaler une erreur")
    assert await services.database.votes() == {"qui-s-engage": (0, 1)}
    await page.close()


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
        ("logement", "Quelle est votre question"),
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
    await ask(page, "motsintimes, mes poules")
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


async def test_an_answer_prints_on_one_sheet(browser: Browser, address: str) -> None:
    """The question, both wordings, the telephone, a code: what a counter hands over."""
    page = await opened(browser, f"{address}/q/loyer-apres-travaux")
    await page.emulate_media(media="print")
    for part in ("h1", ".easy", ".full", ".contact", ".paper"):
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
