"""The ways to run it: what the files of `deploy/`, the Procfile and the Dockerfile say is right."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.services import Services
from bot.settings import Settings
from doubles.bot_api import Fault, message, running
from doubles.service import served
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
SERVICES = (ROOT / "bot" / "services.py").read_text("utf-8")
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


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "alertes.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


async def test_alerts_speak_of_what_is_counted(services: Services, tmp_path: Path) -> None:
    """Each name and each label of the rules is there once both channels have been used."""

    def refuse_once(method: str, _: dict[str, Any]) -> Fault | None:
        first = method == "sendMessage" and len(api.made("sendMessage")) == 1
        return Fault(400, "Bad Request: can't parse entities") if first else None

    async with (
        running() as api,
        served(api, "webhook", services, tmp_path) as address,
        aiohttp.ClientSession() as session,
    ):
        api.rule = refuse_once
        api.add(message=message(1, 1, text="Qui s'engage ?"))
        await api.settled()
        fields = {"entry": "qui-s-engage", "useful": "oui"}
        async with session.post(f"{address}/avis", data=fields) as voted:
            assert voted.status == 200
        body = {"question": "Qui s'engage ?", "commune": None}
        async with session.post(f"{address}/api/v1/ask", json=body) as asked:
            assert asked.status == 200
        async with session.get(f"{address}/metrics") as told:
            text = await told.text()
    labels: dict[str, set[str]] = {"up": {"job"}}
    values: dict[tuple[str, str], set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
            for name, value in sample.labels.items():
                values.setdefault((sample.name, name), set()).add(value)
    assert values["galibot_thinking_seconds_count", "channel"] == {"web", "telegram"}
    assert values["galibot_bot_api_errors_total", "why"] == {"400"}
    assert values["galibot_degraded", "part"] == {"knowledge", "database", "telegram"}
    for rule in alerts():
        for name, chosen in re.findall(r"\b(galibot_\w+|up)\b(?:\{([^}]*)\})?", rule["expr"]):
            named = set(re.findall(r"(\w+)[=!]", chosen))
            assert named <= labels.get(name, {"?"}), f"{rule['alert']}: {name}"
            assert name in labels, f"{rule['alert']}: {name}"
        for grouped in re.findall(r"by \(([^)]*)\)", rule["expr"]):
            (name,) = re.findall(r"galibot_\w+_bucket", rule["expr"])
            assert set(grouped.split(", ")) <= labels[name]


def test_each_alert_and_each_count_is_explained() -> None:
    told = (ROOT / "docs" / "exploitation.md").read_text("utf-8")
    for rule in alerts():
        assert f"`{rule['alert']}`" in told
        assert set(rule["labels"].values()) <= {"urgent", "a_voir"}
    for name in re.findall(r'(?:counter|gauge|seconds)\(\s*"(\w+)"', SERVICES):
        assert f"`galibot_{name}" in told, name
