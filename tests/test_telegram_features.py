"""What makes the Telegram channel pleasant: position, inline mode, links, votes, its profile."""

import asyncio
import itertools
import logging
import random
import re
import string
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant
from bot.handlers import announce
from bot.handlers.dialogue.keyboard import REFUSAL
from bot.handlers.dialogue.links import StartLink
from bot.knowledge.model import KnowledgeBase
from bot.language.typography import typeset
from bot.services import Services
from bot.storage.database import Database
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from doubles.telegram import (
    ENTRY,
    GROUP,
    FakeTelegram,
    Refusal,
    Resident,
    actions,
    memory_of,
    remembered,
    resident_with,
    shows,
)
from tests.conftest import KNOWLEDGE, TEXTS, TODAY, as_ours

PECQUENCOURT = {"latitude": 50.379, "longitude": 3.217}
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


@pytest.fixture
async def resident(services: Services) -> AsyncIterator[Resident]:
    async with resident_with(services) as someone:
        yield someone


@pytest.fixture
def telegram(resident: Resident) -> FakeTelegram:
    return resident.telegram


# Position


async def test_a_position_proposes_communes_then_the_key_goes(
    resident: Resident, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (prompt,) = await resident.say("/commune")
    rows = prompt["reply_markup"]["keyboard"]
    assert rows[0] == [
        {"text": typeset(TEXTS.telegram["envoyer_position"]), "request_location": True}
    ]
    (choice,) = await resident.send(location=PECQUENCOURT)
    proposed = [way for way in actions(choice) if way.startswith("commune:")]
    assert len(proposed) == 3
    assert "commune:59456" in proposed
    (removed,) = telegram.made("deleteMessage")
    assert removed["message_id"] == 1001
    await resident.press("commune:59456")
    assert remembered(resident).commune == "59456"
    assert len(telegram.made("deleteMessage")) == 1
    kept = f"{caplog.text} {memory_of(resident)}"
    assert "50.379" not in kept
    assert "3.217" not in kept


async def test_the_keys_beside_the_position_are_ways_on(
    resident: Resident, telegram: FakeTelegram
) -> None:
    await resident.say("/start")
    (prompt,) = await resident.press("commune")
    for key, text in zip(
        prompt["reply_markup"]["keyboard"][1], (TEXTS["themes"], TEXTS["bienvenue"]), strict=True
    ):
        assert shows(await resident.say(key["text"]), text)
    assert len(telegram.made("deleteMessage")) == 1


async def test_the_position_is_asked_again_until_a_commune_is_named(
    resident: Resident, telegram: FakeTelegram
) -> None:
    await resident.say("/commune")
    telegram.fail("deleteMessage", Refusal(400, "Bad Request: message can't be deleted"))
    (again,) = await resident.say("/commune")
    assert "keyboard" in again["reply_markup"]
    assert "Pecquencourt" in (await resident.say("Pecquencourt"))[0]["text"]
    assert [call["message_id"] for call in telegram.made("deleteMessage")] == [1001, 1002]


async def test_an_edited_command_can_not_bring_keys(
    resident: Resident, telegram: FakeTelegram
) -> None:
    """Telegram gives a message that was sent no other kind of keyboard."""
    asked = resident.message(text="Bonjour")
    await resident.update(message=asked)
    command = {"entities": [{"type": "bot_command", "offset": 0, "length": 8}]}
    edited = {**asked, "text": "/commune", "edit_date": 1, **command}
    assert await resident.update(edited_message=edited) == []
    (change,) = telegram.made("editMessageText")
    assert "commune" in actions(change)
    # A prompt with keys is gone by the time its command is edited: a new reply comes.
    prompted = resident.message(text="/commune", **command)
    await resident.update(message=prompted)
    later = {**prompted, "text": "Bonjour", "entities": [], "edit_date": 1}
    assert len(await resident.update(edited_message=later)) == 1
    assert len(telegram.made("deleteMessage")) == 1


async def test_a_group_is_not_asked_for_a_position(resident: Resident) -> None:
    resident.chat = GROUP
    (prompt,) = await resident.say("/commune")
    assert set(actions(prompt)) == {"start", "themes", "commune", "contact"}


# Inline mode


async def ask_inline(resident: Resident, words: str) -> dict[str, Any]:
    query = {"id": "9", "from": resident.user, "query": words, "offset": ""}
    await resident.update(inline_query=query)
    return resident.telegram.made("answerInlineQuery")[-1]


async def test_inline_mode_gives_whole_answers(resident: Resident, base: KnowledgeBase) -> None:
    answered = await ask_inline(resident, "qui s'engage")
    first = answered["results"][0]
    assert first["id"] == f"q-{ENTRY}"
    assert first["title"] == typeset(base.entries[ENTRY].question)
    assert 20 < len(first["description"]) <= 111
    (whole,) = await resident.say(f"/start q-{ENTRY}")
    content = first["input_message_content"]
    assert whole["text"].endswith(content["message_text"])
    assert content["link_preview_options"] == {"is_disabled": True}
    assert "Source" in content["message_text"]
    ((button,),) = first["reply_markup"]["inline_keyboard"]
    assert button["url"] == f"https://t.me/galibot_bot?start=q-{ENTRY}_s-inline"
    assert answered["is_personal"] is False


async def test_what_an_editor_corrected_is_shared_at_once(
    base: KnowledgeBase, gazetteer: Gazetteer, services: Services
) -> None:
    """Telegram keeps a list for a second at most, and we keep none."""
    assistant = Assistant(base, gazetteer, match=as_ours, today=lambda: TODAY)
    async with resident_with(replace(services, assistant=assistant)) as resident:
        question = base.entries[ENTRY].question
        before = await ask_inline(resident, question)
        assert before["cache_time"] == 1
        corrected = base.entries[ENTRY].model_copy(update={"answer": "La réponse corrigée."})
        entries = {**base.entries, ENTRY: corrected}
        assistant.serve(base.model_copy(update={"entries": entries}))
        after = await ask_inline(resident, question)
    said = [each["results"][0]["input_message_content"]["message_text"] for each in (before, after)]
    assert "La réponse corrigée." not in said[0]
    assert "La réponse corrigée." in said[1]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("ça sent le gaz chez moi", "q-danger-immediat"),
        ("fuite de gaz 59146 Pecquencourt", "q-danger-immediat"),
        ("Pecquencourt", "c-59456"),
        ("relogement", "q-demenager-travaux"),
        ("xyzzyx", None),
        ("quel temps fera-t-il demain", None),
        ("💥" * 100, "q-detresse"),
        ("x" * 3000, None),
    ],
)
async def test_inline_lists(resident: Resident, words: str, first: str | None) -> None:
    answered = await ask_inline(resident, words)
    listed = [result["id"] for result in answered["results"]]
    assert listed[:1] == ([first] if first else [])
    assert len(set(listed)) == len(listed) <= 10
    assert answered["button"] == {
        "text": typeset(TEXTS.telegram["poser_au_robot"]), "start_parameter": "s-inline",
    }  # fmt: skip


async def test_inline_mode_begins_with_one_answer_a_theme(
    resident: Resident, base: KnowledgeBase
) -> None:
    answered = await ask_inline(resident, "")
    listed = [result["id"].removeprefix("q-") for result in answered["results"]]
    assert [base.entries[key].theme for key in listed] == [theme.id for theme in base.themes][:10]


async def test_an_inline_query_too_old_is_no_trouble(
    resident: Resident, telegram: FakeTelegram
) -> None:
    telegram.fail("answerInlineQuery", Refusal(400, "Bad Request: query is too old"))
    await ask_inline(resident, "loyer")
    assert telegram.made("sendMessage") == []


# Links


def test_links_are_read_as_they_are_written() -> None:
    random.seed(5)
    letters = string.ascii_lowercase + string.digits + "-"
    entries = ["", "a", ENTRY, "c-59456", "s-x", "z" * 32]
    entries += ["".join(random.choices(letters, k=random.randint(1, 32))) for _ in range(300)]
    communes = ["", "59456", "62498"]
    sources = ["", "mairie59456", "c-59456", "z" * 19]
    sources += ["".join(random.choices(letters, k=random.randint(1, 19))) for _ in range(30)]
    for entry, commune, source in itertools.product(entries, communes, sources):
        link = StartLink(entry, commune, source)
        assert PAYLOAD.fullmatch(str(link)), link
        assert StartLink.parse(str(link)) == link


@pytest.mark.parametrize(
    "payload",
    ["q-", "_", "q-a_", "_q-a", "q-a_q-b", "c-59456_q-a", "c-5945", "s-" + "z" * 20, "q-É", "Q-a",
     "q-a s-b", "s-Affiche", "s-a b", "s-a_b", "s-é", "s-a\n", "autre", "q-a\n", "q-" + "z" * 33],
)  # fmt: skip
def test_other_payloads_ask_for_nothing(payload: str) -> None:
    assert StartLink.parse(payload) == StartLink()


async def test_links_combine_an_answer_a_commune_and_a_source(
    resident: Resident, services: Services
) -> None:
    for _ in range(2):
        (answer,) = await resident.say(f"/start q-{ENTRY}_c-59456_s-mairie59456")
        assert f"vote:{ENTRY}:1" in actions(answer)
        assert remembered(resident).commune == "59456"
    assert "Pecquencourt" in (await resident.say("/start c-59456_s-affiche"))[0]["text"]
    assert shows(await resident.say("/start s-affiche"), TEXTS["bienvenue"])
    await resident.say("/start s-TropFort")
    await resident.say(f"/start s-{'z' * 20}")
    await services.tallies.write()
    assert await services.database.arrivals() == {
        ("mairie59456", "telegram", TODAY): 2,
        ("affiche", "telegram", TODAY): 2,
    }


async def test_a_link_is_answered_even_when_it_can_not_be_counted(
    assistant: Assistant, tmp_path: Path
) -> None:
    without_tables = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")
    services = Services(
        assistant, without_tables, KnowledgeWatcher(KNOWLEDGE, Revisions(without_tables))
    )
    async with resident_with(services) as resident:
        assert shows(await resident.say("/start s-affiche"), TEXTS["bienvenue"])
    await without_tables.close()


# Votes and wording


async def test_a_vote_counts_once_and_can_be_changed(
    resident: Resident, telegram: FakeTelegram, services: Services
) -> None:
    await resident.say(f"/start q-{ENTRY}")
    for useful, counts in ((1, (1, 0)), (1, (1, 0)), (0, (0, 1)), (1, (1, 0))):
        assert await resident.press(f"vote:{ENTRY}:{useful}") == []
        assert await services.database.votes() == {ENTRY: counts}
    labels = [
        [button["text"] for button in edit["reply_markup"]["inline_keyboard"][1]]
        for edit in telegram.made("editMessageReplyMarkup")
    ]
    assert labels == [
        ["👍 Utile ✓", "👎 Pas utile"], ["👍 Utile", "👎 Pas utile ✓"],
        ["👍 Utile ✓", "👎 Pas utile"],
    ]  # fmt: skip
    await resident.say(f"/start q-{ENTRY}")
    await resident.press(f"vote:{ENTRY}:0")
    assert await services.database.votes() == {ENTRY: (1, 1)}


async def test_two_fast_taps_count_once(resident: Resident, services: Services) -> None:
    await resident.say(f"/start q-{ENTRY}")
    await asyncio.gather(*(resident.press(f"vote:{ENTRY}:1") for _ in range(8)))
    assert await services.database.votes() == {ENTRY: (1, 0)}


async def test_refusals_are_voted_on_too(resident: Resident, services: Services) -> None:
    await resident.say("xyzzyx wizzgrok")
    await resident.press(f"vote:{REFUSAL}:0")
    assert await services.database.votes() == {REFUSAL: (0, 1)}


async def test_simpler_and_back(resident: Resident, base: KnowledgeBase) -> None:
    (full,) = await resident.say(f"/start q-{ENTRY}")
    (easy,) = await resident.press(f"easy:{ENTRY}")
    first_line = typeset((base.entries[ENTRY].easy or "").splitlines()[0])
    assert first_line in easy["text"]
    assert first_line not in full["text"]
    assert f"easy:{ENTRY}" in actions(full)
    assert f"easy:{ENTRY}" not in actions(easy)
    assert f"entry:{ENTRY}" in actions(easy)
    (again,) = await resident.press(f"entry:{ENTRY}")
    assert full["text"].endswith(again["text"])


# Profile


async def test_the_profile_is_set_once(resident: Resident, telegram: FakeTelegram) -> None:
    await announce(resident.application)
    written = [call for call in telegram.calls if call.method.startswith("set")]
    assert len(written) == 4 + 2 + 2 + 1
    await announce(resident.application)
    assert len([call for call in telegram.calls if call.method.startswith("set")]) == len(written)
    telegram.profile["MyDescription", "default", "fr"] = "autre chose"
    await announce(resident.application)
    (changed,) = [call for call in telegram.calls if call.method.startswith("set")][len(written) :]
    assert changed.method == "setMyDescription"
    assert changed.parameters["language_code"] == "fr"
    assert len(changed.parameters["description"]) <= 512


async def test_a_part_of_the_profile_that_fails_stops_nothing(
    resident: Resident, telegram: FakeTelegram
) -> None:
    telegram.fail("getMyCommands", Refusal(502, "Bad Gateway"))
    telegram.fail("setMyDescription", Refusal(400, "Bad Request: no"))
    await announce(resident.application)
    assert len(telegram.profile) == 4 - 1 + 2 - 1 + 2 + 1


@pytest.mark.parametrize("language", ["fr", ""])
async def test_the_menus_list_commands_that_exist(
    resident: Resident, telegram: FakeTelegram, language: str
) -> None:
    await announce(resident.application)
    private = telegram.profile["MyCommands", "all_private_chats", language]
    group = telegram.profile["MyCommands", "all_group_chats", language]
    assert [one["command"] for one in private] == [
        "start", "themes", "commune", "contact", "confidentialite", "effacer", "aide",
    ]  # fmt: skip
    assert all(one in private for one in group)
    for command in private:
        name = command["command"]
        assert shows(await resident.say(f"/{name}"), TEXTS["aide"]) == (name == "aide")
    short = telegram.profile["MyShortDescription", "default", language]
    assert len(short) <= 120
