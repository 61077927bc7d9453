"""What was read when the program was installed is what reading gives."""

from pathlib import Path

import pytest

from bot.knowledge.yaml_reading import read_yaml
from bot.storage import readings
from bot.storage.knowledge_files import read_files
from bot.storage.readings import keep, reading
from tests.conftest import ROOT

DATED = "version: 1\nentrees:\n  - id: a\n    verifie_le: 2026-01-02\n    liste: [b, 2026-01-03]\n"


@pytest.fixture
def no_yaml(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read as YAML since."""
    read: list[str] = []

    def reads(text: str, file: str) -> object:
        read.append(file)
        return read_yaml(text, file)

    monkeypatch.setattr(readings, "read_yaml", reads)
    return read


def test_every_file_that_ships_is_kept_as_it_is_read(tmp_path: Path, no_yaml: list[str]) -> None:
    files = {**read_files(ROOT / "knowledge"), "dates.yaml": DATED}
    keep(files, tmp_path)
    no_yaml.clear()
    for name, text in files.items():
        if name.endswith(".yaml"):
            # In the very order: what a file says last counts.
            assert repr(vars(reading(text, name, tmp_path))) == repr(vars(read_yaml(text, name)))
    assert no_yaml == []


@pytest.mark.parametrize(
    "text",
    [
        DATED + "  - id: b\n",  # another text
        "a: 1\na: 2\n",  # something to be said of it
        "a: [b\n",  # not to be read at all
        "a: \udc80\n",
    ],
)
def test_what_is_not_kept_is_read(tmp_path: Path, no_yaml: list[str], text: str) -> None:
    keep({"faq.yaml": DATED, "autre.yaml": text}, tmp_path)
    no_yaml.clear()
    found, wanted = reading(text, "faq.yaml", tmp_path), read_yaml(text, "faq.yaml")
    assert repr(vars(found)) == repr(vars(wanted))
    assert no_yaml == ["faq.yaml"]


def test_a_file_that_is_broken_is_read_again(tmp_path: Path, no_yaml: list[str]) -> None:
    keep({"faq.yaml": DATED}, tmp_path)
    (kept,) = tmp_path.glob("lecture-*")
    whole = kept.read_bytes()
    for broken in (b"", whole[:-7], b"\xff" + whole[1:]):
        kept.write_bytes(broken)
        assert reading(DATED, "faq.yaml", tmp_path).value == read_yaml(DATED, "faq.yaml").value
    assert no_yaml[-3:] == ["faq.yaml"] * 3


def test_a_reading_is_its_reader_s_own(tmp_path: Path) -> None:
    """Nobody finds what another has changed in it."""
    keep({"faq.yaml": DATED}, tmp_path)
    reading(DATED, "faq.yaml", tmp_path).value.clear()
    assert reading(DATED, "faq.yaml", tmp_path).value
