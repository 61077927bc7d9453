"""From the texts of the knowledge files to a KnowledgeBase and all that is wrong with them."""

import datetime as dt
import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.knowledge import rules, style
from bot.knowledge.advice import did_you_mean, no_text
from bot.knowledge.model import Contact, Entry, Fact, KnowledgeBase, Theme, as_printed
from bot.knowledge.parts import items, models, named_models, texts, validate
from bot.knowledge.problem import Problem
from bot.knowledge.surroundings import (
    ACTS,
    ALARMS,
    DRAWINGS,
    REGION,
    SHIPPED,
    URGENT,
    read_acts,
    read_alarms,
    read_drawings,
    read_region,
)  # fmt: skip
from bot.knowledge.texts import Texts
from bot.knowledge.yaml_reading import Document, read_yaml
from bot.language.typography import typeset
from bot.language.words import normalise

FAQ = "faq.yaml"
#: The bank of phrasings: in its folder, or beside the entries of a small FAQ, or both.
PHRASINGS = ("langue/formulations.yaml", "formulations.yaml")
CONTACTS = "contacts.yaml"
LEXICON = "langue/lexique.yaml"
UNRELATED = "langue/a_ecarter.yaml"
FACTS = "faits.yaml"
TEXTS = "textes.yaml"
#: The files that make a base; only the first is required.
FILES = (
    FAQ, *PHRASINGS, CONTACTS, TEXTS, LEXICON, UNRELATED, FACTS, ALARMS, ACTS, REGION,
    *DRAWINGS, *SHIPPED.values(),
)  # fmt: skip

_FAQ_KEYS = ("version", "themes", "entrees", "hors_sujet", "avec_un_contact")


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
    documents = {
        name: read_yaml(files[name], name)
        for name in FILES
        if name in files and name.endswith(".yaml")
    }
    problems = [problem for document in documents.values() for problem in _named(document)]
    drawings = read_drawings(files, problems)
    base = None
    if not any(document.unread for document in documents.values()):
        base = _base(documents, drawings, problems, today, revision_of(files))
    # An empty value is told by whom reads it and by whom misses it: once, and as an error.
    by_level = sorted(problems, key=lambda problem: problem.level, reverse=True)
    once = {(problem.file, problem.line, problem.message): problem for problem in by_level}
    problems = sorted(once.values(), key=lambda one: (FILES.index(one.file), one.line))
    failed = any(problem.level == "error" for problem in problems)
    return Checked(None if failed else base, tuple(problems))


def _base(
    documents: Mapping[str, Document],
    drawings: dict[str, str],
    problems: list[Problem],
    today: dt.date,
    revision: str,
) -> KnowledgeBase:
    faq = documents[FAQ]
    problems.extend(_top_level(faq))
    themes = tuple(theme for theme, _ in models(Theme, faq, "themes", problems))
    off_topic = tuple(text for _, text in texts(faq, "hors_sujet", problems))
    desks = documents.get(CONTACTS, Document(CONTACTS))
    contacts = named_models(Contact, desks, problems)
    facts = named_models(Fact, documents.get(FACTS, Document(FACTS)), problems)
    synonyms = _synonyms(documents.get(LEXICON, Document(LEXICON)), problems)
    lexicon = documents.get(LEXICON, Document(LEXICON)).value
    written_out = lexicon.get("abreviations") if isinstance(lexicon, dict) else None
    refused = documents.get(UNRELATED, Document(UNRELATED))
    unrelated = tuple(text for _, text in texts(refused, "messages", problems))
    entries = _entries(faq, problems)
    written = _written_ids(faq)
    for name in PHRASINGS:
        _add_phrasings(entries, written, documents.get(name, Document(name)), problems)
    alarms, calm = read_alarms(documents, written, problems)
    acts = read_acts(documents, problems)
    said = documents.get(TEXTS, Document(TEXTS))
    around = validate(Texts, said, said.value or {}, (), None, problems) or Texts()
    named = {theme.id for theme in themes}
    problems.extend(rules.references(faq, entries, written, named, set(desks.value or ())))
    problems.extend(rules.dates(faq, entries, today))
    problems.extend(rules.writing(faq, entries))
    problems.extend(rules.sizes(faq, entries, themes))
    if REGION in documents and (region := read_region(documents, problems)):
        problems.extend(rules.of_region(documents[REGION], region, written, set(desks.value or ())))
    problems.extend(rules.phrasings(faq, entries))
    if FACTS in documents:
        # A base that keeps its facts is held to the whole editing guide; any other FAQ is not.
        problems.extend(style.supported(faq, entries, facts, contacts))
        problems.extend(style.readable(faq, entries))
        problems.extend(style.ways_to_ask(faq, entries))
        problems.extend(style.dated(faq, entries))
    problems.extend(rules.alarms(faq, entries, written, alarms.labels))
    urgent = models(Entry, documents.get(URGENT, Document(URGENT)), "entrees", problems)
    base = KnowledgeBase(
        themes=themes,
        entries={key: placed.entry for key, placed in entries.items()},
        # Someone in danger is answered whatever the base is about, and whatever was deleted.
        urgent={entry.id: entry for entry, _ in urgent},
        contacts=contacts,
        facts=facts,
        off_topic=off_topic,
        beside_contact=tuple(text for _, text in texts(faq, "avec_un_contact", problems)),
        synonyms=synonyms,
        shorthand={
            normalise(str(short)): normalise(str(words))
            for short, words in (written_out if isinstance(written_out, dict) else {}).items()
        },
        unrelated=unrelated,
        alarms=alarms,
        calm=calm,
        acts=acts,
        drawings=drawings,
        texts=around.settled(typeset(around.name)),
        revision=revision,
    )
    return as_printed(base)


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


def _entries(faq: Document, problems: list[Problem]) -> dict[str, rules.Placed]:
    entries: dict[str, rules.Placed] = {}
    for entry, path in models(Entry, faq, "entrees", problems):
        if entry.id in entries:
            first = faq.line((*entries[entry.id].path, "id"))
            message = f"L’identifiant « {entry.id} » sert déjà ligne {first}."
            problems.append(
                faq.error((*path, "id"), "id-double", message, "Choisissez-en un autre.", entry.id)
            )
        else:
            entries[entry.id] = rules.Placed(entry, path)
    return entries


def _synonyms(document: Document, problems: list[Problem]) -> tuple[tuple[str, ...], ...]:
    groups: list[tuple[str, ...]] = []
    for path, raw in items(document, "synonymes", problems):
        group = raw if isinstance(raw, list) else []
        wrong = [one for one in group if not isinstance(one, str)]
        if len(group) > 1 and not wrong:
            groups.append(tuple(group))
            continue
        message = "Une ligne de synonymes compte au moins deux textes."
        told = ("synonymes", message, "Exemple : - [voiture, auto].")
        problems.append(document.error(path, *(no_text(wrong[0], "synonymes") if wrong else told)))
    return tuple(groups)


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
        added = tuple(text for _, text in texts(document, key, problems))
        if key in entries:
            entry, path = entries[key]
            variants = (*entry.variants, *added)
            entries[key] = rules.Placed(entry.model_copy(update={"variants": variants}), path)
        elif written and key not in written:
            message = f"Aucune entrée ne s’appelle « {key} »."
            hint = did_you_mean(key, written)
            problems.append(document.error((key,), "entree-inconnue", message, hint, key))
