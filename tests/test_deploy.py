"""The ways to run it: what the files of `deploy/`, the Procfile and the Dockerfile say is right."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(file.name for file in DEPLOY.iterdir() if file.suffix in {".service", ".timer"})
#: Variables that compose files use and that are PostgreSQL's or the person's.
OTHERS = {"POSTGRES_PASSWORD", "POSTGRES_USER", "CERTIFICATS"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("/opt/galibot/.venv/bin/python", "/bin/sh"))
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_image_copies_what_exists_and_builds_as_hosts_do() -> None:
    steps = (ROOT / "Dockerfile").read_text("utf-8")
    sources = re.findall(r"(?m)^COPY (?!--from)(\S+) ", steps)
    kept = re.findall(r"(?m)^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"))
    assert set(sources) == set(kept)
    assert all((ROOT / source).exists() for source in sources)
    assert "bin/post_compile" in steps
    assert re.search(r"(?m)^USER galibot$", steps)
    command = " ".join(re.findall(r'"([^"]+)"', steps.splitlines()[-1]))
    assert (ROOT / "Procfile").read_text("utf-8").strip() == f"web: {command}"


@pytest.mark.parametrize(
    "file", ["deploy/compose.yaml", "docs/exploitation.md", *(f"deploy/{name}" for name in UNITS)]
)
def test_each_variable_is_a_setting(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    named = set(re.findall(r"\b[A-Z]{3,}(?:_[A-Z]+)+\b(?==|:|`)", text)) | set(
        re.findall(r"\$\{([A-Z_]+)", text)
    )
    hosts = {"CC_POST_BUILD_HOOK", "POSTGRESQL_ADDON_URI"}
    assert {name.lower() for name in named - OTHERS - hosts} <= Settings.model_fields.keys()


def test_the_compose_file_is_yaml_whose_parts_wait_for_each_other() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    assert services["galibot"]["read_only"] is True
    assert "postgres" in services["galibot"]["depends_on"]
    assert "galibot:8080" in (DEPLOY / "nginx.conf").read_text("utf-8")
