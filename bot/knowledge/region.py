"""What lieux.yaml says of a territory, and how people speak of places. French keys in the file."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AliasGenerator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from bot.knowledge.model import Day, FromFile, Id, Source, Text
from bot.knowledge.placeholders import with_placeholders
from bot.language.typography import typeset
from bot.language.words import FUNCTION_WORDS, normalise, stem, stems

_FRENCH_KEYS = {
    # Standing and Zone
    "status": "valeur",
    "label": "etiquette",
    "sign": "signe",
    "sentence": "phrase",
    "caution": "attention",
    "see_next": "voir_ensuite",
    "desks": "guichets",
    "inside": "oui",
    "outside": "non",
    # Columns, Groupings, EstateMap, Waters
    "standing": "statut",
    "estates": "cites",
    "desk": "guichet",
    "kinds": "genres",
    "spelling": "orthographe",
    "kind": "genre",
    "listed": "figure",
    "unlisted": "ne_figure_pas",
    "rivers": "rivieres",
    "sea": "mer",
    "sea_west_of": "mer_a_l_ouest_de",
    # Region
    "collected_on": "releve_le",
    "entries": "entrees",
    "columns": "colonnes",
    "standings": "statuts",
    "departments": "departements",
    "postcodes": "codes_postaux",
    "waters": "eaux",
    "groupings": "intercommunalites",
    "sentences": "phrases",
    "speech": "mots",
    "town_hall": "mairie",
    "by_commune": "selon_la_commune",
    # Local
    "asked": "mots",
    "around": "autour",
}
_WRAPPED = re.compile(r"(?<!\n)\n(?![\n-])")


class _Place(FromFile):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=lambda name: _FRENCH_KEYS.get(name, name)),
    )


class Status(StrEnum):
    """Where a commune stands, as the outside interface tells it: residents read its Standing."""

    IN = "in"
    PARTNER_ONLY = "partner_only"
    PERIMETER_ONLY = "perimeter_only"
    OUT = "out"


def _with(*required: str, also: tuple[str, ...] = ()) -> Callable[[str], str]:
    """A check that a text holds the placeholders required, and besides only those of `also`.

    As long as an editor likes, a paragraph is one line to whoever reads it.
    """
    return lambda text: typeset(_WRAPPED.sub(" ", with_placeholders(text, required, also)))


def _words(value: object) -> frozenset[str]:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Words stand in one text, between spaces.")
    return frozenset(normalise(value).split())


def _in_order(value: object) -> tuple[str, ...]:
    words = tuple(normalise(value).split()) if isinstance(value, str) else ()
    if not words:
        raise PydanticCustomError("string_type", "A name has words.")
    return words


def _stems(value: object) -> frozenset[str]:
    return frozenset(stems(" ".join(_words(value))))


def _typeset(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    return tuple(one.model_copy(update={"title": typeset(one.title)}) for one in sources)


Words = Annotated[frozenset[str], BeforeValidator(_words)]
Stems = Annotated[frozenset[str], BeforeValidator(_stems)]
Name = Annotated[tuple[str, ...], BeforeValidator(_in_order)]
OfCommune = Annotated[Text, AfterValidator(_with("nom", also=("intercommunalite",)))]
Added = Annotated[Text, AfterValidator(_with(also=("nom", "intercommunalite")))]
OfEstate = Annotated[Text, AfterValidator(_with("cite"))]
OfPlace = Annotated[Text, AfterValidator(_with("lieu"))]
OfTownHall = Annotated[Text, AfterValidator(_with("mairie", "telephone", "horaires"))]
OfMonth = Annotated[Text, AfterValidator(_with("date"))]
OfPostcode = Annotated[Text, AfterValidator(_with("code_postal"))]
Plain = Annotated[Text, AfterValidator(_with())]
#: All that is known of a commune, by the placeholders of `places.known_of`.
LOCAL = (
    "nom", "intercommunalite", "mairie", "telephone", "horaires", "adresse", "releve", "cites",
)  # fmt: skip
Known = Annotated[Text, AfterValidator(_with(also=LOCAL))]
EachStem = Annotated[
    frozenset[str], BeforeValidator(lambda value: frozenset(map(stem, _words(value))))
]


class Columns(_Place):
    """The columns of communes.csv whose names and values are the territory's own."""

    standing: Text = "statut"
    zone: Text = "zone"
    estates: Text = "cites"


class Standing(_Place):
    """What a value of the column « statut » means, and all that is said of such a commune."""

    status: Status
    verdict: Literal["oui", "non", "a-verifier"]
    label: Text
    sign: Text
    sentence: OfCommune
    caution: Added | None = None
    situation: Added | None = None
    see_next: tuple[Id, ...] = ()
    desks: tuple[Text, ...] = ()


class Zone(_Place):
    """What is said of a commune inside the zone, and of one outside it."""

    inside: OfCommune
    outside: OfCommune


class Waters(_Place):
    """What people add to the name of a commune: its river, or the sea west of a longitude."""

    rivers: Words = frozenset()
    sea: Words = frozenset()
    sea_west_of: float | None = None


class Groupings(_Place):
    """How to write the name of an intercommunalité, and the desk that takes this name."""

    desk: Text | None = None
    kinds: Mapping[str, Text] = {}
    spelling: Mapping[str, Text] = {}

    def in_words(self, name: str) -> str:
        """« CA d'Hénin-Carvin » is an administration's shorthand."""
        for typed, right in self.spelling.items():
            name = name.replace(typed, right)
        for short, words in self.kinds.items():
            if name.startswith(f"{short} "):
                return f"{words} {name.removeprefix(f'{short} ')}"
        return f"la {name}" if name else ""


class EstateMap(_Place):
    """The estates: their kind among the other names, and whether one is on the map we have."""

    kind: Text
    listed: OfEstate
    unlisted: OfEstate


class Sentences(_Place):
    """What is said of any commune, or where no single one was found, named as in the file."""

    quelle_commune: Plain
    introuvable: Plain
    ailleurs: OfPlace
    loin: Plain
    code_postal_inconnu: OfPostcode
    code_postal_proche: OfPostcode
    mairie: OfCommune
    mairie_a_appeler: OfTownHall
    mairie_relevee: OfMonth


class Speech(_Place):
    """Word lists, folded, named as in the program's own file, which says what each is for."""

    autour: Annotated[Words, AfterValidator(lambda words: words | FUNCTION_WORDS)]
    corrigent: Words
    demander: Stems
    avant_lieu: Words
    habiter: Words
    etre: Words
    pres: Words
    vers: Words
    liens: Words
    colles: tuple[Name, ...]
    rues: Words
    rues_sans_numero: Words
    immeubles: Words
    pas_un_lieu: Words
    avant_avoir: Words
    determinants: Words
    avant_region: Words
    avant_departement: Words
    parties_de_ville: Words
    comptes: Words
    avant_numero: Words
    avant_code_postal: Words
    annoncent_une_cite: Words
    annoncent_surement: Words
    annoncent_et_nomment: Words
    muets_dans_une_cite: Words
    regions_ailleurs: Words


class Local(_Place):
    """What an entry says in a commune: the first of the sentences of which all is known there.

    All the words of one of `asked`, and none but those of `around` besides, ask for it.
    """

    asked: tuple[EachStem, ...] = ()
    around: EachStem = frozenset()
    sentences: Annotated[tuple[Known, ...], Field(min_length=1)]


class Region(_Place):
    """The territory whose communes are known; without standings, none is.

    `entries` are those whose answer is the state of one commune, `desks` the contacts where
    nothing points to another, `town_hall` the one that a commune's own town hall replaces,
    `postcodes` how those of here begin. `by_commune` are entries whose answer changes with the
    commune, `licence` is that under which the table of communes may be used again.
    """

    collected_on: Day | None = None
    sources: Annotated[tuple[Source, ...], AfterValidator(_typeset)] = ()
    licence: Source | None = None
    entries: tuple[Id, ...] = ()
    by_commune: Mapping[Id, Local] = {}
    desks: tuple[Text, ...] = ()
    town_hall: Text | None = None
    columns: Columns = Columns()
    standings: Mapping[str, Standing] = {}
    zone: Zone | None = None
    departments: Mapping[str, tuple[Name, ...]] = {}
    postcodes: tuple[Annotated[str, StringConstraints(pattern=r"^\d{1,5}$")], ...] = ()
    waters: Waters = Waters()
    groupings: Groupings = Groupings()
    estates: EstateMap | None = None
    sentences: Sentences
    speech: Speech
