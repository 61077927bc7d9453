"""The knowledge folder as editors and hosts use it, while it is served."""

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.communes.gazetteer import Gazetteer
from bot.knowledge.model import KnowledgeBase
from bot.language.typography import typeset
from bot.storage.database import Database
from bot.storage.knowledge_files import KnowledgeError, load, load_base, read_files
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from tests.conftest import KNOWLEDGE, TODAY
from tests.small_base import PACE, until


def faq(answer: str, entries: str = "") -> str:
    return f"entrees:\n  - {{id: a, question: Une question ?, reponse: {answer}}}\n{entries}"


def make(folder: Path, answer: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "faq.yaml").write_text(faq(answer), "utf-8")
    return folder


class Desk:
    """What a watcher serves, and what it tells."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._loop = asyncio.get_running_loop()
        self.served: asyncio.Queue[tuple[KnowledgeBase, Gazetteer, Sequence[str]]] = asyncio.Queue()
        self.raised: Exception | None = None
        self.watcher = KnowledgeWatcher(folder, Revisions(database), every=PACE)

    def start(self) -> None:
        self.watcher.start(self._on_change)

    def _on_change(
        self, base: KnowledgeBase, places: Gazetteer, common: Sequence[str]
    ) -> Iterator[None]:
        if self.raised:
            raise self.raised
        self._loop.call_soon_threadsafe(self.served.put_nowait, (base, places, common))
        yield

    async def answer(self) -> str:
        """The answer of the base served next."""
        base, _, _ = await asyncio.wait_for(self.served.get(), 20)
        return base.entries["a"].answer

    async def told(self, words: str) -> None:
        """Wait until what keeps the folder from being served says so, or is nothing any more."""
        await until(lambda: words in self.said if words else not self.said)

    @property
    def said(self) -> str:
        return "\n".join(map(str, self.watcher.problems))


@asynccontextmanager
async def watched(folder: Path, between: Callable[[], object] | None = None) -> AsyncIterator[Desk]:
    """The folder, served and followed; `between` happens after the first and before the second."""
    with TemporaryDirectory() as data:
        database = await Database.open(f"sqlite+aiosqlite:///{data}/test.sqlite3")
        await database.migrate()
        desk = Desk(folder, database)
        await desk.watcher.open()
        if between:
            between()
        desk.start()
        try:
            yield desk
        finally:
            await desk.watcher.close()
            await database.close()


# Every way in which what is read changes: the folder before, and what is done to it.


def in_place(root: Path) -> tuple[Path, Callable[[], object]]:
    folder = make(root / "knowledge", "Avant.")
    return folder, lambda: make(folder, "Après.")


def in_two_steps(root: Path) -> tuple[Path, Callable[[], object]]:
    folder = make(root / "knowledge", "Avant.")

    def save() -> None:
        (folder / "faq.yaml").write_text("", "utf-8")
        make(folder, "Après.")

    return folder, save


def by_a_draft(root: Path) -> tuple[Path, Callable[[], object]]:
    """Many editors write a new file, then rename it over the old one."""
    folder = make(root / "knowledge", "Avant.")

    def save() -> None:
        draft = folder / "faq.yaml~"
        draft.write_text(faq("Après."), "utf-8")
        draft.replace(folder / "faq.yaml")

    return folder, save


def of_the_same_size_and_time(root: Path) -> tuple[Path, Callable[[], object]]:
    folder = make(root / "knowledge", "Avant.")
    before = (folder / "faq.yaml").stat()

    def save() -> None:
        draft = make(root / "draft", "Après.") / "faq.yaml"
        os.utime(draft, ns=(before.st_atime_ns, before.st_mtime_ns))
        draft.replace(folder / "faq.yaml")

    return folder, save


def of_an_older_day(root: Path) -> tuple[Path, Callable[[], object]]:
    folder = make(root / "knowledge", "Avant.")

    def restore() -> None:
        draft = make(root / "draft", "Après.") / "faq.yaml"
        os.utime(draft, (1, 1))
        draft.replace(folder / "faq.yaml")

    return folder, restore


def removed_then_put_back(root: Path) -> tuple[Path, Callable[[], object]]:
    folder = make(root / "knowledge", "Avant.")

    def save() -> None:
        (folder / "faq.yaml").unlink()
        make(folder, "Après.")

    return folder, save


def a_folder_renamed_into_place(root: Path) -> tuple[Path, Callable[[], object]]:
    folder, new = make(root / "knowledge", "Avant."), make(root / "new", "Après.")

    def switch() -> None:
        folder.rename(root / "old")
        new.rename(folder)

    return folder, switch


def a_folder_made_again(root: Path) -> tuple[Path, Callable[[], object]]:
    folder = make(root / "knowledge", "Avant.")

    def switch() -> None:
        shutil.rmtree(folder)
        make(folder, "Après.")

    return folder, switch


def a_link_switched(root: Path) -> tuple[Path, Callable[[], object]]:
    """As deployments do: « current » leads to the folder of a version."""
    current = root / "current"
    current.symlink_to(make(root / "1", "Avant."))
    make(root / "2", "Après.")

    def switch() -> None:
        (root / "next").symlink_to(root / "2")
        (root / "next").replace(current)

    return current, switch


def a_folder_above_switched(root: Path) -> tuple[Path, Callable[[], object]]:
    current = root / "current"
    current.symlink_to(make(root / "1" / "knowledge", "Avant.").parent)
    make(root / "2" / "knowledge", "Après.")

    def switch() -> None:
        (root / "next").symlink_to(root / "2")
        (root / "next").replace(current)

    return current / "knowledge", switch


def a_config_map_swapped(root: Path) -> tuple[Path, Callable[[], object]]:
    """As Kubernetes does: each file is a link to « ..data », itself a link that is replaced."""
    folder = root / "knowledge"
    make(folder / "..1", "Avant.")
    (folder / "..data").symlink_to("..1")
    (folder / "faq.yaml").symlink_to("..data/faq.yaml")

    def switch() -> None:
        make(folder / "..2", "Après.")
        (folder / "..data_tmp").symlink_to("..2")
        (folder / "..data_tmp").replace(folder / "..data")
        shutil.rmtree(folder / "..1")

    return folder, switch


def what_a_link_leads_to(root: Path) -> tuple[Path, Callable[[], object]]:
    folder = root / "knowledge"
    folder.mkdir()
    (folder / "faq.yaml").symlink_to(make(root / "elsewhere", "Avant.") / "faq.yaml")
    return folder, lambda: make(root / "elsewhere", "Après.")


WAYS = [
    in_place, in_two_steps, by_a_draft, of_the_same_size_and_time, of_an_older_day,
    removed_then_put_back, a_folder_renamed_into_place, a_folder_made_again, a_link_switched,
    a_folder_above_switched, a_config_map_swapped, what_a_link_leads_to,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("starting", [False, True])
async def test_a_change_is_served(
    way: Callable[[Path], tuple[Path, Callable[[], object]]], starting: bool, tmp_path: Path
) -> None:
    """Even between the base's being read and the watch's beginning."""
    folder, change = way(tmp_path)
    if starting:
        async with watched(folder, change) as desk:
            assert await desk.answer() == "Après."
        return
    async with watched(folder) as desk:
        (folder / "autre").write_text("", "utf-8")
        await until(lambda: desk.watcher.warnings)
        change()
        assert await desk.answer() == "Après."


async def test_a_wrong_file_is_told_and_what_was_right_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make(tmp_path, "Avant.")
    async with watched(folder) as desk:
        (folder / "faq.yaml").write_text(faq("Après.").replace("question:", "questio:"), "utf-8")
        await desk.told("questio")
        assert "questio" in caplog.text
        make(folder, "Avant.")
        await desk.told("")
        assert desk.served.empty(), "it was served all along"
        make(folder, "Après.")
        assert await desk.answer() == "Après."


async def test_a_folder_that_is_away_is_told_and_found_again(tmp_path: Path) -> None:
    folder = make(tmp_path / "knowledge", "Avant.")
    async with watched(folder) as desk:
        folder.rename(tmp_path / "away")
        await desk.told("n’existe pas")
        (tmp_path / "away").rename(folder)
        await desk.told("")
        (folder / "faq.yaml").rename(tmp_path / "away")
        (folder / "faq.yaml").mkdir()
        await desk.told("faq.yaml ne peut pas être lu")
        (folder / "faq.yaml").rmdir()
        await desk.told("a disparu")
        (tmp_path / "away").rename(folder / "faq.yaml")
        await desk.told("")
        assert desk.served.empty()


async def test_whatever_happens_the_next_save_is_followed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make(tmp_path, "Avant.")
    async with watched(folder) as desk:
        desk.raised = RecursionError("no one thought of it")
        make(folder, "Après.")
        await desk.told("imprévue")
        assert "RecursionError" in desk.said
        assert "test_watching.py, ligne" in desk.said
        assert [record.levelno for record in caplog.records] == [logging.ERROR]
        desk.raised = None
        make(folder, "Enfin.")
        assert await desk.answer() == "Enfin."
        await desk.told("")


async def test_the_territory_and_everyday_messages_are_followed(tmp_path: Path) -> None:
    folder = make(tmp_path, "Avant.")
    shutil.copytree(KNOWLEDGE / "lieux", folder / "lieux")
    table = folder / "lieux" / "communes.csv"
    right = table.read_text("utf-8")
    async with watched(folder) as desk:
        table.write_text(right.replace("hors_perimetre", "ailleurs", 1), "utf-8")
        await desk.told("lieux/communes.csv, ligne 2 : erreur : « ailleurs » n’est pas possible")
        assert desk.served.empty()
        table.write_text(right.replace(",Abancourt,", ",Abancour,"), "utf-8")
        base, gazetteer, _ = await desk.served.get()
        assert gazetteer.communes[0].name == "Abancour"
        (folder / "langue").mkdir()
        (folder / "langue" / "messages_courants.txt").write_text("# Rien\n\nil pleut\n", "utf-8")
        changed, _, common = await desk.served.get()
        assert common == ("il pleut",)
        assert changed.revision != base.revision
        (folder / "lieux" / "mots_courants.txt").unlink()
        await desk.told("lieux/mots_courants.txt : erreur : Ce fichier a disparu")


def test_a_territory_is_whole_or_none(tmp_path: Path) -> None:
    folder = make(tmp_path, "Avant.")
    shutil.copytree(KNOWLEDGE / "lieux", folder / "lieux")
    (folder / "lieux" / "mots_courants.txt").unlink()
    with pytest.raises(KnowledgeError, match=r"mots_courants\.txt.* n’existe pas"):
        load(folder, TODAY)


async def test_what_is_lost_is_served_once_it_is_saved_again(tmp_path: Path) -> None:
    folder = make(tmp_path, "Avant.")
    phrasings = folder / "formulations.yaml"
    phrasings.write_text("a:\n" + "".join(f"  - façon {n}\n" for n in range(90)), "utf-8")
    async with watched(folder) as desk:
        phrasings.write_text("a:\n" + "".join(f"  - façon {n}\n" for n in range(50)), "utf-8")
        await desk.told("n’a plus que 52 lignes sur 92")
        assert "encore une fois" in desk.said
        phrasings.unlink()
        await desk.told("a disparu")
        assert desk.served.empty()
        phrasings.write_text("a:\n" + "".join(f"  - façon {n}\n" for n in range(70)), "utf-8")
        assert await desk.answer() == "Avant."
        await desk.told("")
        phrasings.unlink()
        await desk.told("a disparu")
        (folder / "faq.yaml").touch()
        base, _, _ = await desk.served.get()
        assert base.entries["a"].variants == ()
        await desk.told("")


async def test_a_file_that_no_one_reads_is_told_and_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make(tmp_path, "Avant.")
    async with watched(folder) as desk:
        (folder / ".faq.yaml.swp").write_text("", "utf-8")
        (folder / "faq.yaml.txt").write_text(faq("Après."), "utf-8")
        await until(lambda: desk.watcher.warnings)
        assert [one.file for one in desk.watcher.warnings] == ["faq.yaml.txt"]
        assert typeset("faq.yaml.txt : attention") in caplog.text
        (folder / "faq.yaml.txt").unlink()
        await until(lambda: not desk.watcher.warnings)
        assert desk.served.empty()


# Reading, without watching


def test_a_missing_faq_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="n’existe pas"):
        load(tmp_path, TODAY)
    (make(tmp_path, "Avant.") / "faq.yaml").rename(tmp_path / "FAQ.yml")
    with pytest.raises(KnowledgeError, match=r"Est-ce FAQ\.yml\s\?"):
        load(tmp_path, TODAY)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("faq.yaml.txt", "Seul faq.yaml l’est"),
        ("FAQ.yaml", "Seul faq.yaml l’est"),
        ("faq.yml", "Seul faq.yaml l’est"),
        ("faq (copie).yaml", "Seul faq.yaml l’est"),
        ("faq - Copie.yaml", "Seul faq.yaml l’est"),
        ("Copie de faq.yaml", "Seul faq.yaml l’est"),
        ("faq_old.yaml", "Seul faq.yaml l’est"),
        ("faq(1).yaml", "Seul faq.yaml l’est"),
        ("faq.yaml.bak", "Seul faq.yaml l’est"),
        ("langue/faq.yaml", "Seul faq.yaml l’est"),
        ("contact.yaml", "Nommez-le exactement contacts.yaml."),
        ("Contacts.yaml", "Nommez-le exactement contacts.yaml."),
        ("formulation.yaml", "Nommez-le exactement langue/formulations.yaml."),
        ("lexique.yaml", "Nommez-le exactement langue/lexique.yaml."),
        ("a_ecarter.yaml", "Nommez-le exactement langue/a_ecarter.yaml."),
        ("alarmes.yaml", "Nommez-le exactement langue/alarmes.yaml."),
        ("lieux.yaml", "Nommez-le exactement lieux/lieux.yaml."),
        ("lieux/communes.xlsx", "recopiez-le dans lieux/communes.csv"),
        ("faq.docx", "recopiez-le dans faq.yaml"),
        ("dessins/avatar.png", "recopiez-le dans dessins/avatar.svg"),
        ("notes.txt", "Sortez-le du dossier"),
        ("Langue/", "Nommez-le exactement langue/."),
        ("lieu/", "Nommez-le exactement lieux/."),
        ("brouillons/", "Sortez-le du dossier"),
    ],
)
def test_a_file_that_no_one_reads_is_told_with_its_name(
    name: str, said: str, tmp_path: Path
) -> None:
    folder = make(tmp_path, "Avant.")
    path = folder / name
    (path if name.endswith("/") else path.parent).mkdir(exist_ok=True)
    if not name.endswith("/"):
        path.write_text("a: b", "utf-8")
    (told,) = load(folder, TODAY).warnings
    assert (told.file, told.code, told.level) == (name, "fichier-inconnu", "warning")
    assert said in told.hint
    alone = read_files(folder / "faq.yaml")
    assert (name in alone) is (said[:6] != "Sortez"), "beside one file, only what resembles ours"


@pytest.mark.parametrize(
    "name",
    [".faq.yaml.swp", "faq.yaml~", "#faq.yaml#", ".#faq.yaml", "~$faq.docx", "4913", ".DS_Store",
     ".git/", "..data/", "Thumbs.db", "desktop.ini", "README.md", "LISEZ-MOI.txt", "LICENSE"],
)  # fmt: skip
def test_what_editors_and_systems_leave_is_not_told(name: str, tmp_path: Path) -> None:
    folder = make(tmp_path, "Avant.")
    if name.endswith("/"):
        (folder / name).mkdir()
    else:
        (folder / name).write_text("a: b", "utf-8")
    assert load(folder, TODAY).warnings == ()


@pytest.mark.parametrize(
    ("name", "line"), [("faq.yaml", 2), ("contacts.yaml", 1), ("lieux/communes.csv", 3)]
)
def test_a_file_that_is_not_utf8_is_refused_with_its_line(
    name: str, line: int, tmp_path: Path
) -> None:
    shutil.copytree(KNOWLEDGE / "lieux", tmp_path / "lieux")
    make(tmp_path, "Été.")
    made = tmp_path / name
    text = made.read_text("utf-8") if made.exists() else "été: {nom: Été}"
    made.write_bytes("\n".join([*text.split("\n")[: line - 1], "é"]).encode("latin-1"))
    with pytest.raises(KnowledgeError, match=rf"^{name}, ligne {line}\s:.*UTF-8[^\n]*$"):
        load(tmp_path, TODAY)


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    made = make(tmp_path, "Avant.") / "faq.yaml"
    made.write_bytes(b"\xef\xbb\xbf" + made.read_bytes())
    assert set(load_base(tmp_path, TODAY).entries) == {"a"}


def test_one_file_is_loaded_with_its_neighbours(tmp_path: Path) -> None:
    for name in ("faq.yaml", "contacts.yaml"):
        shutil.copy(KNOWLEDGE / name, tmp_path)
    alone = (tmp_path / "faq.yaml").rename(tmp_path / "autre.yaml")
    assert "prefecture" in load_base(alone, TODAY).contacts
