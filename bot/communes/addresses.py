"""Which words of a message are an address: « 3 bis rue de Lille, résidence les Lilas »."""

from collections.abc import Set

from bot.communes.message import Cue, Message
from bot.communes.spelling import CONNECTORS, word_set

#: Words of the name of a street, at most.
STREET = 6
_AFTER_NUMBER = word_set("bis ter quater a b c")
_ASKING = word_set("quand combien qui que quel quelle quels quelles pourquoi")


def address_words(message: Message, places: Set[int]) -> set[int]:
    """The indices of an address; `places` are the words that name the place where it is.

    « rue » begins one after a number, « j’habite » or nothing; « place » is too many other things
    where no number or « j’habite » comes before.
    """
    words, speech = message.words, message.speech
    address: set[int] = set()
    for at, word in enumerate(words):
        if word not in speech.rues | speech.immeubles or at in places:
            continue
        start = _number(words, at)
        first = start == 0 or start - 1 in places
        led = (
            start < at or message.cue(at) is Cue.HOME or (first and word in speech.rues_sans_numero)
        )
        goes_on = at - 1 in address or (address and at - 1 in places)
        if led or goes_on:
            address.update(range(start, _end(message, at, places)))
    return address


def is_address(message: Message) -> bool:
    """Whether the message is nothing but « 12 rue Émile Zola », « j’habite rue Zola »."""
    words, home = message.words, message.speech.habiter
    address = address_words(message, frozenset())
    return (
        len(address) > 1
        and any(word.isdigit() or word in home for word in words)
        and message.bare(address)
    )


def _number(words: tuple[str, ...], at: int) -> int:
    """Where the number before a street begins, or `at`."""
    before = at - 1
    if before > 0 and words[before] in _AFTER_NUMBER:
        before -= 1
    is_number = before >= 0 and words[before].isdigit() and len(words[before]) < 5
    return before if is_number else at


def _end(message: Message, at: int, places: Set[int]) -> int:
    """Where the name of a street stops: at a place, another street, or the rest of the sentence."""
    words, speech = message.words, message.speech
    stop = at + 1
    while stop < min(len(words), at + 1 + STREET) and stop not in places:
        word = words[stop]
        tied = word in CONNECTORS - {"a", "au", "en"} or words[stop - 1] in CONNECTORS
        begins = word in speech.rues | speech.immeubles or word in _ASKING
        if begins or (word in speech.autour and not tied):
            break
        stop += 1
    return stop
