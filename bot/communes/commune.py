"""The commune, and the three answers of a search."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from bot.knowledge.region import Standing, Status


@dataclass(frozen=True, slots=True)
class TownHall:
    """One line of mairies.csv. `hours` are in words, `as_of` is the first day of its month."""

    phone: str | None
    address: str | None
    hours: str | None
    url: str | None
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class Commune:
    """One line of communes.csv; the location is its centre, not its town hall.

    `epci` is as in the table, `epci_in_words` as people say it.
    """

    code_insee: str
    name: str
    department: str
    postcodes: tuple[str, ...]
    epci_siren: str
    epci: str
    epci_in_words: str
    population: int
    lat: float
    lon: float
    area_km2: float
    standing: Standing
    in_zone: bool
    cites: tuple[str, ...]
    town_hall: TownHall | None = None

    @property
    def status(self) -> Status:
        """Where it stands, for the outside interface."""
        return self.standing.status


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of one commune; `shared` when other communes bear it too."""

    name: str
    code_insee: str
    kind: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One commune. `matched` and `rest` share out the normalised words of the message.

    A street is in neither. `cite` is the official label of the estate when one was named;
    `fuzzy` tells that the spelling was guessed.
    """

    commune: Commune
    matched: str
    rest: str
    cite: str | None
    fuzzy: bool


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """At least two communes, the most populous first."""

    communes: tuple[Commune, ...]
    matched: str
    rest: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No commune of the data; `elsewhere` is the place or postcode outside that was named.

    `postcode` is one of here that no commune has; `near` are those of which it may be a slip.
    `street`: the whole message is an address that names no commune.
    """

    elsewhere: str | None
    postcode: str | None = None
    near: tuple[Commune, ...] = ()
    street: bool = False

    @property
    def matched(self) -> str:
        """What names a place, as for the others; empty where nothing does."""
        return self.elsewhere or ""


Lookup = Found | Ambiguous | Unknown


def communes_of(lookup: Lookup) -> tuple[str, tuple[Commune, ...]]:
    """The outcome and the communes of a search, as the outside interface names them."""
    if isinstance(lookup, Found):
        return "found", (lookup.commune,)
    if isinstance(lookup, Ambiguous):
        return "ambiguous", lookup.communes
    return "unknown", ()


def largest_first(communes: Iterable[Commune]) -> tuple[Commune, ...]:
    """The most populous first, which is the order they are offered in."""
    return tuple(sorted(communes, key=lambda one: (-one.population, one.code_insee)))
