"""Questions asked in vain, those alike together, with the entry that is nearest to each group."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.conversation.message import rank, read_message
from bot.conversation.reply import Outcome, Question
from bot.conversation.route import route
from bot.conversation.served import Served
from bot.language.encoder import Encoder, Floats
from bot.language.words import normalise, stems
from bot.matching.decision import SMALLEST

#: What became of a question that was asked in vain; CHOSEN, with the entry taken afterwards.
REFUSED, DISLIKED, CORRECTED, CHOSEN = "refused", "disliked", "corrected", "chosen"
#: How alike two questions, or on average those of two groups, are to be put together: the cosine of
#: their meanings, how rare the rarest word that they share is, from 0 to 1, and whether the same
#: entry is nearest to both. On 60 questions of 12 subjects that nothing was chosen on, 72 in 100
#: pairs put together are of one subject (58 by meaning or nearest entry alone), and of those that
#: are, 33 in 100 are put together (6).
ALIKE, SAME_NEAREST = 0.5, 0.25
#: What is asked of anything: shared, it says nothing of the subject.
_OF_ANYTHING = frozenset(
    stems(
        "horaire heure jour date ouvert ouverte ouvre ouvrir ouverture ferme fermer fermeture prix "
        "tarif coût coûte coûter combien gratuit gratuite gratuitement payer paye inscrire "
        "inscription dossier papier formulaire demande demander rendez-vous numéro téléphone "
        "adresse mail obtenir trouver chercher cherche carte mairie ville commune rue quartier "
        "enfant fils fille mois semaine année temps délai faire savoir besoin nouveau nouvelle "
        "matin soir lundi mercredi samedi dimanche"
    )
)
#: Cosine from which a question is one that an editor ignored.
IGNORED = 0.7
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
    words: Mapping[str, float]  # how rare each is, from 0 to 1
    nearest: str | None
    likely: float
    outcomes: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)


def grouped(
    asked: Iterable[Vain],
    ignored: Collection[str],
    served: Served,
    encoder: Encoder,
    shown: int = SHOWN,
) -> tuple[Group, ...]:
    """Groups, the most frequent first; without what an editor ignored, or is answered by now.

    Takes milliseconds a question: call it off the event loop.
    """
    by_words: dict[str, list[Vain]] = {}
    for one in asked:
        by_words.setdefault(normalise(one.text), []).append(one)
    usual = sorted(by_words.values(), key=len, reverse=True)[:COMPARED]
    left_out = encoder.encode(sorted(ignored))
    made = [_read(same, served, encoder) for same in usual]
    if len(left_out):
        made = [one for one in made if float((left_out @ one.meaning).max()) < IGNORED]
    groups = _together(made)
    told = (_told(group, shown) for group in groups if not _answered_now(group[0], served))
    return tuple(sorted(told, key=lambda group: -group.count))


def _together(made: Sequence[_Asked]) -> list[list[_Asked]]:
    """Groups that are alike on average; in each the order of before, as of the groups."""
    if not made:
        return []
    groups: list[list[int]] = [[number] for number in range(len(made))]
    alike = _likeness(made, made)
    np.fill_diagonal(alike, -1)
    while alike.max() >= ALIKE:
        one, other = sorted(divmod(int(alike.argmax()), len(made)))
        sizes = len(groups[one]), len(groups[other])
        alike[one] = (alike[one] * sizes[0] + alike[other] * sizes[1]) / sum(sizes)
        alike[:, one] = alike[one]
        alike[one, one] = -1
        alike[other] = alike[:, other] = -1
        groups[one] += groups[other]
        groups[other] = []
    return [[made[number] for number in sorted(group)] for group in groups if group]


def _likeness(some: Sequence[_Asked], others: Sequence[_Asked]) -> Floats:
    """How alike each of these is to each of the others, (some, others)."""
    found: Floats = (
        np.array([one.meaning for one in some]) @ np.array([one.meaning for one in others]).T
    )
    having: dict[str, list[int]] = {}
    nearest: dict[str, list[int]] = {}
    for number, one in enumerate(others):
        for word in one.words:
            having.setdefault(word, []).append(number)
        if one.nearest:
            nearest.setdefault(one.nearest, []).append(number)
    for row, one in zip(found, some, strict=True):
        rare = np.zeros_like(row)
        for word, weight in one.words.items():
            at = having.get(word, [])
            rare[at] = np.maximum(rare[at], weight)
        row += rare
        if one.nearest:
            row[nearest.get(one.nearest, [])] += np.float32(SAME_NEAREST)
    return found


def _read(same: list[Vain], served: Served, encoder: Encoder) -> _Asked:
    text, matcher = same[0].text, served.matcher
    terms = {*matcher.read(text).terms} - _OF_ANYTHING
    words = {term: matcher.rarity(term) for term in terms if not term.isdigit()}
    best = next(iter(rank(read_message(text, served), served).candidates), None)
    near = best if best and best.score >= SMALLEST else None
    made = _Asked(
        text,
        encoder.embed(text),
        words,
        near.entry if near else None,
        near.score if near else 0.0,
    )
    made.outcomes.update(one.outcome for one in same if one.outcome != CHOSEN)
    made.chosen.update(one.entry for one in same if one.outcome == CHOSEN and one.entry)
    return made


def _answered_now(first: _Asked, served: Served) -> bool:
    """Whether it would not be asked in vain today, as an editor has seen to it since."""
    if first.outcomes.keys() & {DISLIKED, CORRECTED}:
        return False
    return route(Question(first.text), served)[0].outcome in _ANSWERED


def _told(group: list[_Asked], shown: int) -> Group:
    outcomes: Counter[str] = Counter()
    chosen: Counter[str] = Counter()
    for one in group:
        outcomes += one.outcomes
        chosen += one.chosen
    texts = tuple(one.text for one in group[:shown])
    first = group[0]
    # Suggestions that were taken show that the question was not understood at once.
    count = outcomes.total() or chosen.total()
    return Group(texts, count, dict(outcomes), first.nearest, first.likely, dict(chosen))
