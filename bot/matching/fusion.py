"""From signals to probabilities: which entry, if any, is the right one.

Two small models, fitted by tools/fit_fusion.py: a conditional logit over the likely entries
(McFadden, « Conditional logit analysis », 1974) says which is right if one is; a logistic
regression says whether one is.
"""

from dataclasses import dataclass

import numpy as np

from bot.matching import signals
from bot.matching.decision import Candidate, Ranking
from bot.matching.engine import Comparison
from bot.matching.index import Doubles, Floats

#: Probability of an entry that has the question's very words: the surest sign there is.
IDENTICAL = 0.99
#: What the second model looks at, in order: the best entry's signals, its lead over the unrelated
#: messages in each, and these.
OVERALL = ("part", "suivante", "mots-connus", "longueur", "tres-court")

FEATURES = (*signals.NAMES, *(f"avance {name}" for name in signals.NAMES), *OVERALL)


@dataclass(frozen=True, slots=True)
class Model:
    """Fitted weights; a positive weight speaks for the entry."""

    reranking: tuple[float, ...]  # one a signal
    scope: tuple[float, ...]  # one a feature of `overall`
    scope_bias: float
    temperature: float = 1.0  # of the shares, once `overall` has looked at them


def shares(values: Floats, reranking: Doubles) -> Doubles:
    """Probability of each entry if one is right; sums to 1. Values: (entries, signals)."""
    logits = values @ reranking
    odds = np.exp(logits - logits.max())
    probabilities: Doubles = odds / odds.sum()
    return probabilities


def overall(comparison: Comparison, share: Doubles) -> Doubles:
    """Features of whether any entry is right, shape (2 * len(signals.NAMES) + len(OVERALL),)."""
    order = np.argsort(-share, kind="stable")
    best = comparison.values[order[0]]
    length = len(comparison.reading.words)
    second = float(share[order[1]]) if len(order) > 1 else 0.0
    return np.concatenate(
        [
            best,
            best - comparison.unrelated,
            np.array(
                [
                    share[order[0]],
                    second,
                    comparison.known,
                    min(length, 20) / 20,
                    float(length <= 2),
                ]
            ),
        ]
    ).astype(np.float64)


def rank(comparison: Comparison, model: Model) -> Ranking:
    """The likely entries with the probability that each is right, best first."""
    if not comparison.entries or not (comparison.known or comparison.identical):
        # Not one word of the base: whatever looks alike in « aaaaah » is chance.
        return Ranking((), 0.0)
    reranking = np.array(model.reranking)
    share = shares(comparison.values, reranking)
    logit = float(overall(comparison, share) @ np.array(model.scope)) + model.scope_bias
    in_scope = float(1 / (1 + np.exp(-logit)))
    scores = (in_scope * shares(comparison.values, reranking * model.temperature)).tolist()
    made = []
    for entry, score, nearest, values in zip(
        comparison.entries, scores, comparison.nearest, comparison.values.tolist(), strict=True
    ):
        if comparison.identical:
            score = IDENTICAL if entry == comparison.identical else score * (1 - IDENTICAL)
        parts = dict(zip(signals.NAMES, values, strict=True))
        made.append(Candidate(entry, score, nearest, parts))
    made.sort(key=lambda found: (-found.score, found.entry))
    return Ranking(
        tuple(made), IDENTICAL if comparison.identical else in_scope, comparison.identical
    )
