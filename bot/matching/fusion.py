"""From signals to probabilities: which entry, if any, is the right one.

Two small models, fitted by tools/fit_fusion.py: a conditional logit over the likely entries
(McFadden, « Conditional logit analysis », 1974) says which is right if one is; a logistic
regression says whether one is.
"""

from dataclasses import dataclass

import numpy as np

from bot.matching import signals
from bot.matching.decision import Candidate
from bot.matching.engine import Comparison
from bot.matching.index import Floats

#: Probability of an entry that has the question's very words: the surest sign there is.
IDENTICAL = 0.99
#: What the second model looks at, in order: the best entry's signals, its lead over the unrelated
#: messages in each, and these.
OVERALL = ("part", "suivante", "mots-connus", "longueur", "tres-court")


@dataclass(frozen=True, slots=True)
class Model:
    """Fitted weights; a positive weight speaks for the entry."""

    which: tuple[float, ...]  # one a signal
    whether: tuple[float, ...]  # one a feature of `overall`
    whether_bias: float


def shares(values: Floats, which: Floats) -> Floats:
    """Probability of each entry if one is right; sums to 1. Values: (entries, signals)."""
    logits = values.astype(np.float64) @ which
    odds = np.exp(logits - logits.max())
    probabilities: Floats = odds / odds.sum()
    return probabilities


def overall(comparison: Comparison, share: Floats) -> Floats:
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


def candidates(comparison: Comparison, model: Model) -> tuple[Candidate, ...]:
    """The likely entries with the probability that each is right, best first."""
    if not comparison.entries:
        return ()
    share = shares(comparison.values, np.array(model.which))
    logit = float(overall(comparison, share) @ np.array(model.whether)) + model.whether_bias
    related = 1 / (1 + np.exp(-logit))
    made = [
        Candidate(
            entry,
            IDENTICAL if entry == comparison.identical else float(related * part),
            nearest,
            {
                **{name: float(value) for name, value in zip(signals.NAMES, row, strict=True)},
                "part": float(part),
            },
        )
        for entry, part, nearest, row in zip(
            comparison.entries, share, comparison.nearest, comparison.values, strict=True
        )
    ]
    return tuple(sorted(made, key=lambda found: (-found.score, found.entry)))
