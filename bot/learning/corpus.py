"""All the texts that a matcher is built from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class EntryTexts:
    """What is read of an entry; the first phrasing is the canonical question."""

    phrasings: tuple[str, ...]
    answer: str = ""


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
