"""The terminal, as a person or a program uses it, on real files."""

import contextlib
import datetime as dt
import io
import json
import os
import re
import select
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf
import pytest
import yaml

from bot.cli import main
from bot.storage.editors import read_link
from doubles.service import small_knowledge
from tests.conftest import KNOWLEDGE, ROOT

FAQ = """\
entrees:
  - id: guichet
    question: Où est le guichet bleu ?
    reponse: Au fond à gauche.
    releve_le: 2026-11-23
    en_bref: Au fond à gauche.
  - id: ma-commune-erbm
    question: Ma commune est-elle concernée ?
    reponse: Cela dépend.
  - id: horaire
    question: À quelle heure ferme la piscine ?
    reponse: À dix-huit heures, et à midi le dimanche.
    en_bref: Elle ferme à dix-huit heures.
"""


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """Data and, beside it, a small knowledge folder: each command starts quickly."""
    folder = tmp_path_factory.mktemp("cli")
    knowledge = folder / "knowledge"
    knowledge.mkdir()
    shutil.copytree(KNOWLEDGE / "lieux", knowledge / "lieux")
    (knowledge / "faq.yaml").write_text(FAQ, encoding="utf-8")
    data = folder / "data"
    data.mkdir()
    if pytestconfig.cache:
        (data / "cache").symlink_to(pytestconfig.cache.mkdir("encoder"))
    return data


@dataclass(frozen=True, slots=True)
class Done:
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def surroundings(data_dir: Path) -> dict[str, str]:
    return {
        "DATA_DIR": str(data_dir),
        "KNOWLEDGE_DIR": str(data_dir.parent / "knowledge"),
        "LOG_LEVEL": "WARNING",
    }


def run(data_dir: Path, *arguments: str, encoding: str = "utf-8", **environment: str) -> Done:
    """Run the command here: a process a test would spend its time on imports."""
    said, complained = (
        io.TextIOWrapper(io.BytesIO(), encoding, errors, write_through=True)
        for errors in ("strict", "backslashreplace")
    )
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(complained),
    ):
        patch.chdir(ROOT)
        for name, value in {**surroundings(data_dir), **environment}.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            main(arguments)
    code = end.value.code
    assert isinstance(code, int)
    return Done(code, *(one.buffer.getvalue().decode(encoding) for one in (said, complained)))


def run_json(data_dir: Path, *arguments: str) -> Any:
    done = run(data_dir, *arguments, "--json")
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_it_is_a_command_of_its_own(data_dir: Path) -> None:
    def process(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, **surroundings(data_dir)},
            timeout=120,
        )

    answered = process("ask", "Où est le guichet bleu ?", "--json")
    assert (answered.returncode, answered.stderr) == (0, "")
    assert json.loads(answered.stdout)["entry"] == "guichet"
    refused = process("check", "absent.yaml")
    assert refused.returncode == 1
    assert "absent.yaml" in refused.stderr
    assert "Traceback" not in refused.stderr


#: What a console prints of « l’entrée n’existe pas… », and of what else a command says.
CONSOLES = {
    "cp1252": "« absente » n’existe pas",
    "latin-1": "« absente » n'existe pas",
    "cp850": "« absente » n'existe pas",
    "ascii": '" absente " n\'existe pas',
}


@pytest.mark.parametrize("encoding", CONSOLES)
def test_a_console_prints_what_it_can(data_dir: Path, tmp_path: Path, encoding: str) -> None:
    broken = tmp_path / "faq.yaml"
    broken.write_text(FAQ.replace("question: Où", "questio: « L’œuvre… »\n    x: 🤝 Où"), "utf-8")
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"question": "Où est l’œuvre 🤝 ?", "expect": null}\n', "utf-8")
    for arguments, code in (
        (("ask", "Où est le guichet bleu ?"), 0),
        (("ask", "\udcff 🤝 東京"), 0),
        (("explain", "l’œuvre 🤝 \udcff"), 0),
        (("commune", "Béthune"), 0),
        (("check", str(broken)), 1),
        (("check", "\udcff"), 1),
        (("evaluate", "--cases", str(cases)), 0),
        (("--help",), 0),
        (("ask",), 2),
    ):
        done = run(data_dir, *arguments, encoding=encoding)
        assert done.returncode == code, arguments
        assert "Traceback" not in done.stderr
        assert "\\" not in done.stdout + done.stderr
    refused = run(data_dir, "explain", "--entry", "absente", encoding=encoding)
    assert CONSOLES[encoding] in refused.stderr.replace("\xa0", " ")
    shown = run(data_dir, "ask", "Où est le guichet bleu ?", encoding=encoding)
    assert ("gauche" in shown.stdout, "Au fond" in shown.stdout) == (True, True)
    # A program finds every letter, whatever the console.
    told = json.loads(run(data_dir, "ask", "bonjour", "--json", encoding=encoding).stdout)
    assert told == run_json(data_dir, "ask", "bonjour")


def test_a_console_that_has_every_letter_loses_none(data_dir: Path) -> None:
    done = run(data_dir, "commune", "Marseille")
    assert "Aucune commune n’est reconnue" in done.stdout


@pytest.mark.parametrize(
    "arguments", [("ask", "Où est le guichet bleu ?"), ("ask", "bonjour", "--json"), ("--help",)]
)
def test_a_pipe_that_is_closed_is_no_failure(data_dir: Path, arguments: tuple[str, ...]) -> None:
    """As under `head -1`: who reads has seen enough."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            stdout=writing, stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=120,
            env={**os.environ, **surroundings(data_dir), "PYTHONIOENCODING": "cp1252"},
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="il faut /dev/full")
def test_a_full_disk_is_told_in_french(data_dir: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "commune", "Lens"],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=120,
            env={**os.environ, **surroundings(data_dir)},
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("La sortie : lecture ou écriture impossible")
    assert len(done.stderr.splitlines()) == 1


def test_ask_answers_for_people_and_for_programs(data_dir: Path) -> None:
    shown = run(data_dir, "ask", "Où est le guichet bleu ?")
    assert shown.returncode == 0
    assert "guichet bleu" in shown.stdout
    assert "Relevé le 23 novembre 2026" in shown.stdout
    reply = run_json(data_dir, "ask", "Où est le guichet bleu ?")
    assert (reply["outcome"], reply["entry"]) == ("answer", "guichet")


def test_ask_with_the_projects_own_knowledge(data_dir: Path) -> None:
    reply = json.loads(
        run(data_dir, "ask", "Qui s'engage ?", "--json", KNOWLEDGE_DIR=str(KNOWLEDGE)).stdout
    )
    assert (reply["outcome"], reply["entry"]) == ("answer", "qui-s-engage")


def test_ask_knows_the_commune(data_dir: Path) -> None:
    reply = run_json(data_dir, "ask", "ma commune est-elle concernée ?", "--commune", "62498")
    assert reply["commune"]["name"] == "Lens"
    refused = run(data_dir, "ask", "Bonjour", "--commune", "99999")
    assert refused.returncode == 1
    assert "99999" in refused.stderr


def test_chat_goes_on_from_line_to_line(data_dir: Path) -> None:
    """Piped in, empty lines and letters that are none among them: a reply a line, no prompt."""
    lines = [
        "où en est la cité Lemay",
        " ",
        "elle est finie ?",
        "1",
        "Noyelles",
        "2",
        "\udcff",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat"],
        input="\n".join([*lines, "Quitter", "Béthune"]), encoding="utf-8",
        errors="surrogateescape", capture_output=True, cwd=ROOT, timeout=120,
        env={
            **os.environ, **surroundings(data_dir), "KNOWLEDGE_DIR": str(KNOWLEDGE),
            "PYTHONIOENCODING": "utf-8",
        },
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    before, *panels = re.sub("[\xa0\u202f]", " ", done.stdout).split("╭")
    assert "service automatique" in before
    assert len(panels) == 6
    lemay, finished, first, noyelles, second, _ = panels
    assert "cité Lemay" in lemay
    understood = "J’ai compris : où en est la cité Lemay, elle est finie ?"
    assert done.stdout.translate({0xA0: " ", 0x202F: " "}).count(understood) == 1
    assert numbered(finished, 1) == title(first)
    assert numbered(noyelles, 2) == title(second)


def numbered(panel: str, number: int) -> str:
    """The way on that has the number."""
    found = re.search(rf"^│ {number} (.*?) *│$", panel, re.MULTILINE)
    assert found
    return found[1]


def title(panel: str) -> str:
    return panel.partition("\n")[0].strip("─╮ ")


@pytest.mark.parametrize("end", ["\x04", "\x03"], ids=["Ctrl+D", "Ctrl+C"])
def test_chat_with_a_person(data_dir: Path, end: str) -> None:
    """On a terminal: what was typed comes back by an arrow, and the end is polite."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, start_new_session=True,
        env={**os.environ, **surroundings(data_dir), "TERM": "xterm", "HOME": str(data_dir)},
        preexec_fn=own_terminal,
    )  # fmt: skip
    os.close(theirs)

    def said(typed: str, until: str = "╯.*> ") -> str:
        os.write(ours, typed.encode())
        heard, waits = b"", 0
        while not re.search(until.encode(), heard, re.DOTALL):
            if select.select([ours], [], [], 10)[0]:
                heard += os.read(ours, 4096)
                continue
            waits += 1
            assert waits < 12, heard.decode()
            if typed == "\x03":  # CPython misses one between its prompt and its select()
                os.write(ours, b"\x03")
        return heard.decode()

    try:
        assert "quitter" in said("", "> ")
        closing = said("horaire de la piscine\r")
        assert "\x1b[1mElle ferme à dix-huit heures." in closing
        assert "dimanche" in closing
        assert "dimanche" in said("\x1b[A\r")
        blue = said("Où est le guichet bleu ?\r")
        assert blue.count("Au fond à gauche") == 1
        said(end, until=r"Au revoir\.")
        assert process.wait(120) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def own_terminal() -> None:
    """Standard input becomes the terminal that Ctrl+C comes from."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_explain_gives_the_parts(data_dir: Path) -> None:
    explained = run_json(data_dir, "explain", "ou est le gichet bleu")
    assert explained["candidates"][0]["entry"] == "guichet"
    assert explained["candidates"][0]["parts"]
    assert explained["repairs"] == {"gichet": "guichet"}
    assert explained["rule"]
    assert run(data_dir, "explain", "ou est le gichet bleu").returncode == 0


def test_explain_shows_what_an_answer_rests_on(data_dir: Path) -> None:
    ours = {"KNOWLEDGE_DIR": str(KNOWLEDGE)}
    done = run(data_dir, "explain", "--entry", "objectif-23000", "--json", **ours)
    sentences = json.loads(done.stdout)["sentences"]
    assert any("23" in one["sentence"] and one["facts"][0]["url"] for one in sentences)
    shown = run(data_dir, "explain", "--entry", "objectif-23000", **ours)
    assert "objectif-23000" in shown.stdout
    assert run(data_dir, "explain", "--entry", "inconnue").returncode == 1
    assert run(data_dir, "explain").returncode == 2


@pytest.mark.parametrize(
    ("text", "outcome", "codes"),
    [
        ("Pecquencourt", "found", ["59456"]),
        ("62300", "ambiguous", ["62291", "62498"]),
        ("Marseille", "unknown", []),
    ],
)
def test_commune(data_dir: Path, text: str, outcome: str, codes: list[str]) -> None:
    found = run_json(data_dir, "commune", text)
    assert found["outcome"] == outcome
    assert sorted(one["code_insee"] for one in found["communes"]) == codes
    assert run(data_dir, "commune", text).returncode == 0


def test_check_lists_problems_and_exits_1(data_dir: Path, tmp_path: Path) -> None:
    assert run(data_dir, "check").returncode == 0
    broken = tmp_path / "faq.yaml"
    broken.write_text(FAQ.replace("question: Où", "questio: Où"), encoding="utf-8")
    shown = run(data_dir, "check", str(broken))
    assert shown.returncode == 1
    assert "questio" in shown.stdout
    listed = json.loads(run(data_dir, "check", str(broken), "--json").stdout)
    assert {"line", "entry", "level", "code", "message", "hint"} <= set(listed[0])
    assert listed[0]["entry"] == "guichet"


def test_check_shows_a_dozen_problems_and_gives_all_to_programs(
    data_dir: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "faq.yaml"
    broken.write_text(FAQ + "".join(f"  - id: x{n}\n" for n in range(96)), encoding="utf-8")
    shown = run(data_dir, "check", str(broken)).stdout.splitlines()
    listed = json.loads(run(data_dir, "check", str(broken), "--json").stdout)
    assert len(listed) == 2 * 96
    assert [number for number in range(96) if f"(x{number})" in " ".join(shown)] == [*range(6)]
    assert "… et 180 autres, sans doute de la même cause." in shown
    assert "192 erreur(s)" in shown[-1]


def test_check_asks_the_test_questions_when_told_to(data_dir: Path, tmp_path: Path) -> None:
    faq = tmp_path / "faq.yaml"
    faq.write_text(
        FAQ.replace("    releve_le", "    essais: [C'est où ?]\n    releve_le")
        + "hors_sujet:\n  - Il fait beau ?\n  - à quelle heure ferme la piscine\n",
        encoding="utf-8",
    )
    assert run_json(data_dir, "check", str(faq)) == []
    told = run_json(data_dir, "check", str(faq), "--essais")
    assert [(one["line"], one["code"], one["entry"]) for one in told] == [
        (5, "essai-manque", "guichet"),
        (17, "hors-sujet-repondu", "horaire"),
    ]


def test_evaluate_measures_any_base(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "autre.yaml").write_text(FAQ, encoding="utf-8")
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        '{"question": "Où est le guichet bleu ?", "expect": ["guichet"]}\n'
        '{"question": "Qui a gagné la coupe du monde 1998 ?", "expect": null}\n',
        encoding="utf-8",
    )
    details = tmp_path / "details.jsonl"
    report = run_json(
        data_dir, "evaluate", "--cases", str(cases), "--knowledge", str(tmp_path / "autre.yaml"),
        "--details", str(details),
    )  # fmt: skip
    assert report["in_scope"] == {
        "n": 1, "correct": 1, "suggested": 0, "wrong": 0, "missed": 0, "top1": 1.0, "top3": 1.0,
    }  # fmt: skip
    assert report["off_topic"] == {"n": 1, "false_answers": 0, "suggested": 0, "refused": 1}
    compared = run_json(
        data_dir, "evaluate", "--cases", str(cases), "--against", str(tmp_path / "autre.yaml")
    )
    assert compared["changes"] == []
    lines = [json.loads(line) for line in details.read_text("utf-8").splitlines()]
    assert [line["verdict"] for line in lines] == ["correct", "refused"]


def test_migrate_makes_the_database(tmp_path: Path) -> None:
    assert run(tmp_path, "migrate").returncode == 0
    assert (tmp_path / "galibot.sqlite3").is_file()


def test_the_digest_and_the_purge(data_dir: Path) -> None:
    """What was asked in vain is told, with YAML to paste; the purge takes what is too old."""
    assert run(data_dir, "migrate").returncode == 0
    today = dt.date.today()
    kept = [
        (today, "refused", "où garer mon vélo et ma remorque"),
        (today - dt.timedelta(days=20), "refused", "comment réparer une tondeuse"),
        (today - dt.timedelta(days=40), "refused", "trop vieux"),
    ]
    with contextlib.closing(sqlite3.connect(data_dir / "galibot.sqlite3")) as database:
        asked = "INSERT INTO asked (day, channel, outcome, text) VALUES (?, 'web', ?, ?)"
        database.executemany(asked, [(day.isoformat(), *rest) for day, *rest in kept])
        database.commit()
    done = run(data_dir, "digest")
    assert (done.returncode, done.stderr) == (0, "")
    assert "« où garer mon vélo et ma remorque »" in done.stdout.replace("\xa0", " ")
    assert "tondeuse" not in done.stdout
    _, ready, pasted = done.stdout.partition("# À coller")
    assert ready
    (found,) = yaml.safe_load_all(ready + pasted)
    assert "où garer mon vélo et ma remorque" in str(found)
    told = run_json(data_dir, "digest", "--days", "30")
    assert {group["examples"][0] for group in told["groups"]} == {kept[0][2], kept[1][2]}
    assert told["yaml"]
    assert "1 question" in run(data_dir, "purge").stdout.replace("\xa0", " ")
    assert "2 question" in run(data_dir, "purge", RETENTION_DAYS="0").stdout.replace("\xa0", " ")
    assert run_json(data_dir, "digest", "--days", "30")["groups"] == []


def test_what_was_kept_is_put_back_and_files_are_taken(tmp_path: Path) -> None:
    kept, folder = str(tmp_path / "kept.zip"), small_knowledge(tmp_path)
    for command in (("take",), ("backup", kept), ("restore", kept), ("take",)):
        done = run(tmp_path, *command, KNOWLEDGE_DIR=str(folder))
        assert (done.returncode, done.stderr) == (0, ""), command
    assert "version 1" in done.stdout, "what is put back is what is there"
    faq = folder / "faq.yaml"
    faq.write_text(faq.read_text("utf-8").replace("gauche", "droite"), "utf-8")
    assert "version 2" in run(tmp_path, "take", KNOWLEDGE_DIR=str(folder)).stdout


def test_a_command_answers_as_the_service_does_where_the_folder_is_of_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    faq = folder / "faq.yaml"
    faq.write_text(FAQ, "utf-8")

    def command(*arguments: str) -> Done:
        return run(tmp_path, *arguments, KNOWLEDGE_DIR=str(folder))

    def answers(key: str, question: str, words: str, told: str = "") -> None:
        done = command("ask", question)
        assert words in done.stdout
        assert (told in caplog.text) if told else not caplog.text
        caplog.clear()
        assert words in command("explain", "--entry", key).stdout
        caplog.clear()

    answers("guichet", "Où est le guichet bleu ?", "à gauche")
    assert not (tmp_path / "galibot.sqlite3").exists(), "it only reads"
    command("take")
    given = tmp_path / "given" / "faq.yaml"
    given.parent.mkdir()
    given.write_text(FAQ.replace("Au fond à gauche", "Au premier étage"), "utf-8")
    assert "version 2" in command("import", str(given), "--publish").stdout
    answers("guichet", "Où est le guichet bleu ?", "premier étage")
    command("export", str(tmp_path / "reponses.csv"))
    assert "premier étage" in (tmp_path / "reponses.csv").read_text("utf-8")
    # What is new in the folder counts, as the service would take it.
    faq.write_text(FAQ.replace("dix-huit", "vingt"), "utf-8")
    answers("guichet", "Où est le guichet bleu ?", "premier étage")
    answers("horaire", "À quelle heure ferme la piscine ?", "vingt heures")
    # A folder that is broken, or gone, is told, and takes nothing down.
    faq.write_text("entrees: {", "utf-8")
    answers("guichet", "Où est le guichet bleu ?", "premier étage", "refusés")
    shutil.rmtree(folder)
    answers("guichet", "Où est le guichet bleu ?", "premier étage")
    (tmp_path / "galibot.sqlite3").write_bytes(b"du bruit" * 999)
    assert command("ask", "bonjour").returncode == 1
    folder.mkdir()
    faq.write_text(FAQ, "utf-8")
    answers("guichet", "Où est le guichet bleu ?", "à gauche", "ne répond pas")


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        ((), {}, 2, "--help"),
        (("digest", "--days", "0"), {}, 2, "nombre de jours"),
        (("purge",), {"DATABASE_URL": "postgres://u:p@127.0.0.1:9/b"}, 1, "DATABASE_URL"),
        (("purge",), {"RETENTION_DAYS": "toujours"}, 1, "RETENTION_DAYS"),
        (("inconnue",), {}, 2, "--help"),
        (("ask",), {}, 2, "--help"),
        (("evaluate", "--cases", "absent.jsonl"), {}, 1, "absent.jsonl"),
        (("evaluate", "--cases", "/dev/null", "--details", "/absent/x"), {}, 1, "/absent/x"),
        (("check", "absent.yaml"), {}, 1, "absent.yaml"),
        (("backup", "/absent/x.zip"), {}, 1, "/absent/x.zip"),
        (("restore", "absent.zip"), {}, 1, "absent.zip"),
        (("restore", "README.md"), {}, 1, "n’est pas une sauvegarde"),
        (("take",), {"KNOWLEDGE_DIR": "/absent"}, 1, "/absent"),
        (("take",), {"DATABASE_URL": "postgres://127.0.0.1:1/x"}, 1, "DATABASE_URL"),
        (("check",), {"PORT": "abc"}, 1, "PORT"),
        (("check",), {"TELEGRAM_BOT_TOKEN": "secret"}, 1, "TELEGRAM_BOT_TOKEN"),
        (("check",), {"DATABASE_URL": "mysql://x"}, 1, "DATABASE_URL"),
        (("check",), {"KNOWLEDGE_DIR": "/absent"}, 1, "/absent"),
    ],
)
def test_refusals_are_french_and_without_traceback(
    data_dir: Path,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    code: int,
    said: str,
) -> None:
    done = run(data_dir, *arguments, **environment)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_help_is_french(data_dir: Path) -> None:
    done = run(data_dir, "--help")
    assert done.returncode == 0
    assert "commandes" in done.stdout
    assert "show this help" not in done.stdout


PUBLIC = "https://galibot.example.org"


def test_poster_makes_one_poster(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "lens.pdf"
    done = run(
        data_dir, "poster", "--commune", "62498", "--out", str(file), PUBLIC_URL=f"{PUBLIC}/"
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = pypdf.PdfReader(file).pages[0].extract_text()
    assert "Lens" in said
    assert "galibot.example.org" in said


def test_poster_makes_the_poster_of_the_service(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "service.pdf"
    done = run(data_dir, "poster", "--out", str(file))
    assert done.returncode == 0
    assert "PUBLIC_URL" in done.stderr
    assert "127.0.0.1:8080" in pypdf.PdfReader(file).pages[0].extract_text()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--commune", "99999", "--out", "x.pdf"), 1, "99999"),
        (("--commune", "62498", "--out", "nulle-part/x.pdf"), 1, "nulle-part/x.pdf"),
        (("--commune", "62498"), 2, "--out"),
        (("--all", "--commune", "62498", "--out", "x"), 2, "--all"),
    ],
)
def test_poster_refuses_in_french(
    data_dir: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = run(data_dir, "poster", *arguments, PUBLIC_URL=PUBLIC)
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_poster_makes_those_of_the_programme_alone(tmp_path: Path) -> None:
    """On a territory of four communes, of which one is outside."""
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    (knowledge / "faq.yaml").write_text("entrees: [{id: a, question: Q, reponse: R.}]", "utf-8")
    shutil.copytree(KNOWLEDGE / "lieux", knowledge / "lieux")
    (knowledge / "lieux" / "contours.json").unlink()  # of other communes
    chosen = {"62498", "59456", "62637", "59350"}
    for name in ("communes.csv", "mairies.csv", "communes_aliases.csv"):
        file = knowledge / "lieux" / name
        head, *lines = file.read_text("utf-8").splitlines()
        kept = [line for line in lines if any(code in line.split(",")[:3] for code in chosen)]
        file.write_text("\n".join([head, *kept]) + "\n", "utf-8")
    out = tmp_path / "affiches"
    done = run(tmp_path / "data", "poster", "--all", "--out", str(out), PUBLIC_URL=PUBLIC)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 affiches" in done.stdout
    assert {file.stem.rpartition("-")[2] for file in out.iterdir()} == chosen - {"59350"}


def test_a_link_for_an_editor(data_dir: Path) -> None:
    done = run(data_dir, "admin-link", "--hours", "2", PUBLIC_URL="https://galibot.example.org")
    assert (done.returncode, done.stderr) == (0, "")
    address = re.fullmatch(r"https://galibot\.example\.org/redaction/entrer/(\S+)\n", done.stdout)
    assert address
    key, now = (data_dir / "secret-key").read_bytes(), dt.datetime.now(dt.UTC)
    assert read_link(key, address[1], now + dt.timedelta(minutes=119))
    assert read_link(key, address[1], now + dt.timedelta(minutes=121)) is None
    assert run(data_dir, "admin-link", "--hours", "1000").returncode == 2
