"""A question compared with a base: every signal, whatever the base and the words."""

import math

import numpy as np
import pytest

from bot.learning.building import build
from bot.learning.corpus import EntryTexts
from bot.matching import signals
from bot.matching.index import Index
from bot.matching.model import Scale, rank
from bot.matching.signals import NAMES, compare
from bot.trained import load_encoder, load_model
from tests.cases.matching import ODD, SMALL, SYNONYMS, UNRELATED

#: The least and the most of each signal that has bounds.
BOUNDS = {"sens": (-1, 1), "couverture": (0, 1)}


def check_numbers(index: Index, text: str) -> None:
    found = compare(index, text)
    assert found.values.shape == (len(found.entries), len(NAMES))
    assert found.unrelated.shape == (len(NAMES),)
    assert len(found.nearest) == len(found.placed) == len(found.entries) > 0
    assert np.isfinite(found.values).all()
    assert np.isfinite(found.unrelated).all()
    assert 0 <= found.known <= 1 + 1e-6
    for name, (least, most) in BOUNDS.items():
        column = NAMES.index(name)
        values = [*found.values[:, column], found.unrelated[column]]
        assert least - 1e-5 <= min(values) <= max(values) <= most + 1e-5, name


@pytest.fixture(scope="module")
def index() -> Index:
    return build(SMALL, UNRELATED, load_encoder(), SYNONYMS)[0]


@pytest.mark.parametrize("text", [*ODD, "hausse de mon loyer", *UNRELATED], ids=ascii)
def test_signals_are_numbers_in_their_range(index: Index, text: str) -> None:
    check_numbers(index, text)


@pytest.mark.parametrize(
    ("entries", "unrelated"),
    [
        ({"seule": EntryTexts(("Une seule façon ?",))}, ()),
        ({"seule": EntryTexts(("?",)), "autre": EntryTexts(("!", "…"), "…")}, ()),
        (SMALL, ("😀", "")),
    ],
    ids=["one phrasing", "no words", "unrelated without words"],
)
def test_odd_bases_break_nothing(
    entries: dict[str, EntryTexts], unrelated: tuple[str, ...]
) -> None:
    index, _ = build(entries, unrelated, load_encoder())
    for text in (*ODD, "une seule façon"):
        check_numbers(index, text)
        ranking = rank(compare(index, text), load_model(), Scale())
        assert all(math.isfinite(found.score) for found in ranking.candidates)


def test_each_signal_finds_the_entry_that_is_asked_for(index: Index) -> None:
    found = compare(index, "mon chien")
    for name in NAMES:
        values = found.values[:, NAMES.index(name)]
        assert found.entries[int(values.argmax())] == "animaux", name


def test_the_nearest_phrasing_is_the_entry_s_own(index: Index) -> None:
    found = compare(index, "durée de ce chantier")
    nearest = dict(zip(found.entries, found.nearest, strict=True))
    assert nearest["duree"] == "durée du chantier"
    for entry, phrasing in nearest.items():
        assert phrasing in SMALL[entry].phrasings


@pytest.mark.parametrize(
    ("asked", "full", "known"),
    [
        ("le loyer", {"loyer"}, 1),
        ("le loyer et les travaux", {"loyer"}, 1),
        ("mon chat", {"animaux"}, 1),
        ("xyzzy", set(), 0),
        ("recette de tarte", set(), 0),
    ],
)
def test_coverage(index: Index, asked: str, full: set[str], known: int) -> None:
    found = compare(index, asked)
    covered = found.values[:, NAMES.index("couverture")]
    assert {found.entries[row] for row in np.flatnonzero(covered > 1 - 1e-5)} == full
    assert found.known == pytest.approx(known)


def test_words_that_an_entry_does_not_know_weigh_against_it(index: Index) -> None:
    column = NAMES.index("couverture")

    def covered(text: str) -> float:
        found = compare(index, text)
        return float(found.values[found.entries.index("unesco"), column])

    assert covered("inscrit à l'unesco") > covered("le mont inscrit à l'unesco") > 0
    assert covered("le mont inscrit à l'unesco") > covered("le mont aigoual inscrit à l'unesco")


def test_the_named_place_is_looked_for_in_each_entry(index: Index) -> None:
    found = compare(index, "les terrils du bassin", "bassin")
    placed = dict(zip(found.entries, found.placed, strict=True))
    assert (placed["unesco"], placed["loyer"]) == (1, 0)
    assert set(compare(index, "les terrils").placed) == {0.5}


def test_a_left_out_phrasing_is_not_found() -> None:
    index, left_out = build(SMALL, UNRELATED, load_encoder(), SYNONYMS)
    text = "mon chien et mon chat"
    row = index.phrasings.index(text)
    whole, without = compare(index, text), compare(index, text, left_out=(row, left_out.of(row)))
    mine = whole.entries.index("animaux")
    for name in NAMES:
        column = signals.NAMES.index(name)
        assert (
            without.values[without.entries.index("animaux"), column]
            < whole.values[mine, column] - 0.1
        ), name
    assert (whole.identical, without.identical) == ("animaux", None)
    assert without.known < whole.known
