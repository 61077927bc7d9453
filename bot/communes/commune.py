"""The commune, the three answers of a search, and the two tables they are read from."""

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """Where a commune stands: the « source_erbm » column, never read in an official list."""

    IN = "in"
    PARTNER_ONLY = "partner_only"
    PERIMETER_ONLY = "perimeter_only"
    OUT = "out"


STATUSES = MappingProxyType(
    {
        "MBM250+EPCI8": Status.IN,
        "EPCI8_seul": Status.PARTNER_ONLY,
        "MBM250_seul": Status.PERIMETER_ONLY,
        "hors_perimetre": Status.OUT,
    }
)
_YES_NO = MappingProxyType({"oui": True, "non": False})


@dataclass(frozen=True, slots=True)
class Commune:
    """One line of communes.csv; the location is its centre, not its town hall."""

    code_insee: str
    name: str
    department: str
    postcodes: tuple[str, ...]
    epci_siren: str
    epci: str
    population: int
    lat: float
    lon: float
    area_km2: float
    status: Status
    bud: bool
    unesco: bool
    cites: tuple[str, ...]


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

    `cite` is the official label of the mining estate when an estate was named; `fuzzy` tells that
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


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _commune(row: dict[str, str]) -> Commune:
    commune = Commune(
        code_insee=row["code_insee"],
        name=row["nom"],
        department=row["departement"],
        postcodes=_split(row["codes_postaux"]),
        epci_siren=row["epci_siren"],
        epci=row["epci_nom"],
        population=int(row["population"]),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        area_km2=float(row["surface_km2"]),
        status=STATUSES[row["source_erbm"]],
        bud=_YES_NO[row["bud"]],
        unesco=_YES_NO[row["unesco_bien"]],
        cites=_split(row["cites_erbm"]),
    )
    if not commune.name or not all(
        len(code) == 5 and code.isdigit() for code in (commune.code_insee, *commune.postcodes)
    ):
        raise ValueError("nom vide, ou code qui n’a pas cinq chiffres")
    return commune


def read_communes(text: str) -> dict[str, Commune]:
    """Communes of communes.csv by INSEE code. Raises ValueError naming the line, in French."""
    communes: dict[str, Commune] = {}
    reader = csv.DictReader(io.StringIO(text))
    for row in reader:
        where = f"communes.csv, ligne {reader.line_num}"
        try:
            commune = _commune(row)
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
