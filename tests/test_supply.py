"""What is locked: listed with its licences, and looked up for known weaknesses."""

import json
from typing import Any

import pytest

from tools.audit import found
from tools.components import LIST, LOCKS, known, licence, listed, locked


def test_the_list_is_what_is_locked() -> None:
    assert json.loads(LIST.read_text("utf-8"))["bomFormat"] == "CycloneDX"
    kept = {(one["name"], one["version"]) for one in listed()}
    assert kept == set().union(*map(locked, LOCKS)), "make components"
    assert locked("requirements-dev.txt") <= kept
    needed = {(one["name"], one["version"]) for one in listed() if one["scope"] == "required"}
    assert needed == locked("requirements.txt")


@pytest.mark.parametrize("one", listed(), ids=lambda one: f"{one['name']}-{one['version']}")
def test_each_package_has_a_known_licence(one: dict[str, Any]) -> None:
    told = one["licenses"][0]["expression"]
    assert known(told)
    assert licence(one["name"]) in {told, None}, "make components"
    assert "GPL" not in told or one["name"] == "python-telegram-bot"


@pytest.mark.parametrize("words", ["", "Inconnue", "MIT, BSD", "Proprietary"])
def test_an_unknown_licence_is_one(words: str) -> None:
    assert not known(words)


REPORT = {
    "dependencies": [
        {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]},
        {"name": "b", "version": "1", "vulns": []},
        {"name": "c", "skip_reason": "Dependency not found"},
    ]
}


@pytest.mark.parametrize(
    ("report", "weak", "counts"),
    [
        (json.dumps(REPORT), ["a 1: CVE-1, mended in ['2']"], (2, 1)),
        ("", [], (0, 0)),
        ("ERROR: no route to host", [], (0, 0)),
    ],
)
def test_a_weakness_is_told_and_a_service_that_is_away_is_none(
    report: str, weak: list[str], counts: tuple[int, int]
) -> None:
    assert found(report) == (weak, *counts)
