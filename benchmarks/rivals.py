"""Other ways to find the entry: each gives a score to every phrasing, the best one ranks its entry.

Set up as their own documentation advises: rapidfuzz compares in bulk on texts prepared once, BM25
and TF-IDF are given stems. None refuses by itself: their best score stands for their confidence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bm25s
import numpy as np
from rapidfuzz import fuzz, process, utils
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.language.encoder import Encoder
from bot.language.words import normalise, stems
from bot.learning.building import matcher_of
from bot.learning.corpus import Corpus, EntryTexts
from bot.matching.matcher import Matcher
from bot.matching.vocabulary import Floats
from bot.trained import load_encoder, load_model

#: A question to its likely entries with a score, best first.
Ask = Callable[[str], Sequence[tuple[str, float]]]
#: A question to the score of each phrasing.
Score = Callable[[str], Floats]
Build = Callable[[Sequence[str]], Score]
#: A question to its words that name a commune, which the assistant hands to the engine.
Place = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What is compared on: entries, and for Galibot what else it reads."""

    entries: Mapping[str, EntryTexts]
    synonyms: Sequence[Sequence[str]] = ()
    unrelated: Sequence[str] = ()

    @property
    def size(self) -> int:
        """How many phrasings answer something."""
        return sum(len(one.phrasings) for one in self.entries.values())


def wratio(phrasings: Sequence[str]) -> Score:
    """The usual first try: rapidfuzz's own mix of ratios."""
    prepared = [utils.default_process(one) for one in phrasings]
    return lambda question: process.cdist(
        [utils.default_process(question)], prepared, scorer=fuzz.WRatio, dtype=np.float32
    )[0]


def token_set(phrasings: Sequence[str]) -> Score:
    """Shared words, whatever the order and the rest; accents folded."""
    prepared = [normalise(one) for one in phrasings]
    return lambda question: process.cdist(
        [normalise(question)], prepared, scorer=fuzz.token_set_ratio, dtype=np.float32
    )[0]


def bm25(phrasings: Sequence[str]) -> Score:
    """Okapi BM25, as search engines do."""
    index = bm25s.BM25()
    index.index([list(stems(one)) for one in phrasings], show_progress=False)
    nothing = np.zeros(len(phrasings), dtype=np.float32)

    def scores(question: str) -> Floats:
        words = index.get_tokens_ids(list(stems(question)))
        return np.asarray(index.get_scores_from_ids(words)) if words else nothing

    return scores


def tfidf_words(phrasings: Sequence[str]) -> Score:
    """Cosine of TF-IDF over stems."""
    return _tfidf(phrasings, analyzer=stems)


def tfidf_letters(phrasings: Sequence[str]) -> Score:
    """Cosine of TF-IDF over runs of three to five characters."""
    return _tfidf(phrasings, preprocessor=normalise, analyzer="char_wb", ngram_range=(3, 5))


def _tfidf(phrasings: Sequence[str], **options: Any) -> Score:
    vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **options)
    index = vectorizer.fit_transform(phrasings)
    return lambda question: (index @ vectorizer.transform([question]).T).toarray()[:, 0]


def embeddings(encoder: Encoder) -> Build:
    """Cosine of sentence embeddings."""

    def build(phrasings: Sequence[str]) -> Score:
        index = encoder.encode(phrasings)
        return lambda question: index @ encoder.encode([question])[0]

    return build


def by_best_phrasing(build: Build, base: Indexed) -> Ask:
    """The three entries whose best phrasing scores highest."""
    keys = list(base.entries)
    score = build([text for key in keys for text in base.entries[key].phrasings])
    counts = [len(base.entries[key].phrasings) for key in keys]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])

    def ask(question: str) -> Sequence[tuple[str, float]]:
        best = np.maximum.reduceat(score(question), starts)
        order = np.argsort(-best, kind="stable")[:3]
        return [(keys[one], float(best[one])) for one in order if best[one] > 0]

    return ask


def galibot(place: Place, base: Indexed) -> tuple[Ask, Matcher]:
    """What the bot does of a question it has not been asked yet, and its matcher."""
    corpus = Corpus(base.entries, base.synonyms, base.unrelated)
    matcher = matcher_of(corpus, load_encoder(), load_model())

    def ask(question: str) -> Sequence[tuple[str, float]]:
        candidates = matcher.rank(question, place(question)).candidates[:3]
        return [(found.entry, found.score) for found in candidates]

    return ask, matcher
