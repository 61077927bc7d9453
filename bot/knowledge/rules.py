"""The rules that well-formed entries must still keep; each is one function giving Problems."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.knowledge.advice import did_you_mean
from bot.knowledge.model import Entry, Theme
from bot.knowledge.problem import Problem
from bot.knowledge.region import Region
from bot.knowledge.yaml_reading import Document, Path
from bot.language.numbers import phone_numbers
from bot.language.words import normalise, stems

_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|\*\*|^#+ ", re.MULTILINE)
_ADDRESS = re.compile(r"\]\([^)\s]*\)")
#: Beyond, nobody reads them all: questions of a theme, characters of a text.
MOST_QUESTIONS, MOST_CHARACTERS = 40, 3_000
_BROKEN_LINK = re.compile(r"\[[^\]\n]*\]\((?!https?://[^\s)]+\))")


class Placed(NamedTuple):
    """An entry and where faq.yaml holds it."""

    entry: Entry
    path: Path


Entries = Mapping[str, Placed]


def references(
    faq: Document, entries: Entries, written: set[str], themes: set[str], contacts: set[str]
) -> Iterator[Problem]:
    """A theme, contact or other entry (`written` are their ids) that an entry names must exist."""
    for key, (entry, path) in entries.items():
        named = [("theme", entry.theme, themes, "Le thème")]
        named.append(("contact", entry.contact, contacts, "Le contact"))
        named.extend(("voir_aussi", other, written - {key}, "L’entrée") for other in entry.see_also)
        for name, value, known, what in named:
            if value is not None and value not in known:
                code = f"{name.replace('_', '-')}-inconnu"
                message = f"{what} « {value} » n’existe pas."
                yield faq.error((*path, name), code, message, did_you_mean(value, known), key)


def of_region(
    document: Document, region: Region, entries: set[str], contacts: set[str]
) -> Iterator[Problem]:
    """A territory has statuses; the entries and contacts it names had better exist.

    A name that leads nowhere is only left out of replies, so that it keeps nothing from being
    served.
    """
    if not region.standings:
        message = "Aucun statut n’est décrit : aucune commune ne peut l’être."
        yield document.error(("statuts",), "vide", message, "Il en faut sous « statuts: ».")
    standings = region.standings.items()
    desk = (region.groupings.desk,) if region.groupings.desk else ()
    to_entries: list[tuple[Path, tuple[str, ...]]] = [
        (("entrees",), region.entries),
        *((("statuts", name, "voir_ensuite"), one.see_next) for name, one in standings),
    ]
    to_contacts: list[tuple[Path, tuple[str, ...]]] = [
        (("guichets",), region.desks),
        *((("statuts", name, "guichets"), one.desks) for name, one in standings),
        (("intercommunalites", "guichet"), desk),
    ]
    for what, code, known, named in (
        ("L’entrée", "entree-inconnue", entries, to_entries),
        ("Le contact", "contact-inconnu", contacts, to_contacts),
    ):
        for path, keys in named:
            for key in keys:
                # A file that can't be read holds no name; its own error is enough.
                if known and key not in known:
                    message = f"{what} « {key} » n’existe pas."
                    yield document.warning(path, code, message, did_you_mean(key, known))


def dates(faq: Document, entries: Entries, today: dt.date) -> Iterator[Problem]:
    """Entries that have expired, are due for review, or bear a date to come."""
    for key, (entry, path) in entries.items():
        if entry.expires_on and entry.expires_on < today:
            yield faq.warning(
                (*path, "expire_le"),
                "expiree",
                "Cette entrée a expiré : elle n’est plus servie.",
                "Mettez-la à jour ou supprimez-la.",
                key,
            )
        if entry.review_on and entry.review_on < today:
            yield faq.warning(
                (*path, "revoir_le"),
                "a-revoir",
                "La date de relecture est passée.",
                "Vérifiez la réponse, puis changez verifie_le et revoir_le.",
                key,
            )
        for name, day in (("releve_le", entry.collected_on), ("verifie_le", entry.checked_on)):
            if day and day > today:
                yield faq.warning(
                    (*path, name),
                    "date-future",
                    f"La date « {name} » est dans le futur.",
                    "Écrivez le jour où cela a été fait.",
                    key,
                )


def writing(faq: Document, entries: Entries) -> Iterator[Problem]:
    """Links that are broken and formatting that no channel shows."""
    for key, (entry, path) in entries.items():
        for name, text in (("reponse", entry.answer), ("facile", entry.easy or "")):
            if _BROKEN_LINK.search(text):
                yield faq.warning(
                    (*path, name),
                    "lien",
                    "Un lien n’est pas complet.",
                    "Écrivez [texte](https://adresse), sans espace dans l’adresse.",
                    key,
                )
            if _MARKUP.search(text):
                yield faq.warning(
                    (*path, name),
                    "mise-en-forme",
                    "Le gras, les titres et les balises ne sont pas affichés.",
                    "Gardez des paragraphes, des listes « - » et des liens [texte](https://…).",
                    key,
                )


def sizes(faq: Document, entries: Entries, themes: Sequence[Theme]) -> Iterator[Problem]:
    """Themes and texts that no phone shows at once: they are served in several parts."""
    counts = Counter(entry.theme for entry, _ in entries.values())
    for index, theme in enumerate(themes):
        if (count := counts[theme.id]) > MOST_QUESTIONS:
            message = f"Le thème « {theme.id} » compte {count} questions : personne ne les lira."
            hint = f"Faites-en plusieurs thèmes, de {MOST_QUESTIONS} questions au plus."
            yield faq.warning(("themes", index), "theme-long", message, hint)
    for key, (entry, path) in entries.items():
        for name, text in (("reponse", entry.answer), ("facile", entry.easy or "")):
            if (length := len(_ADDRESS.sub("", text))) > MOST_CHARACTERS:
                message = f"Ce texte compte {length} caractères : peu de gens le liront."
                hint = f"{MOST_CHARACTERS} caractères au plus ; faites-en plusieurs entrées."
                yield faq.warning((*path, name), "texte-long", message, hint, key)


def phrasings(faq: Document, entries: Entries) -> Iterator[Problem]:
    """No two entries share a way to ask, and no test question is indexed."""
    owner: dict[str, str] = {}
    words = {
        key: frozenset(word for phrasing in entry.phrasings for word in stems(phrasing))
        for key, (entry, _) in entries.items()
    }
    for key, (entry, path) in entries.items():
        for phrasing in entry.phrasings:
            other = owner.setdefault(normalise(phrasing), key)
            if other != key:
                yield faq.warning(
                    (*path, "variantes"),
                    "variante-partagee",
                    f"« {phrasing} » est déjà une façon de demander « {other} ».",
                    "Gardez-la dans une seule des deux. Voisines de "
                    f"« {key} » : {_neighbours(key, words)} ; "
                    f"de « {other} » : {_neighbours(other, words)}.",
                    key,
                )
    for key, (entry, path) in entries.items():
        for test in entry.tests:
            if normalise(test) in owner:
                yield faq.warning(
                    (*path, "essais"),
                    "essai-indexe",
                    f"L’essai « {test} » est aussi une façon de demander : il ne prouve rien.",
                    "Écrivez l’essai autrement.",
                    key,
                )


def _neighbours(key: str, words: Mapping[str, frozenset[str]], count: int = 3) -> str:
    """The entries whose ways to ask share the largest part of their words with this one's."""
    own = words[key]
    near = sorted(
        (other for other in words if other != key),
        key=lambda other: (-len(own & words[other]) / max(len(own | words[other]), 1), other),
    )
    return ", ".join(near[:count]) or "aucune"


def alarms(
    faq: Document, entries: Entries, written: set[str], ringing: Collection[str]
) -> Iterator[Problem]:
    """An alarm is never lost unawares: deleted, renamed, unmarked or expired.

    `written` are the ids of the file, `ringing` the entries that alarms lead to.
    """
    own = [key for key in ringing if key in written]
    if own and (lost := [key for key in ringing if key not in written]):
        yield Problem(
            1,
            None,
            "warning",
            "alarme-absente",
            f"Les alarmes {', '.join(lost)} n’ont plus d’entrée ici.",
            "La réponse du programme les remplace. Si ce n’est pas voulu, remettez l’entrée.",
        )
    for key, (entry, path) in entries.items():
        if key in ringing and not entry.alarm:
            yield faq.error(
                path,
                "alarme-perdue",
                "Cette entrée répond à des dangers et n’est plus marquée comme alarme.",
                "Remettez « alarme: true ».",
                key,
            )
        if entry.alarm and entry.expires_on:
            yield faq.error(
                (*path, "expire_le"),
                "alarme-expire",
                "Une alarme ne peut pas expirer.",
                "Retirez « expire_le ».",
                key,
            )
        if entry.alarm and not phone_numbers(entry.answer.partition("\n\n")[0]):
            yield faq.error(
                (*path, "reponse"),
                "alarme-sans-numero",
                "La première phrase d’une alarme doit contenir le numéro à appeler.",
                "Commencez par le numéro, en chiffres : « Appelez le 15 ou le 112. »",
                key,
            )
