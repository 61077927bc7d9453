"""Sparse vectors of texts, and the texts nearest to a question."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A term in more than one text in so many has a dense row: at 8, 4 bytes × size × 250 terms in all.
SHARED = 8
_NONE: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Sparse:
    """A text's terms (numbers in the index's vocabulary) with their weights, of norm 1."""

    terms: Ints
    weights: Floats


class TermIndex:
    """TF-IDF over texts, each a sequence of terms, searched by cosine.

    A term that many texts share has a dense row, added whole; the others have postings, scattered.

    Sublinear term frequency and smoothed IDF (Manning et al., « Introduction to Information
    Retrieval », 2008, § 6.2 and 6.4).
    """

    def __init__(self, texts: Sequence[Collection[str]]) -> None:
        spread: Counter[str] = Counter()
        for text in texts:
            spread.update(set(text))
        self.size = len(texts)
        self._number = {term: number for number, term in enumerate(sorted(spread))}
        self._idf = np.array(
            [math.log((1 + self.size) / (1 + spread[term])) + 1 for term in self._number],
            dtype=np.float32,
        )
        self._unknown_idf = math.log(1 + self.size) + 1
        self.vectors = [self.vector(text) for text in texts]
        self._build_postings()

    @property
    def vocabulary(self) -> int:
        """How many terms the index knows."""
        return len(self._number)

    def _build_postings(self) -> None:
        """Lay the vectors out by term: of term t, texts[start[t]:start[t + 1]]."""
        lengths = np.array([len(vector.terms) for vector in self.vectors], dtype=np.int64)
        terms = np.concatenate([vector.terms for vector in self.vectors] or [np.empty(0, np.int64)])
        weights = np.concatenate(
            [vector.weights for vector in self.vectors] or [np.empty(0, np.float32)]
        )
        order = np.argsort(terms, kind="stable")
        self._texts = np.repeat(np.arange(self.size), lengths)[order]
        self._weights = weights[order].astype(np.float32)
        self._start = np.searchsorted(terms[order], np.arange(len(self._number) + 1))
        shared = np.flatnonzero(np.diff(self._start) > self.size / SHARED)
        self._row = np.full(len(self._number), -1, dtype=np.int64)
        self._row[shared] = np.arange(len(shared))
        self._rows = np.zeros((len(shared), self.size), dtype=np.float32)
        for row, term in enumerate(shared):
            span = slice(self._start[term], self._start[term + 1])
            self._rows[row, self._texts[span]] = self._weights[span]

    def vector(self, text: Iterable[str]) -> Sparse:
        """The text's vector; terms the index has never seen count in its norm only."""
        known: list[tuple[int, int]] = []
        unknown = 0.0
        for term, times in Counter(text).items():
            number = self._number.get(term)
            if number is None:
                unknown += ((1 + math.log(times)) * self._unknown_idf) ** 2
            else:
                known.append((number, times))
        known.sort()
        terms = np.array([number for number, _ in known], dtype=np.int64)
        often = np.array([times for _, times in known], dtype=np.float32)
        weights = (1 + np.log(often)) * self._idf[terms]
        norm = math.sqrt(float(weights @ weights) + unknown) or 1.0
        return Sparse(terms, (weights / norm).astype(np.float32))

    def similarities(self, question: Sparse) -> Floats:
        """Cosine of the question with each text, 0 to 1; shape (size,)."""
        texts, products = [_NONE], [np.empty(0, dtype=np.float32)]
        rows = self._row[question.terms]
        for term, weight in zip(question.terms[rows < 0], question.weights[rows < 0], strict=True):
            span = slice(self._start[term], self._start[term + 1])
            texts.append(self._texts[span])
            products.append(self._weights[span] * weight)
        cosines = np.bincount(
            np.concatenate(texts), weights=np.concatenate(products), minlength=self.size
        ).astype(np.float32)
        product = np.empty_like(cosines)
        for row, weight in zip(rows[rows >= 0], question.weights[rows >= 0], strict=True):
            cosines += np.multiply(self._rows[row], weight, out=product)
        return cosines


class Coverage:
    """Which share of a question's words a group of texts has anywhere, rare words counting most."""

    def __init__(self, groups: Sequence[Iterable[Iterable[str]]], own: int) -> None:
        """Index groups of texts, each text a sequence of terms; the `own` first are the base's."""
        holders: dict[str, Counter[int]] = {}
        for number, texts in enumerate(groups):
            for text in texts:
                for term in set(text):
                    holders.setdefault(term, Counter())[number] += 1
        self.size = len(groups)
        self._own = own
        self._groups = {
            term: np.array(sorted(counts), dtype=np.int64) for term, counts in holders.items()
        }
        self._counts = {
            term: np.array([counts[number] for number in sorted(counts)], dtype=np.int64)
            for term, counts in holders.items()
        }
        self._unknown_idf = math.log(1 + self.size)

    def shares(self, question: Iterable[str], left_out: int | None = None) -> tuple[Floats, float]:
        """IDF-weighted share of the question's terms in each group, (size,), and in any own group.

        For fitting: the question itself is one of the texts of the group `left_out`.
        """
        covered = np.zeros(self.size, dtype=np.float32)
        total = known = 0.0
        for term in dict.fromkeys(question):
            groups = self._groups.get(term, _NONE)
            if left_out is not None and len(groups):
                groups = groups[(self._counts[term] > 1) | (groups != left_out)]
            idf = math.log(1 + self.size / len(groups)) if len(groups) else self._unknown_idf
            covered[groups] += idf
            total += idf
            known += idf if len(groups) and groups[0] < self._own else 0.0
        return covered / np.float32(total or 1.0), known / (total or 1.0)
