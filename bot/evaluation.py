"""Answers measured on labelled questions, by the definitions of the outside interface."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Outcome, Question
from bot.knowledge.problem import Problem
from bot.knowledge.yaml_reading import Document, Path

REFUSED = frozenset({Outcome.NO_MATCH, Outcome.SMALLTALK})


class WrongCasesError(Exception):
    """The file of cases can't be read; the message, in French, gives the line."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the ids that would answer it; None when nothing should."""

    question: str
    expect: frozenset[str] | None
    kind: str = ""  # register or kind of the question, where the file gives it


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one case."""

    case: Case
    verdict: str  # correct, suggested, wrong, missed; false_answer, suggested, refused
    outcome: Outcome
    entries: tuple[str, ...]
    ranking: tuple[str, ...]
    confidence: float  # probability of the best candidate, whatever was decided

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
class Reliability:
    """Questions whose best entry was given a probability in [low, high)."""

    low: float
    high: float
    n: int
    predicted: float  # mean probability
    observed: float  # share where the best entry was right


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often one entry came first where another was expected."""

    expected: str
    first: str
    n: int


@dataclass(frozen=True, slots=True)
class Report:
    """What `evaluate` prints; `by_kind` has a line for each kind of question that is named."""

    in_scope: InScope
    off_topic: OffTopic
    by_kind: Mapping[str, Mapping[str, int]]
    reliability: tuple[Reliability, ...]
    confusions: tuple[Confusion, ...]

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
                Case(
                    str(raw["question"]),
                    frozenset(expect) if expect is not None else None,
                    str(raw.get("kind", "")),
                )
            )
        except (ValueError, KeyError, TypeError):
            raise WrongCasesError(
                f"Ligne {number} : il faut un objet JSON avec « question » et « expect »."
            ) from None
    return tuple(cases)


def judge(assistant: Assistant, case: Case) -> Verdict:
    """Ask the assistant, as a new conversation, and judge its reply."""
    reply = assistant.reply(Question(case.question))
    candidates = assistant.rank(case.question).candidates
    ranking = tuple(candidate.entry for candidate in candidates)
    given = frozenset(reply.entries)
    if reply.outcome is Outcome.COMMUNE:
        given |= set(assistant.gazetteer.region.entries)
        ranking = (*sorted(assistant.gazetteer.region.entries), *ranking)
    answered = reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}
    if case.expect is None:
        # To say which desk is the right one is a refusal that helps.
        oriented = answered and given <= assistant.base.orientations
        if reply.outcome in REFUSED or oriented:
            verdict = "refused"
        elif answered or reply.outcome is Outcome.CHOOSE_COMMUNE:
            verdict = "false_answer"
        else:
            verdict = "suggested"
    elif answered:
        verdict = "correct" if given & case.expect else "wrong"
    else:
        verdict = "suggested" if given & case.expect else "missed"
    best = candidates[0].score if candidates else 0.0
    return Verdict(case, verdict, reply.outcome, reply.entries, ranking, best)


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
        _by_kind(judged),
        _reliability(judged),
        _confusions(inside),
    )


def changes(
    before: Sequence[Verdict], after: Sequence[Verdict]
) -> tuple[tuple[Verdict, Verdict], ...]:
    """The cases whose verdict differs between two bases asked the same questions."""
    return tuple(
        (old, new) for old, new in zip(before, after, strict=True) if old.verdict != new.verdict
    )


def _by_kind(verdicts: Sequence[Verdict]) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {}
    for one in verdicts:
        if one.case.kind:
            counted.setdefault(one.case.kind, Counter())[one.verdict] += 1
    return {kind: dict(sorted(counts.items())) for kind, counts in sorted(counted.items())}


def _reliability(verdicts: Sequence[Verdict]) -> tuple[Reliability, ...]:
    """Predicted against observed, by tenths of probability (commune replies have none)."""
    bins: dict[int, list[Verdict]] = {}
    for one in verdicts:
        if one.outcome not in {Outcome.COMMUNE, Outcome.CHOOSE_COMMUNE, Outcome.SMALLTALK}:
            bins.setdefault(min(int(one.confidence * 10), 9), []).append(one)
    return tuple(
        Reliability(
            number / 10,
            (number + 1) / 10,
            len(found),
            round(sum(one.confidence for one in found) / len(found), 4),
            _top(found, 1),
        )
        for number, found in sorted(bins.items())
    )


def _confusions(verdicts: Sequence[Verdict]) -> tuple[Confusion, ...]:
    counted: Counter[tuple[str, str]] = Counter()
    for one in verdicts:
        if one.case.expect and one.ranking and one.ranking[0] not in one.case.expect:
            counted[min(one.case.expect), one.ranking[0]] += 1
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(expected, first, n) for (expected, first), n in ordered)


def _count(verdicts: Sequence[Verdict], name: str) -> int:
    return sum(one.verdict == name for one in verdicts)


def _top(verdicts: Sequence[Verdict], depth: int) -> float:
    """The share of cases with an expected entry among the first `depth` candidates."""
    hits = sum(
        bool(one.case.expect and one.case.expect & set(one.ranking[:depth])) for one in verdicts
    )
    return round(hits / len(verdicts), 4) if verdicts else 0.0


def own_cases(faq: Document) -> tuple[tuple[Path, Case], ...]:
    """The test questions of a right faq.yaml, and where: `essais` of each entry, `hors_sujet`."""
    inside = (
        (("entrees", index, "essais", number), Case(test, frozenset({entry["id"]})))
        for index, entry in enumerate(faq.value["entrees"])
        for number, test in enumerate(entry.get("essais", ()))
    )
    off_topic = enumerate(faq.value.get("hors_sujet", ()))
    return (*inside, *((("hors_sujet", number), Case(text, None)) for number, text in off_topic))


def failed_tests(assistant: Assistant, faq: Document) -> list[Problem]:
    """The base's own test questions that go wrong, as warnings for its editor.

    A test of an entry must be answered by it, or have it among the suggestions.
    """
    problems = []
    for path, case in own_cases(faq):
        one = judge(assistant, case)
        given = ", ".join(one.entries) or "aucune réponse"
        if one.verdict in {"wrong", "missed"} and case.expect:
            (key,) = case.expect
            thief = f"l’entrée « {given} » la prend" if one.entries else "elle est refusée"
            message = f"L’essai « {case.question} » n’arrive pas ici : {thief}."
            hint = "Ajoutez des façons de demander qui lui ressemblent, sans le recopier."
            problems.append(faq.warning(path, "essai-manque", message, hint, key))
        elif one.verdict == "false_answer":
            message = f"« {case.question} » est hors sujet et reçoit une réponse ({given})."
            hint = "Ajoutez des messages de ce genre dans langue/a_ecarter.yaml."
            entry = one.entries[0] if one.entries else None
            problems.append(faq.warning(path, "hors-sujet-repondu", message, hint, entry))
    return problems
