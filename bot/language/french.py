"""Words of French: what is rightly spelt is no slip for another word.

The list is made of Debian's hunspell-fr 7.0 (Dicollecte, grammalecte.net) by
tools/everyday_words.py, and is under its licence, the MPL 2.0.
"""

import gzip
from bisect import bisect_left
from functools import cache, lru_cache
from importlib.resources import files

#: Letters of the shortest word that is listed.
SHORTEST = 4


@lru_cache(maxsize=8_192)
def is_french(word: str) -> bool:
    """Whether a folded word of SHORTEST letters or more is a form of a French word."""
    words = _words()
    found = word.encode()
    at = bisect_left(range(len(words)), found, key=lambda place: _line(words, place))
    return at < len(words) and _line(words, at) == found


def _line(words: bytes, at: int) -> bytes:
    """The line that has this place."""
    start, end = words.rfind(b"\n", 0, at) + 1, words.find(b"\n", at)
    return words[start : len(words) if end < 0 else end]


@cache
def _words() -> bytes:
    """One a line, in order; unpacked at the first need, 20 ms. Made by tools/everyday_words.py."""
    return gzip.decompress(files("bot.language").joinpath("mots.txt.gz").read_bytes())
