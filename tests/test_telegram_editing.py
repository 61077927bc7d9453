"""Editors on Telegram: a file sent, published or dropped, and the last version taken back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.knowledge.columns import ENTRIES
from bot.knowledge.objects import objects
from bot.services import Services
from bot.storage.spreadsheets import spreadsheet
from doubles.telegram import Resident, actions, resident_with
from tests.cases.broken_spreadsheets import BASE

NEW = "Question;Réponse\nOù est le parc ?;Derrière l’église.\n".encode()


@dataclass
class Desk:
    """An editor in her chat, over a base of two entries."""

    editor: Resident
    services: Services

    async def send(self, data: bytes, name: str = "faq.csv", size: int = 100) -> dict[str, Any]:
        """Send a file; gives the only message that comes back."""
        self.editor.telegram.files["f1"] = data
        (told,) = await self.editor.send(document=document(name, size))
        return told

    async def press(self, action: str, *, above: dict[str, Any] | None) -> str:
        message = {**list(self.editor.telegram.messages.values())[-1]}
        if above:
            message["reply_to_message"] = self.editor.message(document=above)
        query = {
            "id": "7", "from": self.editor.user, "chat_instance": "1", "message": message,
            "data": action,
        }  # fmt: skip
        (told,) = await self.editor.update(callback_query=query)
        return str(told["text"])

    async def entries(self) -> set[str]:
        newest = await self.services.revisions.newest()
        assert newest
        return set(objects(await self.services.revisions.files(newest.number), ENTRIES))


def document(name: str = "faq.csv", size: int = 100) -> dict[str, Any]:
    return {"file_id": "f1", "file_unique_id": "f1", "file_name": name, "file_size": size}


@pytest.fixture
async def desk(services: Services) -> AsyncIterator[Desk]:
    services = replace(services, admin_ids=(42,))
    await services.revisions.publish(BASE, based_on=0, way="fichier")
    async with resident_with(services) as editor:
        yield Desk(editor, services)


async def test_a_file_is_shown_then_published_then_taken_back(desk: Desk) -> None:
    told = await desk.send(NEW)
    assert "Réponse ajoutée : parc" in told["text"].replace("\u00a0", " ")
    assert actions(told) == ["fichier:1", "fichier:non"]
    assert await desk.entries() == {"piscine", "gaz"}

    assert "version 2" in await desk.press("fichier:1", above=document())
    assert await desk.entries() == {"piscine", "gaz", "parc"}
    # Pressed again, nothing more is published.
    assert "version 2" in await desk.press("fichier:1", above=document())

    (undone,) = await desk.editor.say("/annuler")
    assert "parc" in undone["text"]
    assert await desk.entries() == {"piscine", "gaz"}
    (again,) = await desk.editor.say("/annuler")
    assert "parc" in again["text"]
    assert await desk.entries() == {"piscine", "gaz", "parc"}


async def test_a_file_is_dropped(desk: Desk) -> None:
    await desk.send(NEW)
    assert "Rien" in await desk.press("fichier:non", above=document())
    assert await desk.entries() == {"piscine", "gaz"}


async def test_what_others_published_meanwhile_stays(desk: Desk) -> None:
    await desk.send(NEW)
    faq = BASE["faq.yaml"].replace("18 heures", "20 heures")
    await desk.services.revisions.publish(BASE | {"faq.yaml": faq}, based_on=1, way="page")
    assert "version 3" in await desk.press("fichier:1", above=document())
    files = await desk.services.revisions.files(3)
    assert "20 heures" in files["faq.yaml"]
    assert "parc" in files["faq.yaml"]


@pytest.mark.parametrize(
    ("data", "name", "size", "said"),
    [
        (spreadsheet(BASE, ".xlsx"), "base.xlsx", 100, "ne change rien"),
        (BASE["faq.yaml"].encode(), "faq.yaml", 100, "ne change rien"),
        (b"Question;R\xe9ponse\nO\xf9 ?;\n", "x.csv", 100, "ligne 2, colonne B"),
        (BASE["faq.yaml"].replace("alarme: true", "alarme: peut-être").encode(), "faq.yaml", 100,
         "« alarme » attend oui ou non"),
        (b"%PDF-1.7", "x.csv", 100, "C’est un PDF"),
        (b"", "x.csv", 9_000_000, "5 Mo au plus"),
    ],
)  # fmt: skip
async def test_what_can_not_be_published_has_no_button(
    desk: Desk, data: bytes, name: str, size: int, said: str
) -> None:
    told = await desk.send(data, name, size)
    assert said in told["text"].replace("\u00a0", " ")
    assert actions(told) == []


async def test_a_file_that_is_gone_is_asked_for_again(desk: Desk) -> None:
    await desk.send(NEW)
    assert "envoyez-le de nouveau" in await desk.press("fichier:1", above=None)


async def test_others_publish_and_undo_nothing(desk: Desk, services: Services) -> None:
    async with resident_with(replace(services, admin_ids=(7,))) as someone:
        (told,) = await someone.send(document=document())
        assert not any(action.startswith("fichier") for action in actions(told))
        await someone.say("/annuler")
        assert await someone.press("fichier:1") == []
    assert await desk.entries() == {"piscine", "gaz"}
    (nothing,) = await desk.editor.say("/annuler")
    assert "rien à annuler" in nothing["text"]
