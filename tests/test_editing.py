"""/redaction without a browser: its door, drafts that meet, what is checked, publication."""

import asyncio
import datetime as dt
import html
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from bot.app import open_services
from bot.services import Services
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.editors import (
    LINK_MINUTES,
    SESSION_HOURS,
    Editors,
    admin_link,
    read_link,
    read_session,
    session_cookie,
)
from bot.web.editing import ROUTES
from bot.web.editing.entrance import COOKIE
from bot.web.server import make_app
from doubles.telegram import resident_with, shows
from tests.conftest import unhurried
from tests.pool import FAQ, KEY, small_folder

NOW = dt.datetime(2026, 11, 28, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[Services]:
    """The services of a small base, as app.py opens them."""
    settings = Settings(
        data_dir=tmp_path / "data",
        knowledge_dir=small_folder(tmp_path),
        secret_key=SecretStr(KEY.decode()),
        admin_ids=(42,),
    )
    async with open_services(settings) as services:
        yield replace(services, limits=unhurried())


@dataclass
class Editor:
    """An editor without JavaScript: what she sends are the fields of the page's own forms."""

    client: TestClient[web.Request, web.Application]
    page: str = ""

    async def get(self, path: str = "") -> str:
        answered = await self.client.get(f"/redaction{path}")
        assert answered.status == 200, path
        assert answered.headers["Cache-Control"] == "no-store"
        return self._read(await answered.text())

    async def post(self, path: str, **fields: str) -> str:
        """Send the fields; the page that follows."""
        (token, *_) = re.findall(r'name="jeton" value="([^"]+)"', self.page) or [""]
        answered = await self.client.post(f"/redaction{path}", data={"jeton": token, **fields})
        assert answered.status == 200, path
        return self._read(await answered.text())

    def _read(self, page: str) -> str:
        """The page as one reads it, its no-break spaces as ordinary ones."""
        self.page = html.unescape(page)
        return re.sub("[\u00a0\u202f]", " ", self.page)

    async def send(self, path: str, **fields: str) -> str:
        """Open a form, change these fields of it, and save."""
        await self.get(path)
        return await self.post(path, **{**form_of(self.page), "faire": "enregistrer", **fields})


def form_of(page: str) -> dict[str, str]:
    """The fields of the page's form as a browser would send them back."""
    found = {}
    form = page[page.index("data-check") :]
    for tag in re.findall(r"<input [^>]+>", form):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        ticked = "checkbox" not in tag or " checked" in tag
        if name and ticked:
            found[name[1]] = value[1] if value else "on"
    areas = r'<textarea id="\S+" name="([^"]+)"[^>]*>(.*?)</textarea>'
    found |= dict(re.findall(areas, form, re.DOTALL))
    choices = r'<select id="\S+" name="([^"]+)"(.*?)</select>'
    for name, options in re.findall(choices, form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


@pytest.fixture
async def app(pool: Services) -> web.Application:
    return make_app(pool)


async def entered(app_client: TestClient[web.Request, web.Application], name: str) -> Editor:
    link = admin_link(KEY, "", dt.datetime.now(dt.UTC))
    answered = await app_client.post(link, data={"nom": name})
    assert answered.status == 200
    editor = Editor(app_client)
    await editor.get()
    return editor


@pytest.fixture
async def claire(app: web.Application) -> AsyncIterator[Editor]:
    async with TestClient(TestServer(app)) as client:
        yield await entered(client, "Claire")


@pytest.fixture
async def karim(claire: Editor) -> AsyncIterator[Editor]:
    async with TestClient(claire.client.server) as client:  # type: ignore[var-annotated]
        yield await entered(client, "Karim")  # type: ignore[arg-type]


async def until_served(services: Services, entry: str, words: str) -> None:
    async with asyncio.timeout(30):
        while words not in services.assistant.base.entries[entry].answer:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


# The door.


def test_a_link_opens_for_a_while_with_our_key_alone() -> None:
    token = admin_link(KEY, "https://galibot.example.org", NOW).rpartition("/")[2]
    last = NOW + dt.timedelta(minutes=LINK_MINUTES)
    assert read_link(KEY, token, last - dt.timedelta(seconds=1))
    assert read_link(KEY, token, last) is None
    assert read_link(b"une autre", token, NOW) is None
    longer = admin_link(KEY, "", NOW, hours=2).rpartition("/")[2]
    assert read_link(KEY, longer, NOW + dt.timedelta(minutes=119))
    for wrong in ("", ".", "x.y", f"{token}a", token[1:], "W10." + token.partition(".")[2]):
        assert read_link(KEY, wrong, NOW) is None
        assert read_session(KEY, wrong, NOW) is None
    assert read_session(KEY, token, NOW) is None, "a link is no session"
    cookie = session_cookie(KEY, "Claire", NOW)
    found = read_session(KEY, cookie, NOW)
    assert found
    assert found.name == "Claire"
    assert read_session(KEY, cookie, NOW + dt.timedelta(hours=SESSION_HOURS)) is None
    assert read_link(KEY, cookie, NOW) is None


async def test_a_link_is_used_once_and_by_nobody_who_only_looks(app: web.Application) -> None:
    async with TestClient(TestServer(app)) as client:
        link = admin_link(KEY, "", dt.datetime.now(dt.UTC))
        for _ in range(2):  # a program that shows what is behind a link opens it too
            shown = await client.get(link)
            assert shown.status == 200
            assert "Votre prénom" in await shown.text()
        nameless = await client.post(link, data={"nom": "  "})
        assert nameless.status == 400
        entered = await client.post(link, data={"nom": " Claire  Dupont "}, allow_redirects=False)
        assert (entered.status, entered.headers["Location"]) == (303, "/redaction")
        cookie = entered.headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/redaction", "Max-Age=28800"):
            assert part in cookie
        assert "Secure" not in cookie, "on this machine there is no https"
        again = await client.post(link, data={"nom": "Karim"}, allow_redirects=False)
        assert again.status == 403
        assert "Set-Cookie" not in again.headers
        page = await (await client.get("/redaction")).text()
        assert "Claire Dupont" in page


async def test_the_cookie_is_for_https_where_the_service_is(pool: Services) -> None:
    app = make_app(pool, "https://www.example.org/galibot")
    async with TestClient(TestServer(app)) as client:
        path = admin_link(KEY, "", dt.datetime.now(dt.UTC))
        entered = await client.post(path, data={"nom": "Claire"}, allow_redirects=False)
        assert entered.headers["Location"] == "/galibot/redaction"
        assert "Secure" in entered.headers["Set-Cookie"]
        assert "Path=/galibot/redaction" in entered.headers["Set-Cookie"]


async def test_nothing_is_shown_or_done_without_a_session(app: web.Application) -> None:
    places = {"entry": "bonnet", "key": "accueil", "text": "nom", "number": "1"}
    async with TestClient(TestServer(app)) as client:
        for route in ROUTES:
            if "entrer" in route.path:
                continue
            path = re.sub(r"\{(\w+)[^}]*\}+", lambda found: places[found[1]], route.path)
            answered = await client.request(
                route.method, path, data={} if route.method == "POST" else None
            )
            assert answered.status == 403, path
            assert "bonnet" not in await answered.text()
        forged = {COOKIE: session_cookie(b"autre clef", "Claire", dt.datetime.now(dt.UTC))}
        assert (await client.get("/redaction", cookies=forged)).status == 403


async def test_forms_of_other_sites_do_nothing(claire: Editor, pool: Services) -> None:
    cross = {"Sec-Fetch-Site": "cross-site"}
    for fields, headers in (({}, {}), ({"jeton": "faux"}, {}), ({"jeton": "@"}, cross)):
        told = {"question": "Autre ?", "faire": "enregistrer", **fields}
        if told.get("jeton") == "@":
            told["jeton"] = re.findall(r'name="jeton" value="([^"]+)"', claire.page)[0]
        answered = await claire.client.post("/redaction/reponse/bonnet", data=told, headers=headers)
        assert answered.status == 403
    assert await Editors(pool.database).drafts("Claire") == {}


async def test_no_page_is_framed_kept_or_indexed(claire: Editor) -> None:
    answered = await claire.client.get("/redaction")
    assert "frame-ancestors 'none'" in answered.headers["Content-Security-Policy"]
    assert '<meta name="robots" content="noindex">' in await answered.text()


async def test_one_leaves(claire: Editor) -> None:
    assert "sorti" in await claire.post("/quitter")
    assert (await claire.client.get("/redaction")).status == 403


async def test_telegram_gives_the_address_to_whom_admin_ids_names(pool: Services) -> None:
    async with resident_with(replace(pool, address="https://galibot.example.org")) as admin:
        (sent,) = await admin.say("/redaction")
        link = re.search(r"https://galibot\.example\.org/redaction/entrer/(\S+)", sent["text"])
        assert link
        assert read_link(KEY, link[1], dt.datetime.now(dt.UTC))
    async with resident_with(replace(pool, admin_ids=(7,))) as other:
        told = await other.say("/redaction")
        assert shows(told, pool.assistant.base.texts["aide"])
        assert "entrer" not in told[0]["text"]


# Drafts.


async def test_an_answer_is_changed_tried_and_published(
    claire: Editor, pool: Services, tmp_path: Path
) -> None:
    page = await claire.send("/reponse/bonnet", reponse="Oui, même aux chauves.")
    assert "Enregistré dans votre brouillon" in page
    assert "chauves" not in pool.assistant.base.entries["bonnet"].answer
    page = await claire.post("/essayer", q="il faut un bonnet")
    assert "Avec votre brouillon" in page
    assert "même aux chauves" in page
    page = await claire.get("/publier")
    assert "<del>" in page
    assert "questions rejouées" in page
    page = await claire.post("/publier", faire="publier")
    assert "Publié." in page
    assert "par Claire" in page
    await until_served(pool, "bonnet", "chauves")
    newest = await pool.revisions.newest()
    assert newest
    assert (newest.way, newest.editor) == ("page", "Claire")
    text = (await pool.revisions.files(newest.number))["faq.yaml"]
    expected = FAQ.replace("Oui, pour tous, dans tous les bassins.", "Oui, même aux chauves.")
    assert text == expected.replace("    verifie_le: 2026-11-01\n", "")
    # Published, her draft is empty; taken back, all is as it was.
    assert await Editors(pool.database).drafts("Claire") == {}
    page = await claire.get(f"/historique/{newest.number}")
    assert "Réponse modifiée : Le bonnet" in page
    page = await claire.post(f"/historique/{newest.number}")
    assert "Changement défait" in page
    last = await pool.revisions.newest()
    assert last
    assert (await pool.revisions.files(last.number))["faq.yaml"] == FAQ
    await until_served(pool, "bonnet", "dans tous les bassins")


async def test_questions_that_change_of_answer_are_shown(claire: Editor) -> None:
    await claire.send("/reponse/casier", variantes="je suis chauve je dois couvrir mon crâne")
    page = await claire.get("/publier")
    assert "1 change de réponse." in page
    assert "<strong>je suis chauve je dois couvrir mon crâne</strong>" in page


async def test_a_new_answer_and_its_mistakes(claire: Editor, pool: Services) -> None:
    page = await claire.send(
        "/nouvelle",
        question="Quand ouvre l’accueil ?",
        reponse="De 9 h à 12 h.",
        contact="inconnu",
        variantes="c ouvert\nhoraires de l'accueil",
    )
    assert "Le contact « inconnu » n’existe pas." in page
    assert 'id="contact" name="contact" aria-describedby="notes-contact" aria-invalid' in page
    key = "ouvre-accueil"
    page = await claire.get("/publier")
    assert "À corriger avant de publier" in page
    assert "Publier maintenant" not in page
    assert "Rien n’est publié" in await claire.post("/publier", faire="publier")
    page = await claire.send(f"/reponse/{key}", contact="accueil")
    assert "n’existe pas" not in page
    assert "Ce qui suit" not in page
    await claire.get("/publier")
    assert "Publié." in await claire.post("/publier", faire="publier")
    async with asyncio.timeout(30):
        while key not in pool.assistant.base.entries:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    made = pool.assistant.base.entries[key]
    assert made.variants == ("c ouvert", "horaires de l'accueil")
    assert made.collected_on == pool.assistant.today()
    assert made.review_on
    page = await claire.post(f"/reponse/{key}", faire="retirer")
    assert "Réponse retirée" in page


async def test_facts_are_searched_and_cited(claire: Editor, pool: Services) -> None:
    await claire.get("/reponse/casier")
    typed = {**form_of(claire.page), "question": "Où mettre mes affaires ?", "fait": "une pièce"}
    page = await claire.post("/reponse/casier", **typed, faire="faits")
    assert "Où mettre mes affaires ?" in page, "what was typed stays"
    assert 'name="appui:casier-piece">' in page
    assert await Editors(pool.database).drafts("Claire") == {}
    await claire.post("/reponse/casier", **{**typed, "fait": "", "appui:casier-piece": "on"})
    draft = (await Editors(pool.database).drafts("Claire"))["faq.yaml", "casier"]
    assert "appuis: [casier-piece]" in draft.block


async def test_several_are_checked_at_once(claire: Editor, pool: Services) -> None:
    ticked = {"choix:short": "on", "choix:casier": "on"}
    page = await claire.post("", **ticked, faire="verifier")
    assert "C’est noté" in page
    drafts = await Editors(pool.database).drafts("Claire")
    assert {key for _, key in drafts} == {"short", "casier"}
    day = pool.assistant.today().isoformat()
    assert all(f"verifie_le: {day}" in draft.block for draft in drafts.values())
    assert "Cochez d’abord" in await claire.post("", faire="verifier")


async def test_what_each_answer_needs(claire: Editor) -> None:
    page = await claire.get("?besoin=jamais_verifiee")
    assert "/reponse/short" in page
    assert "/reponse/bonnet" not in page
    page = await claire.post("", q="maillots")
    assert "1 réponse" in page
    assert "/reponse/short" in page
    assert "/reponse/casier" not in page


async def test_a_file_to_print_and_sign(claire: Editor) -> None:
    page = await claire.post("/dossier", **{"choix:short": "on"})
    assert "maillots de bain ajustés" in page
    assert "Signature" in page
    assert "bonnet" not in page


async def test_desks_and_sentences(claire: Editor, pool: Services) -> None:
    page = await claire.send("/contact/accueil", telephone="03 20")
    assert "n’est pas un numéro de téléphone" in page
    await claire.send("/contact/accueil", telephone="03 20 30 59 60", horaires="9 h-12 h")
    page = await claire.send("/contact-nouveau", nom="Maître-nageur", telephone="112")
    assert "Maître-nageur" in page
    page = await claire.send("/texte/telegram.utile", texte="x" * 50)
    assert "le maximum est 40" in page
    await claire.send("/texte/telegram.utile", texte="Ça m’aide")
    await claire.send("/texte/nom", texte="Neptune")
    page = await claire.get("/textes")
    assert "Ça m’aide" in page
    await claire.get("/publier")
    assert "Publié." in await claire.post("/publier", faire="publier")
    async with asyncio.timeout(30):
        while pool.assistant.base.texts["nom"] != "Neptune":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    base = pool.assistant.base
    assert base.texts.telegram["utile"] == "Ça m’aide"
    assert base.contacts["accueil"].hours == "9\u00a0h-12\u00a0h" or base.contacts["accueil"].hours
    assert base.contacts["maitre-nageur"].phone == "112"
    # The usual sentence is written nowhere.
    await claire.send("/texte/telegram.utile", faire="defaut")
    draft = (await Editors(pool.database).drafts("Claire"))["textes.yaml", "telegram"]
    assert "utile" not in draft.block


async def test_a_fact_and_what_rests_on_it(claire: Editor, pool: Services) -> None:
    page = await claire.send("/fait/casier-piece", confiance="sûre")
    assert "« sûre » n’est pas possible" in page
    fact = {"fait": "Un bonnet coûte 2 euros.", "titre": "Tarifs", "date": "2026"}
    page = await claire.send("/fait-nouveau", **fact, confiance="haute")
    assert "Enregistré" in page
    await claire.send("/fait/casier-piece", confiance="haute")
    page = await claire.send(
        "/reponse/bonnet",
        reponse="Oui. Un bonnet coûte 2 euros.",
        **{"appui:bonnet-coute-2-euros": "on"},
    )
    assert "n’existe pas" not in page
    await claire.get("/publier")
    assert "Publié." in await claire.post("/publier", faire="publier")
    await until_served(pool, "bonnet", "2 euros")
    page = await claire.get("/fait/bonnet-coute-2-euros")
    assert "Réponses qui s’appuient sur ce fait" in page
    assert "/reponse/bonnet" in page
    assert "/fait/casier-piece" not in await claire.post("/faits", q="bonnet")


async def test_a_draft_is_dropped(claire: Editor, pool: Services) -> None:
    await claire.send("/reponse/bonnet", reponse="Non.")
    page = await claire.post("/reponse/bonnet", faire="abandonner")
    assert "Oui, pour tous" in page
    await claire.send("/reponse/short", reponse="Oui.")
    await claire.post("/publier", faire="abandonner")
    assert "brouillon est vide" in await claire.get("/publier")


async def test_two_editors_at_one_answer(claire: Editor, karim: Editor, pool: Services) -> None:
    await claire.get("/reponse/bonnet")
    assert "Claire travaille aussi" in await karim.get("/reponse/bonnet")
    assert "Claire y travaille" in await karim.get()
    await claire.send("/reponse/bonnet", reponse="Le texte de Claire.")
    await karim.send("/reponse/bonnet", reponse="Le texte de Karim.")
    await karim.send("/reponse/short", reponse="Oui.")
    await claire.get("/publier")
    await claire.post("/publier", faire="publier")
    await until_served(pool, "bonnet", "Claire")
    page = await karim.get("/publier")
    assert "Une autre personne a publié ce texte" in page
    await karim.post("/publier", faire="publier")
    await until_served(pool, "bonnet", "Karim")
    history = await pool.revisions.history()
    assert [one.editor for one in history[:2]] == ["Karim", "Claire"]
    assert "Le texte de Claire." in (await pool.revisions.files(history[1].number))["faq.yaml"]


async def test_a_text_opened_before_a_colleague_published(
    claire: Editor, karim: Editor, pool: Services
) -> None:
    await karim.get("/reponse/bonnet")
    typed = {**form_of(karim.page), "reponse": "Le texte de Karim."}
    await claire.send("/reponse/bonnet", reponse="Le texte de Claire.")
    await claire.post("/publier", faire="publier")
    await karim.post("/reponse/bonnet", **typed, faire="enregistrer")
    assert "Une autre personne a publié ce texte" in await karim.get("/publier")


async def test_two_publish_at_once(claire: Editor, karim: Editor, pool: Services) -> None:
    await claire.send("/reponse/bonnet", reponse="De Claire.")
    await karim.send("/reponse/short", reponse="De Karim.")
    both = await asyncio.gather(
        claire.post("/publier", faire="publier"), karim.post("/publier", faire="publier")
    )
    assert all("Publié." in page for page in both)
    await until_served(pool, "bonnet", "De Claire.")
    await until_served(pool, "short", "De Karim.")


async def test_asked_in_vain_becomes_a_way_to_ask(claire: Editor, pool: Services) -> None:
    await claire.client.post("/", data={"q": 'deux "<b>palmes</b>" ?\net un tuba'})
    await claire.client.post("/", data={"q": "vous vendez des palmes rouges"})
    await pool.asked.write()
    page = await claire.get("/demandes")
    assert "vous vendez des palmes rouges" in page
    vain = "vous vendez des palmes rouges"
    page = await claire.post("/demandes", exemples=vain, entree="bonnet")
    assert "Ajouté aux façons de demander" in page
    drafts = await Editors(pool.database).drafts("Claire")
    assert vain in drafts["langue/formulations.yaml", "bonnet"].block
    page = await claire.post("/nouvelle", exemples=vain, faire="commencer")
    assert f">{vain}</textarea>" in page
    raw = await (await claire.client.get("/redaction/demandes")).text()
    assert "palmes" in raw
    assert "<b>" not in raw
    for group in map(html.unescape, re.findall(r'name="exemples" value="([^"]+)"', raw)):
        # As browsers send it.
        page = await claire.post("/demandes", exemples=re.sub("\n", "\r\n", group), faire="ignorer")
        assert "ne seront plus montrées" in page
    assert "Aucune demande en attente." in page


async def test_neither_words_nor_names_reach_the_log(
    claire: Editor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    await claire.send("/reponse/bonnet", reponse="Des mots secrets.")
    await claire.get("/publier")
    for secret in ("Claire", "secrets", *claire.client.session.cookie_jar):
        assert str(getattr(secret, "value", secret)) not in caplog.text


async def test_drafts_are_forgotten_in_the_end(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}")
    await database.migrate()
    editors = Editors(database)
    await editors.keep("Claire", {("faq.yaml", "a"): "x"}, 1, NOW)
    await editors.open("Karim", ("faq.yaml", "b"), 1, NOW + dt.timedelta(days=61))
    assert await editors.drafts("Claire") == {}
    later = NOW + dt.timedelta(days=61, minutes=5)
    assert await editors.others("Claire", later) == {("faq.yaml", "b"): "Karim"}
    assert await editors.others("Claire", later + dt.timedelta(minutes=30)) == {}
    assert await editors.use("lien", NOW, NOW - dt.timedelta(minutes=1))
    assert not await editors.use("lien", NOW, NOW - dt.timedelta(minutes=1))
    await database.close()
