"""What editors are told of their mistakes: the cause first, at its line, and little else."""

import json
from typing import Any

import pytest
import yaml

from bot.knowledge.checking import check
from bot.knowledge.yaml_reading import read_yaml
from tests.cases.mistakes import GOOD, MISTAKES, NO_MISTAKES, Mistake
from tests.conftest import ROOT, TODAY

#: What is told of one mistake, at most.
MOST = 3


def made(mistake: Mistake) -> tuple[dict[str, str], int]:
    """The files with this mistake, and the line where it is to be told."""
    files = dict(GOOD)
    if mistake.new is None:
        del files[mistake.file]
        return files, 1
    if mistake.old is None:
        return files | {mistake.file: mistake.new}, 1 + mistake.line
    before, found, after = files[mistake.file].partition(mistake.old)
    assert found, mistake.old
    line = before.count("\n") + 1 + mistake.line
    return files | {mistake.file: before + mistake.new + after * (not mistake.cut)}, line


def test_the_base_without_a_mistake_is_told_nothing() -> None:
    assert check(GOOD, TODAY).problems == ()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_by_its_cause(mistake: Mistake) -> None:
    files, line = made(mistake)
    checked = check(files, TODAY)
    told = [problem for problem in checked.problems if problem.level == mistake.level]
    assert told, checked.problems
    first = told[0]
    assert (first.file, first.code) == (mistake.file, mistake.code), checked.problems
    assert first.line == line, checked.problems
    assert mistake.words in f"{first.message} {first.hint}"
    assert first.message.endswith(".")
    if mistake.level == "error":
        assert checked.base is None
        assert len(checked.problems) <= MOST, checked.problems
    else:
        assert checked.errors == ()
        assert checked.base is not None
        assert len(told) <= MOST, checked.problems


@pytest.mark.parametrize(("old", "new"), NO_MISTAKES)
def test_what_is_right_is_told_nothing(old: str, new: str) -> None:
    assert old in GOOD["faq.yaml"]
    checked = check(GOOD | {"faq.yaml": GOOD["faq.yaml"].replace(old, new, 1)}, TODAY)
    assert checked.problems == ()


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_lines_may_end_as_on_any_machine(ends: str) -> None:
    assert check({name: text.replace("\n", ends) for name, text in GOOD.items()}, TODAY).base


@pytest.mark.parametrize(
    "style",
    [
        {},
        {"width": 30},
        {"width": 10**9},
        {"indent": 4},
        {"default_flow_style": False, "explicit_start": True},
        {"allow_unicode": False},
    ],
    ids=str,
)
def test_what_a_program_writes_is_read_as_it_is(style: dict[str, Any]) -> None:
    for name, text in GOOD.items():
        value = read_yaml(text, name).value
        written = yaml.safe_dump(value, sort_keys=False, **{"allow_unicode": True, **style})
        again = read_yaml(written, name)
        assert (again.problems, again.value) == ([], value)
        assert read_yaml(json.dumps(value, default=str, ensure_ascii=False), name).problems == []


def test_a_file_that_is_not_read_is_known_as_such() -> None:
    assert read_yaml("a: [b\n", "faq.yaml").unread
    assert not read_yaml("a: non\n", "faq.yaml").unread


def test_no_two_rows_have_one_name() -> None:
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)


@pytest.mark.parametrize("code", sorted({mistake.code for mistake in MISTAKES}))
def test_the_guide_says_what_to_do(code: str) -> None:
    assert f"`{code}`" in (ROOT / "docs" / "guide-redaction.md").read_text("utf-8")
