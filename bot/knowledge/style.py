"""What makes an answer true to its facts and easy to read; rules of docs/guide-redaction.md."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from bot.knowledge.model import Contact, Entry, Fact
from bot.knowledge.problem import Problem
from bot.knowledge.rules import Entries
from bot.knowledge.yaml_reading import Document
from bot.language.numbers import borne_by, numbers, numbers_in_words
from bot.language.typography import long_date
from bot.language.words import stems

ANSWER_WORDS = (40, 110)
ANSWER_LENGTH = 900  # characters, so that one Telegram message holds it with its sources
EASY_WORDS = (
    12  # a sentence; Unapei, « Règles européennes du facile à lire et à comprendre » (2009)
)
BRIEF_WORDS = 25
VARIANTS = 12
#: Ways to ask that share no word with the canonical question.
DIFFERENT_VARIANTS = 5
TESTS = 2

_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\s]*\)")
#: What numbers the lines of a list states nothing.
_NUMBERED = re.compile(r"^ *\d+[.)] ", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n+")
_END = re.compile(r"(?<=[.!?])\s|\n\s*\n")
_SIGLE = re.compile(r"(?<![&\w])[A-Z]{2,6}\b(?! \d)")  # « CS 80649 » is an address
#: A group of digits is one word for the reader: « 23 000 », « 03 27 71 37 37 ».
_SPLIT_NUMBER = re.compile(r"(?<=\d) (?=\d)")
_TU = re.compile(r"\b(?:tu|toi|ton|ta|tes)\b", re.IGNORECASE)
#: Sigles that everyone reads as words or numbers of emergency.
KNOWN_SIGLES = frozenset({"SMS", "HLM"})

_SAID = {
    "nombre-sans-appui": (
        "Le nombre {} n’est ni dans les faits cités (appuis), ni dans les sources, ni dans le "
        "contact de l’entrée.",
        "Corrigez-le, ou ajoutez le fait qui le porte.",
    ),
    "sans-appui": (
        "Aucun fait n’appuie cette réponse ({}).",
        "Elle est servie. Citez dès que possible le fait qui porte ces nombres (appuis).",
    ),
    "longueur": (
        "La réponse {}.",
        f"Entre {ANSWER_WORDS[0]} et {ANSWER_WORDS[1]} mots : assez pour aider, assez court pour "
        "être lu.",
    ),
    "en-bref": (
        "La réponse commence presque comme « en_bref ».",
        "Commencez-la par cette phrase, mot pour mot : elle est montrée d’abord, puis le reste. "
        "Sinon, elle serait lue deux fois.",
    ),
    "en-bref-long": (
        f"« en_bref » compte {{}} mots ; il en faut {BRIEF_WORDS} au plus.",
        "Gardez la réponse elle-même ; le reste vient après.",
    ),
    "facile-absent": ("Il n’y a pas de version facile.", "Ajoutez « facile »."),
    "phrase-longue": ("{}.", f"Coupez : {EASY_WORDS} mots au plus, une idée par phrase."),
    "sigle": ("Le sigle {} n’est pas expliqué.", "Écrivez ce qu’il veut dire, ou autre chose."),
    "tutoiement": ("Le texte tutoie le lecteur.", "Dites « vous »."),
    "peu-de-variantes": (
        f"{{}} façons de demander ; il en faut {VARIANTS}.",
        "Écrivez comme parlent les habitants : plus il y en a, mieux on est compris.",
    ),
    "variantes-proches": (
        "{} façons de demander n’ont aucun mot de la question ; "
        f"il en faut {DIFFERENT_VARIANTS}.",
        "Demandez la même chose avec d’autres mots.",
    ),
    "peu-d-essais": (
        f"{{}} essai(s) ; il en faut {TESTS}.",
        "Ajoutez des questions d’essai, différentes des variantes.",
    ),
    "date-absente": (
        "La date « {} » manque.",
        "Écrivez le jour où les sources ont été lues, et celui où il faudra les relire.",
    ),
}


def plain_text(text: str) -> str:
    """The text without its links' addresses, which are no statement."""
    return _LINK.sub(r"\1", text)


def sentences(text: str) -> list[str]:
    """The sentences of a text, colons and line ends counted as ends."""
    return [part.strip() for part in _SENTENCE.split(plain_text(text)) if part.strip()]


def word_count(text: str) -> int:
    """How many words a reader reads."""
    joined = _SPLIT_NUMBER.sub("", plain_text(text))
    return sum(bool(re.search(r"\w", word)) for word in joined.split())


def supported(
    faq: Document,
    entries: Entries,
    facts: Mapping[str, Fact],
    contacts: Mapping[str, Contact],
) -> Iterator[Problem]:
    """Every number is in one of the facts named, in the sources or in the entry's contact.

    Any other desk's address bears nothing: its digits would let any amount pass. An entry that
    names no fact is only told so: an editor may write a number. One whose fact or contact is
    wrong is told that alone.
    """
    for key, (entry, path, _) in entries.items():
        if not facts.keys() >= set(entry.support) or (entry.contact or "") not in {"", *contacts}:
            continue
        borne = _borne(entry, facts, contacts)
        alone = []
        for field, text in (("reponse", entry.answer), ("facile", entry.easy or "")):
            said = _NUMBERED.sub("", plain_text(text))
            unborne = sorted((numbers(said) | numbers_in_words(said)) - borne)
            alone += unborne
            if entry.support:
                for number in unborne:
                    message, hint = _SAID["nombre-sans-appui"]
                    problem = faq.error(
                        (*path, field), "nombre-sans-appui", message.format(number), hint, key
                    )
                    yield replace(problem, line=_line_of(number, text, faq, problem.line))
        if alone and not entry.support:
            message, hint = _SAID["sans-appui"]
            told = message.format(", ".join(dict.fromkeys(alone)))
            yield faq.warning(path, "sans-appui", told, hint, key)


def _line_of(number: str, text: str, faq: Document, start: int) -> int:
    """The line that states a number, in a text whose key is on the line `start`."""
    lines = faq.source[start - 1 : start + text.count("\n") + 2]
    stated = (numbers(plain_text(line)) | numbers_in_words(line) for line in lines)
    return next((start + n for n, found in enumerate(stated) if number in found), start)


def _borne(
    entry: Entry, facts: Mapping[str, Fact], contacts: Mapping[str, Contact]
) -> frozenset[str]:
    """The numbers that an entry may state."""
    cited = (facts[name] for name in entry.support)
    texts = [f"{fact.statement} {fact.date}" for fact in cited]
    texts += [f"{one.title} {long_date(one.date) if one.date else ''}" for one in entry.sources]
    if contact := contacts.get(entry.contact or ""):
        texts.append(f"{contact.name} {contact.phone} {contact.address}")
    return frozenset().union(*map(borne_by, texts))


def guided(faq: Document, entries: Entries, *, phrasings: bool) -> Iterator[Problem]:
    """What the guide asks of an entry besides facts; of its `phrasings` where all could be read."""
    for key, (entry, path, _) in entries.items():
        for name, code, what in (
            *_readable(entry),
            *(_ways_to_ask(entry) if phrasings else ()),
            *_undated(entry),
        ):
            message, hint = _SAID[code]
            yield faq.warning((*path, name), code, message.format(what), hint, key)


def _readable(entry: Entry) -> Iterator[tuple[str, str, object]]:
    """Length and first words of answers, and the rules of easy-to-read French."""
    low, high = ANSWER_WORDS
    if not low <= (words := word_count(entry.answer)) <= high:
        yield "reponse", "longueur", f"compte {words} mots"
    elif len(plain_text(entry.answer)) > ANSWER_LENGTH:
        yield "reponse", "longueur", f"dépasse {ANSWER_LENGTH} caractères"
    if entry.brief:
        if _nearly_begins(entry.answer, entry.brief):
            yield "en_bref", "en-bref", ""
        if (words := word_count(entry.brief)) > BRIEF_WORDS:
            yield "en_bref", "en-bref-long", words
    text = entry.easy or ""
    if not text:
        yield "facile", "facile-absent", ""
    for sentence in sentences(text):
        if (words := word_count(sentence)) > EASY_WORDS:
            yield "facile", "phrase-longue", f"« {sentence} » compte {words} mots"
    for sigle in sorted(set(_SIGLE.findall(text)) - KNOWN_SIGLES):
        if not re.search(rf"{sigle} (?:veut dire|signifie|est)|{sigle} :|\({sigle}\)", text):
            yield "facile", "sigle", sigle
    if _TU.search(text):
        yield "facile", "tutoiement", ""


def _nearly_begins(answer: str, brief: str) -> bool:
    """Whether the answer begins with most words of a sentence, and not with the sentence itself.

    Channels show that sentence, then what follows it in the answer: it would be said twice.
    """
    if " ".join(answer.split()).startswith(" ".join(brief.split())):
        return False
    words = set(stems(brief))
    first = set(stems(_END.split(answer, maxsplit=1)[0]))
    return 2 * len(words & first) > len(words)


def _ways_to_ask(entry: Entry) -> Iterator[tuple[str, str, object]]:
    """Enough variants, different enough from the question, and test questions to prove them."""
    asked = set(stems(entry.question))
    found = (one for one in entry.variants if asked.isdisjoint(stems(one)))
    if len(entry.variants) < VARIANTS:
        yield "variantes", "peu-de-variantes", len(entry.variants)
    elif (different := sum(1 for _ in islice(found, DIFFERENT_VARIANTS))) < DIFFERENT_VARIANTS:
        yield "variantes", "variantes-proches", different
    if len(entry.tests) < TESTS:
        yield "essais", "peu-d-essais", len(entry.tests)


def _undated(entry: Entry) -> Iterator[tuple[str, str, object]]:
    """When sources were read and when to look again."""
    for name, day in (("releve_le", entry.collected_on), ("revoir_le", entry.review_on)):
        if day is None:
            yield name, "date-absente", name
