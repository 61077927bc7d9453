"""Questions as a hurried resident with a small keyboard would type them, always the same way.

Written from what French people are known to type, not from bot.language.words.SMS, which undoes
it: some of these spellings are in that table, others (« 2m1 », « chui », « lgt ») are not.
"""

import random
import re

from bot.language.words import fold

#: Text-message spellings; the longest are replaced first.
SMS = {
    "est ce que": "esk", "qu est ce que": "keske", "s il vous plait": "svp", "il y a": "ya",
    "parce que": "pcq", "quelqu un": "kelk1", "rendez vous": "rdv", "je suis": "chui",
    "c est": "c", "j ai": "g", "beaucoup": "bcp", "pourquoi": "pk", "quand": "qd", "dans": "ds",
    "pour": "pr", "avec": "av", "tout": "tt", "tous": "ts", "quel": "kel", "quelle": "kel",
    "quels": "kel", "quelles": "kel", "combien": "cb", "comment": "cmt", "maintenant": "mnt",
    "toujours": "tjr", "demain": "2m1", "bien": "b1", "que": "ke", "qui": "ki", "quoi": "koi",
    "vous": "vs", "nous": "ns", "votre": "vot", "notre": "not", "logement": "lgt", "sont": "st",
    "logements": "lgts", "problème": "pb", "même": "mm", "cela": "sa", "faut": "fo", "peut": "pe",
    "peux": "pe", "veux": "ve", "etes": "ete", "aujourd hui": "ajd", "numero": "num",
}  # fmt: skip
_SMS = sorted(((fold(full), short) for full, short in SMS.items()), key=lambda one: -len(one[0]))

#: As it is heard: applied in order, all of them, to a word chosen for it.
_HEARD = tuple(
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"^h", ""),
        (r"(.)\1", r"\1"),
        (r"qu", "k"),
        (r"ph", "f"),
        (r"eau|au", "o"),
        (r"tion", "sion"),
        (r"c(?=[eiy])", "s"),
        (r"c(?=[aou])", "k"),
        (r"g(?=[eiy])", "j"),
        (r"ai|ei", "e"),
        (r"oi", "wa"),
        (r"e[mn](?=[bcdfgjklpqrstvz])", "an"),
        (r"(?:er|ez|ee|ees)$", "e"),
        (r"(?<=..)[stdxp]$", ""),
    )
)
#: Keys side by side on a French keyboard.
_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_BESIDE = {
    key: row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
    for row in _ROWS
    for place, key in enumerate(row)
}

#: How often each happens. Seven in ten of the words of four letters or more end up misspelt.
SHORTENED, HEARD, MISTYPED, GLUED = 0.7, 0.4, 0.5, 0.05


def noisy(text: str, seed: int = 0) -> str:
    """The question heavily misspelt.

    No accents, capitals or punctuation; apostrophes glued or lost; then text-message spellings,
    words written as heard, typos (a letter lost, doubled, swapped with the next or hit beside; two
    in words of nine letters), and spaces lost.
    """
    chance = random.Random(f"{seed}:{text}")
    glued = re.sub(r"'", lambda _: chance.choice(("", " ")), fold(text))
    line = " " + " ".join(re.findall(r"[a-z0-9]+", glued)) + " "
    for full, short in _SMS:
        if f" {full} " in line and chance.random() < SHORTENED:
            line = line.replace(f" {full} ", f" {short} ")
    words = []
    for word in line.split():
        if len(word) >= 4 and chance.random() < HEARD:
            word = _as_heard(word)
        if len(word) >= 4 and chance.random() < MISTYPED:
            for _ in range(2 if len(word) >= 9 else 1):
                word = _mistyped(word, chance)
        words.append(word)
    made = words[:1]
    for word in words[1:]:
        if chance.random() < GLUED:
            made[-1] += word
        else:
            made.append(word)
    return " ".join(made)


def slip(text: str, chance: random.Random) -> str:
    """The question with one typo, in a word of four letters or more."""
    words = text.split()
    long = [number for number, word in enumerate(words) if len(word) >= 4]
    if long:
        number = chance.choice(long)
        words[number] = _mistyped(words[number], chance)
    return " ".join(words)


def _as_heard(word: str) -> str:
    for pattern, heard in _HEARD:
        word = pattern.sub(heard, word)
    return word


def _mistyped(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    kind = chance.choice(("lost", "doubled", "swapped", "beside"))
    if kind == "lost":
        return before + after
    if kind == "doubled":
        return before + letter * 2 + after
    if kind == "swapped":
        return before + after[:1] + letter + after[1:]
    return before + chance.choice(_BESIDE.get(letter) or letter) + after
