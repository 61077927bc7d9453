"""A matcher with some entries written anew says what one built from all of them says, nearly."""

from dataclasses import replace

import numpy as np
import pytest

from bot.learning.building import matcher_of
from bot.learning.corpus import Corpus, EntryTexts
from bot.learning.regrown import reads, regrown
from bot.matching.matcher import Matcher
from bot.matching.signals import compare
from bot.trained import load_encoder, load_model
from tests.cases.matching import ODD, SMALL, SYNONYMS, UNRELATED

NEW = EntryTexts(
    ("Où louer un triporteur ?", "location vélo cargo", "emprunter un triporteur"),
    "Le garage solidaire loue des triporteurs.",
)
MORE = replace(SMALL["animaux"], phrasings=(*SMALL["animaux"].phrasings, "faire garder ma tortue"))
LESS = {key: one for key, one in SMALL.items() if key != "duree"}
ASKED = (
    *ODD,
    "Où louer un triporteur ?",
    "ou louer un triporteurs",
    "triporteur",
    "garder ma tortue",
    "mon chien",
    "hausse de loyer",
    "durée du chantier",
    "patrimoine",
    "je voudrais louer un vélo",
)


def built(entries: dict[str, EntryTexts], unrelated: tuple[str, ...] = UNRELATED) -> Matcher:
    return matcher_of(Corpus(entries, SYNONYMS, unrelated), load_encoder(), load_model())


@pytest.fixture(scope="module")
def small() -> Matcher:
    return built(SMALL)


@pytest.mark.parametrize(
    "entries",
    [
        {**SMALL, "velo": NEW},
        {"avant": NEW, **SMALL},
        {**SMALL, "animaux": MORE},
        LESS,
        {**LESS, "animaux": MORE, "velo": NEW},
        {"velo": NEW},
        {},
    ],
    ids=["new", "new, first by name", "one way more", "gone", "all at once", "another", "none"],
)
def test_it_compares_as_one_that_is_built(small: Matcher, entries: dict[str, EntryTexts]) -> None:
    corpus = Corpus(entries, SYNONYMS, UNRELATED)
    one, other = regrown(small, corpus).index, built(entries).index
    for text in ASKED:
        mine, theirs = compare(one, text), compare(other, text)
        assert mine.identical == theirs.identical, text
        assert set(mine.entries) == set(theirs.entries), text
        places = [theirs.entries.index(key) for key in mine.entries]
        theirs_of = theirs.values[places]
        np.testing.assert_allclose(mine.values[:, 2:], theirs_of[:, 2:], atol=1e-4, err_msg=text)
        # The classifier of what did not change has not learnt what is new, and what is rare
        # stays what was rare before.
        new = [at for at, key in enumerate(mine.entries) if entries[key] != SMALL.get(key)]
        np.testing.assert_allclose(mine.values[new, 0], theirs_of[new, 0], atol=0.1, err_msg=text)
        assert abs(mine.known - theirs.known) < 1e-4, text


def test_without_messages_to_refuse_too(small: Matcher) -> None:
    bare = built(SMALL, ())
    grown = regrown(bare, Corpus({**SMALL, "velo": NEW}, SYNONYMS))
    assert grown.identical("où louer un triporteur") == "velo"
    assert grown.identical("hausse du loyer") == "loyer"


def test_what_two_entries_say_is_no_more_the_very_words_of_one(small: Matcher) -> None:
    both = replace(NEW, phrasings=(*NEW.phrasings, "hausse du loyer"))
    grown = regrown(small, Corpus({**SMALL, "velo": both}, SYNONYMS, UNRELATED))
    assert grown.identical("hausse du loyer") is None


def test_the_same_entries_are_the_same_index(small: Matcher) -> None:
    assert regrown(small, Corpus(SMALL, SYNONYMS, UNRELATED)) is small


def test_it_tells_what_only_a_new_build_would_read(small: Matcher) -> None:
    same = Corpus({**SMALL, "velo": NEW}, SYNONYMS, UNRELATED)
    assert reads(small, same)
    assert reads(regrown(small, same), same)
    assert not reads(small, replace(same, synonyms=(*SYNONYMS, ("triporteur", "vélo"))))
    assert not reads(small, replace(same, shorthand={"tpt": "triporteur"}))
    assert not reads(small, replace(same, unrelated=(*UNRELATED, "quelle heure est-il")))
