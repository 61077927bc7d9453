"""What editors are told of their mistakes: the cause first, at its line, and little else."""

import asyncio
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant
from bot.knowledge.checking import check
from bot.knowledge.yaml_reading import read_yaml
from bot.language.typography import typeset
from bot.learning.building import matcher_of
from bot.learning.corpus import Corpus
from bot.learning.regrown import regrown
from bot.limits import Limits
from bot.matching.matcher import Matcher
from bot.services import Services
from bot.storage.database import Database
from bot.storage.knowledge_files import load
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from bot.trained import load_encoder, load_model
from bot.web.server import make_app
from tests.cases.mistakes import GOOD, MISTAKES, NO_MISTAKES, Mistake
from tests.cases.mistakes_of_meaning import MISTAKES_OF_MEANING
from tests.conftest import ROOT, TODAY

ROWS = (*MISTAKES, *MISTAKES_OF_MEANING)

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


@pytest.mark.parametrize("mistake", ROWS, ids=lambda mistake: mistake.name)
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


@pytest.mark.parametrize("mistake", ROWS, ids=lambda mistake: mistake.name)
def test_a_remedy_done_to_the_letter_mends(mistake: Mistake) -> None:
    """As one who knows no YAML does them: those that count the spaces, or write the line."""
    files, _ = made(mistake)
    problem = check(files, TODAY).problems[0]
    text = f"{problem.message} {problem.hint}"
    spaces = re.search(r"Il (?:en faut (\d+)|n’en faut aucune)", text)
    written = re.search(
        r"[Rr]emplacez la ligne par : (.+) \((?:\d|aucune)|droits \(\"\) : (.+)"
        r"|exactement « (.+:) »|Écrivez « (\S+ \|) », avec .+ touchez pas",
        text,
    )
    erased = re.search(r"Effacez « (.+) », et laissez", text)
    if not spaces and not written and not erased:
        assert problem.code not in ("alignement", "bloc-decale") or "collez-la" in text
        return
    other = re.search(r"devant la ligne (\d+)", text)
    number = int(other[1]) if other else problem.line
    lines = files[problem.file].split("\n")
    line = lines[number - 1]
    if spaces:
        lines[number - 1] = " " * int(spaces[1] or 0) + line.lstrip()
    elif written:
        # The whole line, or what comes after its spaces.
        typed = next(filter(None, written.groups()))
        start = line[: -len(line.lstrip())]
        lines[number - 1] = typed if written[1] else f"{start}{typed.lstrip()}"
    elif erased:
        lines[number - 1] = line.removesuffix(erased[1])
    left = check(files | {problem.file: "\n".join(lines)}, TODAY).errors
    # What a cut took away is not given back.
    assert all(one.file != problem.file for one in left) if mistake.cut else left == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("salut:", "saluut:", "Vouliez-vous dire « salut » ?"),
        ("salut:\n    mots: bonjour", "fanfare:", "rien ne le fait reconnaître"),
        ("salut:", "fanfare:", None),
        ("    mots: bonjour\n", "", None),
    ],
)
def test_an_act_is_the_program_s_or_can_be_recognised(old: str, new: str, words: str) -> None:
    shipped = (ROOT / "bot" / "defaults" / "actes.yaml").read_text("utf-8")
    acts = "actes:\n  salut:\n    mots: bonjour\n    reponse: Bonjour.\n".replace(old, new)
    files = GOOD | {"defauts/actes.yaml": shipped, "langue/actes.yaml": acts}
    told = [f"{one.code} {one.message} {one.hint}" for one in check(files, TODAY).problems]
    assert len(told) == bool(words)
    assert all(one.startswith("acte-inconnu ") and words in one for one in told)


def test_a_fault_is_told_once() -> None:
    nameless = GOOD["contacts.yaml"].replace("nom: Votre bailleur", "nom:")
    (problem,) = check(GOOD | {"contacts.yaml": nameless}, TODAY).problems
    assert (problem.level, problem.hint) == ("error", "Écrivez un texte après « nom: ».")


def test_an_unknown_name_is_told_once_however_many_give_it() -> None:
    many = GOOD["faq.yaml"].replace("contact: bailleur", "contact: bailleurs")
    (problem,) = check(GOOD | {"faq.yaml": many}, TODAY).errors
    assert problem.code == "contact-inconnu"
    assert "n’existe pas ; son nom est cité 2 fois." in problem.message


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
    assert len({mistake.name for mistake in ROWS}) == len(ROWS)


@pytest.mark.parametrize("code", sorted({mistake.code for mistake in ROWS}))
def test_the_guide_says_what_to_do(code: str) -> None:
    assert f"`{code}`" in (ROOT / "docs" / "guide-redaction.md").read_text("utf-8")


#: Enough of them, of every kind.
#: Not those after which the question asked is rightly no longer answered.
SAVED = [row for row in ROWS[::3] if "expire_le: 2025" not in (row.new or "")]
#: With a file that some of them make.
WHOLE = GOOD | {"langue/actes.yaml": "politesse: galibot\n"}


def as_sure_as_before(corpus: Corpus, former: Matcher | None) -> Iterator[Matcher]:
    """As the service does where little changed: what was read is not read again."""
    yield regrown(former, corpus) if former else matcher_of(corpus, load_encoder(), load_model())


async def test_the_last_good_base_serves_through_all(gazetteer: Gazetteer, tmp_path: Path) -> None:
    """Saved one after another while the service serves, each told there; then a good one."""
    folder = tmp_path / "knowledge"
    save(folder, WHOLE)
    ours = load(folder, TODAY)
    assistant = Assistant(
        ours.base,
        gazetteer,
        unrelated=ours.common,
        match=as_sure_as_before,
        today=lambda: TODAY,
    )
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}")
    await database.migrate()
    watcher = KnowledgeWatcher(folder, Revisions(database), every=0.01)
    seconds = itertools.count()  # between requests: one asks until it is said
    limits = Limits(lambda: float(next(seconds)))
    services = Services(assistant, database, watcher, limits=limits)
    await watcher.open()
    watcher.start(assistant.serving)
    try:
        async with TestClient(TestServer(make_app(services))) as client:

            async def said(words: str, answer: str = "") -> None:
                """Until it is said, or with no words until nothing is, and that is answered."""
                async with asyncio.timeout(20):
                    while True:
                        async with client.get("/readyz") as response:
                            assert response.status == 200
                            state = (await response.json())["knowledge"]
                        told = " ".join((*state["problems"], *state["warnings"]))
                        body = {"question": "Mon loyer va-t-il augmenter ?"}
                        async with client.post("/api/v1/ask", json=body) as response:
                            text = (await response.json())["text"]
                        if state["problems"]:
                            assert "votre contrat" in text, "the last good base goes on"
                        if answer in text and (typeset(words) in told if words else not told):
                            return

            for number, mistake in enumerate(SAVED):
                files = WHOLE | made(mistake)[0]
                if mistake.new is None:
                    del files[mistake.file]
                save(folder, files)
                try:
                    await said("a disparu" if mistake.new is None else mistake.words)
                except TimeoutError:
                    pytest.fail(f"{mistake.name} : {watcher.problems} {watcher.warnings}")
                if mistake.level == "warning" or number % 20 == 0:
                    version = f"votre contrat {chr(65 + number // 26)}{chr(65 + number % 26)}"
                    good = GOOD["faq.yaml"].replace("votre contrat", version)
                    save(folder, WHOLE | {"faq.yaml": good})
                    await said("", f"{version}.")
    finally:
        await watcher.close()
        await database.close()


def save(folder: Path, files: Mapping[str, str]) -> None:
    """The folder with these files alone; each is put in place whole, as good editors do."""
    wanted = {folder / name for name in files}
    for old in [*folder.rglob("*")] if folder.exists() else []:
        if old.is_file() and old not in wanted:
            old.unlink()
        elif old.is_dir() and not any(old in one.parents or one == old for one in wanted):
            old.rmdir()
    for name, text in files.items():
        file = folder / name
        (file if name.endswith("/") else file.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/") and (not file.exists() or file.read_text("utf-8") != text):
            draft = folder / ".draft"
            draft.write_text(text, "utf-8")
            draft.replace(file)
