"""From the texts of the knowledge files to a KnowledgeBase and all that is wrong with them."""

import datetime as dt
import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.knowledge import rules, style
from bot.knowledge.acts import Act, Acts
from bot.knowledge.advice import DASH, did_you_mean, in_french
from bot.knowledge.model import Contact, Entry, Fact, KnowledgeBase, Theme, as_printed
from bot.knowledge.problem import Problem
from bot.knowledge.region import Region
from bot.knowledge.texts import Texts
from bot.knowledge.yaml_reading import Document, Path, read_yaml
from bot.language.patterns import Pattern, Patterns, WrongPatternError
from bot.language.typography import typeset
from bot.language.words import normalise

FAQ = "faq.yaml"
PHRASINGS = "formulations.yaml"
CONTACTS = "contacts.yaml"
LEXICON = "lexique.yaml"
UNRELATED = "a_ecarter.yaml"
FACTS = "faits.yaml"
TEXTS = "textes.yaml"
ALARMS = "alarmes.yaml"
ACTS = "actes.yaml"
REGION = "lieux/lieux.yaml"
#: What the pages draw: the avatar, the icon of the tab and, where there is one, the horizon.
DRAWINGS = tuple(f"dessins/{name}.svg" for name in ("avatar", "icone", "horizon"))
#: What ships with the program, under « defauts/ »: the folder's own file adds to it or replaces it.
#: « urgences.yaml » are answers to alarms, for a base that has none of its own.
SHIPPED = {
    **{name: f"defauts/{name.removeprefix('lieux/')}" for name in (ALARMS, ACTS, REGION)},
    "urgences.yaml": "defauts/urgences.yaml",
    **{name: f"defauts/{name}" for name in DRAWINGS},
}
URGENT = SHIPPED["urgences.yaml"]
#: The files that make a base; only the first is required.
FILES = (
    FAQ, PHRASINGS, CONTACTS, TEXTS, LEXICON, UNRELATED, FACTS, ALARMS, ACTS, REGION,
    *DRAWINGS, *SHIPPED.values(),
)  # fmt: skip

_ACTIVE = re.compile(r"<(?:script|style|foreignObject|a|use|image)\b|\bon\w+=|href", re.IGNORECASE)
_FAQ_KEYS = ("version", "themes", "entrees", "hors_sujet", "avec_un_contact")

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
    documents = {
        name: read_yaml(files[name], name)
        for name in FILES
        if name in files and name.endswith(".yaml")
    }
    problems = [problem for document in documents.values() for problem in _named(document)]
    drawings = _drawings(files, problems)
    base = _base(documents, drawings, problems, today, revision_of(files))
    problems.sort(key=lambda problem: (FILES.index(problem.file), problem.line))
    failed = any(problem.level == "error" for problem in problems)
    return Checked(None if failed else base, tuple(problems))


def check_region(files: Mapping[str, str]) -> tuple[Region | None, tuple[Problem, ...]]:
    """The region of the folder's lieux.yaml over the program's, and all that is wrong with it."""
    names = (REGION, SHIPPED[REGION])
    documents = {name: read_yaml(files[name], name) for name in names if name in files}
    problems = [problem for document in documents.values() for problem in document.problems]
    region = _region(documents, problems)
    return (None if problems else region), tuple(problems)


def _region(documents: Mapping[str, Document], problems: list[Problem]) -> Region | None:
    """The folder's region: its words add to the program's, its sentences replace them."""
    own, default = (documents.get(name, Document(name)) for name in (REGION, SHIPPED[REGION]))
    raw = own.value if own.value is not None else {}
    if isinstance(raw, dict):
        usual = default.value if isinstance(default.value, dict) else {}
        raw = raw | {
            "phrases": _over(usual.get("phrases"), raw.get("phrases"), "{1}"),
            "mots": _over(usual.get("mots"), raw.get("mots"), "{0} {1}"),
        }
    return _validate(Region, own, raw, (), None, problems)


def _over(usual: Any, own: Any, joined: str) -> Any:
    """Two mappings of texts as one; what is no text stays, and is told of later."""
    if not isinstance(usual, dict) or not isinstance(own, dict):
        return usual if own is None else own
    return usual | {
        key: joined.format(usual.get(key, ""), text) if isinstance(text, str) else text
        for key, text in own.items()
    }


def _drawings(files: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    """The drawings by name, empty where there is none; what a page would run is refused."""
    drawings = {}
    for name in DRAWINGS:
        drawn = files.get(name, files.get(SHIPPED[name], "")).strip()
        if drawn and (not drawn.startswith("<svg") or _ACTIVE.search(drawn)):
            message = "Ce dessin n’est pas un simple SVG."
            hint = "Gardez les formes ; retirez scripts, styles, liens et en-têtes."
            problems.append(Problem(1, None, "error", "dessin", message, hint, name))
        drawings[name.removeprefix("dessins/").removesuffix(".svg")] = drawn
    return drawings


def _base(
    documents: Mapping[str, Document],
    drawings: dict[str, str],
    problems: list[Problem],
    today: dt.date,
    revision: str,
) -> KnowledgeBase:
    faq = documents[FAQ]
    if not faq.problems or isinstance(faq.value, dict):
        problems.extend(_top_level(faq))
    themes = tuple(theme for theme, _ in _models(Theme, faq, "themes", problems))
    off_topic = tuple(text for _, text in _texts(faq, "hors_sujet", problems))
    contacts = _named_models(Contact, documents.get(CONTACTS, Document(CONTACTS)), problems)
    facts = _named_models(Fact, documents.get(FACTS, Document(FACTS)), problems)
    synonyms = _synonyms(documents.get(LEXICON, Document(LEXICON)), problems)
    lexicon = documents.get(LEXICON, Document(LEXICON)).value
    written_out = lexicon.get("abreviations") if isinstance(lexicon, dict) else None
    refused = documents.get(UNRELATED, Document(UNRELATED))
    unrelated = tuple(text for _, text in _texts(refused, "messages", problems))
    entries = _entries(faq, problems)
    written = _written_ids(faq)
    _add_phrasings(entries, written, documents.get(PHRASINGS, Document(PHRASINGS)), problems)
    alarms, calm = _alarms(documents, written, problems)
    acts = _acts(documents, problems)
    said = documents.get(TEXTS, Document(TEXTS))
    texts = _validate(Texts, said, said.value or {}, (), None, problems) or Texts()
    named = {theme.id for theme in themes}
    problems.extend(rules.references(faq, entries, written, named, set(contacts)))
    problems.extend(rules.dates(faq, entries, today))
    problems.extend(rules.writing(faq, entries))
    if REGION in documents and (region := _region(documents, problems)):
        problems.extend(rules.of_region(documents[REGION], region, written, set(contacts)))
    problems.extend(rules.phrasings(faq, entries))
    if FACTS in documents:
        # A base that keeps its facts is held to the whole editing guide; any other FAQ is not.
        problems.extend(style.supported(faq, entries, facts, contacts))
        problems.extend(style.readable(faq, entries))
        problems.extend(style.ways_to_ask(faq, entries))
        problems.extend(style.dated(faq, entries))
    problems.extend(rules.alarms(faq, entries, written, alarms.labels))
    urgent = _models(Entry, documents.get(URGENT, Document(URGENT)), "entrees", problems)
    base = KnowledgeBase(
        themes=themes,
        entries={key: placed.entry for key, placed in entries.items()},
        # Someone in danger is answered whatever the base is about, and whatever was deleted.
        urgent={entry.id: entry for entry, _ in urgent},
        contacts=contacts,
        facts=facts,
        off_topic=off_topic,
        beside_contact=tuple(text for _, text in _texts(faq, "avec_un_contact", problems)),
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
        texts=texts.settled(typeset(texts.name)),
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
                    "Exemple : - [voiture, auto].",
                )
            )
    return tuple(groups)


def _alarms(
    documents: Mapping[str, Document], written: set[str], problems: list[Problem]
) -> tuple[Patterns, Patterns]:
    """What rings each alarm, and what silences it where it is only likely.

    An alarm of the folder replaces the program's.
    """
    lists: dict[str, list[str]] = {}
    ringing: dict[str, list[Pattern]] = {}
    silent: dict[str, list[Pattern]] = {}
    for name in (SHIPPED[ALARMS], ALARMS):
        document = documents.get(name, Document(name))
        raw = document.value if isinstance(document.value, dict) else {}
        lists |= {key: str(words).split() for key, words in (raw.get("listes") or {}).items()}
        for entry, told in (raw.get("alarmes") or {}).items():
            path: Path = ("alarmes", entry)
            if name == ALARMS and written and entry not in written:
                message = f"Aucune entrée ne s’appelle « {entry} »."
                hint = did_you_mean(entry, written)
                problems.append(document.error(path, "entree-inconnue", message, hint, entry))
            given = told if isinstance(told, dict) else {}
            for key, labelled in (("motifs", ringing), ("sauf", silent)):
                labelled[entry] = []
                for number, text in enumerate(given.get(key) or []):
                    try:
                        labelled[entry].append(Pattern.parse(str(text), lists))
                    except WrongPatternError as error:
                        where = (*path, key, number)
                        hint = "Comparez avec les motifs voisins."
                        problems.append(document.error(where, "motif", str(error), hint, entry))
    return Patterns(ringing), Patterns(silent)


def _acts(documents: Mapping[str, Document], problems: list[Problem]) -> Acts:
    """The dialogue acts: the folder's where it has that act, else the program's."""
    acts: dict[str, Act] = {}
    shipped: dict[str, Any] = {}
    polite = ""
    for name in (SHIPPED[ACTS], ACTS):
        document = documents.get(name, Document(name))
        raw = document.value if isinstance(document.value, dict) else {}
        polite += f" {raw.get('politesse', '')}"
        for key, told in (raw.get("actes") or {}).items():
            # What the folder leaves out of an act stays as the program has it.
            whole = shipped.get(key, {}) | told if isinstance(told, dict) else told
            if made := _validate(Act, document, whole, ("actes", key), None, problems):
                acts[key] = made
                shipped.setdefault(key, told)
    return Acts(acts, frozenset(normalise(polite).split()))


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
