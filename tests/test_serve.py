"""`python -m bot serve`, as `make run` starts it: a process of its own, asked over HTTP."""

import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot.storage.database import Database
from bot.storage.revisions import Revisions
from bot.storage.shelf import COMPILED
from doubles.service import FAQ, free_port, small_knowledge
from tests.conftest import ROOT


class Service:
    """A running service, its knowledge folder and, once it has ended, its log."""

    def __init__(self, folder: Path, port: int, session: aiohttp.ClientSession) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.session = session
        self.log = ""

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(self.url + path) as response:
            return response.status, json.loads(await response.text())

    async def ask(self, question: str) -> Any:
        body = {"question": question, "commune": None}
        async with self.session.post(f"{self.url}/api/v1/ask", json=body) as response:
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


@contextlib.asynccontextmanager
async def serving(
    tmp_path: Path, first: str = '"ready": true', **environment: str
) -> AsyncIterator[Service]:
    """A process that says `first` on /readyz, then is told to stop."""
    folder, port = small_knowledge(tmp_path), free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve",
        cwd=ROOT,
        env={
            **os.environ,
            "PORT": str(port),
            "KNOWLEDGE_DIR": str(folder),
            "DATA_DIR": str(tmp_path / "data"),
            **environment,
        },
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with aiohttp.ClientSession() as session:
        running = Service(folder, port, session)
        try:
            await running.until("/readyz", first)
            yield running
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 10) == 0, "SIGTERM stops it cleanly"
        finally:
            if process.returncode is None:
                process.kill()
            _, log = await process.communicate()
            running.log = log.decode()
    assert "Traceback" not in running.log, running.log


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(tmp_path) as running:
        yield running


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
    await service.until("/readyz", "faq.yaml, ligne 4")
    status, page = await service.get("/readyz")
    assert status == 200, "the last good base still serves"
    assert "guillemets" in page["knowledge"]["problems"][0]
    assert (await service.ask("Où est le guichet bleu ?"))["text"] == "À droite."

    faq.write_text(FAQ.format(answer='"12:30"'), "utf-8")
    await service.until("/api/v1/entries", "12:30")
    await service.until("/readyz", '"problems": []')


async def test_a_new_postgres_is_made_ready_and_a_cache_is_done_without(
    new_postgres: str, tmp_path: Path
) -> None:
    """As on a host: an address with sslmode, no tables, and no disk to keep anything on."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cache").write_text("un fichier à la place du dossier", "utf-8")
    async with serving(tmp_path, DATABASE_URL=new_postgres) as service:
        assert (await service.ask("Où est le guichet bleu ?"))["text"] == "À gauche."
        _, page = await service.get("/readyz")
        assert page["database"] == "ok"
    warnings = [line for line in service.log.splitlines() if "WARNING" in line]
    assert sum("ne peut pas être écrit" in line for line in warnings) == 1, "a record is one line"


async def test_an_edit_outlives_a_disk_that_is_wiped_and_files_that_are_broken(
    new_postgres: str, tmp_path: Path
) -> None:
    """As on a host that forgets: each start has the files of the deployment, and an empty disk."""
    async with serving(tmp_path / "1", DATABASE_URL=new_postgres) as service:
        database = await Database.open(new_postgres)

        async def compiled(before: str | None = None) -> str:
            """The name of what is kept for others, a moment after it is served."""
            kept = sa.select(COMPILED.c.name).where(sa.func.length(COMPILED.c.content) > 0)
            async with asyncio.timeout(60), database.engine.connect() as connection:
                while (name := await connection.scalar(kept)) in (None, before):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
                return str(name)

        first = await compiled()
        revisions = Revisions(database)  # as another copy of the service would
        files = await revisions.files(1)
        new = FAQ.format(answer="Au premier étage.")
        await revisions.publish(files | {"faq.yaml": new}, based_on=1, way="page", editor="Léa")
        await service.until("/api/v1/entries", "Au premier étage.")
        await compiled(first)
        await database.close()
    async with serving(tmp_path / "2", DATABASE_URL=new_postgres) as service:
        assert (await service.ask("Où est le guichet bleu ?"))["text"] == "Au premier étage."
        _, page = await service.get("/readyz")
        assert page["degraded"] == []
    assert "Première lecture" not in service.log, "it was found in the database"
    broken = small_knowledge(tmp_path)
    (broken / "faq.yaml").write_text("entrees: [", "utf-8")
    again = {"DATABASE_URL": new_postgres, "KNOWLEDGE_DIR": str(broken)}
    async with serving(tmp_path / "3", **again) as service:
        _, page = await service.get("/readyz")
        assert page["degraded"] == ["knowledge"]
        assert "faq.yaml" in page["knowledge"]["problems"][0]
        assert (await service.ask("Où est le guichet bleu ?"))["text"] == "Au premier étage."
        mended = FAQ.format(answer="À gauche.").replace("dix-huit", "dix-neuf")
        (broken / "faq.yaml").write_text(mended, "utf-8")
        await service.until("/api/v1/entries", "dix-neuf")
        await service.until("/readyz", '"problems": []')
        assert (await service.ask("Où est le guichet bleu ?"))["text"] == "Au premier étage."


async def refused(tmp_path: Path, most: int | None = None, **environment: str) -> str:
    """The log of a service that can't start: it has stopped by itself, without a traceback.

    None of its files may hold more than `most` bytes.
    """

    def bound() -> None:
        if most:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve",
        cwd=ROOT,
        env={
            **os.environ,
            "PORT": "0",
            "DATA_DIR": str(tmp_path / "data"),
            "KNOWLEDGE_DIR": str(small_knowledge(tmp_path)),
            **environment,
        },
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=bound,
    )  # fmt: skip
    _, log = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 1
    assert "Traceback" not in log.decode()
    (told,) = log.decode().strip().splitlines()
    return told


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("postgres://u:hunter2@127.0.0.1:{closed}/b", "ConnectionRefusedError"),
        ("postgres://u:hunter2@nulle-part.invalid/b", "gaierror"),
        ("postgres://u:hunter2@127.0.0.1:{silent}/b", "TimeoutError"),
        ("{postgres}absente", "InvalidCatalogNameError"),
    ],
)
async def test_a_database_out_of_reach_stops_the_start(
    tmp_path: Path, postgres: str, address: str, named: str
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        given = address.format(
            closed=free_port(),
            silent=silent.getsockname()[1],
            postgres=postgres.removesuffix("postgres"),
        )
        told = await refused(tmp_path, DATABASE_URL=given)
    assert f"La base de données ne peut pas être utilisée ({named}). Vérifiez DATABASE_URL" in told
    assert "hunter2" not in told


@pytest.mark.parametrize("made", ["file", "unwritable", "text", "full"])
async def test_a_data_folder_that_can_not_serve_stops_the_start(tmp_path: Path, made: str) -> None:
    data, most = tmp_path / "data", None
    if made == "full":
        most = 300_000  # the tables, and not the knowledge
    elif made == "file":
        data.write_text("un fichier à la place du dossier", "utf-8")
    elif made == "unwritable":
        data = Path("/proc/galibot")  # not even root may write there
    else:
        data.mkdir()
        (data / "galibot.sqlite3").write_text("ceci n’est pas une base" * 500, "utf-8")
    assert "Vérifiez DATA_DIR" in await refused(tmp_path, most, DATA_DIR=str(data))


async def test_a_taken_port_is_said_in_french(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = await refused(tmp_path, PORT=str(port))
        assert f"Le port {port} de 127.0.0.1 ne peut pas être ouvert : un autre programme" in told


async def test_the_port_is_open_before_anything_is_read(tmp_path: Path) -> None:
    """Whoever watches sees a live process; a resident is told to wait, and her page comes back."""
    async with serving(tmp_path, '"ready": false') as service:
        async with service.session.get(f"{service.url}/", headers={"Accept": "text/html"}) as page:
            assert (page.status, page.headers["Retry-After"]) == (503, "3")
            assert "démarre" in await page.text()
        assert await service.get("/healthz") == (200, {"status": "ok"})
        await service.until("/readyz", '"ready": true')
        assert (await service.ask("Où est le guichet bleu ?"))["text"] == "À gauche."
