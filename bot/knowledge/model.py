"""What the knowledge files say, once checked. English names here; French keys in the files."""

import datetime as dt
import itertools
import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, AliasGenerator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from bot.knowledge.acts import Acts
from bot.knowledge.texts import Texts
from bot.language.patterns import Patterns
from bot.language.typography import typeset

#: The theme of the entries that orient to another service (outside interface, « Evaluation »).
ORIENTATION = "autres"
ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ID_LENGTH = 32
#: Facts keep the names of the research they come from, which are longer.
FACT_ID_LENGTH = 64
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
    "hours": "horaires",
    "among": "parmi",
    "which": "lequel",
    "on_paper": "papier",
    "statement": "fait",
    "confidence": "confiance",
    # The files themselves (files.py)
    "entries": "entrees",
    "off_topic": "hors_sujet",
    "beside_contact": "avec_un_contact",
    "examples": "exemples",
    "shorthand": "abreviations",
    "synonyms": "synonymes",
    "lists": "listes",
    "alarms": "alarmes",
    "patterns": "motifs",
    "unless": "sauf",
    "never": "jamais",
    "calm": "calmes",
    "polite": "politesse",
    "acts": "actes",
}

#: Years that a source, a check or a term can bear; others are slips, as « 0226 ».
YEARS = range(1990, 2101)
#: The year of a day or a month, in digits or in words.
_YEAR = re.compile(
    r"\b(\d{3,})-\d\d\b|\b(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|"
    r"novembre|décembre) (\d{3,})\b"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
#: As dialled, without its spaces: ten digits, with the code of France or without, a short number
#: (« 15 », « 119 », « 1010 », « 3114 », « 116 006 »), or one of abroad.
_DIALLED = re.compile(
    r"(?:0|(?:\+|00)330?)[1-9]\d{8}|1\d{1,3}|11[68]\d{3}|3\d{3}|(?:\+|00)(?!33|0)\d{8,14}"
)


def _likely(day: dt.date) -> dt.date:
    if day.year not in YEARS:
        raise PydanticCustomError("annee", "A year that is a slip.")
    return day


def _likely_if_to_the_day(text: str) -> str:
    for year in itertools.chain.from_iterable(_YEAR.findall(text)):
        if year and (len(year) != 4 or int(year) not in YEARS):
            raise PydanticCustomError("annee", "A year that is a slip.")
    if _ISO.fullmatch(text):
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            raise PydanticCustomError("date", "No day of the calendar.") from None
        _likely(day)
    return text


def _dialled(text: str) -> str:
    if not _DIALLED.fullmatch(re.sub(r"[\s.()/-]", "", text)):
        raise PydanticCustomError("telephone", "No telephone number.")
    return text


def _said(text: str) -> str:
    if not re.search(r"\w", text):
        raise PydanticCustomError("vide", "No word.")
    return text


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_LENGTH)]
FactId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=FACT_ID_LENGTH)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Day = Annotated[dt.date, AfterValidator(_likely)]
Phone = Annotated[str, AfterValidator(_dialled)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]


class FromFile(BaseModel):
    """Frozen, and strict about unknown keys: a misspelt key would otherwise vanish silently."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        alias_generator=AliasGenerator(validation_alias=lambda name: _FRENCH_KEYS.get(name, name)),
    )


class Theme(FromFile):
    id: Id
    title: Text
    icon: str = ""


class Source(FromFile):
    """Where an answer comes from; a date is absent where the source gives none to the day."""

    title: Text
    url: Url | None = None
    date: Day | None = None


class Contact(FromFile):
    """A desk a resident can turn to, shown where it can be reached.

    Or one of several (`among`, « votre bailleur »): then `which` asks which one it is, and
    `on_paper` says, with the one chosen, where else its number is written.
    """

    name: Text
    role: str = ""
    purpose: str = ""
    phone: Phone | None = None
    url: Url | None = None
    address: str | None = None
    hours: str = ""
    among: tuple[Id, ...] = ()
    which: str = ""
    on_paper: str = ""
    epci: str | None = None  # SIREN of the intercommunalité whose desk this is

    @property
    def reachable(self) -> bool:
        """Whether it says more than whom to ask."""
        return bool(self.phone or self.url or self.address)

    def as_json(self) -> dict[str, str | None]:
        """What the outside interface tells of it."""
        told = self.model_dump(include={"name", "phone", "url", "address"})
        return {**told, "hours": self.hours or None}


class Fact(FromFile):
    """A sourced statement that answers rest on. `date` is as the source gives it, in words."""

    statement: Text
    title: Text
    url: Url | None = None
    date: Annotated[Text, AfterValidator(_likely_if_to_the_day)]
    confidence: Literal["haute", "moyenne", "basse"]


class Entry(FromFile):
    """One question of the FAQ with its answer. `tests` judge the matching: never indexed.

    `brief` is the answer in one sentence. An `alarm` is about danger or distress: it is recognised
    before all else, and the first line of its answer holds the number to call.
    """

    id: Id
    question: Annotated[Text, StringConstraints(max_length=QUESTION_LENGTH)]
    answer: Annotated[Text, AfterValidator(_said)]
    brief: Text | None = None
    theme: Id | None = None
    variants: tuple[Text, ...] = ()
    easy: Text | None = None
    sources: tuple[Source, ...] = ()
    support: tuple[FactId, ...] = ()
    collected_on: Day | None = None
    checked_on: Day | None = None
    review_on: Day | None = None
    expires_on: Day | None = None
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
    beside_contact: tuple[str, ...]  # entries offered with whoever is to be called
    examples: tuple[str, ...]  # entries shown before anything is asked
    synonyms: tuple[tuple[str, ...], ...]
    shorthand: Mapping[str, str]  # words that residents write in their own way, written out
    unrelated: tuple[str, ...]
    alarms: Patterns  # what rings, labelled by entry
    urgent: Mapping[str, Entry]  # the program's answers to alarms, where the base has none
    calm: Patterns  # what keeps a merely likely alarm from ringing, labelled by entry
    acts: Acts
    texts: Texts
    drawings: Mapping[str, str]  # SVG by name: avatar, icone, horizon
    revision: str

    def of_theme(self, theme: str) -> tuple[Entry, ...]:
        """The theme's entries, in the order of the file."""
        return tuple(entry for entry in self.entries.values() if entry.theme == theme)

    def at(self, public_url: str) -> "KnowledgeBase":
        """The same base, with the links to our own pages (« [texte](/themes) ») made whole."""
        if not public_url:
            return self
        entries = {
            key: entry.model_copy(
                update={"answer": entry.answer.replace("](/", f"]({public_url}/")}
            )
            for key, entry in self.entries.items()
        }
        return self.model_copy(update={"entries": entries})

    @property
    def orientations(self) -> frozenset[str]:
        """The entries that only say which desk is the right one, for what is off topic."""
        return frozenset(entry.id for entry in self.of_theme(ORIENTATION))

    def served(self, today: dt.date) -> dict[str, Entry]:
        """The entries that may be served: those of which `expires_on` has not passed."""
        own = {
            key: entry
            for key, entry in self.entries.items()
            if entry.expires_on is None or entry.expires_on >= today
        }
        return own | {key: entry for key, entry in self.urgent.items() if key not in own}


#: What a resident reads of each kind of object.
_PRINTED: Mapping[type[BaseModel], tuple[str, ...]] = {
    Theme: ("title",),
    Source: ("title",),
    Contact: ("name", "role", "purpose", "address", "hours", "which", "on_paper"),
    Entry: ("question", "answer", "brief", "easy"),
}


def as_printed(base: KnowledgeBase) -> KnowledgeBase:
    """The base with all that is read of it typeset, so that nothing need be afterwards."""
    entries, urgent = (
        {
            key: _typeset(entry).model_copy(update={"sources": tuple(map(_typeset, entry.sources))})
            for key, entry in written.items()
        }
        for written in (base.entries, base.urgent)
    )
    contacts = {key: _typeset(contact) for key, contact in base.contacts.items()}
    themes = tuple(map(_typeset, base.themes))
    return base.model_copy(
        update={"entries": entries, "urgent": urgent, "contacts": contacts, "themes": themes}
    )


Printed = TypeVar("Printed", Theme, Source, Contact, Entry)


def _typeset(read: Printed) -> Printed:
    values = {field: getattr(read, field) for field in _PRINTED[type(read)]}
    return read.model_copy(update={name: typeset(text) for name, text in values.items() if text})
