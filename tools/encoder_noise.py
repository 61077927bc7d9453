"""Sentences as people type them in a hurry, by ear or with a thumb, to train the encoder with.

Its own model: benchmarks/noise.py, which measures, has other spellings, rules and rates, so that
the encoder is not measured with what it was taught.
"""

import re
from random import Random

from bot.language.words import fold

#: What is typed for a few words; one is drawn.
SHORT = {
    "est ce que": ("esque", "eske", "est ske", "es que", "esce que", "esk"),
    "qu est ce que": ("keske", "kesk", "qu es que", "ques que", "qu est ce ke", "quesque"),
    "qu est ce": ("kes", "ques", "qu esce"), "c est": ("c", "ses", "cest", "ce", "s est", "ces"),
    "il y a": ("ya", "y a", "il ya", "i a"), "est": ("es", "e", "et", "ai"),
    "et": ("é", "est", "e"),
    "je suis": ("jsuis", "chuis", "jsui", "je sui", "jss"), "je ne": ("jne", "j", "je"),
    "je veux": ("jve", "jveux", "je veu"), "je peux": ("jpeu", "jpeux", "je peu"),
    "je dois": ("jdoi", "jdois", "je doi"), "je vais": ("jvai", "jvé", "je vai"),
    "j ai": ("jai", "g", "jé", "ge", "jais"), "qu il": ("kil", "quil", "ki"),
    "qu on": ("kon", "quon"), "qu un": ("kun", "quun"), "d un": ("dun",), "d une": ("dune",),
    "que": ("ke", "k", "qe", "q"), "qui": ("ki", "qi", "kii"), "quoi": ("koi", "kwa", "coi", "qoi"),
    "quand": ("kan", "kand", "qd", "quan", "cand"), "comment": ("coman", "koman", "commen", "cmt"),
    "combien": ("cb", "conbien", "kombien", "combie", "cbien"), "quel": ("kel", "kelle", "qel"),
    "quelle": ("kel", "kelle", "quel"), "quels": ("kel", "quel"), "quelles": ("kel", "quel"),
    "pourquoi": ("pk", "pq", "pourkoi", "pkoi", "pourqoi"), "pour": ("pr", "pou", "pour"),
    "dans": ("ds", "dan", "dent"), "avec": ("av", "avc", "avek", "ac"), "sans": ("san", "ss"),
    "vous": ("vs", "vou", "v"), "nous": ("ns", "nou"), "tout": ("tt", "tou"), "tous": ("ts", "tou"),
    "toujours": ("tjs", "tjrs", "toujour"), "beaucoup": ("bcp", "bocou", "boucoup"),
    "parce que": ("pck", "pcq", "parske", "passque"), "aussi": ("ossi", "auss"),
    "plus": ("plu", "+"),
    "rendez vous": ("rdv", "rende vous", "randevou"), "s il vous plait": ("svp", "sil vous plai"),
    "aujourd hui": ("auj", "ojourdui", "aujourdui"), "chez": ("che", "ché"), "trop": ("tro",),
    "quelqu un": ("qqn", "kelkun", "quelquun"), "quelque chose": ("qqch", "kelkechoz"),
    "monsieur": ("mr", "msieu"), "probleme": ("pb", "prob", "problem"), "cela": ("sa", "ca"),
    "temps": ("tps", "tem", "tan"), "ca": ("sa", "ça"), "ces": ("ses", "c"), "ses": ("ces", "c"),
    "faut": ("fo", "fau", "faux"), "fait": ("fai", "fé", "f"), "peut": ("peu", "pe"),
    "on": ("on", "en"), "sont": ("son", "st"), "son": ("sont",), "leur": ("leurs",), "ou": ("oû",),
    "logement": ("lgmt", "logemen", "lojement"), "appartement": ("appart", "apart", "apartemen"),
    "maison": ("mezon", "maizon", "baraque"), "travaux": ("travau", "travo", "travos"),
    "telephone": ("tel", "telefone"), "numero": ("num", "nr", "numéro"),
    "argent": ("arjen", "sous"),
    "maintenant": ("mtn", "maintenan", "mnt"), "demain": ("dem1", "demin"),
    "bien": ("bi1", "bi", "b"),
    "bonjour": ("bjr", "bjour", "bonjou"), "ne": ("",), "n": ("",), "se": ("ce", "s"),
    "ce": ("se",),
}  # fmt: skip
_LONGEST = max(len(key.split()) for key in SHORT)

#: Spellings of one sound, swapped by ear; each is drawn where it fits.
_EAR = tuple(
    (re.compile(pattern), sounds)
    for pattern, sounds in (
        (r"eaux|eau|aux|au", ("o", "au", "eau", "ot")),
        (r"(?:er|ez|ee|ees|et|ais|ait|aient)$", ("e", "er", "é", "ai", "ait")),
        (r"qu", ("k", "q", "qu")),
        (r"c(?=[aou])", ("k", "c")),
        (r"ph", ("f",)),
        (r"(?<=[aeiou])s(?=[aeiou])", ("z", "ss")),
        (r"ss|c(?=[ei])|ç", ("s", "ss", "c")),
        (r"g(?=[ei])", ("j", "g")),
        (r"j", ("g", "j")),
        (r"(?<=[a-z])tion", ("sion", "ssion", "cion", "tion")),
        (r"[ae][nm](?=[^aeiouy]|$)", ("an", "en", "am")),
        (r"(?:ain|ein|in|im)(?=[^aeiouy]|$)", ("in", "1", "ain", "un")),
        (r"ai|ei", ("e", "ai", "é", "ei")),
        (r"oi", ("oi", "wa", "oa")),
        (r"ille?", ("ille", "iy", "il")),
        (r"([bcdfglmnprst])\1", (r"\1",)),
        (r"(?<=[aeiou])([lmnprt])(?=[aeiou])", (r"\1\1",)),
        (r"^h", ("",)),
        (r"h", ("", "h")),
        (r"(?<=..)[stdxpz]$", ("",)),
        (r"(?<=..)es?$", ("", "e", "es")),
        (r"(?<=[a-z]{3})$", ("s", "e", "")),
        (r"y", ("i",)),
        (r"ment$", ("man", "men", "mant")),
    )
)
_NEAR = {
    "a": "zqs", "z": "aes", "e": "zrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok",
    "o": "ipl", "p": "om", "q": "swa", "s": "qdz", "d": "sfe", "f": "dgr", "g": "fht", "h": "gjy",
    "j": "hku", "k": "jli", "l": "kmo", "m": "lp", "w": "xs", "x": "wcd", "c": "xvd", "v": "cbf",
    "b": "vng", "n": "bh",
}  # fmt: skip
_SMALL = frozenset(
    {
        *("le", "la", "les", "l", "un", "une", "des", "du", "de", "d", "a", "au", "aux", "en", "y"),
        *("et", "est", "ce", "que", "je", "me", "se", "ma", "mon", "mes", "sur", "pour"),
    }
)
_BEFORE = (
    *("bonjour", "bonsoir", "salut", "bonjour madame", "svp", "euh", "alors", "dites moi"),
    *("slt", "bjr", "je voudrais savoir", "excusez moi", "voila", "une question", "euh voila"),
)
_AFTER = ("svp", "merci", "merci d avance", "s il vous plait", "stp", "hein", "quoi", "la", "mdr")


def noised(text: str, chance: Random, hardest: float = 0.9) -> str:
    """The text as typed; how badly is drawn, up to `hardest`, from a slip to hardly legible."""
    ill = chance.random() * hardest
    words = _joined(fold(text), chance, ill)
    made: list[str] = []
    place = 0
    while place < len(words):
        for size in range(_LONGEST, 0, -1):
            typed = SHORT.get(" ".join(words[place : place + size]))
            if typed and chance.random() < ill:
                made += fold(chance.choice(typed)).split()
                place += size
                break
        else:
            word = words[place]
            place += 1
            if word in _SMALL and chance.random() < 0.25 * ill:
                continue
            if len(word) > 3 and chance.random() < ill:
                word = _by_ear(word, chance)
            if len(word) > 3 and chance.random() < 0.5 * ill:
                word = _slipped(word, chance)
                if len(word) > 8 and chance.random() < ill:
                    word = _slipped(word, chance)
            made.append(word)
    made = _respaced(made, chance, 0.08 * ill)
    if chance.random() < 0.15:
        made.insert(0, chance.choice(_BEFORE))
    if chance.random() < 0.1:
        made.append(chance.choice(_AFTER))
    return " ".join(made) or text


def _joined(folded: str, chance: Random, ill: float) -> list[str]:
    """Words, where an apostrophe may have been left out without a space."""
    glued = chance.random() < ill
    if glued:
        folded = re.sub(r"(?<=\b[a-z])'(?=[a-z])", lambda _: chance.choice(("", " ")), folded)
    return re.findall(r"[a-z0-9]+", folded)


def _by_ear(word: str, chance: Random) -> str:
    for pattern, sounds in _EAR:
        if chance.random() < 0.5 and (found := pattern.search(word)):
            heard = found.expand(chance.choice(sounds))
            word = word[: found.start()] + heard + word[found.end() :]
    return fold(word) or word


def _slipped(word: str, chance: Random) -> str:
    if len(word) < 2:
        return word
    place = chance.randrange(len(word))
    letter, after = word[place], word[place + 1 :]
    near = chance.choice(_NEAR.get(letter, letter))
    made = chance.choice(
        ("", letter + letter, near, letter + near, after[:1] + letter if after else letter)
    )
    swapped = len(made) == 2 and made[0] == after[:1] and made[1] == letter
    return word[:place] + made + (after[1:] if swapped else after)


def _respaced(words: list[str], chance: Random, rate: float) -> list[str]:
    made: list[str] = []
    for word in words:
        if made and chance.random() < rate:
            made[-1] += word
        elif len(word) > 5 and chance.random() < rate / 2:
            cut = chance.randrange(2, len(word) - 1)
            made += [word[:cut], word[cut:]]
        else:
            made.append(word)
    return made
