"""The numbers that a French text states, in digits or in words."""

import re

from bot.language.words import fold, stem

_DIGITS = re.compile(r"\d{1,3}(?:\s\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
_WORD = re.compile(r"[a-zà-ÿ]+")
#: « un », « deux » and « trois » are left out: they are articles and turns of phrase as well.
_IN_WORDS = {
    "quatre": "4", "cinq": "5", "six": "6", "sept": "7", "huit": "8", "neuf": "9", "dix": "10",
    "onze": "11", "douze": "12", "treize": "13", "quatorze": "14", "quinze": "15", "seize": "16",
    "vingt": "20", "trente": "30", "quarante": "40", "cinquante": "50", "soixante": "60",
}  # fmt: skip
_SMALL = {"un": "1", "une": "1", "deux": "2", "trois": "3", "premier": "1", "première": "1"}

#: What one dials in France: 15, 17, 18, 112 to 119, four digits from 30 on (« 3114 »), ten digits.
PHONE = re.compile(r"(?<![\d,])(?:1[578]|11[2-9]|3\d{3}|0\d?(?:\s\d{2,3}){3,4})(?!\d|,\d|\s\d{3})")


def phone_numbers(text: str) -> tuple[str, ...]:
    """The telephone numbers of a text, each once, in order: « le 18 ou le 112 » → (18, 112)."""
    return tuple(dict.fromkeys(PHONE.findall(text)))


def numbers(text: str) -> frozenset[str]:
    """Numbers in digits, groups joined: « 23 000 logements, 1,2 million » → {23000, 1,2}."""
    return frozenset(re.sub(r"\s", "", found) for found in _DIGITS.findall(text))


def numbers_in_words(text: str) -> frozenset[str]:
    """Numbers from four up written in words, as digits: « douze partenaires » → {12}."""
    return frozenset(_IN_WORDS[word] for word in _words(text) if word in _IN_WORDS)


def borne_by(text: str) -> frozenset[str]:
    """Every number that a fact's text lets one state, however written there."""
    small = {_SMALL[word] for word in _words(text) if word in _SMALL}
    return numbers(text) | numbers_in_words(text) | small


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


#: A number with what it counts: « 23 000 logements », « 34 % ».
_COUNTED = re.compile(rf"({_DIGITS.pattern})\s*(%|€|[a-zà-ÿ]{{2,}})", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


def figures(text: str) -> dict[str, frozenset[str]]:
    """Numbers by the stem of what they count; years and telephone numbers count nothing."""
    found: dict[str, set[str]] = {}
    for number, unit in _COUNTED.findall(PHONE.sub(" ", text)):
        joined = re.sub(r"\s", "", number)
        if not _YEAR.fullmatch(joined) and (counted := unit if unit in "%€" else stem(fold(unit))):
            found.setdefault(counted, set()).add(joined)
    return {unit: frozenset(numbers) for unit, numbers in found.items()}


def without_numbers(text: str) -> str:
    """The text without what is written in digits."""
    return _DIGITS.sub(" ", text)
