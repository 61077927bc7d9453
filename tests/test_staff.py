"""/mairie and /chiffres: without an account, without JavaScript, and without telling of anyone."""

import asyncio
import datetime as dt
import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Literal

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, async_playwright, expect

from bot.conversation.reply import Question
from bot.services import Services
from bot.storage.database import Asked, Database
from bot.storage.tallies import Tallies
from bot.web.door import listening
from bot.web.figures import LEAST, first_month, hidden
from bot.web.keys import TELEGRAM_LINK
from bot.web.server import make_app
from doubles.telegram import resident_with
from tests.conftest import TODAY
from tools.screenshots import CHROMIUM_ARGS

Client = TestClient[web.Request, web.Application]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
PUBLIC = "https://galibot.example.org"
MONTH = TODAY.replace(day=1)
BEFORE = (MONTH - dt.timedelta(days=1)).replace(day=1)


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    app = make_app(services, PUBLIC)
    app[TELEGRAM_LINK] = lambda code, source: f"https://t.me/essai?start=c-{code}_s-{source}"
    async with TestClient(TestServer(app)) as client:
        yield client


class Page(HTMLParser):
    """Fields by their key, links, the rows of tables, and all words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.labelled: set[str] = set()
        self.rows: list[list[str]] = []
        self.words = ""
        self._within: list[str] = []
        self._cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert "style" not in found
        assert not any(name.startswith("on") for name in found)
        if tag == "textarea":
            self._within.append(found["id"])
            self.fields[found["id"]] = ""
        if tag == "input" and "readonly" in found:
            self.fields[found["id"]] = found["value"]
        if tag == "label":
            self.labelled.add(found["for"])
        if tag == "a":
            self.links.append(found["href"])
        if tag == "button" and found.get("type") == "button":
            assert "hidden" in found, "a button that does nothing without JavaScript"
        if tag == "tr":
            self.rows.append([])
        if tag in {"th", "td"}:
            self.rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._within.pop()
        self._cell = self._cell and tag not in {"th", "td"}

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._within:
            self.fields[self._within[-1]] += data
        elif self._cell:
            self.rows[-1][-1] += data.strip().replace("\u202f", " ")


async def get(
    client: Client, path: str, form: dict[str, str] | None = None, status: int = 200
) -> Page:
    method = "GET" if form is None else "POST"
    async with client.request(method, path, data=form, allow_redirects=False) as response:
        assert response.status == status, path
        assert response.headers["Cache-Control"] == ("no-cache" if form is None else "no-store")
        page = Page(await response.text())
    assert {*page.fields} <= page.labelled
    return page


async def test_a_secretary_finds_her_commune_and_all_she_needs(client: Client) -> None:
    async with client.post("/mairie", data={"commune": "lens"}, allow_redirects=False) as found:
        assert (found.status, found.headers["Location"]) == (303, "/mairie/62498")
    page = await get(client, "/mairie/62498")
    assert page.fields["lien"] == f"{PUBLIC}/?c=62498&s=lien-62498"
    assert page.fields["telegram"] == "https://t.me/essai?start=c-62498_s-lien-62498"
    assert len(page.fields["bulletin-400"]) <= 400 < len(page.fields["bulletin-1000"]) <= 1000
    assert page.fields["site-bouton"] == (
        f'<script src="{PUBLIC}/widget.js" data-commune="62498" async></script>'
    )
    assert f'href="{PUBLIC}/?c=62498&amp;s=site-62498"' in page.fields["site-lien"]
    assert page.fields["site-cadre"].startswith("<iframe ")
    assert "Mairie de Lens, 03\u00a021\u00a069\u00a086\u00a086" in page.words
    for file, kind, begins in (
        ("affiche.pdf", "application/pdf", b"%PDF-1.7"),
        ("code.svg", "image/svg+xml", b"<?xml"),
        ("code.png", "image/png", b"\x89PNG"),
    ):
        assert f"/mairie/62498/{file}" in page.links
        async with client.get(f"/mairie/62498/{file}") as response:
            assert (response.status, response.content_type) == (200, kind)
            assert (await response.read()).startswith(begins)
            assert "lens-62498" in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Saint-Martin", "Plusieurs communes peuvent correspondre"),
        ("zzzz", "Commune non trouvée"),
        ("<script>alert(1)</script>", "Commune non trouvée"),
    ],
)
async def test_a_commune_to_be_told_apart_or_unknown(client: Client, typed: str, told: str) -> None:
    page = await get(client, "/mairie", {"commune": typed})
    assert told in page.words
    assert "<script>alert" not in page.html


async def test_an_answer_at_the_counter(client: Client) -> None:
    """What is asked comes by POST; what suggestions lead to names an entry, and no word."""
    page = await get(client, "/mairie/62498", {"q": "cmb de temps dure un chantier ds ma maison"})
    assert "J’ai compris" not in page.words
    page = await get(client, "/mairie/62498", {"q": "Qui s'engage ?"})
    assert "Douze partenaires" in page.words
    assert page.fields["court"]
    assert "Qui s’engage" in page.fields["courriel"]
    assert "Douze partenaires" in page.fields["courriel"]
    assert page.fields["sms"].endswith(f"{PUBLIC}/q/qui-s-engage?c=62498&s=sms-62498")
    assert any(link.startswith("mailto:?subject=") for link in page.links)
    assert any(link.startswith("sms:?&body=") for link in page.links)
    same = await get(client, "/mairie/62498/q/qui-s-engage")
    assert same.fields == page.fields
    await get(client, "/mairie/62498/q/absente", status=404)
    await get(client, "/mairie/00000", status=404)


@pytest.mark.parametrize("asked", ["logement", "recette des crêpes", "bonjour", "62300", " "])
async def test_what_is_not_answered_offers_a_way(client: Client, asked: str) -> None:
    page = await get(client, "/mairie", {"q": asked})
    assert "courriel" not in page.fields


async def test_a_danger_at_the_counter_is_called_first(client: Client) -> None:
    page = await get(client, "/mairie", {"q": "ça sent le gaz"})
    assert "tel:18" in page.links
    assert page.html.index('class="calls"') < page.html.index('class="prose"')


async def test_a_form_of_another_site_is_refused(client: Client) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with client.post("/mairie", data={"q": "loyer"}, headers=headers) as response:
        assert response.status == 403


async def test_without_an_address_the_page_says_that_links_stay_here(services: Services) -> None:
    async with TestClient(TestServer(make_app(services))) as client:
        page = await get(client, "/mairie")
        assert "PUBLIC_URL" in page.words
        assert page.fields["lien"] == f"{client.make_url('/')}?s=lien"
        assert "telegram" not in page.fields


# --- In a real browser ---


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium n’est pas installé (ou donnez son chemin dans CHROMIUM)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_ARGS)
        )
        yield browser
        await browser.close()


@pytest.fixture
async def address(services: Services) -> AsyncIterator[str]:
    await services.database.add_questions({Asked(MONTH, "web", "partenaires", "answered"): 1234})
    await services.database.add_arrival("affiche-62498", "web", TODAY, 12)
    async with listening(make_app(services), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1366])
async def test_axe_finds_nothing(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = await browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme=scheme, locale="fr-FR"
    )
    said: list[str] = []
    page.on("console", lambda told: said.append(told.text))
    for path in ("/mairie", "/mairie/62498/q/qui-s-engage", "/mairie/q/detresse", "/chiffres"):
        await page.goto(address + path)
        await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = await Axe().run(page)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
        beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert beyond <= 0, path
    assert said == []


async def test_by_keyboard_from_the_question_to_the_clipboard(
    browser: Browser, address: str
) -> None:
    context = await browser.new_context(locale="fr-FR")
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(f"{address}/mairie")
    await page.get_by_label("Nom ou code postal").focus()
    await page.keyboard.type("Lens")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/mairie/62498")
    await page.get_by_label("La question posée").focus()
    await page.keyboard.type("Qui s'engage ?")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/mairie/62498#reponse")
    copy = page.get_by_role("button", name="Copier : Réponse par SMS")
    await copy.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Copié.")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == await page.get_by_label("Réponse par SMS", exact=True).input_value()
    assert "/q/qui-s-engage?c=62498&s=sms-62498" in copied
    # On paper, the answer alone.
    await page.emulate_media(media="print")
    await expect(page.locator("#reponse")).to_be_visible()
    for gone in (page.get_by_label("La question posée"), page.locator("h1"), copy):
        await expect(gone).to_be_hidden()
    await context.close()


async def test_a_text_to_paste_is_read_whole(browser: Browser, address: str) -> None:
    """She checks it before it is printed: nothing of it waits below the edge of its box."""
    page = await browser.new_page(viewport={"width": 360, "height": 800}, locale="fr-FR")
    for path in ("/mairie", "/mairie/62498/q/qui-s-engage"):
        await page.goto(address + path)
        boxes = page.locator(".copied textarea")
        assert await boxes.count() >= 5
        cut = await boxes.evaluate_all(
            "all => all.filter(e => e.scrollHeight > e.clientHeight + 1).map(e => e.id)"
        )
        assert cut == []
    await page.close()


async def test_where_nothing_can_be_copied_for_her_the_text_is_selected(
    browser: Browser, address: str
) -> None:
    page = await browser.new_page(locale="fr-FR")
    await page.add_init_script("delete Navigator.prototype.clipboard")
    await page.goto(f"{address}/mairie")
    await page.get_by_role("button", name="Copier : Lien à partager").click()
    await expect(page.get_by_role("status").filter(has_text="Ctrl")).to_be_visible()
    assert await page.evaluate("getSelection().toString()") == f"{address}/?s=lien"


# --- Arrivals ---


async def test_arrivals_are_counted_by_source_on_all_channels(
    client: Client, services: Services
) -> None:
    for path in (
        "/?c=62498&s=affiche-62498",
        "/q/qui-s-engage?c=62498&s=affiche-62498",
        "/commune/62498?s=affiche-62498",
        "/?s=1",  # a conversation that has begun
        "/?s=Affiche%20de%20Marie",
        "/?s=" + "a" * 20,
        "/zzz?s=affiche-62498",
        "/?c=62498",
    ):
        async with client.get(path) as response:
            await response.read()
    await services.tallies.write()
    async with resident_with(services) as resident:
        await resident.say("/start c-62498_s-affiche-62498")
    await services.tallies.write()
    assert await services.database.arrivals() == {
        ("affiche-62498", "web", TODAY): 3,
        ("affiche-62498", "telegram", TODAY): 1,
    }
    page = await get(client, "/mairie/62498")
    assert page.rows[1:] == [["novembre 2026", "Affiche", "moins de 5"]]
    await services.database.add_arrival("affiche-62498", "telegram", TODAY)
    await services.database.add_arrival("lien-59456", "web", TODAY, 12)
    page = await get(client, "/mairie/62498")
    assert page.rows[1:] == [["novembre 2026", "Affiche", "5"]]
    page = await get(client, "/mairie")
    assert page.rows[1:] == [
        ["novembre 2026", "Lien partagé", "12"],
        ["novembre 2026", "Affiche", "5"],
    ]


async def test_invented_sources_wait_in_bounded_memory(services: Services) -> None:
    for number in range(2_000):
        services.tallies.arrival(f"s{number}", "web", TODAY)
    await services.tallies.write()
    assert len(await services.database.arrivals()) == 300


# --- Figures ---


async def test_questions_are_counted_on_each_channel(client: Client, services: Services) -> None:
    for path, form in (
        ("/", {"q": "Qui s'engage ?"}),
        ("/", {"q": "recette des crêpes"}),
        ("/", {"q": "merci"}),
        ("/", {"q": " "}),
        ("/commune", {"q": "Lens"}),
        ("/mairie/62498", {"q": "Qui s'engage ?"}),
    ):
        async with client.post(path, data=form) as response:
            await response.read()
    async with client.get("/q/qui-s-engage") as response:  # a link is no question
        await response.read()
    async with client.post("/api/v1/ask", json={"question": "Qui s'engage ?"}) as response:
        assert response.status == 200
    async with resident_with(services) as resident:
        await resident.say("Qui s'engage ?")
        await resident.say("/start")
        await resident.say("xyz")
    await services.tallies.write()
    place = services.assistant.base.entries["ma-commune-erbm"].theme or ""
    assert await services.database.questions(MONTH) == {
        Asked(MONTH, "web", "partenaires", "answered"): 3,
        Asked(MONTH, "web", place, "answered"): 1,
        Asked(MONTH, "web", "", "refused"): 1,
        Asked(MONTH, "telegram", "partenaires", "answered"): 1,
        Asked(MONTH, "telegram", "", "refused"): 1,
    }


async def test_counts_wait_for_a_database_that_is_away(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = await Database.open("postgresql+asyncpg://u:secret@127.0.0.1:9/b")
    away = replace(services, database=nowhere)
    tallies, asked = away.tallies, Question("Qui s'engage ?")
    reply = services.assistant.reply(asked)
    for _ in range(3):
        tallies.question("web", asked, reply, services.assistant.served)
        tallies.arrival("affiche", "web", TODAY)
        await tallies.write()
    assert [one.levelname for one in caplog.records] == ["WARNING"] * 2, "counts, then words"
    assert "secret" not in caplog.text
    await nowhere.close()
    tallies._database = away.asked._database = services.database
    await tallies.write()
    await tallies.write()
    assert sum((await services.database.questions(MONTH)).values()) == 3
    assert await services.database.arrivals() == {("affiche", "web", TODAY): 3}
    assert await away.asked.recent() == ("Qui s'engage ?",)


async def test_counts_are_written_as_time_goes_and_at_the_end(services: Services) -> None:
    tallies = Tallies(services.database, services.asked, every=0.01)
    async with tallies.writing():
        tallies.arrival("affiche", "web", TODAY)
        async with asyncio.timeout(10):
            while not await services.database.arrivals():  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
        tallies._every = 1000
        tallies.arrival("affiche", "web", TODAY)
    assert await services.database.arrivals() == {("affiche", "web", TODAY): 2}


async def test_the_figures_by_month_and_theme(client: Client, services: Services) -> None:
    page = await get(client, "/chiffres")
    assert "Aucune question n’a encore été comptée" in page.words
    await services.database.add_questions(
        {
            Asked(MONTH, "web", "partenaires", "answered"): 1200,
            Asked(MONTH, "telegram", "partenaires", "answered"): 34,
            Asked(MONTH, "web", "partenaires", "offered"): 50,
            Asked(MONTH, "web", "", "refused"): 20,
            Asked(BEFORE, "web", "argent", "answered"): 60,
            Asked(BEFORE, "web", "un-ancien-theme", "answered"): 7,
            Asked(dt.date(2025, 11, 1), "web", "argent", "answered"): 999,
        }
    )
    await services.database.add_questions({Asked(MONTH, "web", "", "refused"): 10})
    for _ in range(6):
        await services.database.add_vote("qui-s-engage", True, "web", TODAY)
    await services.database.add_vote("qui-s-engage", False, "web", TODAY)
    page = await get(client, "/chiffres")
    head = ["Questions", "Répondues", "Choix proposé", "Sans réponse", "Votes «\u00a0utile\u00a0»"]
    assert page.rows[:4] == [
        ["Mois", *head],
        ["novembre 2026", "1 314", "1 234", "50", "30", "6"],
        ["octobre 2026", "67", "67", "0", "0", "0"],
        ["Thème", *head],
    ]
    titles = {theme.id: theme.title for theme in services.assistant.base.themes}
    assert sorted(page.rows[4:]) == sorted(
        [
            [titles["argent"], "60", "60", "0", "0", "0"],
            [titles["partenaires"], "1 284", "1 234", "50", "0", "6"],
            ["Sans thème", "37", "7", "0", "30", "0"],
        ]
    )


async def test_small_figures_are_not_shown(client: Client, services: Services) -> None:
    await services.database.add_questions(
        {
            Asked(MONTH, "web", "partenaires", "answered"): 41,
            Asked(MONTH, "web", "partenaires", "offered"): 3,
            Asked(MONTH, "web", "argent", "answered"): 2,
        }
    )
    page = await get(client, "/chiffres")
    shown = {cell for row in page.rows for cell in row[1:]}
    assert "moins de 5" in shown
    assert not shown & {"1", "2", "3", "4", "43", "41"}


@pytest.mark.parametrize(
    "table",
    [
        [[46, 41, 3, 2, 0], [60, 60, 0, 0, 0]],
        [[10, 6, 4, 0, 9], [30, 10, 10, 10, 4], [12, 12, 0, 0, 50]],
        [[4, 4, 0, 0, 0]],
        [[104, 100, 4, 0, 0], [100, 100, 0, 0, 0]],
    ],
)
def test_no_small_figure_can_be_had_by_taking_the_others_away(table: list[list[int]]) -> None:
    gone = hidden(table)
    for row, line in enumerate(table):
        assert all((row, at) in gone for at, count in enumerate(line) if 0 < count < LEAST)
        lost = [at for at in (1, 2, 3) if (row, at) in gone]
        assert len(lost) != 1 or (row, 0) in gone
    for at in range(5):
        lost_rows = [row for row in range(len(table)) if (row, at) in gone]
        others = [row for row, line in enumerate(table) if line[at] and row not in lost_rows]
        assert len(lost_rows) != 1 or not others


async def test_a_database_that_is_away_is_told(services: Services) -> None:
    await services.database.close()
    nowhere = await Database.open("postgresql+asyncpg://u:secret@127.0.0.1:9/b")
    away = Services(services.assistant, nowhere, services.knowledge)
    async with TestClient(TestServer(make_app(away, PUBLIC))) as client:
        for path in ("/chiffres", "/mairie", "/mairie/62498"):
            page = await get(client, path)
            assert "Les chiffres ne peuvent pas être lus" in page.words
    await nowhere.close()


def test_a_year_is_shown() -> None:
    months = [first_month(dt.date(2026, 1, 31) + dt.timedelta(days=31 * n)) for n in range(14)]
    assert months[0] == dt.date(2025, 2, 1)
    assert all(one < other for one, other in pairwise(months))
    assert all(re.fullmatch(r"\d{4}-\d{2}-01", str(one)) for one in months)
