"""The weights can be made again, and nothing that they are measured on is ever indexed."""

import datetime as dt
import json
from pathlib import Path

import pytest

from bot.knowledge.model import KnowledgeBase
from bot.language.words import normalise
from bot.matching.model import NONE, Model
from bot.matching.signals import NAMES
from bot.storage.knowledge_files import load, load_base
from bot.trained import load_encoder, load_model
from tests.conftest import KNOWLEDGE, ROOT

CASES = ROOT / "tests" / "cases"


def test_no_labelled_question_is_indexed(base: KnowledgeBase) -> None:
    """Our own base may meet a question by chance; copies would be many."""
    indexed = {normalise(one) for entry in base.entries.values() for one in entry.phrasings}
    names = ("questions_dev", "mesure", "mise_au_point", "epreuve")
    for name in (*names, "habitants_mesure", "habitants_reglage"):
        asked = [
            normalise(json.loads(line)["question"])
            for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()
        ]
        assert sum(one in indexed for one in asked) <= len(asked) // 100, name


@pytest.mark.parametrize("folder", sorted(CASES.glob("faq_*")), ids=lambda path: path.name)
def test_the_tests_of_the_small_faqs_are_not_in_them(folder: Path) -> None:
    base = load_base(folder, dt.date(2026, 11, 28))
    indexed = {normalise(one) for entry in base.entries.values() for one in entry.phrasings}
    tests = {normalise(one) for entry in base.entries.values() for one in entry.tests}
    assert len(base.entries) >= 15
    assert len(tests) >= 2 * len(base.entries) - 2
    assert not indexed & (tests | {normalise(one) for one in base.off_topic})


def test_a_small_refit_finds_the_same_things_to_matter() -> None:
    pytest.importorskip("scipy")
    from tools import fit

    sample = list(fit.others(load(KNOWLEDGE, dt.date(2026, 11, 28)).common[::3]))
    asked = [one for base in sample for one in fit.examples(base, load_encoder(), lambda _: "")]
    entry, none = fit.weights(asked)
    shipped = load_model()
    for name in ("sens", "couverture"):
        column = NAMES.index(name)
        assert entry[column] > 0
        assert shipped.entry[column] > 0
    assert len(none) == len(NONE)
    refit = Model(entry, none, shipped.trust)
    assert shipped.trust[-2:].tolist() == [fit.BOLDER, fit.BOLDER_TESTED]
    held = fit.ask(refit, sample[0], load_encoder(), lambda _: "", sample[0].questions)[0]
    theirs = fit.ask(shipped, sample[0], load_encoder(), lambda _: "", sample[0].questions)[0]
    made, known = fit.scores(refit, held), fit.scores(shipped, theirs)
    assert made["1re place"] == pytest.approx(known["1re place"], abs=0.1)
