"""What may name a person in a message: left out before it is read, masked before it is kept.

Two sieves. The narrow one takes what is personal for sure, so that a question is still understood
as it was asked. The wide one is for what is kept: there, a word too many masked costs little, and
a name that is left is a fault.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from importlib.resources import files

import yaml

from bot.language.words import FUNCTION_WORDS, fold, stems

#: Stands for what was masked: no word, so that a masked question is still understood.
MARK = "[…]"
#: Words of a name, and of a street's, at most.
NAME, STREET = 4, 5

_WORDS: dict[str, list[str]] = yaml.load(
    (files("bot") / "defaults/personnel.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
)

#: E-mail, IBAN, number of social security (13 or 15 digits), telephone number of France.
_SURE = re.compile(
    r"""
    [\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | \bFR\d{2}(?:\s?[0-9A-Z]{4}){5}\s?[0-9A-Z]{3}\b
    | \b[12]\s?\d{2}\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?\d[\dAB]\s?\d{3}\s?\d{3}(?:\s?\d{2})?\b
    | (?:\+33\s?|\b0)[1-79](?:[\s.-]?\d{2}){4}\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def without_personal_data(text: str) -> str:
    """The text with its e-mail addresses, telephone, social security and IBAN numbers left out."""
    return _SURE.sub(" ", text)


def _either(names: Iterable[str]) -> str:
    """A pattern of any of these, the longest first, with either apostrophe or none."""
    ordered = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(one).replace("'", "['’ ]?").replace(r"\ ", r"\s+") for one in ordered)


_NUMBER_WORD = _either(_WORDS["chiffres"])
_STREET = _either(_WORDS["voies"])
#: What needs no word before it to be told, most of it numbers. Read on the folded text.
_NUMBERS = re.compile(
    rf"""
    https?://\S+ | \bwww\.\S+
    | [\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\bpoint\b)\s?[\w-]+)*
    | (?:[\w.+-]+\s+){{1,3}}arobase\s+[\w-]+(?:\s?(?:\.|\bpoint\b)\s?[\w-]+)*
    | (?<!\w)@\w{{3,}}
    # An account of any country; a card's number is one of digits.
    | \b[a-z]{{2}}\d{{2}}(?:\s?(?=[a-z]{{0,3}}\d)[a-z0-9]{{4}}){{2,7}}(?:\s?[a-z0-9]{{1,3}}\b)?
    | \b[12]\s?\d{{2}}\s?\d{{2}}\s?\d[\dab]\s?\d{{3}}\s?\d{{3}}(?:\s?\d{{2}})?\b
    # Eight digits or more, however they are set apart: telephone, card, date of birth.
    | (?!(?:19|20)\d\d[\s.\-_/]{{0,2}}(?:19|20)\d\d(?![\s.\-_/()]{{0,2}}\d))  # from year to year
        (?<!\d)\+?\(?\d(?:[\s.\-_/()]{{0,2}}\d){{7,}}
    | \bnee?\s+(?:le|en)\s+\d[\w/.-]*(?:\s+[a-z]+\s+\d{{2,4}})?
    | \b\d{{1,3}}(?:\.\d{{1,3}}){{3}}\b
    | (?<![\w:])(?:[0-9a-f]{{0,4}}:){{3,7}}[0-9a-f]{{0,4}}(?![\w:])
    # A file's number, a token: a run that holds six digits, or is long and holds one.
    | \b[\w-]*\d{{6,}}[\w-]*(?::[\w-]+)?
    | \b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{{20,}}
    | \b(?:dossier|contrat|bail|compte|client|allocataire|matricule|reference|ref|passeport|facture
        |beneficiaire|identifiant)[\s:.#]*(?:n[°ºo]?\.?\s*|numero\s+|num\s+)?(?=[\w/-]*\d)[\w/-]{{3,}}
    # Plates of today, with the letters that they have; of before, in capitals (below).
    | \b(?!de|la|le|et|en|ce|ne|se|es)[a-hj-np-tv-z]{{2}}[\s-]?\d{{3}}[\s-]?
        (?!de|la|le|et|en|ce|ne|se|es|ha|km|me)[a-hj-np-tv-z]{{2}}\b
    | \bzero\s+(?:{_NUMBER_WORD})(?:[\s-]+(?:{_NUMBER_WORD})){{3,}}\b
    # A street, then its number; a door in a building.
    | \b(?:{_STREET})\s+(?:[a-z]+[\s'’-]+){{1,5}}?(?:n[°º]|numero|au)\s*\d{{1,4}}\b
    | \b(?:appartement|appart|appt|apt|batiment|bat|bloc|escalier)\.?\s*(?:n[°º]\s*)?
        (?:\d{{1,4}}|[bd-h])\b
    """,
    re.VERBOSE,
)
#: One of these is in all that _NUMBERS finds: most questions hold none, and take no time.
_HINT = re.compile(r"[\d@]|\(at\)|\[at\]|arobase|//|www|\bzero|\b(?:ap|bat|bloc|esc)|:[^ ]*:")
_OLD_PLATE = re.compile(r"\b\d{2,4}[\s-]?[A-Z]{2,3}[\s-]?(?:\d{2}|2[AB])\b")
_ADDRESS = re.compile(
    rf"\b(?:n[°º]\s*)?\d{{1,4}}\s?(?:(?:bis|ter|quater|[a-d])\b)?\s?,?\s*(?:{_STREET})(?![\w-])"
)
#: What a name follows: the pattern, whether it bears capitals, and its words at least.
_NAMED = tuple(
    (re.compile(rf"(?<![\w'’])(?:{_either(_WORDS[kind])})(?![\w'’])"), in_capitals, least)
    for kind, in_capitals, least in (
        ("presentations", False, 1),
        ("avec_majuscule", True, 1),
        ("en_deux_mots", True, 2),
    )
)
_WORD = re.compile(r"[\s,:]*([^\W\d_]+(?:['’-][^\W\d_]+)*)")
_NEXT_WORD = re.compile(r"\s*([^\W\d_]+(?:['’-][^\W\d_]+)*)")
_STREET_WORD = re.compile(r"\s*(['’]|[^\W\d_]+(?:['’-][^\W\d_]+)*['’]?|\d{1,2}\b|19\d\d\b)")
_PARTICLES = frozenset(_WORDS["particules"])
_FIRST_PARTICLES = frozenset(_WORDS["premieres_particules"])
#: « c'est », « qu'on »: no name where it has no capital.
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu)['’]")
_NO_NAME = FUNCTION_WORDS | frozenset(_WORDS["pas_un_nom"])
_MARKS = re.compile(r"\s*(?:\[…\][\s,.'’-]*)*\[…\]")


def masked(text: str) -> str:
    """The text with MARK where a person may be told: numbers, addresses, names, links.

    Towns and postcodes stay: without the street, they name nobody.
    """
    even = _even(text)
    spans = [found.span() for found in _NUMBERS.finditer(even)] if _HINT.search(even) else []
    spans += [found.span() for found in _OLD_PLATE.finditer(text)]
    for found in _ADDRESS.finditer(even):
        spans.append((found.start(), _street_end(text, found.end())))
    for pattern, in_capitals, least in _NAMED:
        for found in pattern.finditer(even):
            if name := _name(text, found.end(), in_capitals=in_capitals, least=least):
                spans.append(name)
    made, last = [], 0
    for start, end in sorted(spans):
        if end > last:
            made += [text[last : max(start, last)], MARK]
            last = end
    return _MARKS.sub(f" {MARK}", "".join([*made, text[last:]])).strip()


def sensitive(text: str) -> bool:
    """Whether it tells of health, or of what the law protects as much: nothing of it is kept."""
    told = f" {' '.join(stems(text))} "
    return any(one in told for one in _SENSITIVE)


_SENSITIVE = frozenset(
    f" {' '.join(stemmed)} " for one in _WORDS["sensibles"] if (stemmed := stems(one))
)


def _even(text: str) -> str:
    """Folded letter by letter: as long as the text, so that places in one are in the other."""
    whole = fold(text)
    # Nothing was taken out of it where no accent stands apart: then as long is letter by letter.
    if len(whole) == len(text) and unicodedata.is_normalized("NFC", text):
        return whole
    return "".join(folded if len(folded := fold(char)) == 1 else char.lower()[:1] for char in text)


def _name(text: str, start: int, *, in_capitals: bool, least: int) -> tuple[int, int] | None:
    """Where the name after a presentation stands, if one does."""
    begin, end, place, words = -1, start, start, 0
    pattern = _WORD
    while words < NAME and (found := pattern.match(text, place)):
        word, folded = found[1], fold(found[1])
        place, pattern = found.end(), _NEXT_WORD
        capital = word[:1].isupper()
        if folded in _PARTICLES:
            if not (words or capital or folded in _FIRST_PARTICLES):
                break
        elif folded in _NO_NAME or (not capital and (in_capitals or _ELIDED.match(folded))):
            break
        else:
            words += 1
            end = place
        begin = found.start(1) if begin < 0 else begin
    return (begin, end) if words >= least else None


def _street_end(text: str, start: int) -> int:
    """Where the name of a street ends: at a word that is no part of one, or a sign."""
    end, words, place = start, 0, start
    for found in _following(_STREET_WORD, text, start):
        folded = fold(found[1]).rstrip("'’")
        place = found.end()
        if folded in _PARTICLES or not folded:
            continue
        if folded in _NO_NAME or words == STREET:
            break
        words, end = words + 1, place
    return end


def _following(pattern: re.Pattern[str], text: str, start: int) -> Iterator[re.Match[str]]:
    while found := pattern.match(text, start):
        yield found
        start = found.end()
