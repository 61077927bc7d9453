"""What is compared between a question and each likely entry: one number a signal."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.index import Index, sole_weight
from bot.matching.vocabulary import Floats

#: Names shown to editors by `explain`, in the order of the columns. What each brings, on questions
#: that nothing was fitted on: docs/comprendre.md.
NAMES = (
    "classifieur",  # linear classifier on letters, words and meaning; about 0 to 1
    "ecart",  # the same in standard deviations above the other entries; about -2 to 12
    "sens",  # mean of the three phrasings nearest in meaning; cosine, -1 to 1
    "au plus pres",  # the nearest of them; the same
    "couverture",  # share of the question's words that the entry has anywhere, rare ones first
)
#: Entries compared in full: those with the most of the two quick signals, classifier and coverage,
#: together. The right one is among them for 99 questions in a hundred of ours, 96 of labour law.
KEPT = 12
#: Phrasings of each group whose meaning counts: the nearest.
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Comparison:
    """The question against its likely entries: one row an entry, one column a signal."""

    entries: tuple[str, ...]
    values: Floats  # (entries, NAMES)
    unrelated: Floats  # (NAMES,): the same for the messages to refuse
    nearest: tuple[str, ...]  # the phrasing of each entry that came nearest
    placed: Sequence[float]  # the share of the named place that each knows; 0.5 where none is named
    known: float  # share of the question's weight in words that some entry has, 0 to 1
    length: int  # words of the question
    shared: int  # entries that cover as much of the question as the one that covers most
    identical: str | None  # the entry that alone has the question's very words as a phrasing


def compare(
    index: Index,
    question: str,
    place: str = "",
    left_out: tuple[int, Floats] | None = None,
) -> Comparison:
    """The signals of the likely entries; `place` are the question's words that name a commune.

    `left_out`: the question is this phrasing of the base, to be ignored, and these are the scores
    of a classifier that never saw it.
    """
    row, scores = left_out or (None, None)
    reading = index.reader.read(question)
    meaning = index.encoder.embed(question) if row is None else index.meanings[row]
    owner = None if row is None else index.owner(row)
    if scores is None:
        scores = index.scores(reading, meaning)
    covered, known = coverage(index, reading.terms, owner)
    if all(map(str.isdigit, reading.terms)):
        known = 0.0  # a number alone names no subject
    own = len(index.entries)
    of_entries = covered[:own]
    likely = sorted((-scores[:own] - of_entries).argsort(kind="stable")[:KEPT].tolist())
    groups = [*likely, own] if index.groups > own else likely
    values = np.zeros((len(likely) + 1, len(NAMES)), dtype=np.float32)
    compared = values[: len(groups)]
    apart = scores - scores.sum() / np.float32(len(scores))
    compared[:, 0] = scores[groups]
    compared[:, 1] = apart[groups] / (math.sqrt(apart @ apart / len(apart)) + 1e-6)
    near = [_nearest(index, group, meaning, row) for group in groups]
    compared[:, 2:4] = [cosines for _, *cosines in near]
    compared[:, 4] = covered[groups]
    named = index.reader.read(place).terms if place else ()
    placed = coverage(index, named, owner)[0][likely].tolist() if named else [0.5] * len(likely)
    return Comparison(
        tuple([index.entries[one] for one in likely]),
        values[:-1],
        values[-1],
        tuple([index.phrasings[at] for at, *_ in near[: len(likely)]]),
        placed,
        known,
        len(reading.words),
        int((of_entries >= of_entries.max(initial=0) - 1e-6).sum()),
        index.identical(reading) if row is None else None,
    )


def _nearest(
    index: Index, group: int, meaning: Floats, without: int | None
) -> tuple[int, float, float]:
    """The group's phrasing nearest in meaning, the mean cosine of the NEAREST ones, and its own.

    `without` is a phrasing that is ignored.
    """
    start, stop = index.bounds[group]
    alike = index.meanings[start:stop].dot(meaning)
    if without is not None and start <= without < stop:
        alike[without - start] = -1
    found = []
    for _ in range(min(NEAREST, stop - start)):
        best = int(alike.argmax())
        found.append((start + best, alike.item(best)))
        alike[best] = -2  # less than any cosine
    return found[0][0], sum(cosine for _, cosine in found) / len(found), found[0][1]


def coverage(index: Index, terms: tuple[str, ...], less: int | None = None) -> tuple[Floats, float]:
    """Share of the terms' weight in each group, (groups,), and in any entry.

    A term that nothing has weighs as much as one that a single group has. `less` is a group that
    counts the terms once too often.
    """
    known, unknown = index.terms.numbers(terms)
    weights = index.tells[known]
    total = max(float(weights.sum()) + unknown * sole_weight(index.groups), 1e-6)
    has = index.held[known] > 0
    if less is not None:
        has[:, less] = index.held[known, less] > 1
    covered: Floats = weights @ has.astype(np.float32) / np.float32(total)
    of_entries = has[:, : len(index.entries)].any(axis=1)
    return covered, float(weights[of_entries].sum()) / total
