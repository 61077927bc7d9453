"""Whether to answer, to suggest or to refuse: whichever is expected to cost a resident least."""

from collections.abc import Mapping
from dataclasses import dataclass

SUGGESTIONS = 3
#: Suggestions less likely than this are not worth reading.
SMALLEST = 0.01


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may answer the question."""

    entry: str
    score: float  # probability that it is the right one, 0 to 1
    phrasing: str  # the way to ask that came nearest
    parts: Mapping[str, float]  # signals by name, see signals.py


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates best first, and the probability that any entry of the base is right.

    `identical` is the entry that alone has the question's very words, if there is one; `others`
    were candidates, best first, that are not asked for: what is meant may be none of the entries.
    """

    candidates: tuple[Candidate, ...]
    in_scope: float
    identical: str | None = None
    others: tuple[Candidate, ...] = ()

    def among(self, entries: Mapping[str, object]) -> "Ranking":
        """The same without the candidates that are not among the entries."""
        kept = tuple(found for found in self.candidates if found.entry in entries)
        others = tuple(found for found in self.candidates if found.entry not in entries)
        return Ranking(
            kept,
            max(self.in_scope - sum(found.score for found in others), 0.0),
            self.identical if self.identical in entries else None,
            others,
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """What each outcome costs, in refusals of a question that has an answer.

    `wrong` is given: a wrong answer costs five refusals. The others are chosen: a suggestion that
    holds the right question costs nearly a refusal, since many readers stop there; suggestions
    that a refusal should have replaced, the reading only. On the lines that are fitted on, no
    wrong answer comes at 0.9 or below (docs/comprendre.md).
    """

    wrong: float = 5.0
    refused: float = 1.0
    suggested: float = 0.9
    disturbed: float = 0.1


POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Answered:
    """The best candidate is the answer."""

    candidate: Candidate
    rule: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """One of these may be meant; best first, at most SUGGESTIONS."""

    candidates: tuple[Candidate, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing in the base is near enough."""

    rule: str


Decision = Answered | Suggestions | NoMatch


def decide(ranking: Ranking, policy: Policy) -> Decision:
    """The decision of least expected cost; `rule` gives the three costs in French."""
    if not ranking.candidates:
        return NoMatch("Aucune entrée ne ressemble à la question.")
    first = ranking.candidates[0]
    near = tuple(found for found in ranking.candidates[:SUGGESTIONS] if found.score >= SMALLEST)
    among = sum(found.score for found in near)
    answering = policy.wrong * (1 - first.score)
    suggesting = (
        policy.suggested * among
        + policy.refused * max(ranking.in_scope - among, 0.0)
        + policy.disturbed * (1 - ranking.in_scope)
    )
    refusing = policy.refused * ranking.in_scope
    rule = (
        f"Coût attendu : répondre {answering:.2f}, proposer {suggesting:.2f}, "
        f"refuser {refusing:.2f}."
    )
    if answering <= min(suggesting, refusing):
        return Answered(first, rule)
    if near and suggesting <= refusing:
        return Suggestions(near, rule)
    return NoMatch(rule)
