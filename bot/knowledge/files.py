"""The files of a knowledge folder, causes before effects, and the keys that each may hold."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from bot.knowledge.model import FromFile, Text

FAQ = "faq.yaml"
#: The bank of phrasings: in its folder, or beside the entries of a small FAQ, or both.
PHRASINGS = ("langue/formulations.yaml", "formulations.yaml")
CONTACTS = "contacts.yaml"
FACTS = "faits.yaml"
TEXTS = "textes.yaml"
LEXICON = "langue/lexique.yaml"
UNRELATED = "langue/a_ecarter.yaml"
#: Everyday messages that no FAQ answers, one a line.
COMMON = "langue/messages_courants.txt"
ALARMS = "langue/alarmes.yaml"
ACTS = "langue/actes.yaml"
REGION = "lieux/lieux.yaml"
COMMUNES = "lieux/communes.csv"
ALIASES = "lieux/communes_aliases.csv"
EVERYDAY = "lieux/mots_courants.txt"
ELSEWHERE = "lieux/villes_ailleurs.txt"
#: Where to call in each commune; a territory may be without.
TOWN_HALLS = "lieux/mairies.csv"
#: The contours of the communes, for a map; a territory may be without.
OUTLINES = "lieux/contours.json"
#: A territory is these files together, or none of them.
PLACES = (REGION, COMMUNES, ALIASES, EVERYDAY, ELSEWHERE)
#: What the pages draw: the avatar, the icon of the tab and, where there are any, the horizon and
#: an icon for each theme, in a symbol of its id.
DRAWINGS = tuple(f"dessins/{name}.svg" for name in ("avatar", "icone", "horizon", "themes"))
#: Pictures of the folder, which are served as they are: of a shared link, of a home screen.
PICTURES = ("dessins/partage.png", "dessins/icone.png")
#: What ships with the program, under « defauts/ »: the folder's own file adds to it or replaces it.
#: « urgences.yaml » are answers to alarms, for a base that has none of its own.
SHIPPED = {
    **{name: f"defauts/{name.rpartition('/')[2]}" for name in (ALARMS, ACTS, REGION)},
    "urgences.yaml": "defauts/urgences.yaml",
    **{name: f"defauts/{name}" for name in DRAWINGS},
}
URGENT = SHIPPED["urgences.yaml"]
#: The files that editors write; only faq.yaml is required.
EDITED = (
    CONTACTS, FACTS, TEXTS, LEXICON, UNRELATED, COMMON, ACTS, ALARMS, FAQ, *PHRASINGS, *PLACES,
    TOWN_HALLS, OUTLINES, *DRAWINGS,
)  # fmt: skip
FILES = (*SHIPPED.values(), *EDITED)

_Texts = tuple[Text, ...]


class AnswersFile(FromFile):
    """faq.yaml; its entries and themes are looked at one by one."""

    version: Literal[1] = 1
    themes: tuple[Any, ...] = ()
    entries: tuple[Any, ...] = ()
    off_topic: _Texts = ()
    beside_contact: _Texts = ()
    examples: _Texts = ()


class LexiconFile(FromFile):
    shorthand: Mapping[str, Text] = {}
    synonyms: tuple[Annotated[_Texts, Field(min_length=2)], ...] = ()


class UnrelatedFile(FromFile):
    messages: _Texts = ()


class AlarmWords(FromFile):
    patterns: _Texts = ()
    unless: _Texts = ()
    never: _Texts = ()
    tests: _Texts = ()
    calm: _Texts = ()


class AlarmsFile(FromFile):
    lists: Mapping[str, Text] = {}
    alarms: Mapping[str, AlarmWords] = {}


class ActsFile(FromFile):
    """actes.yaml; an act is looked at once it is joined to the program's."""

    polite: str = ""
    acts: Mapping[str, Mapping[str, Any]] = {}


class Phrasings(RootModel[_Texts]):
    """What formulations.yaml gives an entry."""
