"""What one who floods costs the others: they ask in turn with and without her, in one run.

Whoever asks more than her share is refused (bot/limits.py). Refusals take processor time too: past
a rate, it is for the server in front to stop them (deploy/nginx.conf).
"""

import asyncio
import contextlib
import itertools
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.load import Callers, Flooder, in_turn, p99
from benchmarks.questions import unseen, usual
from benchmarks.serving import load, processor, serving
from bot.answering import assistant_of
from bot.settings import load_settings
from doubles.service import free_port

#: Questions a second of the others, who are many: half of them usual, half never seen.
OTHERS = 10
#: Questions a second of the one who floods: 10 and 30 times her share, and 0 for none.
FLOODS = (0, 50, 150)
SECONDS, ROUNDS = 4.0, 9


@dataclass
class Spell:
    """What the others waited while she flooded so, and what it took of the processor."""

    flood: int
    waited: list[float] = field(default_factory=list)
    #: The median wait of each round, to be compared with that of the same round without her.
    medians: list[float] = field(default_factory=list)
    spent: float = 0.0
    asked: int = 0
    refused: int = 0


def _lines() -> Iterator[tuple[int, str]]:
    known = itertools.cycle(usual(assistant_of(load_settings()).base))
    return in_turn(itertools.chain.from_iterable(zip(known, unseen(), strict=False)))


async def measure() -> list[Spell]:
    spells = [Spell(flood) for flood in FLOODS]
    lines = _lines()
    with tempfile.TemporaryDirectory(prefix="galibot-flood-") as folder:
        port = free_port()
        async with serving(port, Path(folder)) as process:
            others, flooder = Callers([port], lines), Flooder(port)
            await others.steady(SECONDS, OTHERS)
            for turn in range(ROUNDS):
                # In another order each time: what a busy moment costs is nobody's in particular.
                for spell in spells[turn % len(spells) :] + spells[: turn % len(spells)]:
                    await _one(process.pid, others, flooder, spell)
    return spells


async def _one(pid: int, others: Callers, flooder: Flooder, spell: Spell) -> None:
    flooder.asked = flooder.refused = 0
    flooding = asyncio.create_task(flooder.flood(spell.flood)) if spell.flood else None
    await asyncio.sleep(0.5)  # her share is soon spent
    before = processor(pid)
    await others.steady(SECONDS, OTHERS)
    spell.spent += processor(pid) - before
    if flooding:
        flooding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await flooding
    spell.waited += others.waited
    spell.medians.append(statistics.median(others.waited))
    spell.asked += flooder.asked
    spell.refused += flooder.refused


def run(console: Console) -> None:
    """Print the table."""
    calm, *flooded = spells = asyncio.run(measure())
    table = Table(title=f"Les autres ({OTHERS} questions/s) quand une seule adresse insiste")
    for column in (
        "elle demande",
        "refusé",
        "médiane",
        "×",
        "99e centile",
        "processeur",
        "par demande",
    ):
        table.add_column(column, justify="right")
    for one in spells:
        ratio = statistics.median(
            mine / theirs for mine, theirs in zip(one.medians, calm.medians, strict=True)
        )
        table.add_row(
            f"{one.flood}/s" if one.flood else "rien",
            f"{one.refused / one.asked:.0%}" if one.asked else "",
            f"{statistics.median(one.waited) * 1000:.1f} ms",
            f"{ratio:.2f}" if one in flooded else "",
            f"{p99(one.waited) * 1000:.0f} ms",
            f"{one.spent / SECONDS / ROUNDS:.0%}",
            # What she adds, by each of her requests: a busy machine hardly changes it.
            f"{(one.spent - calm.spent) / one.asked * 1000:.2f} ms" if one.asked else "",
        )
    console.print(table)
    console.print(f"[dim]{load()}[/dim]")
