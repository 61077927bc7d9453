"""What is published by a page, and files that are saved, deployed or broken meanwhile."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.communes.gazetteer import Gazetteer
from bot.knowledge.model import KnowledgeBase
from bot.storage.database import Database
from bot.storage.knowledge_files import KnowledgeError
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from tests.small_base import CONTACTS, FAQ, FILES, PACE, answers, changed, until

ALARM = """\
  - {id: d, question: Où est D ?, alarme: true, reponse: Appelez le 18.}
  - {id: e, question: Où est E ?, reponse: Avant., voir_aussi: [c]}
"""


def deploy(folder: Path, files: dict[str, str] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (files or FILES).items():
        (folder / name).write_text(text, "utf-8")
    return folder


class Copy:
    """One copy of the service, as far as its knowledge goes."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.revisions = Revisions(database)
        self.watcher = KnowledgeWatcher(folder, self.revisions, every=PACE)
        self.answers = ""

    def serve(self, base: KnowledgeBase, _: Gazetteer, __: Sequence[str]) -> Iterator[None]:
        self.answers = " ".join(f"{key}={entry.answer}" for key, entry in base.entries.items())
        yield

    async def serves(self, words: str) -> None:
        await until(lambda: words in self.answers)

    async def writes(self, *words: str) -> None:
        await until(lambda: all(one in self.faq for one in words))

    @property
    def said(self) -> str:
        return "\n".join(map(str, self.watcher.problems))

    @property
    def faq(self) -> str:
        return (self.folder / "faq.yaml").read_text("utf-8")

    async def publish(self, based_on: int = 1, **answers: str | None) -> None:
        files = changed(await self.revisions.files(based_on), **answers)
        await self.revisions.publish(files, based_on=based_on, way="page", editor="Léa")


@asynccontextmanager
async def copy(url: str, folder: Path) -> AsyncIterator[Copy]:
    database = await Database.open(url)
    await database.migrate()
    made = Copy(folder, database)
    try:
        known = await made.watcher.open()
        next(made.serve(known.base, known.gazetteer, known.common))
        made.watcher.start(made.serve)
        yield made
    finally:
        await made.watcher.close()
        await database.close()


async def test_every_copy_serves_what_one_publishes_and_writes_it_to_its_files(
    any_url: str,
    tmp_path: Path,
) -> None:
    async with (
        copy(any_url, deploy(tmp_path / "1")) as one,
        copy(any_url, deploy(tmp_path / "2")) as other,
    ):
        await one.publish(a="Page.")
        for each in (one, other):
            await each.serves("a=Page. b=Avant.")
            await each.writes("Page.")
            assert each.faq == changed(FILES, a="Page.")["faq.yaml"], "comments and order are kept"
            assert each.faq.count("#") == FAQ.count("#")
        # Files are saved in both, each without what the other has.
        for each, edit in ((one, {"b": "Fichier.", "d": "Fichier."}), (other, {"c": "Fichier."})):
            deploy(each.folder, changed(FILES, a="Page.", **edit))
        for each in (one, other):
            await each.serves("a=Page. b=Fichier. c=Fichier. d=Fichier.")
        await until(lambda: one.faq == other.faq)
        await other.revisions.undo(2, editor="Ali")
        await one.serves("a=Avant. b=Fichier. c=Fichier. d=Fichier.")
        assert not one.said
        assert not other.said


async def test_a_deployment_takes_no_edit_back(any_url: str, tmp_path: Path) -> None:
    async with copy(any_url, deploy(tmp_path / "1")) as first:
        await first.publish(a="Page.")
        await first.serves("a=Page.")
    new = changed(FILES, b="Déployé.")
    async with copy(any_url, deploy(tmp_path / "2", new)) as second:
        assert second.answers == "a=Page. b=Déployé. c=Avant."
        await second.publish(3, b="Page aussi.")
        await second.serves("b=Page aussi.")
    async with copy(any_url, deploy(tmp_path / "3", new)) as third:
        assert third.answers == "a=Page. b=Page aussi. c=Avant."
        await until(lambda: "Page aussi." in third.faq)
    (tmp_path / "4").mkdir()
    async with copy(any_url, tmp_path / "4") as fourth:
        assert fourth.answers == "a=Page. b=Page aussi. c=Avant."
        assert "faq.yaml" in fourth.said


@pytest.mark.parametrize("broken", ["entrees: [", "", None, "nowhere"])
async def test_the_last_good_base_serves_whatever_the_disk_holds(
    broken: str | None,
    any_url: str,
    tmp_path: Path,
) -> None:
    folder = deploy(tmp_path / "1")
    async with copy(any_url, folder) as first:
        await first.publish(a="Page.")
        await first.serves("a=Page.")
        await until(lambda: "Page." in first.faq)
    if broken == "nowhere":
        folder.rename(tmp_path / "2")
    elif broken is None:
        (folder / "faq.yaml").unlink()
    else:
        (folder / "faq.yaml").write_text(broken, "utf-8")
    async with copy(any_url, folder) as again:
        assert again.answers == "a=Page. b=Avant. c=Avant."
        assert ("n’existe pas" if broken == "nowhere" else "faq.yaml") in again.said
        await again.publish(2, b="Page.")
        await again.serves("a=Page. b=Page.")
        assert again.said, "the files are as wrong as before"
        deploy(folder, changed(FILES, c="Réparé."))
        await again.serves("a=Page. b=Page. c=Réparé.")
        await until(lambda: not again.said)
        await until(
            lambda: again.faq == changed(FILES, a="Page.", b="Page.", c="Réparé.")["faq.yaml"]
        )


async def test_a_first_start_needs_good_files(any_url: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"faq\.yaml, ligne 2"):
        async with copy(any_url, deploy(tmp_path, {"faq.yaml": "entrees:\n  - {id: a}\n"})):
            pass
    async with copy(any_url, deploy(tmp_path)) as started:
        assert started.answers == "a=Avant. b=Avant. c=Avant."


async def test_a_file_saved_during_a_publication_loses_nothing(
    any_url: str,
    tmp_path: Path,
) -> None:
    async with copy(any_url, deploy(tmp_path)) as one:
        for number in range(1, 4):
            newest = await one.revisions.newest()
            assert newest
            held = await one.revisions.files(newest.number)
            publishing = asyncio.create_task(one.publish(newest.number, a=f"Page {number}."))
            deploy(one.folder, changed(held, b=f"Fichier {number}."))
            await publishing
            await one.serves(f"a=Page {number}. b=Fichier {number}. c=Avant.")
            await one.writes(f"Page {number}.", f"Fichier {number}.")


async def test_of_an_entry_changed_twice_the_last_is_served_and_both_are_kept(
    any_url: str,
    tmp_path: Path,
) -> None:
    async with copy(any_url, deploy(tmp_path)) as one:
        await one.watcher.close()  # as between two looks
        await one.publish(a="Page.")
        deploy(one.folder, changed(FILES, a="Fichier.", b="Fichier."))
        again = KnowledgeWatcher(one.folder, one.revisions)
        await again.open()
        newest, before, _ = await one.revisions.history()
        assert newest.changes[0].startswith("Changé deux fois en même temps : a.")
        assert "a=Fichier. b=Fichier." in answers(await one.revisions.files(newest.number))
        assert "a=Page. b=Avant." in answers(await one.revisions.files(before.number))


async def test_an_entry_that_others_count_on_goes_when_it_is_confirmed(
    any_url: str,
    tmp_path: Path,
) -> None:
    whole = {"faq.yaml": FAQ + ALARM, "contacts.yaml": CONTACTS}
    async with copy(any_url, deploy(tmp_path, whole)) as one:
        deploy(one.folder, changed(whole, c=None))
        await until(lambda: "L’entrée « c » n’existe pas" in one.said)
        deploy(one.folder, changed(whole, d=None))
        await until(lambda: "elle répondait à une alarme" in one.said)
        assert "d=Appelez le 18." in one.answers
        with pytest.raises(KnowledgeError, match="alarme"):
            await one.revisions.publish(changed(whole, d=None), based_on=1, way="page", sure=False)
        (one.folder / "faq.yaml").touch()
        await until(lambda: "d=" not in one.answers)
        await until(lambda: not one.said)
        await one.publish(2, e=None)
        await until(lambda: "e=" not in one.answers)


@pytest.mark.parametrize("style", [b"\xef\xbb\xbf", b"\r\n"])
async def test_files_keep_their_own_ways(style: bytes, any_url: str, tmp_path: Path) -> None:
    folder = deploy(tmp_path / "folder")
    text = FAQ.encode()
    typed = text.replace(b"\n", style) if style == b"\r\n" else style + text
    (tmp_path / "elsewhere").write_bytes(typed)
    (tmp_path / "elsewhere").chmod(0o640)
    (folder / "faq.yaml").unlink()
    (folder / "faq.yaml").symlink_to(tmp_path / "elsewhere")
    async with copy(any_url, folder) as one:
        await one.publish(a="Page.")
        await until(lambda: b"Page." in (tmp_path / "elsewhere").read_bytes())
    held = (tmp_path / "elsewhere").read_bytes()
    new = changed(FILES, a="Page.")["faq.yaml"].encode()
    assert held == (new.replace(b"\n", style) if style == b"\r\n" else style + new)
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o640
    assert (folder / "faq.yaml").is_symlink()
    assert {one.name for one in folder.iterdir()} == {"contacts.yaml", "faq.yaml"}


async def test_where_files_can_not_be_written_the_database_holds_what_is_published(
    any_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    folder = deploy(tmp_path)
    (folder / f".faq.yaml.{os.getpid()}").mkdir()  # in the way of the draft
    async with copy(any_url, folder) as one:
        await one.publish(a="Page.")
        await one.serves("a=Page.")
        await until(lambda: "gardent leur ancien texte" in caplog.text)
        assert one.faq == FAQ
        await one.publish(2, b="Page.")
        await one.serves("a=Page. b=Page.")
        assert not one.said
    async with copy(any_url, folder) as again:
        assert again.answers == "a=Page. b=Page. c=Avant."


async def test_while_the_database_is_away_what_is_saved_waits(
    any_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with copy(any_url, deploy(tmp_path)) as one:

        async def named(before: str, after: str) -> None:
            database = await Database.open(any_url)
            async with database.engine.begin() as connection:
                await connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")
            await database.close()

        await named("knowledge_revisions", "away")
        await until(lambda: "Les connaissances attendent la base" in caplog.text)
        deploy(one.folder, changed(FILES, b="Fichier."))
        await until(lambda: caplog.text.count("attendent la base") == 1)
        assert one.answers == "a=Avant. b=Avant. c=Avant."
        await named("away", "knowledge_revisions")
        await one.serves("b=Fichier.")
