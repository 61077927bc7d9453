"""What the knowledge files say, once checked. English names here; French keys in the files."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AliasGenerator, BaseModel, ConfigDict, StringConstraints

from bot.language.patterns import Patterns

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ID_LENGTH = 32
QUESTION_LENGTH = 120

_FRENCH_KEYS = {
    "answer": "reponse",
    "brief": "en_bref",
    "variants": "variantes",
    "easy": "facile",
    "alarm": "alarme",
    "support": "appuis",
    "collected_on": "releve_le",
    "checked_on": "verifie_le",
    "review_on": "revoir_le",
    "expires_on": "expire_le",
    "see_also": "voir_aussi",
    "tests": "essais",
    "title": "titre",
    "icon": "icone",
    "name": "nom",
    "purpose": "pour_quoi",
    "phone": "telephone",
    "address": "adresse",
    "statement": "fait",
    "confidence": "confiance",
}

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_LENGTH)]
#: Facts keep the names of the research they come from, which are longer.
FactId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=64)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]


class _Checked(BaseModel):
    """Frozen, and strict about unknown keys: a misspelt key would otherwise vanish silently."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        alias_generator=AliasGenerator(validation_alias=lambda name: _FRENCH_KEYS.get(name, name)),
    )


class Theme(_Checked):
    id: Id
    title: Text
    icon: str = ""


class Source(_Checked):
    """Where an answer comes from; a date is absent where the source gives none to the day."""

    title: Text
    url: Url | None = None
    date: dt.date | None = None


class Contact(_Checked):
    """A desk a resident can turn to; without phone, url or address it only says whom to ask."""

    name: Text
    role: str = ""
    purpose: str = ""
    phone: str | None = None
    url: Url | None = None
    address: str | None = None
    epci: str | None = None  # SIREN of the intercommunalité whose desk this is


class Fact(_Checked):
    """A sourced statement that answers rest on. `date` is as the source gives it, in words."""

    statement: Text
    title: Text
    url: Url | None = None
    date: Text
    confidence: Literal["haute", "moyenne", "basse"]


class Entry(_Checked):
    """One question of the FAQ with its answer. `tests` judge the matching: never indexed.

    `brief` is the answer in one sentence. An `alarm` is about danger or distress: it is recognised
    before all else, and the first line of its answer holds the number to call.
    """

    id: Id
    question: Annotated[Text, StringConstraints(max_length=QUESTION_LENGTH)]
    answer: Text
    brief: Text | None = None
    theme: Id | None = None
    variants: tuple[Text, ...] = ()
    easy: Text | None = None
    sources: tuple[Source, ...] = ()
    support: tuple[FactId, ...] = ()
    collected_on: dt.date | None = None
    checked_on: dt.date | None = None
    review_on: dt.date | None = None
    expires_on: dt.date | None = None
    see_also: tuple[Id, ...] = ()
    contact: Id | None = None
    alarm: bool = False
    tests: tuple[Text, ...] = ()

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The ways to ask that are indexed, the canonical question first."""
        return (self.question, *self.variants)


class KnowledgeBase(BaseModel):
    """Everything that can be answered, immutable; `revision` changes with the files' content."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    themes: tuple[Theme, ...]
    entries: Mapping[str, Entry]
    contacts: Mapping[str, Contact]
    facts: Mapping[str, Fact]
    off_topic: tuple[str, ...]
    synonyms: tuple[tuple[str, ...], ...]
    unrelated: tuple[str, ...]
    alarms: Patterns  # labelled by entry
    revision: str

    def of_theme(self, theme: str) -> tuple[Entry, ...]:
        """The theme's entries, in the order of the file."""
        return tuple(entry for entry in self.entries.values() if entry.theme == theme)

    def served(self, today: dt.date) -> dict[str, Entry]:
        """The entries that may be served: those of which `expires_on` has not passed."""
        return {
            key: entry
            for key, entry in self.entries.items()
            if entry.expires_on is None or entry.expires_on >= today
        }
