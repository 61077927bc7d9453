"""What an audit said is shown beside what is said now, from the history of a real repository."""

import subprocess
from pathlib import Path

import pytest

from tools.audit_told import FAQ, main

AUDIT = """\
**1. `loyer`** · severity 1
- Quote: « Votre loyer ne change pas … vous ne payez rien »
- Proposal: « Votre loyer peut changer. »

**2. `loyer (facile)`** · severity 1
- Quote: « Rien à payer. »
- Proposal: « Demandez. »

**3. `loyer`** · severity 2
- Quote: « Voilà. »
- Proposal: « . »
"""
ENTRY = "entrees:\n  - id: loyer\n    reponse: |\n      {}\n    facile: |\n      {}\n"


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An audit, and beside it a repository whose second version corrects the first remark."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "knowledge").mkdir()
    _git("init", "--quiet")
    for answer in ("Votre loyer ne change pas, et\n      vous ne payez rien.", "Il peut changer."):
        (tmp_path / FAQ).write_text(ENTRY.format(answer, "Rien à payer."), "utf-8")
        _git("add", ".")
        _git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a version")
    (tmp_path / "audit.md").write_text(AUDIT, "utf-8")
    return tmp_path / "audit.md"


def test_what_was_said_stands_beside_what_is_said_now(
    audit: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["audit_told", str(audit)])
    assert main() == 1
    told = capsys.readouterr().out
    assert "1. loyer (settled)" in told
    assert "says now: Il peut changer." in told
    assert "2. loyer (LEFT)" in told
    assert "2 remarks of severity 1, 1 left." in told


def test_a_missing_audit_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["audit_told", "nowhere.md"])
    assert main() == 2
    assert "not part of the project" in capsys.readouterr().err


def _git(*arguments: str) -> None:
    subprocess.run(("git", *arguments), check=True)
