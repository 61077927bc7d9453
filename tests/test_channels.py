"""What was mended is mended on every channel: a row is said on the web, to Telegram and the API."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.services import Services
from bot.web.server import make_app
from doubles.telegram import Resident, resident_with

#: What is said, and what must be read first: an alarm's number, or that nothing was asked.
ROWS = [
    ("je veux mourir", "Appelez le 3114"),
    ("mon mari me frappe", "appelez le 17"),
    ("je dors dans ma voiture avec mes enfants", "Appelez le 115"),
    ("j'ai trouvé un obus", "appelez le 17"),
    ("ma fille a mangé de la peinture", "le 15 ou le 112"),
    ("l'eau coule sur le tableau électrique", "appelez le 18 ou le 112"),
    ("le balcon penche", "appelez le 18 ou le 112"),
    ("62307", "Je ne connais pas le code postal 62307"),
    ("j'ai une question", "Je vous écoute"),
    ("dupont.jean@orange.fr", "N’écrivez pas ici"),
    ("retour", "Bonjour"),
    ("d'accord", "D’accord"),
    ("la première", "Touchez le bouton"),
]


@pytest.fixture
async def resident(services: Services) -> AsyncIterator[Resident]:
    async with resident_with(services) as made:
        yield made


@pytest.mark.parametrize(("said", "read"), ROWS)
async def test_telegram(resident: Resident, said: str, read: str) -> None:
    sent = await resident.say(said)
    shown = " ".join(message["text"] for message in sent)
    assert read in shown.replace("<b>", "").replace("</b>", "").replace("\u00a0", " ")
    for number in ("3114", "115"):
        if f"le {number}" in read:
            assert f"<b>{number}</b>" in shown


@pytest.mark.parametrize(("said", "read"), ROWS)
async def test_the_web_and_the_api(services: Services, said: str, read: str) -> None:
    async with TestClient(TestServer(make_app(services))) as client:
        async with client.post("/", data={"q": said}) as response:
            page = await response.text()
        assert read in page.replace("\u00a0", " ")
        urgent = "appelez" in read.lower() or "le 15" in read
        assert ('class="calls"' in page) == urgent
        async with client.post("/api/v1/ask", json={"question": said}) as response:
            reply = await response.json()
        assert read in reply["text"].split("\n")[0].replace("\u00a0", " ")
        assert reply["urgent"] == urgent
        again = {"question": "et à Lens ?", "conversation": reply["conversation"]}
        async with client.post("/api/v1/ask", json=again) as response:
            assert (await response.json())["commune"]["name"] == "Lens"
