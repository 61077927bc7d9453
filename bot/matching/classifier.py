"""A linear classifier of questions, learnt in closed form from a base's own phrasings.

Nearest-phrasing similarity asks « which phrasing looks alike? »; this asks « which words and
characters tell this entry from the others? ». Each entry against the rest by least squares (Rifkin
et al., « Regularized least-squares classification », 2003), its own phrasings weighing as much as a
quarter of all, else the many others drown them: on 1,496 questions never seen, first place goes
from 78 to 85 in a hundred. On hashed features (Weinberger et al., « Feature hashing for large scale
multitask learning », 2009).
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.matching.rows import Floats, Ints

#: Dimensions of the hashed features.
HASHED = 1024
#: Ridge penalty.
PENALTY = np.float32(1.0)
#: What the phrasings of a group weigh together, of all phrasings; a factor under LEAST is none, and
#: one over MOST makes too much of an entry of two or three phrasings.
SHARE, LEAST, MOST = 0.25, 2.0, 40.0
#: Phrasings whose features are in memory at a time: 4 MiB.
BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Hashing:
    """Where each trait goes in the dense features, and with which sign."""

    places: NDArray[np.int16]
    signs: NDArray[np.int8]

    @classmethod
    def of(cls, traits: Sequence[str]) -> "Hashing":
        """By the traits' letters alone: one that is added does not move the others."""
        codes = np.array([zlib.crc32(trait.encode()) for trait in traits], dtype=np.uint32)
        signs = np.where(codes >> np.uint32(31), 1, -1).astype(np.int8)
        return cls((codes % HASHED).astype(np.int16), signs)

    def dense(self, rows: Ints, traits: Ints, weights: Floats, count: int) -> Floats:
        """(count, HASHED): each trait's weight, added at its place in its row."""
        flat = rows * HASHED + self.places[traits]
        summed = np.bincount(flat, weights * self.signs[traits], minlength=count * HASHED)
        return summed.astype(np.float32).reshape(count, HASHED)


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
    features: Callable[[int, int], Floats], owners: Ints, groups: int, rows: Ints
) -> tuple[Floats, LeftOut]:
    """The weights, (d, groups), and the scores of these rows left out one by one.

    `features(start, stop)` are those of these phrasings, (stop - start, d), never all in memory;
    `owners` are their groups, ascending. A score is about 1 for the right group, -1 for others.

    Left out without refitting: y - (y - ŷ) / (1 - h), h the leverage (Hastie et al., « The Elements
    of Statistical Learning », 2009, § 7.10). Exact in a phrasing's own group; in the others, where
    that group's phrasings weigh no more than the rest, as they would.
    """
    count, columns = len(owners), features(0, 1).shape[1]
    gram = PENALTY * np.eye(columns, dtype=np.float32)
    whole = np.zeros(columns, dtype=np.float32)
    for start in range(0, count, BLOCK):
        block = features(start, min(start + BLOCK, count))
        gram += block.T @ block
        whole += block.sum(axis=0)
    inverse = np.linalg.inv(gram)
    weights = np.zeros((columns, groups), dtype=np.float32)
    asked = np.zeros((len(rows), columns), dtype=np.float32)
    leverage = np.zeros((len(rows), groups), dtype=np.float32)
    bounds = np.searchsorted(owners, np.arange(groups + 1)).tolist()
    for group, (start, stop) in enumerate(pairwise(bounds)):
        mine = features(start, stop)
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
