"""Conversations written by others, through the real Telegram application; contexts never cross.

Ten of them are on the page too, in a browser (test_browser.py).
"""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Question
from bot.evaluation import Dialogue
from bot.handlers.dialogue.keyboard import keyboard
from bot.handlers.dialogue.rendering import page as message_page
from bot.handlers.dialogue.rendering import render
from bot.services import Services
from doubles.telegram import GROUP, Resident, actions, memory_of, resident_with
from tests.cases.conversations import DIALOGUES, by_token, said
from tests.conftest import TEXTS

BY_TELEGRAM = 40


@pytest.mark.parametrize("dialogue", DIALOGUES[:BY_TELEGRAM], ids=lambda one: one.id)
async def test_telegram_says_what_the_assistant_does(
    dialogue: Dialogue, services: Services
) -> None:
    assert len(DIALOGUES) >= BY_TELEGRAM
    async with resident_with(services) as resident:
        bot = resident.application.bot.username
        for say, reply in zip(
            said(dialogue), by_token(services.assistant, said(dialogue)), strict=True
        ):
            (sent,) = await resident.say(say)
            text, left = message_page(render(reply, TEXTS))
            assert sent["text"] == text, say
            assert memory_of(resident).conversation == reply.conversation, say
            if "inline_keyboard" in sent["reply_markup"]:  # not the keys that send a position
                markup = keyboard(reply, TEXTS, bot, None, left)
                assert markup
                assert actions(sent) == actions({"reply_markup": markup.to_dict()}), say


#: Who may write, and where: the same person in two topics has two conversations.
PLACES = [(chat, person, topic) for chat, topic in ((-42, 5), (-42, 6), (-42, None), (-43, 5))
          for person in (42, 43)]  # fmt: skip
#: What stays of a conversation: a commune, an entry, choices, an easy wording, a danger.
SAYINGS = (
    "j'habite à Lens", "ma commune est-elle concernée ?", "noyelles", "le premier", "plutôt Somain",
    "Qui s'engage ?", "plus simple", "répète", "où en est la cité Lemay", "elle est finie ?",
    "et pour ma mère ?", "mon loyer", "combien ?", "xyzzyx wizzgrok", "oui", "merci", "au feu",
)  # fmt: skip
TURNS = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(SAYINGS)), max_size=14)


@pytest.fixture
async def resident(services: Services) -> AsyncIterator[Resident]:
    async with resident_with(services) as someone:
        yield someone


@given(turns=TURNS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
async def test_a_context_never_crosses_persons_or_topics(
    turns: list[tuple[tuple[int, int, int | None], str]], resident: Resident
) -> None:
    """However their messages come between each other, each is told what she alone would be."""
    resident.application.bot_data.memories.clear()
    assistant = resident.application.bot_data.services.assistant
    told: dict[tuple[int, int, int | None], list[str]] = {}
    for place, say in turns:
        chat, person, topic = place
        resident.chat = {**GROUP, "id": chat, "is_forum": True}
        resident.user = {"id": person, "is_bot": False, "first_name": "Odette"}
        more = {"message_thread_id": topic, "is_topic_message": True} if topic else {}
        (sent,) = await resident.say(f"@galibot_bot {say}", **more)
        told.setdefault(place, []).append(sent["text"])
    for place, texts in told.items():
        alone = by_token(assistant, [say for where, say in turns if where == place])
        assert texts == [message_page(render(one, TEXTS))[0] for one in alone]
        chat, person, topic = place
        resident.chat, resident.user = {"id": chat}, {"id": person}
        assert memory_of(resident, topic).conversation == alone[-1].conversation


@given(turns=st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=6))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_a_reply_is_a_function_of_message_context_base_and_day(
    turns: list[str], assistant: Assistant
) -> None:
    """Whatever was asked before by others: the same token and words give the same reply."""
    first = by_token(assistant, turns)
    by_token(assistant, turns[::-1])
    assert by_token(assistant, turns) == first
    last = Question(turns[-1], conversation=first[-2].conversation if turns[1:] else Conversation())
    assert assistant.reply(last) == first[-1]
