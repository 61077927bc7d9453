"""Sentences to unit vectors, near in meaning and near in cosine, however badly they are typed.

A bag of words, of their letters and of their pairs: each has a row of a table trained beforehand
(tools/train_encoder.py; docs/encodeur.md tells from what), and a text is the sum of its rows.
"""

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import IO
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.language.words import fold

Floats = npt.NDArray[np.float32]

#: Rows for runs of letters, and as many for pairs of known words; both are hashed.
BUCKETS = 1 << 15
#: Runs of this many letters, the word's edges included: "<", ">".
RUNS = (3, 4)
#: What a pair of words weighs, and the letters of a word that has a row of its own.
PAIR, SPELT = 0.5, 0.5
#: Words read at most: a longer message is a letter, and says what it is about at its beginning.
LONGEST = 120
WORD = re.compile(r"[a-z0-9]+")


def _runs(word: str, first: int) -> list[int]:
    """The rows of a word's runs of letters, from the first of them all."""
    marked = f"<{word[:40]}>".encode()
    return [
        first + crc32(marked[start : start + size]) % BUCKETS
        for size in RUNS
        for start in range(len(marked) - size + 1)
    ]


def words_of(text: str) -> list[str]:
    """The folded words that are read of a text."""
    return WORD.findall(fold(text))[:LONGEST]


def of_word(word: str, known: Mapping[str, int]) -> tuple[list[int], list[float]]:
    """Rows, and their weights, of a word: its own, if it has one, and those of its runs of letters.

    `known` gives the row of each word that has one, from 0. Rows of runs follow, then of pairs.
    """
    runs = _runs(word, len(known))
    weight = 1 / math.sqrt(len(runs))
    row = known.get(word)
    if row is None:
        return runs, [weight] * len(runs)
    return [row, *runs], [1.0] + [weight * SPELT] * len(runs)


def of_pairs(words: Sequence[str], known: Mapping[str, int]) -> list[int]:
    """The rows of a text's pairs of neighbouring words that both have a row of their own."""
    pairs = (
        crc32(f"{one} {other}".encode())
        for one, other in pairwise(words)
        if one in known and other in known
    )
    return [len(known) + BUCKETS + pair % BUCKETS for pair in pairs]


def features(text: str, known: Mapping[str, int]) -> tuple[list[int], list[float]]:
    """Rows, and their weights, of what a text is made of: words, their letters, pairs of words."""
    rows, weights = [], []
    words = words_of(text)
    for word in words:
        more, their = of_word(word, known)
        rows += more
        weights += their
    pairs = of_pairs(words, known)
    return rows + pairs, weights + [PAIR] * len(pairs)


class Encoder:
    """The trained tables, and the sums of words met before: the same text gives the same bits."""

    def __init__(self, words: Sequence[str], rows: npt.NDArray[np.int8], scales: Floats) -> None:
        """`rows` has shape (len(words) + 2 BUCKETS, size); row r stands for rows[r] × scales[r]."""
        if rows.shape[0] != len(words) + 2 * BUCKETS or scales.shape != rows.shape[:1]:
            raise ValueError("tables of unequal lengths")
        self._known = {word: row for row, word in enumerate(words)}
        self._rows, self._scales = rows, scales
        # A base says the same words over and over, and residents do.
        self._word = lru_cache(maxsize=4_096)(self._summed)
        self.size = int(rows.shape[1])
        self.name = f"galibot-{crc32(np.ascontiguousarray(rows).data):08x}"

    @classmethod
    def load(cls, file: str | IO[bytes]) -> "Encoder":
        """The encoder that `save` wrote.

        OSError, KeyError, ValueError or zipfile.BadZipFile where it can't be read.
        """
        with np.load(file, allow_pickle=False) as kept:
            words = kept["words"].tobytes().decode("ascii").split("\n")
            return cls(words, kept["rows"], kept["scales"].astype(np.float32))

    def save(self, file: str | IO[bytes]) -> None:
        words = np.frombuffer("\n".join(self._known).encode("ascii"), dtype=np.uint8)
        np.savez(file, words=words, rows=self._rows, scales=self._scales.astype(np.float16))

    def embed(self, text: str) -> Floats:
        """Unit vector, shape (size,); all zeros where the text has neither letter nor digit.

        Rows are summed in one order and the norm is rounded once, so that no processor or
        library of linear algebra changes a bit.
        """
        words = words_of(text)
        pairs = of_pairs(words, self._known)
        total = self._sum(pairs, [PAIR] * len(pairs))
        for word in words:
            total += self._word(word)
        length = math.sqrt(math.fsum((total.astype(np.float64) ** 2).tolist()))
        return total / np.float32(length) if length else total

    def _summed(self, word: str) -> Floats:
        return self._sum(*of_word(word, self._known))

    def _sum(self, numbers: Sequence[int], weights: Sequence[float]) -> Floats:
        """Of these rows, so weighted, (size,)."""
        rows = np.array(numbers, dtype=np.intp)
        scales = self._scales[rows] * np.array(weights, dtype=np.float32)
        found: Floats = (self._rows[rows] * scales[:, None]).sum(axis=0)
        return found

    def encode(self, sentences: Sequence[str]) -> Floats:
        """Unit vectors, shape (n, size): each as `embed` gives it alone."""
        return np.array([self.embed(one) for one in sentences], dtype=np.float32).reshape(
            -1, self.size
        )
