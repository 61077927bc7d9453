"""Questions asked in vain, those alike together, with the entry that is nearest to each group."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bot.conversation.message import rank, read_message
from bot.conversation.reply import Outcome, Question
from bot.conversation.route import route
from bot.conversation.served import Served
from bot.language.words import normalise
from bot.matching.decision import SMALLEST
from bot.matching.encoder import Encoder, Floats

#: What became of a question that was asked in vain; CHOSEN, with the entry taken afterwards.
REFUSED, DISLIKED, CORRECTED, CHOSEN = "refused", "disliked", "corrected", "chosen"
#: Cosine from which two questions are alike, and that which is enough where the same entry is
#: nearest to both. On the pairs of tests/cases/mise_au_point.jsonl, 81 in 100 of those put
#: together have the same answer, and 40 in 100 of those that have are put together.
ALIKE, SAME_NEAREST = 0.7, 0.2
#: Questions compared at most, those asked most often first; and those shown of a group.
COMPARED, SHOWN = 1_000, 5
_ANSWERED = frozenset({Outcome.ANSWER, Outcome.COMMUNE})


@dataclass(frozen=True, slots=True)
class Vain:
    """A masked question, what became of it, and the entry that answered it or was chosen."""

    text: str
    outcome: str
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are alike. `nearest` is None where no entry is near; `likely`, 0 to 1."""

    examples: tuple[str, ...]  # SHOWN at most, the most usual first
    count: int  # how many times they were asked in vain
    outcomes: Mapping[str, int]  # {REFUSED, DISLIKED or CORRECTED: times}
    nearest: str | None
    likely: float
    evidence: Mapping[str, int]  # {entry: times it was chosen afterwards}


@dataclass(slots=True)
class _Asked:
    """One question, however often it was asked."""

    text: str
    meaning: Floats
    nearest: str | None
    likely: float
    outcomes: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)


def grouped(
    asked: Iterable[Vain], ignored: Collection[str], served: Served, encoder: Encoder
) -> tuple[Group, ...]:
    """Groups, the most frequent first; without what an editor ignored, or is answered by now.

    Takes milliseconds a question: call it off the event loop.
    """
    by_words: dict[str, list[Vain]] = {}
    for one in asked:
        by_words.setdefault(normalise(one.text), []).append(one)
    usual = sorted(by_words.values(), key=len, reverse=True)[:COMPARED]
    left_out = encoder.encode(sorted(ignored))
    groups: list[list[_Asked]] = []
    for same in usual:
        made = _read(same, served, encoder)
        if len(left_out) and float((left_out @ made.meaning).max()) >= ALIKE:
            continue
        for group in groups:
            if _alike(group[0], made):
                group.append(made)
                break
        else:
            groups.append([made])
    told = (_told(group) for group in groups if not _answered_now(group[0], served))
    return tuple(sorted(told, key=lambda group: -group.count))


def _read(same: list[Vain], served: Served, encoder: Encoder) -> _Asked:
    text = same[0].text
    best = next(iter(rank(read_message(text, served), served).candidates), None)
    near = best if best and best.score >= SMALLEST else None
    made = _Asked(
        text, encoder.embed(text), near.entry if near else None, near.score if near else 0.0
    )
    made.outcomes.update(one.outcome for one in same if one.outcome != CHOSEN)
    made.chosen.update(one.entry for one in same if one.outcome == CHOSEN and one.entry)
    return made


def _alike(one: _Asked, other: _Asked) -> bool:
    cosine = float(one.meaning @ other.meaning)
    same = one.nearest is not None and one.nearest == other.nearest
    return cosine >= (SAME_NEAREST if same else ALIKE)


def _answered_now(first: _Asked, served: Served) -> bool:
    """Whether it would not be asked in vain today, as an editor has seen to it since."""
    if first.outcomes.keys() & {DISLIKED, CORRECTED}:
        return False
    return route(Question(first.text), served)[0].outcome in _ANSWERED


def _told(group: list[_Asked]) -> Group:
    outcomes: Counter[str] = Counter()
    chosen: Counter[str] = Counter()
    for one in group:
        outcomes += one.outcomes
        chosen += one.chosen
    texts = tuple(one.text for one in group[:SHOWN])
    first = group[0]
    # Suggestions that were taken show that the question was not understood at once.
    count = outcomes.total() or chosen.total()
    return Group(texts, count, dict(outcomes), first.nearest, first.likely, dict(chosen))
