"""Telegram without the network, stricter than its Python client, and a resident who uses it."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from telegram import Update
from telegram.request import BaseRequest, RequestData

from bot.conversation.reply import Conversation
from bot.handlers import build
from bot.handlers.context import BotApplication, Memory, Place
from bot.language.typography import typeset
from bot.services import Services
from doubles.telegram_rules import (
    call_complaints,
    keyboard_complaints,
    text_complaints,
    visible,
)

TOKEN = "123456:AAH-jeton-qui-ne-doit-paraitre-nulle-part"
BOT_USER = {"id": 1, "is_bot": True, "first_name": "Galibot", "username": "galibot_bot"}
NEIGHBOUR = {"id": 43, "is_bot": False, "first_name": "Marcel"}
ANONYMOUS = {"id": 45, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
OTHER_BOT = {"id": 44, "is_bot": True, "first_name": "Autre", "username": "other_bot"}
#: Whom Telegram names as the author of what someone writes in a channel's name.
CHANNEL_BOT = {"id": 46, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
CHANNEL = {"id": -100, "type": "channel", "title": "Canal"}
GROUP = {"id": -42, "type": "supergroup", "title": "Cité"}
#: An entry of the project's base.
ENTRY = "qui-s-engage"
#: A Monday of November 2026, as Telegram writes it.
DATE = 1_795_392_000
_ANSWERED_TRUE = {
    "answerCallbackQuery", "answerInlineQuery", "deleteWebhook", "sendChatAction",
    "setChatMenuButton", "setMyCommands", "setMyDescription", "setMyShortDescription", "setWebhook",
}  # fmt: skip
#: Parts of the profile: the field that sets each, and what Telegram gives where it is not set.
_PROFILE: dict[str, tuple[str, Any]] = {
    "ChatMenuButton": ("menu_button", {"type": "default"}),
    "MyCommands": ("commands", []),
    "MyDescription": ("description", ""),
    "MyShortDescription": ("short_description", ""),
}
_BARE = {"ChatMenuButton", "MyCommands"}  # given as they are, not in an object


@dataclass(frozen=True, slots=True)
class Call:
    """One call that the bot made."""

    method: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of Telegram's that is not ok."""

    code: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict)


class FakeTelegram(BaseRequest):
    """Records calls and answers them. A call that Telegram would refuse is a violation.

    The client turns what the transport raises into errors of its own, which the bot handles: the
    fixture asserts at its end that `violations` is empty.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.messages: dict[int, dict[str, Any]] = {}
        self._failures: dict[str, deque[Refusal | Exception]] = {}
        #: What the bot set of its profile: {(what, scope, language): value}.
        self.profile: dict[tuple[str, str, str], Any] = {}
        self._ids = count(1001)
        #: What can be fetched of the files that people sent, by their file_id.
        self.files: dict[str, bytes] = {}

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    def fail(self, method: str, *failures: Refusal | Exception) -> None:
        """Let the next calls of a method fail, each in its way."""
        self._failures.setdefault(method, deque()).extend(failures)

    def made(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every call of a method, failed ones too."""
        return [call.parameters for call in self.calls if call.method == method]

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[1]
        if "/file/bot" in url:
            return 200, self.files[name]
        parameters: dict[str, Any] = dict(request_data.parameters) if request_data else {}
        self.calls.append(Call(name, parameters))
        complaints = list(self._complaints(name, parameters))
        if complaints:
            self.violations.extend(f"{name}: {complaint}" for complaint in complaints)
            raise AssertionError(complaints)
        if failures := self._failures.get(name):
            failure = failures.popleft()
            if isinstance(failure, Exception):
                raise failure
            return failure.code, _body(
                ok=False,
                error_code=failure.code,
                description=failure.description,
                **({"parameters": failure.parameters} if failure.parameters else {}),
            )
        if name == "getUpdates":
            await asyncio.sleep(0.01)
        return 200, _body(ok=True, result=self._result(name, parameters))

    def _complaints(self, name: str, parameters: dict[str, Any]) -> Iterator[str]:
        yield from call_complaints(name, parameters)
        if name in {"sendMessage", "editMessageText"}:
            yield from text_complaints(parameters["text"], parameters.get("parse_mode"))
        if markup := parameters.get("reply_markup"):
            yield from keyboard_complaints(markup)
        if name == "answerInlineQuery":
            for result in parameters["results"]:
                content = result["input_message_content"]
                yield from text_complaints(content["message_text"], content.get("parse_mode"))
                yield from keyboard_complaints(result["reply_markup"])
        if name == "deleteMessage" and parameters["message_id"] not in self.messages:
            yield "deletes a message that was never sent"
        edited = parameters.get("message_id") if name.startswith("editMessage") else None
        if edited is not None and edited not in self.messages:
            yield "edits a message that was never sent"

    def _result(self, name: str, parameters: dict[str, Any]) -> object:
        if name == "getMe":
            return BOT_USER
        if name == "getUpdates":
            return []
        if name == "getFile":
            known = parameters["file_id"]
            return {"file_id": known, "file_unique_id": known, "file_path": f"documents/{known}"}
        if name == "sendMessage":
            message = {
                "message_id": next(self._ids),
                "date": DATE,
                "from": BOT_USER,
                "chat": {
                    "id": parameters["chat_id"],
                    "type": "private" if parameters["chat_id"] > 0 else "supergroup",
                },
                "text": visible(parameters["text"], parameters.get("parse_mode")),
                **_topic(parameters),
                **_markup(parameters),
            }
            self.messages[message["message_id"]] = message
            return message
        if "inline_message_id" in parameters:
            return True
        if name in {"editMessageReplyMarkup", "editMessageText"}:
            message = self.messages[parameters["message_id"]]
            if name == "editMessageText":
                message["text"] = visible(parameters["text"], parameters.get("parse_mode"))
            message.pop("reply_markup", None)
            message.update(_markup(parameters))
            return message
        if name == "deleteMessage":
            return bool(self.messages.pop(parameters["message_id"]))
        if (about := name.removeprefix("set").removeprefix("get")) in _PROFILE:
            place = (
                about,
                parameters.get("scope", {}).get("type", "default"),
                parameters.get("language_code", ""),
            )
            field, unset = _PROFILE[about]
            if name.startswith("get"):
                value = self.profile.get(place, unset)
                return value if about in _BARE else {field: value}
            self.profile[place] = parameters[field]
        if name in _ANSWERED_TRUE:
            return True
        self.violations.append(f"{name}: no canned answer")
        raise AssertionError(name)


def _markup(parameters: dict[str, Any]) -> dict[str, Any]:
    """Telegram gives back the buttons under a message, not a keyboard that came with it."""
    markup = parameters.get("reply_markup", {})
    return {"reply_markup": markup} if "inline_keyboard" in markup else {}


def _topic(parameters: dict[str, Any]) -> dict[str, Any]:
    thread = parameters.get("message_thread_id")
    return {"message_thread_id": thread, "is_topic_message": True} if thread else {}


def _body(**answer: object) -> bytes:
    return json.dumps(answer).encode()


@dataclass(slots=True)
class Resident:
    """Someone in a chat with the bot: what she does becomes updates of the real application."""

    application: BotApplication
    telegram: FakeTelegram
    chat: dict[str, Any] = field(
        default_factory=lambda: {"id": 42, "type": "private", "first_name": "Odette"}
    )
    user: dict[str, Any] = field(
        default_factory=lambda: {"id": 42, "is_bot": False, "first_name": "Odette"}
    )
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    async def say(self, text: str, **more: object) -> list[dict[str, Any]]:
        """Write a message; its commands and @names are marked as Telegram does."""
        return await self.send(text=text, entities=list(_entities(text)), **more)

    async def send(self, **content: object) -> list[dict[str, Any]]:
        """Send a message of any kind. Gives the messages that the bot sent since."""
        return await self.update(message=self.message(**content))

    async def press(self, action: str | None) -> list[dict[str, Any]]:
        """Press a button of the last message, or one with these data that it has no more."""
        message = list(self.telegram.messages.values())[-1]
        data = {"data": action} if action is not None else {"game_short_name": "galet"}
        query = {"id": "7", "from": self.user, "chat_instance": "1", "message": message, **data}
        return await self.update(callback_query=query)

    def message(self, **content: object) -> dict[str, Any]:
        """A minute after what came before, unless it says when."""
        number = next(self._ids)
        written = {"message_id": number, "date": DATE + 60 * number, "chat": self.chat}
        return {**written, "from": self.user, **content}

    async def update(self, **content: object) -> list[dict[str, Any]]:
        before = len(self.telegram.made("sendMessage"))
        update = Update.de_json({"update_id": next(self._ids), **content}, self.application.bot)
        await self.application.process_update(update)
        return self.telegram.made("sendMessage")[before:]


@contextlib.asynccontextmanager
async def resident_with(services: Services) -> AsyncIterator[Resident]:
    """A resident in a private chat with the real application, over a strict Telegram."""
    telegram = FakeTelegram()
    async with build(TOKEN, services, request=telegram) as application:
        yield Resident(application, telegram)
    assert telegram.violations == []


def actions(sent: dict[str, Any]) -> list[str]:
    """What the buttons of a message ask for, in reading order; links are left out."""
    rows = sent.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


def remembered(resident: Resident) -> Conversation:
    """The conversation of this resident in her chat, outside of any topic."""
    return memory_of(resident).conversation


def memory_of(resident: Resident, topic: int | None = None) -> Memory:
    place = Place(resident.chat["id"], resident.user["id"], topic)
    return resident.application.bot_data.memories[place]


def shows(sent: list[dict[str, Any]], text: str) -> bool:
    """Whether one message was sent, with these words of ours in it."""
    return len(sent) == 1 and typeset(text.split("\n")[0]) in sent[0]["text"]


def reply_to(author: dict[str, Any]) -> dict[str, Any]:
    return {
        "reply_to_message": {
            "message_id": 1, "date": 1, "chat": GROUP, "from": author, "text": "Bonjour",
        }
    }  # fmt: skip


def _entities(text: str) -> Iterator[dict[str, Any]]:
    position = 0
    for word in text.split(" "):
        kind = {"/": "bot_command", "@": "mention"}.get(word[:1])
        if kind and (position == 0 or kind == "mention"):
            yield {"type": kind, "offset": position, "length": len(word)}
        position += len(word) + 1
