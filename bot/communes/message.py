"""What surrounds a name in a message, and whether it points to a place."""

import re
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from enum import IntEnum

from bot.communes.spelling import ARTICLES, CONNECTORS, canonical
from bot.knowledge.region import Speech
from bot.language.words import normalise, tokens

#: A longer message is cut: nobody names their town after that, and every search stays short.
MOST_WORDS = 150


class Cue(IntEnum):
    """How strongly the words before a name say that it is a place."""

    NONE = 0
    LOOSE = 1  # « de », « sur »: also found before anything else
    AT = 2  # « à »
    NEAR = 3  # « près de »: a place, not the resident's own
    HOME = 4  # « j’habite », « la commune de »


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch [start, stop) of a message that names communes, or a place elsewhere."""

    start: int
    stop: int
    codes: frozenset[str]
    cue: Cue
    official: bool = False
    fuzzy: bool = False
    cite: str | None = None
    estate: bool = False
    elsewhere: str | None = None

    @property
    def rank(self) -> int:
        """2: the resident's own place; 1: a place; 0: only what lies near it."""
        if self.cue is Cue.HOME:
            return 2
        return 0 if self.cue is Cue.NEAR else 1

    @property
    def span(self) -> range:
        return range(self.start, self.stop)


#: « Noyelles s/s Lens », « Fresnes s/ Escaut », « S-t Omer ».
_SHORTENED = tuple(
    (re.compile(written, re.IGNORECASE), meant)
    for written, meant in (
        (r"(?<=\w)[ -]s/s[. -]*(?=\w)", " sous "),
        (r"(?<=\w)[ -]s/ *(?=\w)", " sur "),
        (r"\bs-t(?=e?\b)", "st"),
    )
)
_COMPOUND = re.compile(r"\w+(?:['’]\w+)?(?:[-‐‑–](?:\w+['’])?\w+)+")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as words. `words` are typed (SMS spelt out), `canon` the same for place names.

    `compounds` are the [start, stop) of the groups that hyphens tie together: « Vitry-sur-Seine »
    is one name, whatever name it begins with. `speech` are the words that surround places.
    """

    words: tuple[str, ...]
    canon: tuple[str, ...]
    compounds: tuple[tuple[int, int], ...]
    speech: Speech

    @classmethod
    def read(cls, text: str, speech: Speech, is_name: Callable[[str], bool]) -> "Message":
        """Read a message; `is_name` tells a name that is glued to other words."""
        for written, meant in _SHORTENED:
            text = written.sub(meant, text)
        words = tuple(
            part
            for word in tokens(text)[:MOST_WORDS]
            for part in _unglued(word, speech.colles, is_name)
        )
        return cls(words, tuple(map(canonical, words)), tuple(_compounds(text, words)), speech)

    def cue(self, start: int) -> Cue:
        """The strongest cue that leads to the word at `start`."""
        speech = self.speech
        at = start - 1
        linked: set[str] = set()
        while at >= 0 and self.words[at] in speech.liens:
            linked.add(self.words[at])
            at -= 1
        before = self.words[at] if at >= 0 else ""
        if before in speech.habiter or (
            before in speech.etre and linked & {"a", "de", "d", "sur", "du"}
        ):
            return Cue.HOME
        if before == "cote" and at and self.words[at - 1] == "du":
            return Cue.AT
        if (before in speech.pres and linked & {"de", "d", "du"}) or before in speech.vers:
            return Cue.NEAR
        previous = self.words[start - 1] if start else ""
        if previous == "a" and before not in speech.avant_avoir:
            return Cue.AT
        if previous in {"a", "de", "d"} or (
            previous in {"sur", "pour"} and (before == "" or before in speech.autour)
        ):
            return Cue.LOOSE
        return Cue.NONE

    def refuses(self, start: int) -> bool:
        """Whether the words before `start` make it a street, a law, a person or another saint."""
        if start and self.canon[start - 1] in {"saint", "sainte"}:
            return True
        at = start - 1
        while at >= 0 and self.words[at] in {"de", "d", "du", "des", "la", "le", "l", "les"}:
            at -= 1
        if at < 0:
            return False
        word = self.words[at]
        return word in self.speech.rues or (at == start - 1 and word in self.speech.pas_un_lieu)

    def determined(self, start: int) -> bool:
        """Whether the word before `start` makes a common noun of what follows."""
        negation = self.words[start] == "pas"
        return start > 0 and (negation or self.words[start - 1] in self.speech.determinants)

    def bare(self, *spans: Iterable[int]) -> bool:
        """Whether nothing but words around a place and numbers stands outside the spans."""
        inside = {index for span in spans for index in span}
        around, near = self.speech.autour, self.speech.pres
        return all(
            index in inside or word in around or word in near or word.isdigit()
            for index, word in enumerate(self.words)
        )

    def core(self, taken: Set[int]) -> tuple[int, int]:
        """The [start, stop) left when the words around a place are put aside at both ends."""
        around = self.speech.autour
        kept = [
            index
            for index, word in enumerate(self.words)
            if index not in taken and word not in around and not word.isdigit()
        ]
        return (kept[0], kept[-1] + 1) if kept else (0, 0)

    def cuts_compound(self, start: int, stop: int) -> bool:
        """Whether an end of [start, stop) falls inside a hyphenated group."""
        return any(a < start < b or a < stop < b for a, b in self.compounds)

    def may_end_shortened(self, start: int, stop: int) -> bool:
        """Whether a name may stop on an abbreviation: « Aix-N. », « Marles les M », « Hénin Bt ».

        Not where that is a word: « Vitry en a », « Billy mon ».
        """
        last = self.words[stop - 1]
        if any(a <= start and b == stop for a, b in self.compounds):
            return True
        return last not in self.speech.autour if len(last) > 1 else self.words[stop - 2] in ARTICLES

    def may_be_name(self, start: int, stop: int) -> bool:
        """Whether a misspelt name may stand there, by the words at its ends and before it."""
        window = self.canon[start:stop]
        return not (
            window[-1] in CONNECTORS
            or (window[0] in CONNECTORS and window[0] not in {*ARTICLES, "saint", "sainte"})
            or any(word.isdigit() for word in window)
            or self.cuts_compound(start, stop)
            or self.refuses(start)
        )

    def is_place(self, start: int, stop: int, known: Iterable[int] = ()) -> bool:
        """Whether a name that is also everyday French is meant as a place here.

        `known` are the words already taken for places.
        """
        cue = self.cue(start)
        if cue in (Cue.HOME, Cue.NEAR):
            return True
        if cue is Cue.AT and self.words[start] not in ARTICLES:
            return True
        return self.bare(range(start, stop), known) and not self.determined(start)

    def expects_place(self, start: int, stop: int) -> bool:
        """Whether a place is expected here, region included: « dans la Somme », « de Lorraine »."""
        region = (
            start > 0 and stop - start == 1 and self.canon[start] in self.speech.regions_ailleurs
        )
        if region and self.words[start - 1] in self.speech.avant_region:
            return True
        if start >= 2 and self.words[start - 2] == "dans" and self.words[start - 1] in ARTICLES:
            return True
        return self.is_place(start, stop)


def _unglued(
    word: str, glued: Iterable[tuple[str, ...]], is_name: Callable[[str], bool]
) -> tuple[str, ...]:
    """« jhabiteleforest » → (j, habite, leforest)."""
    for words in glued:
        if word.startswith(words[0]) and word.startswith(begun := "".join(words)):
            name = word[len(begun) :]
            if name and is_name(name):
                return (*words, name)
    return (word,)


def _compounds(text: str, words: tuple[str, ...]) -> Iterable[tuple[int, int]]:
    start = 0
    for group in _COMPOUND.findall(text):
        parts = tuple(normalise(group).split())
        for at in range(start, len(words) - len(parts) + 1):
            if words[at : at + len(parts)] == parts:
                yield at, at + len(parts)
                start = at + len(parts)
                break
