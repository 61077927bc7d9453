"""The typed context of every callback: the services, and what this chat remembers."""

from dataclasses import dataclass, field
from typing import Any

from telegram.ext import Application, CallbackContext, ExtBot

from bot.conversation.reply import Conversation
from bot.knowledge.texts import Texts
from bot.services import Services

#: This channel's name in counts.
CHANNEL = "telegram"
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


class BotData:
    """What the application holds for all chats; `build` fills it, before any update."""

    services: Services
    #: Seconds of preparation from which the chat shows that an answer is coming.
    typing_after: float = 0.3


class BotContext(CallbackContext[ExtBot[None], dict[Any, Any], ChatData, BotData]):
    """What a callback is given besides the update."""

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
        return self.chat_data.conversation if self.chat_data else Conversation()

    @conversation.setter
    def conversation(self, conversation: Conversation) -> None:
        if self.chat_data:
            self.chat_data.conversation = conversation


BotApplication = Application[ExtBot[None], BotContext, dict[Any, Any], ChatData, BotData, None]
