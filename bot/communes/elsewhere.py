"""Index of well-known places outside the territory."""

from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.communes.names import EverydayWords, Names
from bot.communes.spelling import (
    ARTICLES,
    beginnings,
    by_start,
    full_key,
    name_words,
    short_key,
    typo_distance,
)


class Elsewhere:
    """Well-known places outside the territory."""

    def __init__(self, places: Iterable[str], names: Names, everyday: EverydayWords) -> None:
        self._labels: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._everyday: set[str] = set()
        longest = 1
        for line in places:
            label = line.strip()
            words = name_words(label)
            if not words or label.startswith("#"):
                continue
            # A local name has the last word: Grigny may first be a village of here.
            if names.exact(words) is not None:
                continue
            longest = max(longest, len(words))
            for key in {full_key(words), short_key(words)}:
                self._labels.setdefault(key, label)
                self._sizes[key] = len(words)
                if everyday.cover(words):
                    self._everyday.add(key)
        self.longest = longest
        self._long = by_start(key for key in self._labels if len(key) >= 5)
        self.beginnings = beginnings(self._labels)

    def exact(self, words: Sequence[str]) -> tuple[str, bool] | None:
        """(label, also an everyday word) of the place these words name."""
        key = full_key(words)
        if key not in self._labels and words[0] not in ARTICLES and words[-1] not in ARTICLES:
            key = short_key(words)
        # No more words than the name has: « à les » is not Alès.
        if key not in self._labels or len(words) > self._sizes[key]:
            return None
        return self._labels[key], key in self._everyday

    def nearer(self, words: Sequence[str], distance: float) -> bool:
        """Whether a place elsewhere is a better reading of a misspelt name."""
        typed = short_key(words)
        return any(
            (typo_distance(typed, key) or 3) < distance
            for key, _, _ in process.extract(
                typed, self._long.get(typed[0], ()), scorer=OSA.distance, score_cutoff=2, limit=None
            )
        )
