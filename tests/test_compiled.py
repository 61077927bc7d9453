"""Matchers kept in files: right, or made again, whatever happened to the file."""

import resource
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.matching.matcher import Corpus
from bot.storage import compiled
from tests.cases.matching import SMALL, SYNONYMS, UNRELATED

CORPUS = Corpus(SMALL, SYNONYMS, UNRELATED)
ASKED = ("loyer", "les travo", "tarte", "")


def test_what_was_kept_says_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    made = compiled.matcher_of(CORPUS, tmp_path)
    assert len(caplog.records) == 1, "the wait is told"
    kept = compiled.matcher_of(CORPUS, tmp_path)
    assert len(caplog.records) == 1
    assert [kept.rank(one) for one in ASKED] == [made.rank(one) for one in ASKED]
    assert len(list(tmp_path.iterdir())) == 1, "no draft is left"


def test_another_corpus_takes_its_place(tmp_path: Path) -> None:
    compiled.matcher_of(CORPUS, tmp_path)
    before = list(tmp_path.iterdir())
    compiled.matcher_of(Corpus(SMALL, (), UNRELATED), tmp_path)
    after = list(tmp_path.iterdir())
    assert len(after) == 1
    assert after != before


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
    good = compiled.matcher_of(CORPUS, tmp_path)
    (file,) = tmp_path.iterdir()
    break_it(file)
    again = compiled.matcher_of(CORPUS, tmp_path)
    assert "il est refait" in caplog.text
    assert again.rank("loyer") == good.rank("loyer")
    caplog.clear()
    compiled.matcher_of(CORPUS, tmp_path)
    assert caplog.text == ""


@pytest.mark.parametrize("folder", ["/proc/galibot/cache", "/dev/null", "/dev/null/cache"])
def test_without_a_folder_it_is_done_without(folder: str, caplog: pytest.LogCaptureFixture) -> None:
    assert compiled.matcher_of(CORPUS, Path(folder)).rank("loyer").candidates
    assert "ne peut pas être écrit" in caplog.text


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        assert compiled.matcher_of(CORPUS, tmp_path).rank("loyer").candidates
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "ne peut pas être écrit" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_a_corpus_comes_back_from_its_text() -> None:
    assert Corpus.parse(CORPUS.dump()).dump() == CORPUS.dump()
