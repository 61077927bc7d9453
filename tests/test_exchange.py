"""`export` and `import`, `explain --fact` and `check --links`, as an editor runs them."""

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cli import main
from bot.storage.asked import QUESTIONS
from bot.storage.database import Database
from bot.storage.editors import Editors
from bot.storage.knowledge_files import load_base
from bot.storage.revisions import Revisions
from tests.cases.broken_spreadsheets import BASE

NEW = "Question;Réponse\nQuand ouvre la médiathèque ?;Le mardi, dès 9 heures.\n"


@dataclass
class Terminal:
    """Commands over a base of two entries, in a folder of their own."""

    folder: Path
    captured: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert isinstance(end.value.code, int)
        out, err = self.captured.readouterr()
        return end.value.code, f"{out}{err}".replace("\u00a0", " ").replace("\u202f", " ")

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, "utf-8")
        return str(self.folder / name)

    def stored(self, work: Callable[[Database], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            database = await Database.open(f"sqlite+aiosqlite:///{self.folder}/galibot.sqlite3")
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(run())

    def versions(self) -> list[tuple[int, str, str, tuple[str, ...]]]:
        found = self.stored(lambda database: Revisions(database).history())
        return [(one.number, one.way, one.editor, one.changes) for one in found]


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    for name, text in BASE.items():
        (knowledge / name).write_text(text, "utf-8")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(knowledge))
    monkeypatch.setenv("LOG_LEVEL", "WARNING")
    return Terminal(tmp_path, capsys)


@pytest.mark.parametrize("name", ["base.xlsx", "base.csv"])
def test_what_is_exported_comes_back_the_same(terminal: Terminal, name: str) -> None:
    file = str(terminal.folder / name)
    assert terminal.run("export", file)[0] == 0
    code, told = terminal.run("import", file, "--publish")
    assert code == 0
    assert "Ce fichier ne change rien." in told
    assert len(terminal.versions()) == 1
    assert (terminal.folder / "knowledge/faq.yaml").read_text("utf-8") == BASE["faq.yaml"]


def test_an_import_publishes_nothing_by_itself(terminal: Terminal) -> None:
    code, told = terminal.run("import", terminal.file("faq.csv", NEW))
    assert code == 0
    assert "Réponse ajoutée : ouvre-mediatheque" in told
    assert "Rien n’est écrit, ni publié." in told
    assert len(terminal.versions()) == 1


def test_an_import_is_published_when_told_to(terminal: Terminal) -> None:
    file = terminal.file("faq.csv", NEW)
    code, told = terminal.run("import", file, "--publish", "--editor", "Sophie")
    assert code == 0
    assert "version 2" in told
    published = (2, "tableur", "Sophie", ("Réponse ajoutée : ouvre-mediatheque",))
    assert terminal.versions()[0] == published


def test_an_import_is_written_apart(terminal: Terminal) -> None:
    out = terminal.folder / "nouveau"
    file = terminal.file("faq.csv", NEW)
    assert terminal.run("import", file, "--out", str(out))[0] == 0
    entries = load_base(out, dt.date.today()).entries
    assert set(entries) == {"piscine", "gaz", "ouvre-mediatheque"}
    code, told = terminal.run("import", file, "--out", str(out))
    assert code == 1
    assert "n’est pas un dossier vide" in told


def test_an_import_fills_the_drafts_of_an_editor(terminal: Terminal) -> None:
    """With what was asked in vain and is nearest to the new entry."""
    file = terminal.file("faq.csv", NEW)
    terminal.run("import", file)  # makes the database
    row = {
        "day": dt.date.today(), "channel": "web", "outcome": "refused",
        "text": "elle ouvre quand la médiatek le matin", "entry": None,
    }  # fmt: skip

    async def ask(database: Database) -> None:
        async with database.engine.begin() as connection:
            await connection.execute(sa.insert(QUESTIONS), [row])

    terminal.stored(ask)
    code, told = terminal.run("import", file, "--editor", "Sophie", "--json")
    assert code == 0
    ways = json.loads(told)["ways"]
    drafts = terminal.stored(lambda database: Editors(database).drafts("Sophie"))
    block = drafts["faq.yaml", "ouvre-mediatheque"].block
    assert "    question: Quand ouvre la médiathèque ?\n" in block
    assert ways == {"ouvre-mediatheque": [row["text"]]}
    assert f"    variantes:\n      - {row['text']}\n" in block
    assert len(terminal.versions()) == 1


def test_a_town_begins_with_its_spreadsheet(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KNOWLEDGE_DIR", str(terminal.folder / "rien"))
    out = terminal.folder / "ville"
    assert terminal.run("import", terminal.file("faq.csv", NEW), "--out", str(out))[0] == 0
    assert set(load_base(out, dt.date.today()).entries) == {"ouvre-mediatheque"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("faq.csv", "Question;Réponse\nOù ?;\n", "faq.csv, ligne 2, colonne B : erreur"),
        ("faq.ods", "x", "donnez un tableur (.xlsx, .csv)"),
        ("faq.xls", "x", "donnez un tableur (.xlsx, .csv)"),
    ],
)
def test_what_can_not_be_imported_exits_1(
    terminal: Terminal, name: str, text: str, said: str
) -> None:
    code, told = terminal.run("import", terminal.file(name, text), "--publish")
    assert code == 1
    assert said in told
    assert "Traceback" not in told
    assert len(terminal.versions()) == 1


def test_wrong_cells_are_told_to_programs(terminal: Terminal) -> None:
    file = terminal.file("faq.csv", "Question;Réponse\nOù ?;\n")
    code, told = terminal.run("import", file, "--json")
    (problem,) = json.loads(told)["problems"]
    assert code == 1
    assert (problem["file"], problem["line"], problem["column"]) == ("faq.csv", 2, "B")


def test_an_export_has_a_name_of_a_spreadsheet(terminal: Terminal) -> None:
    code, told = terminal.run("export", str(terminal.folder / "base.pdf"))
    assert code == 1
    assert "en .xlsx ou en .csv" in told


def test_who_rests_on_a_fact(terminal: Terminal) -> None:
    assert terminal.run("explain", "--fact", "absent")[0] == 1
    code, told = terminal.run("explain", "--fact", "piscine-heure")
    assert code == 0
    assert "Aucune entrée ne s’appuie" in told
    faq = BASE["faq.yaml"].replace(
        "contact: mairie", "contact: mairie\n    appuis: [piscine-heure]"
    )
    terminal.file("knowledge/faq.yaml", faq)
    code, told = terminal.run("explain", "--fact", "piscine-heure", "--json")
    assert json.loads(told) == {"fact": "piscine-heure", "entries": ["piscine"]}


def test_check_opens_the_addresses_when_told_to(terminal: Terminal) -> None:
    contacts = BASE["contacts.yaml"].replace("{", "{url: 'http://127.0.0.1:1/', ")
    terminal.file("knowledge/contacts.yaml", contacts)
    assert "127.0.0.1" not in terminal.run("check")[1]
    code, told = terminal.run("check", "--links")
    assert code == 0
    assert "contacts.yaml, ligne 1 (mairie) : attention : http://127.0.0.1:1/" in told
    assert "Adresses à revoir : 1." in told
