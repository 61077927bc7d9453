"""How often the right entry is found, and what a question costs, beside the usual ways to match.

The questions are the odd lines of the development set (../shared/eval), which nothing was fitted
on; where that folder is absent, the base's own tests (`essais`, `hors_sujet`).
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import cost
from benchmarks.noise import noisy
from benchmarks.rivals import (
    Ask,
    Build,
    Indexed,
    Place,
    bm25,
    by_best_phrasing,
    embeddings,
    galibot,
    tfidf_letters,
    tfidf_words,
    token_set,
    wratio,
)
from bot.evaluation import Case, read_cases
from bot.learning.corpus import EntryTexts
from bot.storage.knowledge_files import load
from bot.trained import load_encoder

ROOT = Path(__file__).parent.parent
EVAL = ROOT.parent / "shared" / "eval"
KNOWLEDGE = ROOT / "knowledge"
#: Share of the off-topic questions that must be refused where rights are compared.
REFUSED = 0.95


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of the questions that have an answer."""

    first: float  # a right entry is ranked first
    among_three: float
    noisy_first: float  # the same as `first`, questions misspelt
    sure: float  # first, with a score above that of 95 % of the off-topic questions


def measure(ask: Ask, questions: Sequence[Case]) -> Quality:
    answered = [
        (ask(one.question), ask(noisy(one.question)), one.expect) for one in questions if one.expect
    ]
    off_topic = [ask(one.question) for one in questions if not one.expect]
    refused = sorted(got[0][1] if got else 0.0 for got in off_topic)
    bar = refused[-1 - int((1 - REFUSED) * len(refused))] if refused else 0.0
    firsts = [holds(got[:1], expect) for got, _, expect in answered]
    return Quality(
        share(firsts),
        share([holds(got[:3], expect) for got, _, expect in answered]),
        share([holds(misspelt[:1], expect) for _, misspelt, expect in answered]),
        share(
            [first and got[0][1] > bar for first, (got, *_) in zip(firsts, answered, strict=True)]
        ),
    )


def holds(found: Sequence[tuple[str, float]], expect: frozenset[str]) -> bool:
    return any(entry in expect for entry, _ in found)


def share(hits: Sequence[bool]) -> float:
    return sum(hits) / max(len(hits), 1)


def contenders(base: Indexed, place: Place) -> dict[str, Callable[[], Ask]]:
    """Every way to match, by the name shown; each is built when called."""
    builds: dict[str, Build] = {
        "rapidfuzz WRatio": wratio,
        "rapidfuzz token_set_ratio, sans accents": token_set,
        "BM25, racines (bm25s)": bm25,
        "TF-IDF, racines": tfidf_words,
        "TF-IDF, 3 à 5 caractères": tfidf_letters,
    }
    builds["notre encodeur seul"] = embeddings(load_encoder())
    made: dict[str, Callable[[], Ask]] = {
        name: partial(by_best_phrasing, build, base) for name, build in builds.items()
    }
    made["Galibot"] = lambda: galibot(place, base)[0]
    return made


def print_quality(
    console: Console,
    title: str,
    base: Indexed,
    questions: Sequence[Case],
    place: Place,
) -> None:
    inside = sum(bool(one.expect) for one in questions)
    table = Table(
        title=f"{title}\n{len(base.entries)} entrées, {base.size} formulations ; {inside} questions"
        f" et {len(questions) - inside} hors sujet"
    )
    table.add_column("", no_wrap=True)
    for column in ("1re place", "3 premières", "1re place, bruitées", "justes à 95 % de refus"):
        table.add_column(column, justify="right")
    for name, build in contenders(base, place).items():
        got = measure(build(), questions)
        shown = (got.first, got.among_three, got.noisy_first, got.sure)
        cells = [f"{100 * value:.1f} %" for value in shown]
        table.add_row(name, *cells, style="bold" if name == "Galibot" else "")
    console.print(table)


def project_base() -> tuple[Indexed, list[Case]]:
    """The served base, and the questions to ask of it."""
    ours = load(KNOWLEDGE, dt.date.today())
    base = ours.base
    served: Mapping[str, EntryTexts] = {
        key: EntryTexts(one.phrasings, one.answer) for key, one in base.entries.items()
    }
    indexed = Indexed(served, base.synonyms, (*ours.common, *base.unrelated))
    if EVAL.is_dir():
        cases = read_cases((EVAL / "questions_dev.jsonl").read_text("utf-8"))
        return indexed, list(cases[0::2])
    tests = [
        Case(test, frozenset({key})) for key, one in base.entries.items() for test in one.tests
    ]
    return indexed, [*tests, *(Case(one, None) for one in base.off_topic)]


def other_faq(name: str) -> tuple[Indexed, list[Case]]:
    """Another base of the evaluation folder, with the questions people asked of it."""
    entries: dict[str, EntryTexts] = {}
    questions: list[Case] = []
    for line in (EVAL / f"faq_{name}.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        if one["type"] == "entry":
            entries[one["faq_id"]] = EntryTexts((one["question"], *one["variants"]), one["answer"])
        elif one["type"] == "query":
            questions.append(Case(one["query"], frozenset(one["faq_ids"] or ()) or None))
    return Indexed(entries, (), load(KNOWLEDGE, dt.date.today()).common), questions


def place_finder() -> Place:
    """Finds the words that name a place, as the assistant does."""
    gazetteer = load(KNOWLEDGE, dt.date.today()).gazetteer
    return lambda question: gazetteer.find(question).matched


def run(console: Console) -> None:
    place = place_finder()
    base, questions = project_base()
    print_quality(console, "Qualité : la base du projet", base, questions, place)
    console.print(
        "Mêmes formulations indexées pour tous ; les autres méthodes classent une entrée par sa "
        "meilleure formulation.\nGalibot lit aussi les réponses, le lexique, la commune nommée et "
        "les messages à écarter. WRatio donne la même note (85,5) à\ntoute formulation qui partage "
        "un mot avec une question bien plus longue ou plus courte : presque tout est ex æquo.\n"
        "Questions bruitées : voir benchmarks/noise.py. « Justes à 95 % de refus » : 1re place, "
        "avec un score au-dessus\nde celui de 95 % des questions hors sujet.\n"
    )
    for name in ("sante", "travail") if EVAL.is_dir() else ():
        other, asked = other_faq(name)
        print_quality(console, f"Qualité : une autre FAQ, « {name} »", other, asked, place)
    if EVAL.is_dir():
        console.print("Rien n’a été ajusté sur ces deux FAQ.\n")
    cost.run(console, base, [one.question for one in questions], place)
