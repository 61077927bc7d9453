"""The web channel: pages without JavaScript, the API to the letter, what never leaks."""

import asyncio
import datetime as dt
import json
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.communes import Gazetteer
from bot.conversation.action import Ask
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Question
from bot.knowledge.model import KnowledgeBase
from bot.language.typography import typeset
from bot.services import Services
from bot.web.assets import ASSETS
from bot.web.keys import TELEGRAM_PROBLEM
from bot.web.links import action_url, read_state, state_fields
from bot.web.server import make_app
from tests.conftest import REGION, as_ours
from tests.conftest import TODAY as DAY

Client = TestClient[web.Request, web.Application]
FRAGMENT = {"X-Fragment": "1"}
REPLY_KEYS = {
    "outcome", "entry", "entries", "confidence", "text", "brief", "easy_text", "easy", "urgent",
    "understood", "conversation", "sources", "collected_on", "checked_on", "commune", "communes",
    "actions", "contact", "contacts",
}  # fmt: skip
COMMUNE_KEYS = {"code_insee", "name", "postcodes", "epci", "status", "bud", "cites", "town_hall"}


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    app = make_app(services)
    async with TestClient(TestServer(app)) as client:
        yield client


class Page(HTMLParser):
    """What a page is made of, as far as these tests look."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "path", "rect", "circle", "use"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.links: list[str] = []
        self.actions: list[str] = []
        self.ids: list[str] = []
        self.count: dict[str, int] = {}
        self.fields: dict[str, str] = {}
        self.reply: dict[str, str] = {}
        self.lang: str | None = None
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"jamais fermé : {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert "style" not in found, "la politique de sécurité refuse les styles en ligne"
        assert not any(name.startswith("on") for name in found)
        if tag not in self.VOID:
            self._open.append(tag)
        self.count[tag] = self.count.get(tag, 0) + 1
        if tag == "html":
            self.lang = found.get("lang")
        if tag == "a":
            self.links.append(found["href"])
            if "data-action" in found:
                self.actions.append(found["href"])
        if tag == "input" and found.get("type") == "hidden" and "disabled" not in found:
            self.fields[found["name"]] = found["value"]
        if tag == "script":
            data = found.get("type") == "application/ld+json"
            assert data or "/static/" in found["src"]
        if tag == "article":
            self.reply = {name: found[f"data-{name}"] for name in "crsk" if f"data-{name}" in found}
        if "id" in found:
            self.ids.append(found["id"])

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in {"script", "style"}:
            self.words += data

    @property
    def kept(self) -> dict[str, str]:
        """What the forms carry, but for what was just said and the draw that makes votes single."""
        return {name: value for name, value in self.fields.items() if name in {"c", "r", "s"}}

    @property
    def text(self) -> str:
        return " ".join(self.words.split())


async def get(
    client: Client,
    path: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
) -> Page:
    """The page at an address; with `form`, the one that posting it there gives."""
    method = "GET" if form is None else "POST"
    async with client.request(
        method, path, data=form, headers=headers, allow_redirects=False
    ) as response:
        assert response.status == status, path
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        page = Page(await response.text())
    if not headers:
        assert page.lang == "fr"
        assert page.count["h1"] == page.count["main"] == 1, path
        assert len(page.ids) == len(set(page.ids)), path
    return page


async def say(
    client: Client,
    text: str,
    state: dict[str, str] | None = None,
    *,
    path: str = "/",
    status: int = 200,
) -> Page:
    """What a resident's words get, with the conversation of a page's fields."""
    return await get(client, path, status, form={**(state or {}), "q": text})


async def ask(client: Client, body: object, status: int = 200) -> dict[str, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with client.post("/api/v1/ask", data=data) as response:
        assert response.status == status
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        found: dict[str, Any] = await response.json()
    return found


# Pages


async def test_home_says_what_it_is_and_offers_every_theme(
    client: Client, base: KnowledgeBase
) -> None:
    page = await get(client, "/")
    assert "service automatique" in page.text
    assert page.kept == {"s": "1"}  # said once: the first reply need not repeat it
    for theme in base.themes:
        assert f"/theme/{theme.id}?s=1" in page.actions


async def test_every_page_that_links_lead_to(client: Client, base: KnowledgeBase) -> None:
    """A reader who follows every link from the home page meets no error and every entry."""
    waiting, seen = ["/"], {"/"}
    while waiting:
        page = await get(client, waiting.pop())
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in {"http", "https", "tel", "sms", "mailto"} or link.startswith("#"):
                continue
            if parts.path.endswith((".pdf", ".svg", ".png", ".csv")):  # no pages
                continue
            assert not parts.scheme
            if parts.path.startswith("/api/"):  # open data, which is no page
                async with client.get(link) as response:
                    assert response.status == 200
            elif parts.path not in seen:
                seen.add(parts.path)
                waiting.append(link)
    assert {f"/q/{key}" for key in base.served(DAY)} <= seen
    assert {"/themes", "/commune", "/contact", "/confidentialite", "/aide"} <= seen


async def test_an_answer_shows_all_that_it_rests_on(client: Client, base: KnowledgeBase) -> None:
    page = await say(client, "Qui s'engage ?")
    entry = base.entries["qui-s-engage"]
    assert {**page.reply, "k": ""} == {"c": "", "r": "", "s": "1", "k": ""}
    assert {source.url for source in entry.sources if source.url} <= set(page.links)
    assert "page de 2024, lue en novembre 2026" in page.text
    assert "Relevé le" not in page.text
    assert " ".join((entry.brief or "").split()) in page.text
    assert "Simple Complet" in page.text
    assert page.count["details"] >= 1
    assert "Oui, utile" in page.text
    assert "tel:0320305959" in page.links
    assert "Appeler le 03\u00a020\u00a030\u00a059\u00a059" in page.words  # never cut in two
    assert len(page.actions) >= 3


@pytest.mark.parametrize("key", ["c-est-quoi-erbm", "mesures", "qui-s-engage"])
async def test_an_entry_has_a_page_of_its_own(
    client: Client, base: KnowledgeBase, key: str
) -> None:
    page = await get(client, f"/q/{key}")
    assert page.text.count("Je suis Galibot, un service automatique.") == 1
    assert f'<link rel="canonical" href="/q/{key}">' in page.html
    assert '<article class="reply simple"' in (await get(client, f"/q/{key}?facile=1")).html
    assert "Je suis Galibot" not in (await get(client, f"/q/{key}?s=1")).text


async def test_a_conversation_without_javascript(client: Client, base: KnowledgeBase) -> None:
    """State goes from page to page in links and hidden fields; no cookie is set."""
    page = await say(client, "Pecquencourt", {"s": "1"}, path="/commune")
    assert page.reply["c"] == "59456"
    assert page.kept == {"c": "59456", "s": "1"}
    page = await get(client, page.actions[0])
    assert page.reply["c"] == "59456"
    page = await say(client, base.entries["ma-commune-erbm"].question, page.fields)
    assert "Pecquencourt" in page.text
    page = await say(client, "recette des crêpes", page.fields)
    assert page.reply["r"] == "1"
    page = await say(client, "recette des gaufres", page.fields)
    assert page.reply["r"] == "2"
    assert any(link.startswith("tel:") for link in page.links)
    assert not client.session.cookie_jar.filter_cookies(client.make_url("/"))


async def test_what_was_typed_is_escaped(client: Client) -> None:
    typed = "<script>alert(1)</script>\"'&"
    for path in ("/", "/commune"):
        for page in (
            await say(client, typed, path=path),
            await get(client, f"{path}?" + urlencode({"q": typed})),
        ):
            assert "<script>alert" not in page.html
    tampered = {"c": '"><b>', "r": "-1", "s": "x", "facile": "<"}
    page = await get(client, "/themes?" + urlencode(tampered))
    assert "<b>" not in page.html
    assert {**page.reply, "k": ""} == {"c": "", "r": "", "s": "1", "k": ""}


@pytest.mark.parametrize("typed", ["", "   ", "🙂", "x" * 3000, "\0", "con", "?"])
async def test_odd_questions_get_a_page(client: Client, typed: str) -> None:
    page = await say(client, typed)
    assert page.actions


@pytest.mark.parametrize("path", ["/", "/commune"])
async def test_words_in_a_link_are_only_filled_in(client: Client, path: str) -> None:
    """Somebody else made that address: nothing is asked until the resident does."""
    page = await get(client, f"{path}?q=Pecquencourt&c=59350")
    assert 'value="Pecquencourt"' in page.html
    assert '<meta name="robots" content="noindex">' in page.html
    assert page.kept == {"c": "59350", "s": "1"}
    assert "dans le périmètre" not in page.text
    async with client.get("/metrics") as response:
        assert 'outcome="commune"' not in await response.text()


@pytest.mark.parametrize("path", ["/", "/commune"])
async def test_no_address_holds_words(client: Client, path: str) -> None:
    page = await say(client, "zzqx intime", {"c": "59456"}, path=path)
    assert page.fields["c"] == "59456"
    assert not any("intime" in link for link in page.links)
    paths = ("/", "/themes", "/q/mesures", "/theme/argent", "/commune", "/commune/59456")
    pages = [page, await get(client, "/zzz", 404), *[await get(client, one) for one in paths]]
    for one in pages:
        methods = re.findall(r'<form[^>]* method="(\w+)"', one.html)
        assert methods
        assert set(methods) == {"post"}


@pytest.mark.parametrize(
    ("path", "text", "headers", "status"),
    [
        ("/", "é" * 1000, {}, 200),
        ("/", "𝕏" * 4000, {}, 200),
        ("/", "x" * 54000, {}, 413),
        ("/commune", "é" * 1000, {}, 200),
        ("/commune", "é" * 1001, {}, 413),
        ("/", "Qui s'engage ?", {"Sec-Fetch-Site": "same-origin"}, 200),
        ("/", "Qui s'engage ?", {"Sec-Fetch-Site": "none"}, 200),
        ("/", "Qui s'engage ?", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("/commune", "Lens", {"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_limits_of_what_is_typed(
    client: Client, path: str, text: str, headers: dict[str, str], status: int
) -> None:
    async with client.post(path, data={"q": text}, headers=headers) as response:
        assert response.status == status
        page = Page(await response.text())
    assert ("Votre message est trop long" in page.text) == (status == 413)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"q=%E9%ff", "application/x-www-form-urlencoded"),
        (b"q=\xe9\xff", "application/x-www-form-urlencoded; charset=utf-8"),
        (b"q=intime", "application/x-www-form-urlencoded; charset=zzz"),
        (b"--x\r\nintime", "multipart/form-data; boundary=x"),
        (b"intime", "multipart/form-data"),
        (b"{", "application/json"),
        (b"", ""),
        (b"&=&" * 4000, ""),
    ],
)
async def test_broken_forms_get_a_page_and_no_log(
    client: Client, caplog: pytest.LogCaptureFixture, body: bytes, kind: str
) -> None:
    async with client.post("/", data=body, headers={"Content-Type": kind}) as response:
        assert response.status == 200
        assert Page(await response.text()).actions
    assert "intime" not in caplog.text
    assert not caplog.records


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("59146", "Pecquencourt"),
        ("Saint-Martin", "Plusieurs communes"),
        ("Marseille", "Marseille n’est pas dans le Nord"),
        ("xqzwv", "Je ne trouve pas cette commune"),
        ("travaux à Pecquencourt", "Oui, Pecquencourt est dans le périmètre"),
    ],
)
async def test_commune_search(client: Client, typed: str, words: str) -> None:
    page = await say(client, typed, path="/commune")
    assert words in page.text
    assert page.actions


async def test_every_kind_of_commune_has_its_page(client: Client, gazetteer: Gazetteer) -> None:
    kinds = {(commune.status, commune.in_zone): commune for commune in gazetteer.communes}
    assert len(kinds) >= 4
    for commune in kinds.values():
        page = await get(client, f"/commune/{commune.code_insee}")
        assert commune.postcodes[0] in page.text
        for link in page.actions:
            await get(client, link)


async def test_the_fragment_is_the_reply_alone(client: Client) -> None:
    pages = ("/q/mesures", "/themes", "/commune/59456", "/contact")
    found = [await get(client, path, headers=FRAGMENT) for path in pages]
    for path, words in (("/", "Qui s'engage ?"), ("/commune", "Pecquencourt")):
        found.append(await get(client, path, headers=FRAGMENT, form={"q": words}))
    for page in found:
        assert page.html.startswith("<article")
        assert "h1" not in page.count
        assert page.reply["s"] == "1"
    async with client.get("/themes") as response:
        assert response.headers["Vary"] == "X-Fragment, Sec-Fetch-Dest, Accept-Encoding"


async def test_an_urgent_reply_begins_with_whom_to_call(
    services: Services, alarmed: Assistant
) -> None:
    app = make_app(replace(services, assistant=alarmed))
    async with TestClient(TestServer(app)) as client:
        for page in (
            await say(client, "ça sent le gaz"),
            await get(client, "/", headers=FRAGMENT, form={"q": "ça sent le gaz"}),
            await get(client, "/q/danger-immediat"),
            await get(client, "/q/danger-immediat?facile=1"),
        ):
            shown = page.html[page.html.index("<article") :]
            assert '<article class="reply urgent' in shown
            first = re.findall(r'<(?:a|h1|h2|form|summary)\b[^>]*?(?: href="([^"]*)")?>', shown)
            assert first[:4] == ["tel:18", "tel:112", "sms:114", ""]
        assert "Urgence" not in (await get(client, "/q/signaler-probleme")).text


@pytest.mark.parametrize("path", ["/zzz", "/q/zzz", "/theme/zzz", "/commune/00000", "/q/"])
async def test_not_found_offers_ways_on(client: Client, path: str) -> None:
    page = await get(client, path, status=404)
    assert "Cette page n’existe pas" in page.text
    for link in page.links:
        if not link.startswith("#"):
            await get(client, link)


async def test_a_breakdown_tells_nothing(
    client: Client, services: Services, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def broken(_: object, question: Question) -> None:
        raise RuntimeError(question.text)

    monkeypatch.setattr(type(services.assistant), "ask", broken)
    with caplog.at_level(logging.ERROR):
        page = await say(client, "ma question intime", status=500)
        assert "en panne" in page.text
        assert (await ask(client, {"question": "panne intime"}, 500))["error"]["code"] == "internal"
    assert "RuntimeError" not in page.html
    assert "Panne sur / : RuntimeError" in caplog.text
    assert "intime" not in caplog.text


# Votes


async def test_votes_are_counted(client: Client, services: Services) -> None:
    for useful in ("oui", "oui", "non"):
        form = {"entry": "mesures", "useful": useful, "c": "59456", "s": "1"}
        async with client.post("/avis", data=form) as response:
            page = Page(await response.text())
            assert response.status == 200
            assert "Merci, votre avis est compté." in page.text
            assert "/q/mesures?c=59456&s=1" in page.links
    assert await services.database.votes() == {"mesures": (2, 1)}


async def test_a_vote_by_fragment(client: Client) -> None:
    form = {"entry": "mesures", "useful": "oui"}
    async with client.post("/avis", data=form, headers=FRAGMENT) as response:
        text = await response.text()
        assert text.startswith("<form")
        assert "Merci, votre avis est compté." in text


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ({}, {}, 400),
        ({"entry": "zzz", "useful": "oui"}, {}, 400),
        ({"entry": "mesures", "useful": "peut-être"}, {}, 400),
        ({"entry": "mesures", "useful": "oui"}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({"entry": "mesures", "useful": "oui", "x": "x" * 54000}, {}, 413),
    ],
)
async def test_refused_votes(
    client: Client, services: Services, form: dict[str, str], headers: dict[str, str], status: int
) -> None:
    async with client.post("/avis", data=form, headers=headers) as response:
        assert response.status == status
        assert Page(await response.text()).count["h1"] == 1
    assert await services.database.votes() == {}


async def test_one_vote_a_conversation_and_an_answer(client: Client, services: Services) -> None:
    """The draw of the page's forms makes it so (faults, row 26); another page is another voter."""
    page = await get(client, "/q/mesures")
    other = await get(client, "/q/mesures")
    assert page.fields["v"] != other.fields["v"]
    for useful, reason, drawn in (
        ("oui", "", page), ("oui", "", page), ("non", "", page), ("non", "faux", page),
        ("oui", "", other),
    ):  # fmt: skip
        form = {"entry": "mesures", "useful": useful, "raison": reason, "v": drawn.fields["v"]}
        async with client.post("/avis", data=form) as response:
            text = await response.text()
            assert response.status == 200
            assert (f'v" value="{drawn.fields["v"]}"') in text
    assert await services.database.votes() == {"mesures": (1, 1)}
    for wrong in ({"useful": "non", "raison": "zzz"}, {"useful": "oui", "raison": "faux"}):
        async with client.post("/avis", data={"entry": "mesures", **wrong}) as response:
            assert response.status == 400


# What is offered while one types


@pytest.mark.parametrize(
    ("typed", "place", "first"),
    [
        ("loyer va", "", "/q/loyer-apres-travaux"),
        ("pecquenc", "1", "/commune/59456"),
        ("59146", "1", "/commune/59456"),
        ("ça sent le gaz", "", "/q/danger-immediat"),
        ("lo", "", None),
        ("xqzwv", "1", None),
        ("", "", None),
        ("x" * 4000, "", None),
    ],
)
async def test_suggestions(client: Client, typed: str, place: str, first: str | None) -> None:
    form = {"q": typed, "lieu": place, "c": "59350"}
    async with client.post("/suggestions", data=form) as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
        found = re.findall(r'data-href="([^"?]*)[^"]*"', await response.text())
    assert (found[0] if found else None) == first
    assert len(found) <= 7
    async with client.get("/suggestions", params={"q": typed}) as response:
        assert response.status == 405  # no word in an address


# Pages about the service


async def test_all_questions_with_a_search(client: Client, base: KnowledgeBase) -> None:
    page = await get(client, "/questions")
    assert {f"/q/{key}" for key in base.entries} <= set(page.links)
    found = await say(client, "loyer augmenter", path="/questions")
    assert "Questions trouvées" in found.text
    assert found.links.index("/q/loyer-apres-travaux") < found.links.index("/q/detresse")
    assert "Aucune question trouvée" in (await say(client, "xqzwv", path="/questions")).text
    danger = await say(client, "ça sent le gaz", path="/questions")
    questions = [link for link in danger.links if link.startswith("/q/")]
    assert questions[0] == "/q/danger-immediat"


async def test_an_answer_is_described_to_those_who_share_and_search(services: Services) -> None:
    public = "https://ville.example.fr/galibot"
    async with TestClient(TestServer(make_app(services, public))) as client:
        page = await get(client, "/q/mesures")
        entry = services.assistant.base.entries["mesures"]
        assert entry.brief
        assert page.html.count(f'content="{entry.brief}"') == 2  # to search, and to share
        assert f'<meta property="og:image" content="{public}/partage.png">' in page.html
        data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.html)
        assert data
        (asked,) = json.loads(data[1])["mainEntity"]
        assert asked["name"] == entry.question
        for path, kind in (
            ("/partage.png", "image/png"), ("/icone.png", "image/png"),
            ("/icone.svg", "image/svg+xml"), ("/manifest.webmanifest", "application/manifest+json"),
            ("/robots.txt", "text/plain"), ("/sitemap.xml", "application/xml"),
        ):  # fmt: skip
            async with client.get(path) as response:
                assert response.status == 200
                assert response.content_type == kind
                body = await response.read()
                assert len(body) < 200_000
        assert f"<loc>{public}/q/mesures</loc>".encode() in body
        assert f"<loc>{public}/commune/59456</loc>".encode() in body
        policy = response.headers["Strict-Transport-Security"]
        assert policy == "max-age=31536000"


async def test_legal_pages_say_what_is_left_to_fill_in(
    services: Services, base: KnowledgeBase
) -> None:
    said = {"nom_editeur": "Ville de Lens", "courriel": "erreur@ville.example.fr"}
    texts = base.texts.model_copy(update={"editeur": base.texts.editeur.model_copy(update=said)})
    full = Assistant(base.model_copy(update={"texts": texts}), Gazetteer(REGION), match=as_ours)
    for assistant, who in ((services.assistant, "(à compléter)"), (full, "Ville de Lens")):
        app = make_app(replace(services, assistant=assistant))
        async with TestClient(TestServer(app)) as client:
            for path in ("/mentions-legales", "/qui-publie", "/accessibilite"):
                page = await get(client, path)
                assert who in page.text
                assert ("mailto:erreur@ville.example.fr" in page.links) == (
                    path == "/qui-publie" and assistant is full
                )
            async with client.get("/carte") as response:
                assert response.status == (404 if assistant is full else 200)


# API


async def test_ask_answers_in_the_agreed_form(client: Client, base: KnowledgeBase) -> None:
    reply = await ask(client, {"question": "Qui s'engage ?", "commune": None})
    assert reply.keys() >= REPLY_KEYS
    assert (reply["outcome"], reply["entry"]) == ("answer", "qui-s-engage")
    reply = await ask(client, {"question": "Pecquencourt"})
    assert reply["outcome"] == "commune"
    assert reply["commune"].keys() == COMMUNE_KEYS
    hall = reply["commune"]["town_hall"]
    assert hall.keys() == {"phone", "address", "hours", "url"}
    assert (hall["phone"], hall["address"][-18:]) == ("03 27 94 49 80", "59146 Pecquencourt")
    assert hall["hours"].startswith("lundi au vendredi 8")
    question = base.entries["ma-commune-erbm"].question
    reply = await ask(client, {"question": question, "commune": "59456"})
    assert reply["commune"]["name"] == "Pecquencourt"


async def test_the_conversation_given_back_is_gone_on_with(
    client: Client, base: KnowledgeBase
) -> None:
    """The commune and the refusals are remembered from turn to turn, by the caller alone."""
    question = base.entries["ma-commune-erbm"].question
    reply = await ask(client, {"question": "Pecquencourt", "conversation": None})
    for said in ("Qui s'engage ?", "merci", question):
        token = reply["conversation"]
        assert len(token) <= 512
        reply = await ask(client, {"question": said, "conversation": token})
    assert (reply["outcome"], reply["commune"]["code_insee"]) == ("commune", "59456")
    # What the caller says of the commune is newer than what the conversation holds.
    body = {"question": question, "commune": "59350", "conversation": reply["conversation"]}
    assert (await ask(client, body))["commune"]["code_insee"] == "59350"
    for refusals in (1, 2):
        token = reply["conversation"]
        reply = await ask(
            client, {"question": f"recette de crêpes {refusals}", "conversation": token}
        )
        assert reply["outcome"] == "no_match"
        assert reply["contact"]["phone"] == "03 27 94 49 80"


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "1.59456", "1.59456.0.2", "1.59456.-1.1", "1.59456.0.1 ", "1.59456.0.1\n",
        "2.59456.0.1", "11.59456.0.1", "1.5945é.0.1", "1.59456.0.1" * 90, "\0", "null",
    ],
)  # fmt: skip
async def test_a_damaged_conversation_counts_as_none(
    client: Client, base: KnowledgeBase, token: str
) -> None:
    question = base.entries["ma-commune-erbm"].question
    fresh = await ask(client, {"question": question})
    assert await ask(client, {"question": question, "conversation": token}) == fresh


async def test_urgent_replies_say_so(services: Services, alarmed: Assistant) -> None:
    app = make_app(replace(services, assistant=alarmed))
    async with TestClient(TestServer(app)) as client:
        reply = await ask(client, {"question": "ça sent le gaz"})
        assert reply["urgent"] is True
        assert "18" in reply["text"].splitlines()[0]
        assert (await ask(client, {"question": "bonjour"}))["urgent"] is False


async def test_ask_speaks_utf8(client: Client) -> None:
    async with client.post("/api/v1/ask", json={"question": "C'est quoi l'ERBM ?"}) as response:
        raw = (await response.read()).decode("utf-8")
    assert "\\u" not in raw
    assert "é" in raw


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b"[" * 8000, 400, "malformed"),
        ([], 400, "malformed"),
        ("bonjour", 400, "malformed"),
        ({}, 400, "wrong_question"),
        ({"question": None}, 400, "wrong_question"),
        ({"question": 3}, 400, "wrong_question"),
        ({"question": ["a"]}, 400, "wrong_question"),
        ({"question": ""}, 400, "empty_question"),
        ({"question": " \n "}, 400, "empty_question"),
        ({"question": "a", "commune": 59456}, 400, "wrong_commune"),
        ({"question": "a", "commune": "00000"}, 400, "unknown_commune"),
        ({"question": "a", "commune": ""}, 400, "unknown_commune"),
        ({"question": "a", "conversation": 1}, 400, "wrong_conversation"),
        ({"question": "a", "conversation": ["1..0.0"]}, 400, "wrong_conversation"),
        ({"question": "a", "conversation": False}, 400, "wrong_conversation"),
        ({"question": "a" * 9000}, 413, "too_large"),
    ],
)
async def test_ask_refuses(client: Client, body: object, status: int, code: str) -> None:
    error = (await ask(client, body, status))["error"]
    assert error["code"] == code
    assert error["message"].endswith(".")
    assert error.keys() == {"code", "message"}


async def test_ask_takes_8_kib_and_no_more(client: Client) -> None:
    shell = len(b'{"question": ""}')
    await ask(client, b'{"question": "' + b"a" * (8192 - shell) + b'"}')
    await ask(client, b'{"question": "' + b"a" * (8193 - shell) + b'"}', 413)


@pytest.mark.parametrize(
    "question", ["🙂", "\ud800", "qui s'engage \ud800 ?", "\0", "a" * 2000, "<b>", "؟", "-" * 500]
)
async def test_ask_survives_odd_text(client: Client, question: str) -> None:
    assert (await ask(client, {"question": question}))["outcome"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/ask", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/entries", 405, "method_not_allowed"),
        ("GET", "/api/v1/zzz", 404, "not_found"),
        ("GET", "/api/", 404, "not_found"),
        ("GET", "/api/v1/entries/zzz", 404, "unknown_entry"),
        ("GET", "/api/v1/communes", 400, "empty_search"),
        ("GET", "/api/v1/communes?q=%20", 400, "empty_search"),
        ("GET", "/api/v1/communes?q=" + "a" * 1001, 400, "search_too_long"),
    ],
)
async def test_api_errors_are_json(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    async with client.request(method, path) as response:
        assert response.status == status
        assert (await response.json())["error"]["code"] == code
        assert ("Allow" in response.headers) == (status == 405)


@pytest.mark.parametrize(
    ("typed", "outcome", "code"),
    [
        ("Pecquencourt", "found", "59456"),
        ("Saint-Martin", "ambiguous", None),
        ("Marseille", "unknown", None),
    ],
)
async def test_communes(client: Client, typed: str, outcome: str, code: str | None) -> None:
    async with client.get("/api/v1/communes", params={"q": typed}) as response:
        found = await response.json()
    assert found["outcome"] == outcome
    assert all(commune.keys() == COMMUNE_KEYS for commune in found["communes"])
    assert (len(found["communes"]) > 1) == (outcome == "ambiguous")
    if code:
        assert found["communes"][0]["code_insee"] == code


async def test_entries_keep_the_test_questions_on_the_server(
    client: Client, base: KnowledgeBase
) -> None:
    async with client.get("/api/v1/entries") as response:
        found = await response.json()
    assert found["revision"] == base.revision
    assert [theme["id"] for theme in found["themes"]] == [theme.id for theme in base.themes]
    assert [entry["id"] for entry in found["entries"]] == list(base.served(DAY))
    for entry in found["entries"]:
        assert not entry.keys() & {"tests", "essais", "support", "appuis"}
    shown = {text for entry in found["entries"] for text in (entry["question"], *entry["variants"])}
    hidden = {test for entry in base.entries.values() for test in entry.tests}
    assert not shown & (hidden | set(base.off_topic))
    async with client.get("/api/v1/entries/mesures") as response:
        assert await response.json() in found["entries"]


async def test_an_expired_entry_is_not_published(
    services: Services, base: KnowledgeBase, gazetteer: Gazetteer
) -> None:
    expired = base.entries["mesures"].model_copy(update={"expires_on": DAY - dt.timedelta(days=1)})
    late = base.model_copy(update={"entries": {**base.entries, "mesures": expired}})
    assistant = Assistant(late, gazetteer, match=as_ours, today=lambda: DAY)
    app = make_app(replace(services, assistant=assistant))
    async with TestClient(TestServer(app)) as client:
        await get(client, "/q/mesures", status=404)
        async with client.get("/api/v1/entries/mesures") as response:
            assert response.status == 404
        async with client.get("/api/v1/entries") as response:
            assert len((await response.json())["entries"]) == len(base.served(DAY)) - 1


async def test_openapi_describes_every_route_of_the_api(client: Client) -> None:
    async with client.get("/openapi.json") as response:
        assert response.status == 200
        described = await response.json()
    assert described["openapi"].startswith("3.1")
    routes = {
        (route.method.lower(), route.resource.canonical)
        for route in client.app.router.routes()
        if route.resource and route.resource.canonical.startswith("/api/")
    }
    paths = described["paths"]
    assert {(m, p) for p in paths for m in paths[p]} == {r for r in routes if r[0] != "head"}
    schemas = described["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)):
        assert name in schemas
    assert set(schemas["Reply"]["required"]) >= REPLY_KEYS
    assert schemas["Question"]["properties"].keys() == {"question", "commune", "conversation"}
    assert set(schemas["Commune"]["required"]) == COMMUNE_KEYS
    assert schemas["TownHall"]["properties"].keys() == {"phone", "address", "hours", "url"}
    reply = await ask(client, {"question": "Qui s'engage ?"})
    assert reply.keys() == schemas["Reply"]["properties"].keys()
    async with client.get("/api/v1/entries/mesures") as response:
        assert (await response.json()).keys() == schemas["Entry"]["properties"].keys()


# Operators


async def test_health(client: Client, base: KnowledgeBase) -> None:
    async with client.get("/healthz") as response:
        assert await response.json() == {"status": "ok"}
    async with client.get("/readyz") as response:
        assert response.status == 200
        assert await response.json() == {
            "ready": True,
            "degraded": [],
            "knowledge": {
                "revision": base.revision, "entries": len(base.entries), "problems": [],
                "warnings": [],
            },
            "database": "ok",
        }  # fmt: skip


async def test_refused_knowledge_is_told_and_the_last_base_serves(
    client: Client, services: Services
) -> None:
    services.knowledge.problems = ("faq.yaml, ligne 3 : répétée",) * 96
    async with client.get("/readyz") as response:
        assert response.status == 200
        assert response.content_type == "application/json"
        text = await response.text()
    told = json.loads(text)["knowledge"]["problems"]
    assert told[:12] == [typeset("faq.yaml, ligne 3 : répétée")] * 12
    assert told[12:] == ["… et 84 autres, sans doute de la même cause."]
    assert "répétée" in text, "people read it too"


async def test_the_web_stays_ready_without_the_database(
    client: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: object) -> bool:
        raise OSError("postgresql://galibot:secret@db")

    async def late(_: object) -> bool:
        return False

    for broken in (fails, late):
        monkeypatch.setattr(type(services.database), "up_to_date", broken)
        async with client.get("/readyz") as response:
            assert response.status == 200
            state = await response.json()
        assert state["degraded"] == ["database"]
        assert state["database"] != "ok"
        assert "secret" not in json.dumps(state)
        async with client.get("/healthz") as response:
            assert response.status == 200


@pytest.mark.parametrize("problem", [None, "arrêté"])
async def test_telegram_never_takes_the_web_down(services: Services, problem: str | None) -> None:
    app = make_app(services)
    app[TELEGRAM_PROBLEM] = lambda: problem
    async with TestClient(TestServer(app)) as client, client.get("/readyz") as response:
        assert response.status == 200
        state = await response.json()
    assert state["telegram"] == (problem or "ok")
    assert state["degraded"] == (["telegram"] if problem else [])


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        (None, {}, 200),
        (None, {"X-Forwarded-For": "192.0.2.1"}, 403),
        (None, {"Forwarded": "for=192.0.2.1"}, 403),
        ("jeton", {}, 403),
        ("jeton", {"Authorization": "Bearer autre"}, 403),
        ("jeton", {"Authorization": "Bearer jeton", "X-Forwarded-For": "192.0.2.1"}, 200),
    ],
)
async def test_metrics_are_not_public(
    services: Services, token: str | None, headers: dict[str, str], status: int
) -> None:
    app = make_app(services, metrics_token=token)
    async with (
        TestClient(TestServer(app)) as client,
        client.get("/metrics", headers=headers) as response,
    ):
        assert response.status == status


@pytest.mark.parametrize(
    "line", ["GET /?q=intime" + "a" * 9000 + " HTTP/1.1", "GET /?q=mot intime HTTP/1.1"]
)
async def test_logs_name_nobody(
    client: Client, caplog: pytest.LogCaptureFixture, line: str
) -> None:
    """What aiohttp can't read never reaches the application; its own log line must say nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(f"{line}\r\nHost: galibot\r\n\r\n".encode())
    assert b"400" in await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert "Requête illisible" in caplog.text
    assert "intime" not in caplog.text
    assert "127.0.0.1" not in caplog.text


async def test_metrics_name_nobody(client: Client) -> None:
    await ask(client, {"question": "Qui s'engage ?"})
    await say(client, "mot-tres-personnel", {"c": "59456"})
    await get(client, "/q/mesures")
    await get(client, "/zzz-personnel", status=404)
    async with client.post("/avis", data={"entry": "mesures", "useful": "oui"}) as response:
        assert response.status == 200
    async with client.get("/metrics") as response:
        assert response.headers["Content-Type"].startswith("text/plain")
        told = await response.text()
    assert 'galibot_replies_total{channel="web",outcome="answer"} 2.0' in told
    assert 'galibot_votes_total{channel="web",useful="yes"} 1.0' in told
    assert 'galibot_request_seconds_count{route="/q/{entry}",status="200"} 1.0' in told
    assert 'galibot_request_seconds_count{route="none",status="404"} 1.0' in told
    for secret in ("personnel", "59456", "mesures", "127.0.0.1"):
        assert secret not in told


async def test_every_response_has_strict_headers(client: Client) -> None:
    for path in ("/", "/zzz", "/api/v1/entries", "/static/x/chat.js", "/healthz", "/api/zzz"):
        async with client.get(path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
            assert "unsafe" not in policy
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "camera=()" in response.headers["Permissions-Policy"]
            assert "Strict-Transport-Security" not in response.headers  # without https
            assert "Server" not in response.headers
            assert "Set-Cookie" not in response.headers


TEXT = (
    "/", "/questions", "/carte", "/mairie", "/mairie/62498/code.svg", "/code/mesures.svg",
    "/chiffres", "/zzz", "/static/x/zzz", "/redaction", "/openapi.json", "/api/v1/entries",
    "/api/v1/communes.csv", "/api/v1/communes?q=lens", "/sitemap.xml", "/manifest.webmanifest",
    "/icone.svg", "/widget.js", "/metrics", "/static/x/chat.js",
)  # fmt: skip


@pytest.mark.parametrize("path", TEXT)
async def test_all_text_is_compressed(client: Client, path: str) -> None:
    """Pages of errors, pictures in words and tables too; a cache keeps each way apart."""
    ways = {}
    for packed in ("gzip, deflate", "identity"):
        async with client.get(path, headers={"Accept-Encoding": packed}) as response:
            assert "Accept-Encoding" in response.headers["Vary"].split(", ")
            ways[packed] = response.headers.get("Content-Encoding")
    assert ways["gzip, deflate"] in {"gzip", "deflate"}
    assert ways["identity"] is None


async def test_a_page_with_a_question_is_not_kept_by_browsers(client: Client) -> None:
    for path in ("/", "/commune"):
        async with client.post(path, data={"q": "intime"}) as response:
            assert response.headers["Cache-Control"] == "no-store"
        async with client.get(f"{path}?q=intime") as response:
            assert response.headers["Cache-Control"] == "no-store"
    address = re.search(r"/static/\w+/chat\.js", (await get(client, "/")).html)
    assert address
    for path, kept in ((address[0], True), ("/static/ancien/chat.js", False)):
        async with client.get(path) as response:
            assert response.headers["Content-Encoding"] == "gzip"
            assert ("immutable" in response.headers["Cache-Control"]) == kept
    async with client.get("/static/ancien/zzz.js") as response:
        assert response.status == 404


# Addresses


@pytest.mark.parametrize(
    ("action", "url"),
    [
        ("entry:mesures", "/q/mesures"),
        ("easy:mesures", "/q/mesures?facile=1"),
        ("theme:argent", "/theme/argent"),
        ("themes", "/themes"),
        ("commune", "/commune"),
        ("commune:59456", "/commune/59456"),
        ("contact", "/contact"),
        ("contact:bailleur", "/contact/bailleur"),
        ("entry:mesures:59456", "/q/mesures/59456"),
        ("none", "/aucune"),
        ("help", "/aide"),
        ("privacy", "/confidentialite"),
        ("start", "/"),
    ],
)
def test_actions_have_addresses(action: str, url: str) -> None:
    ask = Ask.parse(action)
    assert ask
    assert str(ask) == action
    assert action_url(ask, Conversation()) == url


@pytest.mark.parametrize(
    "action",
    ["", ":", "inconnue", "entry", "entry:", "themes:x", "vote:", "e" * 70, "entry:" + "x" * 60],
)
def test_an_action_that_is_none_of_ours_is_none(action: str) -> None:
    assert Ask.parse(action) is None


@pytest.mark.parametrize(
    "conversation",
    [Conversation(), Conversation("59456", 2, True), Conversation(None, 9, False)],
)
def test_state_survives_the_address(gazetteer: Gazetteer, conversation: Conversation) -> None:
    assert read_state(state_fields(conversation), gazetteer) == conversation


def test_scripts_stay_small_and_store_nothing() -> None:
    scripts = {name: one for name, one in ASSETS.items() if name.endswith(".js")}
    resident = ("chat.js", "framed.js", "reply.js", "suggest.js")
    assert sum(len(scripts[name].packed) for name in resident) < 7_200
    assert all(len(one.packed) < 3_000 for one in scripts.values())
    for name, one in scripts.items():
        assert not re.search(r"cookie\b|Storage|indexedDB|caches", one.plain.decode()), name


async def test_the_page_goes_on_with_what_was_said(client: Client) -> None:
    """By the hidden fields of its form alone, as without JavaScript."""
    page = await (await client.post("/", data={"q": "où en est la cité Lemay ?"})).text()
    kept = dict(re.findall(r'<input type="hidden" name="(\w)" value="([^"]*)">', page))
    assert kept["k"]
    page = await (await client.post("/", data={"q": "elle est finie ?", **kept})).text()
    assert "J’ai compris" in page
    assert "où en est la cité Lemay, elle est finie" in page
    page = await (await client.post("/", data={"q": "t'es sûr ?", **kept})).text()
    assert "Voici d’où vient la réponse" in page
    links = re.findall(r'href="([^"]+)"', page)
    assert not any("k=" in link for link in links), "words are in no address"
