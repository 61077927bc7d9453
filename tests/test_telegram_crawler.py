"""A crawler that presses every button there is: no dead end, and every answer within reach."""

from collections import deque
from typing import Any

from bot.knowledge.model import KnowledgeBase
from bot.language.typography import typeset
from bot.services import Services
from doubles.telegram import Resident, actions, resident_with
from tests.conftest import TEXTS

#: Where residents begin: commands, links, and words that lead to a choice or a refusal.
DOORS = (
    "/start", "/themes", "/commune", "/contact", "/confidentialite", "/aide", "/inconnue",
    "/start c-59456", "/start c-59350", "/start s-affiche", "Noyelles", "xyzzyx", "travaux",
    "bonjour", "🙂", "Paris", "mot " * 400,
)  # fmt: skip


def ways(sent: dict[str, Any]) -> list[str]:
    """What can be asked for next: the data of buttons, and the labels of keys."""
    keys = sent.get("reply_markup", {}).get("keyboard", [])
    return [*actions(sent), *(key["text"] for row in keys for key in row)]


async def test_every_button_leads_on(services: Services, base: KnowledgeBase) -> None:
    async with resident_with(services) as resident:
        waiting: deque[str] = deque()
        parents: dict[str, str] = {}

        def note(door: str, sent: list[dict[str, Any]]) -> None:
            assert len(sent) == 1, door
            found = ways(sent[0])
            assert found, f"{door} is a dead end"
            for way in found:
                if way not in parents:
                    parents[way] = door
                    waiting.append(way)
            # From everywhere but the welcome, one tap goes back to where this comes from.
            if door not in {"/start", "start", "/start s-affiche", "bonjour"}:
                backs = {"start", "themes", typeset(TEXTS["retour_debut"])}
                assert any(way in backs or way.startswith("theme:") for way in found), door

        for door in DOORS:
            note(door, await resident.say(door))
        while waiting:
            way = waiting.popleft()
            before = len(resident.telegram.messages)
            sent = await tapped(resident, way)
            if way.startswith("vote:"):
                assert len(resident.telegram.messages) == before
            else:
                assert typeset(TEXTS["bouton_ancien"]) not in sent[0]["text"], way
                note(way, sent)
        assert {f"entry:{key}" for key in base.entries} <= parents.keys()
        assert {f"theme:{theme.id}" for theme in base.themes} <= parents.keys()
        # Where the commune is known, what is told of it has no easy wording.
        local = services.assistant.gazetteer.region.by_commune
        easy = {f"easy:{key}" for key, entry in base.entries.items() if entry.easy}
        assert easy - {f"easy:{key}" for key in local} <= parents.keys()
        assert all(len(way.encode()) <= 64 for way in parents)


async def tapped(resident: Resident, way: str) -> list[dict[str, Any]]:
    """A button pressed, or a key touched: a key sends its own label, or a position.

    A page of choices is turned in its message: that message, as it stands then.
    """
    if way == typeset(TEXTS.telegram["envoyer_position"]):
        return await resident.send(location={"latitude": 50.379, "longitude": 3.217})
    if way[:1].isupper():
        return await resident.say(way)
    return await resident.press(way) or list(resident.telegram.messages.values())[-1:]


async def test_an_entry_leads_back_to_its_theme(services: Services, base: KnowledgeBase) -> None:
    async with resident_with(services) as resident:
        await resident.say("/start")
        for entry in base.entries.values():
            (answer,) = await resident.press(f"entry:{entry.id}")
            assert f"theme:{entry.theme}" in actions(answer)
            (theme,) = await resident.press(f"theme:{entry.theme}")
            assert "themes" in actions(theme)
            shown, turned = set(actions(theme)), set[str]()
            while pages := {way for way in shown if "/" in way} - turned:
                turned.add(way := pages.pop())
                (page,) = await tapped(resident, way)
                shown |= set(actions(page))
            assert f"entry:{entry.id}" in shown
