"""A linear classifier of questions, learnt in closed form from a base's own phrasings.

Nearest-phrasing similarity asks « which phrasing looks alike? »; this asks « which words and
characters tell this entry from the others? ». Ridge regression of one-hot targets (Rifkin et al.,
« Regularized least-squares classification », 2003) on hashed features (Weinberger et al., « Feature
hashing for large scale multitask learning », 2009).
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching.rows import Floats, Ints

#: Dimensions of the hashed features.
HASHED = 1024
#: Ridge penalty.
PENALTY = np.float32(1.0)
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

    `features(start, stop)` are those of these phrasings, (stop - start, d); `owners` are their
    groups, ascending. A group's row of features.T @ targets is a sum over its phrasings: for a
    large base neither all features (n, d) nor all targets (n, groups) are ever in memory. A score
    is about 1 for the right group and 0 for the others.

    Left out without refitting: y - (y - ŷ) / (1 - h), h the leverage (Hastie et al., « The Elements
    of Statistical Learning », 2009, § 7.10). Exact for these targets; a classifier that never saw
    the row would also centre its targets without it, a difference of order 1/n.
    """
    count, columns = len(owners), features(0, 1).shape[1]
    share = np.bincount(owners, minlength=groups).astype(np.float32) / np.float32(count)
    gram = PENALTY * np.eye(columns, dtype=np.float32)
    sums = np.zeros((groups, columns), dtype=np.float32)
    asked = np.zeros((len(rows), columns), dtype=np.float32)
    for start in range(0, count, BLOCK):
        stop = min(start + BLOCK, count)
        block = features(start, stop)
        gram += block.T @ block
        firsts = np.flatnonzero(np.diff(owners[start:stop], prepend=-1))
        sums[owners[start:stop][firsts]] += np.add.reduceat(block, firsts, axis=0)
        here = (rows >= start) & (rows < stop)
        asked[here] = block[rows[here] - start]
    means = sums.T - np.outer(sums.sum(axis=0), share)
    solved = np.linalg.solve(gram, np.concatenate([means, asked.T], axis=1))
    weights = np.ascontiguousarray(solved[:, :groups])
    leverage = np.einsum("nd,dn->n", asked, solved[:, groups:])[:, None]
    targets = (owners[rows][:, None] == np.arange(groups)) - share
    unseen = targets - (targets - asked @ weights) / (1 - leverage)
    return weights, LeftOut(rows, unseen.astype(np.float32))
