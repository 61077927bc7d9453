"""The one thing the assistant asks of matching: candidates with their probabilities."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.matching.calibration import SAMPLE, calibrate, usual
from bot.matching.classifier import Hashing
from bot.matching.decision import Ranking
from bot.matching.encoder import Encoder
from bot.matching.index import EntryTexts, Index, build
from bot.matching.model import Model, Scale, rank
from bot.matching.reading import Reader, Reading
from bot.matching.rows import Floats, Rows, Vocabulary
from bot.matching.signals import compare, coverage

#: What a matcher is made of, ready to be kept in a file.
Arrays = Mapping[str, NDArray[Any]]
#: The fields of an Index that are arrays, and those that are made of several.
_PLAIN = ("starts", "rarity", "lengths", "meanings", "tells", "classifier")
_TABLES: Mapping[str, type[Any]] = MappingProxyType(
    {"hashing": Hashing, "texts": Rows, "holders": Rows}
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """All the texts that a matcher is built from.

    `unrelated` are messages that no entry answers; `off_topic` too, kept apart to calibrate with,
    as `tests` are: questions, each with the entry that answers it.
    """

    entries: Mapping[str, EntryTexts]
    synonyms: Sequence[Sequence[str]] = ()
    unrelated: Sequence[str] = ()
    off_topic: Sequence[str] = ()
    shorthand: Mapping[str, str] | None = None
    tests: Sequence[tuple[str, str]] = ()

    @property
    def phrasings(self) -> frozenset[str]:
        """All that is known to be asked, of the entries or of nothing."""
        own = (phrasing for one in self.entries.values() for phrasing in one.phrasings)
        return frozenset((*own, *self.unrelated))

    def dump(self) -> str:
        """As JSON: the same corpus gives the same text."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> "Corpus":
        """From `dump`."""
        made = json.loads(text)
        entries = {
            key: EntryTexts(tuple(one["phrasings"]), one["answer"])
            for key, one in made.pop("entries").items()
        }
        return cls(entries, **made)


class Matcher:
    """Ranks the entries of one base; immutable once built. Building takes seconds."""

    def __init__(self, index: Index, model: Model, scale: Scale) -> None:
        self._index, self._model, self._scale = index, model, scale

    @classmethod
    def build(cls, corpus: Corpus, encoder: Encoder, model: Model) -> "Matcher":
        """From a corpus: seconds of work."""
        *_, made = cls.stages(corpus, encoder, model)
        return made

    @classmethod
    def stages(
        cls,
        corpus: Corpus,
        encoder: Encoder,
        model: Model,
        meanings: Mapping[str, Floats] = MappingProxyType({}),
    ) -> Iterator["Matcher"]:
        """The matcher with the usual scale, then with that of its base: as long to make.

        `meanings` are those already known of phrasings.
        """
        count = sum(len(one.phrasings) for one in corpus.entries.values()) + len(corpus.unrelated)
        index, left_out = build(
            corpus.entries,
            corpus.unrelated,
            encoder,
            corpus.synonyms,
            corpus.shorthand,
            every=-(-count // SAMPLE),
            meanings=meanings,
        )
        yield cls(index, model, usual(model, len(corpus.entries)))
        scale = calibrate(model, index, left_out, corpus.off_topic, corpus.tests)
        yield cls(index, model, scale)

    @property
    def entries(self) -> tuple[str, ...]:
        """The ids of what it ranks."""
        return self._index.entries

    @property
    def meanings(self) -> Mapping[str, Floats]:
        """The meaning of each phrasing."""
        return dict(zip(self._index.phrasings, self._index.meanings, strict=True))

    @property
    def scale(self) -> Scale:
        """How sure it is."""
        return self._scale

    def scaled(self, scale: Scale) -> "Matcher":
        """The same, as sure as this."""
        return Matcher(self._index, self._model, scale)

    def arrays(self) -> Arrays:
        """All that the corpus, the encoder and the model do not say; strings are bytes."""
        index = self._index
        made: dict[str, NDArray[Any]] = {
            "scale": np.array([self._scale.slope, self._scale.none]),
            "known": _packed(index.reader.known),
            "known.counts": np.array(list(index.reader.known.values()), dtype=np.int32),
            "known.sounds": _packed(index.reader.sounds),
            "very_words": _packed(index.very_words),
            "very_words.owners": np.array(list(index.very_words.values()), dtype=np.int32),
        }
        for name in _PLAIN:
            made[name] = getattr(index, name)
        for name in ("entries", "phrasings"):
            made[name] = _packed(getattr(index, name))
        for name in ("traits", "terms"):
            made[name] = _packed(getattr(index, name).terms)
        for name, kind in _TABLES.items():
            for part in fields(kind):
                made[f"{name}.{part.name}"] = np.asarray(getattr(getattr(index, name), part.name))
        return made

    @classmethod
    def load(cls, arrays: Arrays, corpus: Corpus, encoder: Encoder, model: Model) -> "Matcher":
        """From `arrays` of the same corpus. KeyError, ValueError, TypeError where they are not."""
        known = dict(zip(_unpacked(arrays["known"]), arrays["known.counts"].tolist(), strict=True))
        sounds = _unpacked(arrays["known.sounds"])
        very_words = zip(
            _unpacked(arrays["very_words"]), arrays["very_words.owners"].tolist(), strict=True
        )

        def part(name: str) -> Any:
            return arrays[name] if arrays[name].ndim else arrays[name].item()

        tables: dict[str, Any] = {
            name: kind(**{one.name: part(f"{name}.{one.name}") for one in fields(kind)})
            for name, kind in _TABLES.items()
        }
        tables |= {name: arrays[name] for name in _PLAIN}
        index = Index(
            entries=_unpacked(arrays["entries"]),
            phrasings=_unpacked(arrays["phrasings"]),
            reader=Reader(known, sounds, corpus.synonyms, corpus.shorthand),
            encoder=encoder,
            traits=Vocabulary(_unpacked(arrays["traits"])),
            terms=Vocabulary(_unpacked(arrays["terms"])),
            very_words=dict(very_words),
            **tables,
        )
        slope, none = arrays["scale"].tolist()
        return cls(index, model, Scale(slope, none))

    def rank(self, question: str, place: str = "") -> Ranking:
        """The likely entries, best first, each with the probability that it is right.

        `place` are the words of the question that name a commune or a cité, if any do.
        """
        return rank(compare(self._index, question, place), self._model, self._scale)

    def identical(self, question: str) -> str | None:
        """The entry that alone has the question's very words as a phrasing, if one has."""
        return self._index.identical(self.read(question))

    def knows(self, term: str) -> bool:
        """Whether an entry of the base has this stem anywhere."""
        return coverage(self._index, (term,))[1] > 0

    def repair(self, word: str) -> str:
        """A folded word as the base spells it, where it is a likely slip of one of its words."""
        return self._index.reader.repair(word)

    def forget(self) -> None:
        """Nothing read is remembered: for a measure of questions never seen."""
        self._index.reader.read.cache_clear()
        self._index.reader.repair.cache_clear()

    def read(self, question: str) -> Reading:
        """How the question is read, for `explain`."""
        return self._index.reader.read(question)


def _packed(texts: Sequence[str] | Mapping[str, int]) -> NDArray[np.uint8]:
    return np.frombuffer("\0".join(texts).encode(), dtype=np.uint8)


def _unpacked(packed: NDArray[Any]) -> tuple[str, ...]:
    text = packed.tobytes().decode()
    return tuple(text.split("\0")) if text else ()
