"""From signals to probabilities, and how sure to be on the base at hand."""

import json

import numpy as np
import pytest

from bot.learning.building import build, matcher_of
from bot.learning.calibration import (
    asked_again,
    asked_first,
    calibrate,
    likeliest,
    measured,
    usual,
)
from bot.learning.corpus import Corpus, EntryTexts
from bot.matching import signals
from bot.matching.matcher import Matcher
from bot.matching.model import (
    IDENTICAL,
    NONE,
    TRUST,
    Model,
    Scale,
    none_features,
    probabilities,
    rank,
)
from bot.matching.signals import compare
from bot.storage.packing import pack, unpack
from bot.trained import load_encoder, load_model
from tests.cases.matching import ODD, SMALL, SYNONYMS, UNRELATED
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return matcher_of(Corpus(SMALL, SYNONYMS, UNRELATED), load_encoder(), load_model())


def test_every_feature_has_its_weight() -> None:
    model = load_model()
    assert len(set(signals.NAMES)) == len(signals.NAMES) == len(model.entry)
    assert len(set(NONE)) == len(NONE) == len(model.none)
    index, _ = build(SMALL, UNRELATED, load_encoder())
    found = compare(index, "mon loyer")
    assert none_features(found).shape == (len(NONE),)
    assert model.logits(found).shape == (len(found.entries) + 1,)


def test_the_weights_say_where_they_come_from() -> None:
    told = json.loads((ROOT / "bot/matching/weights.json").read_text("utf-8"))
    assert {"date", "outil", "ajuste sur", "mesure sur des questions jamais ajustées"} <= set(told)
    assert told["mesure sur des questions jamais ajustées"]["mesure"]["juste"] > 0.8


@pytest.mark.parametrize("scale", [Scale(), Scale(3, -2), Scale(0.1, 5)])
@pytest.mark.parametrize("size", [0, 0.01, 1, 100, 10_000])
def test_probabilities_sum_to_one(size: float, scale: Scale) -> None:
    logits = size * np.random.default_rng(3).normal(size=(4, 30))
    found = probabilities(logits, scale)
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-9)
    assert (found >= 0).all()
    assert (found[:, :-1].argmax(axis=1) == logits[:, :-1].argmax(axis=1)).all()


@pytest.mark.parametrize("text", [*ODD, "mon loyer", "les travaux", *UNRELATED], ids=ascii)
def test_scores_are_probabilities_best_first(matcher: Matcher, text: str) -> None:
    ranking = matcher.rank(text)
    scores = [found.score for found in ranking.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert 0 <= ranking.in_scope <= 1
    assert sum(scores) <= ranking.in_scope + 0.011
    assert len({found.entry for found in ranking.candidates}) == len(scores)
    assert all(tuple(found.parts) == (*signals.NAMES, "lieu") for found in ranking.candidates)


def test_very_words_are_the_surest_sign() -> None:
    """Surer than any model, such as one that finds all entries alike and sees no difference."""
    blind = Model(
        np.zeros(len(signals.NAMES)), np.array([*[0.0] * (len(NONE) - 1), -9]), np.ones(len(TRUST))
    )
    index, _ = build(
        {"a": EntryTexts(("le prix ?",)), "b": EntryTexts(("le prix du pain ?",))},
        (),
        load_encoder(),
    )
    first, second = rank(compare(index, "un prix"), blind, Scale()).candidates
    assert first.score == second.score == pytest.approx(0.5, abs=0.01)
    ranking = rank(compare(index, "le PRIX du pain"), blind, Scale())
    assert [found.entry for found in ranking.candidates] == ["b", "a"]
    first, second = ranking.candidates
    assert first.score == ranking.in_scope == IDENTICAL
    assert 0 < second.score <= 1 - IDENTICAL


def test_the_order_of_the_entries_changes_nothing(matcher: Matcher) -> None:
    turned = {
        key: EntryTexts((texts.phrasings[0], *texts.phrasings[:0:-1]), texts.answer)
        for key, texts in reversed(SMALL.items())
    }
    corpus = Corpus(turned, SYNONYMS, UNRELATED[::-1])
    other = matcher_of(corpus, load_encoder(), load_model())
    for text in ("loyer", "les travaux", "tarte", *ODD):
        assert matcher.rank(text) == other.rank(text)


# Calibration


@pytest.mark.parametrize(("slope", "none"), [(1, 0), (0.5, 1), (2, -1)])
def test_the_scale_that_made_the_answers_is_found(slope: float, none: float) -> None:
    random = np.random.default_rng(5)
    logits = random.normal(size=(4_000, 6)) * 3
    given = probabilities(logits, Scale(slope, none))
    right = np.eye(6)[[random.choice(6, p=one) for one in given]]
    found = likeliest(logits, right, np.full(len(logits), 1 / len(logits)), Scale(), 1e-4)
    assert found.slope == pytest.approx(slope, rel=0.15)
    assert found.none == pytest.approx(none, abs=0.4)


def test_a_base_that_can_t_be_asked_again_has_the_usual_scale_of_its_size() -> None:
    few = {"a": EntryTexts(("le prix ?",)), "b": EntryTexts(("la date ?",))}
    index, left_out = build(few, UNRELATED, load_encoder())
    model = load_model()
    again, start = asked_again(index, left_out), usual(model, 2)
    assert all(entry is None for _, entry in again)
    assert measured(model, again, start) == start
    bolder = model.trust[-2]
    found = calibrate(model, index, left_out)
    assert found.slope == pytest.approx(start.slope * bolder)
    assert start.none < 0
    assert found.none == pytest.approx(start.none * (1 + bolder) / 2)


@pytest.fixture(scope="module")
def enough() -> dict[str, EntryTexts]:
    """The small base with enough phrasings for one to be left out."""
    return {
        key: EntryTexts((*texts.phrasings, f"{texts.phrasings[1]} ?", f"et {texts.phrasings[0]}"))
        for key, texts in SMALL.items()
    }


def test_messages_to_refuse_that_look_alike_make_less_sure(enough: dict[str, EntryTexts]) -> None:
    index, left_out = build(enough, UNRELATED, load_encoder())
    model = load_model()
    traps = ("payer plus cher les travaux", "le chien et les animaux")
    near = measured(model, asked_again(index, left_out, traps * 3), Scale())
    far = measured(model, asked_again(index, left_out), Scale())
    assert (near.slope, -near.none) < (far.slope, -far.none)


def test_entries_that_overlap_make_less_sure(enough: dict[str, EntryTexts]) -> None:
    """Each entry has a twin that says the same: what is left out may be either's."""
    twins = {
        f"{key}-{half}": EntryTexts(tuple(f"{one} {half}" for one in texts.phrasings))
        for key, texts in enough.items()
        for half in ("donc", "alors")
    }
    model = load_model()
    given = []
    for entries in (enough, twins):
        index, left_out = build(entries, UNRELATED, load_encoder())
        scale = measured(model, asked_again(index, left_out), Scale())
        given.append(rank(compare(index, "hausse du loyer"), model, scale).candidates[0].score)
    assert given[1] < given[0]


def test_tests_that_are_answered_well_make_surer(enough: dict[str, EntryTexts]) -> None:
    index, left_out = build(enough, UNRELATED, load_encoder())
    model = load_model()
    well = [("la hausse de mon loyer", "loyer"), ("garder mon chat", "animaux")] * 20
    badly = [("la hausse de mon loyer", "animaux"), ("garder mon chat", "loyer")] * 20
    assert len(asked_first(index, well, UNRELATED)) == len(well) + len(UNRELATED)
    surer = calibrate(model, index, left_out, UNRELATED, well)
    assert surer.slope > calibrate(model, index, left_out, UNRELATED, badly).slope


# Kept in a file


def test_a_matcher_that_was_kept_says_the_same(matcher: Matcher) -> None:
    corpus = Corpus(SMALL, SYNONYMS, UNRELATED)
    assert Corpus.parse(corpus.dump()).dump() == corpus.dump()
    again = unpack(pack(matcher), corpus, load_encoder(), load_model())
    for text in ("loyer", "les travo", "tarte", "", *ODD):
        assert again.rank(text) == matcher.rank(text)
        assert again.read(text) == matcher.read(text)
