"""Galibot behind a Telegram webhook, beside bots that do nothing but send one fixed text.

Two processes: the bot, on one core; and this one, which plays Telegram.
"""

import asyncio
import datetime as dt
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.load import AT_ONCE, Chats, Telegram, in_turn, p99
from benchmarks.questions import USUAL, misspelt, unseen, usual
from benchmarks.serving import KEY, load, memory, processor, stopped, until_open, until_ready
from bot.knowledge.model import KnowledgeBase
from bot.settings import ROOT
from bot.storage.knowledge_files import load_base
from doubles.service import free_port

BOTS = ROOT / "benchmarks" / "telegram_bots.py"
RIVALS = ROOT / "benchmarks" / "rivals.txt"
RIVALS_VENV = ROOT / ".venv-bench"

#: Seconds to warm up, to measure at full speed, and at STEADY messages a second.
WARM, FULL, STEADY_FOR = 4.0, 3.0, 3.0
ROUNDS = 3
STEADY = 200


@dataclass(frozen=True, slots=True)
class Speed:
    """Messages a second at full speed; milliseconds at full speed and steady; MiB; profile.

    `cost` is milliseconds of processor a message, which a busy machine changes less.
    """

    rate: float
    cost: float
    median: float
    p99: float
    steady_p99: float
    memory: float
    profile: dict[str, float]


@asynccontextmanager
async def _bot(name: str, telegram: Telegram, profile: Path) -> AsyncIterator[tuple[int, int]]:
    """The running bot: (port, process id)."""
    python = RIVALS_VENV / "bin" / "python" if name == "aiogram" else Path(sys.executable)
    port, already = free_port(), telegram.webhooks
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            str(python), str(BOTS), name, str(port), telegram.url,
            env={
                **os.environ,
                "PYTHONPATH": "" if name == "aiogram" else str(ROOT),
                "DATA_DIR": folder,
                "PUBLIC_URL": "https://banc.example.org",
                "SECRET_KEY": KEY,
                "TELEGRAM_MODE": "webhook",
                "TELEGRAM_MAX_RATE": "0",
                "BENCH_PROFILE": str(profile),
            },
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await until_open(process, port)
            if name == "galibot":
                await until_ready(process, port)
                await telegram.until_set(already + 1)
            yield port, process.pid
        finally:
            await stopped(process)


@dataclass(slots=True)
class Contender:
    """A running bot, what is asked of it, and what was measured."""

    chats: Chats
    pid: int
    profile: Path | None
    rates: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    steady: list[float] = field(default_factory=list)
    spent: float = 0.0  # seconds of processor at full speed

    async def run(self) -> None:
        """One round at full speed, then a steady one."""
        before = processor(self.pid)
        self.rates.append(await self.chats.full_speed(FULL))
        self.spent += processor(self.pid) - before
        self.waited += self.chats.waited
        await self.chats.steady(STEADY_FOR, STEADY)
        self.steady += self.chats.waited

    def result(self) -> Speed:
        waited = self.waited
        return Speed(
            statistics.median(self.rates),
            1000 * self.spent / len(waited),
            1000 * statistics.median(waited),
            1000 * p99(waited),
            1000 * p99(self.steady),
            memory(self.pid),
            self.tell(),
        )

    def tell(self) -> dict[str, float]:
        """Seconds of processor by part, since this was last called."""
        if self.profile is None:
            return {}
        os.kill(self.pid, signal.SIGUSR1)
        time.sleep(0.5)
        told: dict[str, float] = json.loads(self.profile.read_text())
        return told


async def _all(base: KnowledgeBase, console: Console) -> dict[str, Speed]:
    telegram = Telegram()
    server = await telegram.listen()
    bots: list[tuple[str, str, Iterator[str]]] = [
        (name, label, itertools.cycle(usual(base))) for name, label in ECHOES.items()
    ]
    bots.append(("galibot", USUAL_LABEL, itertools.cycle(usual(base))))
    bots.append(("galibot", UNSEEN_LABEL, unseen()))
    bots.append(("galibot", MISSPELT_LABEL, misspelt(base)))
    contenders: dict[str, Contender] = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for number, (name, label, texts) in enumerate(bots):
            console.print(f"[dim]{label}…")
            profile = folder / f"{number}.json"
            port, pid = await stack.enter_async_context(_bot(name, telegram, profile))
            chats = Chats(telegram, [port], in_turn(texts))
            contenders[label] = Contender(chats, pid, profile if name == "galibot" else None)
            await chats.full_speed(WARM)
            contenders[label].tell()
        # In turn, so that a busier moment of the machine is not the loss of one bot only.
        for turn in range(ROUNDS):
            console.print(f"[dim]Passage {turn + 1} sur {ROUNDS}…")
            for one in contenders.values():
                await one.run()
        speeds = {label: one.result() for label, one in contenders.items()}
    server.close()
    return speeds


ECHOES = {
    "python-telegram-bot": "écho, python-telegram-bot (httpx)",
    "aiogram": "écho, aiogram",
    "python-telegram-bot+aiohttp": "écho, python-telegram-bot + notre transport",
    "aiohttp": "écho, aiohttp nu",
}
USUAL_LABEL = f"Galibot, {USUAL} questions courantes"
UNSEEN_LABEL = "Galibot, questions jamais vues"
MISSPELT_LABEL = "Galibot, jamais vues et très mal écrites"


def _prepare_rivals(console: Console) -> None:
    """The environment of the rivals, made when it is missing or its list has changed."""
    done = RIVALS_VENV / "installed.txt"
    if done.is_file() and done.read_text() == RIVALS.read_text():
        return
    console.print(f"Installation des rivaux dans {RIVALS_VENV.name}…")
    venv.create(RIVALS_VENV, clear=True, with_pip=True)
    subprocess.run(
        [RIVALS_VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes",
         "--requirement", RIVALS],
        check=True,
    )  # fmt: skip
    done.write_text(RIVALS.read_text())


def run(console: Console) -> None:
    """Print the table of speeds, and where Galibot's time goes."""
    _prepare_rivals(console)
    speeds = asyncio.run(_all(load_base(ROOT / "knowledge", dt.date.today()), console))
    reference = speeds[ECHOES["aiogram"]].rate
    table = Table(
        title=f"Un bot derrière un webhook, {AT_ONCE} conversations à la fois, sur un cœur\n"
        "(l’autre joue Telegram)"
    )
    table.add_column("", no_wrap=True)
    for column in (
        "messages/s", "× aiogram", "processeur", "médiane", "99e centile",
        f"99e c. à {STEADY}/s", "mémoire",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    for label, speed in speeds.items():
        table.add_row(
            label,
            f"{speed.rate:.0f}",
            f"{speed.rate / reference:.2f}",
            f"{speed.cost:.2f} ms",
            f"{speed.median:.0f} ms",
            f"{speed.p99:.0f} ms",
            f"{speed.steady_p99:.0f} ms",
            f"{speed.memory:.0f} Mio",
            style="bold" if label.startswith("Galibot") else "",
        )
    console.print(table)
    console.print(f"[dim]{load()}[/dim]")
    shares = Table(title="Où va le temps de Galibot, à pleine vitesse (part du processeur)")
    shares.add_column("", no_wrap=True)
    measured = [speeds[label] for label in (USUAL_LABEL, UNSEEN_LABEL, MISSPELT_LABEL)]
    for label in ("courantes", "jamais vues", "mal écrites"):
        shares.add_column(label, justify="right")
    parts = sorted(
        {part for speed in measured for part in speed.profile},
        key=lambda part: -measured[0].profile.get(part, 0),
    )
    for part in parts:
        shares.add_row(
            part,
            *(
                f"{100 * speed.profile.get(part, 0) / max(sum(speed.profile.values()), 1):.0f} %"
                for speed in measured
            ),
        )
    console.print(shares)
