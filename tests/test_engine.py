"""A question compared with a base: every signal, whatever the base and the words."""

import math

import numpy as np
import pytest

from bot.matching import fusion, signals
from bot.matching.engine import Engine, EntryTexts
from bot.matching.fitted import WITHOUT_ENCODER
from bot.matching.matcher import Matcher
from tests.cases.matching import ODD, SMALL, SYNONYMS, UNRELATED

#: Signals without bounds, and those that are never negative; the others are cosines.
UNBOUNDED = frozenset({"distinction", "distinction-rang"})
SHARES = frozenset({"mots", "lettres", "sons", "jetons", "reponse", "couverture"})


def test_the_signals_named_here_exist() -> None:
    assert set(signals.NAMES) >= UNBOUNDED | SHARES


def check_numbers(engine: Engine, text: str) -> None:
    found = engine.compare(engine.first_pass(text))
    assert found.values.shape == (len(found.entries), len(signals.NAMES))
    assert found.unrelated.shape == (len(signals.NAMES),)
    assert len(found.nearest) == len(found.entries) > 0
    assert np.isfinite(found.values).all()
    assert np.isfinite(found.unrelated).all()
    assert 0 <= found.known <= 1 + 1e-9
    for column, name in enumerate(signals.NAMES):
        values = [*found.values[:, column], found.unrelated[column]]
        if name not in UNBOUNDED:
            assert min(values) >= (0 if name in SHARES else -1) - 1e-5, name
            assert max(values) <= 1 + 1e-5, name


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(SMALL, SYNONYMS, UNRELATED)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(SMALL, SYNONYMS, UNRELATED)


@pytest.mark.parametrize("text", [*ODD, "hausse de mon loyer", *UNRELATED], ids=ascii)
def test_signals_are_numbers_in_their_range(engine: Engine, text: str) -> None:
    check_numbers(engine, text)


@pytest.mark.parametrize(
    "engine",
    [
        Engine({"seule": EntryTexts(("Une seule façon ?",))}),
        Engine({"seule": EntryTexts(("?",)), "autre": EntryTexts(("!", "…"), "…")}),
        Engine(SMALL, (), ("😀", "")),
    ],
    ids=["one phrasing", "no words", "unrelated without words"],
)
def test_odd_bases_break_nothing(engine: Engine) -> None:
    for text in (*ODD, "une seule façon"):
        check_numbers(engine, text)
        ranking = fusion.rank(engine.compare(engine.first_pass(text)), WITHOUT_ENCODER)
        assert all(math.isfinite(found.score) for found in ranking.candidates)


def test_the_engine_works_without_an_encoder(engine: Engine, matcher: Matcher) -> None:
    for key, texts in SMALL.items():
        for phrasing in texts.phrasings:
            assert matcher.rank(phrasing).candidates[0].entry == key
    found = engine.compare(engine.first_pass("mon chien"))
    assert found.entries[int(found.values[:, signals.NAMES.index("mots")].argmax())] == "animaux"
    for name in ("sens", "sens-moyen", "reponse-sens"):
        assert not found.values[:, signals.NAMES.index(name)].any()


def test_the_nearest_phrasing_is_the_entry_s_own(engine: Engine) -> None:
    found = engine.compare(engine.first_pass("durée de ce chantier"))
    nearest = dict(zip(found.entries, found.nearest, strict=True))
    assert nearest["duree"] == "durée du chantier"
    for entry, phrasing in nearest.items():
        assert phrasing in SMALL[entry].phrasings


def test_the_order_of_the_entries_changes_nothing(matcher: Matcher) -> None:
    turned = {
        key: EntryTexts((texts.phrasings[0], *texts.phrasings[:0:-1]), texts.answer)
        for key, texts in reversed(SMALL.items())
    }
    other = Matcher(turned, SYNONYMS, UNRELATED[::-1])
    for text in ("loyer", "les travaux", "tarte", *ODD):
        assert matcher.rank(text) == other.rank(text)


def test_only_one_entry_s_very_words_are_identical() -> None:
    shared = Engine(
        {
            "a": EntryTexts(("C'est quoi ?", "le prix")),
            "b": EntryTexts(("Quand ?", "LE PRIX !")),
        },
        unrelated=("quel temps",),
    )
    assert shared.compare(shared.first_pass("bonjour, quand")).identical == "b"
    assert shared.compare(shared.first_pass("le prix")).identical is None, "two entries have it"
    assert shared.compare(shared.first_pass("quel temps")).identical is None, "no entry has it"
    assert shared.compare(shared.first_pass("quand donc")).identical is None


def test_a_left_out_phrasing_is_not_found() -> None:
    engine = Engine(SMALL, SYNONYMS, UNRELATED)
    row = engine.phrasings.index("mon chien et mon chat")
    whole = engine.compare(engine.first_pass("mon chien et mon chat"))
    without = engine.compare(engine.first_pass("mon chien et mon chat", left_out=row))
    column = signals.NAMES.index("mots")
    mine = whole.entries.index("animaux")
    assert whole.values[mine, column] == pytest.approx(1, abs=1e-5)
    assert without.values[without.entries.index("animaux"), column] < 0.5
    assert (whole.identical, without.identical) == ("animaux", None)
