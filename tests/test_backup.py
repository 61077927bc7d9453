"""`backup` and `restore`: from one server to the other, and what is refused."""

import asyncio
import datetime as dt
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.storage.backup import LEFT, BackupError, backup, restore
from bot.storage.database import TABLES, Answered, Asked, Database
from bot.storage.revisions import Revisions
from tests.conftest import TODAY
from tests.small_base import FILES, answers, changed, served

FILE = "sauvegarde.zip"


@pytest.fixture
def addresses(new_postgres: str, tmp_path: Path) -> dict[str, str]:
    return {
        "sqlite": f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}",
        "other": f"sqlite+aiosqlite:///{tmp_path / 'other.sqlite3'}",
        "postgres": new_postgres,
    }


async def opened(address: str) -> Database:
    database = await Database.open(address)
    await database.migrate()
    return database


async def rows(database: Database) -> dict[str, list[str]]:
    """What every table holds, but for what a backup leaves and what is taken of the disk."""
    async with database.engine.connect() as connection:
        return {
            table.name: sorted(str(row) for row in await connection.execute(sa.select(table)))
            for table in TABLES.sorted_tables
            if table.name not in {*LEFT, "knowledge_taken", "knowledge_revisions"}
        }


@pytest.mark.parametrize(
    ("source", "target"), [("sqlite", "postgres"), ("postgres", "sqlite"), ("sqlite", "other")]
)
async def test_all_is_put_back_on_another_server(
    source: str, target: str, addresses: dict[str, str], tmp_path: Path
) -> None:
    one, other = await opened(addresses[source]), await opened(addresses[target])
    revisions = Revisions(one)
    await revisions.take(FILES)
    await revisions.publish(changed(FILES, a="Page."), based_on=1, way="page", editor="Léa")
    await one.add_vote("loyer", True, "web", TODAY, "k1", "trop-long")
    await one.add_vote("loyer", False, "web", TODAY)
    await one.add_arrival("affiche", "web", TODAY)
    await one.add_questions({Asked(TODAY.replace(day=1), "web", "loyer", "answered"): 3})
    await one.record_answered([Answered(2**40, -(2**62), 2**62)], TODAY)
    await one.keep_conversations({"clef": "jeton"}, dt.datetime.now(dt.UTC))
    await backup(one, tmp_path / FILE)

    await other.add_vote("autre", True, "web", TODAY, "k9")
    await Revisions(other).take(
        FILES | {"faq.yaml": "entrees: [{id: z, question: Z ?, reponse: z}]"}
    )
    disk = changed(FILES, c="D’un autre jour.")
    await restore(other, tmp_path / FILE, disk)
    assert await rows(other) == await rows(one)
    put_back = Revisions(other)
    assert await put_back.history() == await revisions.history()
    assert await served(put_back) == "a=Page. b=Avant. c=Avant."
    await put_back.take(disk)
    assert await served(put_back) == "a=Page. b=Avant. c=Avant.", "the disk is no news"
    await put_back.take(changed(FILES, c="Nouveau."))
    assert await served(put_back) == "a=Page. b=Avant. c=Nouveau."
    # Numbers go on after those put back.
    await other.add_vote("autre", True, "web", TODAY)
    assert (await other.votes())["autre"] == (1, 0)
    with zipfile.ZipFile(tmp_path / FILE) as held:
        read = {"faq.yaml": held.read("connaissances/faq.yaml").decode()}
        assert answers(read) == "a=Page. b=Avant. c=Avant."
        text = " ".join(held.read(name).decode() for name in held.namelist())
    assert "jeton" not in text, "conversations are of the moment"
    for database in (one, other):
        await database.close()


async def test_every_table_is_kept_or_left_on_purpose(tmp_path: Path) -> None:
    database = await opened(f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}")
    await backup(database, tmp_path / FILE)
    async with database.engine.connect() as connection:
        names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    await database.close()
    with zipfile.ZipFile(tmp_path / FILE) as held:
        kept = {
            name.split("/")[1].removesuffix(".jsonl") for name in held.namelist() if "/" in name
        }
    assert kept | LEFT == {*names} - {"alembic_version"}


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def of_tomorrow(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("sauvegarde.json", json.dumps({"migration": "9999"}))


def another_zip(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("sauvegarde.json", "[]")


def of_other_columns(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("sauvegarde.json", json.dumps({"migration": "0001"}))
        made.writestr(
            "tables/arrivals.jsonl", '{"source": "a", "channel": "web", "day": "2026-11-29"}'
        )


@pytest.mark.parametrize(
    ("breaking", "said"),
    [
        (Path.unlink, "ne peut pas être lu"),
        (lambda file: file.write_bytes(b""), "n’est pas une sauvegarde"),
        (lambda file: file.write_text("entrees:"), "n’est pas une sauvegarde"),
        (truncated, "n’est pas une sauvegarde"),
        (another_zip, "n’est pas une sauvegarde"),
        (of_tomorrow, "version plus récente"),
        (of_other_columns, "ne va pas avec cette base"),
    ],
)
async def test_what_is_no_backup_is_refused_and_changes_nothing(
    breaking: Callable[[Path], object], said: str, tmp_path: Path
) -> None:
    database = await opened(f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}")
    await Revisions(database).take(FILES)
    await database.add_arrival("lien", "web", TODAY)
    await backup(database, tmp_path / FILE)
    before = await rows(database)
    breaking(tmp_path / FILE)
    with pytest.raises(BackupError, match=said) as told:
        await restore(database, tmp_path / FILE, FILES)
    assert "\n" not in str(told.value)
    assert await rows(database) == before
    await database.close()


async def test_a_backup_is_of_one_moment(addresses: dict[str, str], tmp_path: Path) -> None:
    """Of what is published while it is made, all is in it or nothing."""
    for kind in ("sqlite", "postgres"):
        database = await opened(addresses[kind])
        revisions = Revisions(database)
        await revisions.take(FILES)

        async def publish(revisions: Revisions = revisions) -> None:
            for number in range(1, 6):
                files = changed(await revisions.files(number), a=f"Version {number}.")
                await revisions.publish(files, based_on=number, way="page")

        publishing = asyncio.create_task(publish())
        for number in range(5):
            await backup(database, tmp_path / f"{kind}-{number}.zip")
        await publishing
        for number in range(5):
            other = await opened(f"sqlite+aiosqlite:///{tmp_path / f'{kind}-{number}.sqlite3'}")
            await restore(other, tmp_path / f"{kind}-{number}.zip", {})
            newest = await Revisions(other).newest()
            assert newest
            told = f"Version {newest.number - 1}." if newest.number > 1 else "Avant."
            assert await served(Revisions(other)) == f"a={told} b=Avant. c=Avant."
            await other.close()
        await database.close()
