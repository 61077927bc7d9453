"""A matcher as arrays, to be kept in a file, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.encoder import Encoder
from bot.language.reading import Reader
from bot.learning.corpus import Corpus
from bot.matching.index import Index, bounds_of
from bot.matching.matcher import Matcher
from bot.matching.model import Model, Scale
from bot.matching.vocabulary import Hashing, Vocabulary

#: By name; strings are bytes.
Arrays = Mapping[str, NDArray[Any]]
#: The fields of an Index that are arrays.
_PLAIN = ("rarity", "meanings", "held", "tells", "classifier")


def pack(matcher: Matcher) -> Arrays:
    """All of a matcher that its corpus, the encoder and the model do not say."""
    index = matcher.index
    made: dict[str, NDArray[Any]] = {
        "scale": np.array([matcher.scale.slope, matcher.scale.none]),
        "known": _packed(index.reader.known),
        "places": index.hashing.places,
        "signs": index.hashing.signs,
        "known.counts": np.array(list(index.reader.known.values()), dtype=np.int32),
        "known.sounds": _packed(index.reader.sounds),
        "sizes": np.array([stop - start for start, stop in index.bounds], dtype=np.int32),
        "very_words": _packed(index.very_words),
        "very_words.owners": np.array(list(index.very_words.values()), dtype=np.int32),
    }
    for name in _PLAIN:
        made[name] = getattr(index, name)
    for name in ("entries", "phrasings"):
        made[name] = _packed(getattr(index, name))
    for name in ("traits", "terms"):
        made[name] = _packed(getattr(index, name).terms)
    return made


def unpack(arrays: Arrays, corpus: Corpus, encoder: Encoder, model: Model) -> Matcher:
    """From what `pack` made of the same corpus. KeyError, ValueError, TypeError where it is not."""
    known = dict(zip(_unpacked(arrays["known"]), arrays["known.counts"].tolist(), strict=True))
    very_words = zip(
        _unpacked(arrays["very_words"]), arrays["very_words.owners"].tolist(), strict=True
    )
    sounds = _unpacked(arrays["known.sounds"])
    index = Index(
        entries=_unpacked(arrays["entries"]),
        phrasings=_unpacked(arrays["phrasings"]),
        bounds=bounds_of(arrays["sizes"].tolist()),
        reader=Reader(known, sounds, corpus.synonyms, corpus.shorthand),
        encoder=encoder,
        traits=Vocabulary(_unpacked(arrays["traits"])),
        terms=Vocabulary(_unpacked(arrays["terms"])),
        very_words=dict(very_words),
        hashing=Hashing(arrays["places"], arrays["signs"]),
        **{name: arrays[name] for name in _PLAIN},
    )
    slope, none = arrays["scale"].tolist()
    return Matcher(index, model, Scale(slope, none))


def _packed(texts: Sequence[str] | Mapping[str, int]) -> NDArray[np.uint8]:
    return np.frombuffer("\0".join(texts).encode(), dtype=np.uint8)


def _unpacked(packed: NDArray[Any]) -> tuple[str, ...]:
    text = packed.tobytes().decode()
    return tuple(text.split("\0")) if text else ()
