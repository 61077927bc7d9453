"""Galibot behind a Telegram webhook, beside bots that do nothing but send one fixed text.

Two processes: the bot, on one core; and this one, which plays Telegram, giving updates and taking
calls, by sockets and bytes so as to cost little. A message is answered when its call comes in.
"""

import asyncio
import datetime as dt
import itertools
import json
import math
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.noise import noisy, slip
from benchmarks.telegram_bots import PATH
from bot.evaluation import read_cases
from bot.knowledge.model import KnowledgeBase
from bot.settings import ROOT
from bot.storage.knowledge_files import load_base

BOTS = ROOT / "benchmarks" / "telegram_bots.py"
RIVALS = ROOT / "benchmarks" / "rivals.txt"
RIVALS_VENV = ROOT / ".venv-bench"
CACHE = ROOT / "data" / "cache"
CASES = ROOT / "tests" / "cases"

#: Chats that write at once, out of CHATS; each waits for its answer before it writes again.
AT_ONCE = 64
CHATS = 1_000
USUAL = 200
#: Seconds to warm up, to measure at full speed, and at STEADY messages a second.
WARM, FULL, STEADY_FOR = 4.0, 3.0, 3.0
ROUNDS = 3
STEADY = 200

_HEAD = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb"chat_id\D+(\d+)")
_SECRET = re.compile(rb'secret_token"? *[:=] *"?([\w-]+)')
_UPDATE = (
    '{"update_id":%d,"message":{"message_id":%d,"date":1795392000,'
    '"chat":{"id":%d,"type":"private","first_name":"Odette","username":"odette59"},'
    '"from":{"id":%d,"is_bot":false,"first_name":"Odette","username":"odette59",'
    '"language_code":"fr"},"text":%s}}'
)
_SENT = {
    "message_id": 1,
    "date": 1_795_392_000,
    "from": {"id": 1, "is_bot": True, "first_name": "Galibot", "username": "galibot_bot"},
    "chat": {"id": 42, "type": "private", "first_name": "Odette", "username": "odette59"},
    "text": "Bonjour, voici la seule réponse que je sache donner.",
}
_RESULTS: dict[bytes, object] = {
    b"sendMessage": _SENT,
    b"getMe": _SENT["from"],
    b"getWebhookInfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
    b"getMyCommands": [],
    b"getMyName": {"name": ""},
    b"getMyDescription": {"description": ""},
    b"getMyShortDescription": {"short_description": ""},
    b"getChatMenuButton": {"type": "commands"},
}


def _response(result: object) -> bytes:
    body = json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )


_RESPONSES = {method: _response(result) for method, result in _RESULTS.items()}
_YES = _response(True)


class _Messages(asyncio.Protocol):
    """HTTP messages of a known length, one after another on a connection."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            found = _HEAD.search(self._buffer, 0, end)
            stop = end + 4 + (int(found[1]) if found else 0)
            if len(self._buffer) < stop:
                return
            line = self._buffer[: self._buffer.index(b"\r\n")]
            body, self._buffer = self._buffer[end + 4 : stop], self._buffer[stop:]
            self.message(line, body)

    def message(self, line: bytes, body: bytes) -> None:
        raise NotImplementedError


@dataclass
class Telegram:
    """What the bots take for Telegram: who waits for an answer, and the webhook's secret."""

    waiting: dict[int, asyncio.Future[float]] = field(default_factory=dict)
    secret: bytes = b""
    url: str = ""


class _Api(_Messages):
    """The Bot API: every call succeeds."""

    def __init__(self, telegram: Telegram) -> None:
        super().__init__()
        self._telegram = telegram

    def message(self, line: bytes, body: bytes) -> None:
        method = line.split(b" ")[1].rpartition(b"/")[2]
        if method == b"sendMessage":
            chat = _CHAT.search(body)
            assert chat, body
            future = self._telegram.waiting.pop(int(chat[1]), None)
            if future:
                future.set_result(time.perf_counter())
        elif method == b"setWebhook":
            secret = _SECRET.search(body)
            self._telegram.secret = secret[1] if secret else b""
        assert self.transport
        self.transport.write(_RESPONSES.get(method, _YES))


class _Webhook(_Messages):
    """A connection by which updates are given, one at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._answered: asyncio.Future[bytes] | None = None

    def message(self, line: bytes, body: bytes) -> None:
        assert self._answered
        self._answered.set_result(line)

    async def give(self, request: bytes) -> None:
        assert self.transport
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        line = await self._answered
        assert b" 200" in line, line


class Chats:
    """People who write, and how long each waited for an answer, in seconds."""

    def __init__(self, telegram: Telegram, port: int, texts: Iterator[str]) -> None:
        self._telegram = telegram
        self._port = port
        self._texts = texts
        self._ids = itertools.count(1)
        self._idle: list[_Webhook] = []
        self.waited: list[float] = []

    async def full_speed(self, seconds: float) -> float:
        """Messages a second with AT_ONCE chats that write as soon as they are answered."""
        self.waited.clear()
        start = time.perf_counter()
        await asyncio.gather(*(self._insist(start + seconds) for _ in range(AT_ONCE)))
        return len(self.waited) / (time.perf_counter() - start)

    async def steady(self, seconds: float, rate: int) -> None:
        """`rate` messages a second, whether the others are answered or not."""
        self.waited.clear()
        start = time.perf_counter()
        tasks = []
        for number in range(int(seconds * rate)):
            due = start + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.append(asyncio.create_task(self._write(due)))
        await asyncio.gather(*tasks)

    async def _insist(self, stop: float) -> None:
        while time.perf_counter() < stop:
            await self._write(time.perf_counter())

    async def _write(self, due: float) -> None:
        number = next(self._ids)
        chat = 1 + number % CHATS
        text = json.dumps(next(self._texts))
        body = (_UPDATE % (number, number, chat, chat, text)).encode()
        request = (
            b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"X-Telegram-Bot-Api-Secret-Token: %s\r\nContent-Length: %d\r\n\r\n%s"
            % (PATH.encode(), self._telegram.secret, len(body), body)
        )
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[float] = loop.create_future()
        self._telegram.waiting[chat] = answered
        if self._idle:
            connection = self._idle.pop()
        else:
            _, connection = await loop.create_connection(_Webhook, "127.0.0.1", self._port)
        async with asyncio.timeout(60):
            await connection.give(request)
            self.waited.append(await answered - due)
        self._idle.append(connection)


@dataclass(frozen=True, slots=True)
class Speed:
    """Messages a second at full speed; milliseconds at full speed and steady; MiB; profile."""

    rate: float
    median: float
    p99: float
    steady_p99: float
    memory: float
    profile: dict[str, float]


@asynccontextmanager
async def _bot(name: str, telegram: Telegram, profile: Path) -> AsyncIterator[tuple[int, int]]:
    """The running bot: (port, process id)."""
    python = RIVALS_VENV / "bin" / "python" if name == "aiogram" else Path(sys.executable)
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        if CACHE.is_dir():
            (data / "cache").symlink_to(CACHE)
        process = await asyncio.create_subprocess_exec(
            str(python), str(BOTS), name, str(port), telegram.url,
            env={
                **os.environ,
                "PYTHONPATH": "" if name == "aiogram" else str(ROOT),
                "DATA_DIR": folder,
                "PUBLIC_URL": "https://banc.example.org",
                "SECRET_KEY": "la clef du banc, assez longue pour servir",
                "TELEGRAM_MODE": "webhook",
                "TELEGRAM_MAX_RATE": "0",
                "BENCH_PROFILE": str(profile),
            },
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(120):
                while True:
                    try:
                        _, writer = await asyncio.open_connection("127.0.0.1", port)
                        break
                    except OSError:
                        assert process.returncode is None, f"{name} did not start"
                        await asyncio.sleep(0.2)
            writer.close()
            await asyncio.sleep(1)  # a webhook is set once the port is open
            yield port, process.pid
        finally:
            process.terminate()
            await process.wait()


@dataclass(slots=True)
class Contender:
    """A running bot, what is asked of it, and what was measured."""

    chats: Chats
    pid: int
    profile: Path | None
    rates: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    steady: list[float] = field(default_factory=list)

    async def run(self) -> None:
        """One round at full speed, then a steady one."""
        self.rates.append(await self.chats.full_speed(FULL))
        self.waited += self.chats.waited
        await self.chats.steady(STEADY_FOR, STEADY)
        self.steady += self.chats.waited

    def result(self) -> Speed:
        waited = sorted(self.waited)
        return Speed(
            statistics.median(self.rates),
            1000 * statistics.median(waited),
            1000 * _p99(waited),
            1000 * _p99(sorted(self.steady)),
            _memory(self.pid),
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
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Api(telegram), "127.0.0.1", 0)
    telegram.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
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
            chats = Chats(telegram, port, texts)
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


def usual(base: KnowledgeBase) -> list[str]:
    """Each entry's question, then their second phrasings, and so on up to USUAL."""
    rounds = itertools.zip_longest(*(entry.phrasings for entry in base.entries.values()))
    return [text for one in rounds for text in one if text][:USUAL]


def unseen() -> Iterator[str]:
    """The messages of our labelled questions, a third of them off topic, each with a typo."""
    files = [(CASES / f"{name}.jsonl").read_text("utf-8") for name in ("mesure", "mise_au_point")]
    asked = [case.question for file in files for case in read_cases(file)]
    chance = random.Random(0)
    return _no_two_alike(slip(chance.choice(asked), chance) for _ in itertools.count())


def misspelt(base: KnowledgeBase) -> Iterator[str]:
    """The phrasings, most words of each misspelt."""
    phrasings = sorted({text for entry in base.entries.values() for text in entry.phrasings})
    chance = random.Random(0)
    return _no_two_alike(noisy(chance.choice(phrasings), seed) for seed in itertools.count())


def _no_two_alike(texts: Iterator[str]) -> Iterator[str]:
    known = set()
    for text in texts:
        if text and text not in known:
            known.add(text)
            yield text


def _p99(ordered: Sequence[float]) -> float:
    return ordered[math.ceil(0.99 * len(ordered)) - 1]


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        "messages/s", "× aiogram", "médiane", "99e centile", f"99e c. à {STEADY}/s", "mémoire",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    for label, speed in speeds.items():
        table.add_row(
            label,
            f"{speed.rate:.0f}",
            f"{speed.rate / reference:.2f}",
            f"{speed.median:.0f} ms",
            f"{speed.p99:.0f} ms",
            f"{speed.steady_p99:.0f} ms",
            f"{speed.memory:.0f} Mio",
            style="bold" if label.startswith("Galibot") else "",
        )
    console.print(table)
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
