"""The tables of a territory: its communes, other names and town halls, errors by line."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from bot.communes.commune import Alias, Commune, TownHall
from bot.communes.gazetteer import Gazetteer
from bot.communes.outlines import read_outlines
from bot.knowledge.advice import did_you_mean
from bot.knowledge.files import ALIASES, COMMUNES, ELSEWHERE, EVERYDAY, TOWN_HALLS
from bot.knowledge.model import YEARS
from bot.knowledge.problem import Problem
from bot.knowledge.region import Region
from bot.language.typography import NO_BREAK, typeset

Row = Mapping[str, str]
Made = TypeVar("Made", Commune, Alias, tuple[str, TownHall])
_YES_NO = {"oui": True, "non": False}
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DAY, _TIME = f"(?:{'|'.join(_DAYS)})", r"\d\d? h(?: \d\d)?"
#: « lundi au jeudi : 8 h 30-12 h, 14 h-17 h », an opening of some days.
_OPENING = re.compile(f"({_DAY})(?: (au|et) ({_DAY}))? : ({_TIME}-{_TIME}(?:, {_TIME}-{_TIME})*)")
_IN_TIME = re.compile(r"(?<=\d) (?=h)|(?<=h) (?=\d)")


class _WrongCellError(ValueError):
    """What is wrong, and what to do."""


def read_gazetteer(files: Mapping[str, str], region: Region, problems: list[Problem]) -> Gazetteer:
    """The search in the communes of the files, where there are any."""
    communes = read_communes(files.get(COMMUNES, ""), region, problems)
    # Where a commune is wrong, it would be told again of each of its names.
    aliases = read_aliases(files.get(ALIASES, ""), communes, problems) if not problems else ()
    if TOWN_HALLS in files and not problems:
        communes |= read_town_halls(files[TOWN_HALLS], communes, problems)
    outlines = read_outlines(files, communes, problems) if not problems else None
    lists = (files.get(name, "").splitlines() for name in (EVERYDAY, ELSEWHERE))
    return Gazetteer(region, communes, aliases, *lists, outlines=outlines)


def read_communes(text: str, region: Region, problems: list[Problem]) -> dict[str, Commune]:
    """Communes of communes.csv by INSEE code."""
    columns = region.columns
    named = [columns.standing]
    named += [columns.zone] if region.zone else []
    named += [columns.estates] if region.estates else []
    communes: dict[str, Commune] = {}

    def commune(row: Row) -> Commune:
        code = row["code_insee"]
        postcodes = _split(row["codes_postaux"])
        for one in (code, *postcodes):
            if not re.fullmatch(r"\d[\dAB]\d{3}", one):
                raise _WrongCellError(
                    f"« {one} » n’a pas cinq chiffres.",
                    "Un tableur a pu en retirer le zéro : mettez la colonne en texte.",
                )
        if code in communes:
            raise _WrongCellError(f"Le code {code} est déjà pris.", "Gardez une ligne par commune.")
        return Commune(
            code_insee=code,
            name=_filled(row, "nom"),
            department=row["departement"],
            postcodes=postcodes,
            epci_siren=row["epci_siren"],
            epci=row["epci_nom"],
            epci_in_words=region.groupings.in_words(row["epci_nom"]),
            population=int(_number(row, "population")),
            lat=_number(row, "lat"),
            lon=_number(row, "lon"),
            area_km2=_number(row, "surface_km2"),
            standing=_one_of(row, columns.standing, region.standings),
            in_zone=region.zone is not None and _one_of(row, columns.zone, _YES_NO),
            cites=_split(row[columns.estates]) if region.estates else (),
        )

    needed = (
        "code_insee", "nom", "departement", "codes_postaux", "epci_siren", "epci_nom",
        "population", "lat", "lon", "surface_km2", *named,
    )  # fmt: skip
    told = len(problems)
    for one in _read(COMMUNES, text, needed, commune, problems):
        communes[one.code_insee] = one
    if not communes and len(problems) == told:
        hint = "Remettez ses lignes, ou retirez le dossier lieux/."
        problems.append(Problem(1, None, "error", "vide", "Aucune commune.", hint, COMMUNES))
    return communes


def read_aliases(
    text: str, communes: Mapping[str, Commune], problems: list[Problem]
) -> tuple[Alias, ...]:
    """Aliases of communes_aliases.csv, in order."""

    def alias(row: Row) -> Alias:
        code = _known(row, communes)
        shared = _number(row, "nb_communes") > 1
        return Alias(_filled(row, "alias"), code, row["kind"], shared)

    needed = ("alias", "code_insee", "kind", "nb_communes")
    return tuple(_read(ALIASES, text, needed, alias, problems))


def read_town_halls(
    text: str, communes: Mapping[str, Commune], problems: list[Problem]
) -> dict[str, Commune]:
    """The communes of mairies.csv with their town halls, by INSEE code."""
    found: dict[str, Commune] = {}

    def town_hall(row: Row) -> tuple[str, TownHall]:
        code = _known(row, communes)
        if code in found:
            raise _WrongCellError(f"Le code {code} est déjà pris.", "Gardez une ligne par mairie.")
        hall = TownHall(
            phone=_like(r"0[1-9](?: \d\d){4}", row, "telephone", "03 21 69 86 86"),
            address=row["adresse"].strip() or None,
            hours=_hours(row["horaires"]),
            url=_like(r"https?://\S+", row, "site", "https://villedelens.fr"),
            as_of=_month(row),
        )
        return code, hall

    needed = ("code_insee", "telephone", "adresse", "site", "horaires", "source_date")
    for code, hall in _read(TOWN_HALLS, text, needed, town_hall, problems):
        found[code] = replace(communes[code], town_hall=hall)
    return found


def _read(
    file: str,
    text: str,
    needed: tuple[str, ...],
    make: Callable[[Row], Made],
    problems: list[Problem],
) -> Iterator[Made]:
    """What is made of each row, before the next is read."""

    def tell(line: int, code: str, message: str, hint: str) -> None:
        problems.append(Problem(line, None, "error", code, message, hint, file))

    def unclosed(line: int) -> None:
        hint = "Ajoutez le guillemet qui manque, ou retirez l’autre."
        tell(line, "guillemet", "Un guillemet ouvert ici n’est pas refermé.", hint)

    reader = csv.DictReader(io.StringIO(text))
    columns = list(reader.fieldnames or ())
    if absent := [name for name in needed if name not in columns]:
        if ";" in text.partition("\n")[0]:
            hint = "Enregistrez-le avec des virgules entre les cases, en UTF-8."
            tell(1, "colonne", "Les cases sont séparées par des points-virgules.", hint)
        else:
            hint = "Remettez-la, écrite exactement ainsi sur la première ligne."
            tell(1, "colonne", f"Il manque la colonne {', '.join(absent)}.", hint)
        return
    if (wide := _width(text)) and wide != len(columns):
        hint = "Il y a un nom de colonne en trop, ou il en manque un : comparez avec la ligne 2."
        message = f"Cette ligne a {len(columns)} cases, et les suivantes en ont {wide}."
        tell(1, "cases", message, hint)
        return
    line = 1
    try:
        for row in reader:
            line, before = reader.line_num, line
            if line > before + 1 and any("\n" in str(cell) for cell in row.values()):
                unclosed(before + 1)
            elif None in row or None in row.values():
                message = f"Cette ligne n’a pas {len(columns)} cases, comme la première."
                hint = "Une case qui contient une virgule se met entre guillemets."
                tell(line, "cases", message, hint)
            else:
                try:
                    yield make(row)
                except _WrongCellError as error:
                    tell(line, "case", *error.args)
    except csv.Error:
        unclosed(line + 1)


def _width(text: str) -> int:
    """How many cells all rows below the first have, if they are several and all alike; else 0."""
    try:
        widths = [len(row) for row in csv.reader(io.StringIO(text)) if row][1:]
    except csv.Error:
        return 0
    return widths[0] if len(widths) > 1 and len(set(widths)) == 1 else 0


def _known(row: Row, communes: Mapping[str, Commune]) -> str:
    code = row["code_insee"]
    if code not in communes:
        message = f"Le code {code} n’est pas dans communes.csv."
        raise _WrongCellError(message, "Corrigez-le, ou retirez la ligne.")
    return code


def _like(pattern: str, row: Row, column: str, example: str) -> str | None:
    cell = row[column].strip()
    if cell and not re.fullmatch(pattern, cell):
        message = f"« {cell} » n’est pas possible dans la colonne « {column} »."
        raise _WrongCellError(message, f"Écrivez comme ceci : {example}, ou rien.")
    return cell or None


def _month(row: Row) -> dt.date:
    try:
        month = dt.date.fromisoformat(f"{row['source_date']}-01")
        if month.year not in YEARS:
            raise ValueError
        return month
    except ValueError:
        message = f"« {row['source_date']} » n’est pas un mois, dans la colonne « source_date »."
        raise _WrongCellError(message, "L’année, un tiret et le mois : 2026-09.") from None


def _hours(cell: str) -> str | None:
    """Opening hours as they are read: « lundi et jeudi 9 h-12 h ; samedi 10 h-12 h ».

    Each day once, each time after the one before: two sets of hours for one day tell nothing.
    """
    said: list[str] = []
    open_on: list[str] = []
    for part in cell.split(" ; ") if cell.strip() else ():
        if not (opening := _OPENING.fullmatch(part.strip())):
            message = f"Les horaires « {part} » ne peuvent pas être lus."
            hint = (
                "Écrivez comme ceci : lundi au jeudi : 8 h 30-12 h, 14 h-17 h ; samedi : 9 h-12 h."
            )
            raise _WrongCellError(message, hint)
        first, link, last, times = opening.groups()
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        open_on += _DAYS[start : end + 1] if link == "au" else (first, *filter(None, [last]))
        hours = [
            int(hour) * 60 + int(minutes or 0)
            for hour, minutes in re.findall(r"(\d+) h(?: (\d+))?", times)
        ]
        if hours != sorted(set(hours)) or hours[-1] > 24 * 60 or end < start:
            message = f"Les horaires « {part} » ne se suivent pas."
            raise _WrongCellError(message, "Corrigez-les, ou videz la case.")
        said.append(_IN_TIME.sub(NO_BREAK, part.strip().replace(" : ", " ")))
    if len(set(open_on)) < len(open_on):
        message = "Un jour a deux fois des horaires."
        raise _WrongCellError(message, "Gardez ceux d’aujourd’hui, ou videz la case.")
    return typeset(" ; ".join(said)) or None


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _filled(row: Row, column: str) -> str:
    if not row[column].strip():
        raise _WrongCellError(f"La case « {column} » est vide.", "Remplissez-la.")
    return row[column]


def _number(row: Row, column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise _WrongCellError(
            f"« {row[column]} » n’est pas un nombre, dans la colonne « {column} ».",
            "Des chiffres, avec un point pour les décimales : 50.43.",
        ) from None


Value = TypeVar("Value")


def _one_of(row: Row, column: str, known: Mapping[str, Value]) -> Value:
    if row[column] not in known:
        message = f"« {row[column]} » n’est pas possible dans la colonne « {column} »."
        raise _WrongCellError(message, did_you_mean(row[column], known))
    return known[row[column]]
