"""Fit bot/conversation/following.json, from files of the project alone: make fit

Fitted on: later turns of conversations in tests/cases (of conversations_dev.yaml those of even
position, of suites.yaml the same, of passants.yaml the two first sets and one in two of the
others), and single questions of habitants_reglage.jsonl asked after an answer that has nothing to
do with them, so that what is clear alone stays so. Turns about a danger are left out: what was said
before does not count there. Reported on: the other halves, and habitants_mesure.jsonl.
"""

import datetime as dt
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bot.conversation.assistant import Assistant
from bot.conversation.context import DOUBT, read_on
from bot.conversation.following import BOLDER, NAMES, NONE, Following, Told, features
from bot.conversation.message import Message, rank
from bot.conversation.reply import Conversation, Outcome, Question
from bot.evaluation import Dialogue, read_cases, read_dialogues
from bot.matching.model import Scale, probabilities
from bot.matching.vocabulary import Doubles
from bot.storage.knowledge_files import load
from tools.conditional_logit import ABSENT, fitted

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
WEIGHTS = ROOT / "bot" / "conversation" / "following.json"
#: What conversations are held with: each message by itself.
ALONE = Following(
    np.array([name == "seule" for name in NAMES], dtype=np.float64),
    np.array([name == "seule" for name in NONE], dtype=np.float64),
)
#: The steps of a reply that weigh entries (bot/conversation/route.py).
WEIGHED = frozenset({"entrée", "plusieurs", "lettre", "lieu"})
#: L2 penalty on standardised features, what a message that changes the subject weighs, and how many
#: are made.
PENALTY, CHANGED, CHANGES = 1e-4, 0.02, 1_000
#: What a message of suites.yaml weighs: whoever wrote those was to ask another entry, most of the
#: time; in conversations, the same is asked of oftener.
SUITES = 0.3


@dataclass(frozen=True)
class Turn:
    """A later turn: its candidates as `features` gives them, and which are right."""

    entries: Sequence[str]
    values: Doubles
    none: Doubles
    right: Doubles  # (entries + 1,), « none » last
    weight: float


def halves(name: str, sets: str = "") -> tuple[list[Dialogue], list[Dialogue]]:
    """The conversations of a file that are fitted on, and those that are reported on.

    `sets` are the first letters of the ids of sets that are halved each by itself; of the others,
    all are fitted on.
    """
    told = read_dialogues((CASES / name).read_text("utf-8"))
    if not sets:
        return [*told[1::2]], [*told[0::2]]
    halved = [[one for one in told if one.id.startswith(f"{kind}-")] for kind in sets]
    others = [one for one in told if not any(one in half for half in halved)]
    fitted = [one for half in halved for one in half[1::2]]
    return [*others, *fitted], [one for half in halved for one in half[0::2]]


def later_turns(assistant: Assistant, dialogues: Sequence[Dialogue]) -> Iterator[Turn]:
    """The turns that what was said before may change."""
    for dialogue in dialogues:
        before = Conversation()
        for turn in dialogue.turns:
            reply, trace = assistant.trace(Question(turn.say, conversation=before))
            asked = turn.kind in {"answer", "refuse"} and trace.because[-1].step in WEIGHED
            if asked and before.wish and trace.message:
                yield from weighed(assistant, trace.message, before, turn.values)
            before = Conversation.read(reply.conversation.token())


def weighed(
    assistant: Assistant,
    message: Message,
    before: Conversation,
    right: frozenset[str],
    weight: float = 1.0,
) -> Iterator[Turn]:
    """A turn as it is weighed; none where it is about a danger."""
    served = assistant.served
    alone, told = rank(message, served), Told.of(before, served.entries, message.reading.words)
    alarms = sum(one.score for one in alone.candidates if served.entries[one.entry].alarm)
    known = [served.entries[key] for key in right if key in served.entries]
    if told.in_danger or alone.identical or alarms >= DOUBT or any(one.alarm for one in known):
        return
    entries, values, none = features(alone, read_on(message, before, served), told)
    among = np.array([*(key in right for key in entries), False], dtype=np.float64)
    among[-1] = not among.any()
    yield Turn(entries, values, none, among, weight)


def changes(assistant: Assistant, name: str, seed: int) -> Iterator[Turn]:
    """Single questions, each asked after an answer drawn at random from another theme."""
    chance, served = random.Random(seed), assistant.served
    cases = list(read_cases((CASES / name).read_text("utf-8")))
    chance.shuffle(cases)
    for case in cases[:CHANGES]:
        right = case.expect or frozenset()
        themes = {served.entries[key].theme for key in right if key in served.entries}
        others = [
            one for one in served.entries.values() if one.theme not in themes and not one.alarm
        ]
        before = assistant.reply(Question(chance.choice(others).question)).conversation
        message = assistant.trace(Question(case.question, conversation=before))[1].message
        if message and before.last == Outcome.ANSWER.value:
            yield from weighed(assistant, message, before, right, CHANGED)


def weights(turns: Sequence[Turn]) -> Following:
    """The likeliest of these turns."""
    widest = max(len(turn.entries) for turn in turns)
    values = np.zeros((len(turns), widest, len(NAMES)))
    absent = np.full((len(turns), widest), ABSENT)
    right = np.zeros((len(turns), widest + 1))
    for row, turn in enumerate(turns):
        many = len(turn.entries)
        values[row, :many], absent[row, :many] = turn.values, 0
        right[row, :many], right[row, -1] = turn.right[:-1], turn.right[-1]
    none = np.array([turn.none for turn in turns])
    weight = np.array([turn.weight for turn in turns])
    return Following(*fitted(values, absent, none, right, weight, PENALTY))


def scores(following: Following, turns: Sequence[Turn], bar: float = 0.8) -> dict[str, float]:
    """Of the turns that an entry answers, in percent: right first; right and wrong over the bar."""
    first = right = wrong = inside = 0
    for turn in turns:
        if turn.right[-1]:
            continue
        inside += 1
        logits = np.append(turn.values @ following.entry, turn.none @ following.none)
        given = probabilities(logits, Scale(BOLDER))
        best = int(given[:-1].argmax())
        first += bool(turn.right[best])
        right += bool(turn.right[best]) and given[best] >= bar
        wrong += not turn.right[best] and bool(given[best] >= bar)
    return {
        name: round(100 * float(count) / max(inside, 1), 1)
        for name, count in {"1re place": first, "juste": right, "fausse": wrong}.items()
    } | {"n": inside}


def written(following: Following, told: Mapping[str, Mapping[str, float]]) -> str:
    """The text of following.json, ready to be reviewed."""

    def named(names: Sequence[str], values: Doubles) -> dict[str, float]:
        return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}

    made = {
        "outil": "python -m tools.fit_following",
        "date": dt.date.today().isoformat(),
        "ajuste sur": " ".join((__doc__ or "").split("\n\n")[1].split()),
        "mesure": told,
        "entree": named(NAMES, following.entry),
        "aucune": named(NONE, following.none),
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    known = load(ROOT / "knowledge", dt.date.today())
    assistant = Assistant(known.base, known.gazetteer, unrelated=known.common, following=ALONE)
    sets = {
        "conversations_dev.yaml": halves("conversations_dev.yaml"),
        "passants.yaml": halves("passants.yaml", "3456"),
        "suites.yaml": halves("suites.yaml"),
    }
    turns = [
        replace(one, weight=SUITES if name == "suites.yaml" else 1.0)
        for name, (fitted, _) in sets.items()
        for one in later_turns(assistant, fitted)
    ]
    turns += changes(assistant, "habitants_reglage.jsonl", 0)
    following = weights(turns)
    told = {}
    for name, (_, reported) in sets.items():
        told[name] = scores(following, [*later_turns(assistant, reported)])
    unrelated = [*changes(assistant, "habitants_mesure.jsonl", 1)]
    told["habitants_mesure.jsonl"] = scores(following, unrelated)
    WEIGHTS.write_text(written(following, told), "utf-8")
    for name, one in told.items():
        print(name, one)


if __name__ == "__main__":
    main()
