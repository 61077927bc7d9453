"""A phonetic key for French words: spellings that sound alike meet, « travo » and « travaux »."""

import re
from functools import lru_cache

# One spelling of each French sound, applied in order; capitals and digits are settled sounds.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(.)\1+", r"\1"),  # doubled letters first: the two n of « calonne » make no nasal
        (r"oeu?", "e"),
        (r"eaux?$|aul?[dt]?[sx]?$", "o"),
        (r"eau|au", "o"),
        (r"s?ch", "X"),
        (r"ph", "f"),
        (r"qu|q|ck", "k"),
        (r"gn", "N"),
        (r"gu(?=[eiy])", "G"),
        (r"ge(?=[ao])|g(?=[eiy])", "j"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"oin(?:g?$|(?![aeiouyhn]))", "W1"),
        (r"oi|oy", "W"),
        (r"(?:[ae]?[iy]|u)n(?:gs?$|(?![aeiouyhn]))|[ae]?[iy]m(?![aeiouyhm])", "1"),
        (r"(?<=i)en(?![aeiouyhn])", "1"),
        (r"[ae](?:n(?![aeiouyhn])|m(?![aeiouyhm]))", "2"),
        (r"o(?:n(?![aeiouyhn])|m(?![aeiouyhm]))", "3"),
        (r"ai|ay|ei|ey", "E"),
        (r"ou", "U"),
        (r"eu", "e"),
        (r"[hH]", ""),
        (r"w", "v"),
        (r"[yj](?=$)|y", "i"),
        (r"[zç]", "s"),
        (r"(?:es|e|[tdpsx])+$", ""),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=16_384)
def word_sound(word: str) -> str:
    """The sound of a folded word: « pekencourt » and « pecquencourt » → "pek2kUr"."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word
