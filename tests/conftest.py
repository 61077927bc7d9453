"""The real things every test uses: the project's own knowledge, SQLite and PostgreSQL."""

import datetime as dt
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant
from bot.knowledge.model import KnowledgeBase
from bot.services import Services
from bot.storage.database import Database
from bot.storage.knowledge_files import (
    KnowledgeWatcher,
    load_base,
    load_common_messages,
    load_gazetteer,
)
from bot.storage.use_encoder import load_encoder

ROOT = Path(__file__).parent.parent
KNOWLEDGE = ROOT / "knowledge"
#: The project's materials, beside the checkout where it is developed; absent elsewhere.
SHARED = ROOT.parent / "shared"
#: The day of these tests: entries expire and fall due by the calendar.
TODAY = dt.date(2026, 11, 23)

SHARED_REASON = "les documents de travail ne sont pas à côté du projet"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=SHARED_REASON)


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    return load_base(KNOWLEDGE, TODAY)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer(KNOWLEDGE)


@pytest.fixture(scope="session")
def assistant(base: KnowledgeBase, gazetteer: Gazetteer, pytestconfig: pytest.Config) -> Assistant:
    """With the real encoder; its vectors of the base are kept from one run to the next."""
    cache = pytestconfig.cache.mkdir("encoder") if pytestconfig.cache else None
    return Assistant(
        base,
        gazetteer,
        encoder=load_encoder(cache),
        unrelated=load_common_messages(KNOWLEDGE),
        today=lambda: TODAY,
    )


@pytest.fixture(scope="session")
def alarmed(base: KnowledgeBase, gazetteer: Gazetteer) -> Assistant:
    """Three entries, of which the answer to danger is marked as an alarm: it is urgent."""
    answer = "Appelez le 18 ou le 112. Sans la voix, un SMS au 114.\n\nSortez, puis dites où c'est."
    danger = base.entries["danger-immediat"].model_copy(update={"alarm": True, "answer": answer})
    entries = {danger.id: danger, **{key: base.entries[key] for key in danger.see_also}}
    return Assistant(base.model_copy(update={"entries": entries}), gazetteer, today=lambda: TODAY)


@pytest.fixture
async def services(assistant: Assistant, tmp_path: Path) -> AsyncIterator[Services]:
    """An assistant with the project's knowledge and an empty SQLite database."""
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}")
    await database.migrate()
    yield Services(assistant, database, KnowledgeWatcher(KNOWLEDGE, assistant.serve))
    await database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL made for this run, from the server's own programs."""
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

    run(str(bin_folder / "initdb"), "-D", str(data), "-A", "trust", "-U", "galibot", "-E", "UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    run(
        str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-o", options,
        "-l", str(folder / "log"), "start",
    )  # fmt: skip
    try:
        yield f"postgresql+asyncpg://galibot@127.0.0.1:{port}/postgres"
    finally:
        run(str(bin_folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)


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
