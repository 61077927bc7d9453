"""Indexes: how alike two lists of terms are, and what of a question a group covers."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from bot.matching.index import Coverage, TermIndex

TEXTS = (("a", "b", "b"), ("b", "c"), ("c",), ("d", "e", "f", "a"), ())


def test_a_text_is_like_itself() -> None:
    index = TermIndex(TEXTS)
    for number, text in enumerate(TEXTS):
        similarities = index.similarities(index.vector(text))
        assert similarities.shape == (len(TEXTS),)
        assert similarities[number] == pytest.approx(1.0 if text else 0.0, abs=1e-6)
        assert similarities.min() >= 0
        assert similarities.max() <= 1 + 1e-6


def test_texts_without_a_term_in_common_are_not_alike() -> None:
    index = TermIndex(TEXTS)
    assert list(index.similarities(index.vector(["a"])) > 0) == [True, False, False, True, False]
    assert not index.similarities(index.vector(["z"])).any()
    assert not index.similarities(index.vector([])).any()


def test_unknown_terms_only_lower_likeness() -> None:
    index = TermIndex(TEXTS)
    before = index.similarities(index.vector(["a", "b"]))
    for unknown in (["z"], ["z", "z"], ["z", "y", "x"]):
        after = index.similarities(index.vector(["a", "b", *unknown]))
        assert (after[before > 0] < before[before > 0]).all()
        assert (after[before == 0] == 0).all()
        assert np.argsort(-after, kind="stable").tolist() == (
            np.argsort(-before, kind="stable").tolist()
        )
        before = after


def test_rare_terms_count_more() -> None:
    index = TermIndex((("rare", "usual"), ("usual", "x"), ("usual", "y")))
    found = index.similarities(index.vector(["rare"]))[0]
    assert found > index.similarities(index.vector(["usual"]))[0]


def test_likeness_is_the_cosine_of_weighted_terms() -> None:
    index = TermIndex(TEXTS)
    idf = {"a": math.log(6 / 3) + 1, "b": math.log(6 / 3) + 1, "c": math.log(6 / 3) + 1}
    asked = {"a": idf["a"], "c": (1 + math.log(2)) * idf["c"]}
    text = {"a": idf["a"], "b": (1 + math.log(2)) * idf["b"]}
    norms = math.hypot(*asked.values()) * math.hypot(*text.values())
    found = index.similarities(index.vector(["c", "a", "c"]))[0]
    assert found == pytest.approx(asked["a"] * text["a"] / norms, abs=1e-6)


@pytest.mark.parametrize("texts", [(), ((),), ((), ())])
def test_an_index_of_nothing(texts: Sequence[Sequence[str]]) -> None:
    index = TermIndex(texts)
    assert index.vocabulary == 0
    assert index.similarities(index.vector(["a"])).tolist() == [0.0] * len(texts)


# Coverage

GROUPS = ((("a", "b"), ("a", "c")), (("a",), ("d", "d")))


@pytest.mark.parametrize(
    ("asked", "full", "none"),
    [
        (["a"], {0, 1}, set()),
        (["b", "c"], {0}, {1}),
        (["d", "d"], {1}, {0}),
        (["a", "d"], {1}, set()),
        (["z"], set(), {0, 1}),
        ([], set(), {0, 1}),
    ],
)
def test_coverage(asked: list[str], full: set[int], none: set[int]) -> None:
    shares, known = Coverage(GROUPS, own=len(GROUPS)).shares(asked)
    assert {int(group) for group in np.flatnonzero(shares > 1 - 1e-6)} == full
    assert {int(group) for group in np.flatnonzero(shares == 0)} == none
    assert known == pytest.approx(float(bool(asked) and asked != ["z"]))


def test_unknown_and_rare_words_weigh_in_coverage() -> None:
    coverage = Coverage(GROUPS, own=len(GROUPS))
    shares, known = coverage.shares(["a", "z"])
    assert 0 < known < 1
    assert shares.tolist() == pytest.approx([known, known])
    rare, _ = coverage.shares(["a", "b"])
    assert rare[0] == pytest.approx(1)
    assert rare[1] < 0.5, "« b » is rarer than « a »"


def test_coverage_leaves_the_question_itself_out() -> None:
    coverage = Coverage(GROUPS, own=len(GROUPS))
    assert coverage.shares(["b"])[0].tolist() == [1, 0]
    assert coverage.shares(["b"], left_out=0)[0].tolist() == [0, 0]
    assert coverage.shares(["b"], left_out=0)[1] == 0
    assert coverage.shares(["b"], left_out=1)[0].tolist() == [1, 0]
    assert coverage.shares(["a"], left_out=0)[0].tolist() == [1, 1], "another text has it too"
    assert coverage.shares(["a"], left_out=1)[0].tolist() == [1, 0]
