"""A matcher with some of its entries written anew, in a tenth of the time that building it takes.

What it knows of all other entries stays as it is, so that a new entry is found by its words as soon
as it is served. The matcher that is built meanwhile then takes its place.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from bot.learning.building import held_by, rarity_of, sole_owners, tells_of
from bot.learning.corpus import Corpus, EntryTexts
from bot.learning.least_squares import PENALTY, told_apart, weight
from bot.matching.index import Index, bounds_of, stemmed, traits_of
from bot.matching.matcher import Matcher
from bot.matching.vocabulary import HASHED, Floats, Hashing, Ints

#: Phrasings of other entries from which a new one is told apart, shared out over all of them.
BESIDE = 2_500


def regrown(matcher: Matcher, corpus: Corpus) -> Matcher:
    """Of a corpus much like its own, at once: with its new entries, and those that changed."""
    index = _regrown(matcher.index, corpus.entries)
    return matcher if index is matcher.index else Matcher(index, matcher.model, matcher.scale)


def reads(matcher: Matcher, corpus: Corpus) -> bool:
    """Whether it reads words, and refuses messages, as this corpus wants it to."""
    index = matcher.index
    known = tuple(
        one
        for bounds in index.bounds[len(index.entries) :]
        for one in index.phrasings[slice(*bounds)]
    )
    same = known == tuple(sorted(set(corpus.unrelated)))
    return same and index.reader.reads_with(corpus.synonyms, corpus.shorthand)


def _regrown(index: Index, entries: Mapping[str, EntryTexts]) -> Index:
    """The index of these entries: those whose phrasings changed, and new ones, are read."""
    wanted = {key: tuple(sorted(set(one.phrasings))) for key, one in entries.items()}
    known = [index.phrasings[slice(*bounds)] for bounds in index.bounds]
    stay = [at for at, key in enumerate(index.entries) if wanted.get(key) == known[at]]
    kept = [index.entries[at] for at in stay]
    new = [key for key in wanted if key not in kept]
    if not new and len(stay) == len(index.entries):
        return index
    # The entries that stay, those that are new, the messages to refuse.
    first, last = len(stay), len(stay) + len(new)
    groups = [*stay, *range(len(index.entries), index.groups)]
    places = [*range(first), *range(last, len(groups) + len(new))]  # of these groups, from now on
    texts = [known[at] for at in groups]
    texts[first:first] = [wanted[key] for key in new]
    phrasings = tuple(phrasing for group in texts for phrasing in group)
    added = [phrasing for key in new for phrasing in wanted[key]]
    owners = np.repeat(np.arange(first, last), [len(wanted[key]) for key in new])

    answers = [entries[key].answer for key in new]
    reader = index.reader.also([*(entries[key].phrasings[0] for key in new), *answers], added)
    readings = [reader.read(phrasing) for phrasing in added]
    of_answers = [reader.read(answer) for answer in answers]
    traits = index.traits.more(trait for one in readings for trait in traits_of(one))
    numbers = [traits.numbers(traits_of(one))[0] for one in readings]
    seen = np.bincount(np.concatenate([*numbers, np.zeros(0, int)]), minlength=len(traits))
    rarity = np.append(index.rarity, rarity_of(seen, len(phrasings))[len(index.traits) :])
    terms = index.terms.more(term for one in (*readings, *of_answers) for term in one.terms)
    held = np.zeros((len(terms), len(texts)), dtype=np.uint8)
    held[: len(index.terms), places] = index.held[:, groups]
    held[:, first:last] = held_by(terms, readings, owners - first, of_answers, len(new))
    meanings = [index.meanings[slice(*index.bounds[at])] for at in groups]
    meanings[first:first] = [index.encoder.encode(added)]
    classifier = np.zeros((HASHED + index.encoder.size, len(texts)), dtype=np.float32)
    classifier[:, places] = index.classifier[:, groups]
    now = dict(zip(groups, places, strict=True))
    very_words = {text: now[at] for text, at in index.very_words.items() if at in now}
    made = Index(
        (*kept, *new), phrasings, bounds_of(list(map(len, texts))), reader, index.encoder,
        traits, rarity, Hashing.of(traits.terms), np.concatenate(meanings),
        terms, held, tells_of(held), _sole(very_words, sole_owners(map(stemmed, readings), owners)),
        classifier,
    )  # fmt: skip
    if new:
        classifier[:, first:last] = _told_apart(made, numbers, first, last)
    return made


def _sole(texts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """The one group of each text, unless another has it too."""
    shared = texts.keys() & more.keys()
    return {text: one for text, one in {**texts, **more}.items() if text not in shared}


def _told_apart(index: Index, numbers: Sequence[Ints], first: int, last: int) -> Floats:
    """The classifier's weights of these groups, as `learn` finds them, (d, groups).

    From a part of the other phrasings, each of which stands for several. `numbers` are the traits
    of those of these groups.
    """
    start, stop = index.bounds[first][0], index.bounds[last - 1][1]
    ours = index.features(numbers, index.meanings[start:stop])
    others = np.delete(np.arange(len(index.phrasings)), slice(start, stop))
    step = -(-len(others) // BESIDE) or 1
    rows = others[::step]
    read = [index.reader.read(index.phrasings[row]) for row in rows.tolist()]
    beside = index.features(
        [index.traits.numbers(traits_of(one))[0] for one in read], index.meanings[rows]
    )
    gram = PENALTY * np.eye(ours.shape[1], dtype=np.float32)
    gram += ours.T @ ours + np.float32(step) * (beside.T @ beside)
    whole = ours.sum(axis=0) + np.float32(step) * beside.sum(axis=0)
    inverse = np.linalg.inv(gram)
    made = []
    for at, to in index.bounds[first:last]:
        own = ours[at - start : to - start]
        much = weight(len(own), len(index.phrasings))
        made.append(told_apart(inverse, whole, own, much, own[:0])[0])
    return np.stack(made, axis=1)
