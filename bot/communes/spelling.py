"""Keys under which the spellings of one place name meet."""

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from rapidfuzz.distance import OSA

from bot.language.phonetics import word_sound
from bot.language.words import normalise


def word_set(words: str) -> frozenset[str]:
    """Words typed between spaces, as a set."""
    return frozenset(words.split())


_SAME = MappingProxyType(
    {"st": "saint", "ste": "sainte", "lez": "les", "vx": "vieux", "ss": "sous"}
)
#: Words that people leave out of a name or add to it (« les » is also the « lez » of « lez Lens »).
ARTICLES = frozenset({"le", "la", "les", "l", "d"})
#: Words that tie the parts of a name together.
CONNECTORS = frozenset(
    ARTICLES | {"de", "du", "des", "en", "sur", "sous", "au", "aux", "a", "et", "saint", "sainte"}
)


def canonical(word: str) -> str:
    """« st » → "saint", « lez » → "les": the same word however shortened."""
    return _SAME.get(word, word)


def name_words(name: str) -> tuple[str, ...]:
    """Canonical words of a place name: « St-Pol-sur-Mer » → (saint, pol, sur, mer)."""
    return tuple(canonical(word) for word in normalise(name).split())


def full_key(words: Sequence[str]) -> str:
    """Words joined, so that « le warde » and « Lewarde » meet."""
    return "".join(words)


def short_key(words: Sequence[str]) -> str:
    """Words joined without the articles: « La Couture » and « Couture » meet."""
    return "".join(word for word in words if word not in ARTICLES)


def sound(words: Sequence[str]) -> str:
    """Phonetic key: « pekencourt » and « Pecquencourt » → "pek2kUr"; articles are silent."""
    return "".join(word_sound(word) for word in words if word not in ARTICLES)


def beginnings(keys: Iterable[str]) -> frozenset[str]:
    """Every beginning of the keys: joined words that are none of these begin no key."""
    return frozenset(key[:length] for key in keys for length in range(1, len(key) + 1))


def by_start(keys: Iterable[str]) -> dict[str, list[str]]:
    """The keys that `typo_distance` may find near a word, by the first letter of that word."""
    found: dict[str, list[str]] = {}
    for key in keys:
        for letter in dict.fromkeys(key[:2]):
            found.setdefault(letter, []).append(key)
    return found


def typo_distance(typed: str, key: str) -> int | None:
    """Damerau-Levenshtein distance (OSA), None when too far to be a typo of that name.

    One error from five letters, two from nine. The first letter may be missing or swapped with the
    second, never replaced: « Cannes » is not Dannes, « ville » is not Lille.
    """
    if len(key) < 5 or len(typed) < 4:
        return None
    most = 2 if min(len(key), len(typed)) >= 9 else 1
    distance = OSA.distance(typed, key, score_cutoff=most)
    if distance > most:
        return None
    same_start = typed[0] == key[0] or typed == key[1:] or typed[:2] == key[1::-1]
    return distance if same_start else None


def heard_distance(typed: str, key: str, heard: str) -> float | None:
    """How far apart two keys of equal sound are written: 1 near, 1.5 farther, None too far.

    « lence » is Lens, but « lote » is not Loos: the shorter, the less a sound says.
    """
    distance = OSA.distance(typed, key)
    most = (max(2, len(key) // 2) if len(heard) >= 3 else 2) if len(typed) >= 5 else 1
    if distance > most or len(key) < 4 or len(heard) < 2:
        return None
    near = distance <= max(2, len(key) // 3) and len(key) >= 5 and len(heard) >= 4
    return 1 if near else 1.5
