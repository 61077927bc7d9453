"""The one thing the assistant asks of matching: candidates with their probabilities."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

from bot.matching import fusion
from bot.matching.decision import Ranking
from bot.matching.encoder import Encoder
from bot.matching.engine import Engine, EntryTexts
from bot.matching.fitted import WITH_ENCODER, WITHOUT_ENCODER
from bot.matching.reading import Reading

#: Questions whose candidates are kept, by their exact words: the usual ones come again and again.
REMEMBERED = 10_000


class Matcher:
    """Ranks the entries of one base; immutable once built."""

    def __init__(
        self,
        entries: Mapping[str, EntryTexts],
        synonyms: Sequence[Sequence[str]] = (),
        unrelated: Sequence[str] = (),
        encoder: Encoder | None = None,
    ) -> None:
        self._engine = Engine(entries, synonyms, unrelated, encoder)
        model = WITH_ENCODER if encoder else WITHOUT_ENCODER
        self.rank = lru_cache(maxsize=REMEMBERED)(partial(_rank, self._engine, model))

    def read(self, question: str) -> Reading:
        """How the question is read, for `explain`."""
        return self._engine.reader.read(question)


def _rank(engine: Engine, model: fusion.Model, question: str, place: str = "") -> Ranking:
    """The likely entries, best first, each with the probability that it is right.

    `place` are the words of the question that name a commune or a cité, if any do.
    """
    return fusion.rank(engine.compare(question, place), model)
