"""Another town hall takes the program with a file of its own: nothing of ours is left in it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Outcome, Question
from bot.handlers import announce
from bot.services import Services
from bot.storage.database import Database
from bot.storage.knowledge_files import load
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from bot.web.server import make_app
from doubles.telegram import resident_with
from tests.conftest import TODAY

OURS = re.compile(
    r"erbm|bassin minier|minier|mineur|coron|terril|pas-de-calais|renouveau|bailleur|logement|rénov"
    r"|\bBUD\b|pecquencourt|votre commune|ma commune|lampe",
    re.IGNORECASE,
)
POOL = [
    ("horaires", "Quels sont les horaires de la piscine ?", "De 9 h à 20 h tous les jours."),
    ("tarifs", "Combien coûte une entrée ?", "5 euros, 3 euros pour les enfants."),
    ("abonnement", "Y a-t-il un abonnement ?", "Oui, 30 euros par mois."),
    ("bonnet", "Faut-il un bonnet de bain ?", "Oui, il est obligatoire."),
    ("short", "Puis-je nager en short ?", "Non, seulement en maillot de bain."),
    ("bebes", "À partir de quel âge peut-on venir ?", "Dès six mois, avec un adulte."),
    ("cours", "Comment s'inscrire aux cours de natation ?", "À l'accueil, en septembre."),
    ("casier", "Les casiers sont-ils payants ?", "Non, une pièce est rendue à la sortie."),
    ("acces", "Comment venir en tramway ?", "Ligne 1, arrêt Manufacture."),
    ("parking", "Où se garer ?", "Sur le parking de la rue des Nageurs."),
    ("fermeture", "Quand la piscine est-elle fermée ?", "Quinze jours en septembre."),
    ("temperature", "Quelle est la température de l'eau ?", "28 degrés."),
    ("handicap", "L'accès est-il possible en fauteuil ?", "Oui, par la rampe de l'entrée."),
    ("perdu", "J'ai perdu un objet, que faire ?", "Demandez à l'accueil."),
    ("anniversaire", "Peut-on fêter un anniversaire ?", "Oui, le samedi, sur réservation."),
]


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    """The service on a folder of one file."""
    folder = tmp_path / "piscine"
    folder.mkdir()
    entries = "\n".join(
        f'  - {{id: {key}, question: "{asked}", reponse: "{said}"}}' for key, asked, said in POOL
    )
    (folder / "faq.yaml").write_text(f"entrees:\n{entries}\n", encoding="utf-8")
    ours = load(folder, TODAY)
    assistant = Assistant(ours.base, ours.gazetteer, today=lambda: TODAY)
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'db.sqlite3'}")
    await database.migrate()
    yield Services(assistant, database, KnowledgeWatcher(folder, Revisions(database)))
    await database.close()


async def test_its_pages_say_nothing_of_ours(services: Services) -> None:
    """Every page that links lead to, and what is asked of them."""
    async with TestClient(TestServer(make_app(services))) as client:
        seen: set[str] = set()
        waiting = {"/", "/contact", "/themes", "/nulle-part", "/aucune"}
        while waiting:
            path = waiting.pop()
            seen.add(path)
            async with client.get(path) as response:
                text = await response.text(errors="replace")  # files too
            assert response.status < 500, path
            assert OURS.findall(text) == [], path
            links = set(re.findall(r'href="(/[^"#]*)"', text))
            waiting |= {link.replace("&amp;", "&") for link in links if len(link) < 60} - seen
        assert len(seen) > len(POOL)
        assert "/commune" not in {path.partition("?")[0] for path in seen}
        for words in (
            "c'est combien l'entrée",
            "bonjour",
            "merci",
            "xyz",
            "tu es nul",
            "62307",
            "",
        ):
            async with client.post("/", data={"q": words}) as response:
                assert OURS.findall(await response.text()) == [], words
        async with client.get("/commune") as response:
            assert response.status == 404


async def test_its_telegram_says_nothing_of_ours(services: Services) -> None:
    async with resident_with(services) as resident:
        await announce(resident.application)
        for said in (
            "/start", "/aide", "/themes", "/contact", "/confidentialite", "/commune", "bonjour",
            "combien ça coûte", "zzz", "zzz encore", "t'es nul", "quel âge pour les bébés",
        ):  # fmt: skip
            await resident.say(said)
        shown = repr(resident.telegram.calls) + repr(resident.telegram.profile)
    assert "Combien coûte une entrée" in shown
    assert OURS.findall(shown) == []
    assert "'commune'" not in shown


@pytest.mark.parametrize(
    ("text", "entry", "number"),
    [
        ("je veux mourir", "detresse", "3114"),
        ("ma fille se noie dans le bassin, elle ne respire plus", "malaise-blessure", "15"),
        ("ça sent le gaz dans les vestiaires", "danger-immediat", "18"),
    ],
)
def test_a_despairing_swimmer_is_answered(
    services: Services, text: str, entry: str, number: str
) -> None:
    reply = services.assistant.reply(Question(text))
    assert (reply.outcome, reply.entry) == (Outcome.ANSWER, entry)
    assert number in reply.calls
    assert OURS.findall(reply.text) == []


def test_its_own_questions_are_answered(services: Services) -> None:
    for key, asked, _ in POOL:
        assert services.assistant.reply(Question(asked)).entry == key
