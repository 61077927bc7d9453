"""Answers and conversations measured, by the definitions of the outside interface."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.knowledge.problem import Problem
from bot.knowledge.yaml_reading import Document, Path

KINDS = ("answer", "easy", "commune", "choose", "social", "refuse", "several")
#: Kinds whose `want` names at least one value.
_WITH_VALUES = frozenset({"answer", "easy", "commune", "choose", "several"})
#: Not a kind that is counted: whatever is said is right.
ANY = "any"
_VERDICTS = ("correct", "suggested", "wrong", "missed")
_OFFERED = frozenset({Outcome.SUGGESTIONS, Outcome.CHOOSE_COMMUNE})


class WrongCasesError(Exception):
    """The file of cases or conversations can't be read; the message, in French, says where."""


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
        return {
            "question": self.case.question,
            "expect": sorted(self.case.expect) if self.case.expect is not None else None,
            "verdict": self.verdict,
            "outcome": self.outcome.value,
            "entries": list(self.entries),
            "ranking": list(self.ranking[:5]),
            "confidence": round(self.confidence, 4),
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """What a resident says and what should come of it: a kind and its values, any of them right."""

    say: str
    kind: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation of a new resident, from its first turn."""

    id: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class TurnVerdict:
    """What became of one turn; `kinds` are the lines of the report that it counts in."""

    dialogue: str
    turn: Turn
    verdict: str  # one of _VERDICTS
    reply: Reply
    kinds: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """A line of `evaluate --conversations --details`."""
        return {
            "id": self.dialogue,
            "say": self.turn.say,
            "want": " ".join((self.turn.kind, *sorted(self.turn.values))),
            "verdict": self.verdict,
            "outcome": self.reply.outcome.value,
            "entries": list(self.reply.entries),
            "commune": self.reply.commune.code_insee if self.reply.commune else None,
            "confidence": round(self.reply.confidence, 4),
            "text": self.reply.text,
        }


def read_cases(text: str) -> tuple[Case, ...]:
    """The cases of a JSON Lines text. Raises WrongCasesError naming the line."""
    cases = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            expect = frozenset(raw["expect"]) if raw["expect"] is not None else None
            cases.append(Case(str(raw["question"]), expect, str(raw.get("kind", ""))))
        except (ValueError, KeyError, TypeError):
            raise WrongCasesError(
                f"Ligne {number} : il faut un objet JSON avec « question » et « expect »."
            ) from None
    return tuple(cases)


def read_dialogues(text: str) -> tuple[Dialogue, ...]:
    """The conversations of a YAML list. Raises WrongCasesError naming the conversation."""
    try:
        raw = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise WrongCasesError(f"Ligne {mark.line + 1 if mark else 1} : YAML illisible.") from None
    if not isinstance(raw, list):
        raise WrongCasesError("Ligne 1 : il faut une liste de conversations.")
    return tuple(_dialogue(number, one) for number, one in enumerate(raw, 1))


def _dialogue(number: int, raw: Any) -> Dialogue:
    try:
        turns = tuple(_turn(turn["say"], turn["want"]) for turn in raw["turns"])
        return Dialogue(str(raw["id"]), turns)
    except (KeyError, TypeError, ValueError):
        raise WrongCasesError(
            f"Conversation {number} : il faut « id » et « turns », chacun avec « say » et un "
            f"« want » parmi {', '.join((*KINDS, ANY))}."
        ) from None


def _turn(say: Any, want: Any) -> Turn:
    kind, *values = str(want).split()
    if kind not in {*KINDS, ANY} or (kind in _WITH_VALUES and not values):
        raise ValueError
    return Turn(str(say), kind, frozenset(values))


def judge(assistant: Assistant, case: Case) -> Verdict:
    """Ask the assistant, as a new conversation, and judge its reply."""
    reply, trace = assistant.trace(Question(case.question))
    candidates = (trace.ranking or assistant.rank(case.question)).candidates
    ranking = tuple(candidate.entry for candidate in candidates)
    if reply.outcome is Outcome.COMMUNE:
        ranking = (*sorted(assistant.gazetteer.region.entries), *ranking)
    if case.expect is not None:
        verdict = _verdict("answer", case.expect, reply, assistant)
    elif (refused := _verdict("refuse", frozenset(), reply, assistant)) == "correct":
        verdict = "refused"
    elif refused == "wrong" or reply.outcome is Outcome.CHOOSE_COMMUNE:
        verdict = "false_answer"
    else:
        verdict = "suggested"
    best = candidates[0].score if candidates else 0.0
    return Verdict(case, verdict, reply.outcome, reply.entries, ranking, best)


def play(assistant: Assistant, dialogue: Dialogue) -> Iterator[TurnVerdict]:
    """Hold the conversation, as a caller of the API does, and judge each turn but `any`."""
    entries = assistant.base.entries
    conversation = Conversation()
    for position, turn in enumerate(dialogue.turns):
        reply = assistant.reply(Question(turn.say, conversation=conversation))
        conversation = Conversation.read(reply.conversation.token())
        if turn.kind == ANY:
            continue
        kinds = [turn.kind, "all"]
        alarms = (entries[key].alarm for key in turn.values & entries.keys())
        if turn.kind == "answer" and any(alarms):
            kinds.append("alarm")
        if position and turn.kind != "social":
            kinds.append("later")
        found = _verdict(turn.kind, turn.values, reply, assistant)
        yield TurnVerdict(dialogue.id, turn, found, reply, tuple(kinds))


def _verdict(kind: str, values: frozenset[str], reply: Reply, assistant: Assistant) -> str:
    """One of _VERDICTS, by the table « Conversations » of the outside interface."""
    answered = reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}
    otherwise = "wrong" if answered else "missed"
    choices = frozenset(commune.code_insee for commune in reply.communes)
    given = frozenset(reply.entries)
    if reply.outcome is Outcome.COMMUNE:
        given = frozenset(assistant.gazetteer.region.entries)
    if kind in {"answer", "easy"}:
        right = answered and (kind == "answer" or reply.easy)
        return ("correct" if right else "suggested") if given & values else otherwise
    if kind == "commune":
        if reply.commune and reply.outcome is Outcome.COMMUNE:
            return "correct" if reply.commune.code_insee in values else "wrong"
        return "suggested" if choices & values else "missed"
    if kind in {"choose", "several"}:
        held = choices if kind == "choose" else given
        if values <= held:
            return "correct"
        if held & values:
            return "suggested"
        return "missed" if choices else otherwise
    fitting = {Outcome.SMALLTALK} if kind == "social" else {Outcome.SMALLTALK, Outcome.NO_MATCH}
    # To say which desk is the right one is a refusal that helps.
    oriented = kind == "refuse" and answered and given <= assistant.base.orientations
    if reply.outcome in fitting or oriented:
        return "correct"
    offered = {Outcome.SUGGESTIONS} if kind == "social" else _OFFERED
    return "suggested" if reply.outcome in offered else otherwise


def report(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """What `evaluate --json` prints: counts, and what an editor looks at next.

    `by_kind` has the verdicts of each kind of question that is named; `reliability`, by tenths of
    the probability given to the best entry, its mean and the share where it was right; `confusions`
    how often one entry came first where another was expected.
    """
    judged = list(verdicts)
    inside = [one for one in judged if one.case.expect is not None]
    right = Counter(one.verdict for one in inside)
    outside = Counter(one.verdict for one in judged if one.case.expect is None)
    kinds: dict[str, Counter[str]] = {}
    tenths: dict[int, list[Verdict]] = {}
    confused: Counter[tuple[str, str]] = Counter()
    for one in judged:
        if one.case.kind:
            kinds.setdefault(one.case.kind, Counter())[one.verdict] += 1
        if one.outcome not in {Outcome.COMMUNE, Outcome.CHOOSE_COMMUNE, Outcome.SMALLTALK}:
            tenths.setdefault(min(int(one.confidence * 10), 9), []).append(one)
        if one.case.expect and one.ranking and one.ranking[0] not in one.case.expect:
            confused[min(one.case.expect), one.ranking[0]] += 1
    return {
        "in_scope": {"n": len(inside)}
        | {name: right[name] for name in _VERDICTS}
        | {"top1": _top(inside, 1), "top3": _top(inside, 3)},
        "off_topic": {
            "n": outside.total(),
            "false_answers": outside["false_answer"],
            "suggested": outside["suggested"],
            "refused": outside["refused"],
        },
        "by_kind": {kind: dict(sorted(counts.items())) for kind, counts in sorted(kinds.items())},
        "reliability": [
            {
                "low": number / 10,
                "high": (number + 1) / 10,
                "n": len(found),
                "predicted": round(sum(one.confidence for one in found) / len(found), 4),
                "observed": _top(found, 1),
            }
            for number, found in sorted(tenths.items())
        ],
        "confusions": [
            {"expected": expected, "first": first, "n": n}
            for (expected, first), n in sorted(
                confused.items(), key=lambda item: (-item[1], item[0])
            )
        ],
    }


def _top(verdicts: Sequence[Verdict], depth: int) -> float:
    """The share of cases with an expected entry among the first `depth` candidates."""
    hits = sum(
        bool(one.case.expect and one.case.expect & set(one.ranking[:depth])) for one in verdicts
    )
    return round(hits / len(verdicts), 4) if verdicts else 0.0


def changes(
    before: Sequence[Verdict], after: Sequence[Verdict]
) -> tuple[tuple[Verdict, Verdict], ...]:
    """The cases whose verdict differs between two bases asked the same questions."""
    return tuple(
        (old, new) for old, new in zip(before, after, strict=True) if old.verdict != new.verdict
    )


def dialogue_report(verdicts: Iterable[TurnVerdict]) -> dict[str, dict[str, int]]:
    """{kind: counts}: each kind of `want`, `alarm`, `later` and `all`; kinds not met left out."""
    counted: dict[str, Counter[str]] = {}
    for one in verdicts:
        for kind in one.kinds:
            counted.setdefault(kind, Counter())[one.verdict] += 1
    return {
        kind: {"n": counted[kind].total()} | {name: counted[kind][name] for name in _VERDICTS}
        for kind in (*KINDS, "alarm", "later", "all")
        if kind in counted
    }


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
