"""The same tests on real SQLite and real PostgreSQL."""

import asyncio
import datetime as dt
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.handlers.delivery.grouped import Grouped
from bot.storage.database import SOURCES_A_DAY, Answered, Asked, Database
from bot.storage.database_url import engine_arguments
from bot.storage.migrating import head, upgrade
from bot.storage.revisions import REVISIONS
from bot.storage.shelf import Shelf
from doubles.postgres import Server
from doubles.service import free_port
from tests.conftest import ROOT, TODAY, postgres_server


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite+aiosqlite:///{tmp_path / 'folder' / 'test.sqlite3'}"


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url)
    yield opened
    await opened.close()


async def test_migrating_twice_is_migrating_once(database: Database) -> None:
    await database.migrate()
    assert await database.up_to_date()
    await database.migrate()
    assert await database.up_to_date()


async def test_votes_are_counted_by_entry(database: Database) -> None:
    await database.migrate()
    before = (await database.votes()).get("loyer", (0, 0))
    for useful in (True, True, False):
        await database.add_vote("loyer", useful, "web", TODAY)
    yes, no = (await database.votes())["loyer"]
    assert (yes - before[0], no - before[1]) == (2, 1)


async def test_a_vote_with_a_key_counts_once_and_can_be_changed(database: Database) -> None:
    await database.migrate()
    for useful in (True, False, False):
        await database.add_vote("cle", useful, "telegram", TODAY, "k1")
    await database.add_vote("cle", True, "telegram", TODAY, "k2")
    await asyncio.gather(
        *(database.add_vote("cle", True, "telegram", TODAY, "k3") for _ in range(8))
    )
    assert (await database.votes())["cle"] == (2, 1)


async def test_arrivals_are_counted_by_source_and_day(database: Database) -> None:
    await database.migrate()
    tomorrow = TODAY + dt.timedelta(days=1)
    for source, day in (("affiche", TODAY), ("affiche", TODAY), ("affiche", tomorrow)):
        assert await database.add_arrival(source, "telegram", day)
    counts = await database.arrivals()
    assert counts["affiche", "telegram", TODAY] == 2
    assert counts["affiche", "telegram", tomorrow] == 1
    assert len(counts) == 2


async def test_strangers_can_not_fill_the_arrivals(database: Database) -> None:
    await database.migrate()
    day = TODAY - dt.timedelta(days=1)
    counted = [
        await database.add_arrival(f"s{number}", "telegram", day)
        for number in range(SOURCES_A_DAY + 5)
    ]
    assert counted.count(False) == 5
    assert await database.add_arrival("s0", "telegram", day), "a known source still counts"
    assert (await database.arrivals())["s0", "telegram", day] == 2


async def test_counts_by_month_add_up(database: Database) -> None:
    await database.migrate()
    month, later = dt.date(2031, 12, 1), dt.date(2032, 1, 1)
    asked = {Asked(month, "web", "loyer", "answered"): 2, Asked(later, "web", "", "refused"): 1}
    for _ in range(2):
        await database.add_questions(asked)
    assert await database.questions(month) == {key: 2 * count for key, count in asked.items()}
    assert await database.questions(later) == {Asked(later, "web", "", "refused"): 2}
    for source, channel, day in (
        ("affiche-1", "web", month),
        ("affiche-1", "telegram", month.replace(day=31)),
        ("affiche-1", "web", later),
        ("lien-1", "web", later),
    ):
        await database.add_arrival(source, channel, day, 3)
    assert await database.arrivals_by_month(month) == {
        ("affiche-1", month): 6,
        ("affiche-1", later): 3,
        ("lien-1", later): 3,
    }
    assert await database.arrivals_by_month(later, ["lien-1", "mail-1"]) == {("lien-1", later): 3}
    for useful, day in ((True, month), (True, month.replace(day=9)), (False, month), (True, later)):
        await database.add_vote("loyer", useful, "web", day)
    assert await database.votes_by_month(month) == {("loyer", month): 2, ("loyer", later): 1}


async def test_counts_added_at_once_are_all_there(database: Database) -> None:
    await database.migrate()
    asked = {Asked(dt.date(2033, 1, 1), "web", "loyer", "answered"): 1}
    await asyncio.gather(*(database.add_questions(asked) for _ in range(8)))
    assert list((await database.questions(dt.date(2033, 1, 1))).values()) == [8]


SOCKET = {"host": "/run/postgresql", "port": None, "password": None}
USUAL = {"host": "h", "port": 5432, "user": "u", "password": "p", "database": "b"}


@pytest.mark.parametrize(
    ("address", "place", "dsn"),
    [
        ("postgres://u:p@h:5432/b", {}, None),
        ("postgresql://u:p@h:5432/b", {}, None),
        ("postgresql+asyncpg://u:p@h:5432/b", {}, None),
        ("postgres://u:p@h/b", {"port": None}, None),
        ("postgres://u:p@[2001:db8::1]:5432/b", {"host": "2001:db8::1"}, None),
        ("postgres://u:%40%2F%3A%3F%23%25%20+@h:5432/b", {"password": "@/:?#% +"}, None),
        # A socket, as libpq's own documentation writes it, in each way.
        ("postgres:///b?host=/run/postgresql", {"host": "/run/postgresql"}, None),
        ("postgres://u@%2Frun%2Fpostgresql/b", {**SOCKET, "user": "u"}, None),
        ("postgres://u:p@/b?host=/run/postgresql", {**SOCKET, "user": "u", "password": "p"}, None),
        # Scalingo, Clever Cloud, Heroku, Aiven.
        ("postgresql://u:p@h:5432/b?sslmode=prefer", {}, "sslmode=prefer"),
        ("postgresql://u:p@h:50013/b", {"port": 50013}, None),
        ("postgres://u:p@h:5432/b?sslmode=require", {}, "sslmode=require"),
        ("postgres://u:AVNS_x@h:5432/b?sslmode=require", {"password": "AVNS_x"}, "sslmode=require"),
        # Supabase's pooler, Neon, Render, Railway, Prisma.
        ("postgresql://u.ref:p@h:6543/b?pgbouncer=true", {"user": "u.ref", "port": 6543}, None),
        (
            "postgresql://u:p@h:5432/b?sslmode=require&channel_binding=require"
            "&options=endpoint%3Dx-y",
            {},
            "sslmode=require&options=endpoint%3Dx-y",
        ),
        ("postgresql://u:p@dpg-x-a.frankfurt/b", {"host": "dpg-x-a.frankfurt", "port": None}, None),
        ("postgres://u:p@h:5432/b?schema=public&connection_limit=5&connect_timeout=10", {}, None),
        # Of programs in other languages.
        ("postgresql+psycopg2://u:p@h:5432/b", {}, None),
        ("postgresql+psycopg://u:p@h:5432/b?sslmode=allow", {}, "sslmode=allow"),
        ("postgresql+asyncpg://u:p@h:5432/b?ssl=verify-ca", {}, "sslmode=verify-ca"),
        ("postgres://u:p@h:5432/b?ssl=true", {}, "sslmode=require"),
        ("postgres://u:p@h:5432/b?sslmode=no-verify", {}, "sslmode=require"),
        ("postgres://u:p@h:5432/b?sslmode=disable&sslmode=REQUIRE", {}, "sslmode=require"),
        (
            "postgres://u:p@h:5432/b?target_session_attrs=read-write&options=-c%20search_path%3Dx",
            {},
            "target_session_attrs=read-write&options=-c+search_path%3Dx",
        ),
        # Several servers.
        (
            "postgres://u:p,q@one:5432,two:5433/b?target_session_attrs=primary",
            {"host": ["one", "two"], "port": [5432, 5433], "password": "p,q"},
            "target_session_attrs=primary",
        ),
        ("postgres://u:p@one,two/b", {"host": ["one", "two"], "port": [5432, 5432]}, None),
        (
            "postgres://u:p@/b?host=h:5432&host=i:5433",
            {"host": ["h", "i"], "port": [5432, 5433]},
            None,
        ),
        # Amazon RDS.
        (
            f"postgres://u:p@h:5432/b?sslmode=verify-full&sslrootcert={__file__}",
            {},
            f"sslmode=verify-full&sslrootcert={quote_plus(__file__)}",
        ),
    ],
)
def test_addresses_of_hosts_are_understood(
    address: str, place: dict[str, Any], dsn: str | None
) -> None:
    url, arguments = engine_arguments(address)
    assert url.drivername == "postgresql+asyncpg"
    _, found = url.get_dialect()().create_connect_args(url)
    expected = {**USUAL, **place}
    if address.startswith("postgres:///"):
        expected = {"database": "b", **place}
    assert found == {name: value for name, value in expected.items() if value is not None}
    assert arguments.get("dsn") == (dsn and f"postgresql://?{dsn}")


PASSWORD = "p@ss:/%é"
SECURE = f"postgres://galibot:{quote(PASSWORD, safe='')}@localhost"


@pytest.fixture(scope="module")
def tls() -> Iterator[Server]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl n’est pas installé")
    with postgres_server(PASSWORD) as server:
        yield server


async def answers(address: str) -> bool:
    """Whether the database can be reached, and by several connections at once."""
    database = await Database.open(address)
    try:
        await database.migrate()
        return all(await asyncio.gather(*(database.up_to_date() for _ in range(3))))
    finally:
        await database.close()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?sslmode=disable",
        "?sslmode=allow",
        "?sslmode=prefer",
        "?sslmode=prefer&connect_timeout=10&channel_binding=prefer&schema=public"
        "&application_name=galibot&target_session_attrs=read-write&gssencmode=disable",
        "?pgbouncer=true&keepalives=1&requiressl=0",
    ],
)
@pytest.mark.parametrize(
    "scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2"]
)
async def test_a_server_without_tls_is_reached(postgres: str, scheme: str, query: str) -> None:
    assert await answers(postgres.replace("postgresql+asyncpg", scheme) + query)


async def test_a_server_without_tls_is_refused_where_tls_is_required(postgres: str) -> None:
    for mode in ("require", "verify-ca", "verify-full"):
        with pytest.raises((OSError, DBAPIError)):
            await answers(f"{postgres}?sslmode={mode}")


@pytest.mark.parametrize("mode", ["allow", "prefer", "require", "verify-ca", "verify-full"])
async def test_a_server_with_tls_is_reached(tls: Server, mode: str) -> None:
    address = f"{SECURE}:{tls.port}/postgres?sslmode={mode}"
    if mode.startswith("verify"):
        address += f"&sslrootcert={tls.data / 'server.crt'}"
    assert await answers(address)


async def test_a_certificate_is_checked_where_it_is_to_be(
    tls: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = tls.data / "server.crt"
    by_number = SECURE.replace("localhost", "127.0.0.1") + f":{tls.port}/postgres?sslmode="
    assert await answers(f"{by_number}verify-ca&sslrootcert={certificate}")
    by_system = f"{SECURE}:{tls.port}/postgres?sslmode=verify-full&sslrootcert=system"
    for refused in (
        f"{by_number}disable",
        f"{by_number}verify-full&sslrootcert={certificate}",
        by_system,
    ):
        with pytest.raises((OSError, DBAPIError)):
            await answers(refused)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert await answers(by_system)


async def test_no_statement_outlives_its_transaction(postgres: str) -> None:
    """So that any pooler may give each transaction another connection to the server."""
    url, arguments = engine_arguments(postgres)
    engine = create_async_engine(url, connect_args=arguments)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT CAST(:one AS int)"), {"one": 1})
        await connection.commit()
        left = await connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
    await engine.dispose()
    assert left == 0


async def test_a_socket_several_servers_and_what_only_the_server_knows(postgres: str) -> None:
    _, _, port = postgres.rpartition(":")
    port = port.removesuffix("/postgres")
    url, arguments = engine_arguments(postgres)
    engine = create_async_engine(url, connect_args=arguments)
    async with engine.connect() as connection:
        folder = await connection.scalar(text("SHOW unix_socket_directories"))
    await engine.dispose()
    closed = free_port()
    for address in (
        f"postgres:///postgres?host={folder}&port={port}&user=galibot",
        f"postgres://galibot@{quote(folder, safe='')}:{port}/postgres",
        f"postgres://galibot@127.0.0.1:{closed},127.0.0.1:{port}/postgres",
        f"{postgres}?target_session_attrs=primary",
    ):
        assert await answers(address), address
    url, arguments = engine_arguments(f"{postgres}?options=-c%20application_name%3Dgalibot")
    engine = create_async_engine(url, connect_args=arguments)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SHOW application_name")) == "galibot"
    await engine.dispose()


@pytest.mark.parametrize("turn", range(3))
async def test_several_copies_make_the_tables_of_a_server_once(
    new_postgres: str, turn: int
) -> None:
    several = [await Database.open(new_postgres) for _ in range(6)]
    await asyncio.gather(*(one.migrate() for one in several))
    for one in several:
        assert await one.up_to_date()
        await one.close()


async def test_several_processes_make_the_tables_of_a_server_once(
    new_postgres: str, tmp_path: Path
) -> None:
    several = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "migrate",
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": new_postgres, "DATA_DIR": str(tmp_path)},
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in several:
        _, log = await process.communicate()
        assert process.returncode == 0, log.decode()
    database = await Database.open(new_postgres)
    assert await database.up_to_date()
    await database.close()


@pytest.mark.parametrize("turn", range(5))
async def test_several_processes_may_start_at_once(tmp_path: Path, turn: int) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / f'new{turn}.sqlite3'}"
    several = [await Database.open(url) for _ in range(4)]
    await asyncio.gather(*(one.migrate() for one in several))
    for one in several:
        assert await one.up_to_date()
        await one.close()


async def test_answered_updates_are_remembered_for_a_while(database: Database) -> None:
    await database.migrate()
    yesterday = TODAY - dt.timedelta(days=1)
    await database.record_answered([Answered(1), Answered(2**40)], yesterday)
    await database.record_answered([Answered(2**40), Answered(3)], TODAY)
    assert await database.answered_updates([1, 2, 3, 2**40]) == {1, 3, 2**40}
    await database.forget_updates(TODAY)
    assert await database.answered_updates([1, 2, 3, 2**40]) == {3}


async def test_numbers_that_come_together_share_a_call() -> None:
    calls: list[list[int]] = []

    async def work(numbers: list[int]) -> set[int]:
        calls.append(numbers)
        await asyncio.sleep(0)
        if 5 in numbers:
            raise ValueError
        return {number for number in numbers if number % 2}

    grouped = Grouped(work)
    results = await asyncio.gather(*(grouped(number) for number in range(4)))
    assert calls == [[0, 1, 2, 3]]
    assert all(result == {1, 3} for result in results)
    first = grouped(4)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    late = [grouped(number) for number in (5, 6, 7)]
    await asyncio.sleep(0)
    late.pop().cancel()
    assert await first == set()
    for error in await asyncio.gather(*late, return_exceptions=True):
        assert isinstance(error, ValueError), "each of the call's has the error, and only those"
    assert calls[1:] == [[4], [5, 6, 7]]
    assert await grouped(9) == {9}


async def test_the_last_compiled_form_is_kept_and_never_missed(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(database)
    if database.is_sqlite:  # the server's is shared by these tests, that made its tables
        assert await asyncio.to_thread(shelf.get, "un") is None, "there is no table"
        assert "Lecture d’avance sans la base" in caplog.text
    await database.migrate()
    for name in ("un", "deux", "deux"):
        await asyncio.to_thread(shelf.put, name, name.encode() * 9)
    assert await asyncio.to_thread(shelf.get, "un") is None
    assert await asyncio.to_thread(shelf.get, "deux") == b"deux" * 9
    # Of those who would make it, one does.
    claimed = [await asyncio.to_thread(shelf.claim, "trois") for _ in range(2)]
    assert claimed == [True, False]
    assert not await asyncio.to_thread(shelf.get, "trois")
    await asyncio.to_thread(shelf.put, "trois", b"trois")
    assert await asyncio.to_thread(shelf.get, "trois") == b"trois"


def the_tables(connection: sa.Connection) -> dict[str, Any]:
    """All that a database says of its tables; it must be what the models say."""
    context = MigrationContext.configure(connection)
    assert compare_metadata(context, REVISIONS.metadata) == []
    told = sa.inspect(connection)
    return {
        name: (
            [{**column, "type": str(column["type"])} for column in told.get_columns(name)],
            told.get_pk_constraint(name),
            sorted(told.get_indexes(name), key=str),
            sorted(told.get_unique_constraints(name), key=str),
        )
        for name in told.get_table_names()
    }


async def test_tables_made_at_once_are_those_of_the_migrations(any_url: str) -> None:
    database = await Database.open(any_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade)
    async with database.engine.begin() as connection:
        migrated = await connection.run_sync(the_tables)
        both = sa.MetaData()
        await connection.run_sync(both.reflect)
        await connection.run_sync(both.drop_all)
    assert not await database.up_to_date()
    await database.migrate()
    async with database.engine.connect() as connection:
        assert await connection.run_sync(the_tables) == migrated
    assert len(migrated) > 10
    await database.close()


async def test_a_database_of_before_is_migrated(any_url: str) -> None:
    """One that other tables lie in already, or that is late."""
    database = await Database.open(any_url)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE others (number INTEGER)")
    await database.migrate()
    assert await database.up_to_date()
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE editor_links")
        await connection.exec_driver_sql("DROP TABLE drafts")
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0009'")
    assert not await database.up_to_date()
    await database.migrate()
    assert await database.up_to_date()
    await database.close()


def test_the_last_migration_is_the_one_with_the_highest_number() -> None:
    assert (
        ScriptDirectory(str(ROOT / "bot" / "storage" / "migrations")).get_current_head() == head()
    )


async def test_an_empty_database_is_not_up_to_date(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")
    assert not await database.up_to_date()
    await database.close()
