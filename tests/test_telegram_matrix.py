"""Every kind of update and every fault of Telegram's, by both ways in, each update given twice.

The whole service but its process, over HTTP, on a Bot API that checks each call. A row says what
comes in and what the resident then has on her screen.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.language.typography import typeset
from bot.services import Services
from doubles.bot_api import BOT_USER, TOKEN, BotApi, Fault, message, running
from doubles.service import ready, served, until_told
from tests.conftest import TEXTS

Json = dict[str, Any]

ODETTE = {"id": 42, "is_bot": False, "first_name": "Odette"}
MARCEL = {"id": 43, "is_bot": False, "first_name": "Marcel"}
OTHER_BOT = {"id": 44, "is_bot": True, "first_name": "Autre", "username": "other_bot"}
ANONYMOUS = {"id": 45, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
PRIVATE = {"id": 42, "type": "private", "first_name": "Odette"}
GROUP = {"id": -42, "type": "supergroup", "title": "Cité", "is_forum": True}
CHANNEL = {"id": -100, "type": "channel", "title": "Canal"}
FILE = {"file_id": "a", "file_unique_id": "b"}
PHOTO = {"photo": [{**FILE, "width": 1, "height": 1}]}
PLACE = {"latitude": 50.4, "longitude": 3.2}
STICKER = {
    **FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False,
}  # fmt: skip
POLL = {
    "id": "1", "question": "Oui ?", "options": [{"persistent_id": "a", "text": "Oui",
    "voter_count": 0}], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
    "type": "regular", "allows_multiple_answers": False, "allows_revoting": True,
    "members_only": False,
}  # fmt: skip
QUESTION = "Qui s'engage ?"
ANSWER = QUESTION  # the title over it: its words are the editors'


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of update: what it holds, given the bot's last message; what is sent then."""

    name: str
    content: Callable[[Json], Json]
    messages: int
    part: str = ""  # words of the last of them
    chat: int = 42


def written(name: str, messages: int, part: str = "", **content: Any) -> Kind:
    """A message in the private chat."""
    return Kind(name, lambda _: {"message": message(2, PRIVATE, **content)}, messages, part)


def in_group(name: str, messages: int, part: str = "", /, **content: Any) -> Kind:
    return Kind(name, lambda _: {"message": message(2, GROUP, **content)}, messages, part, -42)


def pressed(name: str, messages: int, part: str = "", **data: str) -> Kind:
    """A button under the bot's last message."""
    query = {"id": "7", "from": ODETTE, "chat_instance": "1"}
    return Kind(
        name, lambda last: {"callback_query": {**query, "message": last, **data}}, messages, part
    )


def other(name: str, messages: int, part: str = "", chat: int = 42, **content: Any) -> Kind:
    """An update that is no new message."""
    return Kind(name, lambda _: content, messages, part, chat)


def member(status: str) -> Json:
    return {"user": BOT_USER, "status": status, **({"until_date": 0} if status == "kicked" else {})}


def sender(user: Json) -> Json:
    return {"from": user}


EDITED = {"edit_date": 1_795_392_001}

KINDS = (
    written("text", 1, ANSWER, text=QUESTION),
    written("off topic", 1, TEXTS["refus"], text="xyzzyx wizzgrok"),
    written("command", 1, TEXTS["aide"], text="/aide"),
    written("unknown command", 1, TEXTS["aide"], text="/inconnue"),
    written("start with a link", 1, ANSWER, text="/start q-qui-s-engage"),
    written("very long text", 1, TEXTS["message_trop_long"], text="a" * 4096),
    written("emoji only", 1, TEXTS["message_vide"], text="🦔🦔"),
    written("voice", 1, TEXTS.telegram["message_vocal"], voice={**FILE, "duration": 1}),
    written("round video", 1, TEXTS.telegram["video"],
            video_note={**FILE, "duration": 1, "length": 1}),
    written("photo", 1, TEXTS.telegram["photo"], **PHOTO),
    written("photo with a caption", 1, ANSWER, caption=QUESTION, **PHOTO),
    written("photo with an empty caption", 1, TEXTS.telegram["photo"], caption="", **PHOTO),
    written("sticker", 1, TEXTS["message_vide"], sticker=STICKER),
    written("document", 1, TEXTS.telegram["document"], document=FILE),
    written("poll", 1, TEXTS["message_vide"], poll=POLL),
    written("dice", 1, TEXTS["message_vide"], dice={"emoji": "🎲", "value": 1}),
    written("contact", 1, TEXTS.telegram["fiche_contact"],
            contact={"phone_number": "0", "first_name": "Odette"}),
    written("location", 1, TEXTS["communes_proches"], location=PLACE),
    written("venue", 1, TEXTS["communes_proches"], location=PLACE,
            venue={"location": PLACE, "title": "Mairie", "address": "Place"}),
    written("forwarded", 1, ANSWER, text=QUESTION,
            forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "Odette"}),
    written("reply to an old message", 1, ANSWER, text=QUESTION,
            reply_to_message=message(1, PRIVATE, text="Bonjour")),
    written("future fields", 1, ANSWER, text=QUESTION, of_2030={"a": [1]},
            entities=[{"type": "hologram", "offset": 0, "length": 3}]),
    written("pinned message", 0, pinned_message=message(1, PRIVATE, text="Bonjour")),
    pressed("button", 1, TEXTS["themes"], data="themes"),
    pressed("button of an older version", 1, TEXTS["bouton_ancien"], data="v0:page:3"),
    pressed("button without data", 1, TEXTS["bouton_ancien"], game_short_name="galet"),
    pressed("vote", 0, data="vote:qui-s-engage:1"),
    other("button under a message that is gone", 1, TEXTS["themes"], callback_query={
        "id": "7", "from": ODETTE, "chat_instance": "1", "data": "themes",
        "message": {"message_id": 1, "date": 0, "chat": PRIVATE}}),
    other("button under a message sent inline", 0, callback_query={
        "id": "7", "from": ODETTE, "chat_instance": "1", "data": "themes",
        "inline_message_id": "a"}),
    other("edited message", 0, edited_message=message(1, PRIVATE, text=QUESTION, **EDITED)),
    other("shared position that moves", 0,
          edited_message=message(1, PRIVATE, location=PLACE, **EDITED)),
    in_group("group, not addressed", 0, text=QUESTION),
    in_group("group, photo", 0, **PHOTO),
    in_group("group, mention", 1, ANSWER, text=f"@galibot_bot {QUESTION}"),
    in_group("group, command", 1, TEXTS["aide"], text="/aide@galibot_bot"),
    in_group("group, another bot's command", 0, text="/aide@other_bot"),
    in_group("group, reply to the bot", 1, ANSWER, text=QUESTION,
             reply_to_message={**message(1, GROUP, text="Bonjour"), "from": BOT_USER}),
    in_group("group, another bot", 0, text=f"@galibot_bot {QUESTION}", **sender(OTHER_BOT)),
    in_group("group, anonymous administrator", 1, ANSWER, text=f"@galibot_bot {QUESTION}",
             sender_chat=GROUP, **sender(ANONYMOUS)),
    in_group("topic", 1, ANSWER, text=f"@galibot_bot {QUESTION}", message_thread_id=5,
             is_topic_message=True),
    in_group("someone joins", 0, new_chat_members=[MARCEL]),
    in_group("group becomes a supergroup", 0, migrate_from_chat_id=-41),
    other("channel post", 0, chat=-100,
          channel_post={"message_id": 1, "date": 1, "chat": CHANNEL, "text": QUESTION}),
    other("blocked by a resident", 0, my_chat_member={
        "chat": PRIVATE, "from": ODETTE, "date": 1, "old_chat_member": member("member"),
        "new_chat_member": member("kicked")}),
    other("kicked out of a group", 0, chat=-42, my_chat_member={
        "chat": GROUP, "from": MARCEL, "date": 1, "old_chat_member": member("member"),
        "new_chat_member": member("kicked")}),
    other("inline query", 0,
          inline_query={"id": "8", "from": ODETTE, "query": "loyer", "offset": ""}),
    other("reaction", 0, message_reaction={
        "chat": PRIVATE, "message_id": 1, "user": ODETTE, "date": 1, "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": "👍"}]}),
    other("a poll's votes", 0, poll=POLL),
    other("a kind to come", 0, telepathy={"chat": PRIVATE, "thought": "loyer"}),
    other("nothing", 0),
)  # fmt: skip


async def in_both_modes(play: Callable[[BotApi, str, Path], Any], folder: Path) -> None:
    """Play the scene twice at once, on two Bot APIs: most of it is waiting."""

    async def one(mode: str) -> None:
        async with running() as api:
            await play(api, mode, folder / mode)
            assert api.violations == [], mode

    results = await asyncio.gather(one("polling"), one("webhook"), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


def shows(sent: Json, part: str) -> bool:
    return typeset(part.split("\n")[0]) in sent["text"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_each_kind_of_update(kind: Kind, services: Services, tmp_path: Path) -> None:
    async def play(api: BotApi, mode: str, folder: Path) -> None:
        api.twice = True
        async with served(api, mode, services, folder):
            api.add(message=message(1, PRIVATE, text="/start"))
            await api.settled()
            (first,) = api.sent(42)
            update_id = api.add(**kind.content(dict(first)))
            await api.settled()
            sent = [one for one in api.sent(kind.chat) if one["message_id"] != first["message_id"]]
            assert len(sent) == kind.messages, (mode, sent)
            assert all(shows(one, kind.part) for one in sent[-1:]), (mode, sent[-1]["text"])
            assert all(one.get("message_thread_id", 5) == 5 for one in sent)
            assert api.given[update_id] >= 2
            # Whatever it was, the next resident is answered.
            api.add(message=message(3, 77, text="/aide"))
            await api.settled()
            assert len(api.sent(77)) == 1
            assert await ready(api.webhook_to) == "ok"

    await in_both_modes(play, tmp_path)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way for Telegram to fail: how a method's next call goes wrong, and what is shown then."""

    name: str
    method: str
    fault: Fault
    shown: tuple[str, ...]  # words of the messages in the chat, in their order
    calls: int  # of sendMessage
    say: str = "/aide"


def refused(code: int, description: str, **parameters: int) -> Fault:
    return Fault(code, description, parameters)


HELP = (TEXTS["aide"],)
SORRY = (TEXTS.telegram["panne"],)
TROUBLES = (
    Trouble("403 blocked", "sendMessage",
            refused(403, "Forbidden: bot was blocked by the user"), (), 1),
    Trouble("403 deactivated", "sendMessage",
            refused(403, "Forbidden: user is deactivated"), (), 1),
    Trouble("429", "sendMessage",
            refused(429, "Too Many Requests: retry after 1", retry_after=1), HELP, 2),
    Trouble("400 can't parse entities", "sendMessage",
            refused(400, "Bad Request: can't parse entities: unsupported start tag"), HELP, 2),
    Trouble("400 chat not found", "sendMessage",
            refused(400, "Bad Request: chat not found"), SORRY, 2),
    Trouble("500", "sendMessage", refused(500, "Internal Server Error"), HELP, 2),
    Trouble("502 as a page", "sendMessage", Fault(502, body=b"<html>"), HELP, 2),
    Trouble("200 that is not JSON, sent", "sendMessage",
            Fault(200, body=b"{", done=True), HELP, 1),
    Trouble("cut before", "sendMessage", Fault(cut=True), HELP, 2),
    Trouble("cut after", "sendMessage", Fault(cut=True, done=True), (TEXTS["aide"],) * 2, 2),
    Trouble("no answer, sent", "sendMessage", Fault(delay=math.inf, done=True), HELP, 1),
    Trouble("late", "sendMessage", Fault(delay=1.0, done=True), HELP, 1),
    Trouble("query is too old", "answerCallbackQuery",
            refused(400, "Bad Request: query is too old and response timeout expired or query "
                    "ID is invalid"), (TEXTS["themes"],), 1, say="themes"),
    Trouble("message is not modified", "editMessageReplyMarkup",
            refused(400, "Bad Request: message is not modified"), (), 0, say="vote"),
)  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_each_fault_of_telegram(
    trouble: Trouble, services: Services, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No crash, nothing lost, nothing sent twice after an ambiguous failure."""
    caplog.set_level(logging.DEBUG)

    async def play(api: BotApi, mode: str, folder: Path) -> None:
        api.twice = True
        async with served(api, mode, services, folder):
            api.add(message=message(1, 42, text="/start q-qui-s-engage"))
            await api.settled()
            (first,) = api.sent(42)
            calls = len(api.made("sendMessage"))
            api.fail(trouble.method, trouble.fault)
            if trouble.say.startswith("/"):
                api.add(message=message(2, 42, text=trouble.say))
            else:
                data = "vote:qui-s-engage:1" if trouble.say == "vote" else trouble.say
                query = {"id": "7", "from": ODETTE, "chat_instance": "1", "message": dict(first)}
                api.add(callback_query={**query, "data": data})
            await api.settled()
            shown = api.sent(42)[1:]
            assert len(shown) == len(trouble.shown), (mode, shown)
            assert all(map(shows, shown, trouble.shown)), (mode, shown)
            assert len(api.made("sendMessage")) - calls == trouble.calls, mode
            assert len(api.made(trouble.method)) >= 1
            api.add(message=message(3, 42, text="/themes"))
            await api.settled()
            assert shows(api.sent(42)[-1], TEXTS["themes"]), mode

    await in_both_modes(play, tmp_path)
    assert TOKEN not in caplog.text


#: Calls by which updates come in, and how they may fail.
COMING_IN = (
    ("polling", "getUpdates", refused(500, "Internal Server Error")),
    ("polling", "getUpdates", refused(429, "Too Many Requests", retry_after=1)),
    ("polling", "getUpdates", refused(409, "Conflict: terminated by other getUpdates request")),
    ("polling", "getUpdates", Fault(cut=True)),
    ("polling", "getUpdates", Fault(cut=True, done=True)),
    ("polling", "getUpdates", Fault(502, body=b"<html>")),
    ("polling", "getUpdates", Fault(200, body=b"{")),
    ("polling", "getWebhookInfo", Fault(cut=True)),
    ("webhook", "getWebhookInfo", Fault(cut=True)),
    ("webhook", "getWebhookInfo", refused(500, "Internal Server Error")),
    ("webhook", "setWebhook", refused(429, "Too Many Requests", retry_after=1)),
    ("webhook", "setWebhook", refused(400, "Bad Request: bad webhook: Failed to resolve host")),
    ("webhook", "setWebhook", Fault(cut=True, done=True)),
    ("polling", "setMyCommands", Fault(cut=True)),
    ("webhook", "setMyCommands", refused(500, "Internal Server Error")),
)


async def test_each_fault_of_what_brings_updates(services: Services, tmp_path: Path) -> None:
    """All at once, each on a Bot API of its own: they only wait before they try again."""

    async def play(number: int, mode: str, method: str, fault: Fault) -> None:
        async with running() as api:
            api.fail(method, fault)
            async with served(api, mode, services, tmp_path / str(number)):
                api.add(message=message(1, 42 + number, text="/aide"))
                await api.settled()
                assert len(api.sent(42 + number)) == 1, (mode, method, fault)
                await until_told(api.webhook_to, "ok")
            assert api.violations == []

    await asyncio.gather(*(play(number, *row) for number, row in enumerate(COMING_IN)))
