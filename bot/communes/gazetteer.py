"""The commune search: postcode, then exact name, then alias, then likely spelling.

A wrong « yes » is the worst answer, so every step would rather ask or give up than guess.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType

from bot.communes.commune import Alias, Ambiguous, Commune, Found, Lookup, Unknown, largest_first
from bot.communes.elsewhere import Elsewhere
from bot.communes.estates import Estates
from bot.communes.mentions import Mentions
from bot.communes.message import Cue, Message
from bot.communes.names import EverydayWords, Names
from bot.communes.nearest import Nearest, Point, distance_km
from bot.communes.numbers import Postcodes
from bot.communes.other_places import OtherPlaces
from bot.communes.outlines import Outlines
from bot.communes.settling import settle
from bot.communes.spelling import CONNECTORS, name_words
from bot.knowledge.region import Region
from bot.language.words import normalise

#: Words of a message that chooses among communes, at most.
CHOOSING = 9
#: Communes offered for « à côté de Lens ».
NEIGHBOURS = 6


class Gazetteer:
    """The communes of a territory, found by what residents type; false where there are none."""

    def __init__(
        self,
        region: Region,
        communes: Mapping[str, Commune] = MappingProxyType({}),
        aliases: Sequence[Alias] = (),
        everyday_words: Iterable[str] = (),
        towns_elsewhere: Iterable[str] = (),
        *,
        outlines: Outlines | None = None,
    ) -> None:
        self.region = region
        self.outlines = outlines
        self.communes: tuple[Commune, ...] = tuple(communes.values())
        self._by_code = dict(communes)
        kind = region.estates.kind if region.estates else None
        everyday = EverydayWords(everyday_words)
        names = Names(communes, (alias for alias in aliases if alias.kind != kind), everyday)
        estates = Estates(
            (alias for alias in aliases if alias.kind == kind), everyday, region.speech
        )
        elsewhere = Elsewhere(towns_elsewhere, names, everyday)
        self._is_name = names.known
        self._postcodes = Postcodes(self._by_code, region)
        self._mentions = Mentions(names, estates, elsewhere)
        self._other_places = OtherPlaces(self._by_code, elsewhere, region)
        self._nearest = Nearest(self.communes)

    def __bool__(self) -> bool:
        return bool(self.communes)

    def get(self, code_insee: str) -> Commune | None:
        """The commune of an INSEE code."""
        return self._by_code.get(code_insee)

    def beginning_with(self, words: str) -> tuple[Commune, ...]:
        """The communes whose name or postcode begins so, normalised; the most populous first."""
        found = (commune for begun, commune in self._beginnings if begun.startswith(words))
        return tuple({commune.code_insee: commune for commune in found}.values())

    @cached_property
    def _beginnings(self) -> tuple[tuple[str, Commune], ...]:
        return tuple(
            (normalise(begun), commune)
            for commune in largest_first(self.communes)
            for begun in (commune.name, *commune.postcodes)
        )

    def around(self, point: Point) -> tuple[Commune, ...]:
        """The three likeliest communes of a point, best first; none where it is far from all."""
        return self._nearest.around(point)

    def narrowed(self, text: str, offered: Sequence[Commune]) -> Sequence[Commune]:
        """Those of some communes that a few words choose; all or none where they do not."""
        message = Message.read(text, self.region.speech, self._is_name)
        if len(message.words) > CHOOSING:
            return ()
        names = {commune: {*name_words(commune.name)} for commune in offered}
        shared = set[str].intersection(*names.values()) | CONNECTORS
        typed = {*message.canon}
        told = [one for one in offered if typed & (names[one] - shared)]
        if 0 < len(told) < len(offered):
            return told
        departments = self._postcodes.read(message).departments
        if here := [one for one in offered if one.department in departments]:
            return here
        if self.region.speech.pres.isdisjoint(message.words):
            return ()
        mentions = self._mentions.read(message, self._postcodes.read(message))
        beside = [self._by_code[code] for one in mentions for code in one.codes]
        if not beside:
            return ()
        near = largest_first(beside)[0]
        return sorted(offered, key=lambda one: distance_km(one, near))[:1]

    def find(self, text: str) -> Lookup:
        """The commune a message names, whether the message is a bare name or a sentence."""
        if not self:
            return Unknown(None)
        if (after := self._corrected(text)) is not None:
            return after
        return self._find(text)

    def _corrected(self, text: str) -> Found | None:
        """The place that a message ends on where it takes back the one before it."""
        for cut in re.finditer(r"[\s,;:.!…]+", text):
            word = normalise(text[cut.end() :].partition(" ")[0])
            if word.partition(" ")[0] not in self.region.speech.corrigent:
                continue
            before = self._find(text[: cut.start()])
            if isinstance(before, Unknown) and not before.elsewhere:
                continue
            after = self._find(text[cut.end() :])
            if isinstance(after, Found):
                taken = before.matched if isinstance(before, Found | Ambiguous) else ""
                first = " ".join(
                    one
                    for one in normalise(text[: cut.start()]).split()
                    if one not in taken.split()
                )
                return replace(after, rest=f"{first} {after.rest}".strip())
        return None

    def _find(self, text: str) -> Lookup:
        message = Message.read(text, self.region.speech, self._is_name)
        numbers = self._postcodes.read(message)
        read = self._mentions.read(message, numbers)
        mentions = [
            mention
            for mention in read
            if mention.elsewhere is not None or not self._other_places.meant(message, mention, read)
        ]
        found = settle(message, numbers, mentions, self._by_code)
        if isinstance(found, Unknown) and found.postcode:
            return replace(found, near=self._postcodes.near(found.postcode))
        only_near = all(one.cue is Cue.NEAR for one in mentions) and not numbers.codes
        if isinstance(found, Found) and only_near and message.bare(*(one.span for one in mentions)):
            # « Celle à côté de Lens » is not Lens, or not surely.
            point = Point(found.commune.lat, found.commune.lon)
            around = largest_first(self._nearest.around(point, NEIGHBOURS))
            return Ambiguous(around, found.matched, found.rest)
        return found
