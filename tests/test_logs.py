"""The log: one line a record, for people or for programs."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SCRIPT = """
import logging, sys
from bot.logs import request_id, start_log
start_log("INFO", sys.argv[1])
request_id.set("ab12")
try:
    raise ValueError("deux\\nlignes")
except ValueError:
    logging.getLogger("bot.essai").exception("Panne : %s", "l\u2019œuvre\\nsuit")
logging.getLogger("alembic").info("every look")
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_record_is_one_line(form: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, form], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (line,) = done.stderr.splitlines()
    assert "l’œuvre" in line
    assert "ValueError" in line
    if form == "json":
        told = json.loads(line)
        assert told["level"] == "ERROR"
        assert told["request"] == "ab12"
        assert told["time"].endswith("+00:00")
    else:
        assert line.split()[1] == "ERROR"
        assert "[requête ab12]" in line
