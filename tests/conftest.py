"""The real things every test uses: the project's own knowledge, SQLite and PostgreSQL."""

import contextlib
import datetime as dt
import itertools
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from playwright.async_api import Browser

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant, corpus_of
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.texts import read_texts
from bot.learning.corpus import Corpus
from bot.limits import Limits
from bot.matching.matcher import Matcher
from bot.services import Services
from bot.storage import patience
from bot.storage.compiled import matchers_of
from bot.storage.database import Database
from bot.storage.knowledge_files import load
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from doubles import postgres as postgresql
from doubles.postgres import Server, create_database
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
async def services(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    """An assistant with the project's knowledge and an empty SQLite database."""
    # A machine that runs many tests at once is not a database that is away.
    monkeypatch.setattr(patience, "PATIENCE", 30.0)
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


@contextlib.contextmanager
def postgres_server(password: str | None = None) -> Iterator[Server]:
    """A PostgreSQL made for a test, which is skipped where there is none."""
    if not postgresql.installed():
        pytest.skip("PostgreSQL n’est pas installé")
    with postgresql.postgres_server(password) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL made for this run; it trusts everyone, without TLS."""
    with postgres_server() as server:
        yield server.address


@pytest.fixture
async def new_postgres(postgres: str) -> str:
    """The URL of a database without tables, as a host gives it."""
    name = f"new_{uuid.uuid4().hex}"
    await create_database(postgres, name)
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
