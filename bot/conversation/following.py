"""What a message asks after what was said: read alone and with the last question, in one ranking.

A conditional logit, as in `matching/model.py`, over the likely entries of both readings and one
more choice, « none of them ». What each weighs is in `following.json`, fitted on conversations by
tools/fit_following.py (make fit): that an entry stands beside the answer just given counts for much
where the message is short, that it is the same entry again speaks against it the more she says.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from bot.conversation.reply import Conversation, Outcome
from bot.knowledge.model import Entry
from bot.matching.decision import Ranking
from bot.matching.model import Scale, probabilities
from bot.matching.vocabulary import Doubles

#: What speaks for an entry: by what the message says, then by what was said before.
NAMES = (
    "seule",  # logarithm of its probability by the message alone
    "suite",  # the same, read with the last question
    "sens, seule",  # see matching/signals.py; 0 where it is no candidate of that reading
    "sens, suite",
    "a cote",  # one just answered leads to it, or it leads to that one
    "a cote, par longueur",
    "theme",  # of the theme of one just answered, and not beside it
    "encore",  # just answered
    "encore, par longueur",
    "proposee",  # just offered
    "a cote d'une proposee",
    "theme d'une proposee",
)
#: What speaks for « none of them ».
NONE = (
    "seule",  # logarithm of the probability of none by the message alone
    "suite",
    "longueur",  # in words, LONGEST at most, of LONGEST
    "apres une reponse",
    "toujours",
)
LONGEST = 12
#: The least probability, of a candidate that one reading does not have.
LEAST = 1e-6
#: The logits are so many times the likeliest ones, as those of `matching` are (`hardiesse`): of 576
#: messages after an answer, at the first fit, 390 were right at 1.0, 406 at 1.2, 412 at 1.4, and
#: 28, 33 and 40 wrong. Since matching goes without letters, 1.4 is as often wrong as 1.2 was.
BOLDER = 1.4


@dataclass(frozen=True, slots=True)
class Following:
    """The weights of NAMES and of NONE."""

    entry: Doubles
    none: Doubles

    @classmethod
    def parse(cls, text: str) -> "Following":
        """From following.json, whose other keys tell where they come from."""
        made = json.loads(text)
        return cls(
            np.array([made["entree"][name] for name in NAMES], dtype=np.float64),
            np.array([made["aucune"][name] for name in NONE], dtype=np.float64),
        )

    def ranked(self, alone: Ranking, whole: Ranking, told: "Told") -> Ranking:
        """One ranking of both: the same candidates, with the probability that each is asked."""
        entries, values, none = features(alone, whole, told)
        shares = probabilities(
            np.append(values @ self.entry, none @ self.none), Scale(BOLDER)
        ).tolist()
        found = {one.entry: one for one in (*whole.candidates, *alone.candidates)}
        candidates = [
            replace(found[entry], score=score)
            for entry, score in zip(entries, shares, strict=False)
        ]
        candidates.sort(key=lambda one: (-one.score, one.entry))
        return Ranking(tuple(candidates), 1 - shares[-1])


@dataclass(frozen=True, slots=True)
class Told:
    """What a message comes after, and its words."""

    answered: Collection[str]  # entries that the last reply answered
    offered: Collection[str]  # and those that it offered
    entries: Mapping[str, Entry]
    words: Sequence[str]

    @classmethod
    def of(cls, before: Conversation, entries: Mapping[str, Entry], words: Sequence[str]) -> "Told":
        """What the last reply answered or offered, of the entries still served."""
        answered: list[str] = []
        offered: list[str] = []
        match before.last:
            case Outcome.ANSWER.value if before.entry:
                answered = [before.entry]
            case Outcome.SUGGESTIONS.value | Outcome.NO_MATCH.value:
                chosen = (choice.partition(":") for choice in before.choices)
                offered = [key for kind, _, key in chosen if kind == "entry"]
        kept = [[key for key in keys if key in entries] for keys in (answered, offered)]
        return cls(kept[0], kept[1], entries, words)

    @property
    def in_danger(self) -> bool:
        """Whether the last reply was about a danger, or may have been."""
        return any(self.entries[key].alarm for key in chain(self.answered, self.offered))

    def beside(self, entry: Entry, keys: Collection[str]) -> bool:
        """Whether one of these leads to the entry, or the entry to one of them."""
        return entry.id not in keys and any(
            entry.id in self.entries[key].see_also or key in entry.see_also for key in keys
        )

    def in_theme(self, entry: Entry, keys: Collection[str]) -> bool:
        """Whether the entry is of the theme of one of these, and none of them."""
        return entry.id not in keys and any(self.entries[key].theme == entry.theme for key in keys)


def features(alone: Ranking, whole: Ranking, told: Told) -> tuple[Sequence[str], Doubles, Doubles]:
    """The candidates of both readings, (entries, NAMES) and (NONE,)."""
    length = min(len(told.words), LONGEST) / LONGEST
    by_itself = {one.entry: one for one in alone.candidates}
    together = {one.entry: one for one in whole.candidates}
    entries = tuple(dict.fromkeys((*by_itself, *together)))
    values = np.zeros((len(entries), len(NAMES)))
    for row, key in zip(values, entries, strict=True):
        entry = told.entries[key]
        of_both = by_itself.get(key), together.get(key)
        beside, again = told.beside(entry, told.answered), key in told.answered
        row[:] = (
            *(np.log(max(one.score if one else 0.0, LEAST)) for one in of_both),
            *(one.parts.get("sens", 0.0) if one else 0.0 for one in of_both),
            beside,
            beside * length,
            not beside and told.in_theme(entry, told.answered),
            again,
            again * length,
            key in told.offered,
            told.beside(entry, told.offered),
            told.in_theme(entry, told.offered),
        )
    none = [np.log(max(1 - one.in_scope, LEAST)) for one in (alone, whole)]
    return entries, values, np.array([*none, length, bool(told.answered), 1.0])
