"""The sheets and columns of a spreadsheet: what each cell holds, to and from a file's values."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from bot.knowledge.files import CONTACTS, FACTS, FAQ
from bot.knowledge.mistyped import settled
from bot.knowledge.model import YEARS
from bot.language.words import normalise

Kind = Literal["texte", "date", "oui-non", "liste", "noms", "sources"]


class Odd(StrEnum):
    """A cell that holds no value of its own."""

    FORMULA = "formule"
    ERROR = "erreur"
    MERGED = "fusion"
    DRESSED = "mise-en-forme"  # a number that is shown as something else: 3 % for 0.03


#: What a spreadsheet gives; a csv file gives texts alone.
Cell = str | bool | int | float | dt.date | dt.time | Odd | None
#: What a file holds under a key.
Value = str | bool | dt.date | list[str] | list[dict[str, Any]] | None
#: What is written in a cell.
Shown = str | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One key of an object: its title, other titles that people give it, and its width."""

    key: str
    title: str
    kind: Kind = "texte"
    others: tuple[str, ...] = ()
    width: int = 24

    def called(self, title: str) -> bool:
        """Whether a title is this column's."""
        return normalise(title) in {normalise(one) for one in (self.key, self.title, *self.others)}


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: the objects of one file, in a list under a key or each under its own name."""

    sheet: str
    file: str
    under: str
    columns: tuple[Column, ...]

    @property
    def order(self) -> tuple[str, ...]:
        """The keys in the order that a file has them."""
        return tuple(one.key for one in self.columns)


_ID = Column("id", "Identifiant", others=("ref", "reference", "code"), width=26)
_URL = Column("url", "Adresse web", others=("site", "site web", "lien"), width=40)
ENTRIES = Table(
    "Réponses",
    FAQ,
    "entrees",
    (
        _ID,
        Column("question", "Question", others=("questions", "intitule", "titre"), width=44),
        Column("theme", "Thème", others=("themes", "rubrique", "categorie")),
        Column("alarme", "Alarme", "oui-non", ("urgence",), 9),
        Column("en_bref", "En bref", others=("resume", "reponse courte"), width=44),
        Column("reponse", "Réponse", others=("reponses", "texte", "answer"), width=98),
        Column("facile", "Facile à lire", others=("falc", "version facile"), width=60),
        Column("sources", "Sources", "sources", ("source",), 60),
        Column("appuis", "Appuis", "noms", ("appui", "faits"), 30),
        Column("releve_le", "Relevée le", "date", ("releve le",), 12),
        Column("verifie_le", "Vérifiée le", "date", ("verifie le",), 12),
        Column("revoir_le", "À revoir le", "date", ("revoir le",), 12),
        Column("expire_le", "Expire le", "date", ("expiration",), 12),
        Column("voir_aussi", "Voir aussi", "noms", (), 30),
        Column("contact", "Contact", others=("contacts", "guichet")),
        Column(
            "variantes", "Autres façons de demander", "liste",
            ("autres formulations", "formulations"), 60,
        ),
        Column("essais", "Essais", "liste", ("essai", "questions d essai"), 60),
    ),
)  # fmt: skip
THEMES = Table(
    "Thèmes",
    FAQ,
    "themes",
    (_ID, Column("titre", "Titre", others=("theme", "nom"), width=44), Column("icone", "Icône")),
)
CONTACT = Table("Contacts", CONTACTS, "", (
    _ID,
    Column("nom", "Nom", others=("contact", "guichet"), width=40),
    Column("role", "Rôle", width=40),
    Column("pour_quoi", "Pour quoi", width=40),
    Column("telephone", "Téléphone", others=("tel", "numero"), width=18),
    Column("horaires", "Horaires", others=("heures", "ouverture"), width=40),
    _URL,
    Column("adresse", "Adresse", others=("adresse postale",), width=40),
    Column("parmi", "Parmi", "noms", width=40),
    Column("lequel", "Lequel", width=60),
    Column("papier", "Papier", width=60),
    Column("epci", "Intercommunalité", others=("siren",)),
))  # fmt: skip
FACT = Table("Faits", FACTS, "", (
    _ID,
    Column("fait", "Fait", width=98),
    Column("titre", "Titre", others=("source",), width=60),
    _URL,
    Column("date", "Date"),
    Column("confiance", "Confiance", width=12),
))  # fmt: skip
#: Entries first, as they are shown; they are read last, since they name the others.
TABLES = (ENTRIES, THEMES, CONTACT, FACT)

#: What is said of a cell, and the remedy. The other rules are those of `check`.
SAID = {
    "formule": ("Cette case contient une formule.",
                "Copiez-la, puis « Collage spécial », « Valeurs » : il restera ce qu’elle montre."),
    "erreur": ("Le tableur montre une erreur dans cette case.", "Retapez ce qu’elle doit dire."),
    "fusion": ("Cette case est fusionnée avec une voisine.",
               "Séparez-les (« Annuler la fusion »), et écrivez dans chacune ce qu’elle dit."),
    "mise-en-forme": ("Le tableur montre ce nombre autrement qu’il ne le garde.",
                      "Mettez la case au format « Texte », et retapez ce qu’elle doit dire."),
    "date": ("« {} » n’est pas une date.", "Écrivez jour/mois/année, comme 28/11/2026."),
    "date-nombre": ("« {} » est un nombre, pas une date.",
                    "Mettez la case au format « Date », et retapez-la : 28/11/2026."),
    "annee": ("L’année de « {} » n’est pas vraisemblable.", "De 1990 à 2100, sur quatre chiffres."),
    "texte": ("Le tableur a fait une date ou une heure de ce texte ({}).",
              "Mettez la case au format « Texte », et retapez-la."),
    "oui-non": ("« {} » n’est ni oui ni non.", "Écrivez oui, ou videz la case."),
    "zero": ("Le tableur a retiré le 0 du début de ce numéro (« {} »).",
             "Mettez la case au format « Texte », et retapez le numéro en entier."),
    "accents": ("Les accents sont perdus (« {} »).",
                "Reprenez le fichier d’avant, et enregistrez-le en .xlsx ou en « CSV UTF-8 »."),
    "adresse": ("« {} » n’est pas une adresse web.", "Commencez-la par https://."),
    "identifiant": ("« {} » n’est pas un identifiant.",
                    "Des minuscules sans accent, des chiffres et des tirets, 32 au plus ; ou videz "
                    "la case : Galibot en fera un."),
    "id-double": ("« {} » est déjà ligne {}.", "Gardez une seule des deux lignes."),
    "nom-inconnu": ("{0} « {1} » n’existe pas.", "{2}"),
    "question-absente": ("Cette réponse n’a pas de question.",
                         "Écrivez la question, ou videz la ligne."),
    "reponse-absente": ("Cette question n’a pas de réponse.",
                        "Écrivez la réponse, ou videz la ligne."),
    "titres": ("Aucune ligne ne porte les titres « Question » et « Réponse ».",
               "Écrivez-les en haut de leurs colonnes, sur la même ligne."),
    "titre-double": ("Deux colonnes ont pour titre « {} ».", "Changez l’un des deux titres."),
    "case-de-trop": ("Cette case n’a pas de titre en haut : « {} ».",
                     "Donnez un titre à la colonne ; ou, si un texte est coupé, entourez-le de "
                     "guillemets droits."),
    "guillemet": ("Un guillemet droit n’est pas refermé dans cette ligne.",
                  "Refermez-le. À l’intérieur d’un texte, doublez-le, ou mettez « »."),
    "vide": ("Il n’y a aucune question dans ce fichier.",
             "Il faut au moins une ligne : la question, et sa réponse."),
}  # fmt: skip

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})")
_YES = frozenset({"oui", "vrai", "true", "x", "o", "1"})
_NO = frozenset({"non", "faux", "false", "n", "0", ""})
#: What accents become when UTF-8 is read as Windows-1252, or letters when it is the other way.
_LOST = re.compile("\\S*(?:Ã[\x80-\xbf©¨ªàâ§´»®¯¹¼€‰]|â€|Â[«»°\xa0]|\ufffd)\\S*")
_URL_ALIKE = re.compile(r"(?:https?:|www\.)\S+", re.IGNORECASE)


class WrongCellError(Exception):
    """A cell can't be read: its arguments are a key of SAID, then what is quoted."""


def value_of(column: Column, cell: Cell) -> Value:
    """What a file holds for this cell; None where it is empty. Raises WrongCellError."""
    if isinstance(cell, Odd):
        raise WrongCellError(str(cell))
    if column.kind == "date":
        return _day(cell)
    if column.kind == "oui-non":
        return _yes(cell)
    if column.key == "date" and isinstance(cell, dt.date):
        return f"{cell:%Y-%m-%d}"  # a fact's, which is in words where no day is known
    text = _text(cell)
    if lost := _LOST.search(text):
        raise WrongCellError("accents", lost[0])
    if (
        column.key == "telephone"
        and not isinstance(cell, str)
        and re.fullmatch(r"[1-9]\d{8}", text)
    ):
        raise WrongCellError("zero", text)
    if column.kind == "texte":
        return text or None
    if column.kind == "noms":
        return [one for part in re.split(r"[,;\n]", text) if (one := part.strip())] or None
    lines = [one for line in text.split("\n") if (one := line.strip())]
    if column.kind == "liste":
        return lines or None
    return [_source(line) for line in lines] or None


def shown(column: Column, value: Value) -> Shown:
    """What the cell of a value says; `value_of` reads it again."""
    if value is None or isinstance(value, dt.date):
        return value
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str):
        return value.strip()
    if column.kind == "noms":
        return ", ".join(map(str, value))
    return "\n".join(
        _source_shown(one) if isinstance(one, dict) else on_one_line(one) for one in value
    )


def same(column: Column, value: Value, other: Value) -> bool:
    """Whether two values say the same in a cell."""
    return _projected(column, value) == _projected(column, other)


def on_one_line(text: str) -> str:
    """An item of a list: in a cell each has its line."""
    return re.sub(r"\s*\n\s*", " ", text).strip()


def _projected(column: Column, value: Value) -> Value:
    cell = shown(column, value)
    try:
        return value_of(column, cell) or None if cell else None
    except WrongCellError:  # written by hand in a file, and served
        return cell


def _text(cell: Cell) -> str:
    if isinstance(cell, dt.date | dt.time):
        raise WrongCellError("texte", cell.isoformat())
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float):
        return f"{cell:.10g}".replace(".", ",")
    text, _ = settled(str(cell) if cell is not None else "")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _day(cell: Cell) -> dt.date | None:
    if isinstance(cell, dt.date):  # or a date with its time
        day = dt.date(cell.year, cell.month, cell.day)
    elif isinstance(cell, int | float):
        raise WrongCellError("date-nombre", _text(cell))
    elif not (text := _text(cell if isinstance(cell, str) else None)):
        return None
    else:
        day = _written_day(text)
    if day.year not in YEARS:
        raise WrongCellError("annee", f"{day:%d/%m/}{day.year}")
    return day


def _written_day(text: str) -> dt.date:
    if found := _DAY.fullmatch(text):
        day, month, year, iso_year, iso_month, iso_day = found.groups()
        numbers = (iso_year, iso_month, iso_day) if iso_year else (year, month, day)
        try:
            return dt.date(*map(int, numbers))
        except ValueError:
            pass
    raise WrongCellError("date-nombre" if text.isdecimal() else "date", text)


def _yes(cell: Cell) -> bool | None:
    said = _text(cell).lower()
    if said in _YES:
        return True
    if said in _NO:
        return None
    raise WrongCellError("oui-non", said)


def _source(line: str) -> dict[str, Any]:
    """« titre | adresse | date »: what is last may be absent, or the title."""
    title, date, url = line, None, None
    rest, _, last = line.rpartition("|")
    if rest and (not last.strip() or _DAY.fullmatch(last.strip())):
        title, date = rest.strip(), _day(last)
    rest, bar, last = title.rpartition("|")
    last = last.strip()
    if bar and not last:
        title = rest.strip()
    elif _URL_ALIKE.fullmatch(last):
        if not re.match("https?://", last):
            raise WrongCellError("adresse", last)
        title, url = rest.strip() or last.split("/")[2], last
    made = {"titre": title, "url": url, "date": date}
    return {key: one for key, one in made.items() if one}


def _source_shown(source: Mapping[str, Any]) -> str:
    title = on_one_line(str(source["titre"]))
    day = source.get("date")
    parts = [title, source.get("url"), f"{day:%d/%m/}{day.year}" if day else None]
    line = " | ".join(str(one) for one in parts if one)
    if _source(line) == {**source, "titre": title}:
        return line
    # The title ends as an address or a date would: what is absent is shown as such.
    return " | ".join(str(one or "") for one in parts)
