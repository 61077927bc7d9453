"""A linear classifier of questions, learnt in closed form from a base's own phrasings.

Nearest-phrasing similarity asks « which phrasing looks alike? »; this asks « which words and
characters tell this entry from the others? ». Each entry against the rest by least squares (Rifkin
et al., « Regularized least-squares classification », 2003), its own phrasings weighing as much as a
quarter of all, else the many others drown them: on 1,496 questions never seen, first place goes
from 78 to 85 in a hundred.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bot.matching.vocabulary import Floats, Ints

#: Ridge penalty.
PENALTY = np.float32(1.0)
#: What the phrasings of a group weigh together, of all phrasings; a factor under LEAST is none, and
#: one over MOST makes too much of an entry of two or three phrasings.
SHARE, LEAST, MOST = 0.25, 2.0, 40.0
#: Phrasings whose features are in memory at a time: 4 MiB.
BLOCK = 1024


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows, and the classifier's scores of each as if it had never seen it."""

    rows: Ints  # ascending
    scores: Floats  # (rows, groups)

    def of(self, row: int) -> Floats:
        """The scores of this row."""
        found: Floats = self.scores[np.searchsorted(self.rows, row)]
        return found


def learn(
    features: Callable[[slice], Floats], owners: Ints, groups: int, rows: Ints
) -> tuple[Floats, LeftOut]:
    """The weights, (d, groups), and the scores of these rows left out one by one.

    `features(rows)` are those of these phrasings, (rows, d), never all in memory; `owners` are
    their groups, ascending. A score is about 1 for the right group, -1 for others.

    Left out without refitting: y - (y - ŷ) / (1 - h), h the leverage (Hastie et al., « The Elements
    of Statistical Learning », 2009, § 7.10). Exact in a phrasing's own group; in the others, where
    that group's phrasings weigh no more than the rest, as they would.
    """
    count, columns = len(owners), features(slice(1)).shape[1]
    gram = PENALTY * np.eye(columns, dtype=np.float32)
    whole = np.zeros(columns, dtype=np.float32)
    for start in range(0, count, BLOCK):
        block = features(slice(start, start + BLOCK))
        gram += block.T @ block
        whole += block.sum(axis=0)
    inverse = np.linalg.inv(gram)
    weights = np.zeros((columns, groups), dtype=np.float32)
    asked = np.zeros((len(rows), columns), dtype=np.float32)
    leverage = np.zeros((len(rows), groups), dtype=np.float32)
    bounds = np.searchsorted(owners, np.arange(groups + 1)).tolist()
    for group, (start, stop) in enumerate(pairwise(bounds)):
        mine = features(slice(start, stop))
        here = np.flatnonzero((rows >= start) & (rows < stop))
        asked[here] = mine[rows[here] - start]
        weights[:, group], leverage[here, group] = told_apart(
            inverse, whole, mine, weight(stop - start, count), asked[here]
        )
    of_others = np.einsum("nd,nd->n", asked @ inverse, asked)[:, None]
    own = owners[rows][:, None] == np.arange(groups)
    targets = np.where(own, np.float32(1), np.float32(-1))
    unseen = targets - (targets - asked @ weights) / (1 - np.where(own, leverage, of_others))
    return weights, LeftOut(rows, unseen.astype(np.float32))


def weight(size: int, count: int) -> float:
    """How much each of a group's phrasings weighs, of `count` of all groups."""
    found = min(SHARE * count / max(size, 1), MOST)
    return found if found > LEAST else 1.0


def told_apart(
    inverse: Floats, whole: Floats, mine: Floats, weight: float, rows: Floats
) -> tuple[Floats, Floats]:
    """The weights of one group, (d,), and the leverage of some of its phrasings, (rows,).

    `inverse` is that of the Gram matrix where every phrasing weighs 1, (d, d), `whole` the sum of
    all, (d,). What this group's weigh besides is added to the inverse (Woodbury's identity).
    """
    target: Floats = inverse @ ((weight + 1) * mine.sum(axis=0) - whole)
    leverage: Floats = np.einsum("nd,nd->n", rows @ inverse, rows)
    if weight == 1 or not len(mine):
        return target, leverage
    turned = mine @ inverse
    inner = np.linalg.inv(
        np.eye(len(mine), dtype=np.float32) / np.float32(weight - 1) + turned @ mine.T
    )
    shared = rows @ turned.T
    leverage -= np.einsum("nm,nm->n", shared @ inner, shared)
    return target - turned.T @ (inner @ (mine @ target)), np.float32(weight) * leverage
