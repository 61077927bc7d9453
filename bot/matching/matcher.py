"""The one thing the assistant asks of matching: candidates with their probabilities."""

from collections.abc import Mapping

from bot.language.reading import Reading
from bot.matching.decision import Ranking
from bot.matching.index import Index, sole_weight
from bot.matching.model import Model, Scale, rank
from bot.matching.signals import compare
from bot.matching.vocabulary import Floats


class Matcher:
    """Ranks the entries of one base; immutable once built (bot/learning)."""

    def __init__(self, index: Index, model: Model, scale: Scale) -> None:
        self.index, self.model = index, model
        self.scale = scale  # how sure it is

    @property
    def meanings(self) -> Mapping[str, Floats]:
        """The meaning of each phrasing."""
        return dict(zip(self.index.phrasings, self.index.meanings, strict=True))

    def rank(self, question: str, place: str = "") -> Ranking:
        """The likely entries, best first, each with the probability that it is right.

        `place` are the words of the question that name a commune or a cité, if any do.
        """
        return rank(compare(self.index, question, place), self.model, self.scale)

    def identical(self, question: str) -> str | None:
        """The entry that alone has the question's very words as a phrasing, if one has."""
        return self.index.identical(self.read(question))

    def knows(self, term: str) -> bool:
        """Whether an entry of the base has this stem anywhere."""
        known, _ = self.index.terms.numbers([term])
        return bool(self.index.held[known, : len(self.index.entries)].any())

    def rarity(self, term: str) -> float:
        """How much a stem tells one entry from the others: 1 where at most one has it."""
        known, _ = self.index.terms.numbers([term])
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
