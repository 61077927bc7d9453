"""What a start takes on an empty disk, and what is left in memory after twenty saves.

The knowledge that ships, compiled when it was installed as on any host. Each save changes an
answer and adds a way to ask: everything that is made from them is made again.
"""

import asyncio
import contextlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table

from benchmarks.serving import family, load, memory, processor, serving, shared_out
from bot.settings import ROOT
from doubles.service import free_port

SAVES = 20
#: Seconds between two looks at the memory; that it has to be still for a save to be over.
LOOK, STILL = 0.1, 2.0
PATIENCE = 120.0


@dataclass(slots=True)
class Watched:
    """The most that the service and all that it started took together, in MiB, since a look."""

    pid: int
    most: float = 0.0

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _watch(self) -> None:
        while True:
            self.most = max(self.most, shared_out(self.pid))
            await asyncio.sleep(LOOK)


def saved(text: str, number: int) -> str:
    """The file with another answer changed, and another way to ask it."""
    found = list(re.finditer(r"(?m)^    reponse: \|\n      ", text))
    at = found[number % len(found)].end()
    text = f"{text[:at]}Texte relu en mairie. {text[at:]}"
    asked = list(re.finditer(r"(?m)^    variantes:\n", text))
    at = asked[number % len(asked)].end()
    return f"{text[:at]}      - Que dit le classeur {chr(96 + number)} ?\n{text[at:]}"


async def measure(console: Console) -> dict[str, str]:
    """Each figure, as it is shown."""
    with tempfile.TemporaryDirectory(prefix="galibot-saves-") as named:
        folder = Path(named)
        shutil.copytree(ROOT / "knowledge", folder / "knowledge")
        faq = folder / "knowledge" / "faq.yaml"
        port, start = free_port(), time.perf_counter()
        async with (
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
            serving(port, folder / "data", KNOWLEDGE_DIR=str(folder / "knowledge")) as process,
        ):
            pid = process.pid
            ready, spent = time.perf_counter() - start, processor(pid)
            await _still(pid)
            figures = {
                "prêt": f"{ready:.1f} s",
                "processeur jusque-là": f"{spent:.1f} s",
                "mémoire au plus haut du démarrage": f"{memory(pid, 'VmHWM'):.0f} Mio",
                "mémoire ensuite": f"{memory(pid):.0f} Mio",
            }
            watched, took = Watched(pid), []
            async with watched.watching():
                for number in range(1, SAVES + 1):
                    before = await _revision(session)
                    start = time.perf_counter()
                    faq.write_text(saved(faq.read_text("utf-8"), number), "utf-8")
                    async with asyncio.timeout(PATIENCE):
                        while await _revision(session) == before:  # noqa: ASYNC110 - no event tells
                            await asyncio.sleep(LOOK)
                    took.append(time.perf_counter() - start)
                    await _still(pid)
                    console.print(f"[dim]{number} : {memory(pid):.0f} Mio[/dim]")
            return figures | {
                "un enregistrement servi après": f"{sorted(took)[SAVES // 2]:.1f} s",
                f"mémoire au plus haut de {SAVES} enregistrements": (
                    f"{memory(pid, 'VmHWM'):.0f} Mio"
                ),
                "avec le processus qui prépare": f"{watched.most:.0f} Mio",
                f"mémoire après {SAVES} enregistrements": f"{memory(pid):.0f} Mio",
            }


async def _revision(session: aiohttp.ClientSession) -> str:
    async with session.get("/readyz") as response:
        knowledge = json.loads(await response.text())["knowledge"]
    assert not knowledge["problems"], knowledge["problems"]
    return str(knowledge["revision"])


async def _still(pid: int) -> None:
    """Wait until nothing is prepared any more."""
    async with asyncio.timeout(PATIENCE):
        since, spent = time.perf_counter(), processor(pid)
        while time.perf_counter() - since < STILL:
            await asyncio.sleep(LOOK)
            now = processor(pid)
            if len(family(pid)) > 1 or now - spent > LOOK:
                since, spent = time.perf_counter(), now


def run(console: Console) -> None:
    """Print the table."""
    figures = asyncio.run(measure(console))
    table = Table(title=f"Du premier démarrage à {SAVES} enregistrements de faq.yaml")
    table.add_column("")
    table.add_column("", justify="right")
    for name, figure in figures.items():
        table.add_row(name, figure)
    console.print(table)
    console.print(f"[dim]{load()}[/dim]")
