"""Whether the best candidate is good enough to answer with, to suggest, or to pass over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may answer the question. `score` and each of its `parts` go from 0 to 1."""

    entry: str
    score: float
    phrasing: str  # the way to ask that came nearest
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds on the score, and the margin by which the best must lead to be answered.

    Fitted by tools/fit_policy.py on the even lines of the development questions.
    """

    answer: float
    suggest: float
    margin: float


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


#: Fitted on the even lines of the development questions by tools/fit_policy.py.
POLICY = Policy(answer=0.6, suggest=0.4, margin=0.05)

Decision = Answered | Suggestions | NoMatch


def decide(candidates: Sequence[Candidate], policy: Policy) -> Decision:
    """The decision on candidates sorted best first; `rule` says in French why."""
    if not candidates or candidates[0].score < policy.suggest:
        best = candidates[0].score if candidates else 0.0
        return NoMatch(
            f"meilleur score {best:.2f} sous le seuil de suggestion {policy.suggest:.2f}"
        )
    first = candidates[0]
    lead = first.score - (candidates[1].score if len(candidates) > 1 else 0.0)
    if first.score >= policy.answer and lead >= policy.margin:
        return Answered(
            first,
            f"score {first.score:.2f} ≥ {policy.answer:.2f} et avance {lead:.2f}"
            f" ≥ {policy.margin:.2f}",
        )
    near = tuple(
        candidate for candidate in candidates[:SUGGESTIONS] if candidate.score >= policy.suggest
    )
    return Suggestions(
        near,
        f"score {first.score:.2f} (seuil {policy.answer:.2f}), avance {lead:.2f}"
        f" (marge {policy.margin:.2f}) : trop juste pour répondre",
    )
