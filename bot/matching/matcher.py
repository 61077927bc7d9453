"""The one thing the assistant asks of matching: candidates with their probabilities."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

from bot.matching import fusion
from bot.matching.decision import POLICY, Policy, Ranking
from bot.matching.encoder import Encoder
from bot.matching.engine import Engine, EntryTexts
from bot.matching.fitted import WITH_ENCODER, WITHOUT_ENCODER
from bot.matching.reading import Reading

#: Questions whose candidates are kept, by their exact words: the usual ones come again and again.
REMEMBERED = 10_000

#: What the meaning of a sentence may still change of the expected cost, in refusals, for letters
#: alone to decide: the encoder costs as much as all the rest. About half the questions are then
#: decided without it, each as it would have decided (docs/comprendre.md).
AT_STAKE = 0.05


class Matcher:
    """Ranks the entries of one base; immutable once built."""

    def __init__(
        self,
        entries: Mapping[str, EntryTexts],
        synonyms: Sequence[Sequence[str]] = (),
        unrelated: Sequence[str] = (),
        encoder: Encoder | None = None,
        policy: Policy = POLICY,
        shorthand: Mapping[str, str] | None = None,
    ) -> None:
        self._engine = Engine(entries, synonyms, unrelated, encoder, shorthand)
        self.rank = lru_cache(maxsize=REMEMBERED)(partial(rank, self._engine, policy))

    def identical(self, question: str) -> str | None:
        """The entry that alone has the question's very words as a phrasing, if one has."""
        return self._engine.identical(self.read(question))

    def repair(self, word: str) -> str:
        """A folded word as the base spells it, where it is a likely slip of one of its words."""
        return self._engine.reader.repair(word)

    def read(self, question: str) -> Reading:
        """How the question is read, for `explain`."""
        return self._engine.reader.read(question)


def rank(engine: Engine, policy: Policy, question: str, place: str = "") -> Ranking:
    """The likely entries, best first, each with the probability that it is right.

    `place` are the words of the question that name a commune or a cité, if any do.
    """
    first_pass = engine.first_pass(question, place)
    ranking = fusion.rank(engine.compare(first_pass, meaning=False), WITHOUT_ENCODER)
    if engine.encodes and not sure(ranking, policy):
        ranking = fusion.rank(engine.compare(first_pass), WITH_ENCODER)
    return ranking


def sure(ranking: Ranking, policy: Policy) -> bool:
    """Whether answering, or refusing, is all but certain to be right already.

    A refusal counts as much as an answer: the question may be an alarm.
    """
    if ranking.identical:
        return True  # an editor's very words: no model has a say
    best = ranking.candidates[0].score if ranking.candidates else 0.0
    return policy.wrong * min(1 - best, ranking.in_scope) <= AT_STAKE
