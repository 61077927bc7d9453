"""Names of here that the message gives to another place: « Vitry-sur-Seine », « Lens (Belgique) ».

One commune's name is often the beginning of another's, or also that of a town far away.
"""

import re
from collections.abc import Mapping, Sequence

from bot.communes.commune import Commune
from bot.communes.elsewhere import Elsewhere
from bot.communes.message import GENERIC, Mention, Message
from bot.communes.spelling import CONNECTORS, word_set

_OTHER_DEPARTMENT = re.compile(r"(?!59|62)(?:0[1-9]|[1-8]\d|9[0-5]|2[ab])")
_REGION_LINKS = word_set("dans en le la les l departement du de dept")
_RIVERS = word_set("lys scarpe sensee deule escaut selle aa canche authie lawe")
_SEASIDE = 1.75  # degrees east: « Berck-sur-Mer », but not the Vicq-sur-Mer of Normandy
#: Parts of a town that may follow its name inside a hyphenated group.
_TOWN_PARTS = word_set("centre plage gare cedex nord sud est ouest ville village bourg")


class OtherPlaces:
    """Tells whether a commune's name stands for a place that is not that commune."""

    def __init__(self, communes: Mapping[str, Commune], elsewhere: Elsewhere) -> None:
        self._communes = communes
        self._elsewhere = elsewhere

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

    def _waters(self, mention: Mention) -> frozenset[str]:
        """Rivers, and the sea, that people add to the official name of a commune."""
        if not mention.official:
            return frozenset()
        seaside = all(self._communes[code].lon < _SEASIDE for code in mention.codes)
        return _RIVERS | {"mer"} if seaside else _RIVERS

    def _is_set_elsewhere(self, message: Message, mention: Mention) -> bool:
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


def _tied_before(message: Message, mention: Mention, known: set[int]) -> bool:
    """« Trucmuche-lès-Lens » is not Lens."""
    words, link = message.words, mention.start - 1
    if link < 1 or words[link] not in {"sous", "lez", "les"} or link - 1 in known:
        return False
    return words[link - 1] not in GENERIC | CONNECTORS


def _tied_after(message: Message, mention: Mention, known: set[int]) -> bool:
    """« Solesmes sur Sarthe » is not Solesmes."""
    words, link, after = message.words, mention.stop, mention.stop + 1
    links = {"sur", "sous", "lez", "aux"} | (set() if mention.official else {"les", "le"})
    if after >= len(words) or words[link] not in links or after in known:
        return False
    if words[after] in GENERIC | CONNECTORS:
        return False
    return message.bare(mention.span, range(link, after + 1))
