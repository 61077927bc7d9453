"""What the conversation page keeps and forgets: the talk in the history, one vote, its erasing."""

import re

import pytest
from playwright.async_api import Browser, Route, expect

from bot.services import Services
from tests.browsing import FIELD, ask, needs_chromium, opened

pytestmark = needs_chromium


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
    await ask(page, "mes lapins")
    await expect(replies).to_have_count(1)
    await replies.last.locator(".topics a").first.click()
    await expect(replies).to_have_count(2)
    await replies.last.get_by_role("button", name="Oui, utile").click()
    await expect(replies.last).to_contain_text("Merci")
    assert await services.database.votes() == {"animaux": (1, 0)}
    await services.asked.write()
    (group,) = await services.asked.groups(1)
    assert group.examples == ("mes lapins",)
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
