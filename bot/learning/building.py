"""From a corpus to a matcher: everything that is read, laid out and learnt once for a base."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from bot.language.encoder import Encoder
from bot.language.reading import Reader, Reading
from bot.learning.calibration import SAMPLE, calibrate
from bot.learning.corpus import Corpus, EntryTexts
from bot.learning.least_squares import LeftOut, learn
from bot.matching.index import Index, bounds_of, stemmed, traits_of
from bot.matching.matcher import Matcher
from bot.matching.model import Model
from bot.matching.vocabulary import Floats, Hashing, Ints, Vocabulary


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
    answers = [entries[key].answer for key in keys]
    questions = [entries[key].phrasings[0] for key in keys]
    reader = Reader.of([*questions, *answers], phrasings, synonyms, shorthand)
    readings = [reader.read(phrasing) for phrasing in phrasings]
    of_answers = [reader.read(answer) for answer in answers]

    sizes = list(map(len, groups))
    owners = np.repeat(np.arange(len(groups)), sizes)
    traits = Vocabulary().more(trait for one in readings for trait in traits_of(one))
    numbers = [traits.numbers(traits_of(one))[0] for one in readings]
    seen = np.bincount(np.concatenate(numbers), minlength=len(traits))
    terms = Vocabulary().more(term for one in (*readings, *of_answers) for term in one.terms)
    held = held_by(terms, readings, owners, of_answers, len(groups))
    new = [phrasing for phrasing in phrasings if phrasing not in meanings]
    meanings = {**meanings, **dict(zip(new, encoder.encode(new), strict=True))}
    made = Index(
        keys, phrasings, bounds_of(sizes), reader, encoder,
        traits, rarity_of(seen, len(phrasings)), Hashing.of(traits.terms),
        np.array([meanings[phrasing] for phrasing in phrasings]),
        terms, held, tells_of(held), sole_owners(map(stemmed, readings), owners),
        np.zeros((0, len(groups)), dtype=np.float32),
    )  # fmt: skip

    def features(rows: slice) -> Floats:
        return made.features(numbers[rows], made.meanings[rows])

    rows = np.arange(0, len(phrasings), every)
    classifier, left_out = learn(features, owners, len(groups), rows)
    return replace(made, classifier=classifier), left_out


def held_by(
    terms: Vocabulary,
    readings: Sequence[Reading],
    owners: Ints,
    answers: Sequence[Reading],
    groups: int,
) -> NDArray[np.uint8]:
    """How many texts of each group have each term, (terms, groups); of answers, one a group."""
    found = np.zeros((len(terms), groups), dtype=np.uint8)
    every = (
        *zip(readings, owners.tolist(), strict=True),
        *zip(answers, range(groups), strict=False),
    )
    for reading, owner in every:
        numbers = terms.numbers(reading.terms)[0]
        found[numbers, owner] += found[numbers, owner] < 255
    return found


def tells_of(held: NDArray[np.uint8]) -> Floats:
    """How much each term tells one group from the others, by the number of groups that hold it."""
    holders = np.maximum(np.count_nonzero(held, axis=1), 1)
    found: Floats = np.log(1 + held.shape[1] / holders).astype(np.float32)
    return found


def rarity_of(texts: Ints, count: int) -> Floats:
    """Inverse document frequency, smoothed, by the number of texts that have a trait, of `count`.

    Manning et al., « Introduction to Information Retrieval », 2008, § 6.2.
    """
    found: Floats = (np.log((1 + count) / (1 + texts)) + 1).astype(np.float32)
    return found


def sole_owners(texts: Iterable[str], owners: Ints) -> dict[str, int]:
    """The group of each text that belongs to one group only."""
    found: dict[str, set[int]] = {}
    for text, owner in zip(texts, owners.tolist(), strict=True):
        found.setdefault(text, set()).add(owner)
    return {text: numbers.pop() for text, numbers in found.items() if len(numbers) == 1}


def matcher_of(
    corpus: Corpus,
    encoder: Encoder,
    model: Model,
    meanings: Mapping[str, Floats] = MappingProxyType({}),
) -> Matcher:
    """From a corpus: seconds of work. `meanings` are those already known of phrasings."""
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
    scale = calibrate(model, index, left_out, corpus.off_topic, corpus.tests)
    return Matcher(index, model, scale)
