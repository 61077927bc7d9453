"""The places that the words of a message name: spelt right, else where a place is expected."""

from collections.abc import Sequence
from dataclasses import replace

from bot.communes.elsewhere import Elsewhere
from bot.communes.estates import Estate, Estates
from bot.communes.message import Cue, Mention, Message
from bot.communes.names import Names
from bot.communes.numbers import Numbers
from bot.communes.spelling import ARTICLES, CONNECTORS


class Mentions:
    """Reads the names of communes, estates and places elsewhere."""

    def __init__(self, names: Names, estates: Estates, elsewhere: Elsewhere) -> None:
        self._names = names
        self._estates = estates
        self._elsewhere = elsewhere
        self._beginnings = names.beginnings | elsewhere.beginnings

    def read(self, message: Message, numbers: Numbers) -> list[Mention]:
        """Places named, spelt right if any is; misspelt names only where a place is expected."""
        found = self._spelt_right(message, numbers)
        if found and all(mention.estate for mention in found):
            # « Cité 5 à Auchelle »: of the communes that have such an estate, one misspelt.
            having = frozenset[str]().union(*(mention.codes for mention in found))
            misspelt = self._misspelt(message, numbers, [])
            if within := [one for one in misspelt if one.codes <= having]:
                return found + within
        if not any(mention.rank == 2 for mention in found):
            found += self._misspelt(message, numbers, found)
        return found

    def _spelt_right(self, message: Message, numbers: Numbers) -> list[Mention]:
        """Left to right, the longest first; twice, as « Croix » is clear once Roubaix is known."""
        clear = self._scan(message, numbers, numbers.taken)
        known = numbers.taken.union(*(mention.span for mention in clear))
        return self._scan(message, numbers, known) if clear else clear

    def _scan(self, message: Message, numbers: Numbers, known: frozenset[int]) -> list[Mention]:
        mentions: list[Mention] = []
        at = 0
        while at < len(message.words):
            mention = None if at in numbers.taken else self._at(message, numbers, known, at)
            if mention is None:
                at += 1
                continue
            mention = self._extended(message, mention, mentions[-1].stop if mentions else 0)
            if mentions and _only_tells_where(message, mention, mentions[-1]):
                mention = replace(mention, cue=Cue.NEAR)
            elif mentions and _is_as_much_home(message, mention, mentions[-1]):
                mention = replace(mention, cue=Cue.HOME)
            mentions.append(mention)
            at = mention.stop
        return mentions

    def _at(
        self, message: Message, numbers: Numbers, known: frozenset[int], start: int
    ) -> Mention | None:
        """The longest name that starts at a word, spelt as in the data."""
        canon = message.canon
        estate = self._estates.at(canon, start)
        for stop in range(self._farthest(canon, start, estate), start, -1):
            if estate is not None and stop <= estate[1]:
                place, stop = estate
                cue = message.cue(start)
                return Mention(start, stop, place.codes, cue, cite=place.label, estate=True)
            if not numbers.taken.isdisjoint(range(start, stop)):
                continue
            mention = self._named(message, numbers, known, start, stop)
            if mention is not None:
                return mention
        return None

    def _farthest(
        self, canon: tuple[str, ...], start: int, estate: tuple[Estate, int] | None
    ) -> int:
        """Where the longest name that starts at a word may stop: most words begin none."""
        most = min(len(canon), start + max(self._names.longest, self._elsewhere.longest))
        if self._estates.may_begin(canon[start]):
            return most
        stop = start
        full = short = ""
        while stop < most:
            full += canon[stop]
            short += "" if canon[stop] in ARTICLES else canon[stop]
            if short and full not in self._beginnings and short not in self._beginnings:
                break
            stop += 1
        return stop if estate is None else max(stop, min(most, estate[1]))

    def _named(
        self, message: Message, numbers: Numbers, known: frozenset[int], start: int, stop: int
    ) -> Mention | None:
        window = message.canon[start:stop]
        name = self._names.exact(window)
        if name is None and message.may_end_shortened(start, stop):
            name = self._names.abbreviated(window)
        if name is not None:
            certain = not name.everyday or bool(numbers.codes & name.codes)
            if message.refuses(start) or not (certain or message.is_place(start, stop, known)):
                return None
            return Mention(start, stop, name.codes, message.cue(start), official=name.official)
        place = self._elsewhere.exact(window)
        if place is not None:
            if message.refuses(start) or (place[1] and not message.expects_place(start, stop)):
                return None
            return Mention(start, stop, frozenset(), message.cue(start), elsewhere=place[0])
        estate = self._estates.specific(window) if self._names.start(window) is None else None
        if estate is not None and message.expects_place(start, stop) and not message.refuses(start):
            cue = message.cue(start)
            return Mention(start, stop, estate.codes, cue, cite=estate.label, estate=True)
        return None

    def _extended(self, message: Message, mention: Mention, first: int) -> Mention:
        """The longer misspelt name that holds this one, if any.

        « loos en goelle » holds « loos », « courcelle les lens » holds « lens ».
        """
        if mention.estate:
            return mention
        most, around = self._names.longest, message.speech.autour
        for start in range(max(first, mention.stop - most), mention.start + 1):
            for stop in range(min(len(message.words), start + most), mention.stop - 1, -1):
                if stop - start == mention.stop - mention.start or not message.may_be_name(
                    start, stop
                ):
                    continue
                window = message.canon[start:stop]
                if any(word in around and word not in CONNECTORS for word in window):
                    continue
                codes = self._guessed(window, longer_than=mention.stop - mention.start)
                if codes:
                    return Mention(start, stop, codes, message.cue(start), fuzzy=True)
        return mention

    def _misspelt(
        self, message: Message, numbers: Numbers, found: Sequence[Mention]
    ) -> list[Mention]:
        """Names misspelt or shortened, where the message expects one and names none."""
        taken = set(numbers.taken).union(*(mention.span for mention in found))
        only_near = all(mention.rank == 0 for mention in found)
        mentions: list[Mention] = []
        if only_near and not found:
            start, stop = message.core(numbers.taken)
            if stop > start and message.bare(range(start, stop)):
                whole = self._guess_at(message, start, stop, Cue.AT)
                mentions += [whole] if whole else []
        if mentions:
            return mentions
        for start in range(len(message.words)):
            cue = message.cue(start)
            if cue is Cue.NONE or (cue is not Cue.HOME and not only_near):
                continue
            mention = self._from_cue(message, start, cue, taken)
            if mention is not None:
                mentions.append(mention)
                taken |= set(mention.span)
        return mentions

    def _from_cue(self, message: Message, start: int, cue: Cue, taken: set[int]) -> Mention | None:
        around = message.speech.autour
        stop = start
        while stop < len(message.words) and stop - start < self._names.longest:
            word = message.words[stop]
            if stop in taken or (word in around and message.canon[stop] not in CONNECTORS):
                break
            stop += 1
        for end in range(stop, start, -1):
            mention = self._guess_at(message, start, end, cue)
            if mention is not None:
                return mention
        return None

    def _guess_at(self, message: Message, start: int, stop: int, cue: Cue) -> Mention | None:
        if not message.may_be_name(start, stop):
            return None
        window = message.canon[start:stop]
        codes = self._guessed(window, careful=cue is Cue.LOOSE)
        if not codes and cue is not Cue.LOOSE:
            name = self._names.start(window)
            if name and (not name.everyday or message.expects_place(start, stop)):
                codes = name.codes
        if not codes:
            return None
        own = message.cue(start)
        return Mention(start, stop, codes, own if own > Cue.LOOSE else cue, fuzzy=True)

    def _guessed(
        self, window: tuple[str, ...], *, careful: bool = False, longer_than: int = 0
    ) -> frozenset[str] | None:
        """Communes of the nearest names; `careful` after words that precede anything."""
        guess = self._names.guess(window)
        if guess is None or self._elsewhere.nearer(window, guess.distance):
            return None
        names = [name for name in guess.names if len(name.words) > longer_than]
        if careful and (guess.distance > 1 or len("".join(window)) < 6):
            return None
        return frozenset().union(*(name.codes for name in names)) if names else None


def _is_as_much_home(message: Message, mention: Mention, before: Mention) -> bool:
    """« j’habite à Auchel ou Calonne », « à Auchel, ou à Calonne »."""
    between = set(message.words[before.stop : mention.start])
    joined = between & {"ou", "et"} and between <= {"ou", "et", "bien", "a"}
    return before.cue is Cue.HOME and bool(joined)


def _only_tells_where(message: Message, mention: Mention, before: Mention) -> bool:
    """In « Annay-sous-Lens », Lens only tells where Annay is."""
    if before.stop != mention.start - 1 or before.elsewhere is not None:
        return False
    return message.words[mention.start - 1] in {"sous", "les", "lez"}
