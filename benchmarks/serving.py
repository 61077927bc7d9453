"""The service as a process of its own, and what it takes of the machine, as Linux tells it."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from bot.settings import ROOT

KEY = "la clef du banc, assez longue pour servir"
#: Seconds that a start may take on a machine that does much else.
STARTING = 120.0
_TICKS = os.sysconf("SC_CLK_TCK")


def environment(port: int, data: Path, **more: str) -> dict[str, str]:
    """What a copy of the service is started with; it takes the word of proxies on this machine."""
    return {
        **os.environ,
        "PORT": str(port),
        "DATA_DIR": str(data),
        "SECRET_KEY": KEY,
        "PUBLIC_URL": "https://banc.example.org",
        "TRUSTED_PROXIES": "127.0.0.1",
        "LOG_LEVEL": "ERROR",
        **more,
    }


async def started(
    environment: dict[str, str], log: Path | None = None
) -> asyncio.subprocess.Process:
    """A copy of the service, which is not ready yet; its log goes on in a file, or on stderr."""
    with contextlib.ExitStack() as stack:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve",
            cwd=ROOT,
            env=environment,
            stderr=stack.enter_context(log.open("ab")) if log else None,
        )  # fmt: skip


async def until_open(process: asyncio.subprocess.Process, port: int) -> None:
    """Wait until somebody listens."""
    async with asyncio.timeout(STARTING):
        while True:
            assert process.returncode is None, "the service stopped"
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


async def until_ready(process: asyncio.subprocess.Process, port: int) -> None:
    """Wait until the page answers."""
    url = f"http://127.0.0.1:{port}/readyz"
    async with asyncio.timeout(STARTING), aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None, "the service stopped"
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.05)


async def stopped(process: asyncio.subprocess.Process) -> None:
    """Let it stop as a host does; kill it where it does not."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def serving(port: int, data: Path, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A copy of the service that is ready, until left."""
    process = await started(environment(port, data, **more))
    try:
        await until_ready(process, port)
        yield process
    finally:
        await stopped(process)


def memory(pid: int, field: str = "VmRSS") -> float:
    """MiB that are resident; with VmHWM, the most that ever were."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0  # it has ended, and nobody has asked how


def family(pid: int) -> list[int]:
    """The process and all that it started."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def shared_out(pid: int) -> float:
    """MiB of the process and all that it started; what they share counts once."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def processor(pid: int) -> float:
    """Seconds of processor of the process and of all that it started."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            told = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += int(told[11]) + int(told[12])
            # Of those that have ended: only the first of the family keeps them for good.
            if one == pid:
                total += int(told[13]) + int(told[14])
    return total / _TICKS


def load() -> str:
    """How busy the machine was in the last minute, to be read beside any figure."""
    return f"charge de la machine : {os.getloadavg()[0]:.1f} pour {os.cpu_count()} cœurs"
