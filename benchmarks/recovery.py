"""The service under load while something goes wrong: is any message lost, how soon is all well?

A message may have two answers only if it was in flight, given and not yet confirmed, when a copy
was killed. Exits with an error where the promise is not kept.
"""

import asyncio
import contextlib
import datetime as dt
import email.utils
import itertools
import random
import shutil
import struct
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table

from benchmarks.questions import usual
from benchmarks.serving import environment, load, started, stopped, until_ready
from benchmarks.trial import BY_API, RATE, Trial
from bot.settings import ROOT
from bot.storage.knowledge_files import load_base
from doubles.bot_api import TOKEN, BotApi
from doubles.postgres import Server, installed, postgres_server
from doubles.service import free_port

#: Seconds that all goes well before a fault; that a disk is full, or a clock wrong.
WELL = (0.5, 2.0)
ILL = 5.0
#: Who waits longer than this many seconds for an answer is not served as usual.
LATE = 1.0
DISK = 32 << 20
#: Seconds that the service may take to catch up, on a machine that does much else.
CATCHING_UP = 300.0

MOUNT_REFUSED = "le système refuse de monter un petit disque"
NO_CLOCK = "il n’y a pas de compilateur C"
NO_POSTGRES = "PostgreSQL n’est pas installé"


Fault = Callable[[Trial], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What goes wrong, how often, and for which copies."""

    name: str
    fault: Fault
    times: int
    copies: int = 3
    mode: str = "webhook"
    on_sqlite: bool = False
    small_disk: bool = False
    clock: bool = False

    @property
    def missing(self) -> str:
        """What this machine lacks for it."""
        if not (self.on_sqlite or installed()):
            return NO_POSTGRES
        return NO_CLOCK if self.clock and not shutil.which("cc") else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the messages of one scenario; seconds."""

    messages: int
    unanswered: int
    twice: int
    more_often: int
    twice_not_in_flight: int
    violations: int
    tracebacks: int  # in the log
    by_api: int
    refused: tuple[str, ...]
    silence: float  # the longest without any answer on Telegram
    longest: float  # that anybody waited
    well_after: float  # from a fault until nobody waits long any more, at worst

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        return not (
            self.unanswered
            or self.more_often
            or self.twice_not_in_flight
            or self.violations
            or self.tracebacks
        )


async def killed(trial: Trial) -> None:
    """`kill -9` of one copy, which is started again at once, as systemd does."""
    one = random.randrange(len(trial.processes))
    trial.in_flight |= trial.api.in_flight
    trial.processes[one].kill()
    await trial.processes[one].wait()
    trial.processes[one] = await started(trial.environments[one], trial.log)
    await until_ready(trial.processes[one], trial.ports[one])


async def postgres_restarted(trial: Trial) -> None:
    """The server stops, and is there again a while later."""
    assert trial.server
    await asyncio.to_thread(trial.server.control, "-m", "fast", "stop")
    await asyncio.sleep(ILL)
    await asyncio.to_thread(trial.server.control, "start")


async def disk_full(trial: Trial) -> None:
    """Nothing more can be written for a while."""
    filler = trial.folder / "disk" / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    await asyncio.sleep(ILL)
    filler.unlink()


async def clock_stepped(trial: Trial) -> None:
    """The clock jumps a day and two hours ahead, and then as far behind."""
    for hours in (26, -26, 0):
        _set_ahead(trial.folder, hours * 3600)
        await asyncio.sleep(ILL)
        for port in trial.ports:
            there = await _date(port) - dt.datetime.now(dt.UTC)
            assert abs(there - dt.timedelta(hours=hours)) < dt.timedelta(minutes=1), there


async def _date(port: int) -> dt.datetime:
    """What time it is for a copy."""
    url = f"http://127.0.0.1:{port}/healthz"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return email.utils.parsedate_to_datetime(response.headers["Date"])


SCENARIOS = (
    Scenario("kill -9 d’une copie sur trois", killed, 5),
    Scenario("kill -9 de la seule copie (polling, SQLite)", killed, 5, 1, "polling", True),
    Scenario("PostgreSQL absent cinq secondes", postgres_restarted, 3),
    Scenario("disque plein (SQLite, une copie)", disk_full, 2, 1, on_sqlite=True, small_disk=True),
    Scenario("l’horloge saute de ± 26 h", clock_stepped, 1, clock=True),
)


async def measure(scenario: Scenario) -> Outcome:
    """Let it go wrong so many times, let the service finish, then look at every chat."""
    base = load_base(ROOT / "knowledge", dt.date.today())
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="galibot-recovery-")))
        server = None if scenario.on_sqlite else stack.enter_context(postgres_server(durable=True))
        if scenario.small_disk:
            stack.enter_context(_small_disk(folder / "disk"))
        api = BotApi()
        async with api.serving():
            environments = list(_environments(scenario, folder, api.url, server))
            texts = itertools.cycle(usual(base))
            trial = Trial(api, folder, environments, server, texts)
            api.rule = trial.hear
            await _go_wrong(scenario, trial)
            return _outcome(trial)


def _environments(
    scenario: Scenario, folder: Path, api: str, server: Server | None
) -> Iterator[dict[str, str]]:
    for number in range(scenario.copies):
        data = folder / "disk" / "data" if scenario.small_disk else folder / str(number)
        more = {
            "TELEGRAM_MODE": scenario.mode,
            "TELEGRAM_MAX_RATE": "0",
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": api,
        }
        if server:
            more["DATABASE_URL"] = server.address
        if scenario.clock:
            more |= {"LD_PRELOAD": str(_clock(folder)), "CLOCK_AHEAD": str(folder / "ahead")}
        yield environment(free_port(), data, **more)


async def _go_wrong(scenario: Scenario, trial: Trial) -> None:
    try:
        for one in trial.environments:
            trial.processes.append(await started(one, trial.log))
        for process, port in zip(trial.processes, trial.ports, strict=True):
            await until_ready(process, port)
        async with trial.busy():
            for _ in range(scenario.times):
                ready = partial(trial.caught_up, len(trial.answered))
                await trial.api.until(ready, CATCHING_UP)
                await asyncio.sleep(random.uniform(*WELL))
                trial.faults.append(trial.now)
                await scenario.fault(trial)
            await trial.api.until(partial(trial.caught_up, len(trial.answered)), CATCHING_UP)
            await asyncio.sleep(max(WELL))
        await trial.api.settled(CATCHING_UP)
    finally:
        for process in trial.processes:
            await stopped(process)


def _outcome(trial: Trial) -> Outcome:
    answers = {update: len(trial.api.sent(chat)) for update, chat in trial.chats.items()}
    twice = {update for update, count in answers.items() if count == 2}
    waited = {
        chat: at - trial.asked[chat] for chat, at in trial.answered.items() if chat in trial.asked
    }
    late: dict[float, float] = defaultdict(float)
    for chat, seconds in waited.items():
        before = [fault for fault in trial.faults if fault <= trial.answered[chat]]
        if seconds > LATE and before:
            late[before[-1]] = max(late[before[-1]], trial.answered[chat] - before[-1])
    moments = sorted(trial.answered.values())
    return Outcome(
        messages=len(trial.chats),
        unanswered=sum(count == 0 for count in answers.values()),
        twice=len(twice),
        more_often=sum(count > 2 for count in answers.values()),
        twice_not_in_flight=len(twice - trial.in_flight),
        violations=len(trial.api.violations),
        tracebacks=trial.log.read_text("utf-8").count("Traceback"),
        by_api=trial.by_api,
        refused=tuple(trial.refused),
        silence=max((later - sooner for sooner, later in itertools.pairwise(moments)), default=0.0),
        longest=max(waited.values(), default=0.0),
        well_after=max(late.values(), default=0.0),
    )


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    """A disk in memory; raises OSError where the system refuses it."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        raise OSError(MOUNT_REFUSED) from error
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _clock(folder: Path) -> Path:
    """The library that steps the clock of who preloads it."""
    library = folder / "clock.so"
    if not library.exists():
        source = ROOT / "benchmarks" / "clock.c"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
        _set_ahead(folder, 0)
    return library


def _set_ahead(folder: Path, seconds: int) -> None:
    # In place: the copies have the file in memory.
    mode = "r+b" if (folder / "ahead").exists() else "wb"
    with (folder / "ahead").open(mode) as file:
        file.write(struct.pack("l", seconds))


def run(console: Console) -> None:
    """Every scenario that this machine can play. Exits with an error where a message is lost."""
    table = Table(
        title=f"{RATE} messages par seconde sur Telegram, {BY_API} sur l’API, et une panne"
    )
    table.add_column("", no_wrap=True)
    for column in (
        "fois", "messages", "sans réponse", "deux réponses", "sur l’API", "refusées",
        "silence", "plus longue attente", "rétabli après",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    broken = []
    for scenario in SCENARIOS:
        if scenario.missing:
            console.print(f"Sauté : {scenario.name} ({scenario.missing}).")
            continue
        console.print(f"[dim]{scenario.name}…[/dim]")
        try:
            outcome = asyncio.run(measure(scenario))
        except OSError as error:
            if str(error) != MOUNT_REFUSED:
                raise
            console.print(f"Sauté : {scenario.name} ({MOUNT_REFUSED}).")
            continue
        if not outcome.kept:
            broken.append(f"{scenario.name} : {outcome}")
        table.add_row(
            scenario.name,
            str(scenario.times),
            *map(
                str, (outcome.messages, outcome.unanswered, outcome.twice, outcome.by_api)
            ),
            str(len(outcome.refused)),
            *(f"{seconds:.1f} s" for seconds in (
                outcome.silence, outcome.longest, outcome.well_after,
            )),
        )  # fmt: skip
    console.print(table)
    console.print(
        "Deux réponses : la première était partie, l’arrêt est venu avant qu’elle soit notée. "
        "Seuls des messages en cours à un arrêt peuvent en avoir deux.\n"
        f"Silence : le plus long moment sans aucune réponse sur Telegram. Rétabli : plus personne "
        f"n’attend plus de {LATE:.0f} s.\n[dim]{load()}[/dim]"
    )
    if broken:
        raise SystemExit("La promesse n’est pas tenue : " + " ; ".join(broken))
