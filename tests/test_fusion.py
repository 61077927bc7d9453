"""From signals to probabilities."""

import numpy as np
import pytest

from bot.matching import fusion, signals
from bot.matching.engine import Engine, EntryTexts
from bot.matching.fitted import WITH_ENCODER, WITHOUT_ENCODER
from bot.matching.matcher import Matcher
from tests.cases.matching import ODD, SMALL, SYNONYMS, UNRELATED


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(SMALL, SYNONYMS, UNRELATED)


def test_every_signal_has_its_weights() -> None:
    assert len(set(signals.NAMES)) == len(signals.NAMES)
    assert len(fusion.FEATURES) == 2 * len(signals.NAMES) + len(fusion.OVERALL)
    for model in (WITH_ENCODER, WITHOUT_ENCODER):
        assert len(model.reranking) == len(signals.NAMES)
        assert len(model.scope) == len(fusion.FEATURES)
        assert model.temperature > 0


@pytest.mark.parametrize("scale", [0, 0.01, 1, 100, 10_000])
def test_shares_sum_to_one(scale: float) -> None:
    random = np.random.default_rng(3)
    values = random.normal(size=(30, len(signals.NAMES))).astype(np.float32)
    which = scale * random.normal(size=len(signals.NAMES))
    found = fusion.shares(values, which)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert (found >= 0).all()
    assert found.argmax() == (values @ which).argmax()
    assert fusion.shares(values[:1], which).tolist() == [1]


@pytest.mark.parametrize("text", [*ODD, "mon loyer", "les travaux", *UNRELATED], ids=ascii)
def test_scores_are_probabilities_best_first(matcher: Matcher, text: str) -> None:
    ranking = matcher.rank(text)
    scores = [found.score for found in ranking.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert 0 <= ranking.in_scope <= 1
    assert sum(scores) <= ranking.in_scope + 0.011
    assert len({found.entry for found in ranking.candidates}) == len(scores)
    assert all(tuple(found.parts) == signals.NAMES for found in ranking.candidates)


def test_very_words_are_the_surest_sign() -> None:
    """Surer than any model, such as one that finds all entries alike and sees no difference."""
    blind = fusion.Model((0.0,) * len(signals.NAMES), (0.0,) * len(fusion.FEATURES), 9.0)
    engine = Engine({"a": EntryTexts(("le prix ?",)), "b": EntryTexts(("le prix du pain ?",))})
    first, second = fusion.rank(engine.compare(engine.first_pass("un prix")), blind).candidates
    assert first.score == second.score == pytest.approx(0.5, abs=0.01)
    ranking = fusion.rank(engine.compare(engine.first_pass("le PRIX du pain")), blind)
    assert [found.entry for found in ranking.candidates] == ["b", "a"]
    first, second = ranking.candidates
    assert first.score == ranking.in_scope == fusion.IDENTICAL
    assert 0 < second.score <= 1 - fusion.IDENTICAL
