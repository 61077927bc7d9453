"""The commune search: postcode, then exact name, then alias, then likely spelling.

A wrong « yes » is the worst answer, so every step would rather ask or give up than guess.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from bot.communes.commune import (
    Ambiguous,
    Commune,
    Found,
    Lookup,
    Unknown,
    read_aliases,
    read_communes,
)
from bot.communes.message import GENERIC, Cue, Message
from bot.communes.names import Elsewhere, Estate, Estates, EverydayWords, Names
from bot.communes.nearest import Nearest, Point
from bot.communes.spelling import ARTICLES, CONNECTORS, word_set

#: Communes offered for a postcode that may be a slip.
NEAR_POSTCODES = 5
_NUMBER = re.compile(r"\d{5}")
_ABROAD = re.compile(r"(?!59|62)(?:0[1-9]|[1-8]\d|9[0-578])\d{3}")
_HERE = re.compile(r"(?:59|62)\d{3}")
_OTHER_DEPARTMENT = re.compile(r"(?!59|62)(?:0[1-9]|[1-8]\d|9[0-5]|2[ab])")
#: After one of these a number of five digits counts things: « 23 000 logements ».
_COUNTED = word_set("""euro euros e logement logements habitant habitants personne personnes maison
    maisons km m2 m foyer foyers emploi emplois metres k menages menage ans annees hectares ha""")
_POSTAL_CUES = word_set("postal cp postaux dans le du a au habite code c est")
_FILE_NUMBERS = word_set("dossier numero num n no ref reference contrat client facture")
_REGION_LINKS = word_set("dans en le la les l departement du de dept")
#: Parts of a town that may follow its name inside a hyphenated group.
_RIVERS = word_set("lys scarpe sensee deule escaut selle aa canche authie lawe")
_SEASIDE = 1.75  # degrees east: « Berck-sur-Mer », but not the Vicq-sur-Mer of Normandy
_TOWN_PARTS = word_set("centre plage gare cedex nord sud est ouest ville village bourg")


@dataclass(slots=True)
class _Mention:
    """A stretch [start, stop) of the message that names communes, or a place elsewhere."""

    start: int
    stop: int
    codes: frozenset[str]
    cue: Cue
    official: bool = False
    fuzzy: bool = False
    cite: str | None = None
    estate: bool = False
    elsewhere: str | None = None

    @property
    def rank(self) -> int:
        """2: the resident's own place; 1: a place; 0: only what lies near it."""
        return {Cue.HOME: 2, Cue.NEAR: 0}.get(self.cue, 1)

    @property
    def span(self) -> range:
        return range(self.start, self.stop)


@dataclass(slots=True)
class _Numbers:
    """What the figures of a message say; `taken` are the words they use."""

    codes: frozenset[str] = frozenset()
    departments: set[str] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    elsewhere: tuple[int, str] | None = None
    unknown: tuple[int, str] | None = None  # a postcode of here that no commune has


class Gazetteer:
    """The communes of the two départements, found by what residents type."""

    def __init__(
        self,
        communes: Mapping[str, Commune],
        names: Names,
        estates: Estates,
        elsewhere: Elsewhere,
    ) -> None:
        self.communes: tuple[Commune, ...] = tuple(communes.values())
        self._by_code = dict(communes)
        self._names = names
        self._estates = estates
        self._elsewhere = elsewhere
        self._beginnings = names.beginnings | elsewhere.beginnings
        self._nearest = Nearest(self.communes)
        self._by_postcode: dict[str, frozenset[str]] = {}
        for commune in self.communes:
            for postcode in commune.postcodes:
                known = self._by_postcode.get(postcode, frozenset())
                self._by_postcode[postcode] = known | {commune.code_insee}

    @classmethod
    def parse(
        cls,
        communes_csv: str,
        aliases_csv: str,
        everyday_words: Iterable[str],
        towns_elsewhere: Iterable[str] = (),
    ) -> "Gazetteer":
        """Builds the search from the text of its four files; « # » starts a comment in the lists.

        Raises ValueError naming the file and the line, in French, when a table is wrong.
        """
        communes = read_communes(communes_csv)
        aliases = read_aliases(aliases_csv, communes)
        everyday = EverydayWords(everyday_words)
        names = Names(communes, aliases, everyday)
        return cls(
            communes,
            names,
            Estates(aliases, everyday),
            Elsewhere(towns_elsewhere, names, everyday),
        )

    def get(self, code_insee: str) -> Commune | None:
        """The commune of an INSEE code."""
        return self._by_code.get(code_insee)

    def around(self, point: Point) -> tuple[Commune, ...]:
        """The three likeliest communes of a point, best first; none where it is far from all."""
        return self._nearest.around(point)

    def find(self, text: str) -> Lookup:
        """The commune a message names, whether the message is a bare name or a sentence."""
        message = Message.read(text)
        numbers = self._read_numbers(message)
        mentions = self._mentions(message, numbers)
        local = [mention for mention in mentions if mention.elsewhere is None]
        outside = [mention for mention in mentions if mention.elsewhere is not None]
        rank = max((mention.rank for mention in local), default=-1)
        farther = next((m.elsewhere for m in outside if m.rank > rank), None)
        if farther is not None and not numbers.codes:
            return Unknown(farther)
        if numbers.elsewhere and self._is_meant(message, numbers, numbers.elsewhere[0], *local):
            return Unknown(numbers.elsewhere[1])
        if numbers.unknown and not local and self._is_meant(message, numbers, numbers.unknown[0]):
            return Unknown(None, numbers.unknown[1], self._near_postcode(numbers.unknown[1]))
        best = [mention for mention in local if mention.rank == rank]
        if all(mention.estate for mention in best):
            best = [mention for mention in local if mention.rank > 0] or best
        return self._settle(message, numbers, best, outside)

    # Figures

    def _read_numbers(self, message: Message) -> _Numbers:
        numbers = _Numbers()
        words = message.words
        for at, word in enumerate(words):
            following = words[at + 1] if at + 1 < len(words) else ""
            before = words[at - 1] if at else ""
            if _NUMBER.fullmatch(word):
                if following in _COUNTED or before in _FILE_NUMBERS:
                    continue
                codes = self._codes_of(word, "insee" in words[max(0, at - 4) : at])
                if codes:
                    numbers.codes |= codes
                    numbers.taken.add(at)
                elif _ABROAD.fullmatch(word):
                    numbers.elsewhere = (at, word)
                elif _HERE.fullmatch(word):
                    numbers.unknown = (at, word)
            elif word in {"59", "62"}:
                numbers.departments.add(word)
                numbers.taken.add(at)
            elif words[at : at + 3] == ("pas", "de", "calais"):
                numbers.departments.add("62")
                numbers.taken.update(range(at, at + 3))
            elif word == "nord" and at >= 2 and words[at - 2 : at] == ("dans", "le"):
                numbers.departments.add("59")
                numbers.taken.update(range(at - 2, at + 1))
        return numbers

    def _codes_of(self, number: str, is_insee: bool) -> frozenset[str]:
        """Communes of a number: a postcode, or an INSEE code where it is called so."""
        if is_insee:
            return frozenset({number} & self._by_code.keys())
        return self._by_postcode.get(number, frozenset())

    def _near_postcode(self, postcode: str) -> tuple[Commune, ...]:
        """The communes of postcodes with one other digit or two swapped, the largest first."""
        near = {
            code
            for known, codes in self._by_postcode.items()
            if OSA.distance(known, postcode) == 1
            for code in codes
        }
        communes = sorted(
            (self._by_code[code] for code in near),
            key=lambda commune: (-commune.population, commune.code_insee),
        )
        return tuple(communes[:NEAR_POSTCODES])

    def _is_meant(self, message: Message, numbers: _Numbers, at: int, *local: _Mention) -> bool:
        """Whether the number at `at`, which is no postcode of the data, was given as a postcode."""
        if numbers.codes:
            return False
        if local:
            return any(at in (mention.start - 1, mention.stop) for mention in local)
        before = message.words[at - 1] if at else ""
        return message.bare() or before in _POSTAL_CUES

    # Names

    def _mentions(self, message: Message, numbers: _Numbers) -> list[_Mention]:
        """Places named, spelt right if any is; misspelt names only where a place is expected."""
        found = self._spelt_right(message, numbers)
        if not any(mention.rank == 2 for mention in found):
            found += self._misspelt(message, numbers, found)
        return [
            mention
            for mention in found
            if mention.elsewhere is not None
            or not (
                self._part_of_longer_name(message, mention, found)
                or self._refuted(message, mention)
            )
        ]

    def _spelt_right(self, message: Message, numbers: _Numbers) -> list[_Mention]:
        """Left to right, the longest first; twice, as « Croix » is clear once Roubaix is known."""
        figures = frozenset(numbers.taken)
        clear = self._scan(message, numbers, figures)
        known = figures.union(*(mention.span for mention in clear))
        return self._scan(message, numbers, known) if clear else clear

    def _scan(self, message: Message, numbers: _Numbers, known: frozenset[int]) -> list[_Mention]:
        mentions: list[_Mention] = []
        at = 0
        while at < len(message.words):
            mention = None if at in numbers.taken else self._at(message, numbers, known, at)
            if mention is None:
                at += 1
                continue
            mention = self._extended(message, mention, mentions[-1].stop if mentions else 0)
            self._complement(message, mention, mentions)
            mentions.append(mention)
            at = mention.stop
        return mentions

    def _at(
        self, message: Message, numbers: _Numbers, known: frozenset[int], start: int
    ) -> _Mention | None:
        """The longest name that starts at a word, spelt as in the data."""
        canon = message.canon
        estate = self._estates.at(canon, start)
        for stop in range(self._farthest(canon, start, estate), start, -1):
            if estate is not None and stop <= estate[1]:
                place, stop = estate
                cue = message.cue(start)
                return _Mention(start, stop, place.codes, cue, cite=place.label, estate=True)
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
            if short and not {full, short} & self._beginnings:
                break
            stop += 1
        return stop if estate is None else max(stop, min(most, estate[1]))

    def _named(
        self, message: Message, numbers: _Numbers, known: frozenset[int], start: int, stop: int
    ) -> _Mention | None:
        window = message.canon[start:stop]
        name = self._names.exact(window)
        if name is not None:
            certain = not name.everyday or bool(numbers.codes & name.codes)
            if message.refuses(start) or not (certain or message.is_place(start, stop, known)):
                return None
            return _Mention(start, stop, name.codes, message.cue(start), official=name.official)
        place = self._elsewhere.exact(window)
        if place is not None:
            if message.refuses(start) or (place[1] and not message.expects_place(start, stop)):
                return None
            return _Mention(start, stop, frozenset(), message.cue(start), elsewhere=place[0])
        estate = self._estates.specific(window) if self._names.start(window) is None else None
        if estate is not None and message.expects_place(start, stop) and not message.refuses(start):
            cue = message.cue(start)
            return _Mention(start, stop, estate.codes, cue, cite=estate.label, estate=True)
        return None

    def _extended(self, message: Message, mention: _Mention, first: int) -> _Mention:
        """The longer misspelt name that holds this one, if any.

        « loos en goelle » holds « loos », « courcelle les lens » holds « lens ».
        """
        if mention.estate:
            return mention
        most = self._names.longest
        for start in range(max(first, mention.stop - most), mention.start + 1):
            for stop in range(min(len(message.words), start + most), mention.stop - 1, -1):
                if stop - start == mention.stop - mention.start or not message.may_be_name(
                    start, stop
                ):
                    continue
                window = message.canon[start:stop]
                if any(word in GENERIC and word not in CONNECTORS for word in window):
                    continue
                codes = self._guessed(window, longer_than=mention.stop - mention.start)
                if codes:
                    return _Mention(start, stop, codes, message.cue(start), fuzzy=True)
        return mention

    @staticmethod
    def _complement(message: Message, mention: _Mention, before: list[_Mention]) -> None:
        """In « Annay-sous-Lens », Lens only tells where Annay is."""
        if before and before[-1].stop == mention.start - 1:
            link = message.words[mention.start - 1]
            if link in {"sous", "les", "lez"} and before[-1].elsewhere is None:
                mention.cue = Cue.NEAR

    def _misspelt(
        self, message: Message, numbers: _Numbers, found: list[_Mention]
    ) -> list[_Mention]:
        """Names misspelt or shortened, where the message expects one and names none."""
        taken = numbers.taken.union(*(mention.span for mention in found))
        only_near = all(mention.rank == 0 for mention in found)
        mentions: list[_Mention] = []
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

    def _from_cue(self, message: Message, start: int, cue: Cue, taken: set[int]) -> _Mention | None:
        stop = start
        while stop < len(message.words) and stop - start < self._names.longest:
            word = message.words[stop]
            if stop in taken or (word in GENERIC and message.canon[stop] not in CONNECTORS):
                break
            stop += 1
        for end in range(stop, start, -1):
            mention = self._guess_at(message, start, end, cue)
            if mention is not None:
                return mention
        return None

    def _guess_at(self, message: Message, start: int, stop: int, cue: Cue) -> _Mention | None:
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
        return _Mention(start, stop, codes, own if own > Cue.LOOSE else cue, fuzzy=True)

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

    # Second thoughts

    def _part_of_longer_name(
        self, message: Message, mention: _Mention, mentions: list[_Mention]
    ) -> bool:
        """« Vitry » in « Vitry-sur-Seine »: the beginning of a name that is not in the data."""
        if mention.estate:
            return False
        known = {index for m in mentions if m.elsewhere is None for index in m.span}
        waters = self._waters(mention)
        accepted = GENERIC | CONNECTORS | _TOWN_PARTS | waters
        for start, stop in message.compounds:
            overlaps = mention.start < stop and start < mention.stop
            if overlaps and any(
                message.words[at] not in accepted and not message.words[at].isdigit()
                for at in set(range(start, stop)) - known
            ):
                return True
        return _tied_before(message, mention, known) or _tied_after(
            message, mention, known | {at for at, w in enumerate(message.words) if w in waters}
        )

    def _waters(self, mention: _Mention) -> frozenset[str]:
        """Rivers, and the sea, that people add to the official name of a commune."""
        if not mention.official:
            return frozenset()
        seaside = all(self._by_code[code].lon < _SEASIDE for code in mention.codes)
        return _RIVERS | {"mer"} if seaside else _RIVERS

    def _refuted(self, message: Message, mention: _Mention) -> bool:
        """« Saint-Quentin dans l'Aisne », « Lens (Belgique) », « Saint-Aubin 80 »."""
        words = message.words
        at = mention.stop
        while at < len(words) and words[at] in _REGION_LINKS:
            at += 1
        tied = at == mention.stop or words[mention.stop] in {"dans", "en", "departement", "dept"}
        if not tied or at == len(words):
            return False
        for stop in range(min(len(words), at + self._elsewhere.longest), at, -1):
            place = self._elsewhere.exact(message.canon[at:stop])
            if place is not None and (not place[1] or at > mention.stop or stop == len(words)):
                return True
        return at == len(words) - 1 and _OTHER_DEPARTMENT.fullmatch(words[at]) is not None

    # The answer

    def _settle(
        self,
        message: Message,
        numbers: _Numbers,
        mentions: list[_Mention],
        outside: list[_Mention],
    ) -> Lookup:
        taken = set().union(*(mention.span for mention in mentions))
        estates = [mention for mention in mentions if mention.estate]
        named = [mention for mention in mentions if not mention.estate]
        codes = _common(mention.codes for mention in named)
        cite = None
        within = _common(mention.codes for mention in estates)
        if estates and (not codes or codes & within):
            codes = codes & within or within
            cite = estates[0].cite
        if numbers.codes:
            codes = codes & numbers.codes or codes | numbers.codes
            taken |= numbers.taken
        narrowed = {code for code in codes if self._by_code[code].department in numbers.departments}
        if len(codes) > 1 and narrowed:
            codes = frozenset(narrowed)
            taken |= numbers.taken
        if not codes:
            return Unknown(outside[0].elsewhere if outside else None)
        matched, rest = _share(message.words, taken)
        communes = sorted(
            (self._by_code[code] for code in codes),
            key=lambda commune: (-commune.population, commune.code_insee),
        )
        if len(communes) > 1:
            return Ambiguous(tuple(communes), matched, rest)
        fuzzy = any(mention.fuzzy for mention in mentions)
        return Found(communes[0], matched, rest, cite, fuzzy)


def _tied_before(message: Message, mention: _Mention, known: set[int]) -> bool:
    """« Trucmuche-lès-Lens » is not Lens."""
    words, link = message.words, mention.start - 1
    if link < 1 or words[link] not in {"sous", "lez", "les"} or link - 1 in known:
        return False
    return words[link - 1] not in GENERIC | CONNECTORS


def _tied_after(message: Message, mention: _Mention, known: set[int]) -> bool:
    """« Solesmes sur Sarthe » is not Solesmes."""
    words, link, after = message.words, mention.stop, mention.stop + 1
    links = {"sur", "sous", "lez", "aux"} | (set() if mention.official else {"les", "le"})
    if after >= len(words) or words[link] not in links or after in known:
        return False
    if words[after] in GENERIC | CONNECTORS:
        return False
    return message.bare(mention.span, range(link, after + 1))


def _common(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """What all the names agree on, else all that they name: « Lens ou Liévin » → both."""
    every = list(sets)
    if not every:
        return frozenset()
    return frozenset.intersection(*every) or frozenset.union(*every)


def _share(words: tuple[str, ...], taken: set[int]) -> tuple[str, str]:
    matched = " ".join(word for index, word in enumerate(words) if index in taken)
    rest = " ".join(word for index, word in enumerate(words) if index not in taken)
    return matched, rest
