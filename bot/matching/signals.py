"""What is compared between a question and an entry; each signal is one number.

All come from the question's reading and the entry's phrasings and answer; « nearest » is the
maximum over the entry's phrasings. Ranges are the usual ones; fusion.py weighs them.
"""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from bot.matching.index import Floats, Ints

#: Names shown to editors by `explain`, in the order of the columns.
NAMES = (
    "distinction",  # linear classifier on words, characters and meaning; about 0 to 1
    "distinction-rang",  # the same as standard deviations above the other entries; about -2 to 12
    "mots",  # nearest phrasing by weighted stems; cosine, 0 to 1
    "lettres",  # nearest phrasing by runs of characters; cosine, 0 to 1
    "sons",  # nearest phrasing by phonetic keys; cosine, 0 to 1
    "jetons",  # nearest phrasing by rapidfuzz's token_set_ratio, among the best; 0 to 1
    "sens",  # nearest phrasing by sentence embedding; cosine, -1 to 1, 0 without an encoder
    "sens-moyen",  # mean cosine of the three nearest phrasings
    "reponse",  # the answer's own words against the question's; cosine, 0 to 1
    "couverture",  # share of the question's words that the entry has anywhere, by IDF; 0 to 1
    "lieu",  # the share of the named place's words that the entry has; 0.5 where none is named
    "reponse-sens",  # the answer's embedding against the question's; cosine
)


def standardised(scores: Floats) -> Floats:
    """Scores as standard deviations above their mean: comparable from one base to another."""
    spread: Floats = (scores - scores.mean()) / (scores.std() + np.float32(1e-6))
    return spread


def nearest(similarities: Floats, starts: Ints) -> Floats:
    """Maximum over each entry's phrasings, which are contiguous and begin at `starts`."""
    return np.maximum.reduceat(similarities, starts)


def mean_of_nearest(similarities: Floats, starts: Ints, count: int = 3) -> Floats:
    """Mean of the `count` highest similarities of each entry, or of all where it has fewer."""
    best = [np.sort(one)[-count:] for one in np.split(similarities, starts[1:])]
    return np.array([one.sum() / len(one) for one in best], dtype=np.float32)


def token_sets(question: str, phrasings: Sequence[str]) -> Floats:
    """Rapidfuzz's token_set_ratio of the question with each phrasing, 0 to 1.

    Forgives word order and extra words; alone it would give 1 for one shared word.
    """
    found = process.cdist([question], phrasings, scorer=fuzz.token_set_ratio, dtype=np.float64)
    ratios: Floats = (found[0] / 100).astype(np.float32)
    return ratios
