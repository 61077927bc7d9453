"""The first engine: IDF-weighted stems, with rapidfuzz for typos and word order.

Deterministic: the same base and words give the same candidates, whatever the file's order.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.language.words import normalise, stem, stems
from bot.matching.decision import Candidate

#: Phrasings scored in full, taken by shared weight: beyond, none was ever the best on the
#: development questions.
POOL = 150
#: rapidfuzz's ratio (0 to 100) from which an unknown stem is taken as a misspelt known one.
REPAIR = 80.0
#: Shares of the parts in the score; see benchmarks/ for what each brings.
WEIGHTS: Mapping[str, float] = {"mots": 0.5, "couverture": 0.3, "lettres": 0.2}


@dataclass(frozen=True, slots=True)
class _Phrasing:
    entry: str
    text: str
    normal: str
    weight: float  # sum of its stems' IDF


class Engine:
    """An index over entries' phrasings ({entry id: ways to ask}); immutable once built."""

    def __init__(
        self, phrasings: Mapping[str, Sequence[str]], synonyms: Sequence[Sequence[str]] = ()
    ) -> None:
        self._canonical = _canonical_stems(synonyms)
        bags: list[tuple[str, str, frozenset[str]]] = [
            (entry, text, self._bag(text))
            for entry, texts in sorted(phrasings.items())
            for text in texts
        ]
        entries_with: dict[str, set[str]] = defaultdict(set)
        for entry, _, bag in bags:
            for word in bag:
                entries_with[word].add(entry)
        total = len(phrasings)
        self._idf = {word: math.log(1 + total / len(found)) for word, found in entries_with.items()}
        self._unknown = math.log(1 + total)
        self._vocabulary = sorted(word for word in self._idf if len(word) >= 4)
        self._phrasings: list[_Phrasing] = []
        self._postings: dict[str, list[int]] = defaultdict(list)
        for number, (entry, text, bag) in enumerate(bags):
            weight = sum(self._idf[word] for word in sorted(bag))
            self._phrasings.append(_Phrasing(entry, text, normalise(text), weight))
            for word in bag:
                self._postings[word].append(number)

    def words(self, question: str) -> dict[str, str]:
        """{the question's stem: the base's stem it is read as}, in order; equal when unknown."""
        return {word: self._repair(word) for word in self._ordered(question)}

    def rank(self, question: str) -> tuple[Candidate, ...]:
        """All entries that share a word with the question, best first."""
        words = tuple(dict.fromkeys(self.words(question).values()))
        asked = sum(self._idf.get(word, self._unknown) for word in words)
        shared: dict[int, float] = defaultdict(float)
        for word in words:
            for number in self._postings.get(word, ()):
                shared[number] += self._idf[word]
        pool = sorted(shared, key=lambda number: (-shared[number], number))[:POOL]
        normal = normalise(question)
        best: dict[str, Candidate] = {}
        for number in pool:
            phrasing = self._phrasings[number]
            parts = {
                "mots": 2 * shared[number] / (asked + phrasing.weight),
                "couverture": shared[number] / asked,
                "lettres": fuzz.token_sort_ratio(normal, phrasing.normal) / 100,
            }
            score = sum(WEIGHTS[name] * value for name, value in parts.items())
            if phrasing.entry not in best or score > best[phrasing.entry].score:
                best[phrasing.entry] = Candidate(phrasing.entry, score, phrasing.text, parts)
        return tuple(sorted(best.values(), key=lambda found: (-found.score, found.entry)))

    def _ordered(self, text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._canonical.get(word, word) for word in stems(text)))

    def _bag(self, text: str) -> frozenset[str]:
        return frozenset(self._ordered(text))

    def _repair(self, word: str) -> str:
        if word in self._idf or len(word) < 5 or word.isdigit():
            return word
        found = process.extractOne(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=REPAIR)
        return found[0] if found else word


def _canonical_stems(synonyms: Sequence[Sequence[str]]) -> dict[str, str]:
    """{stem: stem of the first word of its group}, for the lexicon's single words."""
    return {
        stem(normalise(word)): stem(normalise(group[0]))
        for group in synonyms
        for word in group
        if " " not in normalise(word)
    }
