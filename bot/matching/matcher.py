"""The one thing the assistant asks of matching: candidates with their probabilities."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType

from bot.matching.calibration import SAMPLE, calibrate
from bot.matching.decision import Ranking
from bot.matching.encoder import Encoder
from bot.matching.index import EntryTexts, Index, build, sole_weight
from bot.matching.model import Model, Scale, rank
from bot.matching.reading import Reading
from bot.matching.regrown import regrown
from bot.matching.rows import Floats
from bot.matching.signals import compare, coverage


@dataclass(frozen=True, slots=True)
class Corpus:
    """All the texts that a matcher is built from.

    `unrelated` are messages that no entry answers; `off_topic` too, kept apart to calibrate with,
    as `tests` are: questions, each with the entry that answers it.
    """

    entries: Mapping[str, EntryTexts]
    synonyms: Sequence[Sequence[str]] = ()
    unrelated: Sequence[str] = ()
    off_topic: Sequence[str] = ()
    shorthand: Mapping[str, str] | None = None
    tests: Sequence[tuple[str, str]] = ()

    @property
    def phrasings(self) -> frozenset[str]:
        """All that is known to be asked, of the entries or of nothing."""
        own = (phrasing for one in self.entries.values() for phrasing in one.phrasings)
        return frozenset((*own, *self.unrelated))

    def dump(self) -> str:
        """As JSON: the same corpus gives the same text."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> "Corpus":
        """From `dump`."""
        made = json.loads(text)
        entries = {
            key: EntryTexts(tuple(one["phrasings"]), one["answer"])
            for key, one in made.pop("entries").items()
        }
        return cls(entries, **made)


class Matcher:
    """Ranks the entries of one base; immutable once built. Building takes seconds."""

    def __init__(self, index: Index, model: Model, scale: Scale) -> None:
        self.index, self._model = index, model
        self.scale = scale  # how sure it is

    @classmethod
    def build(
        cls,
        corpus: Corpus,
        encoder: Encoder,
        model: Model,
        meanings: Mapping[str, Floats] = MappingProxyType({}),
    ) -> "Matcher":
        """From a corpus: seconds of work. `meanings` are those already known of phrasings."""
        count = sum(len(one.phrasings) for one in corpus.entries.values()) + len(corpus.unrelated)
        index, left_out = build(
            corpus.entries,
            corpus.unrelated,
            encoder,
            corpus.synonyms,
            corpus.shorthand,
            every=-(-count // SAMPLE),
            meanings=meanings,
        )
        scale = calibrate(model, index, left_out, corpus.off_topic, corpus.tests)
        return cls(index, model, scale)

    @property
    def meanings(self) -> Mapping[str, Floats]:
        """The meaning of each phrasing."""
        return dict(zip(self.index.phrasings, self.index.meanings, strict=True))

    def regrown(self, corpus: Corpus) -> "Matcher":
        """Of a corpus much like its own, at once: with its new entries, and those that changed."""
        index = regrown(self.index, corpus.entries)
        return self if index is self.index else Matcher(index, self._model, self.scale)

    def reads(self, corpus: Corpus) -> bool:
        """Whether it reads words, and refuses messages, as this corpus wants it to."""
        index = self.index
        known = index.phrasings[index.starts[len(index.entries)] :]
        same = known == tuple(sorted(set(corpus.unrelated)))
        return same and index.reader.reads_with(corpus.synonyms, corpus.shorthand)

    def rank(self, question: str, place: str = "") -> Ranking:
        """The likely entries, best first, each with the probability that it is right.

        `place` are the words of the question that name a commune or a cité, if any do.
        """
        return rank(compare(self.index, question, place), self._model, self.scale)

    def identical(self, question: str) -> str | None:
        """The entry that alone has the question's very words as a phrasing, if one has."""
        return self.index.identical(self.read(question))

    def knows(self, term: str) -> bool:
        """Whether an entry of the base has this stem anywhere."""
        return coverage(self.index, (term,))[1] > 0

    def covers(self, entry: str, terms: tuple[str, ...]) -> float:
        """The share of these stems' weight that an entry has anywhere, 0 to 1."""
        return float(coverage(self.index, terms)[0][self.index.entries.index(entry)])

    def rarity(self, term: str) -> float:
        """How much a stem tells one entry from the others: 1 where at most one has it."""
        known, _ = self.index.terms.numbers([(term,)])
        sole = sole_weight(self.index.groups)
        return float(self.index.tells[known[0]]) / sole if len(known) else 1.0

    def repair(self, word: str) -> str:
        """A folded word as the base spells it, where it is a likely slip of one of its words."""
        return self.index.reader.repair(word)

    def forget(self) -> None:
        """Nothing read is remembered: for a measure of questions never seen."""
        self.index.reader.read.cache_clear()
        self.index.reader.repair.cache_clear()

    def read(self, question: str) -> Reading:
        """How the question is read, for `explain`."""
        return self.index.reader.read(question)
