"""A base laid out for search: arrays and lists of strings, built once and never changed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from bot.language.words import stem
from bot.matching.classifier import Hashing, LeftOut, learn
from bot.matching.encoder import Encoder
from bot.matching.reading import Reader, Reading, runs
from bot.matching.rows import Floats, Ints, Rows, Vocabulary


@dataclass(frozen=True, slots=True)
class EntryTexts:
    """What is read of an entry; the first phrasing is the canonical question."""

    phrasings: tuple[str, ...]
    answer: str = ""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Index:
    """Phrasings by group: one group an entry, then one of the messages to refuse, if any.

    A text is the set of its traits (runs of letters, stems), each weighted by its rarity: sets,
    since a question hardly ever says a thing twice.
    """

    entries: tuple[str, ...]
    phrasings: tuple[str, ...]
    starts: NDArray[np.int32]  # (groups + 1,): where each group's phrasings begin
    reader: Reader
    encoder: Encoder
    traits: Vocabulary
    rarity: Floats  # (traits,): inverse document frequency
    hashing: Hashing
    texts: Rows  # the traits of each phrasing
    lengths: Floats  # (phrasings,): of its vector of traits
    meanings: Floats  # (phrasings, encoder.size)
    terms: Vocabulary
    tells: Floats  # (terms,): how much each tells one group from the others
    holders: Rows  # the groups that have each term, in a phrasing or in the answer
    classifier: Floats  # (HASHED + encoder.size, groups)
    very_words: Mapping[str, int]  # {a phrasing's stemmed words: the one group that has them}

    @property
    def groups(self) -> int:
        """How many groups of phrasings."""
        return len(self.starts) - 1

    def identical(self, reading: Reading) -> str | None:
        """The entry that alone has these very words as a phrasing, blind to a plural."""
        number = self.very_words.get(stemmed(reading), len(self.entries))
        return self.entries[number] if number < len(self.entries) else None

    def vector(self, reading: Reading) -> tuple[Ints, Floats]:
        """A question's known traits and their weights; the norm of all is 1."""
        known, unknown = self.traits.numbers(traits_of(reading))
        weights = self.rarity[known]
        rarest = math.log(1 + len(self.phrasings)) + 1
        norm = math.sqrt(max(float(weights @ weights) + unknown * rarest**2, rarest))
        return known, weights / np.float32(norm)

    def scores(self, traits: Ints, weights: Floats, meaning: Floats) -> Floats:
        """The classifier's for a question, (groups,)."""
        hashed = self.hashing.dense(np.zeros_like(traits), traits, weights, 1)[0]
        features = np.append(hashed, meaning)
        used = np.flatnonzero(features)
        found: Floats = features[used] @ self.classifier[used]
        return found


def build(
    entries: Mapping[str, EntryTexts],
    unrelated: Sequence[str],
    encoder: Encoder,
    synonyms: Sequence[Sequence[str]] = (),
    shorthand: Mapping[str, str] | None = None,
    every: int = 1,
    meanings: Mapping[str, Floats] = MappingProxyType({}),
) -> tuple[Index, LeftOut]:
    """The index of the entries, and one in `every` phrasings left out, to fit and calibrate.

    `unrelated` are messages that no entry answers, `meanings` those already known of phrasings.
    """
    keys = tuple(sorted(entries))
    groups = [sorted(set(entries[key].phrasings)) for key in keys]
    groups += [sorted(set(unrelated))] if unrelated else []
    phrasings = tuple(phrasing for group in groups for phrasing in group)
    sizes = [len(group) for group in groups]
    starts = np.cumsum([0, *sizes]).astype(np.int32)
    owners = np.repeat(np.arange(len(groups)), sizes)
    answers = [entries[key].answer for key in keys]
    questions = [entries[key].phrasings[0] for key in keys]
    reader = Reader.of([*questions, *answers], phrasings, synonyms, shorthand)
    readings = [reader.read(phrasing) for phrasing in phrasings]
    of_answers = [reader.read(answer) for answer in answers]

    groups_of_traits = {group for reading in readings for group in traits_of(reading)}
    traits = Vocabulary(trait for group in groups_of_traits for trait in group)
    texts = Rows.of([traits.numbers(traits_of(reading))[0] for reading in readings], len(traits))
    rarity = rarity_of(np.bincount(texts.members, minlength=len(traits)), len(phrasings))
    lengths = np.sqrt(np.maximum(texts.sums(np.square(rarity)), 1e-6))
    hashing = Hashing.of(traits.terms)
    new = [phrasing for phrasing in phrasings if phrasing not in meanings]
    meanings = {**meanings, **dict(zip(new, encoder.encode(new), strict=True))}
    encoded = np.array([meanings[phrasing] for phrasing in phrasings], dtype=np.float32)

    terms = Vocabulary({term for reading in (*readings, *of_answers) for term in reading.terms})
    holders = Rows.of(
        [terms.numbers([reading.terms])[0] for reading in (*readings, *of_answers)],
        len(terms),
        np.append(owners, np.arange(len(answers))),
    ).turned()

    def features(start: int, stop: int) -> Floats:
        held = texts.members[texts.starts[start] : texts.starts[stop]].astype(np.int64)
        rows = np.repeat(np.arange(stop - start), np.diff(texts.starts[start : stop + 1]))
        weights: Floats = (rarity[held] / lengths[start:stop][rows]).astype(np.float32)
        hashed = hashing.dense(rows, held, weights, stop - start)
        return np.concatenate([hashed, encoded[start:stop]], axis=1)

    classifier, left_out = learn(features, owners, len(groups), np.arange(0, len(phrasings), every))
    found = Index(
        keys, phrasings, starts, reader, encoder, traits, rarity, hashing, texts, lengths,
        encoded, terms, tells_of(np.diff(holders.starts), len(groups)), holders, classifier,
        sole_owners(map(stemmed, readings), owners),
    )  # fmt: skip
    return found, left_out


def tells_of(holders: NDArray[np.integer], groups: int) -> Floats:
    """How much a term tells one group from the others, by the number of groups that hold it."""
    found: Floats = np.log(1 + groups / np.maximum(holders, 1)).astype(np.float32)
    return found


def sole_weight(groups: int) -> float:
    """How much a term tells that one group alone holds, of so many."""
    return math.log(1 + groups)


def rarity_of(texts: Ints, count: int) -> Floats:
    """Inverse document frequency, smoothed, by the number of texts that have a trait, of `count`.

    Manning et al., « Introduction to Information Retrieval », 2008, § 6.2.
    """
    found: Floats = (np.log((1 + count) / (1 + texts)) + 1).astype(np.float32)
    return found


def traits_of(reading: Reading) -> Iterable[tuple[str, ...]]:
    """In groups: all the stems, then the runs of letters of each word."""
    return (tuple(f"={term}" for term in reading.terms), *map(runs, reading.words))


def stemmed(reading: Reading) -> str:
    """The very words, blind to a plural."""
    return " ".join(map(stem, reading.words))


def sole_owners(texts: Iterable[str], owners: Ints) -> dict[str, int]:
    """The group of each text that belongs to one group only."""
    found: dict[str, set[int]] = {}
    for text, owner in zip(texts, owners.tolist(), strict=True):
        found.setdefault(text, set()).add(owner)
    return {text: numbers.pop() for text, numbers in found.items() if len(numbers) == 1}
