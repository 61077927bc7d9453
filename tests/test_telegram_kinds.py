"""Each kind of update gets one useful reply or a silence: the tables of docs/telegram.md."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.handlers import ALLOWED_UPDATES
from bot.language.typography import typeset
from bot.services import Services
from doubles.telegram import (
    BOT_USER,
    CHANNEL,
    CHANNEL_BOT,
    ENTRY,
    GROUP,
    NEIGHBOUR,
    OTHER_BOT,
    Resident,
    actions,
    remembered,
    reply_to,
    resident_with,
    shows,
)
from tests.conftest import REGION, ROOT, TEXTS

FILE = {"file_id": "a", "file_unique_id": "b"}
PHOTO = [{**FILE, "width": 1, "height": 1}]
STICKER = {
    **FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False,
}  # fmt: skip
VIDEO = {**FILE, "width": 1, "height": 1, "duration": 1}
PLACE = {"latitude": 50.379, "longitude": 3.217}
CARD = {"phone_number": "0", "first_name": "Odette"}
POLL = {
    "id": "1", "question": "Oui ?", "options": [], "total_voter_count": 0, "is_closed": False,
    "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
    "allows_revoting": False, "members_only": False,
}  # fmt: skip
FORWARDED = {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Marcel"}}
QUESTION = "Qui s'engage ?"
WAYS = {"themes", "commune", "contact", "start"}

#: What is sent in a private chat, and what is said; ANSWER stands for the answer to QUESTION.
ANSWER = "une réponse"
REPLIES: list[tuple[str, dict[str, Any], str]] = [
    ("texte", {"text": QUESTION}, ANSWER),
    ("texte transféré", {"text": QUESTION, **FORWARDED}, ANSWER),
    ("réponse à un ancien message", {"text": QUESTION, **reply_to(BOT_USER)}, ANSWER),
    ("champ d’une version future", {"text": QUESTION, "hologram": {"size": 3}}, ANSWER),
    ("légende avec des mots", {"photo": PHOTO, "caption": QUESTION}, ANSWER),
    ("légende d’un document", {"document": FILE, "caption": QUESTION}, ANSWER),
    ("légende vide", {"photo": PHOTO, "caption": " "}, TEXTS.telegram["photo"]),
    ("photo", {"photo": PHOTO}, TEXTS.telegram["photo"]),
    ("message vocal", {"voice": {**FILE, "duration": 1}}, TEXTS.telegram["message_vocal"]),
    ("enregistrement", {"audio": {**FILE, "duration": 1}}, TEXTS.telegram["enregistrement"]),
    ("message vidéo", {"video_note": {**FILE, "duration": 1, "length": 1}},
     TEXTS.telegram["video"]),
    ("vidéo", {"video": VIDEO}, TEXTS.telegram["video"]),
    ("animation", {"animation": VIDEO, "document": FILE}, TEXTS.telegram["video"]),
    ("document", {"document": FILE}, TEXTS.telegram["document"]),
    ("fiche de contact", {"contact": CARD}, TEXTS.telegram["fiche_contact"]),
    ("position", {"location": PLACE}, TEXTS["communes_proches"]),
    ("lieu", {"location": PLACE, "venue": {"location": PLACE, "title": "Mairie", "address": "1"}},
     TEXTS["communes_proches"]),
    ("position lointaine", {"location": {"latitude": 48.85, "longitude": 2.35}},
     REGION.sentences.loin),
    ("autocollant", {"sticker": STICKER}, TEXTS["message_vide"]),
    ("sondage", {"poll": POLL}, TEXTS["message_vide"]),
    ("dé", {"dice": {"emoji": "🎲", "value": 1}}, TEXTS["message_vide"]),
    ("histoire", {"story": {"chat": CHANNEL, "id": 1}}, TEXTS["message_vide"]),
    ("genre inconnu", {"hologram": {"size": 3}}, TEXTS["message_vide"]),
    ("emoji seul", {"text": "🦔"}, TEXTS["message_vide"]),
    ("ponctuation seule", {"text": "?!…"}, TEXTS["message_vide"]),
    ("texte très long", {"text": "mot " * 1020}, TEXTS["message_trop_long"]),
    ("emojis très longs", {"text": "💥" * 2048}, TEXTS["message_vide"]),
    ("balises", {"text": "<b>&lt;"}, TEXTS["refus"]),
]  # fmt: skip


@pytest.fixture
async def resident(services: Services) -> AsyncIterator[Resident]:
    async with resident_with(services) as someone:
        yield someone


@pytest.mark.parametrize(("kind", "content", "said"), REPLIES, ids=[row[0] for row in REPLIES])
async def test_kinds_in_a_private_chat(
    resident: Resident, kind: str, content: dict[str, Any], said: str
) -> None:
    sent = await resident.send(**content)
    if said is ANSWER:
        assert len(sent) == 1
        assert f"vote:{ENTRY}:1" in actions(sent[0])
    else:
        assert shows(sent, said)
        assert set(actions(sent[0])) >= WAYS


MEMBER = {"user": BOT_USER, "status": "member"}
LEFT = {"user": BOT_USER, "status": "left"}
KICKED = {"user": BOT_USER, "status": "kicked", "until_date": 0}
ADMINISTRATOR = {
    "user": BOT_USER, "status": "administrator", "can_be_edited": False, "is_anonymous": False,
    **dict.fromkeys((
        "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
        "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
        "can_edit_stories", "can_delete_stories",
    ), False),
}  # fmt: skip
PRIVATE = {"id": 42, "type": "private", "first_name": "Odette"}


def membership(chat: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    change = {"chat": chat, "from": NEIGHBOUR, "date": 1}
    return {"my_chat_member": {**change, "old_chat_member": old, "new_chat_member": new}}


def message(**content: Any) -> dict[str, Any]:
    return {"message": {"message_id": 1, "date": 1, "chat": GROUP, "from": NEIGHBOUR, **content}}


MENTION = [{"type": "mention", "offset": 0, "length": 12}]
#: Who brings a channel's posts into its group.
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
FROM_CHANNEL = {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 1}
POST = {"message_id": 1, "date": 1, "chat": CHANNEL, "text": QUESTION}
SILENCES: list[tuple[str, dict[str, Any]]] = [
    ("publication d’un canal", {"channel_post": POST}),
    ("publication modifiée", {"edited_channel_post": {**POST, "edit_date": 2}}),
    ("mots dans un groupe", message(text=QUESTION)),
    ("photo dans un groupe", message(photo=PHOTO)),
    ("position dans un groupe", message(location=PLACE)),
    ("arrivée d’une personne", message(new_chat_members=[NEIGHBOUR])),
    ("départ d’une personne", message(left_chat_member=NEIGHBOUR)),
    ("message épinglé", message(chat=PRIVATE, pinned_message={**POST, "chat": PRIVATE})),
    ("nouveau titre", message(new_chat_title="Cité")),
    ("paiement", message(chat=PRIVATE, successful_payment={
        "currency": "EUR", "total_amount": 1, "invoice_payload": "a",
        "telegram_payment_charge_id": "a", "provider_payment_charge_id": "a"})),
    ("autre robot", message(chat=PRIVATE, text=QUESTION, **{"from": OTHER_BOT})),
    ("réponse choisie en ligne", message(chat=PRIVATE, text=QUESTION, via_bot=BOT_USER)),
    ("publication arrivée d’elle-même dans le groupe du canal", message(
        text=f"@galibot_bot {QUESTION}", entities=MENTION, sender_chat=CHANNEL,
        is_automatic_forward=True, forward_origin=FROM_CHANNEL, **{"from": TELEGRAM})),
    ("publication arrivée d’elle-même dans le groupe du canal", message(
        photo=PHOTO, caption=f"@galibot_bot {QUESTION}", caption_entities=MENTION,
        sender_chat=CHANNEL, is_automatic_forward=True, **{"from": TELEGRAM})),
    ("publication arrivée d’elle-même dans le groupe du canal", {"edited_message": message(
        text=f"@galibot_bot {QUESTION}", entities=MENTION, sender_chat=CHANNEL, edit_date=2,
        is_automatic_forward=True, forward_origin=FROM_CHANNEL, **{"from": TELEGRAM})["message"]}),
    ("message transféré dans un groupe", message(
        text=f"@galibot_bot {QUESTION}", entities=MENTION, **FORWARDED)),
    ("message transféré dans un groupe", message(
        text="/aide@galibot_bot", entities=[{**MENTION[0], "type": "bot_command", "length": 17}],
        **FORWARDED)),
    ("message transféré dans un groupe", message(text=QUESTION, **reply_to(BOT_USER),
                                                 forward_origin=FROM_CHANNEL)),
    ("réponse choisie en ligne", message(
        text=f"@galibot_bot {QUESTION}", entities=MENTION, via_bot=BOT_USER)),
    ("réponse choisie en ligne", message(
        text=QUESTION, via_bot=BOT_USER, **reply_to(BOT_USER))),
    ("robot bloqué", membership(PRIVATE, MEMBER, KICKED)),
    ("robot débloqué", membership(PRIVATE, KICKED, MEMBER)),
    ("robot mis dehors", membership(GROUP, MEMBER, LEFT)),
    ("robot nommé administrateur", membership(GROUP, MEMBER, ADMINISTRATOR)),
    ("robot ajouté à un canal", membership(CHANNEL, LEFT, ADMINISTRATOR)),
    ("réaction", {"message_reaction": {
        "chat": PRIVATE, "message_id": 1, "user": NEIGHBOUR, "date": 1, "old_reaction": [],
        "new_reaction": []}}),
    ("sorte inconnue", {"hologram": {"size": 3}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "update"), SILENCES, ids=[row[0] for row in SILENCES])
async def test_silences(resident: Resident, kind: str, update: dict[str, Any]) -> None:
    assert await resident.update(**update) == []
    calls = [call.method for call in resident.telegram.calls]
    assert calls == ["getMe"]


def test_the_page_for_those_who_run_the_bot_has_every_row() -> None:
    page = (ROOT / "docs" / "telegram.md").read_text("utf-8")
    listed = [
        cell.strip()
        for line in page.splitlines()
        if line.startswith("|")
        for cell in line.split("|")[1].split(",")
    ]
    missing = [kind for kind, *_ in (*REPLIES, *SILENCES) if kind not in listed]
    assert missing == []
    assert all(f"`{kind}`" in page for kind in ALLOWED_UPDATES)


async def test_a_group_that_adds_the_bot_is_greeted_once(resident: Resident) -> None:
    for arrival in (MEMBER, ADMINISTRATOR):
        sent = await resident.update(**membership(GROUP, LEFT, arrival))
        assert shows(sent, TEXTS.telegram["arrivee_dans_un_groupe"])
        assert typeset(TEXTS["service_automatique"]) in sent[0]["text"]
        assert sent[0]["chat_id"] == GROUP["id"]


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
async def test_a_chat_that_puts_the_bot_out_is_forgotten(
    resident: Resident, chat: dict[str, Any]
) -> None:
    resident.chat = chat
    await resident.say("/start c-59456")
    assert remembered(resident).commune == "59456"
    await resident.update(**membership(chat, MEMBER, KICKED))
    assert not resident.application.bot_data.memories


async def test_a_group_that_becomes_a_supergroup_is_followed(resident: Resident) -> None:
    old: dict[str, Any] = {**GROUP, "id": -7, "type": "group"}
    new = GROUP
    resident.chat = old
    await resident.say("/start c-59456")
    assert await resident.send(migrate_to_chat_id=new["id"]) == []
    resident.chat = new
    assert await resident.send(migrate_from_chat_id=old["id"]) == []
    assert remembered(resident).commune == "59456"
    assert {place.chat for place in resident.application.bot_data.memories} == {new["id"]}


async def test_what_is_written_under_a_channels_post_is_answered(resident: Resident) -> None:
    """By someone, or by someone in a channel's name."""
    resident.chat = GROUP
    post = message(text="Du neuf", sender_chat=CHANNEL, is_automatic_forward=True)["message"]
    under = {"reply_to_message": post, "message_thread_id": 1}
    for author in ({}, {"from": CHANNEL_BOT, "sender_chat": CHANNEL}):
        (answer,) = await resident.say(f"@galibot_bot {QUESTION}", **under, **author)
        assert f"vote:{ENTRY}:1" in actions(answer)
        assert "message_thread_id" not in answer


async def test_an_album_is_replied_to_once(resident: Resident) -> None:
    album = {"photo": PHOTO, "media_group_id": "1"}
    assert shows(await resident.send(**album), TEXTS.telegram["photo"])
    assert await resident.send(**album) == []
    assert len(await resident.send(**album, caption=QUESTION)) == 1
    assert shows(await resident.send(photo=PHOTO, media_group_id="2"), TEXTS.telegram["photo"])


async def test_the_words_under_a_photo_can_be_edited(resident: Resident) -> None:
    photo = resident.message(photo=PHOTO)
    assert shows(await resident.update(message=photo), TEXTS.telegram["photo"])
    edited = {**photo, "edit_date": 1}
    assert await resident.update(edited_message=edited) == []
    assert await resident.update(edited_message={**edited, "caption": QUESTION}) == []
    (change,) = resident.telegram.made("editMessageText")
    assert f"vote:{ENTRY}:1" in actions(change)


async def test_groups_are_answered_where_they_call(resident: Resident) -> None:
    resident.chat = {**GROUP, "is_forum": True}
    topic = {"message_thread_id": 5, "is_topic_message": True}
    caption = f"@galibot_bot {QUESTION}"
    mention = {"caption_entities": [{"type": "mention", "offset": 0, "length": 12}]}
    called = await resident.send(photo=PHOTO, caption=caption, **mention, **topic)
    assert f"vote:{ENTRY}:1" in actions(called[0])
    assert called[0]["message_thread_id"] == 5
    assert shows(await resident.send(photo=PHOTO, **reply_to(BOT_USER)), TEXTS.telegram["photo"])
    assert shows(
        await resident.send(location=PLACE, **reply_to(BOT_USER)), TEXTS["communes_proches"]
    )
    (answer,) = await resident.say(f"@galibot_bot {QUESTION}", **topic)
    assert f"vote:{ENTRY}:1" in actions(answer)
    assert answer["message_thread_id"] == 5
    (following,) = await resident.press("themes")
    assert following["chat_id"] == GROUP["id"]
    assert following["message_thread_id"] == 5
