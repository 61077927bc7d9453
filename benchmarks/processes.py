"""One to three copies of the service, on SQLite and on PostgreSQL, on Telegram and by the API.

The copies, those who write to them and PostgreSQL share the machine's cores: what a message costs
the processor tells more than the messages a second, which stop where the cores do.
"""

import asyncio
import contextlib
import datetime as dt
import itertools
import statistics
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.load import Callers, Chats, People, Telegram, in_turn, p99
from benchmarks.questions import unseen, usual
from benchmarks.serving import load, memory, processor, serving
from bot.settings import ROOT
from bot.storage.knowledge_files import load_base
from doubles.bot_api import TOKEN
from doubles.postgres import installed, postgres_server
from doubles.service import free_port

COPIES = 3
#: Of the questions, how many were never seen; the others are usual.
NEW = 0.2
WARM, FULL, STEADY_FOR, STEADY = 3.0, 3.0, 2.0, 100
ROUNDS = 2
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
TELEGRAM, API = "Telegram", "API"


@dataclass(slots=True)
class Measure:
    """So many copies on one server, written to in one way."""

    server: str
    channel: str
    copies: int
    people: People
    pids: Sequence[int]
    database: int | None  # the process of the server, where it has one
    rates: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    steady: list[float] = field(default_factory=list)
    ours: float = 0.0  # seconds of processor at full speed
    theirs: float = 0.0
    memory: float = 0.0  # MiB of the copies together

    async def run(self) -> None:
        ours, theirs = self._spent()
        self.rates.append(await self.people.full_speed(FULL))
        now = self._spent()
        self.ours, self.theirs = self.ours + now[0] - ours, self.theirs + now[1] - theirs
        self.waited += self.people.waited
        await self.people.steady(STEADY_FOR, STEADY)
        self.steady += self.people.waited
        self.memory = sum(map(memory, self.pids))

    def _spent(self) -> tuple[float, float]:
        theirs = processor(self.database) if self.database else 0.0
        return sum(map(processor, self.pids)), theirs

    def row(self, one: float) -> tuple[str, ...]:
        """What is shown; `one` is the speed of one copy."""
        rate, messages = statistics.median(self.rates), len(self.waited)
        return (
            self.server if self.copies == 1 and self.channel == TELEGRAM else "",
            self.channel if self.copies == 1 else "",
            str(self.copies),
            f"{rate:.0f}",
            f"{rate / one:.2f}",
            f"{1000 * p99(self.waited):.0f} ms",
            f"{1000 * p99(self.steady):.0f} ms",
            f"{1000 * self.ours / messages:.2f} ms",
            f"{1000 * self.theirs / messages:.2f} ms" if self.database else "—",
            f"{self.memory:.0f} Mio",
        )


def mixed(seed: int = 0) -> Iterator[str]:
    """Usual questions and, of each five, one never seen."""
    known = itertools.cycle(usual(load_base(ROOT / "knowledge", dt.date.today())))
    new = unseen(seed)
    every = round(1 / NEW)
    return (next(new) if number % every == 0 else next(known) for number in itertools.count())


@contextlib.asynccontextmanager
async def _copies(
    telegram: Telegram, server: str, address: str, database: int | None
) -> AsyncIterator[list[Measure]]:
    """The copies on one server, that are ready and warm; and what is to be measured of them."""
    ports = [free_port() for _ in range(COPIES)]
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="galibot-copies-")))
        settings = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": telegram.url,
            "TELEGRAM_MAX_RATE": "0",
            **({"DATABASE_URL": address} if address else {}),
        }
        pids = []
        for number, port in enumerate(ports):
            # SQLite's file is one; the copies on PostgreSQL have each a disk of their own.
            data = folder / (str(number) if address else "data")
            already = telegram.webhooks
            process = await stack.enter_async_context(serving(port, data, **settings))
            await telegram.until_set(already + 1)
            pids.append(process.pid)
        measures = []
        for seed, (channel, copies) in enumerate(
            itertools.product((TELEGRAM, API), range(1, COPIES + 1))
        ):
            some, lines = ports[:copies], in_turn(mixed(seed))
            people = Chats(telegram, some, lines) if channel == TELEGRAM else Callers(some, lines)
            measures.append(Measure(server, channel, copies, people, pids[:copies], database))
            await people.full_speed(WARM)
        yield measures


async def measure(console: Console) -> list[Measure]:
    telegram = Telegram()
    async with contextlib.AsyncExitStack() as stack:
        listening = await telegram.listen()
        measures = await stack.enter_async_context(_copies(telegram, SQLITE, "", None))
        if installed():
            server = stack.enter_context(postgres_server(durable=True))
            database = int((server.data / "postmaster.pid").read_text().splitlines()[0])
            measures += await stack.enter_async_context(
                _copies(telegram, POSTGRES, server.address, database)
            )
        else:
            console.print("PostgreSQL n’est pas installé : seul SQLite est mesuré.")
        # In turn, so that a busier moment of the machine is not the loss of one only.
        for turn in range(ROUNDS):
            console.print(f"[dim]Passage {turn + 1} sur {ROUNDS}…[/dim]")
            for one in measures:
                await one.run()
        listening.close()
    return measures


def run(console: Console) -> None:
    """Print the table."""
    measures = asyncio.run(measure(console))
    table = Table(title=f"De une à {COPIES} copies, une question sur {round(1 / NEW)} jamais vue")
    for column in ("", "", "copies"):
        table.add_column(column, no_wrap=True)
    for column in (
        "messages/s", "× une copie", "99e centile", f"99e c. à {STEADY}/s",
        "processeur par message", "et de la base", "mémoire",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    ones = {
        (one.server, one.channel): statistics.median(one.rates)
        for one in measures
        if one.copies == 1
    }
    for one in measures:
        table.add_row(*one.row(ones[one.server, one.channel]), end_section=one.copies == COPIES)
    console.print(table)
    console.print(f"[dim]{load()}[/dim]")
