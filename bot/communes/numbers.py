"""The figures of a message: postcodes, INSEE codes and départements."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.communes.commune import Commune, largest_first
from bot.communes.message import Message
from bot.communes.spelling import word_set

#: Communes offered for a postcode that may be a slip.
NEAR_POSTCODES = 5
_NUMBER = re.compile(r"\d{5}")
_ABROAD = re.compile(r"(?!59|62)(?:0[1-9]|[1-8]\d|9[0-578])\d{3}")
_HERE = re.compile(r"(?:59|62)\d{3}")
#: After one of these a number of five digits counts things: « 23 000 logements ».
_COUNTED = word_set("""euro euros e logement logements habitant habitants personne personnes maison
    maisons km m2 m foyer foyers emploi emplois metres k menages menage ans annees hectares ha""")
_FILE_NUMBERS = word_set("dossier numero num n no ref reference contrat client facture")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the figures of a message say; `taken` are the words they use."""

    codes: frozenset[str]
    departments: frozenset[str]
    taken: frozenset[int]
    elsewhere: tuple[int, str] | None
    unknown: tuple[int, str] | None  # a postcode of here that no commune has


class Postcodes:
    """The communes by postcode."""

    def __init__(self, communes: Mapping[str, Commune]) -> None:
        self._communes = communes
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
                if following in _COUNTED or before in _FILE_NUMBERS:
                    continue
                found = self._of(word, "insee" in words[max(0, at - 4) : at])
                if found:
                    codes |= found
                    taken.add(at)
                elif _ABROAD.fullmatch(word):
                    elsewhere = (at, word)
                elif _HERE.fullmatch(word):
                    unknown = (at, word)
            elif word in {"59", "62"}:
                departments.add(word)
                taken.add(at)
            elif words[at : at + 3] == ("pas", "de", "calais"):
                departments.add("62")
                taken.update(range(at, at + 3))
            elif word == "nord" and at >= 2 and words[at - 2 : at] == ("dans", "le"):
                departments.add("59")
                taken.update(range(at - 2, at + 1))
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
