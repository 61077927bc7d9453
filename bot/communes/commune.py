"""The commune, the three answers of a search, and the two tables they are read from."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from bot.knowledge.region import Region, Standing, Status

_YES_NO = MappingProxyType({"oui": True, "non": False})


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

    `cite` is the official label of the estate when one was named; `fuzzy` tells that
    the spelling was guessed.
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
    """

    elsewhere: str | None
    postcode: str | None = None
    near: tuple[Commune, ...] = ()

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


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _commune(row: dict[str, str], region: Region) -> Commune:
    columns = region.columns
    commune = Commune(
        code_insee=row["code_insee"],
        name=row["nom"],
        department=row["departement"],
        postcodes=_split(row["codes_postaux"]),
        epci_siren=row["epci_siren"],
        epci=row["epci_nom"],
        epci_in_words=region.groupings.in_words(row["epci_nom"]),
        population=int(row["population"]),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        area_km2=float(row["surface_km2"]),
        standing=region.standings[row[columns.standing]],
        in_zone=region.zone is not None and _YES_NO[row[columns.zone]],
        cites=_split(row[columns.estates]) if region.estates else (),
    )
    if not commune.name or not all(
        len(code) == 5 and code.isdigit() for code in (commune.code_insee, *commune.postcodes)
    ):
        raise ValueError("nom vide, ou code qui n’a pas cinq chiffres")
    return commune


def read_communes(text: str, region: Region) -> dict[str, Commune]:
    """Communes of communes.csv by INSEE code. Raises ValueError naming the line, in French."""
    communes: dict[str, Commune] = {}
    reader = csv.DictReader(io.StringIO(text))
    for row in reader:
        where = f"communes.csv, ligne {reader.line_num}"
        try:
            commune = _commune(row, region)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{where} : colonne ou valeur inattendue ({error})") from error
        except ValueError as error:
            raise ValueError(f"{where} : {error}") from error
        if commune.code_insee in communes:
            raise ValueError(f"{where} : le code {commune.code_insee} est déjà pris")
        communes[commune.code_insee] = commune
    if not communes:
        raise ValueError("communes.csv, ligne 1 : aucune commune")
    return communes


def read_aliases(text: str, communes: dict[str, Commune]) -> tuple[Alias, ...]:
    """Aliases of communes_aliases.csv, in order. Raises ValueError naming the line, in French."""
    aliases = []
    reader = csv.DictReader(io.StringIO(text))
    for row in reader:
        where = f"communes_aliases.csv, ligne {reader.line_num}"
        try:
            alias = Alias(row["alias"], row["code_insee"], row["kind"], int(row["nb_communes"]) > 1)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{where} : colonne ou valeur inattendue ({error})") from error
        if not alias.name:
            raise ValueError(f"{where} : alias vide")
        if alias.code_insee not in communes:
            raise ValueError(f"{where} : le code {alias.code_insee} n’est pas dans communes.csv")
        aliases.append(alias)
    return tuple(aliases)
