"""The typed context of every callback: the services, and what this conversation remembers."""

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot

from bot.conversation.reply import Begun, Conversation
from bot.handlers.delivery.copies import Copies
from bot.knowledge.texts import Texts
from bot.services import Services
from bot.storage.retention import erase_votes

#: This channel's name in counts.
CHANNEL = "telegram"
#: Conversations remembered; beyond, the one not gone on with for longest begins anew.
CONVERSATIONS = 4_000
#: Answers of a conversation that an edited question can still change.
ANSWERS = 8
#: Votes of a conversation that she can still have erased.
VOTES = 50


class Place(NamedTuple):
    """What a conversation goes by: a chat, who writes there (or the chat spoken for), a topic."""

    chat: int
    person: int
    topic: int | None

    @classmethod
    def of(cls, update: Update) -> "Place | None":
        """The conversation that an update belongs to; None where it comes from no chat."""
        chat, message = update.effective_chat, update.effective_message
        # Telegram numbers threads of replies too, which are no topics.
        thread = message.message_thread_id if message and message.is_topic_message else None
        topic = thread if isinstance(thread, int) else None  # a torn update may hold anything
        sender = update.effective_sender
        return cls(chat.id, sender.id if sender else 0, topic) if chat else None

    def named(self, bot: int) -> str:
        """What its pseudonym is made from: this conversation of a bot, and no other."""
        return f"conversation:{bot}:{self.chat}:{self.topic}:{self.person}"


def voted_on(chat: int, message: int) -> str:
    """What the pseudonym of a vote is made from: the message that bears its buttons."""
    return f"vote:{chat}:{message}"


@dataclass(frozen=True, slots=True)
class Piece:
    """What she began to write, when, and the replies to that, which one to the whole replaces."""

    begun: Begun
    at: dt.datetime
    replies: tuple[int, ...]


@dataclass(slots=True)
class Memory:
    """What one conversation remembers, gone when the service restarts but for what copies share."""

    conversation: Conversation = field(default_factory=Conversation)
    untold: dt.datetime | None = None  # its last turn, where the other copies were not told of it
    position_prompt: int | None = None  # our message whose keyboard asks for a position
    piece: Piece | None = None  # what she began to write
    album: str | None = None  # the last one that was replied to
    #: {message asked: message that answers it}, the last few: an edited question edits its answer.
    answers: dict[int, int] = field(default_factory=dict)
    #: The button pressed last, as (message, data), and the loop's time until when it is the same
    #: press again.
    pressed: tuple[int, str] | None = None
    pressed_until: float = 0.0
    held_back: bool = False  # it wrote too much at once, and was told so
    unanswered: str = ""  # the last words, where they got suggestions or a refusal
    #: Our messages that were voted on, the last few: their votes can be erased.
    voted: dict[int, None] = field(default_factory=dict)

    def remember_answer(self, question: int, answer: int) -> None:
        self.answers[question] = answer
        if len(self.answers) > ANSWERS:
            del self.answers[next(iter(self.answers))]

    def remember_vote(self, message: int) -> None:
        self.voted[message] = None
        if len(self.voted) > VOTES:
            del self.voted[next(iter(self.voted))]


class Memories(OrderedDict[Place, Memory]):
    """What the last conversations remember.

    Not the library's own `chat_data`, which keeps the number of every chat it forgets for good.
    """

    most = CONVERSATIONS

    def of(self, place: Place) -> Memory:
        """What this conversation remembers; nothing yet where it is new."""
        memory = self.pop(place) if place in self else Memory()
        self[place] = memory
        if len(self) > self.most:
            self.popitem(last=False)
        return memory

    def move(self, chat: int, to: int | None = None) -> list[Place]:
        """Let a chat's conversations go on in another; forget them where there is none.

        Gives those that were there.
        """
        places = [place for place in self if place.chat == chat]
        for place in places:
            memory = self.pop(place)
            if to is not None:
                memory.untold = dt.datetime.now(dt.UTC)
                self[place._replace(chat=to)] = memory
        return places


@dataclass(slots=True)
class BotData:
    """What the application holds for all chats; `build` fills it, before any update."""

    services: Services = field(init=False)
    copies: Copies = field(init=False)
    memories: Memories = field(default_factory=Memories)
    #: Updates whose reply could not be delivered: intake.py takes them out, to try again.
    undelivered: set[int] = field(default_factory=set)
    #: Seconds of preparation from which the chat shows that an answer is coming.
    typing_after: float = 0.3
    #: Seconds from a reply in which its button, pressed again, is taken for the same press.
    pressed_once: float = 3.0


class BotContext(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], BotData]):
    """What a callback is given besides the update."""

    place: Place | None = None

    @classmethod
    def from_update(cls, update: object, application: "BotApplication") -> "BotContext":
        context = super().from_update(update, application)
        context.place = Place.of(update) if isinstance(update, Update) else None
        return context

    async def refresh_data(self) -> None:
        """Before anything is done with an update: where the conversation stands, for all copies."""
        if self.place:
            await self.bot_data.copies.recall(self._pseudonym(self.place), self.memory)

    async def remember(self, conversation: Conversation) -> None:
        """Go on from here, whichever copy is next."""
        memory = self.memory
        memory.conversation = conversation
        if self.place:
            await self.bot_data.copies.tell(self._pseudonym(self.place), memory)

    async def forget(self, chat: int) -> None:
        """Forget the conversations of a chat, hers first: others may not be known here."""
        places = {*self.bot_data.memories.move(chat), *([self.place] if self.place else [])}
        await self.bot_data.copies.forget([self._pseudonym(place) for place in places])

    async def erase(self) -> bool:
        """Forget her conversation, and the votes that it knows of; whether all of it is done."""
        if self.place is None:
            return True
        memory = self.bot_data.memories.pop(self.place, Memory())
        database, chat = self.services.database, self.place.chat
        keys = [self.services.pseudonym(voted_on(chat, number)) for number in memory.voted]
        forgotten = await self.bot_data.copies.forget([self._pseudonym(self.place)])
        return await database.patience.soon(lambda: erase_votes(database, keys)) and forgotten

    def _pseudonym(self, place: Place) -> str:
        return self.services.pseudonym(place.named(self.bot.id))

    @property
    def memory(self) -> Memory:
        """What the conversation remembers; nothing, and for no one, where there is no chat."""
        return self.bot_data.memories.of(self.place) if self.place else Memory()

    @property
    def topic(self) -> int | None:
        """The topic of the chat that the update comes from."""
        return self.place.topic if self.place else None

    @property
    def services(self) -> Services:
        return self.bot_data.services

    @property
    def texts(self) -> Texts:
        """What is said around the answers, as editors have it now."""
        return self.services.assistant.base.texts

    @property
    def conversation(self) -> Conversation:
        return self.memory.conversation


BotApplication = Application[
    ExtBot[None], BotContext, dict[Any, Any], dict[Any, Any], BotData, None
]
