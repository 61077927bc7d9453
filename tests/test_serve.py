"""`python -m bot serve`, as `make run` starts it: a process of its own, asked over HTTP."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import KNOWLEDGE, ROOT

FAQ = """\
entrees:
  - id: guichet
    question: Où est le guichet bleu ?
    reponse: {answer}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """A running service and its knowledge folder."""

    def __init__(self, folder: Path, port: int, session: aiohttp.ClientSession) -> None:
        self.folder = folder
        self._url = f"http://127.0.0.1:{port}"
        self._session = session

    async def get(self, path: str) -> tuple[int, Any]:
        async with self._session.get(self._url + path) as response:
            return response.status, json.loads(await response.text())

    async def ask(self, question: str) -> Any:
        body = {"question": question, "commune": None}
        async with self._session.post(f"{self._url}/api/v1/ask", json=body) as response:
            return await response.json()

    async def until(self, path: str, part: str) -> None:
        """Wait until the page at `path` holds `part`."""
        async with asyncio.timeout(60):
            while True:
                try:
                    _, page = await self.get(path)
                    if part in json.dumps(page, ensure_ascii=False):
                        return
                except aiohttp.ClientConnectionError:
                    pass
                await asyncio.sleep(0.1)


def small_knowledge(tmp_path: Path) -> Path:
    """A knowledge folder with one entry and all the communes: it is served at once."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    for name in (
        "communes.csv",
        "communes_aliases.csv",
        "mots_courants.txt",
        "villes_ailleurs.txt",
    ):
        shutil.copy(KNOWLEDGE / name, folder)
    (folder / "faq.yaml").write_text(FAQ.format(answer="À gauche."), "utf-8")
    return folder


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    folder, data = tmp_path / "knowledge", tmp_path / "data"
    folder.mkdir()
    for name in (
        "communes.csv",
        "communes_aliases.csv",
        "mots_courants.txt",
        "villes_ailleurs.txt",
    ):
        shutil.copy(KNOWLEDGE / name, folder)
    (folder / "faq.yaml").write_text(FAQ.format(answer="À gauche."), "utf-8")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve",
        cwd=ROOT,
        env={**os.environ, "PORT": str(port), "KNOWLEDGE_DIR": str(folder), "DATA_DIR": str(data)},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with aiohttp.ClientSession() as session:
        running = Service(folder, port, session)
        try:
            await running.until("/readyz", '"ready": true')
            yield running
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 10) == 0, "SIGTERM stops it cleanly"
        finally:
            if process.returncode is None:
                process.kill()
            _, log = await process.communicate()
    assert b"Traceback" not in log, log.decode()


async def test_an_editor_saves_breaks_and_repairs(service: Service) -> None:
    """Saved: live within seconds. Broken: told by line, and the last good base still answers."""
    assert (await service.ask("Où est le guichet bleu ?"))["text"] == "À gauche."
    faq = service.folder / "faq.yaml"
    _, before = await service.get("/readyz")

    faq.write_text(FAQ.format(answer="À droite."), "utf-8")
    await service.until("/api/v1/entries", "À droite.")
    assert (await service.ask("Où est le guichet bleu ?"))["text"] == "À droite."
    _, after = await service.get("/readyz")
    assert after["knowledge"]["revision"] != before["knowledge"]["revision"]

    faq.write_text(FAQ.format(answer="12:30"), "utf-8")
    await service.until("/readyz", "ligne 4")
    status, page = await service.get("/readyz")
    assert status == 200, "the last good base still serves"
    assert "guillemets" in page["knowledge"]["problems"][0]
    assert (await service.ask("Où est le guichet bleu ?"))["text"] == "À droite."

    faq.write_text(FAQ.format(answer='"12:30"'), "utf-8")
    await service.until("/api/v1/entries", "12:30")
    _, page = await service.get("/readyz")
    assert page["knowledge"]["problems"] == []


async def test_a_taken_port_is_said_in_french(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve",
            cwd=ROOT,
            env={
                **os.environ,
                "PORT": str(port),
                "DATA_DIR": str(tmp_path),
                "KNOWLEDGE_DIR": str(small_knowledge(tmp_path)),
            },
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, log = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 1
    assert f"Le port {port}" in log.decode()
    assert "Traceback" not in log.decode()
