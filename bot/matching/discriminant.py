"""A linear classifier of questions, learnt in closed form from a base's own phrasings.

Nearest-phrasing similarity asks « which phrasing looks alike? »; this asks « which words and
characters tell this entry from the others? ». Ridge regression of one-hot targets (Rifkin et al.,
« Regularized least-squares classification », 2003) on hashed features (Weinberger et al., « Feature
hashing for large scale multitask learning », 2009).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.index import Floats, Ints, Sparse

#: Dimensions of the hashed features. 1,024 to 4,096 gave the same accuracy on three bases.
HASHED = 2048
#: Ridge penalty; 0.3 to 3 gave the same accuracy within a point on three bases.
PENALTY = 1.0
#: Phrasings whose features are in memory at a time: 10 MiB.
BLOCK = 1024
#: Weight of each kind of feature: (characters, words, embedding).
WEIGHTS = (1.0, 0.5, 0.8)


@dataclass(frozen=True, slots=True)
class Hashing:
    """Where each term of a vocabulary goes in the dense features, and with which sign."""

    dimension: Ints
    sign: Floats

    @classmethod
    def of(cls, vocabulary: int, seed: int) -> "Hashing":
        random = np.random.default_rng(seed)
        return cls(
            random.integers(0, HASHED, vocabulary),
            random.choice(np.array([-1, 1], dtype=np.float32), vocabulary),
        )

    def add_to(self, dense: Floats, vector: Sparse, weight: float) -> None:
        np.add.at(
            dense,
            self.dimension[vector.terms],
            weight * vector.weights * self.sign[vector.terms],
        )


class Discriminant:
    """Scores of every entry for a question, about 1 for the right one and 0 for the others.

    `weights`, shape (d, entries), by d: HASHED for a question without its embedding, the other
    for one with it.
    """

    def __init__(self, features: Callable[[slice], Floats], owners: Ints, entries: int) -> None:
        """Learn from phrasings' features, asked for by rows, and the `owners` (n,), ascending.

        An entry's row of features.T @ targets is a sum over its phrasings: for a large base,
        neither all the features (n, d) nor the targets (n, entries) are ever in memory.
        """
        share = np.bincount(owners, minlength=entries).astype(np.float32) / np.float32(len(owners))
        rows, columns = len(owners), features(slice(1)).shape[1]
        widths = {min(HASHED, columns), columns}
        penalty = np.float32(PENALTY)
        self.weights: dict[int, Floats] = {}
        if rows < columns:
            targets = (owners[:, None] == np.arange(entries)) - share
            known = features(slice(rows))
            for width in widths:
                part = known[:, :width]
                gram = part @ part.T + penalty * np.eye(rows, dtype=np.float32)
                self.weights[width] = part.T @ np.linalg.solve(gram, targets)
            return
        gram = penalty * np.eye(columns, dtype=np.float32)
        sums = np.zeros((entries, columns), dtype=np.float32)
        for start in range(0, rows, BLOCK):
            block = features(slice(start, start + BLOCK))
            gram += block.T @ block
            owned = owners[start : start + BLOCK]
            changes = np.flatnonzero(np.diff(owned, prepend=-1))
            sums[owned[changes]] += np.add.reduceat(block, changes, axis=0)
        means = sums.T - np.outer(sums.sum(axis=0), share)
        for width in widths:
            self.weights[width] = np.linalg.solve(gram[:width, :width], means[:width])

    def scores(self, features: Floats) -> Floats:
        """The entries' scores, shape (entries,), for one question's features (d,)."""
        weights = self.weights[len(features)]
        hashed = np.flatnonzero(features[:HASHED])
        scores: Floats = features[hashed] @ weights[hashed]
        if len(features) > HASHED:
            scores += features[HASHED:] @ weights[HASHED:]
        return scores


def leave_one_out(features: Floats, owners: Ints, entries: int) -> Floats:
    """Each phrasing's scores by a classifier that never saw it, shape (n, entries).

    Without refitting: y - (y - ŷ) / (1 - h), h the leverage (Hastie et al., « The Elements of
    Statistical Learning », 2009, § 7.10). Exact for these targets; a classifier that never saw
    the row would also centre its targets without it, a difference of order 1/n.
    """
    targets = np.zeros((len(owners), entries), dtype=np.float32)
    targets[np.arange(len(owners)), owners] = 1
    targets -= targets.mean(axis=0)
    gram = features.T @ features + np.float32(PENALTY) * np.eye(features.shape[1], dtype=np.float32)
    half = np.linalg.solve(gram, features.T)
    leverage = np.einsum("nd,dn->n", features, half)
    fitted = features @ (half @ targets)
    loo: Floats = targets - (targets - fitted) / (1 - leverage)[:, None]
    return loo


def dense_features(
    grams: Sequence[Sparse],
    words: Sequence[Sparse],
    hashing: tuple[Hashing, Hashing],
    embeddings: Floats | None,
) -> Floats:
    """Features of n texts, shape (n, HASHED) or (n, HASHED + embedding size)."""
    hashed = np.zeros((len(grams), HASHED), dtype=np.float32)
    for row, (gram, word) in enumerate(zip(grams, words, strict=True)):
        hashing[0].add_to(hashed[row], gram, WEIGHTS[0])
        hashing[1].add_to(hashed[row], word, WEIGHTS[1])
    return hashed if embeddings is None else with_embeddings(hashed, embeddings)


def with_embeddings(hashed: Floats, embeddings: Floats) -> Floats:
    """The features of n texts, or of one, from the hashed ones and their embeddings."""
    return np.concatenate([hashed, np.float32(WEIGHTS[2]) * embeddings], axis=-1)
