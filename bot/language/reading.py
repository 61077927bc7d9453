"""How the engine reads a text: the same way for what editors wrote and for what residents ask."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from weakref import proxy

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.french import is_french
from bot.language.phonetics import word_sound
from bot.language.words import FUNCTION_WORDS, SMS, normalise, stem, without_wrapping

#: Letters that an elided word may leave glued to the next: « lagare », « dargent ».
_ELIDED = "ldjcnsmt"
#: Shortest word in which one edit, then two, is taken for a typo.
ONE_EDIT, TWO_EDITS = 5, 9
#: Letters of a word that one phrasing alone has, and that is a slip of no other, from which it is
#: rightly spelt too: « somnifères ».
SEEN_ONCE = 7


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as the signals see it."""

    words: tuple[str, ...]  # folded, SMS written out, spelling repaired, politeness left out
    terms: tuple[str, ...]  # stems of the words that carry the subject, and lexicon groups « =3 »
    repairs: tuple[tuple[str, str], ...] = ()  # (word as typed, as read)


@lru_cache(maxsize=1_024)
def runs(word: str) -> tuple[str, ...]:
    """Runs of two to four characters of a word, its edges marked by spaces."""
    padded = f" {word} "
    return tuple(
        padded[start : start + size]
        for size in (2, 3, 4)
        for start in range(len(padded) - size + 1)
    )


class Reader:
    """Reads texts with the vocabulary of one base.

    `known` are words rightly spelt with how often they come, and `sounds` how each sounds: other
    words are repaired towards them. `shorthand` writes words out that are the base's own, as SMS
    does everyone's.
    """

    def __init__(
        self,
        known: Mapping[str, int],
        sounds: Iterable[str],
        synonyms: Sequence[Sequence[str]] = (),
        shorthand: Mapping[str, str] | None = None,
    ) -> None:
        self.known = dict(known)
        self.sounds = tuple(sounds)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._by_end: dict[str, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word, sound in zip(self.known, self.sounds, strict=True):
            if len(word) >= ONE_EDIT - 1 and not word.isdigit():
                self._by_length[len(word)].append(word)
                for end in _ends(word):
                    self._by_end[end].append(word)
                self._by_sound[sound].append(word)
        self._shorthand = {**SMS, **(shorthand or {})}
        self._groups = _expressions(synonyms)
        self._longest = {
            first: max(len(key) for key in self._groups if key[0] == first)
            for first in {key[0] for key in self._groups}
        }
        # By proxy: a cache that held this reader would keep it from being freed with its base.
        me = proxy(self)
        self.repair = lru_cache(maxsize=4_096)(partial(Reader._repair, me))
        # One question is read several times over: as a whole, its parts, its place.
        self.read = lru_cache(maxsize=256)(partial(Reader._read, me))

    @classmethod
    def of(
        cls,
        trusted: Iterable[str],
        phrasings: Iterable[str],
        synonyms: Sequence[Sequence[str]] = (),
        shorthand: Mapping[str, str] | None = None,
    ) -> "Reader":
        """Rightly spelt: what `trusted` texts say, what two `phrasings` share, long words of one.

        Trusted are texts written with care: questions and answers.
        """
        careful = Counter(word for text in trusted for word in normalise(text).split())
        loose = Counter(word for text in phrasings for word in set(normalise(text).split()))
        counts = careful + Counter({word: n for word, n in loose.items() if n > 1})
        reader = cls(*_with_sounds(counts), synonyms, shorthand)
        for word, count in loose.items():
            long = len(word) >= SEEN_ONCE and reader.repair(word) == word
            if count == 1 and (long or is_french(word)):
                counts[word] = 1
        return cls(*_with_sounds(counts), synonyms, shorthand)

    def reads_with(
        self, synonyms: Sequence[Sequence[str]], shorthand: Mapping[str, str] | None
    ) -> bool:
        """Whether these are its own."""
        same = self._shorthand == {**SMS, **(shorthand or {})}
        return same and self._groups == _expressions(synonyms)

    def also(self, trusted: Iterable[str], phrasings: Iterable[str]) -> "Reader":
        """The same, which knows the words of these texts too, as `of` would."""
        words = {word for text in trusted for word in normalise(text).split()}
        for word in {word for text in phrasings for word in normalise(text).split()}:
            long = len(word) >= SEEN_ONCE and self.repair(word) == word
            if long or is_french(word):
                words.add(word)
        new = dict.fromkeys(sorted(words - self.known.keys()), 1)
        made = Reader({**self.known, **new}, (*self.sounds, *map(word_sound, new)))
        made._shorthand, made._groups = self._shorthand, self._groups
        made._longest = self._longest
        return made

    def _read(self, text: str) -> Reading:
        """The text as the signals see it."""
        words: list[str] = []
        repairs: list[tuple[str, str]] = []
        for typed in without_wrapping(normalise(text).split()):
            for word in self._shorthand.get(typed, typed).split():
                read = self.repair(word)
                if read != word:
                    repairs.append((word, read))
                words.append(read)
        subject = [
            stem(word)
            for word in words
            if word not in FUNCTION_WORDS and (len(word) > 1 or word.isdigit())
        ]
        return Reading(tuple(words), (*subject, *self._groups_in(words)), tuple(repairs))

    def _repair(self, word: str) -> str:
        if word in self.known or len(word) < ONE_EDIT - 1 or word.isdigit():
            return word
        if len(set(word)) == 1:
            return word  # « xxxxx » sounds like nothing, and so do « peut » and « idée »
        french = len(word) >= ONE_EDIT and is_french(word)
        if not french and word[0] in _ELIDED and len(word) > ONE_EDIT and word[1:] in self.known:
            return word[1:]
        if (other := word.removesuffix("s") if word[-1] == "s" else f"{word}s") in self.known:
            return other
        if french:
            return word
        if len(word) >= ONE_EDIT and (near := self._nearest(word, 1)):
            return near
        alike = [
            known
            for known in self._by_sound.get(word_sound(word), ())
            if known[0] == word[0] or len(word) >= ONE_EDIT
        ]
        if alike:
            return min(alike, key=lambda known: (-self.known[known], known))
        if len(word) >= TWO_EDITS and (near := self._nearest(word, 2)):
            return near
        return word

    def _nearest(self, word: str, edits: int) -> str | None:
        """The known word at most `edits` away: the nearest, then the most used."""
        if edits == 1:
            # One edit leaves one of the ends, two letters, as it was.
            pools = [self._by_end.get(end, ()) for end in _ends(word)]
        else:
            lengths = range(len(word) - edits, len(word) + edits + 1)
            pools = [self._by_length.get(length, ()) for length in lengths]
        found = [
            (distance, -self.known[known], known)
            for pool in pools
            for known, distance, _ in process.extract(
                word, pool, scorer=OSA.distance, score_cutoff=edits, limit=None
            )
        ]
        return min(found)[2] if found else None

    def _groups_in(self, words: Sequence[str]) -> Iterable[str]:
        """« =n » for each lexicon group that an expression of the words belongs to."""
        stemmed = [stem(word) for word in words]
        found: dict[str, None] = {}
        for start, first in enumerate(stemmed):
            for stop in range(start + self._longest.get(first, 0), start, -1):
                group = self._groups.get(tuple(stemmed[start:stop]))
                if group is not None:
                    found[f"={group}"] = None
                    break
        return found


def _with_sounds(counts: Mapping[str, int]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Words in alphabetical order with how often they come, and how each sounds."""
    known = {word: counts[word] for word in sorted(counts)}
    return known, tuple(map(word_sound, known))


def _ends(word: str) -> tuple[str, str]:
    return f"{word[:2]}-", f"-{word[-2:]}"


def _expressions(synonyms: Sequence[Sequence[str]]) -> dict[tuple[str, ...], int]:
    """{stems of an expression: number of its group}."""
    return {
        tuple(stem(word) for word in normalise(expression).split()): number
        for number, group in enumerate(synonyms)
        for expression in group
    }
