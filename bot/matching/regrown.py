"""An index with some of its entries written anew, in a tenth of the time that building it takes.

What it knows of all other entries stays as it is, so that a new entry is found by its words as soon
as it is served. The index that is built meanwhile then takes its place.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from bot.matching.classifier import PENALTY, Hashing, told_apart, weight
from bot.matching.index import (
    EntryTexts,
    Index,
    rarity_of,
    sole_owners,
    stemmed,
    tells_of,
    traits_of,
)
from bot.matching.rows import Floats, Ints, Rows, Vocabulary

#: Phrasings of other entries from which a new one is told apart, shared out over all of them.
BESIDE = 2_500


def regrown(index: Index, entries: Mapping[str, EntryTexts]) -> Index:
    """The index of these entries: those whose phrasings changed, and new ones, are read."""
    bounds = index.starts.tolist()
    groups = dict(zip(index.entries, pairwise(bounds), strict=False))
    wanted = {key: tuple(sorted(set(one.phrasings))) for key, one in entries.items()}
    keep = [
        key for key, (at, to) in groups.items() if wanted.get(key) == index.phrasings[at:to]
    ]  # fmt: skip
    new = [key for key in wanted if key not in keep]
    if not new and len(keep) == len(groups):
        return index
    keys = (*keep, *new)
    own = len(index.entries)
    beside = index.groups > own  # the messages to refuse, which come last

    # Where each group and phrasing goes.
    place = np.full(index.groups, -1)
    place[[number for number, key in enumerate(index.entries) if key in keep]] = range(len(keep))
    if beside:
        place[own] = len(keys)
    stays = place[np.repeat(np.arange(index.groups), np.diff(index.starts))]
    phrasings = [phrasing for key in new for phrasing in wanted[key]]
    first = int(((stays >= 0) & (stays < len(keep))).sum())
    rows = np.full(len(stays), -1)
    rows[stays >= 0] = np.arange((stays >= 0).sum())
    rows[stays == len(keys)] += len(phrasings)
    told = np.repeat(np.arange(len(keep), len(keys)), [len(wanted[key]) for key in new])
    kept = np.flatnonzero(stays >= 0)
    entry_rows, refused = kept[:first], kept[first:]

    answers = [entries[key].answer for key in new]
    questions = [entries[key].phrasings[0] for key in new]
    reader = index.reader.also([*questions, *answers], phrasings)
    readings = [reader.read(phrasing) for phrasing in phrasings]
    of_answers = [reader.read(answer) for answer in answers]

    traits = index.traits.more(
        trait for reading in readings for group in traits_of(reading) for trait in group
    )
    texts = index.texts.renumbered(
        rows,
        np.arange(len(index.traits)),
        max(len(traits), 1),
        Rows.of(
            [traits.numbers(traits_of(reading))[0] for reading in readings],
            len(traits),
            np.arange(first, first + len(phrasings)),
        ),
    )
    every = [*(index.phrasings[row] for row in entry_rows), *phrasings]
    every += [index.phrasings[row] for row in refused]
    rarity = rarity_of(np.bincount(texts.members, minlength=len(traits)), len(every))
    lengths = np.sqrt(np.maximum(texts.sums(np.square(rarity)), 1e-6))
    added = Hashing.of(traits.terms[len(index.traits) :])
    hashing = Hashing(
        np.concatenate([index.hashing.places, added.places]),
        np.concatenate([index.hashing.signs, added.signs]),
    )
    encoded = index.encoder.encode(phrasings).reshape(-1, index.meanings.shape[1])
    meanings = np.concatenate([index.meanings[entry_rows], encoded, index.meanings[refused]])

    total = len(keys) + beside
    terms = index.terms.more(term for one in (*readings, *of_answers) for term in one.terms)
    holders = index.holders.renumbered(
        np.arange(len(index.terms)),
        place,
        max(total, 1),
        Rows.of(
            [terms.numbers([one.terms])[0] for one in (*readings, *of_answers)],
            len(terms),
            np.append(told, np.arange(len(keep), len(keys))),
        ).turned(),
    )
    if not np.diff(holders.starts).all():  # words that only what is gone had
        old, terms = (
            terms,
            Vocabulary(
                term
                for term, held in zip(terms.terms, np.diff(holders.starts).tolist(), strict=True)
                if held
            ),
        )
        number = {term: at for at, term in enumerate(terms.terms)}
        moved = np.array([number.get(term, -1) for term in old.terms])
        nothing = Rows.of([], holders.size)
        holders = holders.renumbered(moved, np.arange(holders.size), holders.size, nothing)
    owners = np.concatenate([stays[entry_rows], told, stays[refused]])
    starts = np.searchsorted(owners, np.arange(total + 1)).astype(np.int32)
    made = Index(
        keys, tuple(every), starts, reader, index.encoder, traits, rarity, hashing, texts, lengths,
        meanings, terms, tells_of(np.diff(holders.starts), total), holders,
        np.zeros((index.classifier.shape[0], total), dtype=np.float32),
        _very_words(index, place, sole_owners(map(stemmed, readings), told)),
    )  # fmt: skip
    made.classifier[:, place[place >= 0]] = index.classifier[:, place >= 0]
    made.classifier[:, len(keep) : len(keys)] = _told_apart(made, owners, len(keep), len(keys))
    return made


def _very_words(index: Index, place: Ints, more: Mapping[str, int]) -> dict[str, int]:
    """The one group of each text, unless another has it from now on."""
    stay = {text: int(place[one]) for text, one in index.very_words.items() if place[one] >= 0}
    shared = stay.keys() & more.keys()
    return {text: one for text, one in (stay | dict(more)).items() if text not in shared}


def _told_apart(index: Index, owners: Ints, first: int, last: int) -> Floats:
    """The classifier's weights of these groups, as `learn` finds them, (d, groups).

    From a part of the other phrasings, each of which stands for several.
    """
    if first == last:
        return np.zeros((index.classifier.shape[0], 0), dtype=np.float32)
    mine = (owners >= first) & (owners < last)
    others = np.flatnonzero(~mine)
    step = -(-len(others) // BESIDE) or 1
    ours, beside = _features(index, np.flatnonzero(mine)), _features(index, others[::step])
    gram = PENALTY * np.eye(ours.shape[1], dtype=np.float32)
    gram += ours.T @ ours + np.float32(step) * (beside.T @ beside)
    whole = ours.sum(axis=0) + np.float32(step) * beside.sum(axis=0)
    inverse = np.linalg.inv(gram)
    made = []
    for group in range(first, last):
        own = ours[owners[mine] == group]
        made.append(told_apart(inverse, whole, own, weight(len(own), len(owners)), own[:0])[0])
    return np.stack(made, axis=1).astype(np.float32)


def _features(index: Index, rows: Ints) -> Floats:
    """Of these phrasings, (rows, d)."""
    spans = zip(
        index.texts.starts[rows].tolist(), index.texts.starts[rows + 1].tolist(), strict=True
    )
    held = np.concatenate(
        [index.texts.members[at:to] for at, to in spans] + [np.empty(0, dtype=np.int64)]
    ).astype(np.int64)
    at = np.repeat(np.arange(len(rows)), np.diff(index.texts.starts)[rows])
    weights: Floats = (index.rarity[held] / index.lengths[rows][at]).astype(np.float32)
    hashed = index.hashing.dense(at, held, weights, len(rows))
    return np.concatenate([hashed, index.meanings[rows]], axis=1)
