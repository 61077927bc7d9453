"""From signals to probabilities: which entry is the right one, if any.

A conditional logit (McFadden, « Conditional logit analysis of qualitative choice behavior », 1974)
over the likely entries and one more choice, « none of them ». Fitted by tools/fit.py.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching import signals
from bot.matching.decision import Candidate, Ranking
from bot.matching.signals import Comparison
from bot.matching.vocabulary import Doubles

#: Probability of an entry that has the question's very words: the surest sign there is.
IDENTICAL = 0.99
#: « Cité » alone: where more entries have a message's only word, none of them is meant more.
COMMON = 20
#: What an entry is shown with: its signals, and the share of the named place that it knows.
PARTS = (*signals.NAMES, "lieu")
#: What speaks for « none of them »: how near the messages to refuse are, how far from every entry
#: the question is (in what the best of them has), how long it is.
REFUSED = ("classifieur", "ecart", "sens", "couverture")
BEST = ("classifieur", "sens", "couverture")
NONE = (
    *(f"a ecarter, {name}" for name in REFUSED),
    *(f"au mieux, {name}" for name in BEST),
    "longueur",  # in words, 20 at most, of 20
    "longueur couverte",  # the best coverage of that length: all of two words is not all of ten
    "toujours",
)
_REFUSED = [signals.NAMES.index(name) for name in REFUSED]
_BEST = [signals.NAMES.index(name) for name in BEST]
_COVERAGE = signals.NAMES.index("couverture")


@dataclass(frozen=True, slots=True)
class Scale:
    """How sure to be on one base: its logits are multiplied by `slope`, « none » is raised."""

    slope: float = 1.0
    none: float = 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """The weights: of each signal for an entry, of NONE for « none », and see calibration.py."""

    entry: Doubles  # (signals.NAMES,)
    none: Doubles  # (NONE,)
    trust: Doubles  # (TRUST,)

    @classmethod
    def parse(cls, text: str) -> "Model":
        """From weights.json, whose other keys tell where they come from."""
        made = json.loads(text)

        def row(key: str, names: Sequence[str]) -> Doubles:
            return np.array([made[key][name] for name in names], dtype=np.float64)

        return cls(row("entree", signals.NAMES), row("aucune", NONE), row("confiance", TRUST))

    def logits(self, comparison: Comparison) -> Doubles:
        """One an entry, and « none » last."""
        found = np.empty(len(comparison.entries) + 1)
        np.dot(comparison.values, self.entry, out=found[:-1])
        found[-1] = none_features(comparison).dot(self.none)
        return found


#: What other bases teach of the scale of one, see calibration.py: the usual logarithm of the slope,
#: « none » at one entry and how it grows with the logarithm of their number; what real questions
#: want beyond the scale of phrasings left out, the slope all the more as there are more entries;
#: and how much bolder than that to be, where phrasings left out told the scale and where tests did.
TRUST = (
    "pente",
    "aucune",
    "aucune, par taille",
    "pente en plus",
    "pente en plus, par taille",
    "aucune en plus",
    "hardiesse",
    "hardiesse, essais",
)


def none_features(comparison: Comparison) -> Doubles:
    """What speaks for « none of them », (NONE,)."""
    refused = comparison.unrelated.tolist()
    best = comparison.values.max(axis=0, initial=-1).tolist()
    length = min(comparison.length, 20) / 20
    rest = [length, length * best[_COVERAGE], 1.0]
    return np.array([refused[one] for one in _REFUSED] + [best[one] for one in _BEST] + rest)


def probabilities(logits: Doubles, scale: Scale) -> Doubles:
    """Of each choice, « none » last; rows of logits give rows."""
    scaled = logits * scale.slope
    scaled[..., -1] += scale.none
    odds = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: Doubles = odds / odds.sum(axis=-1, keepdims=True)
    return shares


def rank(comparison: Comparison, model: Model, scale: Scale) -> Ranking:
    """The likely entries with the probability that each is right, best first."""
    if not comparison.entries or not (comparison.known or comparison.identical):
        # Not one word of the base: whatever looks alike in « aaaaah » is chance.
        return Ranking((), 0.0)
    *scores, none = probabilities(model.logits(comparison), scale).tolist()
    among = COMMON / comparison.shared if comparison.length == 1 else 1.0
    made = []
    for entry, score, nearest, values, placed in zip(
        comparison.entries,
        scores,
        comparison.nearest,
        comparison.values.tolist(),
        comparison.placed,
        strict=True,
    ):
        score *= min(among, 1.0)
        if comparison.identical:
            score = IDENTICAL if entry == comparison.identical else score * (1 - IDENTICAL)
        parts = dict(zip(PARTS, (*values, placed), strict=True))
        made.append(Candidate(entry, score, nearest, parts))
    made.sort(key=lambda found: (-found.score, found.entry))
    in_scope = IDENTICAL if comparison.identical else 1 - none
    return Ranking(tuple(made), in_scope, comparison.identical)
