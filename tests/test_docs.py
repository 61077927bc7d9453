"""Documentation is tested: what the README names exists, and what exists is named."""

import re
import tomllib

import pytest

from bot.cli import main
from bot.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"| `{name.upper()}` |" in README


def test_the_readme_names_no_setting_that_is_not() -> None:
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_command_is_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.MULTILINE)
    assert "serve" in commands
    assert [name for name in commands if f"| `{name}" not in README] == []


def test_every_dependency_is_justified_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[\[<>=~ ]", one)[0].lower() for one in wanted}
    page = (ROOT / "docs" / "dependances.md").read_text("utf-8")
    justified = set(re.findall(r"^\| `([a-z0-9-]+)` \| \S+", page, re.MULTILINE))
    assert justified == names


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-bench.txt"]
)
def test_the_locks_have_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert set(re.findall(r"--[a-z-]+", text)) == {"--hash"}, "no option but the hashes"
    pins = re.findall(r"^[a-z0-9._-]+(?:\[[a-z,]+\])?==", text, re.MULTILINE)
    assert len(pins) > 30
    assert text.count("--hash=sha256:") >= len(pins)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http)([^)#]+)\)", README))))
def test_links_of_the_readme_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_pictures_of_the_readme_exist_and_are_described() -> None:
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', README)
    assert pictures
    for source, description in pictures:
        assert (ROOT / source).is_file()
        assert len(description) > 20
