"""What makes an answer true to its facts and easy to read; rules of docs/guide-redaction.md."""

import re
from collections.abc import Iterator, Mapping

from bot.knowledge.model import Contact, Entry, Fact
from bot.knowledge.problem import Problem
from bot.knowledge.rules import Entries, Placed
from bot.knowledge.yaml_reading import Document
from bot.language.numbers import borne_by, numbers, numbers_in_words
from bot.language.typography import long_date
from bot.language.words import stems

ANSWER_WORDS = (40, 110)
ANSWER_LENGTH = 900  # characters, so that one Telegram message holds it with its sources
EASY_WORDS = (
    12  # a sentence; Unapei, « Règles européennes du facile à lire et à comprendre » (2009)
)
VARIANTS = 12
#: Ways to ask that share no word with the canonical question.
DIFFERENT_VARIANTS = 5
TESTS = 2

_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\s]*\)")
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n+")
_SIGLE = re.compile(r"(?<![&\w])[A-Z]{2,6}\b(?! \d)")  # « CS 80649 » is an address
#: A group of digits is one word for the reader: « 23 000 », « 03 27 71 37 37 ».
_SPLIT_NUMBER = re.compile(r"(?<=\d) (?=\d)")
_TU = re.compile(r"\b(?:tu|toi|ton|ta|tes)\b", re.IGNORECASE)
#: Sigles that everyone reads as words or numbers of emergency.
KNOWN_SIGLES = frozenset({"SMS", "HLM"})


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
    """Facts named exist; every number is in one of them, in the sources or in the entry's contact.

    Any other desk's address bears nothing: its digits would let any amount pass. An entry that
    names no fact is only told so: an editor may write a number.
    """
    for key, (entry, path) in entries.items():
        for name in entry.support:
            if name not in facts:
                yield faq.error(
                    (*path, "appuis"),
                    "appui-inconnu",
                    f"Le fait « {name} » n’est pas dans faits.yaml.",
                    "Vérifiez son nom, ou ajoutez-le avec sa source.",
                    key,
                )
        borne = _borne(entry, facts, contacts)
        alone = []
        for field, text in (("reponse", entry.answer), ("facile", entry.easy or "")):
            said = plain_text(text)
            unborne = sorted((numbers(said) | numbers_in_words(said)) - borne)
            alone += unborne
            if entry.support:
                for number in unborne:
                    yield faq.error(
                        (*path, field),
                        "nombre-sans-appui",
                        f"Le nombre {number} n’est ni dans les faits cités (appuis), ni dans les "
                        "sources, ni dans le contact de l’entrée.",
                        "Corrigez-le, ou ajoutez le fait qui le porte.",
                        key,
                    )
        if alone and not entry.support:
            yield faq.warning(
                path,
                "sans-appui",
                f"Aucun fait n’appuie cette réponse ({', '.join(dict.fromkeys(alone))}).",
                "Elle est servie. Citez dès que possible le fait qui porte ces nombres (appuis).",
                key,
            )


def _borne(
    entry: Entry, facts: Mapping[str, Fact], contacts: Mapping[str, Contact]
) -> frozenset[str]:
    """The numbers that an entry may state."""
    cited = (facts[name] for name in entry.support if name in facts)
    texts = [f"{fact.statement} {fact.date}" for fact in cited]
    texts += [f"{one.title} {long_date(one.date) if one.date else ''}" for one in entry.sources]
    if contact := contacts.get(entry.contact or ""):
        texts.append(f"{contact.name} {contact.phone} {contact.address}")
    return frozenset().union(*map(borne_by, texts))


def readable(faq: Document, entries: Entries) -> Iterator[Problem]:
    """Length of answers, and the rules of easy-to-read French."""
    low, high = ANSWER_WORDS
    for key, (entry, path) in entries.items():
        words = word_count(entry.answer)
        if not low <= words <= high:
            yield faq.warning(
                (*path, "reponse"),
                "longueur",
                f"La réponse compte {words} mots.",
                f"Entre {low} et {high} mots : assez pour aider, assez court pour être lu.",
                key,
            )
        if len(plain_text(entry.answer)) > ANSWER_LENGTH:
            yield faq.warning(
                (*path, "reponse"),
                "longueur",
                f"La réponse dépasse {ANSWER_LENGTH} caractères.",
                "Raccourcissez : elle doit tenir dans un message.",
                key,
            )
        if not entry.easy:
            yield faq.warning(
                path, "facile-absent", "Il n’y a pas de version facile.", "Ajoutez « facile ».", key
            )
            continue
        for code, message, hint in _not_easy(entry.easy):
            yield faq.warning((*path, "facile"), code, message, hint, key)


def _not_easy(text: str) -> Iterator[tuple[str, str, str]]:
    for sentence in sentences(text):
        words = word_count(sentence)
        if words > EASY_WORDS:
            yield (
                "phrase-longue",
                f"« {sentence} » compte {words} mots.",
                f"Coupez : {EASY_WORDS} mots au plus, une idée par phrase.",
            )
    for sigle in sorted(set(_SIGLE.findall(text)) - KNOWN_SIGLES):
        if not re.search(rf"{sigle} (?:veut dire|signifie|est)|{sigle} :|\({sigle}\)", text):
            yield (
                "sigle",
                f"Le sigle {sigle} n’est pas expliqué.",
                f"Écrivez « {sigle} veut dire : … », ou dites-le autrement.",
            )
    if _TU.search(text):
        yield "tutoiement", "Le texte tutoie le lecteur.", "Dites « vous »."


def ways_to_ask(faq: Document, entries: Entries) -> Iterator[Problem]:
    """Enough variants, different enough from the question, and test questions to prove them."""
    for key, (entry, path) in entries.items():
        if len(entry.variants) < VARIANTS:
            yield faq.warning(
                (*path, "variantes"),
                "peu-de-variantes",
                f"{len(entry.variants)} façons de demander ; il en faut {VARIANTS}.",
                "Écrivez comme parlent les habitants : plus il y en a, mieux on est compris.",
                key,
            )
        elif (different := _different(entry)) < DIFFERENT_VARIANTS:
            yield faq.warning(
                (*path, "variantes"),
                "variantes-proches",
                f"{different} façons de demander n’ont aucun mot de la question ; "
                f"il en faut {DIFFERENT_VARIANTS}.",
                "Demandez la même chose avec d’autres mots.",
                key,
            )
        if len(entry.tests) < TESTS:
            yield faq.warning(
                (*path, "essais"),
                "peu-d-essais",
                f"{len(entry.tests)} essai(s) ; il en faut {TESTS}.",
                "Ajoutez des questions d’essai, différentes des variantes.",
                key,
            )


def _different(entry: Entry) -> int:
    asked = set(stems(entry.question))
    return sum(not asked & set(stems(variant)) for variant in entry.variants)


def dated(faq: Document, entries: Entries) -> Iterator[Problem]:
    """When sources were read and when to look again."""
    for key, placed in entries.items():
        for name, day in (
            ("releve_le", placed.entry.collected_on),
            ("revoir_le", placed.entry.review_on),
        ):
            if day is None:
                yield _undated(faq, key, placed, name)


def _undated(faq: Document, key: str, placed: Placed, name: str) -> Problem:
    return faq.warning(
        placed.path,
        "date-absente",
        f"La date « {name} » manque.",
        "Écrivez le jour où les sources ont été lues, et celui où il faudra les relire.",
        key,
    )
