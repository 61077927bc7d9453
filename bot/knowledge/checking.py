"""From the texts of the knowledge files to a KnowledgeBase and all that is wrong with them."""

import datetime as dt
import hashlib
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from bot.knowledge import presence, rules, style
from bot.knowledge.advice import did_you_mean, said
from bot.knowledge.files import (
    ACTS,
    ALARMS,
    CONTACTS,
    FACTS,
    FAQ,
    FILES,
    LEXICON,
    PHRASINGS,
    REGION,
    SHIPPED,
    TEXTS,
    UNRELATED,
    URGENT,
    AnswersFile,
    LexiconFile,
    Phrasings,
    UnrelatedFile,
)  # fmt: skip
from bot.knowledge.indents import MARGIN
from bot.knowledge.model import (
    ID_LENGTH,
    ID_PATTERN,
    Contact,
    Entry,
    Fact,
    KnowledgeBase,
    Theme,
    as_printed,
)
from bot.knowledge.parts import models, named_models, validate, whole
from bot.knowledge.problem import Problem
from bot.knowledge.region import Region
from bot.knowledge.shown import as_typed
from bot.knowledge.surroundings import read_acts, read_alarms, read_drawings, read_region
from bot.knowledge.texts import NAME, SCHEMA
from bot.knowledge.yaml_reading import Document, Path, read_yaml
from bot.language.typography import typeset
from bot.language.words import normalise

Listed = TypeVar("Listed", Theme, Entry)
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
#: How people speak hardly changes from one check to the next, and is most of a small base's time.
_SETTLED = frozenset({ACTS, ALARMS, *SHIPPED.values()})


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: `base` is None as soon as one problem is an error.

    `region` is the territory's, None where it is wrong; `faq` is faq.yaml as it was written.
    """

    base: KnowledgeBase | None
    problems: tuple[Problem, ...]
    region: Region | None
    faq: Document

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.level == "error")

    def also(self, problems: Sequence[Problem]) -> "Checked":
        """The same with what was found afterwards."""
        told = in_order((*self.problems, *problems))
        failed = any(problem.level == "error" for problem in told)
        return replace(self, base=None if failed else self.base, problems=told)


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """What keeps the files from being served first, causes before effects, then by line."""
    rank = {name: number for number, name in enumerate(FILES)}
    errors = {(one.file, one.line, one.code) for one in problems if one.level == "error"}
    return tuple(
        sorted(
            # A fault is told once, by what is worst in it.
            (
                one
                for one in problems
                if one.level == "error" or (one.file, one.line, one.code) not in errors
            ),
            key=lambda one: (one.level != "error", rank.get(one.file, len(rank)), one.line),
        )
    )


def revision_of(files: Mapping[str, str]) -> str:
    """Twelve hexadecimal digits that change with any byte of the files."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(f"{name}\0{files.get(name, '')}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()[:12]


@lru_cache(maxsize=len(_SETTLED))
def _read_once(read: Callable[[str, str], Document], text: str, file: str) -> Document:
    return read(text, file)


def check(
    files: Mapping[str, str],
    today: dt.date,
    *,
    advice: bool = True,
    read: Callable[[str, str], Document] = read_yaml,
) -> Checked:
    """Check the files' texts ({name: text}, see FILES) as one base, reporting all problems.

    Without `advice`, only what keeps it from being served is looked for: a third less of work.
    `read` reads a text of a name as `read_yaml` does.

    A byte that is not UTF-8 stands there as a lone surrogate (PEP 383). Any other name is that of
    a file that no one reads, or of a folder where it ends with « / ».
    """
    not_utf8 = list(_not_utf8(files))
    problems = [*presence.unread(files), *not_utf8]
    refused = {problem.file for problem in not_utf8}
    documents = {}
    for name in FILES:
        if name in files and name.endswith(".yaml") and name not in refused:
            settled = name in _SETTLED
            document = _read_once(read, files[name], name) if settled else read(files[name], name)
            problems += _named(document)
            # One that can't be read may hold anything: nothing is said of who names its parts.
            if not document.unread:
                documents[name] = document
    region = read_region(documents, problems) if SHIPPED[REGION] in documents else None
    base = _base(files, documents, region, problems, today, advice=advice)
    return Checked(base, (), region, documents.get(FAQ, Document(FAQ))).also(problems)


def _not_utf8(files: Mapping[str, str]) -> Iterator[Problem]:
    for name, text in files.items():
        if found := _NOT_UTF8.search(text):
            line = text.count("\n", 0, found.start()) + 1
            message = "Ce fichier n’est pas enregistré en UTF-8 : ses accents sont perdus."
            hint = "Enregistrez-le de nouveau en choisissant l’encodage UTF-8."
            yield Problem(line, None, "error", "encodage", message, hint, name)


def _base(
    files: Mapping[str, str],
    documents: Mapping[str, Document],
    region: Region | None,
    problems: list[Problem],
    today: dt.date,
    *,
    advice: bool,
) -> KnowledgeBase:
    """What the documents that can be read say; what is wrong there is added to the problems."""
    readable = {name: documents.get(name, Document(name)) for name in FILES}
    faq = readable[FAQ]
    answers = whole(AnswersFile, faq, problems)
    themes = _by_id(Theme, faq, "themes", answers.themes, problems)
    contacts = named_models(Contact, readable[CONTACTS], problems)
    facts = named_models(Fact, readable[FACTS], problems)
    lexicon = whole(LexiconFile, readable[LEXICON], problems)
    unrelated = whole(UnrelatedFile, readable[UNRELATED], problems)
    problems += [
        readable[name].error((key,), *said("identifiant", key), key)
        for name, keys in ((CONTACTS, contacts), (FACTS, facts))
        for key in keys
        if not re.fullmatch(ID_PATTERN, key)
    ]
    found = _by_id(Entry, faq, "entrees", answers.entries, problems)
    entries = {key: rules.Placed(*one) for key, one in found.items()}
    written = _names(documents, FAQ, "entrees")
    if FAQ in documents and not answers.entries and not any(one.file == FAQ for one in problems):
        message, hint = "Le fichier ne contient aucune entrée.", "Il en faut sous « entrees: »."
        problems.append(faq.error((), "vide", message, hint))
    for name in PHRASINGS:
        _add_phrasings(entries, written, readable[name], problems)
    alarms, calm = read_alarms(documents, written, problems, tried=advice)
    acts = read_acts(documents, problems)
    wording = readable[TEXTS]
    around = validate(
        SCHEMA, wording, wording.value or {}, (), None, problems
    ) or SCHEMA.model_validate({})
    needed = [FAQ]
    needed += [CONTACTS] * any(one.contact for one, _, _ in entries.values())
    needed += [FACTS] * any(one.support for one, _, _ in entries.values())
    problems += presence.absent(files, needed)
    known: dict[str, rules.Known] = {
        "theme": _names(documents, FAQ, "themes"),
        "contact": _names(documents, CONTACTS),
        "appuis": _names(documents, FACTS),
        "voir_aussi": written,
        "avec_un_contact": written,
        "exemples": written,
    }
    problems[:] = [rules.listed(one, known) if one.file == FAQ else one for one in problems]
    problems += rules.of_acts(readable[ACTS], readable[SHIPPED[ACTS]], written)
    problems += rules.references(faq, entries, answers, known)
    problems += rules.dates(faq, entries, today)
    if advice:
        problems += rules.sizes(faq, entries, themes.values())
        problems += as_typed(files, documents)
    if region and REGION in documents:
        problems += rules.of_region(documents[REGION], region, written, known["contact"])
    # The territory names the desks that are a commune's own.
    if not any(one.file == REGION and one.level == "error" for one in problems):
        problems += rules.reachable(readable[CONTACTS], contacts, known["contact"], region)
    if advice:
        problems += rules.phrasings(faq, entries)
    if FACTS in documents:
        # A base that keeps its facts is held to the whole editing guide; any other FAQ is not.
        problems += style.supported(faq, entries, facts, contacts)
        wrong = {problem.file for problem in problems if problem.level == "error"}
        if advice:
            problems += style.guided(faq, entries, phrasings=wrong.isdisjoint(PHRASINGS))
    problems += rules.alarms(faq, entries, written or (), alarms.labels)
    if TEXTS in documents:
        problems += rules.publisher(wording, around)
    shipped = whole(AnswersFile, readable[URGENT], problems).entries
    urgent = _by_id(Entry, readable[URGENT], "entrees", shipped, problems)
    base = KnowledgeBase(
        themes=tuple(theme for theme, _ in themes.values()),
        entries={key: placed.entry for key, placed in entries.items()},
        # Someone in danger is answered whatever the base is about, and whatever was deleted.
        urgent={key: entry for key, (entry, _) in urgent.items()},
        contacts=contacts,
        facts=facts,
        off_topic=answers.off_topic,
        beside_contact=answers.beside_contact,
        examples=answers.examples,
        synonyms=lexicon.synonyms,
        shorthand={normalise(short): normalise(all_) for short, all_ in lexicon.shorthand.items()},
        unrelated=unrelated.messages,
        alarms=alarms,
        calm=calm,
        acts=acts,
        drawings=read_drawings(files, problems),
        texts=around.settled(typeset(around[NAME])),
        revision=revision_of(files),
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


def _by_id(
    model: type[Listed], faq: Document, key: str, raw: Sequence[Any], problems: list[Problem]
) -> dict[str, tuple[Listed, Path]]:
    """The themes or the entries, each with its path."""
    found: dict[str, tuple[Listed, Path]] = {}
    made: tuple[Listed, Path]
    for made in models(model, faq, key, raw, problems):
        name: str = made[0].id
        if name in found:
            message = f"« {name} » sert déjà ligne {faq.line((*found[name][1], 'id'))}."
            hint = "Choisissez un autre identifiant."
            problems.append(faq.error((*made[1], "id"), "id-double", message, hint, name))
        else:
            found[name] = made
    return found


def _names(documents: Mapping[str, Document], file: str, key: str | None = None) -> set[str] | None:
    """The names that a file gives, whatever else is wrong: its keys, or the ids under one of them.

    None where it is absent or can't be read, or where one is no name: it may be any.
    """
    value = documents[file].value if file in documents else None
    # A name that comes twice may be that of another part, whose own is lost; a list that is not
    # there may be under a key that is not known.
    twice = file in documents and any(one.code == "cle-double" for one in documents[file].problems)
    if (
        not isinstance(value, dict)
        or twice
        or (key and key not in value and not value.keys() <= MARGIN)
    ):
        return None
    names: list[object] = list(value)
    if key:
        listed = value.get(key, [])
        if not isinstance(listed, list):
            return None
        names = [one.get("id") if isinstance(one, dict) else None for one in listed]
    length = ID_LENGTH if key else math.inf
    good = {one for one in map(str, names) if re.fullmatch(ID_PATTERN, one) and len(one) <= length}
    return good if len(good) == len(names) else None


def _add_phrasings(
    entries: dict[str, rules.Placed],
    written: set[str] | None,
    document: Document,
    problems: list[Problem],
) -> None:
    for key, added in named_models(Phrasings, document, problems).items():
        if key in entries:
            entry, path, others = entries[key]
            more = entry.model_copy(update={"variants": (*entry.variants, *added.root)})
            here = [(document, (key, number)) for number in range(len(added.root))]
            entries[key] = rules.Placed(more, path, (*others, *here))
        elif written is not None and key not in written:
            message = f"Aucune entrée ne s’appelle « {key} »."
            hint = did_you_mean(key, written)
            problems.append(document.error((key,), "entree-inconnue", message, hint, key))
