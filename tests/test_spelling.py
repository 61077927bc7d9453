"""Every French sentence a person reads is spelt as hunspell's French dictionary has it.

Names and other words it lacks are in tests/mots_admis.txt, one a line. Ways to ask are left out:
they imitate what residents type.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.communes.gazetteer import Gazetteer
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.texts import Texts, read_texts
from bot.storage.knowledge_files import load
from tests.conftest import ACTS, OURS, ROOT, TEXTS, TODAY

DICTIONARY = Path("/usr/share/hunspell/fr.dic")
ADMITTED = ROOT / "tests" / "mots_admis.txt"
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "docs/guide-redaction.md",
    "docs/tableur.md",
    "docs/telegram.md",
    "docs/dependances.md",
)
_WORD = re.compile(r"[^\W_]+(?:[-'.][^\W_]+)*'?")
_NOT_PROSE = re.compile(
    r"```.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+|<[^>]+>|\{\w+\}|\b[\w/-]+\.(?:md|yaml|txt)\b",
    re.DOTALL,
)

pytestmark = pytest.mark.skipif(
    not (shutil.which("hunspell") and DICTIONARY.is_file()),
    reason="hunspell et son dictionnaire français ne sont pas installés",
)


@pytest.fixture(scope="module")
def known(gazetteer: Gazetteer) -> frozenset[str]:
    """Admitted words, names of communes and intercommunalités."""
    words = set(ADMITTED.read_text("utf-8").split())
    for commune in gazetteer.communes:
        words |= set(_WORD.findall(f"{commune.name} {commune.epci}"))
    return frozenset(words)


def misspelt(text: str, known: frozenset[str]) -> set[str]:
    prose = _NOT_PROSE.sub(" ", text).replace("’", "'")
    words = sorted(set(_WORD.findall(prose)) - known)
    done = subprocess.run(
        ["hunspell", "-d", "fr", "-i", "utf-8", "-l"],
        input="\n".join(words), capture_output=True, text=True, check=True,
    )  # fmt: skip
    # « l'ERBM » is « ERBM » with an article.
    return {
        word
        for word in done.stdout.split()
        if word.strip(".'") not in known and word.split("'")[-1].strip(".") not in known
    }


def test_the_dictionary_sees_a_mistake(known: frozenset[str]) -> None:
    assert misspelt("Une fôte de frape.", known) == {"fôte", "frape"}
    assert misspelt("L'ERBM concerne Pecquencourt.", known) == set()


def test_answers(base: KnowledgeBase, known: frozenset[str]) -> None:
    texts = [
        f"{entry.question}\n{entry.answer}\n{entry.easy}\n"
        + " ".join(source.title for source in entry.sources)
        for entry in base.entries.values()
    ]
    assert misspelt("\n".join(texts), known) == set()


def test_facts_contacts_and_themes(base: KnowledgeBase, known: frozenset[str]) -> None:
    parts = [f"{fact.statement} {fact.title} {fact.date}" for fact in base.facts.values()]
    parts += [f"{one.name} {one.role} {one.purpose}" for one in base.contacts.values()]
    parts += [theme.title for theme in base.themes]
    assert misspelt("\n".join(parts), known) == set()


@pytest.mark.parametrize("alone", [True, False])
def test_what_is_said_of_communes(alone: bool, tmp_path: Path, known: frozenset[str]) -> None:
    """By the program alone, then by the territory's own file."""
    (tmp_path / "faq.yaml").write_text("entrees: [{id: a, question: Q, reponse: Oui.}]", "utf-8")
    region = (load(tmp_path, TODAY) if alone else OURS).gazetteer.region
    told = [*region.sentences.model_dump().values(), *region.groupings.kinds.values()]
    told += [source.title for source in region.sources]
    for one in region.standings.values():
        told += [one.label, one.sentence, one.caution or "", one.situation or ""]
    told += [region.zone.inside, region.zone.outside] if region.zone else []
    told += [region.estates.listed, region.estates.unlisted] if region.estates else []
    assert misspelt("\n".join(told), known) == set()


@pytest.mark.parametrize("texts", [TEXTS, read_texts({})], ids=["ours", "default"])
def test_what_the_service_says(texts: Texts, known: frozenset[str]) -> None:
    said = json.dumps(texts.model_dump(), ensure_ascii=False).replace("\\n", " ")
    said += " ".join(" ".join(ACTS[name].replies) for name in ACTS)
    assert misspelt(re.sub(r"\{\w+\}|\w+\": ", " ", said), known) == set()


@pytest.mark.parametrize("page", PAGES)
def test_pages(page: str, known: frozenset[str]) -> None:
    text = (ROOT / page).read_text("utf-8").split("## For engineers")[0]
    assert misspelt(text, known) == set()
