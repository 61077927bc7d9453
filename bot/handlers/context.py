"""The typed context of every callback: the services, and what this chat remembers."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from telegram.ext import Application, CallbackContext, ExtBot

from bot.conversation.reply import Conversation
from bot.services import Services

#: This channel's name in counts.
CHANNEL = "telegram"
#: Chats remembered; beyond, the one not seen for longest begins anew.
CHATS = 10_000
#: Answers of a chat that an edited question can still change.
ANSWERS = 8


@dataclass(slots=True)
class ChatData:
    """What one chat remembers, in memory only: gone when the service restarts."""

    conversation: Conversation = field(default_factory=Conversation)
    position_prompt: int | None = None  # our message whose keyboard asks for a position
    album: str | None = None  # the last one that was replied to
    #: {message asked: message that answers it}, the last few: an edited question edits its answer.
    answers: dict[int, int] = field(default_factory=dict)

    def remember_answer(self, question: int, answer: int) -> None:
        self.answers[question] = answer
        if len(self.answers) > ANSWERS:
            del self.answers[next(iter(self.answers))]


class Chats:
    """What the chats seen last remember.

    Not the library's own `chat_data`, which keeps the number of every chat it forgets for good.
    """

    def __init__(self, most: int = CHATS) -> None:
        self._most = most
        self._data: OrderedDict[int, ChatData] = OrderedDict()

    def __contains__(self, chat: int) -> bool:
        return chat in self._data

    def __getitem__(self, chat: int) -> ChatData:
        """What this chat remembers; nothing yet where it is new."""
        if chat in self._data:
            self._data.move_to_end(chat)
        else:
            self._data[chat] = ChatData()
            if len(self._data) > self._most:
                self._data.popitem(last=False)
        return self._data[chat]

    def forget(self, chat: int) -> None:
        self._data.pop(chat, None)

    def move(self, chat: int, new: int) -> None:
        """Go on under another number."""
        if chat in self._data:
            self._data[new] = self._data.pop(chat)


@dataclass(slots=True)
class BotData:
    """What the application holds for all chats; `build` fills it, before any update."""

    services: Services = field(init=False)
    chats: Chats = field(default_factory=Chats)
    #: Updates whose reply could not be delivered: intake.py takes them out, to try again.
    undelivered: set[int] = field(default_factory=set)
    #: Seconds of preparation from which the chat shows that an answer is coming.
    typing_after: float = 0.3


class BotContext(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], BotData]):
    """What a callback is given besides the update."""

    def __init__(
        self, application: "BotApplication", chat_id: int | None = None, user_id: int | None = None
    ) -> None:
        super().__init__(application, chat_id, user_id)
        self._chat = chat_id

    @property
    def chat(self) -> ChatData | None:
        """What the update's chat remembers; None for an update that comes from no chat."""
        return None if self._chat is None else self.bot_data.chats[self._chat]

    @property
    def services(self) -> Services:
        return self.bot_data.services

    @property
    def conversation(self) -> Conversation:
        """The chat's conversation; a new one for an update that comes from no chat."""
        return self.chat.conversation if self.chat else Conversation()

    @conversation.setter
    def conversation(self, conversation: Conversation) -> None:
        if self.chat:
            self.chat.conversation = conversation


BotApplication = Application[
    ExtBot[None], BotContext, dict[Any, Any], dict[Any, Any], BotData, None
]
