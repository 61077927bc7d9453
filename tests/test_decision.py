"""The decision of least expected cost."""

from collections.abc import Sequence

import numpy as np
import pytest

from bot.matching.decision import (
    POLICY,
    SMALLEST,
    SUGGESTIONS,
    Answered,
    Decision,
    NoMatch,
    Policy,
    Suggestions,
    decide,
)
from tests.cases.matching import ranking

#: Its costs are those of this table, whatever the assistant's policy becomes.
PRICES = Policy(wrong=5, refused=1, suggested=0.7, disturbed=1)


@pytest.mark.parametrize(
    ("scores", "in_scope", "policy", "outcome", "entries"),
    [
        ((), 0.0, PRICES, NoMatch, ""),
        ((), 0.9, PRICES, NoMatch, ""),
        # sure, hesitating, and nothing near
        ((0.97,), 0.97, PRICES, Answered, "e1"),
        ((0.5, 0.3), 0.8, PRICES, Suggestions, "e1 e2"),
        ((0.1,), 0.1, PRICES, NoMatch, ""),
        # one candidate: it answers from 4 / 4.7 = 0.851 on
        ((0.86,), 0.86, PRICES, Answered, "e1"),
        ((0.84,), 0.84, PRICES, Suggestions, "e1"),
        # one candidate: suggesting beats refusing from 1 / 1.3 = 0.769 on
        ((0.78,), 0.78, PRICES, Suggestions, "e1"),
        ((0.76,), 0.76, PRICES, NoMatch, ""),
        # probable, but spread over too many entries to suggest three
        ((0.1,) * 9, 0.9, PRICES, NoMatch, ""),
        # at most three, and none that is hardly possible
        ((0.3, 0.25, 0.2, 0.15), 0.95, PRICES, Suggestions, "e1 e2 e3"),
        ((0.8, 0.0099, 0.001), 0.82, PRICES, Suggestions, "e1"),
        ((0.8, 0.01, 0.001), 0.82, PRICES, Suggestions, "e1 e2"),
        ((0.001,), 0.99, PRICES, NoMatch, ""),
        ((0.001,), 0.99, Policy(wrong=5, refused=1, suggested=0.7, disturbed=0), NoMatch, ""),
        # what things cost decides
        ((0.5, 0.3), 0.8, Policy(wrong=0, refused=1, suggested=1, disturbed=1), Answered, "e1"),
        ((0.9,), 0.9, Policy(wrong=50, refused=1, suggested=0.7, disturbed=1), Suggestions, "e1"),
        ((0.3,), 0.3, Policy(wrong=5, refused=20, suggested=20, disturbed=1), Answered, "e1"),
        ((0.1,), 0.1, Policy(wrong=50, refused=9, suggested=0.1, disturbed=0), Suggestions, "e1"),
        ((0.5, 0.3), 0.8, Policy(wrong=5, refused=0, suggested=0.7, disturbed=1), NoMatch, ""),
        # all the same: the answer, then the suggestions
        ((1.0,), 1.0, Policy(wrong=5, refused=0, suggested=0, disturbed=0), Answered, "e1"),
        ((0.5,), 0.5, Policy(wrong=5, refused=1, suggested=1, disturbed=0), Suggestions, "e1"),
    ],
)
def test_the_least_expected_cost_decides(
    scores: Sequence[float], in_scope: float, policy: Policy, outcome: type[Decision], entries: str
) -> None:
    decision = decide(ranking(scores, in_scope), policy)
    assert type(decision) is outcome
    assert " ".join(entries_of(decision)) == entries
    assert decision.rule


def entries_of(decision: Decision) -> list[str]:
    match decision:
        case Answered(candidate):
            return [candidate.entry]
        case Suggestions(candidates):
            return [found.entry for found in candidates]
        case NoMatch():
            return []


def test_the_rule_gives_the_three_costs() -> None:
    assert decide(ranking((0.5, 0.3), 0.8), PRICES).rule == (
        "Coût attendu : répondre 2.50, proposer 0.76, refuser 0.80."
    )


def test_surer_never_means_less_is_said() -> None:
    """As the only candidate grows likelier: refuse, then suggest, then answer."""
    said = {NoMatch: 0, Suggestions: 1, Answered: 2}
    for policy in (PRICES, POLICY):
        steps = [
            said[type(decide(ranking((score,), score), policy))]
            for score in np.linspace(0, 1, 201).tolist()
        ]
        assert steps == sorted(steps)
        assert steps[0] == 0
        assert steps[-1] == 2


def test_the_policy_holds_what_a_wrong_answer_costs() -> None:
    assert POLICY.wrong == 5 * POLICY.refused
    assert SUGGESTIONS == 3
    assert 0 < SMALLEST < 0.05


def test_among_keeps_order_and_scores() -> None:
    whole = ranking((0.5, 0.3, 0.1), 0.9)
    assert whole.among({"e1": 0, "e2": 0, "e3": 0}) == whole
    assert entries_of(Suggestions(whole.among({"e3": 0, "e1": 0}).candidates, "")) == ["e1", "e3"]
    assert whole.among({}).candidates == ()
    assert whole.among({}).others == whole.candidates
    assert whole.among({}).in_scope == pytest.approx(0)
    assert isinstance(decide(whole.among({}), PRICES), NoMatch)
