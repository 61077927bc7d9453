"""What channels and the assistant exchange: a Question in, a Reply out. Neither knows a channel."""

import base64
import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints, TypeAdapter

from bot.communes.commune import Commune, TownHall
from bot.communes.nearest import Point
from bot.conversation.action import Ask, Kind
from bot.conversation.markup import plain
from bot.knowledge.model import Contact, Id, Source


class Outcome(StrEnum):
    """How a question ended; the values are part of the outside interface."""

    ANSWER = "answer"
    SUGGESTIONS = "suggestions"
    COMMUNE = "commune"
    CHOOSE_COMMUNE = "choose_commune"
    NO_MATCH = "no_match"
    SMALLTALK = "smalltalk"


#: What of the last question is kept, in bytes: with all the rest, a token stays under 512.
WISH = 100
#: Choices that can be named by their rank.
CHOICES = 9


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one conversation remembers. The channel keeps it and hands it back.

    `commune` is a code INSEE, `refusals` counts those in a row, `started` is false until the
    first reply, which says that this is an automatic service.
    """

    commune: str | None = None
    refusals: int = 0
    started: bool = False
    entry: str | None = None  # the last one answered: « et pour ma mère ? » goes on about it
    choices: tuple[str, ...] = ()  # what the last reply offered to choose from, as actions
    last: str = ""  # the kind of the last reply: an Outcome, WHERE, WHICH or STILL
    wish: str = ""  # the last words that asked something
    said: str = ""  # a digest of the last text: never the same one twice running

    def token(self) -> str:
        """The conversation as the outside interface hands it over, opaque to its callers."""
        kept = _KEPT.dump_json(tuple(getattr(self, name) for name in self.__slots__))
        return f"{_VERSION}.{base64.urlsafe_b64encode(kept).decode().rstrip('=')}"

    @classmethod
    def read(cls, token: str) -> "Conversation":
        """The conversation of a token; one that is damaged or of another version counts as none."""
        version, _, kept = token.partition(".")
        if version != str(_VERSION) or len(token) > TOKEN:
            return cls()
        try:
            raw = base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))
            return cls(*_KEPT.validate_json(raw))
        except ValueError:  # of base64, UTF-8 and pydantic alike
            return cls()


#: The kind of a reply that asks which commune, of one that offers some for an entry, and of an
#: alarm told again since what followed it was not clear.
WHERE, WHICH, STILL = "where", "which", "still"
#: Longest token, in characters.
TOKEN = 512
#: Changes with what a token holds.
_VERSION = 2
_Code = Annotated[str, StringConstraints(pattern=r"^\d[\dAB]\d{3}$")]
_Few = Annotated[str, StringConstraints(max_length=WISH)]
_KEPT: TypeAdapter[tuple[Any, ...]] = TypeAdapter(
    tuple[
        _Code | None,
        Annotated[int, Field(ge=0, le=99)],
        bool,
        Id | None,
        Annotated[tuple[_Few, ...], Field(max_length=CHOICES)],
        _Few,
        _Few,
        _Few,
    ]
)


@dataclass(frozen=True, slots=True)
class Begun:
    """What someone wrote seconds ago and may go on with, in so many messages."""

    text: str
    conversation: Conversation  # as it stood before
    messages: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """A resident's words, the action of the button she pressed, or where she says she is.

    `only_place`: the words are looked through for a commune alone, as in a search box.
    """

    text: str = ""
    action: str | None = None
    conversation: Conversation = field(default_factory=Conversation)
    place: Point | None = None
    only_place: bool = False
    begun: Begun | None = None

    def __post_init__(self) -> None:
        # Half a surrogate pair, which phones can send, has no UTF-8, and is no letter.
        object.__setattr__(self, "text", self.text.encode("utf-8", "replace").decode())


@dataclass(frozen=True, slots=True)
class Action:
    """A way on: a button's label and what it asks for, written as action.Ask is."""

    label: str
    ask: Ask

    @property
    def action(self) -> str:
        """What it asks for, as the outside interface and buttons write it."""
        return str(self.ask)

    @property
    def general(self) -> bool:
        """Whether it leads on from any reply, and not to what this one is about."""
        return self.ask in _GENERAL

    @property
    def to_desk(self) -> bool:
        """Whether it leads to a desk of several."""
        return self.ask.kind is Kind.CONTACT and bool(self.ask.value)


#: Ways on from anywhere.
_GENERAL = frozenset(
    map(Ask, (Kind.THEMES, Kind.COMMUNE, Kind.CONTACT, Kind.HELP, Kind.PRIVACY, Kind.START))
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer for all channels. Texts are marked up as in faq.yaml and typeset."""

    outcome: Outcome
    text: str
    conversation: Conversation
    notice: str | None = None  # shown before the text: « service automatique »
    title: str | None = None
    entry: str | None = None
    entries: tuple[str, ...] = ()
    confidence: float = 0.0
    brief: str | None = None  # the answer in one sentence
    easy_text: str | None = None
    easy: bool = False  # `text` is the easy wording
    calls: tuple[str, ...] = ()  # of an urgent reply: the numbers of its first line, as written
    joins: bool = False  # it answers what was begun just before too
    understood: str | None = None  # the question as read with what was said before
    sources: tuple[Source, ...] = ()
    collected_on: dt.date | None = None
    checked_on: dt.date | None = None
    commune: Commune | None = None
    communes: tuple[Commune, ...] = ()
    actions: tuple[Action, ...] = ()
    contact: Contact | None = None
    desks: tuple[Contact, ...] = ()  # of which the contact is one: which, she is asked
    back: Action | None = None  # to what this is a part of: an entry's theme, the list of themes
    wants_place: bool = False  # a name, a postcode or a point on the map would answer this

    @property
    def urgent(self) -> bool:
        """Whether this answers a danger or distress."""
        return bool(self.calls)

    @property
    def opening(self) -> tuple[str, str, str]:
        """The text as what stands before its sentence in short, that sentence, and the rest.

        For a channel that opens on it; it is never said twice. It is empty, and the rest the whole
        text, where that is to be read whole: urgent, in easy words, or without such a sentence.
        """
        if not self.brief or self.easy or self.urgent:
            return "", "", self.text
        words = r"\s+".join(map(re.escape, self.brief.rstrip(".").split()))
        end = r"\s*[.:]" if self.brief.endswith(".") else ""
        found = re.match(rf"([^\n]+\n\n)?{words}{end}(?!\S)\s*", self.text)
        if found is None:
            return "", self.brief, self.text
        return found[1] or "", self.brief, self.text[found.end() :]

    def as_json(self) -> dict[str, Any]:
        """The reply of the outside interface ready for json.dumps."""
        return {
            "outcome": self.outcome.value,
            "entry": self.entry,
            "entries": list(self.entries),
            "confidence": round(self.confidence, 4),
            "title": self.title,
            "text": plain(self.text),
            "brief": self.brief,
            "easy_text": plain(self.easy_text) if self.easy_text else None,
            "easy": self.easy,
            "urgent": self.urgent,
            "understood": self.understood,
            "conversation": self.conversation.token(),
            "sources": [source.model_dump(mode="json") for source in self.sources],
            "collected_on": self.collected_on.isoformat() if self.collected_on else None,
            "checked_on": self.checked_on.isoformat() if self.checked_on else None,
            "commune": commune_as_json(self.commune) if self.commune else None,
            "communes": [commune_as_json(commune) for commune in self.communes],
            "actions": [{"label": way.label, "action": way.action} for way in self.actions],
            "contact": self.contact.as_json() if self.contact and self.contact.reachable else None,
            "contacts": [desk.as_json() for desk in self.desks],
        }


def commune_as_json(commune: Commune) -> dict[str, Any]:
    """A commune of the outside interface."""
    return {
        "code_insee": commune.code_insee,
        "name": commune.name,
        "postcodes": list(commune.postcodes),
        "epci": commune.epci,
        "status": commune.status.value,
        "bud": commune.in_zone,
        "cites": list(commune.cites),
        "town_hall": _town_hall_as_json(commune.town_hall) if commune.town_hall else None,
    }


def _town_hall_as_json(hall: TownHall) -> dict[str, str | None]:
    return {"phone": hall.phone, "address": hall.address, "hours": hall.hours, "url": hall.url}
