"""The knowledge served as revisions in the database, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.knowledge.blocks import with_block
from bot.storage.database import Database
from bot.storage.knowledge_files import KnowledgeError
from bot.storage.revisions import Revisions

FAQ = """\
# En tête
entrees:
  - {id: a, question: Où est A ?, reponse: Avant.}
  # Au-dessus de b
  - {id: b, question: Où est B ?, reponse: Avant.}
  - {id: c, question: Où est C ?, reponse: Avant.}
"""
CONTACTS = "mairie: {nom: La mairie, telephone: 03 00 00 00 00}\n"
FILES = {"faq.yaml": FAQ, "contacts.yaml": CONTACTS}


def entry(key: str, answer: str) -> str:
    return f"  - {{id: {key}, question: Où est {key.upper()} ?, reponse: {answer}}}\n"


def changed(files: dict[str, str], **answers: str | None) -> dict[str, str]:
    """The files with other answers; None removes the entry."""
    text = files["faq.yaml"]
    for key, answer in answers.items():
        text = with_block("faq.yaml", text, key, answer and entry(key, answer))
    return {**files, "faq.yaml": text}


def answers(files: dict[str, str]) -> str:
    """What is said, as « a=Avant. b=Après. »."""
    lines = [line for line in files["faq.yaml"].splitlines() if "id: " in line]
    keys = [line.partition("id: ")[2].partition(",")[0] for line in lines]
    texts = [line.partition("reponse: ")[2].rstrip("}") for line in lines]
    return " ".join(f"{key}={text}" for key, text in zip(keys, texts, strict=True))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("new_postgres"))
    return f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url)
    await opened.migrate()
    yield opened
    await opened.close()


@pytest.fixture
async def revisions(database: Database) -> Revisions:
    made = Revisions(database)
    await made.take(FILES)
    return made


async def served(revisions: Revisions) -> str:
    newest = await revisions.newest()
    assert newest
    return answers(await revisions.files(newest.number))


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
