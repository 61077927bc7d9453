"""The typed context of every callback: the services, and what this chat remembers."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from telegram.ext import Application, CallbackContext, ExtBot

from bot.conversation.reply import Conversation
from bot.knowledge.texts import Texts
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


class Chats(OrderedDict[int, ChatData]):
    """What the chats seen last remember, by number.

    Not the library's own `chat_data`, which keeps the number of every chat it forgets for good.
    """

    most = CHATS

    def of(self, chat: int) -> ChatData:
        """What this chat remembers; nothing yet where it is new."""
        data = self.pop(chat) if chat in self else ChatData()
        self[chat] = data
        if len(self) > self.most:
            self.popitem(last=False)
        return data


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
    def memory(self) -> ChatData | None:
        """What the update's chat remembers; None for an update that comes from no chat."""
        return None if self._chat is None else self.bot_data.chats.of(self._chat)

    @property
    def services(self) -> Services:
        return self.bot_data.services

    @property
    def texts(self) -> Texts:
        """What is said around the answers, as editors have it now."""
        return self.services.assistant.base.texts

    @property
    def conversation(self) -> Conversation:
        """The chat's conversation; a new one for an update that comes from no chat."""
        memory = self.memory
        return memory.conversation if memory else Conversation()


BotApplication = Application[
    ExtBot[None], BotContext, dict[Any, Any], dict[Any, Any], BotData, None
]
