"""Matchers kept in files: right, or made again, whatever happened to the file."""

import asyncio
import resource
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.learning.corpus import Corpus, EntryTexts
from bot.matching.matcher import Matcher
from bot.storage import compiled
from bot.storage.database import Database
from bot.storage.shelf import Shelf
from tests.cases.matching import SMALL, SYNONYMS, UNRELATED

CORPUS = Corpus(SMALL, SYNONYMS, UNRELATED)
ASKED = ("loyer", "les travo", "tarte", "")


def test_what_was_kept_says_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    (made,) = compiled.matchers_of(CORPUS, tmp_path)
    assert len(caplog.records) == 1, "the wait is told"
    (kept,) = compiled.matchers_of(CORPUS, tmp_path)
    assert len(caplog.records) == 1
    assert [kept.rank(one) for one in ASKED] == [made.rank(one) for one in ASKED]
    assert len(list(tmp_path.iterdir())) == 1, "no draft is left"


def test_another_corpus_takes_its_place(tmp_path: Path) -> None:
    list(compiled.matchers_of(CORPUS, tmp_path))
    before = list(tmp_path.iterdir())
    list(compiled.matchers_of(Corpus(SMALL, (), UNRELATED), tmp_path))
    after = list(tmp_path.iterdir())
    assert len(after) == 1
    assert after != before


def saved(changed: int) -> Corpus:
    """The corpus of many phrasings, some of them changed."""
    entries = {
        f"e{number}": EntryTexts(
            (f"question numéro {number}", f"le sujet {number + changed * (number < changed)}"),
            f"La réponse {number}.",
        )
        for number in range(40)
    }
    return Corpus({**entries, **SMALL}, SYNONYMS, UNRELATED)


def test_what_is_saved_is_found_at_once_as_sure_as_before(tmp_path: Path) -> None:
    (former,) = compiled.matchers_of(saved(0), tmp_path)
    at_once, last = compiled.matchers_of(saved(1), tmp_path, former)
    assert at_once.scale == former.scale
    assert at_once.identical("le sujet 1") is None, "two entries say it"
    (alone,) = compiled.matchers_of(saved(1), tmp_path / "elsewhere")
    asked = (*ASKED, "le sujet 1", "le sujet 3")
    assert [last.rank(one) for one in asked] == [alone.rank(one) for one in asked]


def test_what_is_saved_while_another_is_built_takes_its_place(tmp_path: Path) -> None:
    (former,) = compiled.matchers_of(saved(0), tmp_path)
    builder = compiled.Builder()
    first = compiled.matchers_of(saved(1), tmp_path, former, None, builder)
    next(first)
    begun = threading.Thread(target=list, args=(first,))
    begun.start()
    made = list(compiled.matchers_of(saved(2), tmp_path, former, None, builder))
    begun.join()
    assert len(made) == 2
    (kept,) = tmp_path.iterdir()
    assert kept.name == compiled._name(saved(2)), "the first was given up"


async def test_of_copies_that_share_a_database_one_builds(
    new_postgres: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiled, "_PAUSE", 0.02)
    monkeypatch.setattr(compiled, "_PATIENCE", 10_000)
    caplog.set_level("INFO")
    (former,) = await asyncio.to_thread(lambda: [*compiled.matchers_of(saved(0), tmp_path)])
    database = await Database.open(new_postgres)
    await database.migrate()
    shelf = Shelf(database)
    caplog.clear()

    def made(copy: str) -> list[Matcher]:
        return [*compiled.matchers_of(saved(1), tmp_path / copy, former, shelf)]

    both = await asyncio.gather(*(asyncio.to_thread(made, copy) for copy in ("un", "deux")))
    assert [len(one) for one in both] == [2, 2]
    assert both[0][1].scale == both[1][1].scale
    assert sum("Première lecture" in line for line in caplog.messages) == 1
    # One that claimed it and died is waited for no longer than that.
    monkeypatch.setattr(compiled, "_PATIENCE", 2)
    assert await asyncio.to_thread(shelf.claim, compiled._name(saved(2)))
    other = await asyncio.to_thread(
        lambda: [*compiled.matchers_of(saved(2), tmp_path / "trois", former, shelf)]
    )
    assert len(other) == 2
    await database.close()


def test_nothing_is_built_once_the_service_stops(tmp_path: Path) -> None:
    (former,) = compiled.matchers_of(saved(0), tmp_path)
    builder = compiled.Builder()
    builder.stop()
    (at_once,) = compiled.matchers_of(saved(1), tmp_path, former, None, builder)
    assert at_once.rank("le sujet 3").identical == "e3"


def test_another_base_is_never_served_as_sure_as_the_one_before(tmp_path: Path) -> None:
    (former,) = compiled.matchers_of(saved(0), tmp_path)
    (made,) = compiled.matchers_of(saved(30), tmp_path, former)
    assert made.rank("le sujet 1").candidates


def test_an_entry_that_goes_is_found_no_more(tmp_path: Path) -> None:
    before = saved(0)
    (former,) = compiled.matchers_of(before, tmp_path)
    entries = {key: one for key, one in before.entries.items() if key != "e39"}
    at_once, last = compiled.matchers_of(Corpus(entries, SYNONYMS, UNRELATED), tmp_path, former)
    found = at_once.rank(before.entries["e39"].phrasings[0])
    assert "e39" not in {one.entry for one in found.candidates}
    assert found.identical is None
    assert last.index.entries == tuple(sorted(entries))


def holds(**arrays: np.ndarray) -> Callable[[Path], object]:
    """An archive that can be read, of something else."""

    def write(file: Path) -> None:
        with file.open("wb") as opened:
            np.savez(opened, **arrays)  # type: ignore[arg-type]

    return write


@pytest.mark.parametrize(
    "break_it",
    [
        lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_text("du texte", "utf-8"),
        lambda file: file.write_bytes(b"PK\x03\x04"),
        holds(scale=np.zeros(2)),
        holds(scale=np.array([{}, {}])),
    ],
)
def test_a_broken_file_is_made_again(
    tmp_path: Path, break_it: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    (good,) = compiled.matchers_of(CORPUS, tmp_path)
    (file,) = tmp_path.iterdir()
    break_it(file)
    (again,) = compiled.matchers_of(CORPUS, tmp_path)
    assert "il est refait" in caplog.text
    assert again.rank("loyer") == good.rank("loyer")
    caplog.clear()
    list(compiled.matchers_of(CORPUS, tmp_path))
    assert caplog.text == ""


@pytest.mark.parametrize("folder", ["/proc/galibot/cache", "/dev/null", "/dev/null/cache"])
def test_without_a_folder_it_is_done_without(folder: str, caplog: pytest.LogCaptureFixture) -> None:
    (made,) = compiled.matchers_of(CORPUS, Path(folder))
    assert made.rank("loyer").candidates
    assert "ne peut pas être écrit" in caplog.text


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        (made,) = compiled.matchers_of(CORPUS, tmp_path)
        assert made.rank("loyer").candidates
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "ne peut pas être écrit" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_a_corpus_comes_back_from_its_text() -> None:
    assert Corpus.parse(CORPUS.dump()).dump() == CORPUS.dump()
