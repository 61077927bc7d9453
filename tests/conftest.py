"""The real things every test uses: the project's own knowledge, SQLite and PostgreSQL."""

import contextlib
import datetime as dt
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import create_async_engine

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant, corpus_of
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.texts import read_texts
from bot.limits import Limits
from bot.matching.matcher import Corpus, Matcher
from bot.services import Services
from bot.storage.compiled import matchers_of
from bot.storage.database import Database
from bot.storage.knowledge_files import load
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from tests.browsing import chromium, served

ROOT = Path(__file__).parent.parent
KNOWLEDGE = ROOT / "knowledge"
#: The project's materials, beside the checkout where it is developed; absent elsewhere.
SHARED = ROOT.parent / "shared"
#: What one run compiles serves the next.
COMPILED = Path(tempfile.gettempdir()) / "galibot-tests"
#: The day of these tests: entries expire and fall due by the calendar.
TODAY = dt.date(2026, 11, 28)

#: What residents read around the answers.
TEXTS = read_texts(yaml.safe_load((KNOWLEDGE / "textes.yaml").read_text(encoding="utf-8")))

#: All that the project's own folder says.
OURS = load(KNOWLEDGE, TODAY)
ACTS = OURS.base.acts
REGION = OURS.gazetteer.region

SHARED_REASON = "les documents de travail ne sont pas à côté du projet"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=SHARED_REASON)


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    return OURS.base


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return OURS.gazetteer


@pytest.fixture(scope="session")
def assistant(base: KnowledgeBase, gazetteer: Gazetteer) -> Assistant:
    return Assistant(
        base,
        gazetteer,
        unrelated=OURS.common,
        # What the installation compiled, as the service loads it; else what is made here once.
        match=lambda corpus, former: matchers_of(corpus, COMPILED, former),
        today=lambda: TODAY,
    )


def as_ours(corpus: Corpus, former: Matcher | None) -> Iterable[Matcher]:
    """What is served of the project's own folder, for a test of something else than matching."""
    return (former,) if former else matchers_of(corpus_of(OURS.base, OURS.common), COMPILED)


@pytest.fixture(scope="session")
def alarmed(base: KnowledgeBase, gazetteer: Gazetteer) -> Assistant:
    """Three entries, of which the answer to danger is marked as an alarm: it is urgent."""
    answer = "Appelez le 18 ou le 112. Sans la voix, un SMS au 114.\n\nSortez, puis dites où c'est."
    danger = base.entries["danger-immediat"].model_copy(update={"alarm": True, "answer": answer})
    entries = {danger.id: danger, **{key: base.entries[key] for key in danger.see_also}}
    return Assistant(base.model_copy(update={"entries": entries}), gazetteer, today=lambda: TODAY)


def unhurried() -> Limits:
    """As if a second went by between requests: tests go through hundreds of buttons."""
    seconds = itertools.count()
    return Limits(lambda: float(next(seconds)))


@pytest.fixture
async def services(assistant: Assistant, tmp_path: Path) -> AsyncIterator[Services]:
    """An assistant with the project's knowledge and an empty SQLite database."""
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}")
    await database.migrate()
    watcher = KnowledgeWatcher(KNOWLEDGE, Revisions(database))
    yield Services(assistant, database, watcher, limits=unhurried())
    await database.close()


@pytest.fixture
async def address(services: Services) -> AsyncIterator[str]:
    """Where the pages are served."""
    async with served(services) as address:
        yield address


@pytest.fixture
async def alarmed_address(services: Services, alarmed: Assistant) -> AsyncIterator[str]:
    async with served(replace(services, assistant=alarmed)) as address:
        yield address


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL that runs: its port on 127.0.0.1, and its folder."""

    port: int
    data: Path


@contextlib.contextmanager
def postgres_server(password: str | None = None) -> Iterator[Server]:
    """An empty PostgreSQL made from the server's own programs, and removed.

    It has no TLS and trusts everyone; with a password it asks for both, with a certificate for
    localhost that it signed itself.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    found = programs[-1] if programs else shutil.which("pg_ctl")
    if found is None:
        pytest.skip("PostgreSQL n’est pas installé")
    bin_folder = Path(found).parent
    # A folder of its own: pytest clears its old ones, even under a server that still runs.
    folder = Path(tempfile.mkdtemp(prefix="galibot-postgres-"))
    data = folder / "data"
    # PostgreSQL refuses to run as root: Debian's package made it a user of its own.
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, capture_output=True, cwd=folder)

    initdb = [str(bin_folder / "initdb"), "-D", str(data), "-U", "galibot", "-E", "UTF8"]
    if password is None:
        run(*initdb, "-A", "trust")
    else:
        (folder / "password").write_text(password, "utf-8")
        run(*initdb, "-A", "scram-sha-256", "--pwfile", str(folder / "password"))
        (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("ssl = on\n")
        run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-keyout", str(data / "server.key"), "-out", str(data / "server.crt"),
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        )  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    run(
        str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-o", options,
        "-l", str(folder / "log"), "start",
    )  # fmt: skip
    try:
        yield Server(port, data)
    finally:
        run(str(bin_folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL made for this run; it trusts everyone, without TLS."""
    with postgres_server() as server:
        yield f"postgresql+asyncpg://galibot@127.0.0.1:{server.port}/postgres"


async def create_postgres_database(postgres: str, name: str) -> None:
    engine = create_async_engine(postgres, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name}")
    await engine.dispose()


@pytest.fixture
async def new_postgres(postgres: str) -> str:
    """The URL of a database without tables, as a host gives it."""
    name = f"new_{uuid.uuid4().hex}"
    await create_postgres_database(postgres, name)
    address = postgres.replace("postgresql+asyncpg", "postgres").removesuffix("postgres")
    return f"{address}{name}?sslmode=prefer"


@pytest.fixture(params=["sqlite", "postgres"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of either kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("new_postgres"))
    return f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where GALIBOT_NO_SKIP is set (CI), a skip is a failure, but for absent materials."""
    report = yield
    if os.environ.get("GALIBOT_NO_SKIP") and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        if SHARED_REASON not in reason:
            report.outcome = "failed"
            report.longrepr = f"Sauté alors que rien ne devait l’être : {reason}"
    return report
