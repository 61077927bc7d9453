"""Letters first, the meaning of sentences only where they leave a doubt."""

import zlib
from collections.abc import Sequence

import numpy as np
import pytest

from bot.communes.gazetteer import Gazetteer
from bot.encoder import load_encoder
from bot.evaluation import read_cases
from bot.knowledge.model import KnowledgeBase
from bot.matching import fusion
from bot.matching.decision import POLICY, Answered, Decision, Policy, decide
from bot.matching.engine import Engine, EntryTexts
from bot.matching.fitted import WITH_ENCODER, WITHOUT_ENCODER
from bot.matching.index import Floats
from bot.matching.matcher import Matcher, sure
from tests.cases.matching import SMALL, SYNONYMS, UNRELATED, ranking
from tests.conftest import OURS, ROOT


@pytest.fixture(scope="module")
def whole(base: KnowledgeBase, pytestconfig: pytest.Config) -> Engine:
    """The project's own base, with the real encoder."""
    cache = pytestconfig.cache.mkdir("encoder") if pytestconfig.cache else None
    return Engine(
        {key: EntryTexts(entry.phrasings, entry.answer) for key, entry in base.entries.items()},
        base.synonyms,
        (*OURS.common, *base.unrelated),
        load_encoder(cache),
    )


class WordEncoder:
    """A small encoder, one direction a word; `asked` are the questions it was given."""

    name = "mots"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, sentences: Sequence[str]) -> Floats:
        if len(sentences) == 1:
            self.asked += sentences
        rows = np.full((len(sentences), 64), 1e-3, dtype=np.float32)
        for row, sentence in zip(rows, sentences, strict=True):
            for word in sentence.split():
                row[zlib.crc32(word.encode()) % 64] += 1
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


def test_the_encoder_is_asked_only_where_letters_leave_a_doubt() -> None:
    encoder = WordEncoder()
    matcher = Matcher(SMALL, SYNONYMS, UNRELATED, encoder)
    assert matcher.rank("mon chien et mon chat").identical == "animaux"
    assert encoder.asked == []
    doubtful = matcher.rank("le chien et les travaux")
    assert encoder.asked == ["le chien et les travaux"]
    assert any(found.parts["sens"] for found in doubtful.candidates)


@pytest.mark.parametrize(
    ("best", "in_scope", "expected"),
    [
        (0.995, 0.999, True),
        (0.985, 0.999, False),  # five refusals times 1.5 % is too much to leave to letters
        (0.002, 0.005, True),
        (0.002, 0.03, False),  # one in thirty might be a fire
    ],
)
def test_what_letters_alone_may_decide(best: float, in_scope: float, expected: bool) -> None:
    assert sure(ranking([best], in_scope), POLICY) == expected
    assert not sure(ranking([best], in_scope), Policy(wrong=30)), "dearer mistakes, surer letters"


@pytest.mark.parametrize("name", ["mise_au_point", "mesure"])
def test_where_letters_alone_decide_the_meaning_changes_nothing(
    whole: Engine, gazetteer: Gazetteer, name: str
) -> None:
    decided = False
    for case in read_cases((ROOT / "tests" / "cases" / f"{name}.jsonl").read_text("utf-8")):
        first_pass = whole.first_pass(case.question, gazetteer.find(case.question).matched)
        letters = fusion.rank(whole.compare(first_pass, meaning=False), WITHOUT_ENCODER)
        if sure(letters, POLICY):
            both = fusion.rank(whole.compare(first_pass), WITH_ENCODER)
            assert kind(decide(letters, POLICY)) == kind(decide(both, POLICY)), case.question
            decided = True
    assert decided


def kind(decision: Decision) -> tuple[type[Decision], str]:
    """What was decided, and the entry answered if one is."""
    answered = decision.candidate.entry if isinstance(decision, Answered) else ""
    return type(decision), answered
