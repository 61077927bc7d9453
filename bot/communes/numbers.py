"""The figures of a message: postcodes, INSEE codes and départements."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.communes.commune import Commune, largest_first
from bot.communes.message import Message
from bot.knowledge.region import Region

#: Communes offered for a postcode that may be a slip.
NEAR_POSTCODES = 5
_NUMBER = re.compile(r"\d{5}")
_FRENCH = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-578])\d{3}")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the figures of a message say; `taken` are the words they use."""

    codes: frozenset[str]
    departments: frozenset[str]
    taken: frozenset[int]
    elsewhere: tuple[int, str] | None
    unknown: tuple[int, str] | None  # a postcode of here that no commune has


class Postcodes:
    """The communes by postcode, and the départements by the names people give them."""

    def __init__(self, communes: Mapping[str, Commune], region: Region) -> None:
        self._communes = communes
        self._here = region.postcodes
        self._speech = region.speech
        #: First word → (whole name in words, code).
        self._departments: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for code, names in region.departments.items():
            for words in names:
                self._departments.setdefault(words[0], []).append((words, code))
        self._codes: dict[str, frozenset[str]] = {}
        for commune in communes.values():
            for postcode in commune.postcodes:
                known = self._codes.get(postcode, frozenset())
                self._codes[postcode] = known | {commune.code_insee}

    def read(self, message: Message) -> Numbers:
        """The figures of a message."""
        codes: frozenset[str] = frozenset()
        departments: set[str] = set()
        taken: set[int] = set()
        elsewhere = unknown = None
        words = message.words
        for at, word in enumerate(words):
            following = words[at + 1] if at + 1 < len(words) else ""
            before = words[at - 1] if at else ""
            if _NUMBER.fullmatch(word):
                if following in self._speech.comptes or before in self._speech.avant_numero:
                    continue
                found = self._of(word, "insee" in words[max(0, at - 4) : at])
                if found:
                    codes |= found
                    taken.add(at)
                elif word.startswith(self._here):
                    unknown = (at, word)
                elif _FRENCH.fullmatch(word):
                    elsewhere = (at, word)
            for name, code in self._departments.get(word, ()):
                stop = at + len(name)
                if words[at:stop] == name:
                    departments.add(code)
                    taken.update(range(at, stop))
        return Numbers(codes, frozenset(departments), frozenset(taken), elsewhere, unknown)

    def near(self, postcode: str) -> tuple[Commune, ...]:
        """The communes of postcodes with one other digit or two swapped, the largest first."""
        near = {
            code
            for known, codes in self._codes.items()
            if OSA.distance(known, postcode) == 1
            for code in codes
        }
        return largest_first(self._communes[code] for code in near)[:NEAR_POSTCODES]

    def _of(self, number: str, is_insee: bool) -> frozenset[str]:
        """Communes of a number: a postcode, or an INSEE code where it is called so."""
        if is_insee:
            return frozenset({number} & self._communes.keys())
        return self._codes.get(number, frozenset())
