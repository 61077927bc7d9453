"""What is compared between a question and each likely entry: one number a signal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.index import Index, sole_weight
from bot.matching.rows import Floats, Ints

#: Names shown to editors by `explain`, in the order of the columns. What each brings, on questions
#: that nothing was fitted on: docs/comprendre.md.
NAMES = (
    "classifieur",  # linear classifier on letters, words and meaning; about 0 to 1
    "ecart",  # the same in standard deviations above the other entries; about -2 to 12
    "lettres",  # nearest phrasing by runs of letters and stems; cosine, 0 to 1
    "sens",  # mean of the three phrasings nearest in meaning; cosine, -1 to 1
    "couverture",  # share of the question's words that the entry has anywhere, rare ones first
)
#: Entries kept by each of the two quick signals, classifier and coverage, for the full comparison.
KEPT = 10
#: Phrasings of each group compared letter by letter: those nearest in meaning.
NEAREST = 8
#: The same for the messages to refuse, which are thousands.
NEAREST_UNRELATED = 32

#: Up to as many scores, sorting all is the quickest way to the best.
SORTED = 256


@dataclass(frozen=True, slots=True)
class Comparison:
    """The question against its likely entries: one row an entry, one column a signal."""

    entries: tuple[str, ...]
    values: Floats  # (entries, NAMES)
    unrelated: Floats  # (NAMES,): the same for the messages to refuse
    nearest: tuple[str, ...]  # the phrasing of each entry that came nearest
    placed: (
        Floats  # (entries,): the share of the named place that it knows; 0.5 where none is named
    )
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
    owner = None if row is None else int(np.searchsorted(index.starts, row, "right")) - 1
    traits, weights = index.vector(reading)
    if scores is None:
        scores = index.scores(traits, weights, meaning)
    covered, known = coverage(index, reading.terms, owner)
    if all(map(str.isdigit, reading.terms)):
        known = 0.0  # a number alone names no subject
    own = len(index.entries)
    likely = sorted({*_best(scores[:own], KEPT).tolist(), *_best(covered[:own], KEPT).tolist()})
    asked = np.zeros(len(index.traits), dtype=np.float32)
    asked[traits] = weights * index.rarity[traits]
    kept = likely
    letters, meanings, rows = _nearest(index, likely, NEAREST, meaning, asked, row)
    if index.groups > own:
        kept = [*likely, own]
        beside = _nearest(index, [own], NEAREST_UNRELATED, meaning, asked, row)
        letters, meanings = np.append(letters, beside[0]), np.append(meanings, beside[1])
    apart = scores - scores.mean()
    spread = np.sqrt(np.square(apart).mean()) + 1e-6
    columns = (scores[kept], apart[kept] / spread, letters, meanings, covered[kept])
    values = np.stack(columns, axis=1).astype(np.float32)
    named = index.reader.read(place).terms
    placed = coverage(index, named, owner)[0] if named else np.full(index.groups, 0.5)
    return Comparison(
        tuple(index.entries[one] for one in likely),
        values[: len(likely)],
        values[-1] if index.groups > own else np.zeros(len(NAMES), dtype=np.float32),
        tuple(index.phrasings[one] for one in rows.tolist()),
        placed[likely].astype(np.float32),
        known,
        len(reading.words),
        int((covered[:own] >= covered[:own].max(initial=0) - 1e-6).sum()),
        index.identical(reading) if row is None else None,
    )


def _nearest(
    index: Index,
    groups: Sequence[int],
    count: int,
    meaning: Floats,
    asked: Floats,
    without: int | None,
) -> tuple[Floats, Floats, Ints]:
    """Of each group, by its `count` phrasings nearest in meaning, as three arrays (groups,).

    The best cosine by letters, the mean one of the three nearest in meaning, and the phrasing that
    has the former. `asked` are the question's traits, (traits,).
    """
    if not groups:  # a base without entries
        return np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64)
    starts = index.starts[groups]
    sizes = index.starts[np.add(groups, 1)] - starts
    alike = np.full((len(groups), max(sizes.max(), count)), -2, dtype=np.float32)
    for row, start, size in zip(alike, starts.tolist(), sizes.tolist(), strict=True):
        np.matmul(index.meanings[start : start + size], meaning, out=row[:size])
        if without is not None and start <= without < start + size:
            row[without - start] = -1
    best = _best(alike, count)
    rank = np.arange(count)
    # Where a group has fewer phrasings, its first is looked at again.
    rows = np.where(rank < sizes[:, None], best, best[:, :1]) + starts[:, None].astype(np.int64)
    every = np.arange(len(groups))
    top = np.where(rank[:3] < sizes[:, None], alike[every[:, None], best[:, :3]], np.float32(0))
    letters = index.texts.sums(asked, rows.ravel()) / index.lengths[rows.ravel()]
    letters[rows.ravel() == without] = 0
    letters = letters.reshape(rows.shape)
    first = letters.argmax(axis=1)
    return letters[every, first], top.sum(axis=1) / np.minimum(sizes, 3), rows[every, first]


def coverage(index: Index, terms: tuple[str, ...], less: int | None = None) -> tuple[Floats, float]:
    """Share of the terms' weight in each group, (groups,), and in any entry.

    A term that nothing has weighs as much as one that a single group has. `less` is a group that
    counts the terms once too often.
    """
    known, unknown = index.terms.numbers([terms])
    weights = index.tells[known]
    total = max(float(weights.sum()) + unknown * sole_weight(index.groups), 1e-6)
    covered = index.holders.scatter(known, weights, less) / np.float32(total)
    first = index.holders.starts[known]
    of_entries = index.holders.members[first] < len(index.entries)
    if less is not None:
        sole = index.holders.starts[known + 1] - first == 1
        mine = sole & (index.holders.members[first] == less) & (index.holders.counts[first] == 1)
        of_entries &= ~mine
    return covered, float(weights[of_entries].sum()) / total


def _best(scores: Floats, count: int) -> Ints:
    """The `count` highest of each row, best first, the earlier first where equal."""
    if scores.shape[-1] <= SORTED:
        return (-scores).argsort(axis=-1, kind="stable")[..., :count]
    if scores.ndim > 1:
        return np.stack([_best(row, count) for row in scores])
    near = np.flatnonzero(scores >= np.partition(scores, -count)[-count])
    return near[(-scores[near]).argsort(kind="stable")[:count]]
