"""Index of the names of the communes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from weakref import proxy

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.communes.commune import Alias, Commune
from bot.communes.spelling import (
    ARTICLES,
    CONNECTORS,
    beginnings,
    by_start,
    full_key,
    heard_distance,
    name_words,
    short_key,
    sound,
    typo_distance,
)
from bot.language.phonetics import word_sound

_SAINTS = frozenset({"saint", "sainte"})
_NEGATION = "pas"  # « pas en Artois » is rarely Pas-en-Artois
#: Names of the past and names nobody sourced: they do not outweigh the start of official names.
_WEAK_KINDS = frozenset({"ancienne_commune", "ancien_nom", "nom_court", "nom_court_ambigu"})


@dataclass(frozen=True, slots=True)
class Name:
    """The communes that one spelling designates.

    `everyday`: also ordinary French, a place only in context. `official`: the whole legal name.
    """

    codes: frozenset[str]
    words: tuple[str, ...]
    official: bool
    everyday: bool


@dataclass(frozen=True, slots=True)
class Guess:
    """Names nearest to what was typed.

    0.5 same sound and one typo, 1 either, 1.5 a sound that says less, 2 two typos.
    """

    names: tuple[Name, ...]
    distance: float


class EverydayWords:
    """The French words that a place name must not be confused with."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(
            word for line in words if (word := line.strip()) and not word.startswith("#")
        )

        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_sound[word_sound(word)].append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def heard(self, typed: str, heard: str) -> int:
        """How far the nearest everyday word of that sound is: « fose », « mairi », « ataké »."""
        return min(
            (OSA.distance(typed, word) for word in self._by_sound.get(heard, ())),
            default=len(typed),
        )

    def cover(self, words: Sequence[str]) -> bool:
        """Whether the words could be everyday French rather than a name.

        « Avion », « La Couture », « Saint-Nicolas », but not « Condé-sur-l’Escaut ».
        """
        own = words[1:] if words[0] in ARTICLES else words
        if len(short_key(words)) <= 3 or (own and own[0] == _NEGATION):
            return True
        content = [word for word in own if word not in _SAINTS]
        if len(content) > 2 or any(word in CONNECTORS for word in content):
            return False
        return all(word in self._words for word in content)


class Names:
    """Exact names, first words of names, and the nearest names of a spelling."""

    def __init__(
        self,
        communes: Mapping[str, Commune],
        aliases: Iterable[Alias],
        everyday: EverydayWords,
    ) -> None:
        self.everyday = everyday
        official: dict[tuple[str, ...], set[str]] = defaultdict(set)
        other: dict[tuple[str, ...], list[Alias]] = defaultdict(list)
        for commune in communes.values():
            official[name_words(commune.name)].add(commune.code_insee)
        for alias in aliases:
            other[name_words(alias.name)].append(alias)
        self._starts = _starts([*official, *other], official, other, everyday)
        self._exact: dict[str, Name] = {}
        self._short: dict[str, Name] = {}
        # Official names first: an alias never takes the key of another commune's name.
        for words in (*official, *(words for words in other if words not in official)):
            name = self._name(words, official.get(words, set()), other.get(words, []))
            self._put(self._exact, full_key(words), name)
            self._put(self._short, short_key(words), name)
        #: « Bruay la B », « Hénin Bt »: the words, the last one shortened → the names.
        self._abbreviated: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for words, codes in official.items():
            for short in _abbreviations(words):
                self._abbreviated[short] |= codes
        self._long = by_start(key for key in self._short if len(key) >= 5)
        self.beginnings = beginnings(
            [*self._exact, *self._short, *map(full_key, self._abbreviated)]
        )
        self._sounds: dict[str, list[str]] = defaultdict(list)
        for key, name in self._short.items():
            self._sounds[sound(name.words)].append(key)
        self.longest = max((len(name.words) for name in self._exact.values()), default=0) + 1
        # By proxy: a cache that held these names would keep them from being freed when replaced.
        self._remembered = lru_cache(maxsize=1_024)(partial(Names._guess, proxy(self)))

    def _name(self, words: tuple[str, ...], codes: set[str], aliases: list[Alias]) -> Name:
        shared = {alias.code_insee for alias in aliases if alias.shared or not codes}
        found = codes | shared
        if not codes and all(alias.kind in _WEAK_KINDS for alias in aliases):
            found |= self._starts.get(words, set())
        everyday = self.everyday.cover(words) or (not codes and len(short_key(words)) < 5)
        return Name(frozenset(found), words, bool(codes), everyday)

    def _put(self, index: dict[str, Name], key: str, name: Name) -> None:
        """Two names under one key are one ambiguous name, unless only one is official."""
        known = index.get(key)
        if known is None:
            index[key] = name
        elif known.official == name.official:
            index[key] = Name(
                known.codes | name.codes,
                known.words,
                name.official,
                known.everyday or name.everyday,
            )

    def exact(self, words: Sequence[str]) -> Name | None:
        """The name made of exactly these canonical words, articles and spaces apart."""
        name = self._exact.get(full_key(words))
        if name is not None and name.words != tuple(words):
            return self._respaced(name, words)
        if name is None and words[0] not in ARTICLES and words[-1] not in ARTICLES:
            name = self._shortened(words)
            if name is not None and short_key(name.words) == full_key(name.words):
                return self._respaced(name, words)
        return name

    def known(self, name: str) -> bool:
        """Whether the joined words are a name of four letters or more."""
        return len(name) >= 4 and name in self._exact

    def abbreviated(self, words: Sequence[str]) -> Name | None:
        """« Marles les M », where the last letter is not another word of the sentence."""
        codes = self._abbreviated.get(tuple(words))
        return Name(frozenset(codes), tuple(words), False, False) if codes else None

    def _shortened(self, words: Sequence[str]) -> Name | None:
        """A name without its articles; « Fontaine » is Lez-Fontaine, or any other Fontaine."""
        name = self._short.get(short_key(words))
        longer = self._starts.get(tuple(words), set())
        if name is None or longer <= name.codes:
            return name
        return Name(name.codes | longer, name.words, False, name.everyday)

    def _respaced(self, name: Name, words: Sequence[str]) -> Name | None:
        """« le warde » for Lewarde, but « la bourse » needs a context to be Labourse."""
        if len(words) <= len(name.words):
            return name
        tail = words[1:] if words[0] in ARTICLES else words
        if any(word in CONNECTORS for word in tail):
            return None
        ordinary = words[0] not in ARTICLES or self.everyday.cover(tail)
        return Name(name.codes, name.words, name.official, True) if ordinary else name

    def start(self, words: Sequence[str]) -> Name | None:
        """The communes whose name begins with these words: « Saint-Martin », « Fontaine »."""
        codes = self._starts.get(tuple(words))
        everyday = self.everyday.cover(words)
        if codes is None or len(short_key(words)) < 4 or (everyday and len(codes) == 1):
            return None
        return Name(frozenset(codes), tuple(words), official=False, everyday=everyday)

    def guess(self, words: Sequence[str]) -> Guess | None:
        """The names nearest to a misspelt one, None when nothing is near or it is plain French."""
        return self._remembered(tuple(words))

    def _guess(self, words: tuple[str, ...]) -> Guess | None:
        typed = short_key(words)
        content = [word for word in words if word not in CONNECTORS]
        plain = all(word in self.everyday for word in content)
        if len(typed) < 4 or typed in self._short or (plain and len(content) < 2):
            return None
        near: dict[str, float] = {}
        for key, _, _ in process.extract(
            typed, self._long.get(typed[0], ()), scorer=OSA.distance, score_cutoff=2, limit=None
        ):
            distance = typo_distance(typed, key)
            if distance is not None and _same_shape(words, self._short[key]):
                near[key] = distance
        heard = sound(words)
        ordinary = self.everyday.heard(typed, heard) if len(heard) >= 3 else len(typed)
        for key in self._sounds.get(heard, ()):
            far = heard_distance(typed, key, heard)
            if (
                far is not None
                and OSA.distance(typed, key) < ordinary
                and _same_shape(words, self._short[key])
            ):
                near[key] = 0.5 if near.get(key) == 1 else far
        if plain:
            near = {key: score for key, score in near.items() if not self._short[key].everyday}
        if not near:
            return None
        best = min(near.values())
        kept = tuple(self._short[key] for key, score in near.items() if score == best)
        return Guess(kept, best)

    def keys(self) -> frozenset[str]:
        """Every key a message may be compared with (for tools/everyday_words.py)."""
        return frozenset(self._short) | frozenset(self._exact)

    def vocabulary(self) -> frozenset[str]:
        """Every word of every name."""
        return frozenset(word for name in self._exact.values() for word in name.words)


def _same_shape(words: Sequence[str], name: Name) -> bool:
    """A name cut in two is no typo besides: « la loi évin » is not Liévin, but « li vin » is."""
    typed = [word for word in words if word not in ARTICLES]
    known = [word for word in name.words if word not in ARTICLES]
    return len(typed) <= len(known) or len(typed[0]) == 2


def _abbreviations(words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """« Bruay la B », « Hénin Bt », « Bruay la Buis », « Condé Escaut »: names cut short."""
    *before, last = words
    if before and before[0] not in ARTICLES and len(last) >= 4:
        for short in (last[0], last[0] + last[-1], last[:3], last[:4]):
            yield (*before, short)
        yield tuple(word for word in words if word not in CONNECTORS or word in _SAINTS)


def _starts(
    names: Iterable[tuple[str, ...]],
    official: Mapping[tuple[str, ...], set[str]],
    other: Mapping[tuple[str, ...], list[Alias]],
    everyday: EverydayWords,
) -> dict[tuple[str, ...], set[str]]:
    """First words of longer names → communes.

    (saint, martin) and (fontaine,), but neither (saint,) nor the (neuf,) of Neuf-Berquin.
    """
    starts: dict[tuple[str, ...], set[str]] = defaultdict(set)
    nouns: set[tuple[str, ...]] = set()
    for words in names:
        codes = official.get(words) or {alias.code_insee for alias in other[words]}
        for length in range(1, len(words)):
            start = words[:length]
            if start[-1] in CONNECTORS:
                continue
            starts[start] |= codes
            if start[0] in ARTICLES:
                starts[start[1:]] |= codes
            if words[length] in CONNECTORS:
                nouns.add(start)
    return {
        start: codes
        for start, codes in starts.items()
        if len(start) > 1 or start in nouns or not everyday.cover(start)
    }
