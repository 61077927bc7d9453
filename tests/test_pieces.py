"""A question sent in pieces within seconds, and words of someone else that the bot is called on."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.conversation import pieces
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Question
from bot.language.typography import typeset
from bot.services import Services
from doubles.telegram import (
    ANONYMOUS,
    BOT_USER,
    CHANNEL,
    DATE,
    GROUP,
    NEIGHBOUR,
    OTHER_BOT,
    Resident,
    actions,
    memory_of,
    remembered,
    resident_with,
    shows,
)
from tests.conftest import TEXTS

#: Pieces, each with what its reply is: an outcome, the entry where there is one, and « + » where it
#: takes the place of the replies to the pieces before.
SENT = """
bonjour > smalltalk
je voulais savoir > + smalltalk
si mon loyer va augmenter apres les travaux > + answer loyer-apres-travaux

est-ce que > smalltalk
mon loyer > + suggestions
va augmenter > + answer loyer-apres-travaux

combien > smalltalk
de maisons > + suggestions
vont etre rénovées > + answer objectif-23000

slt > smalltalk
c koi > + smalltalk
lerbm > + answer c-est-quoi-erbm

ils vont > no_match
refaire les fenetres > + answer fenetres-chauffage

mon mari > smalltalk
il me > + answer violences

saint amand > choose_commune
les eaux > + commune

Qui s'engage > answer qui-s-engage
merci > smalltalk

Qui s'engage > answer qui-s-engage
recette du cassoulet > no_match

Qui s'engage > answer qui-s-engage
quand dans ma rue > answer quand-ma-rue

Bonjour ! > smalltalk
je voulais savoir > smalltalk

noyelles > choose_commune
le premier > commune

amiante > answer amiante
non > smalltalk
"""


@pytest.mark.parametrize("sent", [one.strip() for one in SENT.split("\n\n")])
def test_pieces_are_met_as_one_where_they_plainly_are(assistant: Assistant, sent: str) -> None:
    conversation, begun = Conversation(), None
    for line in sent.splitlines():
        text, _, wanted = line.partition(" > ")
        question = Question(text, conversation=conversation, begun=begun)
        reply = assistant.reply(question)
        told = f"{'+ ' * reply.joins}{reply.outcome.value} {reply.entry or ''}".strip()
        assert told == wanted, text
        conversation, begun = reply.conversation, pieces.begun(question, reply)


def test_a_long_message_is_no_piece(assistant: Assistant) -> None:
    long = "je vous écris parce que depuis des mois on nous parle des travaux de la cité"
    question = Question(long)
    assert pieces.begun(question, assistant.reply(question)) is None
    question = Question("mon loyer")
    begun = pieces.begun(question, assistant.reply(question))
    assert begun
    assert pieces.whole(Question("va augmenter", begun=begun))
    assert pieces.whole(Question(long, begun=begun)) is None


@pytest.fixture
async def resident(services: Services) -> AsyncIterator[Resident]:
    async with resident_with(services) as someone:
        yield someone


@pytest.mark.parametrize(
    ("dates", "left"),
    [((0, 3, 6), 1), ((0, 10, 20), 1), ((0, 11, 22), 3), ((0, 60, 63), 2)],
)
async def test_one_reply_is_left_of_those_to_the_pieces(
    resident: Resident, dates: tuple[int, ...], left: int
) -> None:
    for text, seconds in zip(
        ("est-ce que", "mon loyer", "va augmenter après les travaux"), dates, strict=True
    ):
        await resident.say(text, date=DATE + seconds)
    shown = list(resident.telegram.messages.values())
    assert len(shown) == left
    assert "vote:loyer-apres-travaux:1" in actions(shown[-1])
    assert remembered(resident).entry == "loyer-apres-travaux"


async def test_what_was_answered_stays(resident: Resident) -> None:
    for text in (
        "est-ce que",
        "Qui s'engage",
        "merci",
        "et au sujet de",
        "mon loyer après travaux",
    ):
        await resident.say(text, date=DATE)
    answered, last = (one["text"] for one in resident.telegram.messages.values())
    assert typeset("Qui s'engage ?") in answered
    assert "loyer" in last


@pytest.mark.parametrize("between", ["press", "command", "place", "someone else"])
async def test_another_message_between_ends_what_was_begun(
    resident: Resident, between: str
) -> None:
    if between == "someone else":
        resident.chat = GROUP
    await resident.say("@galibot_bot mon loyer", date=DATE)
    first = max(resident.telegram.messages)
    if between == "press":
        await resident.press("themes")
    elif between == "command":
        await resident.say("/aide", date=DATE)
    elif between == "place":
        await resident.send(location={"latitude": 50.4, "longitude": 3.2}, date=DATE)
    else:
        await resident.say("@galibot_bot va augmenter", date=DATE, **{"from": NEIGHBOUR})
    if between != "someone else":
        await resident.say("va augmenter", date=DATE)
    assert first in resident.telegram.messages


# Called on someone's words


def replied(text: str | None, /, **more: Any) -> dict[str, Any]:
    asked = {"message_id": 1, "date": 1, "chat": GROUP, "from": NEIGHBOUR, "text": text, **more}
    return {"reply_to_message": {name: one for name, one in asked.items() if one is not None}}


QUESTION = "Qui s'engage ?"
ANSWER = QUESTION  # the title
HELP = TEXTS["aide"]
PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("@galibot_bot", {}, HELP),
    ("@Galibot_Bot ?!", {}, HELP),
    ("  @galibot_bot  ", replied(QUESTION), ANSWER),
    ("@galibot_bot ?", replied(QUESTION), ANSWER),
    ("@galibot_bot", replied(f"@galibot_bot {QUESTION}"), ANSWER),
    ("@galibot_bot", replied(None, caption=QUESTION, photo=PHOTO), ANSWER),
    ("@galibot_bot", replied(QUESTION, **{"from": ANONYMOUS}, sender_chat=GROUP), ANSWER),
    ("@galibot_bot", replied(f"Bonjour. {QUESTION} Merci", sender_chat=CHANNEL), ANSWER),
    # Part of a long message may be what she quotes.
    ("@galibot_bot", {**replied("Blabla. " * 90), "quote": {"text": QUESTION, "position": 0}},
     ANSWER),
    ("@galibot_bot", replied(None, photo=PHOTO), HELP),
    ("@galibot_bot", replied(QUESTION, **{"from": BOT_USER}), HELP),
    ("@galibot_bot", replied(QUESTION, **{"from": OTHER_BOT}), HELP),
    # Words of her own are what she asks.
    ("@galibot_bot c'est quoi l'ERBM", replied(QUESTION), "C'est quoi, l'ERBM ?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "more", "shown"), CALLS)
async def test_called_alone_or_on_a_question(
    resident: Resident, text: str, more: dict[str, Any], shown: str
) -> None:
    resident.chat = GROUP
    sent = await resident.say(text, **more)
    assert shows(sent, shown)
    assert sent[0]["reply_parameters"]["message_id"] == 1


async def test_called_alone_in_private(resident: Resident) -> None:
    assert shows(await resident.say("@galibot_bot"), HELP)


async def test_someone_elses_question_is_not_read_with_what_she_said(resident: Resident) -> None:
    resident.chat = GROUP
    await resident.say("@galibot_bot j'habite à Lens")
    for asked in ("ma commune est-elle concernée ?", "et à Béthune ?"):
        (told,) = await resident.say("@galibot_bot", **replied(asked))
        assert "Lens" not in told["text"]
    # Nor does his commune become hers.
    (known,) = await resident.say("@galibot_bot ma commune est-elle concernée ?")
    assert "Lens" in known["text"]
    assert memory_of(resident).conversation.commune == "62498"
