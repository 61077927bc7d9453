"""Patterns of speech: what someone means, told by a few words however badly they are written.

Patterns are data (alarmes.yaml), so that who knows how people talk can change them. In one,

- words stand in this order, with at most GAP others between two of them: « sent gaz »;
- « a|b » is one word or the other, « <nom> » one of a named list, « frapp* » any word so begun;
- « & » joins parts that may come in any order, in one clause and not far apart (SPAN);
- what follows « sauf » must not stand beside them: « sauf vert|feu mon », one or the other.

Words are compared as written, as repaired, and by sound: « frape » is « frappe ».
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from weakref import proxy

from bot.language.phonetics import word_sound
from bot.language.words import normalise, tokens

#: Other words that may stand between two of a pattern.
GAP = 3
#: Words within which all parts of a pattern must stand: a long letter is about many things.
SPAN = 16
#: Shorter words sound like too many others.
SOUND_LENGTH = 4
#: The shortest « begun* » word.
KEY = 3

_CLAUSE = re.compile(r"[.!?;:\n]+(?=\s|$)")


class WrongPatternError(ValueError):
    """A pattern that can't be read; the message says why in French."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """What may stand in one place of a pattern: whole words or sounds, and how others begin."""

    whole: frozenset[str]
    begun: tuple[str, ...]


_Sequence = tuple[_Slot, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to tell an alarm; see the module's text."""

    parts: tuple[_Sequence, ...]
    unless: tuple[_Sequence, ...]

    @classmethod
    def parse(cls, text: str, lists: Mapping[str, Sequence[str]] | None = None) -> "Pattern":
        """Read a pattern. Raises WrongPatternError."""
        wanted, _, unless = text.partition(" sauf ")
        parts = tuple(_sequence(part, lists or {}) for part in wanted.split("&"))
        # Here « a|b c » is « a », or « b c »: what silences is nearly always told by one word.
        refused = tuple(
            _sequence(part, lists or {}) for part in re.split(r"[|,]", unless) if part.strip()
        )
        return cls(parts, refused)


def _sequence(text: str, lists: Mapping[str, Sequence[str]]) -> _Sequence:
    slots = tuple(_slot(word, lists) for word in text.split())
    if not slots:
        raise WrongPatternError(f"Il manque des mots dans « {text} ».")
    return slots


def _slot(text: str, lists: Mapping[str, Sequence[str]]) -> _Slot:
    whole: set[str] = set()
    begun: set[str] = set()
    choices: Sequence[str]
    for choice in text.split("|"):
        if choice[:1] == "<" and choice[-1:] == ">":
            if choice[1:-1] not in lists:
                raise WrongPatternError(f"La liste {choice} n’existe pas.")
            choices = lists[choice[1:-1]]
        else:
            choices = (choice,)
        for word in choices:
            forms, starts = _read(word)
            whole.update(forms)
            begun.update(starts)
    return _Slot(frozenset(whole), tuple(sorted(begun)))


@lru_cache(maxsize=8_192)  # lists are named over and over
def _read(choice: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a word of a pattern stands for: whole words or sounds, and how others begin."""
    word = normalise(choice.removesuffix("*"))
    if not word or " " in word:
        raise WrongPatternError(f"« {choice} » n’est pas un mot.")
    if choice.endswith("*"):
        if len(word) < KEY and not word.isdigit():
            raise WrongPatternError(f"« {choice} » est trop court : {KEY} lettres au moins.")
        return (), (word,) if word.isdigit() else (word, _skeleton(word))
    return _forms(word), ()


def _forms(word: str) -> tuple[str, ...]:
    """A folded word with its singular and, where it is long enough to tell, how it sounds."""
    forms = [word]
    if len(word) >= SOUND_LENGTH:
        forms += [word.rstrip("sx") or word, _skeleton(word)]
        sound = word_sound(word)
        # « frappe » keeps no more of itself than « frais »: a sound that lost much tells nothing.
        if len(sound) >= max(KEY, len(word) - 2):
            forms.append(f"~{sound}")
    return tuple(forms)


@lru_cache(maxsize=1_024)
def _either(word: str, repaired: str) -> frozenset[str]:
    return frozenset((*_forms(word), *_forms(repaired)))


def _skeleton(word: str) -> str:
    """The word's sound with the last consonant, which is mute at the end of a whole word."""
    return f"^{word_sound(f'{word}a').removesuffix('a')}"


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern of one label, its slots by their numbers."""

    label: int
    parts: tuple[tuple[int, ...], ...]
    unless: tuple[tuple[int, ...], ...]

    def told_by(self, places: Mapping[int, Sequence[int]]) -> bool:
        """Whether a clause tells it; `places` are those of the words that each slot takes."""
        return all(_stands(part, places) for part in self.parts) and not any(
            _stands(part, places) for part in self.unless
        )


def _stands(sequence: Sequence[int], places: Mapping[int, Sequence[int]]) -> bool:
    ends = places.get(sequence[0], ())
    for slot in sequence[1:]:
        if not ends:
            return False
        ends = [at for at in places.get(slot, ()) if any(end < at <= end + GAP + 1 for end in ends)]
    return bool(ends)


class Patterns:
    """Patterns under labels, in order: where several are found, the first label counts."""

    def __init__(
        self,
        labelled: Mapping[str, Sequence[Pattern]],
        never: Mapping[str, Sequence[Pattern]] = MappingProxyType({}),
    ) -> None:
        """`never`, by label: where one of these is in a text, the label is not."""
        self.labels = tuple(labelled)
        self._never = Patterns(never) if never else None
        numbers: dict[_Slot, int] = {}

        def numbered(sequences: Iterable[_Sequence]) -> tuple[tuple[int, ...], ...]:
            return tuple(
                tuple(numbers.setdefault(slot, len(numbers)) for slot in sequence)
                for sequence in sequences
            )

        #: {a slot: the patterns of which it is the rarest}: only these are worth trying.
        self._rules: dict[int, list[_Rule]] = defaultdict(list)
        for label, patterns in enumerate(labelled.values()):
            for pattern in patterns:
                rarest = min((slot for part in pattern.parts for slot in part), key=_often)
                rule = _Rule(label, numbered(pattern.parts), numbered(pattern.unless))
                self._rules[numbers[rarest]].append(rule)
        #: {a form, or how it begins: the slots that take it}.
        self._whole: dict[str, list[int]] = defaultdict(list)
        self._begun: dict[str, list[int]] = defaultdict(list)
        for slot, number in numbers.items():
            for form in slot.whole:
                self._whole[form].append(number)
            for start in slot.begun:
                self._begun[start].append(number)
        self._longest = max(map(len, self._begun), default=0)
        # By proxy: a cache that held these patterns would keep them from being freed.
        self._taking = lru_cache(maxsize=1_024)(partial(Patterns._takers, proxy(self)))

    def find(self, text: str, repair: Callable[[str], str] = str) -> str | None:
        """The first label of which a pattern is in the text, else None.

        `repair` gives a word as it should have been spelt.
        """
        return next(iter(self.all_in(text, repair)), None)

    def all_in(self, text: str, repair: Callable[[str], str] = str) -> tuple[str, ...]:
        """The labels of which a pattern is in the text, in their order."""
        found: set[int] = set()
        for clause in clauses(text, repair):
            places: dict[int, list[int]] = defaultdict(list)
            for at, forms in enumerate(clause):
                for slot in self._taking(forms):
                    places[slot].append(at)
            for slot in places.keys() & self._rules.keys():
                for rule in self._rules[slot]:
                    if rule.label not in found and rule.told_by(places):
                        found.add(rule.label)
        told = tuple(self.labels[label] for label in sorted(found))
        never = self._never.all_in(text, repair) if told and self._never else ()
        return tuple(label for label in told if label not in never)

    def _takers(self, forms: Iterable[str]) -> frozenset[int]:
        """The slots that take a word of these forms."""
        whole, begun, found = self._whole, self._begun, set[int]()
        for form in forms:
            if form in whole:
                found.update(whole[form])
            for length in range(1, min(len(form), self._longest) + 1):
                if (start := form[:length]) in begun:
                    found.update(begun[start])
        return frozenset(found)


def _often(slot: _Slot) -> float:
    """How often a slot is likely to be filled: French's short words are its frequent ones."""
    return sum(2.0 ** -len(form) for form in (*slot.whole, *slot.begun))


def clauses(text: str, repair: Callable[[str], str]) -> Iterable[list[frozenset[str]]]:
    """The clauses of a text, each a list of words in all their forms; a long one in pieces."""
    for clause in _CLAUSE.split(text):
        words = [_either(word, repair(word)) for word in tokens(clause)]
        for start in range(0, max(len(words) - SPAN // 2, 1), SPAN // 2):
            yield words[start : start + SPAN]
