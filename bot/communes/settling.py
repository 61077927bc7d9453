"""From the places and figures of a message to the one answer: which commune is meant."""

from collections.abc import Iterable, Mapping, Sequence

from bot.communes.addresses import address_words, is_address
from bot.communes.commune import Ambiguous, Commune, Found, Lookup, Unknown, largest_first
from bot.communes.message import Mention, Message
from bot.communes.numbers import Numbers


def settle(
    message: Message,
    numbers: Numbers,
    mentions: Sequence[Mention],
    communes: Mapping[str, Commune],
) -> Lookup:
    """The answer; an unknown postcode gets no likely communes here."""
    local = [mention for mention in mentions if mention.elsewhere is None]
    outside = [mention for mention in mentions if mention.elsewhere is not None]
    rank = max((mention.rank for mention in local), default=-1)
    farther = next((mention.elsewhere for mention in outside if mention.rank > rank), None)
    if farther is not None and not numbers.codes:
        return Unknown(farther)
    if numbers.elsewhere and _is_meant(message, numbers, numbers.elsewhere[0], *local):
        return Unknown(numbers.elsewhere[1])
    if numbers.unknown and not local and _is_meant(message, numbers, numbers.unknown[0]):
        return Unknown(None, numbers.unknown[1])
    best = [mention for mention in local if mention.rank == rank]
    if all(mention.estate for mention in best):
        best = [mention for mention in local if mention.rank > 0] or best
    best += [mention for mention in local if mention.estate and mention not in best]
    found = _among(message, numbers, best, communes)
    if found is None and not outside:
        return Unknown(None, street=is_address(message))
    return found or Unknown(outside[0].elsewhere)


def _is_meant(message: Message, numbers: Numbers, at: int, *local: Mention) -> bool:
    """Whether the number at `at`, which is no postcode of the data, was given as a postcode."""
    if numbers.codes:
        return False
    if local:
        return any(at in (mention.start - 1, mention.stop) for mention in local)
    before = message.words[at - 1] if at else ""
    return message.bare() or before in message.speech.avant_code_postal


def _among(
    message: Message,
    numbers: Numbers,
    mentions: Sequence[Mention],
    communes: Mapping[str, Commune],
) -> Found | Ambiguous | None:
    """The communes that names, estates and figures leave; None where they leave none."""
    taken = set().union(*(mention.span for mention in mentions))
    estates = [mention for mention in mentions if mention.estate]
    named = [mention.codes for mention in mentions if not mention.estate]
    codes = _common(named)
    several = named and not frozenset.intersection(*named)
    cite = None
    within = _common(mention.codes for mention in estates)
    if estates and not several and (not codes or codes & within):
        codes = codes & within or within
        cite = next((estate.cite for estate in estates if estate.codes & codes), None)
    if numbers.codes:
        codes = codes & numbers.codes or codes | numbers.codes
        taken |= numbers.taken
    narrowed = {code for code in codes if communes[code].department in numbers.departments}
    if len(codes) > 1 and narrowed:
        codes = frozenset(narrowed)
        taken |= numbers.taken
    if not codes:
        return None
    matched, rest = _share(message, taken)
    left = largest_first(communes[code] for code in codes)
    if len(left) > 1:
        return Ambiguous(left, matched, rest)
    fuzzy = any(mention.fuzzy for mention in mentions)
    return Found(left[0], matched, rest, cite, fuzzy)


def _common(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """What all the names agree on, else all that they name: « Lens ou Liévin » → both."""
    every = list(sets)
    if not every:
        return frozenset()
    return frozenset.intersection(*every) or frozenset.union(*every)


def _share(message: Message, taken: set[int]) -> tuple[str, str]:
    """The words that name the place and the others, but for the street where it is."""
    words = message.words
    matched = " ".join(word for index, word in enumerate(words) if index in taken)
    aside = taken | address_words(message, taken)
    rest = " ".join(word for index, word in enumerate(words) if index not in aside)
    return matched, rest
