"""Whole conversations measured, by the definitions of the outside interface (« Conversations »)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.evaluation import REFUSED, WrongCasesError

KINDS = ("answer", "easy", "commune", "choose", "social", "refuse", "several")
#: Kinds whose `want` names at least one value.
_WITH_VALUES = frozenset({"answer", "easy", "commune", "choose", "several"})
#: Not a kind that is counted: whatever is said is right.
ANY = "any"


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
    verdict: str  # correct, suggested, wrong, missed
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


def play(assistant: Assistant, dialogue: Dialogue) -> Iterator[TurnVerdict]:
    """Hold the conversation, as a caller of the API does, and judge each turn but `any`."""
    base = assistant.base
    conversation = Conversation()
    for position, turn in enumerate(dialogue.turns):
        reply = assistant.reply(Question(turn.say, conversation=conversation))
        conversation = Conversation.read(reply.conversation.token())
        if turn.kind == ANY:
            continue
        kinds = [turn.kind, "all"]
        if turn.kind == "answer" and any(
            base.entries[key].alarm for key in turn.values & base.entries.keys()
        ):
            kinds.append("alarm")
        if position and turn.kind != "social":
            kinds.append("later")
        orientations = base.orientations
        given = frozenset(reply.entries)
        if reply.outcome is Outcome.COMMUNE:
            given = frozenset(assistant.gazetteer.region.entries)
        found = verdict(turn, reply, given, orientations)
        yield TurnVerdict(dialogue.id, turn, found, reply, tuple(kinds))


def verdict(turn: Turn, reply: Reply, given: frozenset[str], orientations: frozenset[str]) -> str:
    """Correct, suggested, wrong or missed.

    `given` are the entries that the reply stands for, `orientations` those of theme `autres`.
    """
    answered = reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}
    offered = reply.outcome in {Outcome.SUGGESTIONS, Outcome.CHOOSE_COMMUNE}
    choices = frozenset(commune.code_insee for commune in reply.communes)
    state = reply.commune.code_insee if reply.commune else ""
    if turn.kind in {"answer", "easy"}:
        if not given & turn.values:
            return "wrong" if answered else "missed"
        right = answered and (turn.kind == "answer" or reply.easy)
        return "correct" if right else "suggested"
    if turn.kind == "commune":
        if reply.outcome is Outcome.COMMUNE:
            return "correct" if state in turn.values else "wrong"
        return "suggested" if choices & turn.values else "missed"
    if turn.kind == "choose":
        if choices:
            if turn.values <= choices:
                return "correct"
            return "suggested" if choices & turn.values else "missed"
        return "wrong" if answered else "missed"
    if turn.kind == "several":
        if turn.values <= given:
            return "correct"
        if given & turn.values:
            return "suggested"
        return "wrong" if answered else "missed"
    fitting = {Outcome.SMALLTALK} if turn.kind == "social" else REFUSED
    oriented = turn.kind == "refuse" and answered and given <= orientations
    if reply.outcome in fitting or oriented:
        return "correct"
    if turn.kind == "social" and reply.outcome is Outcome.CHOOSE_COMMUNE:
        return "missed"
    if offered:
        return "suggested"
    return "wrong" if answered else "missed"


def dialogue_report(verdicts: Iterable[TurnVerdict]) -> dict[str, dict[str, int]]:
    """{kind: counts}: each kind of `want`, `alarm`, `later` and `all`; kinds not met left out."""
    counted: dict[str, Counter[str]] = {}
    for one in verdicts:
        for kind in one.kinds:
            counted.setdefault(kind, Counter()).update({"n": 1, one.verdict: 1})
    names = ("n", "correct", "suggested", "wrong", "missed")
    return {
        kind: {name: counted[kind][name] for name in names}
        for kind in (*KINDS, "alarm", "later", "all")
        if kind in counted
    }
