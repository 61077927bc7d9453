"""The rules that well-formed entries must still keep; each is one function giving Problems."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import NamedTuple

from bot.knowledge.advice import did_you_mean
from bot.knowledge.files import AnswersFile
from bot.knowledge.model import Contact, Entry, Theme
from bot.knowledge.problem import Problem
from bot.knowledge.region import Region
from bot.knowledge.texts import Texts
from bot.knowledge.yaml_reading import Document, Path
from bot.language.numbers import phone_numbers
from bot.language.words import normalise, stems

_ADDRESS = re.compile(r"\]\([^)\s]*\)")
#: Beyond, nobody reads them all: questions of a theme, characters of a text.
MOST_QUESTIONS, MOST_CHARACTERS = 40, 3_000


class Placed(NamedTuple):
    """An entry, where faq.yaml holds it, and where its variants of other files are."""

    entry: Entry
    path: Path
    elsewhere: tuple[tuple[Document, Path], ...] = ()


Entries = Mapping[str, Placed]
#: The names written in a file, right or not: one mistake is told once, where it is. None where the
#: file is absent or can't be read: then nothing is said of who names them.
Known = Collection[str] | None
#: What makes a message an act.
_RECOGNISED = frozenset({"mots", "messages", "ecriture", "signes"})
#: What an entry names, by its key: the code of a wrong name, and what it is.
_NAMED = {
    "theme": ("theme-inconnu", "Le thème"),
    "contact": ("contact-inconnu", "Le contact"),
    "voir_aussi": ("voir-aussi-inconnu", "L’entrée"),
    "appuis": ("appui-inconnu", "Le fait"),
    "avec_un_contact": ("entree-inconnue", "L’entrée"),
    "exemples": ("entree-inconnue", "L’entrée"),
}


def references(
    faq: Document, entries: Entries, answers: AnswersFile, known: Mapping[str, Known]
) -> Iterator[Problem]:
    """A theme, contact, other entry or fact that is named must be `known`, by the naming key."""
    named: list[tuple[str | None, Path, str, Collection[str | None]]] = [
        (None, (), "avec_un_contact", answers.beside_contact),
        (None, (), "exemples", answers.examples),
    ]
    for key, (entry, path, _) in entries.items():
        named += [
            (key, path, "theme", [entry.theme]),
            (key, path, "contact", [entry.contact]),
            (key, path, "voir_aussi", entry.see_also),
            (key, path, "appuis", entry.support),
        ]
    told: Counter[tuple[str, str]] = Counter(
        (name, value) for _, _, name, values in named for value in values if value is not None
    )
    for owner, path, name, values in named:
        code, what = _NAMED[name]
        if (names := known[name]) is None:
            continue
        for index, value in enumerate(values):
            where = (*path, name, index)
            if name == "voir_aussi" and value == owner:
                yield faq.error(
                    where, code, f"« {owner} » se cite elle-même.", "Retirez-la.", owner
                )
            elif value is not None and value not in names and (times := told.pop((name, value), 0)):
                cited = f" ; son nom est cité {times} fois" if times > 1 else ""
                message = f"{what} « {value} » n’existe pas{cited}."
                yield faq.error(where, code, message, did_you_mean(value, names), owner)


def publisher(document: Document, texts: Texts) -> Iterator[Problem]:
    """What only the owner knows is said before the pages are public, and mail can be sent."""
    if left := [name for name, value in texts.editeur if not value]:
        message = f"Qui publie n’est pas dit en entier : il manque {', '.join(left)}."
        hint = "Complétez-les sous « editeur: » : la loi les demande sur un site public."
        yield document.warning(("editeur",), "a-completer", message, hint)
    mail = texts.editeur["courriel"]
    if mail and not re.fullmatch(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", mail, re.ASCII):
        message = f"« {mail} » n’est pas une adresse de courriel."
        yield document.error(
            ("editeur", "courriel"), "courriel", message, "Par exemple : contact@ville.fr."
        )


def of_region(
    document: Document, region: Region, entries: Known, contacts: Known
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
        (("selon_la_commune",), tuple(region.by_commune)),
        *((("statuts", name, "voir_ensuite"), one.see_next) for name, one in standings),
    ]
    to_contacts: list[tuple[Path, tuple[str, ...]]] = [
        (("guichets",), region.desks),
        *((("statuts", name, "guichets"), one.desks) for name, one in standings),
        (("intercommunalites", "guichet"), desk),
        (("mairie",), (region.town_hall,) if region.town_hall else ()),
    ]
    for what, code, known, named in (
        ("L’entrée", "entree-inconnue", entries, to_entries),
        ("Le contact", "contact-inconnu", contacts, to_contacts),
    ):
        for path, key in ((path, key) for path, keys in named for key in keys):
            if known is not None and key not in known:
                message = f"{what} « {key} » n’existe pas."
                yield document.warning(path, code, message, did_you_mean(key, known))


def of_acts(document: Document, shipped: Document, entries: Known) -> Iterator[Problem]:
    """An act of the folder is one of the program's, or says by what it is recognised.

    The entry it leads to had better exist: its sentence is said instead.
    """
    own, usual = (
        one.value.get("actes") if isinstance(one.value, dict) else None
        for one in (document, shipped)
    )
    for key, act in own.items() if isinstance(own, dict) else ():
        if isinstance(usual, dict) and key not in usual:
            near = get_close_matches(key, usual, n=1, cutoff=0.8)
            if near or (isinstance(act, dict) and act.keys().isdisjoint(_RECOGNISED)):
                message = f"Le programme n’a pas d’acte « {key} », et rien ne le fait reconnaître."
                if near:
                    message = f"Le programme n’a pas d’acte « {key} », mais « {near[0]} »."
                hint = f"{did_you_mean(key, usual)} Le vôtre a besoin de mots ou de messages."
                yield document.warning(("actes", key), "acte-inconnu", message, hint, key)
        entry = act.get("entree") if isinstance(act, dict) else None
        if isinstance(entry, str) and entries is not None and entry not in entries:
            where = ("actes", key, "entree")
            message, hint = f"L’entrée « {entry} » n’existe pas.", did_you_mean(entry, entries)
            yield document.warning(where, "entree-inconnue", message, hint, key)


def listed(problem: Problem, known: Mapping[str, Known]) -> Problem:
    """What is no name, told beside those that are."""
    given = re.match(r"« ([^;]+) » n’est pas un identifiant", problem.message)
    names = known.get(problem.key) if problem.code == "identifiant" and given else None
    if not given or not names:
        return problem
    return replace(problem, hint=did_you_mean(given[1].lower().replace(" ", "-"), names))


def reachable(
    document: Document, contacts: Mapping[str, Contact], known: Known, region: Region | None
) -> Iterator[Problem]:
    """A contact says how to reach it, or of which others it is one; else no card can be shown.

    The town hall and the intercommunalité are the commune's own, where that is known.
    """
    own = {region.town_hall, region.groupings.desk} if region else set()
    for key, contact in contacts.items():
        for number, one in enumerate(contact.among):
            if known is not None and one not in known:
                message, hint = f"Le contact « {one} » n’existe pas.", did_you_mean(one, known)
                yield document.error((key, "parmi", number), "contact-inconnu", message, hint, key)
        if not contact.reachable and not contact.among and key not in own:
            message = "Ce contact n’a ni téléphone, ni site, ni adresse : il n’est jamais montré."
            hint = "Ajoutez l’un des trois, ou retirez le contact."
            yield document.warning((key,), "contact-injoignable", message, hint, key)


def dates(faq: Document, entries: Entries, today: dt.date) -> Iterator[Problem]:
    """Dates in their order; entries that have expired, are due for review or bear a day to come."""
    for key, (entry, path, _) in entries.items():
        read = entry.collected_on
        days = (
            ("expire_le", entry.expires_on),
            ("revoir_le", entry.review_on),
            ("verifie_le", entry.checked_on),
            ("releve_le", read),
        )
        for name, day in days:
            if day is None:
                continue
            if read and day < read:
                code, message = "dates", f"« {name} » ({day}) vient avant « releve_le » ({read})."
                hint = "Corrigez l’une des deux."
            elif name == "expire_le" and day < today:
                code, message = "expiree", "Cette entrée a expiré : elle n’est plus servie."
                hint = "Mettez-la à jour ou supprimez-la."
            elif name == "revoir_le" and day < today:
                code, message = "a-revoir", "La date de relecture est passée."
                hint = "Vérifiez la réponse, puis changez verifie_le et revoir_le."
            elif name in {"releve_le", "verifie_le"} and day > today:
                code, message = "date-future", f"La date « {name} » est dans le futur."
                hint = "Écrivez le jour où cela a été fait."
            else:
                continue
            yield faq.warning((*path, name), code, message, hint, key)


def sizes(
    faq: Document, entries: Entries, themes: Iterable[tuple[Theme, Path]]
) -> Iterator[Problem]:
    """Themes and texts that no phone shows at once: they are served in several parts."""
    counts = Counter(entry.theme for entry, _, _ in entries.values())
    for theme, path in themes:
        if (count := counts[theme.id]) > MOST_QUESTIONS:
            message = f"Le thème « {theme.id} » compte {count} questions : personne ne les lira."
            hint = f"Faites-en plusieurs thèmes, de {MOST_QUESTIONS} questions au plus."
            yield faq.warning(path, "theme-long", message, hint)
    for key, (entry, path, _) in entries.items():
        for name, text in (("reponse", entry.answer), ("facile", entry.easy or "")):
            if (length := len(_ADDRESS.sub("", text))) > MOST_CHARACTERS:
                message = f"Ce texte compte {length} caractères : peu de gens le liront."
                hint = f"{MOST_CHARACTERS} caractères au plus ; faites-en plusieurs entrées."
                yield faq.warning((*path, name), "texte-long", message, hint, key)


def phrasings(faq: Document, entries: Entries) -> Iterator[Problem]:
    """No two entries share a way to ask, and no test question is indexed."""
    owner: dict[str, str] = {}
    for key, (entry, path, elsewhere) in entries.items():
        own = len(entry.variants) - len(elsewhere)
        places = [(faq, (*path, "question"))]
        places += [(faq, (*path, "variantes", number)) for number in range(own)]
        for phrasing, (document, where) in zip(entry.phrasings, (*places, *elsewhere), strict=True):
            other = owner.setdefault(normalise(phrasing), key)
            if other != key:
                message = f"« {phrasing} » est déjà une façon de demander « {other} »."
                hint = (
                    "Gardez-la dans une seule des deux. Voisines de "
                    f"« {key} » : {_neighbours(key, entries)} ; "
                    f"de « {other} » : {_neighbours(other, entries)}."
                )
                yield document.warning(where, "variante-partagee", message, hint, key)
    for key, (entry, path, _) in entries.items():
        for number, test in enumerate(entry.tests):
            if normalise(test) in owner:
                message = f"L’essai « {test} » est aussi une façon de demander : il ne prouve rien."
                where = (*path, "essais", number)
                yield faq.warning(where, "essai-indexe", message, "Écrivez l’essai autrement.", key)


def _neighbours(key: str, entries: Entries, count: int = 3) -> str:
    """The entries whose ways to ask share the largest part of their words with this one's."""
    words = {
        other: frozenset(word for phrasing in entry.phrasings for word in stems(phrasing))
        for other, (entry, _, _) in entries.items()
    }
    own = words.pop(key)
    near = sorted(
        words,
        key=lambda other: (-len(own & words[other]) / max(len(own | words[other]), 1), other),
    )
    return ", ".join(near[:count]) or "aucune"


def alarms(
    faq: Document, entries: Entries, written: Collection[str], ringing: Collection[str]
) -> Iterator[Problem]:
    """An alarm is never lost unawares: deleted, renamed, unmarked or expired.

    `written` are the ids of the file, `ringing` the entries that alarms lead to.
    """
    own = [key for key in ringing if key in written]
    if own and (lost := [key for key in ringing if key not in written]):
        message = f"Les alarmes {', '.join(lost)} n’ont plus d’entrée ici."
        hint = "La réponse du programme les remplace. Si ce n’est pas voulu, remettez l’entrée."
        yield Problem(1, None, "warning", "alarme-absente", message, hint)
    for key, (entry, path, _) in entries.items():
        if key in ringing and not entry.alarm:
            message = "Cette entrée répond à des dangers et n’est plus marquée comme alarme."
            yield faq.error(path, "alarme-perdue", message, "Remettez « alarme: true ».", key)
        if entry.alarm and entry.expires_on:
            where, message = (*path, "expire_le"), "Une alarme ne peut pas expirer."
            yield faq.error(where, "alarme-expire", message, "Retirez « expire_le ».", key)
        if entry.alarm and not phone_numbers(entry.answer.partition("\n\n")[0]):
            where = (*path, "reponse")
            message = "La première phrase d’une alarme doit contenir le numéro à appeler."
            hint = "Commencez par le numéro, en chiffres : « Appelez le 15 ou le 112. »"
            yield faq.error(where, "alarme-sans-numero", message, hint, key)
