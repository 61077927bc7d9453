"""A phonetic key for French words: spellings that sound alike meet, « travo » and « travaux »."""

import re
from functools import lru_cache
from operator import itemgetter

#: What is mute at the end of a word, and a letter twice running.
_MUTE = "etdpsx"
_DOUBLED = re.compile(r"(.)\1+")
# One spelling of each French sound, applied in order; capitals and digits are settled sounds. First
# what one of is in all that the pattern finds: most words have none, and looking is quicker.
_SOUNDS = tuple(
    (tuple(needed.split()), re.compile(pattern), sound)
    for needed, pattern, sound in (
        ("oe", r"oeu?", "e"),
        ("au", r"eaux?$|aul?[dt]?[sx]?$", "o"),
        ("au", r"eau|au", "o"),
        ("ch", r"s?ch", "X"),
        ("ph", r"ph", "f"),
        ("q ck", r"qu|q|ck", "k"),
        ("gn", r"gn", "N"),
        ("gu", r"gu(?=[eiy])", "G"),
        ("g", r"ge(?=[ao])|g(?=[eiy])", "j"),
        ("c", r"c(?=[eiy])", "s"),
        ("c", r"c", "k"),
        ("oin", r"oin(?:g?$|(?![aeiouyhn]))", "W1"),
        ("oi oy", r"oi|oy", "W"),
        ("n m", r"(?:[ae]?[iy]|u)n(?:gs?$|(?![aeiouyhn]))|[ae]?[iy]m(?![aeiouyhm])", "1"),
        ("ien", r"(?<=i)en(?![aeiouyhn])", "1"),
        ("an en am em", r"[ae](?:n(?![aeiouyhn])|m(?![aeiouyhm]))", "2"),
        ("on om", r"o(?:n(?![aeiouyhn])|m(?![aeiouyhm]))", "3"),
        ("ai ay ei ey", r"ai|ay|ei|ey", "E"),
        ("ou", r"ou", "U"),
        ("eu", r"eu", "e"),
        ("h H", r"[hH]", ""),
        ("w", r"w", "v"),
        ("y j", r"[yj](?=$)|y", "i"),
        ("z ç", r"[zç]", "s"),
    )
)


@lru_cache(maxsize=4_096)
def word_sound(word: str) -> str:
    """The sound of a folded word: « pekencourt » and « pecquencourt » → "pek2kUr"."""
    word = _undoubled(word)  # first: the two n of « calonne » make no nasal
    for needed, pattern, sound in _SOUNDS:
        for letters in needed:
            if letters in word:
                word = pattern.sub(sound, word)
                break
    return _undoubled(word.rstrip(_MUTE))


def _undoubled(word: str) -> str:
    return _DOUBLED.sub(itemgetter(1), word)
