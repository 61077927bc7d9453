"""From the texts of the knowledge files to a KnowledgeBase and all that is wrong with them."""

import datetime as dt
import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.knowledge import rules, style
from bot.knowledge.advice import DASH, did_you_mean, in_french
from bot.knowledge.model import Contact, Entry, Fact, KnowledgeBase, Theme
from bot.knowledge.problem import Problem
from bot.knowledge.yaml_reading import Document, Path, read_yaml
from bot.language.patterns import Pattern, Patterns, WrongPatternError

FAQ = "faq.yaml"
PHRASINGS = "formulations.yaml"
CONTACTS = "contacts.yaml"
LEXICON = "lexique.yaml"
UNRELATED = "a_ecarter.yaml"
FACTS = "faits.yaml"
ALARMS = "alarmes.yaml"
#: The alarms that ship with the program; those of the folder add to them or replace them.
DEFAULT_ALARMS = f"defauts/{ALARMS}"
#: The files that make a base; only the first is required.
FILES = (FAQ, PHRASINGS, CONTACTS, LEXICON, UNRELATED, FACTS, ALARMS, DEFAULT_ALARMS)

_FAQ_KEYS = ("version", "themes", "entrees", "hors_sujet")

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: `base` is None as soon as one problem is an error."""

    base: KnowledgeBase | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.level == "error")


def revision_of(files: Mapping[str, str]) -> str:
    """Twelve hexadecimal digits that change with any byte of the files."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(f"{name}\0{files.get(name, '')}\0".encode())
    return digest.hexdigest()[:12]


def check(files: Mapping[str, str], today: dt.date) -> Checked:
    """Check the files' texts ({name: text}, see FILES) as one base, reporting all problems.

    Problems come by file, then by line. Raises KeyError without a text for faq.yaml.
    """
    documents = {name: read_yaml(files[name], name) for name in FILES if name in files}
    problems = [problem for document in documents.values() for problem in _named(document)]
    base = _base(documents, problems, today, revision_of(files))
    problems.sort(key=lambda problem: (FILES.index(problem.file), problem.line))
    failed = any(problem.level == "error" for problem in problems)
    return Checked(None if failed else base, tuple(problems))


def _base(
    documents: Mapping[str, Document], problems: list[Problem], today: dt.date, revision: str
) -> KnowledgeBase:
    faq = documents[FAQ]
    if not faq.problems or isinstance(faq.value, dict):
        problems.extend(_top_level(faq))
    themes = tuple(theme for theme, _ in _models(Theme, faq, "themes", problems))
    off_topic = tuple(text for _, text in _texts(faq, "hors_sujet", problems))
    contacts = _named_models(Contact, documents.get(CONTACTS, Document(CONTACTS)), problems)
    facts = _named_models(Fact, documents.get(FACTS, Document(FACTS)), problems)
    synonyms = _synonyms(documents.get(LEXICON, Document(LEXICON)), problems)
    refused = documents.get(UNRELATED, Document(UNRELATED))
    unrelated = tuple(text for _, text in _texts(refused, "messages", problems))
    entries = _entries(faq, problems)
    written = _written_ids(faq)
    _add_phrasings(entries, written, documents.get(PHRASINGS, Document(PHRASINGS)), problems)
    alarms = _alarms(documents, written, problems)
    named = {theme.id for theme in themes}
    problems.extend(rules.references(faq, entries, written, named, set(contacts)))
    problems.extend(rules.dates(faq, entries, today))
    problems.extend(rules.writing(faq, entries))
    problems.extend(rules.phrasings(faq, entries))
    if FACTS in documents:
        # A base that keeps its facts is held to the whole editing guide; any other FAQ is not.
        problems.extend(style.supported(faq, entries, facts, contacts))
        problems.extend(style.readable(faq, entries))
        problems.extend(style.ways_to_ask(faq, entries))
        problems.extend(style.dated(faq, entries))
    return KnowledgeBase(
        themes=themes,
        entries={key: placed.entry for key, placed in entries.items()},
        contacts=contacts,
        facts=facts,
        off_topic=off_topic,
        synonyms=synonyms,
        unrelated=unrelated,
        alarms=alarms,
        revision=revision,
    )


def _named(document: Document) -> Iterator[Problem]:
    """The problems of the document's form, each with the entry whose lines it stands in."""
    raw = document.value.get("entrees") if isinstance(document.value, dict) else None
    entries = raw if isinstance(raw, list) else []
    starts = [document.line(("entrees", index)) for index in range(len(entries))]
    for problem in document.problems:
        index = bisect_right(starts, problem.line) - 1
        entry = (
            entries[index].get("id") if index >= 0 and isinstance(entries[index], dict) else None
        )
        yield replace(problem, entry=entry if isinstance(entry, str) else None)


def _top_level(faq: Document) -> Iterator[Problem]:
    if not isinstance(faq.value, dict) or not faq.value.get("entrees"):
        yield faq.error(
            (), "vide", "Le fichier ne contient aucune entrée.", "Il en faut sous « entrees: »."
        )
    if isinstance(faq.value, dict):
        for key in faq.value.keys() - set(_FAQ_KEYS):
            message = f"La clé « {key} » n’est pas connue."
            yield faq.error((key,), "cle-inconnue", message, did_you_mean(key, set(_FAQ_KEYS)))
        if faq.value.get("version", 1) != 1:
            yield faq.error(("version",), "version", "Seule la version 1 est connue.", "")


def _items(document: Document, key: str, problems: list[Problem]) -> Iterator[tuple[Path, Any]]:
    """The elements of the list under a top-level key, each with its path."""
    raw = document.value.get(key, []) if isinstance(document.value, dict) else []
    if isinstance(raw, list):
        yield from (((key, index), item) for index, item in enumerate(raw))
    else:
        problems.append(document.error((key,), "liste", f"« {key} » doit être une liste.", DASH))


def _texts(document: Document, key: str, problems: list[Problem]) -> Iterator[tuple[Path, str]]:
    for path, item in _items(document, key, problems):
        if isinstance(item, str):
            yield path, item
        else:
            problems.append(
                document.error(path, "texte", "Un texte est attendu ici.", "Une ligne, un texte.")
            )


def _models(
    model: type[Model], document: Document, key: str, problems: list[Problem]
) -> Iterator[tuple[Model, Path]]:
    for path, raw in _items(document, key, problems):
        entry = raw.get("id") if isinstance(raw, dict) else None
        made = _validate(model, document, raw, path, str(entry) if entry else None, problems)
        if made is not None:
            yield made, path


def _validate(
    model: type[Model],
    document: Document,
    raw: Any,
    path: Path,
    entry: str | None,
    problems: list[Problem],
) -> Model | None:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        for detail in error.errors():
            code, message, hint = in_french(detail, model)
            problems.append(document.error((*path, *detail["loc"]), code, message, hint, entry))
        return None


def _entries(faq: Document, problems: list[Problem]) -> dict[str, rules.Placed]:
    entries: dict[str, rules.Placed] = {}
    for entry, path in _models(Entry, faq, "entrees", problems):
        if entry.id in entries:
            first = faq.line((*entries[entry.id].path, "id"))
            message = f"L’identifiant « {entry.id} » sert déjà ligne {first}."
            problems.append(
                faq.error((*path, "id"), "id-double", message, "Choisissez-en un autre.", entry.id)
            )
        else:
            entries[entry.id] = rules.Placed(entry, path)
    return entries


def _named_models(
    model: type[Model], document: Document, problems: list[Problem]
) -> dict[str, Model]:
    """The models of a file that is one mapping of names."""
    raw = document.value if isinstance(document.value, dict) else {}
    made = {
        key: _validate(model, document, value, (key,), key, problems) for key, value in raw.items()
    }
    return {key: one for key, one in made.items() if one is not None}


def _synonyms(document: Document, problems: list[Problem]) -> tuple[tuple[str, ...], ...]:
    groups: list[tuple[str, ...]] = []
    for path, raw in _items(document, "synonymes", problems):
        if isinstance(raw, list) and len(raw) > 1 and all(isinstance(one, str) for one in raw):
            groups.append(tuple(raw))
        else:
            problems.append(
                document.error(
                    path,
                    "synonymes",
                    "Une ligne de synonymes compte au moins deux textes.",
                    "Exemple : - [bailleur, propriétaire social].",
                )
            )
    return tuple(groups)


def _alarms(
    documents: Mapping[str, Document], written: set[str], problems: list[Problem]
) -> Patterns:
    """The patterns of each alarm: the folder's where it has that alarm, else the program's."""
    lists: dict[str, list[str]] = {}
    labelled: dict[str, list[Pattern]] = {}
    for name in (DEFAULT_ALARMS, ALARMS):
        document = documents.get(name, Document(name))
        raw = document.value if isinstance(document.value, dict) else {}
        lists |= {key: str(words).split() for key, words in (raw.get("listes") or {}).items()}
        for entry, told in (raw.get("alarmes") or {}).items():
            path: Path = ("alarmes", entry)
            if name == ALARMS and written and entry not in written:
                message = f"Aucune entrée ne s’appelle « {entry} »."
                hint = did_you_mean(entry, written)
                problems.append(document.error(path, "entree-inconnue", message, hint, entry))
            labelled[entry] = []
            patterns = told.get("motifs", []) if isinstance(told, dict) else []
            for number, text in enumerate(patterns):
                try:
                    labelled[entry].append(Pattern.parse(str(text), lists))
                except WrongPatternError as error:
                    where = (*path, "motifs", number)
                    hint = "Comparez avec les motifs voisins."
                    problems.append(document.error(where, "motif", str(error), hint, entry))
    return Patterns(labelled)


def _written_ids(faq: Document) -> set[str]:
    """The entries named in the file, right or not: one mistake is told once, where it is."""
    raw = faq.value.get("entrees") if isinstance(faq.value, dict) else None
    items = raw if isinstance(raw, list) else []
    return {str(item["id"]) for item in items if isinstance(item, dict) and "id" in item}


def _add_phrasings(
    entries: dict[str, rules.Placed],
    written: set[str],
    document: Document,
    problems: list[Problem],
) -> None:
    raw = document.value if isinstance(document.value, dict) else {}
    for key in raw:
        added = tuple(text for _, text in _texts(document, key, problems))
        if key in entries:
            entry, path = entries[key]
            variants = (*entry.variants, *added)
            entries[key] = rules.Placed(entry.model_copy(update={"variants": variants}), path)
        elif written and key not in written:
            message = f"Aucune entrée ne s’appelle « {key} »."
            hint = did_you_mean(key, written)
            problems.append(document.error((key,), "entree-inconnue", message, hint, key))
