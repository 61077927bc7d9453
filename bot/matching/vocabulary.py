"""Terms and their numbers, and where each goes among the features of the classifier."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from weakref import proxy

import numpy as np
from numpy.typing import NDArray

from bot.language.reading import runs

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Dimensions of the hashed features (Weinberger et al., « Feature hashing for large scale multitask
#: learning », 2009).
HASHED = 1024


class Vocabulary:
    """Terms, numbered in the order given."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        self.terms = tuple(terms)
        self._number = {term: number for number, term in enumerate(self.terms)}
        # By proxy: a cache that held this vocabulary would keep it from being freed with its base.
        self.of_word = lru_cache(maxsize=4_096)(partial(Vocabulary._of_word, proxy(self)))

    def __len__(self) -> int:
        return len(self.terms)

    def more(self, terms: Iterable[str]) -> "Vocabulary":
        """The same with these terms, in alphabetical order after all others."""
        return Vocabulary((*self.terms, *sorted(set(terms) - self._number.keys())))

    def numbers(self, terms: Iterable[str]) -> tuple[Ints, int]:
        """The numbers of the known terms, ascending, none twice, and how many others there are."""
        asked = set(terms)
        known = asked & self._number.keys()
        found = np.fromiter(map(self._number.__getitem__, known), np.int64, len(known))
        found.sort()
        return found, len(asked) - len(known)

    def _of_word(self, word: str) -> tuple[Ints, int]:
        """`numbers` of the runs of letters of a word; words come again."""
        return self.numbers(runs(word))


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
