"""`kill -9` of the real service while messages come in, again and again: is any message lost?

Each message is in a chat of its own, so that its answers can be told from all others. The Bot API
is the tests' double, over HTTP. A message may have two answers only if it was in flight, given
and not yet confirmed, when the service was killed. The service is killed once it has caught up
with what came while it was down, at a random moment: a message in flight at two kills may well
have three.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.settings import ROOT
from doubles.bot_api import TOKEN, BotApi, message, running
from doubles.service import free_port, small_knowledge

RATE = 100  # messages a second
KILLS = 10
#: Seconds that the service runs, once it has caught up, before it is killed.
ALIVE = (0.5, 2.0)
QUESTION = "Où est le guichet bleu ?"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the messages of one run."""

    messages: int
    unanswered: int
    twice: int
    more_often: int
    twice_not_in_flight: int
    in_flight: tuple[int, ...]  # at each kill
    violations: int

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        return not (
            self.unanswered or self.more_often or self.twice_not_in_flight or self.violations
        )


def run(console: Console) -> None:
    """Both ways in, one after the other. Exits with an error where a message is lost."""
    table = Table(title=f"{KILLS} arrêts brutaux (kill -9) sous {RATE} messages par seconde")
    for column in ("accès", "messages", "sans réponse", "deux réponses", "en cours aux arrêts"):
        table.add_column(column, justify="left" if column == "accès" else "right")
    outcomes = {mode: asyncio.run(measure(mode)) for mode in ("webhook", "polling")}
    for mode, outcome in outcomes.items():
        table.add_row(
            mode,
            str(outcome.messages),
            str(outcome.unanswered),
            str(outcome.twice),
            f"{sum(outcome.in_flight)} ({', '.join(map(str, outcome.in_flight))})",
        )
    console.print(table)
    console.print(
        "Deux réponses : la première était partie, l’arrêt est venu avant qu’elle soit notée. "
        "Seuls des messages en cours à un arrêt peuvent en avoir deux.\n"
    )
    if not all(outcome.kept for outcome in outcomes.values()):
        raise SystemExit(f"La promesse n’est pas tenue : {outcomes}")


async def measure(mode: str, kills: int = KILLS) -> Outcome:
    """Kill and start the service so many times, let it finish, then look at every chat."""
    with tempfile.TemporaryDirectory(prefix="galibot-kill-") as folder:
        port = free_port()
        environment = {
            **os.environ,
            "PORT": str(port),
            "KNOWLEDGE_DIR": str(small_knowledge(Path(folder))),
            "DATA_DIR": str(Path(folder) / "data"),
            "PUBLIC_URL": "https://galibot.example.org",
            "TELEGRAM_MODE": mode,
            "TELEGRAM_MAX_RATE": "0",
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "LOG_LEVEL": "ERROR",
        }
        async with running(webhook_to=f"http://127.0.0.1:{port}") as api:
            environment["TELEGRAM_API_BASE_URL"] = api.url
            return await _kill_and_start(api, environment, kills)


async def _kill_and_start(api: BotApi, environment: dict[str, str], kills: int) -> Outcome:
    chats: dict[int, int] = {}  # of each update
    at_kills: list[set[int]] = []
    process = await _start(environment)
    try:
        async with _messages(api, chats):
            for _ in range(kills):
                calls = len(api.made("sendMessage"))
                await api.until(partial(_caught_up, api, calls), 300)
                await asyncio.sleep(random.uniform(*ALIVE))
                at_kills.append(api.in_flight)
                process.kill()
                await process.wait()
                process = await _start(environment)
        await api.settled(300)
        process.send_signal(signal.SIGTERM)
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    answers_to = {update: len(api.sent(chat)) for update, chat in chats.items()}
    twice = {update for update, answers in answers_to.items() if answers == 2}
    return Outcome(
        messages=len(chats),
        unanswered=sum(answers == 0 for answers in answers_to.values()),
        twice=len(twice),
        more_often=sum(answers > 2 for answers in answers_to.values()),
        twice_not_in_flight=len(twice.difference(*at_kills)),
        in_flight=tuple(len(updates) for updates in at_kills),
        violations=len(api.violations),
    )


def _caught_up(api: BotApi, calls: int) -> bool:
    """Whether it answers again, and less than half a second's messages wait."""
    return len(api.made("sendMessage")) > calls and len(api.pending) < RATE / 2


async def _start(environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=ROOT, env=environment
    )


@contextlib.asynccontextmanager
async def _messages(api: BotApi, chats: dict[int, int]) -> AsyncIterator[None]:
    """RATE messages a second meanwhile, each in a new chat; told as {update: chat}."""

    async def pump() -> None:
        start = asyncio.get_running_loop().time()
        while True:
            due = int((asyncio.get_running_loop().time() - start) * RATE) + 1
            while len(chats) < due:
                chat = 1_000 + len(chats)
                chats[api.add(message=message(1, chat, text=QUESTION))] = chat
            await asyncio.sleep(0.5 / RATE)

    task = asyncio.create_task(pump())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
