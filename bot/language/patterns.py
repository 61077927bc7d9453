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
from functools import lru_cache

from bot.language.phonetics import word_sound
from bot.language.words import normalise, tokens

#: Other words that may stand between two of a pattern.
GAP = 3
#: Words within which all parts of a pattern must stand: a long letter is about many things.
SPAN = 16
#: Shorter words sound like too many others.
SOUND_LENGTH = 4
#: Letters that find the patterns worth trying, hence the shortest « begun* » word.
KEY = 3

_CLAUSE = re.compile(r"[.!?;:\n]+(?=\s|$)")


class WrongPatternError(ValueError):
    """A pattern that can't be read; the message says why in French."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """What may stand in one place of a pattern: whole words or sounds, and how others begin."""

    whole: frozenset[str]
    begun: tuple[str, ...]

    def takes(self, forms: frozenset[str]) -> bool:
        if not self.whole.isdisjoint(forms):
            return True
        return bool(self.begun) and any(form.startswith(self.begun) for form in forms)


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

    def found_in(self, clause: Sequence[frozenset[str]]) -> bool:
        """Whether the clause, each word with its forms, is told by this pattern."""
        return all(_stands(part, clause) for part in self.parts) and not any(
            _stands(part, clause) for part in self.unless
        )


def _sequence(text: str, lists: Mapping[str, Sequence[str]]) -> _Sequence:
    slots = tuple(_slot(word, lists) for word in text.split())
    if not slots:
        raise WrongPatternError(f"Il manque des mots dans « {text} ».")
    return slots


def _slot(text: str, lists: Mapping[str, Sequence[str]]) -> _Slot:
    whole: set[str] = set()
    begun: set[str] = set()
    for choice in text.split("|"):
        if choice[:1] == "<" and choice[-1:] == ">":
            if choice[1:-1] not in lists:
                raise WrongPatternError(f"La liste {choice} n’existe pas.")
            for word in lists[choice[1:-1]]:
                _add(word, whole, begun)
        else:
            _add(choice, whole, begun)
    return _Slot(frozenset(whole), tuple(sorted(begun)))


def _add(choice: str, whole: set[str], begun: set[str]) -> None:
    word = normalise(choice.removesuffix("*"))
    if not word or " " in word:
        raise WrongPatternError(f"« {choice} » n’est pas un mot.")
    if choice.endswith("*"):
        if len(word) < KEY and not word.isdigit():
            raise WrongPatternError(f"« {choice} » est trop court : {KEY} lettres au moins.")
        begun.update((word,) if word.isdigit() else (word, _skeleton(word)))
    else:
        whole.update(_forms(word))


def _stands(sequence: _Sequence, clause: Sequence[frozenset[str]]) -> bool:
    ends = [at for at, forms in enumerate(clause) if sequence[0].takes(forms)]
    for slot in sequence[1:]:
        if not ends:
            return False
        ends = [
            at
            for at, forms in enumerate(clause)
            if slot.takes(forms) and any(end < at <= end + GAP + 1 for end in ends)
        ]
    return bool(ends)


@lru_cache(maxsize=20_000)
def _forms(word: str) -> tuple[str, ...]:
    """A folded word with its singular and, where it is long enough to tell, how it sounds."""
    forms = [word]
    if len(word) >= SOUND_LENGTH:
        forms += [word.rstrip("sx"), _skeleton(word)]
        sound = word_sound(word)
        # « frappe » keeps no more of itself than « frais »: a sound that lost much tells nothing.
        if len(sound) >= max(KEY, len(word) - 2):
            forms.append(f"~{sound}")
    return tuple(forms)


def _skeleton(word: str) -> str:
    """The word's sound with the last consonant, which is mute at the end of a whole word."""
    return f"^{word_sound(f'{word}a').removesuffix('a')}"


class Patterns:
    """Patterns under labels, in order: where several are found, the first label counts."""

    def __init__(self, labelled: Mapping[str, Sequence[Pattern]]) -> None:
        self.labels = tuple(labelled)
        #: {beginning of a form: the patterns whose first word may begin so}, each with its rank.
        self._index: dict[str, list[tuple[int, Pattern]]] = defaultdict(list)
        for rank, patterns in enumerate(labelled.values()):
            for pattern in patterns:
                first = pattern.parts[0][0]
                for key in {_key(form) for form in (*first.whole, *first.begun)}:
                    self._index[key].append((rank, pattern))

    def find(self, text: str, repair: Callable[[str], str] = str) -> str | None:
        """The label of the first pattern found in the text, else None.

        `repair` gives a word as it should have been spelt.
        """
        best = len(self.labels)
        for clause in clauses(text, repair):
            keys = {_key(form) for forms in clause for form in forms}
            for rank, pattern in (one for key in keys for one in self._index.get(key, ())):
                if rank < best and pattern.found_in(clause):
                    best = rank
        return self.labels[best] if best < len(self.labels) else None


def clauses(text: str, repair: Callable[[str], str]) -> Iterable[list[frozenset[str]]]:
    """The clauses of a text, each a list of words in all their forms; a long one in pieces."""
    for clause in _CLAUSE.split(text):
        words = [frozenset((*_forms(word), *_forms(repair(word)))) for word in tokens(clause)]
        for start in range(0, max(len(words) - SPAN // 2, 1), SPAN // 2):
            yield words[start : start + SPAN]


def _key(form: str) -> str:
    return form[: KEY + 1] if form[0] in "~^" else form[:KEY]
