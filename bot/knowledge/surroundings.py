"""What surrounds the entries: alarms, dialogue acts, the territory, drawings.

Each ships with the program, for any town; the folder's own file adds to it or replaces it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from bot.knowledge.acts import Act, Acts
from bot.knowledge.advice import did_you_mean
from bot.knowledge.files import ACTS, ALARMS, DRAWINGS, REGION, SHIPPED, ActsFile, AlarmsFile
from bot.knowledge.parts import validate, whole
from bot.knowledge.problem import Problem
from bot.knowledge.region import Region
from bot.knowledge.yaml_reading import Document
from bot.language.patterns import Pattern, Patterns, WrongPatternError
from bot.language.words import normalise

#: A file that is not there.
_NONE = Document("")
_ACTIVE = re.compile(r"<(?:script|style|foreignObject|a|use|image)\b|\bon\w+=|href", re.IGNORECASE)


def read_region(documents: Mapping[str, Document], problems: list[Problem]) -> Region | None:
    """The folder's region: its words add to the program's, its sentences replace them."""
    own, default = (documents.get(name, Document(name)) for name in (REGION, SHIPPED[REGION]))
    raw = own.value if own.value is not None else {}
    if isinstance(raw, dict):
        usual = default.value if isinstance(default.value, dict) else {}
        raw = raw | {
            "phrases": _over(usual.get("phrases"), raw.get("phrases"), "{1}"),
            "mots": _over(usual.get("mots"), raw.get("mots"), "{0} {1}"),
        }
    return validate(Region, own, raw, (), None, problems)


def _over(usual: Any, own: Any, joined: str) -> Any:
    """Two mappings of texts as one; what is no text stays, and is told of later."""
    if not isinstance(usual, dict) or not isinstance(own, dict):
        return usual if own is None else own
    return usual | {
        key: joined.format(usual.get(key, ""), text) if isinstance(text, str) else text
        for key, text in own.items()
    }


def read_drawings(files: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
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


def read_alarms(
    documents: Mapping[str, Document],
    known: Collection[str] | None,
    problems: list[Problem],
    *,
    tried: bool = True,
) -> tuple[Patterns, Patterns]:
    """What rings each alarm, and what silences it where it is only likely.

    What the folder gives of an alarm replaces what the program has of it, but for `jamais`, to
    which it adds. `known` are the entries, None where faq.yaml can't be read. Where they are not
    to be `tried`, their own test sentences are left out.
    """
    shipped, own = (documents.get(name, _NONE) for name in (SHIPPED[ALARMS], ALARMS))
    ringing, silent, named, told = _alarms(shipped, own, tried)
    problems.extend(told)
    for entry in named:
        if known is not None and entry not in known:
            message = f"Aucune entrée ne s’appelle « {entry} »."
            hint = did_you_mean(entry, known)
            path = ("alarmes", entry)
            problems.append(own.error(path, "entree-inconnue", message, hint, entry))
    return ringing, silent


@lru_cache(maxsize=1)
def _alarms(
    shipped: Document, own: Document, tried: bool
) -> tuple[Patterns, Patterns, tuple[str, ...], tuple[Problem, ...]]:
    """What rings and what silences, the alarms of the folder, and what is wrong with them."""
    problems: list[Problem] = []
    lists: dict[str, list[str]] = {}
    ringing: dict[str, list[Pattern]] = {}
    silent: dict[str, list[Pattern]] = {}
    never: dict[str, list[Pattern]] = {}
    files = [(document, whole(AlarmsFile, document, problems)) for document in (shipped, own)]
    for document, file in files:
        lists |= {key: words.split() for key, words in file.lists.items()}
        for entry, told in file.alarms.items():
            for key, labelled, patterns in (
                ("motifs", ringing, told.patterns),
                ("sauf", silent, told.unless),
                ("jamais", never, told.never),
            ):
                kept = labelled.setdefault(entry, [])
                if patterns and labelled is not never:
                    kept.clear()
                for number, text in enumerate(patterns):
                    try:
                        labelled[entry].append(Pattern.parse(text, lists))
                    except WrongPatternError as error:
                        where = ("alarmes", entry, key, number)
                        hint = "Comparez avec les motifs voisins."
                        problems.append(document.error(where, "motif", str(error), hint, entry))
    found = Patterns(ringing, never)
    for document, file in files if tried else ():
        problems.extend(_tried(document, file, found))
    calm = Patterns({key: [*silent[key], *never[key]] for key in silent})
    return found, calm, tuple(files[1][1].alarms), tuple(problems)


def _tried(document: Document, file: AlarmsFile, ringing: Patterns) -> Iterator[Problem]:
    """The alarms' own test sentences that go wrong: some must ring, others must not."""
    silenced = "Précisez le motif, ou ajoutez « sauf » et les mots qui le font taire."
    for entry, told in file.alarms.items():
        for key, texts, rings, code, said, hint in (
            ("essais", told.tests, True, "alarme-muette", "devrait",
             "Ajoutez un motif qui le reconnaît."),
            ("calmes", told.calm, False, "alarme-de-trop", "ne devrait pas", silenced),
        ):  # fmt: skip
            for number, text in enumerate(texts):
                if (entry in ringing.all_in(text)) is not rings:
                    path = ("alarmes", entry, key, number)
                    message = f"« {text} » {said} faire sonner cette alarme."
                    yield document.warning(path, code, message, hint, entry)


def read_acts(documents: Mapping[str, Document], problems: list[Problem]) -> Acts:
    """The dialogue acts: the folder's where it has that act, else the program's."""
    acts, told = _acts(documents.get(SHIPPED[ACTS], _NONE), documents.get(ACTS, _NONE))
    problems.extend(told)
    return acts


@lru_cache(maxsize=1)
def _acts(shipped: Document, own: Document) -> tuple[Acts, tuple[Problem, ...]]:
    """The acts, and what is wrong with them."""
    problems: list[Problem] = []
    acts: dict[str, Act] = {}
    usual: Mapping[str, Mapping[str, Any]] = {}
    polite = ""
    for document in (shipped, own):
        file = whole(ActsFile, document, problems)
        polite += f" {file.polite}"
        for key, told in file.acts.items():
            # What the folder leaves out of an act stays as the program has it.
            whole_act = {**usual.get(key, {}), **told}
            if made := validate(Act, document, whole_act, ("actes", key), None, problems):
                acts[key] = made
        usual = file.acts
    return Acts(acts, frozenset(normalise(polite).split())), tuple(problems)
