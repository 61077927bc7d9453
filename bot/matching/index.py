"""A base laid out for search: arrays and lists of strings, built once and never changed."""

import math
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from bot.language.encoder import Encoder
from bot.language.reading import Reader, Reading, runs
from bot.language.words import stem
from bot.matching.vocabulary import HASHED, Floats, Hashing, Ints, Vocabulary


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Index:
    """Phrasings by group: one group an entry, then one of the messages to refuse, if any.

    A text is the set of its traits (runs of letters, stems), each weighted by its rarity: sets,
    since a question hardly ever says a thing twice.
    """

    entries: tuple[str, ...]
    phrasings: tuple[str, ...]
    bounds: Sequence[tuple[int, int]]  # where each group's phrasings begin and end
    reader: Reader
    encoder: Encoder
    traits: Vocabulary
    rarity: Floats  # (traits,): inverse document frequency
    hashing: Hashing
    meanings: Floats  # (phrasings, encoder.size)
    terms: Vocabulary
    held: NDArray[np.uint8]  # (terms, groups): how many phrasings and answers have it, 255 at most
    tells: Floats  # (terms,): how much each tells one group from the others
    very_words: Mapping[str, int]  # {a phrasing's stemmed words: the one group that has them}
    classifier: Floats  # (HASHED + encoder.size, groups)

    @property
    def groups(self) -> int:
        """How many groups of phrasings."""
        return len(self.bounds)

    def owner(self, row: int) -> int:
        """The group of this phrasing."""
        return bisect(self.bounds, row, key=itemgetter(0)) - 1

    def identical(self, reading: Reading) -> str | None:
        """The entry that alone has these very words as a phrasing, blind to a plural."""
        number = self.very_words.get(stemmed(reading), len(self.entries))
        return self.entries[number] if number < len(self.entries) else None

    def scores(self, reading: Reading, meaning: Floats) -> Floats:
        """The classifier's for a question, (groups,); all its traits together weigh 1."""
        parts = [self.traits.numbers(f"={term}" for term in reading.terms)]
        parts += map(self.traits.of_word, reading.words)
        known = np.concatenate([numbers for numbers, _ in parts])
        known.sort()
        known = known[np.flatnonzero(np.diff(known, prepend=-1))]
        weights = self.rarity[known]
        rarest = math.log(1 + len(self.phrasings)) + 1
        unknown = sum(others for _, others in parts) * rarest**2
        norm = math.sqrt(max(float(weights @ weights) + unknown, rarest))
        signed = weights * self.hashing.signs[known] / np.float32(norm)
        by_traits = signed @ self.classifier[self.hashing.places[known]]
        found: Floats = by_traits + meaning @ self.classifier[HASHED:]
        return found

    def features(self, traits: Sequence[Ints], meanings: Floats) -> Floats:
        """What the classifier sees of texts, (texts, HASHED + encoder.size)."""
        rows = np.repeat(np.arange(len(traits)), list(map(len, traits)))
        held = np.concatenate([*traits, np.empty(0, dtype=np.int64)])
        weights = self.rarity[held]
        lengths = np.bincount(rows, np.square(weights), len(traits)).clip(1e-6)
        weights = weights / np.sqrt(lengths)[rows]
        return np.hstack([self.hashing.dense(rows, held, weights, len(traits)), meanings])


def bounds_of(sizes: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Where each group of so many phrasings begins and ends."""
    return tuple(pairwise(accumulate(sizes, initial=0)))


def sole_weight(groups: int) -> float:
    """How much a term tells that one group alone holds, of so many."""
    return math.log(1 + groups)


def traits_of(reading: Reading) -> set[str]:
    """All the stems, and the runs of letters of each word."""
    return {f"={term}" for term in reading.terms}.union(*map(runs, reading.words))


def stemmed(reading: Reading) -> str:
    """The very words, blind to a plural."""
    return " ".join(map(stem, reading.words))
