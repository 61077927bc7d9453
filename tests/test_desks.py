"""Whom to call: which of several, this commune's own, and never a card that leads to nobody."""

import csv
import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.conversation.assistant import Assistant
from bot.conversation.dating import dated, last_looked_at
from bot.conversation.reply import TOKEN, Conversation, Outcome, Question, Reply
from bot.handlers.dialogue.rendering import render
from bot.knowledge.model import KnowledgeBase, Source
from bot.services import Services
from bot.storage.knowledge_files import load
from bot.web.server import make_app
from doubles.telegram import resident_with
from tests.conftest import SHARED, TEXTS, TODAY, needs_shared

LENS = Conversation("62498")


def told(assistant: Assistant, *turns: str, before: Conversation | None = None) -> list[Reply]:
    """The replies to words or, after an « @ », to buttons, one after the other."""
    conversation, replies = before or Conversation(started=True), []
    for turn in turns:
        action = turn[1:] if turn.startswith("@") else None
        replies.append(assistant.reply(Question("" if action else turn, action, conversation)))
        conversation = Conversation.read(replies[-1].conversation.token())
        assert conversation == replies[-1].conversation, "the token holds it all"
    return replies


@pytest.mark.parametrize("before", [Conversation(), LENS, Conversation("59606")])
def test_no_card_leads_to_nobody(assistant: Assistant, before: Conversation) -> None:
    """Each entry: a telephone, a site or an address, or a choice of desks that have one."""
    without = []
    for key in assistant.served.entries:
        (reply,) = told(assistant, f"@entry:{key}", before=before)
        desks = reply.desks or ((reply.contact,) if reply.contact else ())
        assert all(desk.phone or desk.url or desk.address for desk in desks), key
        offered = [way.action for way in reply.actions if way.to_desk]
        assert bool(offered) == bool(reply.desks), key
        shown = reply.as_json()
        assert (shown["contact"] is None) == (not reply.contact or bool(reply.desks)), key
        assert len(shown["contacts"]) == len(reply.desks)
        if not desks:
            without.append(key)
    assert set(without) <= {"qui-a-fait-ce-robot", "donnees-personnelles"}, "these name no desk"


@needs_shared
def test_desks_of_little_confidence_are_never_shown(base: KnowledgeBase) -> None:
    import yaml

    found = yaml.safe_load((SHARED / "knowledge/contacts_2.yaml").read_text("utf-8"))["contacts"]
    numbers = {contact.phone for contact in base.contacts.values() if contact.phone}
    sure = {one["telephone"] for one in found if one["confiance"] != "faible"}
    doubtful = {one["telephone"] for one in found if one["confiance"] == "faible"} - sure - {None}
    assert doubtful
    assert doubtful.isdisjoint(numbers)
    # A number not to be dialled, and one that takes only SMS and has no page.
    left_out = {"0 800 112 112", "33700", "114"}
    plain = {number.replace(" ", "") for number in numbers}
    assert {one.replace(" ", "") for one in sure - {None} - left_out} <= plain


#: (what was said, whose desk, its telephone)
LANDLORDS = [
    (["mon chauffage est en panne", "Sia"], "Sia Habitat", "09 69 32 12 18"),
    (["mon chauffage est en panne", "c'est maisons et cités"], "Maisons & Cités", "03 27 99 85 85"),
    (["mon chauffage est en panne", "le deuxième"], "Sia Habitat", "09 69 32 12 18"),
    (["mon chauffage est en panne", "@contact:sia-habitat"], "Sia Habitat", "09 69 32 12 18"),
    (["@contact:bailleur", "Norévie"], "Norévie", "03 27 99 65 00"),
    (["@contact:bailleur", "le dernier"], "Partenord Habitat", None),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "name", "phone"), LANDLORDS)
def test_the_landlord_is_asked_which_then_given(
    assistant: Assistant, turns: list[str], name: str, phone: str | None
) -> None:
    asked, given = told(assistant, *turns)
    assert asked.contact
    assert asked.contact.name == "Votre bailleur"
    assert [way.label for way in asked.actions][:2] == ["Maisons & Cités", "Sia Habitat"]
    assert asked.as_json()["contact"] is None
    assert {"name": "Sia Habitat", "phone": "09 69 32 12 18"}.items() <= asked.as_json()[
        "contacts"
    ][1].items()
    assert given.contact
    assert (given.contact.name, given.contact.phone) == (name, phone)
    assert "avis d’échéance" in given.text
    assert given.desks == ()


def test_another_landlord_is_asked_among_all(assistant: Assistant) -> None:
    first, other = told(assistant, "mon chauffage est en panne", "@contact:bailleur")
    assert [way.action for way in first.actions][2] == "contact:bailleur"
    assert first.actions[2].label == TEXTS["autre_guichet"]
    assert len([way for way in other.actions if way.to_desk]) == len(other.desks) == 5
    assert "avis d’échéance" in other.text


#: (the commune known, the desk of its intercommunalité)
GROUPINGS = [
    (None, "Votre intercommunalité"),
    ("62178", "Béthune-Bruay, Artois Lys Romane"),
    ("59574", "Cœur d’Ostrevent"),
    ("59606", "Mairie de Valenciennes"),  # whose number is too old to be shown
]


@pytest.mark.parametrize(("code", "name"), GROUPINGS)
def test_the_intercommunalite_is_the_commune_s(
    assistant: Assistant, code: str | None, name: str
) -> None:
    (reply,) = told(assistant, "@entry:huit-intercommunalites", before=Conversation(code))
    assert reply.contact
    assert reply.contact.name == name
    assert bool(reply.desks) == (code is None)


#: (what was said, the entry, the commune, words of the last reply)
LOCAL = [
    (["la mairie de Lens est ouverte quand ?"], "autre-demarche", "62498",
     "Mairie de Lens : 03 21 69 86 86, lundi au vendredi 9 h-12 h 30, 13 h 30-18 h (d’après "
     "Service-Public.fr / DILA, septembre 2026). Adresse : 17 bis place Jean-Jaurès, 62300 Lens."),
    (["téléphone de la mairie de Bapaume"], "autre-demarche", "62080", "03 21 50 58 80"),
    (["horaires de la mairie", "Oignies"], "autre-demarche", "62637", "Mairie d’Oignies : 03 21"),
    (["la mairie de Lens ouvre quand", "et à Liévin ?"], "autre-demarche", "62510", "03 21 44 89"),
    (["Lens", "numéro de la mairie"], "autre-demarche", "62498", "03 21 69 86 86"),
    (["quelles cités à Lens ?"], "cites-retenues", "62498",
     "Lens : une carte indicative de la Mission Bassin Minier, copiée en août 2026, montre : cité "
     "n°4 de Lens et cité n°9 de Lens."),
    (["quelles cités à Bruay ?", "le premier"], "cites-retenues", "62178", "Anatole France"),
    (["quelles cités à Bruay ?", "Bruay-sur-l'Escaut"], "cites-retenues", "59112", "aucune cité"),
    (["quelles cités à Bruay ?", "@entry:cites-retenues:62178"], "cites-retenues", "62178",
     "Anatole France"),
    (["Lens", "quelles cités ?"], "cites-retenues", "62498", "cité n°9 de Lens"),
    (["quelles cités ?"], "cites-retenues", None, "écrivez-moi le nom de votre cité ou de votre"),
    (["horaires mairie"], "autre-demarche", None, "Écrivez-moi le nom de votre commune"),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "entry", "code", "words"), LOCAL)
def test_two_answers_change_with_the_commune(
    assistant: Assistant, turns: list[str], entry: str, code: str | None, words: str
) -> None:
    reply = told(assistant, *turns)[-1]
    text = " ".join(reply.text.replace("\u00a0", " ").replace("\u202f", " ").split())
    assert (reply.outcome, reply.entry) == (Outcome.ANSWER, entry)
    assert (reply.commune.code_insee if reply.commune else None) == code
    assert words in text


def test_a_name_of_several_communes_is_a_choice_for_the_entry(assistant: Assistant) -> None:
    (reply,) = told(assistant, "quelles cités à Bruay ?")
    assert reply.outcome is Outcome.CHOOSE_COMMUNE
    assert [way.action for way in reply.actions][:2] == [
        "entry:cites-retenues:62178",
        "entry:cites-retenues:59112",
    ]


@pytest.mark.parametrize(
    "turns",
    [["62800"], ["la mairie de Lens ouvre quand", "Liévin est concernée ?"], ["ma cité à Lens"]],
)
def test_another_question_about_a_place_is_not_bent(assistant: Assistant, turns: list[str]) -> None:
    assert told(assistant, *turns)[-1].outcome is Outcome.COMMUNE


@pytest.mark.parametrize("said", ["ma maison ?", "l'habitat", "et la mairie ?"])
def test_words_that_name_no_desk_go_their_way(assistant: Assistant, said: str) -> None:
    asked, reply = told(assistant, "mon chauffage est en panne", said)
    assert asked.desks
    names = {desk.name for desk in asked.desks}
    assert not reply.contact or reply.contact.name not in names
    assert reply.entry != "autre-demarche" or reply.confidence < 1


def test_every_commune_has_a_sentence_for_each_entry_that_changes_with_it(
    assistant: Assistant,
) -> None:
    for commune in assistant.gazetteer.communes:
        for key in assistant.gazetteer.region.by_commune:
            (reply,) = told(assistant, f"@entry:{key}:{commune.code_insee}")
            assert reply.brief is None
            assert "{" not in reply.text
            assert len(reply.conversation.token()) <= TOKEN
            hall = commune.town_hall
            if key == "autre-demarche" and hall and hall.phone:
                assert hall.phone.replace(" ", "\u00a0") in reply.text
            for cite in commune.cites if key == "cites-retenues" else ():
                assert cite[1:].replace("'", "’") in reply.text


#: (date of the page, when it was read, what is said)
AGES = [
    (dt.date(2012, 6, 30), dt.date(2026, 11, 23), "page de 2012, lue en novembre 2026"),
    (dt.date(2023, 1, 25), None, "page de 2023"),
    (None, dt.date(2026, 10, 1), "page lue en octobre 2026"),
    (None, None, ""),
]


@pytest.mark.parametrize(("page", "read", "words"), AGES)
def test_the_age_of_a_page_is_told_as_it_is(
    page: dt.date | None, read: dt.date | None, words: str
) -> None:
    assert dated(Source(title="Page", date=page), read, TEXTS) == words


def test_what_has_no_source_says_when_it_was_written_down() -> None:
    bare = Reply(Outcome.ANSWER, "Oui.", Conversation(), collected_on=dt.date(2026, 11, 1))
    assert last_looked_at(bare, TEXTS) == "Relevé le 1er novembre 2026."
    sourced = replace(bare, sources=(Source(title="Page"),))
    assert last_looked_at(sourced, TEXTS) == ""
    checked = replace(sourced, checked_on=dt.date(2027, 5, 1))
    assert last_looked_at(checked, TEXTS) == "Vérifié le 1er mai 2027."


def test_no_channel_says_otherwise(assistant: Assistant) -> None:
    """The oldest page of the base, on Telegram; the web and the terminal below."""
    (reply,) = told(assistant, "@entry:unesco-inscription")
    assert "page de 2012, lue en novembre 2026" in render(reply, TEXTS)


async def test_the_web_asks_which_landlord(services: Services) -> None:
    """Without JavaScript: buttons are links, and a name typed is posted with what was said."""
    async with TestClient(TestServer(make_app(services))) as client:
        async with client.get("/q/chauffage-en-panne") as response:
            page = await response.text()
        assert 'href="/contact/maisons-et-cites?s=1" data-action>Maisons &amp; Cités</a>' in page
        async with client.get("/contact/sia-habitat") as response:
            assert "tel:0969321218" in await response.text()
        async with client.get("/contact/bailleur") as response:
            page = await response.text()
        assert page.count('href="/contact/') >= 5
        kept = page.partition('data-k="')[2].partition('"')[0]
        async with client.post("/", data={"q": "c'est Norévie", "k": kept, "s": "1"}) as response:
            assert "tel:0327996500" in await response.text()
        async with client.get("/contact/inconnu") as response:
            assert response.status == 404
        async with client.get("/Contact/Sia-habitat).") as response:
            assert response.url.path == "/contact/sia-habitat"
        async with client.get("/q/cites-retenues/62498") as response:
            assert "cité n°9 de Lens" in await response.text()
        for path in ("/q/cites-retenues/99999", "/q/inconnue/62498"):
            async with client.get(path) as response:
                assert response.status == 404
        async with client.get("/q/unesco-inscription") as response:
            assert "(page de 2012, lue en novembre 2026)" in await response.text()


async def test_telegram_asks_which_landlord(services: Services) -> None:
    async with resident_with(services) as resident:
        (asked,) = await resident.say("mon chauffage est en panne")
        assert "Choisissez ci-dessous." in asked["text"]
        first = asked["reply_markup"]["inline_keyboard"][0]
        assert [button["text"] for button in first] == ["Maisons & Cités", "Sia Habitat"]
        (given,) = await resident.press(first[1]["callback_data"])
    assert "09 69 32 12 18" in given["text"].replace("\u00a0", " ")


async def test_the_communes_as_a_table(services: Services, assistant: Assistant) -> None:
    async with (
        TestClient(TestServer(make_app(services))) as client,
        client.get("/api/v1/communes.csv") as response,
    ):
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Link"] == (
            '<https://www.etalab.gouv.fr/licence-ouverte-open-licence>; rel="license"'
        )
        raw = await response.read()
    assert raw.startswith(b"\xef\xbb\xbf"), "without it, Excel reads no accent"
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(assistant.gazetteer.communes)
    counts = [sum(row["statut"] == status for row in rows) for status in ("in", "out")]
    assert counts[0] == 224
    assert len(rows) - sum(counts) == 138
    assert sum(row["bud"] == "oui" for row in rows) == 159
    assert sum(bool(row["cites"]) for row in rows) == 49
    (lens,) = (row for row in rows if row["code_insee"] == "62498")
    assert lens["etiquette"] == "Dans le périmètre"
    assert lens["cites"] == "Cité n°4 de Lens|Cité n°9 de Lens"
    assert lens["mairie_horaires"] == "lundi au vendredi 9 h-12 h 30, 13 h 30-18 h"
    assert (lens["mairie_telephone"], lens["mairie_releve"]) == ("03 21 69 86 86", "2026-09")


async def test_the_answer_links_to_the_table(services: Services, base: KnowledgeBase) -> None:
    """From the page itself; elsewhere, where PUBLIC_URL says."""
    async with (
        TestClient(TestServer(make_app(services, "https://exemple.fr/galibot"))) as client,
        client.get("/galibot/q/liste-communes") as response,
    ):
        assert '<a href="/galibot/api/v1/communes.csv">' in await response.text()
    ask = Question(action="entry:liste-communes")
    near = services.assistant.reply(ask)
    assert "Téléchargez-la ici (/api/v1/communes.csv)" in render(near, TEXTS)
    whole = Assistant(
        base.model_copy(update={"entries": {"liste-communes": base.entries["liste-communes"]}}),
        services.assistant.gazetteer,
        today=lambda: TODAY,
        public_url="https://exemple.fr/galibot",
    )
    far = render(whole.reply(ask), TEXTS)
    assert '<a href="https://exemple.fr/galibot/api/v1/communes.csv">Téléchargez-la ici</a>' in far


POOL = """\
entrees:
  - {id: casier, question: Mon casier est bloqué ?, reponse: Demandez., contact: accueil}
  - {id: eau, question: L'eau est-elle chaude ?, reponse: Oui., contact: maitre-nageur}
"""
POOL_DESKS = """\
accueil: {nom: L'accueil, parmi: [nord, sud], lequel: Quelle entrée ?, papier: C'est sur le billet.}
nord: {nom: Entrée nord, telephone: "02 00 00 00 01", horaires: lundi}
sud: {nom: Entrée sud, telephone: "02 00 00 00 02"}
maitre-nageur: {nom: Le maître-nageur}
"""


async def test_a_pool_asks_which_of_its_desks(tmp_path: Path, services: Services) -> None:
    """The mechanism is any town's; what leads nowhere is told to editors, and not shown."""
    (tmp_path / "faq.yaml").write_text(POOL, "utf-8")
    (tmp_path / "contacts.yaml").write_text(POOL_DESKS, "utf-8")
    ours = load(tmp_path, TODAY)
    pool = Assistant(ours.base, ours.gazetteer, today=lambda: TODAY)
    asked, given = told(pool, "@entry:casier", "entrée nord")
    assert [way.label for way in asked.actions][:3] == [
        "Entrée nord",
        "Entrée sud",
        TEXTS["autre_guichet"],
    ]
    assert given.contact
    assert (given.contact.name, given.contact.hours) == ("Entrée nord", "lundi")
    assert "C’est sur le billet." in given.text
    (water,) = told(pool, "@entry:eau")
    assert water.contact is None
    async with TestClient(TestServer(make_app(replace(services, assistant=pool)))) as client:
        async with client.get("/contact/nord") as response:
            assert "Horaires : lundi" in (await response.text()).replace("\u00a0", " ")
        async with client.get("/api/v1/communes.csv") as response:
            assert response.status == 404
            assert (await response.json())["error"]["code"] == "not_found"
