"""Index of the estates, by the words that follow « cité » or « quartier »."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.communes.commune import Alias
from bot.communes.names import EverydayWords
from bot.communes.spelling import name_words
from bot.knowledge.region import Speech

_BRACKETS = re.compile(r"\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Estate:
    """The communes of an estate; no label when only the start of several was named."""

    codes: frozenset[str]
    label: str | None


@dataclass(frozen=True, slots=True)
class _Label:
    label: str
    code: str
    introducer: str | None


class Estates:
    """The estates by the words that follow « cité », « quartier » or the like.

    After some of these words any name is an estate's (`surely`); after the others a name that is
    ordinary French must follow the very word that it has in the data.
    """

    def __init__(self, aliases: Iterable[Alias], everyday: EverydayWords, speech: Speech) -> None:
        self._everyday = everyday
        self._introducers = speech.annoncent_une_cite
        self._surely = speech.annoncent_surement
        self._in_names = speech.annoncent_et_nomment
        self._silent = speech.muets_dans_une_cite
        self._counted = speech.comptes
        self._exact: dict[tuple[str, ...], list[_Label]] = defaultdict(list)
        self._longer: dict[tuple[str, ...], list[_Label]] = defaultdict(list)
        for alias in aliases:
            for introducer, core in self._cores(alias.name):
                label = _Label(alias.name, alias.code_insee, introducer)
                if label not in self._exact[core]:
                    self._exact[core].append(label)
                for length in range(1, len(core)):
                    self._longer[core[:length]].append(label)
        #: « Cité 12 »: every estate of that number.
        self._numbered: dict[str, list[_Label]] = defaultdict(list)
        for core, labels in self._exact.items():
            for number in {word for word in core if word.isdigit()}:
                self._numbered[number] += labels
        self._longest = 2 * max(map(len, self._exact), default=0)
        self._firsts = {core[0] for core in self._exact}

    def at(self, words: Sequence[str], start: int) -> tuple[Estate, int] | None:
        """The estate that the word at `start` introduces, and where its name stops."""
        if words[start] not in self._introducers:
            return None
        for stop in range(min(len(words), start + 1 + self._longest), start + 1, -1):
            if words[stop - 1] in self._silent:
                continue
            if stop < len(words) and words[stop] in self._counted:
                continue
            estate = self._named(words[start], words[start + 1 : stop])
            if estate is None and words[start] in self._in_names:
                estate = self._named(None, words[start:stop])
            if estate is not None:
                return estate, stop
        return None

    def may_begin(self, word: str) -> bool:
        """Whether `specific` may know an estate by words of which this is the first."""
        return _singular(word) in self._firsts

    def specific(self, words: Sequence[str]) -> Estate | None:
        """The estate these words alone designate, when no ordinary word or surname would."""
        core = self._core(words)
        if words[0] in self._silent or words[-1] in self._silent or not core:
            return None
        letters = [word for word in core if len(word) >= 6 and word not in self._everyday]
        enough = len(letters) >= 1 and (len(core) >= 2 or len(core[0]) >= 9)
        return self._named(None, words) if enough and core in self._exact else None

    def vocabulary(self) -> frozenset[str]:
        """Every word that tells estates apart."""
        return frozenset(word for core in self._exact for word in core)

    def _core(self, words: Iterable[str]) -> tuple[str, ...]:
        """Words that tell one estate from another, blind to plurals: (electricien,), (11, lens)."""
        return tuple(_singular(word) for word in words if word not in self._silent)

    def _cores(self, label: str) -> Iterable[tuple[str | None, tuple[str, ...]]]:
        """(introducer, core) of each wording of a label, the brackets being another wording."""
        inner = _BRACKETS.findall(label)
        outside = _BRACKETS.sub(" ", label)
        capitals = (text for text in inner if text[:1].isupper())
        for text in (label, *outside.split(" ou "), *capitals):
            words = name_words(text)
            introducer = words[0] if words[0] in self._introducers else None
            core = self._core(words[1:] if introducer else words)
            # « Quartier A » would be found in « mon quartier a été oublié ».
            if core and (len(core) > 1 or len(core[0]) > 1):
                yield introducer, core

    def _named(self, introducer: str | None, words: Sequence[str]) -> Estate | None:
        """The estate so named after its introducer; None stands for any that is sure."""
        core = self._core(words)
        exact = self._exact.get(core, [])
        ordinary = all(word.isdigit() or self._everyday.cover((word,)) for word in core)
        if ordinary and introducer and introducer not in self._surely:
            exact = [label for label in exact if label.introducer == introducer]
        # « Soult » is two estates, Ancienne and Basse; « n° 12 » says too little for that.
        labels = [*exact, *([] if ordinary else self._longer.get(core, []))]
        # « Maisons et cités 2 » is no estate.
        one = introducer in self._surely and _singular(introducer or "") == introducer
        if not labels and one and len(core) == 1:
            labels = self._numbered.get(core[0], [])
        if not labels:
            return None
        known = sorted(
            {label.label for label in exact or labels}, key=lambda text: (len(text), text)
        )
        label = known[0] if exact or len(known) == 1 else None
        return Estate(frozenset(label.code for label in labels), label)


def _singular(word: str) -> str:
    return word if len(word) < 4 else word.rstrip("sx")
