"""Names of here that the message gives to another place: « Vitry-sur-Seine », « Lens (Belgique) ».

One commune's name is often the beginning of another's, or also that of a town far away.
"""

import re
from collections.abc import Mapping, Sequence

from bot.communes.commune import Commune
from bot.communes.elsewhere import Elsewhere
from bot.communes.message import Mention, Message
from bot.communes.spelling import CONNECTORS
from bot.knowledge.region import Region

_DEPARTMENT = re.compile(r"0[1-9]|[1-8]\d|9[0-5]|2[ab]")


class OtherPlaces:
    """Tells whether a commune's name stands for a place that is not that commune."""

    def __init__(
        self, communes: Mapping[str, Commune], elsewhere: Elsewhere, region: Region
    ) -> None:
        self._communes = communes
        self._elsewhere = elsewhere
        self._waters = region.waters
        self._before_department = region.speech.avant_departement
        #: What may stand before or after a name without being part of a longer one.
        self._aside = region.speech.autour | CONNECTORS
        self._in_compounds = self._aside | region.speech.parties_de_ville
        self._departments = frozenset(code.lower() for code in region.departments)

    def meant(self, message: Message, mention: Mention, mentions: Sequence[Mention]) -> bool:
        """Whether the commune named is not the one of here; `mentions` are all that were read."""
        return self._is_part_of_longer_name(message, mention, mentions) or self._is_set_elsewhere(
            message, mention
        )

    def _is_part_of_longer_name(
        self, message: Message, mention: Mention, mentions: Sequence[Mention]
    ) -> bool:
        """« Vitry » in « Vitry-sur-Seine »: the beginning of a name that is not in the data."""
        if mention.estate:
            return False
        known = {index for m in mentions if m.elsewhere is None for index in m.span}
        waters = self._added_to(mention)
        for start, stop in message.compounds:
            overlaps = mention.start < stop and start < mention.stop
            if overlaps and any(
                message.words[at] not in self._in_compounds
                and message.words[at] not in waters
                and not message.words[at].isdigit()
                for at in set(range(start, stop)) - known
            ):
                return True
        return self._tied_before(message, mention, known) or self._tied_after(
            message, mention, known | {at for at, w in enumerate(message.words) if w in waters}
        )

    def _added_to(self, mention: Mention) -> frozenset[str]:
        """Rivers, and the sea, that people add to the official name of a commune."""
        if not mention.official:
            return frozenset()
        limit = self._waters.sea_west_of
        seaside = limit is None or all(self._communes[code].lon < limit for code in mention.codes)
        return self._waters.rivers | self._waters.sea if seaside else self._waters.rivers

    def _is_set_elsewhere(self, message: Message, mention: Mention) -> bool:
        """« Saint-Quentin dans l'Aisne », « Lens (Belgique) », « Saint-Aubin 80 »."""
        words = message.words
        at = mention.stop
        while at < len(words) and words[at] in self._before_department:
            at += 1
        tied = at == mention.stop or words[mention.stop] in {"dans", "en", "departement", "dept"}
        if not tied or at == len(words):
            return False
        for stop in range(min(len(words), at + self._elsewhere.longest), at, -1):
            place = self._elsewhere.exact(message.canon[at:stop])
            if place is not None and (not place[1] or at > mention.stop or stop == len(words)):
                return True
        last = words[at]
        is_department = at == len(words) - 1 and _DEPARTMENT.fullmatch(last) is not None
        return is_department and last not in self._departments

    def _tied_before(self, message: Message, mention: Mention, known: set[int]) -> bool:
        """« Trucmuche-lès-Lens » is not Lens."""
        words, link = message.words, mention.start - 1
        if link < 1 or words[link] not in {"sous", "lez", "les"} or link - 1 in known:
            return False
        return words[link - 1] not in self._aside

    def _tied_after(self, message: Message, mention: Mention, known: set[int]) -> bool:
        """« Solesmes sur Sarthe » is not Solesmes."""
        words, link, after = message.words, mention.stop, mention.stop + 1
        links = {"sur", "sous", "lez", "aux"} | (set() if mention.official else {"les", "le"})
        if after >= len(words) or words[link] not in links or after in known:
            return False
        if words[after] in self._aside:
            return False
        return message.bare(mention.span, range(link, after + 1))
