"""The Telegram channel: the real application, from updates to calls, over a strict fake network."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.conversation.reply import Question, Reply
from bot.handlers.context import ANSWERS
from bot.knowledge.model import KnowledgeBase
from bot.language.typography import typeset
from bot.services import Services
from doubles.telegram import (
    ANONYMOUS,
    BOT_USER,
    CHANNEL,
    CHANNEL_BOT,
    ENTRY,
    GROUP,
    NEIGHBOUR,
    OTHER_BOT,
    FakeTelegram,
    Refusal,
    Resident,
    actions,
    memory_of,
    remembered,
    reply_to,
    resident_with,
    shows,
)
from tests.conftest import REGION, TEXTS

#: What /confidentialite says where nothing is set otherwise.
PRIVACY = TEXTS["vie_privee"].format(garde=TEXTS["garde_questions"].format(jours=30))


@pytest.fixture
async def resident(services: Services) -> AsyncIterator[Resident]:
    async with resident_with(services) as someone:
        yield someone


@pytest.fixture
def telegram(resident: Resident) -> FakeTelegram:
    return resident.telegram


async def test_a_whole_conversation(
    resident: Resident, telegram: FakeTelegram, services: Services, base: KnowledgeBase
) -> None:
    (welcome,) = await resident.say("/start")
    assert typeset(TEXTS["service_automatique"]) in welcome["text"]
    assert set(actions(welcome)) == {"themes", "commune", "contact"}
    assert welcome["link_preview_options"] == {"is_disabled": True}

    (answer,) = await resident.say(base.entries[ENTRY].question)
    assert typeset(TEXTS["service_automatique"]) not in answer["text"]
    assert {f"vote:{ENTRY}:1", f"vote:{ENTRY}:0"} <= set(actions(answer))

    (themes,) = await resident.press("themes")
    assert {f"theme:{theme.id}" for theme in base.themes} <= set(actions(themes))
    (theme,) = await resident.press(f"theme:{base.entries[ENTRY].theme}")
    assert f"entry:{ENTRY}" in actions(theme)
    (again,) = await resident.press(f"entry:{ENTRY}")
    assert again["text"] == answer["text"]
    assert len(telegram.made("answerCallbackQuery")) == 3

    await resident.press(f"vote:{ENTRY}:1")
    assert await services.database.votes() == {ENTRY: (1, 0)}
    assert telegram.made("answerCallbackQuery")[-1]["text"] == typeset(TEXTS["merci_avis"])
    (edit,) = telegram.made("editMessageReplyMarkup")
    assert actions(edit) == actions(again)

    assert shows(await resident.say("/commune"), REGION.sentences.quelle_commune)
    (choice,) = await resident.say("Noyelles")
    communes = [way for way in actions(choice) if way.startswith("commune:")]
    assert len(communes) > 1
    assert remembered(resident).commune is None
    await resident.press(communes[0])
    assert f"commune:{remembered(resident).commune}" == communes[0]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("/start", TEXTS["bienvenue"]),
        ("/start q-nexiste-pas", TEXTS["bienvenue"]),
        ("/start c-00000", TEXTS["bienvenue"]),
        ("/start autre", TEXTS["bienvenue"]),
        ("/aide", TEXTS["aide"]),
        ("/help", TEXTS["aide"]),
        ("/AIDE", TEXTS["aide"]),
        ("/themes", TEXTS["themes"]),
        ("/commune", REGION.sentences.quelle_commune),
        ("/contact", TEXTS["contact"]),
        ("/confidentialite", PRIVACY),
        ("/inconnue", TEXTS["aide"]),
        ("/aide@galibot_bot", TEXTS["aide"]),
    ],
)
async def test_commands(resident: Resident, command: str, text: str) -> None:
    assert shows(await resident.say(command), text)


async def test_start_says_each_time_that_a_program_answers(resident: Resident) -> None:
    for command in ("/start", "/start", f"/start q-{ENTRY}", "/start c-59456", "/start c-0"):
        assert shows(await resident.say(command), TEXTS["service_automatique"]), command


async def test_links_of_posters(resident: Resident) -> None:
    (answer,) = await resident.say(f"/start q-{ENTRY}")
    assert f"vote:{ENTRY}:1" in actions(answer)
    assert "Pecquencourt" in (await resident.say("/start c-59456"))[0]["text"]
    assert remembered(resident).commune == "59456"


async def test_commune_by_its_command(resident: Resident) -> None:
    for words in ("Pecquencourt", "59146", "59146 Pecquencourt"):
        await resident.say("/start")
        assert "Pecquencourt" in (await resident.say(f"/commune {words}"))[0]["text"]
        assert remembered(resident).commune == "59456"


async def test_two_refusals_lead_to_someone(resident: Resident) -> None:
    assert shows(await resident.say("xyzzyx wizzgrok"), TEXTS["refus"])
    assert shows(await resident.say("plouffik"), TEXTS["refus_suivant"])
    assert remembered(resident).refusals == 2


def edit(message: dict[str, Any], **content: object) -> dict[str, Any]:
    return {**message, "edit_date": 1, **content}


async def test_an_edited_question_edits_its_answer(
    resident: Resident, telegram: FakeTelegram
) -> None:
    asked = resident.message(text="Bonjour")
    await resident.update(message=asked)
    (answer,) = telegram.messages.values()
    await resident.say("Merci")
    assert await resident.update(edited_message=edit(asked, text="Qui s'engage ?")) == []
    (change,) = telegram.made("editMessageText")
    assert change["message_id"] == answer["message_id"]
    assert f"vote:{ENTRY}:1" in actions(change)
    assert len(telegram.messages) == 2


async def test_an_edited_question_whose_answer_is_forgotten_gets_one(
    resident: Resident, telegram: FakeTelegram
) -> None:
    """The service restarted, or much was said since."""
    (reply,) = await resident.update(edited_message=edit(resident.message(text="Bonjour")))
    assert reply["reply_parameters"]["message_id"] == 1
    asked = resident.message(text="Bonjour")
    await resident.update(message=asked)
    for _ in range(ANSWERS):
        await resident.say("Bonjour")
    (again,) = await resident.update(edited_message=edit(asked, text="Merci"))
    assert again["reply_parameters"]["message_id"] == asked["message_id"]
    # That new answer is remembered in its turn.
    assert await resident.update(edited_message=edit(asked, text="Au revoir")) == []
    assert len(telegram.made("editMessageText")) == 1


async def test_edited_messages_that_ask_nothing_of_us(resident: Resident) -> None:
    place = {"latitude": 50.4, "longitude": 3.2, "live_period": 60}
    assert await resident.update(edited_message=edit(resident.message(location=place))) == []
    resident.chat = GROUP
    assert await resident.update(edited_message=edit(resident.message(text="Bonjour"))) == []


async def test_the_chat_shows_that_an_answer_is_coming(
    resident: Resident, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as preparing it takes longer than said; here, until it has been shown."""
    resident.application.bot_data.typing_after = 0.0
    assistant = resident.application.bot_data.services.assistant
    ask = assistant.ask

    async def slowly(question: Question) -> Reply:
        while not telegram.made("sendChatAction"):  # noqa: ASYNC110 - the fake has no event
            await asyncio.sleep(0)
        return await ask(question)

    monkeypatch.setattr(assistant, "ask", slowly)
    resident.chat = {**GROUP, "is_forum": True}
    topic = {"message_thread_id": 5, "is_topic_message": True}
    assert len(await resident.say("@galibot_bot Bonjour", **topic)) == 1
    (shown,) = telegram.made("sendChatAction")
    assert shown == {"chat_id": GROUP["id"], "action": "typing", "message_thread_id": 5}


async def test_a_quick_answer_shows_nothing_before(resident: Resident) -> None:
    resident.application.bot_data.typing_after = 60.0
    await resident.say("Bonjour")
    assert resident.telegram.made("sendChatAction") == []


@pytest.mark.parametrize(
    ("text", "more", "answered"),
    [
        ("Qui s'engage ?", {}, False),
        ("@galibot_bot Qui s'engage ?", {}, True),
        ("Dis @Galibot_Bot qui s'engage", {}, True),
        ("@other_bot Qui s'engage ?", {}, False),
        ("Qui s'engage ?", reply_to(BOT_USER), True),
        ("Qui s'engage ?", reply_to(NEIGHBOUR), False),
        ("/aide", {}, True),
        ("/aide@galibot_bot", {}, True),
        ("/aide@other_bot", {}, False),
        ("/inconnue", {}, False),
        ("/inconnue@galibot_bot", {}, True),
        ("@galibot_bot bonjour", {"from": OTHER_BOT}, False),
        ("@galibot_bot bonjour", {"from": ANONYMOUS, "sender_chat": GROUP}, True),
    ],
)  # fmt: skip
async def test_groups(resident: Resident, text: str, more: dict[str, Any], answered: bool) -> None:
    resident.chat = GROUP
    sent = await resident.say(text, **more)
    assert len(sent) == answered
    for message in sent:
        assert message["reply_parameters"]["allow_sending_without_reply"] is True


@pytest.mark.parametrize(
    "data",
    ["", "rien", "entry:", "entry:nexiste-pas", "easy:nexiste-pas", "theme:x", "commune:00000",
     "commune:", "vote:nexiste-pas:1", f"vote:{ENTRY}:2", "vote:::", "😀" * 16, None],
)  # fmt: skip
async def test_outdated_buttons(resident: Resident, services: Services, data: str | None) -> None:
    await resident.say("/start")
    assert shows(await resident.press(data), TEXTS["bouton_ancien"])
    assert len(resident.telegram.made("answerCallbackQuery")) == 1
    assert await services.database.votes() == {}


async def test_a_vote_under_a_message_that_is_gone(resident: Resident, services: Services) -> None:
    gone = {"message_id": 1, "date": 0, "chat": resident.chat}
    query = {"id": "7", "from": resident.user, "chat_instance": "1", "message": gone}
    await resident.update(callback_query={**query, "data": f"vote:{ENTRY}:0"})
    assert await services.database.votes() == {ENTRY: (0, 1)}
    assert resident.telegram.made("editMessageReplyMarkup") == []
    assert len(await resident.update(callback_query={**query, "data": "themes"})) == 1


async def test_chats_do_not_mix(resident: Resident, telegram: FakeTelegram) -> None:
    other = Resident(resident.application, telegram, {"id": 43, "type": "private"}, NEIGHBOUR)
    await resident.say("/start c-59456")
    await other.say("Bonjour")
    assert remembered(resident).commune == "59456"
    assert remembered(other).commune is None


#: Who else may write in the group where Odette said that she lives in Lens, and in which topic.
OTHERS: dict[str, dict[str, Any]] = {
    "someone else": {"from": NEIGHBOUR},
    "an anonymous administrator": {"from": ANONYMOUS, "sender_chat": GROUP},
    "someone as a channel": {"from": CHANNEL_BOT, "sender_chat": CHANNEL},
    "herself in another topic": {"message_thread_id": 6, "is_topic_message": True},
    "herself outside of topics": {},
}
HERE = {"message_thread_id": 5, "is_topic_message": True}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
async def test_a_conversation_is_a_persons_in_a_topic(
    resident: Resident, other: dict[str, Any]
) -> None:
    resident.chat = {**GROUP, "is_forum": True}
    if "from" in other:
        other = {**HERE, **other}
    asked = "@galibot_bot ma commune est-elle concernée ?"
    (told,) = await resident.say("@galibot_bot j'habite à Lens", **HERE)
    assert "Lens" in told["text"]
    (unknown,) = await resident.say(asked, **other)
    assert "Lens" not in unknown["text"]
    (known,) = await resident.say(asked, **HERE)
    assert "Lens" in known["text"]
    # Each has a first reply, which says that a program answers, and refusals of its own.
    assert typeset(TEXTS["service_automatique"]) in unknown["text"]
    refused = "@galibot_bot xyzzyx wizzgrok"
    here = TEXTS["refus_commune"].format(commune="Lens")
    assert shows(await resident.say(refused, **HERE), here)
    assert shows(await resident.say(refused, **other), TEXTS["refus"])
    assert shows(await resident.say(refused, **other), TEXTS["refus_suivant"])
    assert shows(await resident.say(refused, **HERE), TEXTS["refus_suivant"])


async def test_two_channels_that_people_write_as_do_not_mix(resident: Resident) -> None:
    """Telegram names one and the same author for both."""
    resident.chat = GROUP
    one = {"from": CHANNEL_BOT, "sender_chat": CHANNEL}
    other = {"from": CHANNEL_BOT, "sender_chat": {**CHANNEL, "id": -101}}
    await resident.say("@galibot_bot j'habite à Lens", **one)
    (unknown,) = await resident.say("@galibot_bot ma commune est-elle concernée ?", **other)
    assert "Lens" not in unknown["text"]


async def test_a_button_belongs_to_the_conversation_of_who_presses_it(resident: Resident) -> None:
    """In the topic of the message that bears it."""
    resident.chat = {**GROUP, "is_forum": True}
    await resident.say("@galibot_bot Noyelles", **HERE)
    (choice,) = resident.telegram.messages.values()
    code = next(way for way in actions(choice) if way.startswith("commune:"))
    neighbour = Resident(resident.application, resident.telegram, resident.chat, NEIGHBOUR)
    await neighbour.press(code)
    assert memory_of(neighbour, 5).conversation.commune == code.removeprefix("commune:")
    assert memory_of(resident, 5).conversation.commune is None


async def test_a_thread_of_replies_is_no_topic(resident: Resident) -> None:
    resident.chat = GROUP
    await resident.say("@galibot_bot j'habite à Lens", message_thread_id=9)
    assert remembered(resident).commune == "62498"


# Buttons pressed in haste


async def press_on(
    resident: Resident, message: int, data: str, **by: object
) -> list[dict[str, Any]]:
    under = resident.telegram.messages[message]
    query = {"id": "7", "from": resident.user, "chat_instance": "1", "message": under, **by}
    return await resident.update(callback_query={**query, "data": data})


@pytest.mark.parametrize("at_once", [True, False])
async def test_three_quick_presses_are_one(
    resident: Resident, telegram: FakeTelegram, at_once: bool
) -> None:
    await resident.say("/start")
    if at_once:
        await asyncio.gather(*(press_on(resident, 1001, "themes") for _ in range(3)))
    else:
        for _ in range(3):
            await press_on(resident, 1001, "themes")
    assert len(telegram.made("sendMessage")) == 2
    assert len(telegram.made("answerCallbackQuery")) == 3
    # Another button is another press, and so is this one after it.
    assert len(await press_on(resident, 1001, "contact")) == 1
    assert len(await press_on(resident, 1001, "themes")) == 1
    # So is the same button of another message, and the same after something was said.
    assert len(await press_on(resident, 1002, "themes")) == 1
    await resident.say("Bonjour")
    assert len(await press_on(resident, 1002, "themes")) == 1


async def test_a_button_pressed_again_later_answers_again(resident: Resident) -> None:
    resident.application.bot_data.pressed_once = 0.0
    await resident.say("/start")
    for _ in range(2):
        assert len(await press_on(resident, 1001, "themes")) == 1


async def test_two_people_press_the_same_button(resident: Resident) -> None:
    resident.chat = GROUP
    await resident.say("/themes@galibot_bot")
    assert len(await press_on(resident, 1001, "contact")) == 1
    assert len(await press_on(resident, 1001, "contact", **{"from": NEIGHBOUR})) == 1


async def test_a_press_that_was_not_answered_can_be_made_again(
    resident: Resident, telegram: FakeTelegram
) -> None:
    await resident.say("/start")
    telegram.fail("sendMessage", Refusal(429, "Too Many Requests", {"retry_after": 3600}))
    await press_on(resident, 1001, "themes")
    assert shows(await press_on(resident, 1001, "themes"), TEXTS["themes"])
