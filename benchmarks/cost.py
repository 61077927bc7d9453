"""What a question never asked before costs on one core, as the base grows.

Each measure has a process of its own, so that memory is its own too, and counts the time that the
processor spends: what the clock would show on an idle machine, whatever else this one does.
Synthetic bases recombine the
project's phrasings: their vocabulary does not grow as a real base's would, so each word is in more
phrasings than it would be, which makes them rather harder to search than real ones.
"""

import gc
import math
import multiprocessing
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.rivals import Ask, Indexed, Place, bm25, by_best_phrasing, galibot, wratio
from bot.learning.corpus import EntryTexts
from bot.matching.matcher import Matcher

SIZES = (125, 1_250, 12_500, 125_000)
PER_ENTRY = 40
#: Each run asks every question, or as many as it has time for; the machine is noisy, so that the
#: median of the runs is kept.
RUNS = 3
SECONDS = 20.0
#: A 99th percentile of fewer questions would be their maximum.
ENOUGH = 100

GALIBOT = "Galibot"
METHODS = (GALIBOT, "rapidfuzz WRatio", "BM25 (bm25s)")


@dataclass(frozen=True, slots=True)
class Task:
    """One method on one base."""

    method: str
    base: Indexed
    questions: Mapping[str, str]  # with the words of each that name a commune


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a question, seconds and MiB to build; memory where the system tells it."""

    median: float
    p99: float | None
    build: float
    kept: float | None
    peak: float | None


def synthetic(base: Indexed, size: int, seed: int = 0) -> Indexed:
    """As many phrasings by PER_ENTRY: heads of one entry's phrasings with tails of another's."""
    chance = random.Random(seed)
    real = sorted(base.entries.items())
    made: dict[str, EntryTexts] = {}
    left = size
    while left:
        (_, one), (_, two) = chance.sample(real, 2)
        phrasings: dict[str, None] = {}
        while len(phrasings) < min(PER_ENTRY, left):
            head, tail = chance.choice(one.phrasings).split(), chance.choice(two.phrasings).split()
            cut = chance.randint(1, len(head))
            phrasings[" ".join(head[:cut] + tail[min(cut, len(tail) - 1) :])] = None
        left -= len(phrasings)
        made[f"e{len(made)}"] = EntryTexts(tuple(phrasings), one.answer)
    return Indexed(made, base.synonyms)


def measure(task: Task) -> Cost:
    """Build and ask, in the process this is called in."""
    gc.collect()
    before, _ = _memory()
    start = time.process_time()
    ask, matcher = _build(task)
    build = time.process_time() - start
    gc.collect()
    kept, peak = _memory()
    medians, tails = [], []
    for _ in range(RUNS):
        if matcher:
            matcher.forget()
        times = _timed(ask, list(task.questions))
        medians.append(statistics.median(times))
        if len(times) >= ENOUGH:
            tails.append(sorted(times)[math.ceil(0.99 * len(times)) - 1])
    return Cost(
        statistics.median(medians),
        statistics.median(tails) if tails else None,
        build,
        kept - before if kept and before else None,
        peak,
    )


def _build(task: Task) -> tuple[Ask, Matcher | None]:
    if task.method == GALIBOT:
        return galibot(lambda question: task.questions.get(question, ""), task.base)
    return by_best_phrasing(wratio if "WRatio" in task.method else bm25, task.base), None


def _timed(ask: Ask, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question."""
    ask("bonjour")
    times = []
    stop = time.perf_counter() + SECONDS
    for question in questions:
        start = time.process_time()
        ask(question)
        times.append(1000 * (time.process_time() - start))
        if time.perf_counter() > stop:
            break
    return times


def _memory() -> tuple[float | None, float | None]:
    """(now, peak) in MiB, where Linux tells it."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None, None
    fields = dict(line.split(":", 1) for line in lines)
    now, peak = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, peak


def run(console: Console, base: Indexed, questions: Sequence[str], place: Place) -> None:
    bases = {f"{size:,}".replace(",", " "): synthetic(base, size) for size in SIZES}
    finding = _timed(lambda question: [(place(question), 1.0)], questions)
    asked = {question: place(question) for question in questions}
    table = Table(
        title="Coût d’une question jamais posée, en temps de processeur, sur un cœur\n"
        f"{len(asked)} questions, médiane de {RUNS} passages"
    )
    for column in ("formulations", "entrées"):
        table.add_column(column, justify="right")
    table.add_column("", no_wrap=True)
    for column in ("médiane", "99e centile", "× Galibot", "construction", "mémoire", "pic"):
        table.add_column(column, justify="right")
    served = f"{base.size} + {len(base.unrelated)} à écarter"
    for label, one in {served: base, **bases}.items():
        reference: float | None = None
        for method in METHODS:
            got = _apart(Task(method, one, asked))
            reference = reference or got.median
            first = method == GALIBOT
            table.add_row(
                label if first else "",
                str(len(one.entries)) if first else "",
                method,
                f"{got.median:.2f} ms",
                f"{got.p99:.2f} ms" if got.p99 else "—",
                f"{got.median / reference:.2f}",
                f"{got.build:.1f} s",
                *(f"{size:.0f} Mio" if size else "—" for size in (got.kept, got.peak)),
                style="bold" if first else "",
                end_section=method == METHODS[-1],
            )
    console.print(table)
    console.print(
        "La première base est celle du projet ; les autres recombinent ses formulations, "
        f"{PER_ENTRY} par entrée.\nMémoire : ce que l’index ajoute au programme ; pic : le plus "
        "que tout le programme ait pris.\nLa commune est cherchée à part : "
        f"{statistics.median(finding):.2f} ms de plus par question, quelle que soit la base.\n"
    )


def _apart(task: Task) -> Cost:
    """The measure in a new process, that starts with nothing in memory."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(measure, task).result()
