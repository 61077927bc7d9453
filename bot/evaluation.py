"""Answers measured on labelled questions, by the definitions of the outside interface."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.conversation.answers import COMMUNE_ENTRIES
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Outcome, Question

REFUSED = frozenset({Outcome.NO_MATCH, Outcome.SMALLTALK})


class WrongCasesError(Exception):
    """The file of cases can't be read; the message, in French, gives the line."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the ids that would answer it; None when nothing should."""

    question: str
    expect: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one case."""

    case: Case
    verdict: str  # correct, suggested, wrong, missed; false_answer, suggested, refused
    outcome: Outcome
    entries: tuple[str, ...]
    ranking: tuple[str, ...]
    confidence: float

    def as_json(self) -> dict[str, Any]:
        """A line of `evaluate --details`."""
        expect = sorted(self.case.expect) if self.case.expect is not None else None
        return {
            "question": self.case.question,
            "expect": expect,
            "verdict": self.verdict,
            "outcome": self.outcome.value,
            "entries": list(self.entries),
            "ranking": list(self.ranking[:5]),
            "confidence": round(self.confidence, 4),
        }


@dataclass(frozen=True, slots=True)
class InScope:
    """Counts over the questions that have an answer; top1 and top3 are shares of n."""

    n: int
    correct: int
    suggested: int
    wrong: int
    missed: int
    top1: float
    top3: float


@dataclass(frozen=True, slots=True)
class OffTopic:
    """Counts over the questions that must not be answered."""

    n: int
    false_answers: int
    suggested: int
    refused: int


@dataclass(frozen=True, slots=True)
class Report:
    in_scope: InScope
    off_topic: OffTopic

    def as_json(self) -> dict[str, Any]:
        """The object that `evaluate --json` prints."""
        return asdict(self)


def read_cases(text: str) -> tuple[Case, ...]:
    """The cases of a JSON Lines text. Raises WrongCasesError naming the line."""
    cases = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            expect = raw["expect"]
            cases.append(
                Case(str(raw["question"]), frozenset(expect) if expect is not None else None)
            )
        except (ValueError, KeyError, TypeError):
            raise WrongCasesError(
                f"Ligne {number} : il faut un objet JSON avec « question » et « expect »."
            ) from None
    return tuple(cases)


def judge(assistant: Assistant, case: Case) -> Verdict:
    """Ask the assistant, as a new conversation, and judge its reply."""
    reply = assistant.reply(Question(case.question))
    ranking = tuple(candidate.entry for candidate in assistant.rank(case.question).candidates)
    given = frozenset(reply.entries)
    if reply.outcome is Outcome.COMMUNE:
        given |= COMMUNE_ENTRIES
        ranking = (*sorted(COMMUNE_ENTRIES), *ranking)
    answered = reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}
    if case.expect is None:
        if answered or reply.outcome is Outcome.CHOOSE_COMMUNE:
            verdict = "false_answer"
        else:
            verdict = "refused" if reply.outcome in REFUSED else "suggested"
    elif answered:
        verdict = "correct" if given & case.expect else "wrong"
    else:
        verdict = "suggested" if given & case.expect else "missed"
    return Verdict(case, verdict, reply.outcome, reply.entries, ranking, reply.confidence)


def report(verdicts: Iterable[Verdict]) -> Report:
    """Count the verdicts."""
    judged = list(verdicts)
    inside = [one for one in judged if one.case.expect is not None]
    outside = [one for one in judged if one.case.expect is None]
    return Report(
        InScope(
            len(inside),
            correct=_count(inside, "correct"),
            suggested=_count(inside, "suggested"),
            wrong=_count(inside, "wrong"),
            missed=_count(inside, "missed"),
            top1=_top(inside, 1),
            top3=_top(inside, 3),
        ),
        OffTopic(
            len(outside),
            false_answers=_count(outside, "false_answer"),
            suggested=_count(outside, "suggested"),
            refused=_count(outside, "refused"),
        ),
    )


def _count(verdicts: Sequence[Verdict], name: str) -> int:
    return sum(one.verdict == name for one in verdicts)


def _top(verdicts: Sequence[Verdict], depth: int) -> float:
    """The share of cases with an expected entry among the first `depth` candidates."""
    hits = sum(
        bool(one.case.expect and one.case.expect & set(one.ranking[:depth])) for one in verdicts
    )
    return round(hits / len(verdicts), 4) if verdicts else 0.0
