"""The knowledge served as revisions in the database, on SQLite and on PostgreSQL."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.knowledge.blocks import with_block
from bot.storage.database import Database
from bot.storage.knowledge_files import KnowledgeError
from bot.storage.revisions import Revisions
from tests.conftest import ROOT
from tests.small_base import FAQ, FILES, answers, changed, entry, served


@pytest.fixture
async def database(any_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(any_url)
    await opened.migrate()
    yield opened
    await opened.close()


@pytest.fixture
async def revisions(database: Database) -> Revisions:
    made = Revisions(database)
    await made.take(FILES)
    return made


async def test_the_files_of_a_first_start_are_the_first_revision(revisions: Revisions) -> None:
    newest = await revisions.newest()
    assert newest
    assert (newest.number, newest.way, newest.editor) == (1, "fichier", "")
    assert newest.changes == ("Première version",)
    assert newest.made_at.tzinfo
    assert await revisions.files(1) == FILES
    assert await revisions.files(9) == {}
    assert (await revisions.take(FILES)).revision.number == 1


async def test_a_page_edit_is_published_told_and_undone(revisions: Revisions) -> None:
    new = changed(FILES, a="Après.", d="Nouveau.", c=None)
    done = await revisions.publish(new, based_on=1, way="page", editor="Léa")
    assert (done.revision.number, done.revision.editor, done.conflicts) == (2, "Léa", ())
    assert done.revision.changes == (
        "Réponse modifiée : a", "Réponse ajoutée : d", "Réponse retirée : c"
    )  # fmt: skip
    assert await served(revisions) == "a=Après. b=Avant. d=Nouveau."
    assert [one.number for one in await revisions.history()] == [2, 1]
    (first, *_) = await revisions.differences(2)
    assert ("Avant." in first.before, "Après." in first.after) == (True, True)
    undone = await revisions.undo(2, editor="Léa")
    assert undone.revision.number == 3
    assert await revisions.files(3) == FILES
    assert (await revisions.undo(1, editor="Léa")).revision.number == 3, "nothing came before it"


async def test_what_is_wrong_is_refused_and_nothing_is_kept(revisions: Revisions) -> None:
    wrong = FILES | {"faq.yaml": FAQ.replace("question: Où est B", "questio: Où est B")}
    with pytest.raises(KnowledgeError, match="questio") as told:
        await revisions.publish(wrong, based_on=1, way="page")
    assert told.value.problems
    assert await served(revisions) == "a=Avant. b=Avant. c=Avant."


async def test_two_editors_meet_entry_by_entry(revisions: Revisions) -> None:
    done = await asyncio.gather(
        revisions.publish(changed(FILES, a="De Léa."), based_on=1, way="page", editor="Léa"),
        revisions.publish(changed(FILES, b="D’Ali."), based_on=1, way="page", editor="Ali"),
    )
    assert sorted(one.revision.number for one in done) == [2, 3]
    assert await served(revisions) == "a=De Léa. b=D’Ali. c=Avant."


async def test_of_two_changes_of_an_entry_the_last_is_kept_and_the_other_told(
    revisions: Revisions,
) -> None:
    await revisions.publish(changed(FILES, a="De Léa."), based_on=1, way="page", editor="Léa")
    mine = changed(FILES, a="D’Ali.", b="D’Ali.")
    done = await revisions.publish(mine, based_on=1, way="page", editor="Ali")
    assert await served(revisions) == "a=D’Ali. b=D’Ali. c=Avant."
    (conflict,) = done.conflicts
    assert (conflict.key, "D’Ali." in conflict.kept, "De Léa." in conflict.other) == (
        "a",
        True,
        True,
    )
    assert "Changé deux fois en même temps : a." in done.revision.changes[0]
    assert answers(await revisions.files(2)) == "a=De Léa. b=Avant. c=Avant."


async def test_an_undo_leaves_what_changed_since(revisions: Revisions) -> None:
    await revisions.publish(changed(FILES, a="Deux.", b="Deux."), based_on=1, way="page")
    await revisions.publish(changed(await revisions.files(2), b="Trois."), based_on=2, way="page")
    done = await revisions.undo(2, editor="Léa")
    assert await served(revisions) == "a=Avant. b=Trois. c=Avant."
    assert [one.key for one in done.conflicts] == ["b"]


# Files of a disk, {the answers in them: what is served then}, after page edits of a and b.


@pytest.mark.parametrize(
    ("steps", "expected", "conflicts"),
    [
        # The same files again, by a restart or a deployment: the edits stay.
        ([{}], "a=Page. b=Avant. c=Avant.", []),
        # A deployment changed another entry.
        ([{"c": "Fichier."}], "a=Page. b=Avant. c=Fichier.", []),
        # A deployment that has the edit; then the files of before it again.
        ([{"a": "Page."}, {}], "a=Page. b=Avant. c=Avant.", []),
        # The same entry was changed in the files: it comes last.
        ([{"a": "Fichier."}], "a=Fichier. b=Avant. c=Avant.", ["a"]),
        # An entry was added, another removed.
        ([{"d": "Fichier.", "b": None}], "a=Page. c=Avant. d=Fichier.", []),
        ([{"a": None}], "b=Avant. c=Avant.", ["a"]),
        # Changed in the files, and back.
        ([{"c": "Fichier."}, {}], "a=Page. b=Avant. c=Avant.", []),
    ],
)
async def test_files_take_back_no_edit(
    steps: list[dict[str, str | None]],
    expected: str,
    conflicts: list[str],
    revisions: Revisions,
) -> None:
    await revisions.publish(changed(FILES, a="Page."), based_on=1, way="page", editor="Léa")
    told: list[str] = []
    for step in steps:
        done = await revisions.take(changed(FILES, **step))
        told += [one.key for one in done.conflicts]
    assert await served(revisions) == expected
    assert told == conflicts
    newest = await revisions.newest()
    await revisions.take(changed(FILES, **steps[-1]))
    assert await revisions.newest() == newest, "taken once"


async def test_an_edit_of_an_edit_is_safe_from_files_that_had_the_first(
    revisions: Revisions,
) -> None:
    await revisions.publish(changed(FILES, a="Un."), based_on=1, way="page")
    await revisions.publish(changed(FILES, a="Deux."), based_on=2, way="page")
    for step in ("Un.", "Deux.", "Avant."):
        await revisions.take(changed(FILES, a=step))
        assert await served(revisions) == "a=Deux. b=Avant. c=Avant."


PUBLISHER = """
import asyncio, sys
from bot.knowledge.blocks import with_block
from bot.storage.database import Database
from bot.storage.revisions import Revisions

async def run(url):
    revisions = Revisions(await Database.open(url))
    while True:
        newest = await revisions.newest()
        files = await revisions.files(newest.number)
        block = f"  - {{id: a, question: Où est A ?, reponse: Version {newest.number + 1}.}}\\n"
        files = {**files, "faq.yaml": with_block("faq.yaml", files["faq.yaml"], "a", block)}
        files["textes.yaml"] = f"bienvenue: Version {newest.number + 1}.\\n"
        await revisions.publish(files, based_on=newest.number, way="page")
        print(newest.number + 1, flush=True)

asyncio.run(run(sys.argv[1]))
"""


async def test_a_publisher_that_is_killed_leaves_whole_revisions(
    revisions: Revisions, any_url: str
) -> None:
    """Kill -9, whatever it is doing; then the next one goes on."""
    for turn in range(1, 4):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PUBLISHER, any_url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout
        for _ in range(turn):
            assert await asyncio.wait_for(process.stdout.readline(), 60)
        process.kill()
        await process.communicate()
        newest = await revisions.newest()
        assert newest
        assert newest.number > turn
        numbers = [one.number for one in await revisions.history(1000)]
        assert numbers == list(range(newest.number, 0, -1)), "none is missing"
        files = await revisions.files(newest.number)
        assert answers(files) == f"a=Version {newest.number}. b=Avant. c=Avant."
        assert files["textes.yaml"] == f"bienvenue: Version {newest.number}.\n"
        await revisions.take(FILES)
        assert await revisions.newest() == newest, "what was taken goes with it"


async def test_small_edits_of_a_long_file_stay_small(tmp_path: Path) -> None:
    """Of 900 kB: what is kept of an edit is one block, and the list of the others."""
    names = [f"sujet-{number}" for number in range(300)]
    long = {
        "faq.yaml": "entrees:\n" + "".join(entry(name, "Oui.") for name in names),
        "formulations.yaml": "".join(
            f"{name}:\n" + "".join(f"  - {name} dit de façon {n}\n" for n in range(90))
            for name in names
        ),
    }
    assert sum(map(len, long.values())) > 800_000
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}")
    await database.migrate()
    revisions = Revisions(database)
    await revisions.take(long)
    sizes = []
    for number in range(1, 4):
        async with database.engine.connect() as connection:
            kept = "SELECT sum(length(content)) FROM knowledge_texts"
            sizes.append(await connection.scalar(text(kept)) or 0)
        files = await revisions.files(number)
        more = f"sujet-7:\n  - encore une façon, la {number}\n"
        edit = with_block("formulations.yaml", files["formulations.yaml"], "sujet-7", more)
        await revisions.publish(files | {"formulations.yaml": edit}, based_on=number, way="page")
    await database.close()
    assert sizes[2] - sizes[1] == pytest.approx(5_000, abs=1_000)
