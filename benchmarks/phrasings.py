"""What each helping of phrasings brings, and how well each register is covered.

First table: the right entry's place on questions that were never indexed, as the bank grows.
Second: every phrasing of the base asked of a base without it (leave-one-out), by register; a bank
of near-copies would find nearly all of them, one of strangers hardly any.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from benchmarks.matching import ROOT, holds, place_finder, project_base, share
from benchmarks.rivals import Indexed, Place, galibot
from bot.evaluation import Case, read_cases
from bot.language.words import SMS, normalise
from bot.learning.building import build
from bot.learning.corpus import EntryTexts
from bot.matching.model import Scale, rank
from bot.matching.signals import compare
from bot.trained import load_encoder, load_model

CASES = ROOT / "tests" / "cases"
#: Phrasings an entry: the question alone, with the editors' variants, then more of the bank.
SIZES = (1, 9, 20, 40, 1000)
_NEGATIONS = frozenset({"pas", "jamais", "plus", "rien", "aucun", "aucune", "sans"})


def _is_sms(words: Sequence[str]) -> bool:
    return any(word in SMS or "k" in word for word in words)


#: First match first.
REGISTERS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "SMS, phonétique": _is_sms,
    "dicté (plus de 20 mots)": lambda words: len(words) > 20,
    "elliptique (5 mots ou moins)": lambda words: len(words) <= 5,
    "négation": lambda words: bool(_NEGATIONS & set(words)),
    "autre": lambda _: True,
}


def register(text: str) -> str:
    """The register of a text, by its words alone."""
    words = normalise(text).split()
    return next(name for name, is_one in REGISTERS.items() if is_one(words))


def cut(base: Indexed, size: int) -> Indexed:
    """The base with the first phrasings of each entry only."""
    entries = {
        key: EntryTexts(one.phrasings[:size], one.answer) for key, one in base.entries.items()
    }
    return replace(base, entries=entries)


def print_growth(
    console: Console,
    base: Indexed,
    questions: Sequence[Case],
    place: Place,
) -> None:
    inside = [one for one in questions if one.expect]
    kinds = sorted({one.kind for one in inside})
    table = Table(title="Première place selon le nombre de formulations par entrée")
    table.add_column("formulations")
    for kind in kinds:
        count = sum(one.kind == kind for one in inside)
        table.add_column(f"{kind or 'toutes'} ({count})", justify="right")
    for size in SIZES:
        smaller = cut(base, size)
        ask, _ = galibot(place, smaller)
        found = {
            kind: [
                holds(ask(one.question)[:1], one.expect)
                for one in inside
                if one.kind == kind and one.expect
            ]
            for kind in kinds
        }
        cells = [f"{100 * share(found[kind]):.1f} %" for kind in kinds]
        table.add_row(f"{smaller.size / len(base.entries):.0f} par entrée", *cells)
    console.print(table)


def print_coverage(console: Console, base: Indexed, place: Place) -> None:
    index, left_out = build(base.entries, base.unrelated, load_encoder(), base.synonyms)
    first: dict[str, list[bool]] = {name: [] for name in REGISTERS}
    third: dict[str, list[bool]] = {name: [] for name in REGISTERS}
    for number, entry in enumerate(index.entries):
        for row in range(*index.bounds[number]):
            text = index.phrasings[row]
            compared = compare(index, text, place(text), left_out=(row, left_out.of(row)))
            found = [one.entry for one in rank(compared, load_model(), Scale()).candidates[:3]]
            first[register(text)].append(found[:1] == [entry])
            third[register(text)].append(entry in found)
    table = Table(title="Chaque formulation posée à la base qui ne l’a pas")
    for column in ("registre", "formulations", "1re place", "3 premières"):
        table.add_column(column, justify="left" if column == "registre" else "right")
    for name in REGISTERS:
        shares = (f"{100 * share(hits):.1f} %" for hits in (first[name], third[name]))
        table.add_row(name, str(len(first[name])), *shares)
    console.print(table)


def run(console: Console) -> None:
    """Print both tables."""
    place = place_finder()
    base, questions = project_base()
    own = read_cases((CASES / "mesure.jsonl").read_text("utf-8"))
    print_growth(console, base, [*questions, *own], place)
    print_coverage(console, base, place)
