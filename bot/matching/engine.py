"""Candidates for a question: every signal for the likely entries, fused into probabilities.

Deterministic: the same base and words give the same candidates, whatever the file's order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.language.words import stem
from bot.matching import signals
from bot.matching.discriminant import Discriminant, Hashing, dense_features, with_embeddings
from bot.matching.encoder import Encoder
from bot.matching.index import Coverage, Floats, Ints, TermIndex
from bot.matching.reading import Reader, Reading

#: Entries kept by each of the quick signals for the full comparison. The right entry was among
#: them in 99.8 % of the questions the model is fitted on.
KEPT = 12
#: Phrasings compared token by token, which costs the most.
TOKEN_POOL = 50


@dataclass(frozen=True, slots=True)
class EntryTexts:
    """What the engine reads of an entry; the first phrasing is the canonical question."""

    phrasings: tuple[str, ...]
    answer: str = ""


@dataclass(frozen=True, slots=True)
class FirstPass:
    """The question over the whole base, by its letters and sounds: cheap, and what is kept of it.

    By phrasing where not said otherwise; by group of phrasings: the answer, the vocabulary.
    """

    reading: Reading
    features: Floats  # of the classifier, (HASHED,)
    by_words: Floats
    by_grams: Floats
    by_sounds: Floats
    by_answer: Floats  # (groups,)
    covered: Floats  # (groups,)
    placed: Floats  # (groups,)
    known: float  # share of the question's weight in words the base knows, 0 to 1
    left_out: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The question against its likely entries: one row an entry, one column a signal."""

    reading: Reading
    entries: tuple[str, ...]
    values: Floats  # (entries, len(signals.NAMES))
    unrelated: Floats  # the same signals for the messages to refuse, (len(signals.NAMES),)
    nearest: tuple[str, ...]  # the phrasing of each entry that came nearest
    identical: str | None  # the entry that alone has the question's very words as a phrasing
    known: float  # share of the question's weight in words the base knows, 0 to 1


class Engine:
    """An index over entries, immutable once built. Building takes seconds, asking milliseconds."""

    def __init__(
        self,
        entries: Mapping[str, EntryTexts],
        synonyms: Sequence[Sequence[str]] = (),
        unrelated: Sequence[str] = (),
        encoder: Encoder | None = None,
        shorthand: Mapping[str, str] | None = None,
    ) -> None:
        """Index the entries, and the `unrelated` messages as what no entry answers."""
        self.entries = tuple(sorted(entries))
        self._encoder = encoder
        owned = [
            (number, phrasing)
            for number, key in enumerate(self.entries)
            for phrasing in sorted(set(entries[key].phrasings))
        ]
        owned += [(len(self.entries), message) for message in sorted(set(unrelated))]
        self.phrasings = tuple(phrasing for _, phrasing in owned)
        self.owners: Ints = np.array([number for number, _ in owned], dtype=np.int64)
        #: Groups of phrasings: one an entry, then one of the unrelated messages if there are any.
        self.groups = len(self.entries) + bool(unrelated)
        self._starts: Ints = np.searchsorted(self.owners, np.arange(self.groups))
        self._stops: Ints = np.append(self._starts[1:], len(self.owners))
        answers = [entries[key].answer for key in self.entries]
        questions = [entries[key].phrasings[0] for key in self.entries]
        self.reader = Reader([*questions, *answers], self.phrasings, synonyms, shorthand)
        readings = [self.reader.read(phrasing) for phrasing in self.phrasings]
        self._texts = tuple(" ".join(reading.words) for reading in readings)
        self._owner_of = _sole_owners(map(_stemmed, readings), self.owners)
        self._words = TermIndex([reading.terms for reading in readings])
        self._grams = TermIndex([reading.grams for reading in readings])
        self._sounds = TermIndex([reading.sounds for reading in readings])
        read_answers = [self.reader.read(answer) for answer in answers]
        self._vocabulary = Coverage(
            [
                [
                    *(reading.terms for reading in readings[start:stop]),
                    *(answer.terms for answer in read_answers[group : group + 1]),
                ]
                for group, (start, stop) in enumerate(zip(self._starts, self._stops, strict=True))
            ],
            own=len(self.entries),
        )
        self._answers = TermIndex([reading.terms for reading in read_answers])
        self._meanings = self._encode([reading.sentence for reading in readings])
        self._answer_meanings = self._encode(
            [" ".join(reading.sentence.split()[:60]) for reading in read_answers]
        )
        self._hashing = (
            Hashing.of(self._grams.vocabulary, seed=1),
            Hashing.of(self._words.vocabulary, seed=2),
        )
        self._discriminant = Discriminant(self.features, self.owners, self.groups)

    def features(self, rows: slice = slice(None)) -> Floats:
        """The classifier's features of these phrasings; of all, for fitting."""
        meanings = None if self._meanings is None else self._meanings[rows]
        return dense_features(
            self._grams.vectors[rows], self._words.vectors[rows], self._hashing, meanings
        )

    def _encode(self, sentences: Sequence[str]) -> Floats | None:
        return self._encoder.encode(sentences) if self._encoder else None

    @property
    def encodes(self) -> bool:
        """Whether the meaning of sentences is compared too."""
        return self._encoder is not None

    def identical(self, reading: Reading) -> str | None:
        """The entry that alone has these very words as a phrasing, blind to a plural."""
        owner = self._owner_of.get(_stemmed(reading))
        return self.entries[owner] if owner is not None and owner < len(self.entries) else None

    def first_pass(
        self, question: str, place: str = "", *, left_out: int | None = None
    ) -> FirstPass:
        """The question over all phrasings; `place` are its words that name a commune.

        For fitting only: `left_out` is the row of a phrasing to ignore, the question itself.
        """
        reading = self.reader.read(question)
        terms, grams = self._words.vector(reading.terms), self._grams.vector(reading.grams)
        by_words = self._words.similarities(terms)
        by_grams = self._grams.similarities(grams)
        by_sounds = self._sounds.similarities(self._sounds.vector(reading.sounds))
        if left_out is not None:
            for similarities in (by_words, by_grams, by_sounds):
                similarities[left_out] = 0
        by_answer = np.zeros(self.groups, dtype=np.float32)
        by_answer[: len(self.entries)] = self._answers.similarities(
            self._answers.vector(reading.terms)
        )
        owner = None if left_out is None else int(self.owners[left_out])
        covered, known = self._vocabulary.shares(reading.terms, owner)
        placed = np.full(self.groups, 0.5, dtype=np.float32)
        if named := self.reader.read(place).terms:
            placed, _ = self._vocabulary.shares(named, owner)
        features = dense_features([grams], [terms], self._hashing, None)[0]
        return FirstPass(
            reading, features, by_words, by_grams, by_sounds, by_answer, covered, placed, known,
            left_out,
        )  # fmt: skip

    def compare(
        self, first_pass: FirstPass, *, meaning: bool = True, discriminant: Floats | None = None
    ) -> Comparison:
        """The question against its likely entries; without its meaning, in a third of the time.

        For fitting only: `discriminant` are its scores by a classifier that never saw it.
        """
        left_out = first_pass.left_out
        sentence = self._encode([first_pass.reading.sentence]) if meaning else None
        if discriminant is None:
            features = first_pass.features
            if sentence is not None:
                features = with_embeddings(features, sentence[0])
            discriminant = self._discriminant.scores(features)
        words = signals.nearest(first_pass.by_words, self._starts)
        letters = signals.nearest(first_pass.by_grams, self._starts)
        own = len(self.entries)
        kept = _union_of_best(KEPT, discriminant[:own], words[:own], letters[:own])
        if self.groups > own:
            kept = np.append(kept, own)
        spans = [slice(self._starts[one], self._stops[one]) for one in kept]
        rows = np.concatenate([np.arange(span.start, span.stop) for span in spans])
        starts = np.cumsum([0, *(span.stop - span.start for span in spans[:-1])])
        by_meaning = np.zeros(len(rows), dtype=np.float32)
        mean_meaning = np.zeros(len(kept), dtype=np.float32)
        answer_meaning = np.zeros(self.groups, dtype=np.float32)
        if sentence is not None and self._meanings is not None:
            # Span by span: contiguous rows are not copied.
            by_meaning = np.concatenate([self._meanings[span] @ sentence[0] for span in spans])
            if left_out is not None:
                by_meaning[rows == left_out] = -1
            mean_meaning = signals.mean_of_nearest(by_meaning, starts)
        if sentence is not None and self._answer_meanings is not None:
            answered = kept[kept < own]
            answer_meaning[answered] = self._answer_meanings[answered] @ sentence[0]
        quick = first_pass.by_words[rows] + first_pass.by_grams[rows] + by_meaning
        by_tokens = np.zeros(len(rows), dtype=np.float32)
        pool = _best(quick, TOKEN_POOL)
        by_tokens[pool] = signals.token_sets(
            " ".join(first_pass.reading.words), [self._texts[row] for row in rows[pool]]
        )
        if left_out is not None:
            by_tokens[rows == left_out] = 0
        values = np.stack(
            [
                discriminant[kept],
                signals.standardised(discriminant)[kept],
                words[kept],
                letters[kept],
                signals.nearest(first_pass.by_sounds[rows], starts),
                signals.nearest(by_tokens, starts),
                signals.nearest(by_meaning, starts),
                mean_meaning,
                first_pass.by_answer[kept],
                first_pass.covered[kept],
                first_pass.placed[kept],
                answer_meaning[kept],
            ],
            axis=1,
        )
        ends = [*starts[1:], len(rows)]
        nearest = [
            self.phrasings[rows[start + int(quick[start:end].argmax())]]
            for start, end in zip(starts, ends, strict=True)
        ]
        likely = range(int((kept < own).sum()))
        return Comparison(
            first_pass.reading,
            tuple(self.entries[kept[row]] for row in likely),
            values[: len(likely)],
            values[-1] if self.groups > own else np.zeros(len(signals.NAMES), dtype=np.float32),
            tuple(nearest[row] for row in likely),
            self.identical(first_pass.reading) if left_out is None else None,
            first_pass.known,
        )


def _stemmed(reading: Reading) -> str:
    """The very words, blind to a plural."""
    return " ".join(map(stem, reading.words))


def _sole_owners(texts: Iterable[str], owners: Ints) -> dict[str, int]:
    """The entry's number of each text that belongs to one entry only."""
    found: dict[str, set[int]] = {}
    for text, owner in zip(texts, owners, strict=True):
        found.setdefault(text, set()).add(int(owner))
    return {text: numbers.pop() for text, numbers in found.items() if len(numbers) == 1}


def _union_of_best(count: int, *scores: Floats) -> Ints:
    """The entries among the `count` best by any of the scores, in ascending order."""
    return np.unique(np.concatenate([_best(one, count) for one in scores]))


def _best(scores: Floats, count: int) -> Ints:
    """The `count` highest, best first, the earlier first where equal; no full sort."""
    if len(scores) <= count:
        return np.argsort(-scores, kind="stable")
    near = np.flatnonzero(scores >= np.partition(scores, -count)[-count])
    return near[np.argsort(-scores[near], kind="stable")[:count]]
