"""What surrounds the entries: alarms, dialogue acts, the territory, drawings.

Each ships with the program, for any town; the folder's own file adds to it or replaces it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.knowledge.acts import Act, Acts
from bot.knowledge.advice import did_you_mean
from bot.knowledge.parts import validate
from bot.knowledge.problem import Problem
from bot.knowledge.region import Region
from bot.knowledge.yaml_reading import Document, Path, read_yaml
from bot.language.patterns import Pattern, Patterns, WrongPatternError
from bot.language.words import normalise

ALARMS = "langue/alarmes.yaml"
ACTS = "langue/actes.yaml"
REGION = "lieux/lieux.yaml"
#: What the pages draw: the avatar, the icon of the tab and, where there is one, the horizon.
DRAWINGS = tuple(f"dessins/{name}.svg" for name in ("avatar", "icone", "horizon"))
#: What ships with the program, under « defauts/ »: the folder's own file adds to it or replaces it.
#: « urgences.yaml » are answers to alarms, for a base that has none of its own.
SHIPPED = {
    **{name: f"defauts/{name.rpartition('/')[2]}" for name in (ALARMS, ACTS, REGION)},
    "urgences.yaml": "defauts/urgences.yaml",
    **{name: f"defauts/{name}" for name in DRAWINGS},
}
URGENT = SHIPPED["urgences.yaml"]
_ACTIVE = re.compile(r"<(?:script|style|foreignObject|a|use|image)\b|\bon\w+=|href", re.IGNORECASE)


def check_region(files: Mapping[str, str]) -> tuple[Region | None, tuple[Problem, ...]]:
    """The region of the folder's lieux.yaml over the program's, and all that is wrong with it."""
    names = (REGION, SHIPPED[REGION])
    documents = {name: read_yaml(files[name], name) for name in names if name in files}
    problems = [problem for document in documents.values() for problem in document.problems]
    region = read_region(documents, problems)
    failed = any(problem.level == "error" for problem in problems)
    return (None if failed else region), tuple(problems)


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
    found = Patterns(ringing)
    for name in (SHIPPED[ALARMS], ALARMS):
        document = documents.get(name, Document(name))
        problems.extend(_tried(document, found))
    return found, Patterns(silent)


def _tried(document: Document, ringing: Patterns) -> Iterator[Problem]:
    """The alarms' own test sentences that go wrong: some must ring, others must not."""
    raw = document.value.get("alarmes") if isinstance(document.value, dict) else None
    for entry, told in (raw or {}).items():
        given = told if isinstance(told, dict) else {}
        for number, text in enumerate(given.get("essais") or []):
            if entry not in ringing.all_in(str(text)):
                yield document.warning(
                    ("alarmes", entry, "essais", number),
                    "alarme-muette",
                    f"« {text} » devrait faire sonner cette alarme.",
                    "Ajoutez un motif qui le reconnaît.",
                    entry,
                )
        for number, text in enumerate(given.get("calmes") or []):
            if entry in ringing.all_in(str(text)):
                yield document.warning(
                    ("alarmes", entry, "calmes", number),
                    "alarme-de-trop",
                    f"« {text} » ne devrait pas faire sonner cette alarme.",
                    "Précisez le motif, ou ajoutez « sauf » et les mots qui le font taire.",
                    entry,
                )


def read_acts(documents: Mapping[str, Document], problems: list[Problem]) -> Acts:
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
            if made := validate(Act, document, whole, ("actes", key), None, problems):
                acts[key] = made
                shipped.setdefault(key, told)
    return Acts(acts, frozenset(normalise(polite).split()))
