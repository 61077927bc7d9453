"""Sets of terms laid out flat, and the base built on them."""

import numpy as np
import pytest

from bot.learning.building import build
from bot.learning.corpus import EntryTexts
from bot.matching.index import Index, traits_of
from bot.matching.vocabulary import Vocabulary
from bot.trained import load_encoder
from tests.cases.matching import SMALL, SYNONYMS, UNRELATED


def test_a_vocabulary_numbers_what_it_knows() -> None:
    words = Vocabulary(["a", "b", "c"])
    numbers, others = words.numbers(["c", "z", "a", "c", "z", "y"])
    assert numbers.tolist() == [0, 2]
    assert others == 2, "each is counted once"
    assert words.numbers([])[0].tolist() == []
    more = words.more(["e", "b", "d"])
    assert more.terms == ("a", "b", "c", "d", "e")


# The base


@pytest.fixture(scope="module")
def index() -> Index:
    return build(SMALL, UNRELATED, load_encoder(), SYNONYMS)[0]


def test_what_groups_hold_is_counted(index: Index) -> None:
    held = dict(zip(index.terms.terms, index.held, strict=True))
    chien = dict(zip((*index.entries, ""), held["chien"].tolist(), strict=True))
    said = [text for text in SMALL["animaux"].phrasings if "chien" in text]
    assert chien["animaux"] == len(said) + ("chien" in SMALL["animaux"].answer)
    assert sum(chien.values()) == chien["animaux"]


def test_unknown_words_only_lower_the_scores(index: Index) -> None:
    nothing = np.zeros(index.encoder.size, dtype=np.float32)
    alone = index.scores(index.reader.read("loyer"), nothing)
    more = index.scores(index.reader.read("loyer xyzzy"), nothing)
    assert (np.abs(more) < 0.9 * np.abs(alone)).all()


def test_a_phrasing_is_scored_by_what_the_classifier_learnt_of_it(index: Index) -> None:
    for row, phrasing in enumerate(index.phrasings):
        reading, meaning = index.reader.read(phrasing), index.meanings[row]
        learnt = index.features([index.traits.numbers(traits_of(reading))[0]], meaning[None])
        np.testing.assert_allclose(
            index.scores(reading, meaning), (learnt @ index.classifier)[0], atol=1e-5
        )


def test_only_one_entry_s_very_words_are_identical() -> None:
    entries = {
        "a": EntryTexts(("C'est quoi ?", "le prix")),
        "b": EntryTexts(("Quand ?", "LE PRIX !")),
    }
    shared, _ = build(entries, ("quel temps",), load_encoder())
    found = {
        text: shared.identical(shared.reader.read(text))
        for text in ("bonjour, quand", "le prix", "quel temps", "quand donc")
    }
    assert found == {"bonjour, quand": "b", "le prix": None, "quel temps": None, "quand donc": None}
