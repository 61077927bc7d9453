"""From words to a decision: what each part of the matching promises."""

import datetime as dt
import itertools
import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import yaml

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Outcome, Question
from bot.encoder import load_encoder
from bot.evaluation import read_cases
from bot.knowledge.model import KnowledgeBase
from bot.matching import fusion, signals
from bot.matching.decision import (
    POLICY,
    SMALLEST,
    SUGGESTIONS,
    Answered,
    Candidate,
    Decision,
    NoMatch,
    Policy,
    Ranking,
    Suggestions,
    decide,
)
from bot.matching.discriminant import HASHED, PENALTY, Discriminant, leave_one_out
from bot.matching.engine import Engine, EntryTexts
from bot.matching.fitted import WITH_ENCODER, WITHOUT_ENCODER
from bot.matching.index import Coverage, Doubles, Floats, Ints, TermIndex
from bot.matching.matcher import Matcher, sure
from bot.matching.reading import Reader
from bot.storage.knowledge_files import load_common_messages
from tests.conftest import KNOWLEDGE, ROOT, TODAY

#: Each misunderstanding that was put right, and questions that must stay understood.
QUESTIONS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "questions.yaml").read_text("utf-8")
)
#: What no test of a FAQ thinks of; none may break it or make a number that is none.
ODD = (
    "",
    " ",
    "a",
    "é",
    "l",
    "'",
    "-",
    "?!…",
    "0",
    "12345",
    "2017",
    "1" * 400,
    "½ ² ³",
    "😀",
    "👍🏽🇫🇷",
    "\u200b",
    "\u0301",
    "\x00\x01",
    "ß ﬁ Œ",
    "Привет, где мой дом?",
    "你好,房子在哪里?",
    "مرحبا أين بيتي",
    "le la les de du",
    "bonjour merci",
    "loyer " * 160,
    "x" * 1_000,
    "é " * 500,
    "azertyuiop" * 100,
)

SMALL = {
    "loyer": EntryTexts(
        ("Mon loyer va-t-il augmenter après les travaux ?", "hausse du loyer", "payer plus cher"),
        "Le loyer peut augmenter un peu, mais la facture d'énergie baisse.",
    ),
    "duree": EntryTexts(
        (
            "Combien de temps durent les travaux ?",
            "durée du chantier",
            "quand les travaux finissent",
        ),
        "Les travaux durent quelques semaines par maison.",
    ),
    "animaux": EntryTexts(
        ("Puis-je garder mes animaux pendant les travaux ?", "mon chien et mon chat"),
        "Oui, mais mettez-les à l'abri du bruit.",
    ),
    "unesco": EntryTexts(
        ("Le bassin minier est-il à l'Unesco ?", "patrimoine mondial", "terrils classés"),
        "Oui, depuis 2012, comme paysage culturel.",
    ),
}
UNRELATED = ("Quel temps fera-t-il demain ?", "recette de la tarte au sucre", "le prix du pain")


# The reading of a text

TRUSTED = (
    "La rénovation des logements miniers commence par l'argent du bailleur, en 2017.",
    "Déménagement, subvention, énergie : les travaux du bassin, le prix du loyer.",
    "Pecquencourt a une mairie. Les foyers, les loyers et le voyage.",
)
LOOSE = ("un trottoir abimé", "le trottoir", "un bazaar")
SYNONYMS = (
    ("hlm", "habitation à loyer modéré", "logement social"),
    ("maison", "logement", "baraque"),
    ("veuve de mineur", "veuve d'un mineur"),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(TRUSTED, LOOSE, SYNONYMS)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        # one edit of each kind from five letters
        ("loyrr", "loyer"),
        ("loyeer", "loyer"),
        ("lyoer", "loyer"),
        ("bassn", "bassin"),
        ("mairei", "mairie"),
        ("trotoir", "trottoir"),
        # a shorter word is only ever heard, never edited
        ("prux", "prux"),
        ("bien", "bien"),
        # two edits from nine letters
        ("renovtoin", "renovation"),
        ("pecqencour", "pecquencourt"),
        ("subvtion", "subvtion"),
        ("demenagmnet", "demenagement"),
        # beyond, nothing is guessed
        ("rnvtoin", "rnvtoin"),
        ("xylophone", "xylophone"),
        # digits are never repaired
        ("2018", "2018"),
        ("20177", "20177"),
        # a known word is left alone, however near another
        ("foyers", "foyers"),
        ("loyers", "loyers"),
        # letters that an elided word leaves glued
        ("largent", "argent"),
        ("dargent", "argent"),
        ("lenergie", "energie"),
        # spelt by ear
        ("travo", "travaux"),
        ("travau", "travaux"),
        ("lojement", "logements"),
        ("enerji", "energie"),
        # a word of one phrasing alone is not trusted, one of two is
        ("abim", "abim"),
        ("trottoirs", "trottoir"),
        ("bazar", "bazar"),
    ],
)
def test_repairs(reader: Reader, typed: str, read: str) -> None:
    reading = reader.read(typed)
    assert reading.words == (read,)
    assert reading.repairs == (() if typed == read else ((typed, read),))


def test_of_two_words_as_near_the_most_used_is_read() -> None:
    assert Reader(["la cabane", "la cabine cabine"], []).read("cabone").words == ("cabine",)
    assert Reader(["la cabane cabane", "la cabine"], []).read("cabone").words == ("cabane",)
    assert Reader(["la cabane", "la cabine"], []).read("cabone").words == ("cabane",), "by the ABC"
    assert Reader(["la cabane cabane cabane", "un cabinet"], []).read("cabines").words == (
        "cabinet",
    ), "the nearest comes before the most used"


def test_a_glued_article_is_more_likely_than_another_word() -> None:
    assert Reader(["un orage", "le forage, le forage"], []).read("dorage").words == ("orage",)


def test_editors_accents_outweigh_residents() -> None:
    reader = Reader(["la rénovation"], ["la renovation", "une renovation", "renovation"])
    assert reader.read("RENOVATION").sentence == "rénovation"


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("mon hlm", {"=0"}),
        ("une HABITATION à loyer modéré", {"=0"}),
        ("les logements", {"=1"}),
        ("les logements sociaux", {"=0"}),
        ("un logement social", {"=0"}),
        ("des baraques", {"=1"}),
        ("ma maison, mon logement", {"=1"}),
        ("maison hlm", {"=0", "=1"}),
        ("veuve d un mineur", {"=2"}),
        ("une veuve", set()),
        ("le loyer", set()),
    ],
)
def test_lexicon_groups(reader: Reader, text: str, groups: set[str]) -> None:
    found = [term for term in reader.read(text).terms if term.startswith("=")]
    assert set(found) == groups
    assert len(found) == len(groups), "a group counts once"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bonjour, mon loyer ?", "mon loyer"),
        ("bjr je voudrais savoir le prix du loyer svp merci d'avance", "le prix du loyer"),
        ("le loyer s'il vous plaît, cordialement", "le loyer"),
        ("Pourriez-vous me dire le prix", "le prix"),
        ("Bonjour merci", "bonjour merci"),
        ("c koi le loyer", "c quoi le loyer"),
        ("jveux un logement", "je veux un logements"),
        ("Œuvre", "oeuvre"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_words_as_read(reader: Reader, text: str, words: str) -> None:
    assert " ".join(reader.read(text).words) == words


def test_a_reading_keeps_what_each_signal_needs(reader: Reader) -> None:
    reading = reader.read("Le déménagement de la rénovtion en 2017, 3 c ?")
    assert reading.words == (
        "le", "demenagement", "de", "la", "renovation", "en", "2017", "3", "c",
    )  # fmt: skip
    assert reading.sentence == "le déménagement de la rénovation en 2017 3 c"
    assert "2017" in reading.terms
    assert "3" in reading.terms
    assert not {"le", "de", "la", "en", "c"} & set(reading.terms)
    assert len(reading.sounds) == 4
    assert reading.repairs == (("renovtion", "renovation"),)


def test_grams_mark_the_edges_of_words(reader: Reader) -> None:
    assert set(reader.read("bud").grams) == {
        " b", "bu", "ud", "d ", " bu", "bud", "ud ", " bud", "bud ",
    }  # fmt: skip
    apart, together = reader.read("le bud").grams, reader.read("bud le").grams
    assert sorted(apart) == sorted(together), "no run crosses a space"


def test_reading_what_was_read_changes_nothing(reader: Reader) -> None:
    for text in ("jveux savoir le pri du lojement a pecqencour", *TRUSTED, *ODD):
        words = reader.read(text).words
        assert reader.read(" ".join(words)).words == words


# Term indexes

TEXTS = (("a", "b", "b"), ("b", "c"), ("c",), ("d", "e", "f", "a"), ())


def test_a_text_is_like_itself() -> None:
    index = TermIndex(TEXTS)
    for number, text in enumerate(TEXTS):
        similarities = index.similarities(index.vector(text))
        assert similarities.shape == (len(TEXTS),)
        assert similarities[number] == pytest.approx(1.0 if text else 0.0, abs=1e-6)
        assert similarities.min() >= 0
        assert similarities.max() <= 1 + 1e-6


def test_texts_without_a_term_in_common_are_not_alike() -> None:
    index = TermIndex(TEXTS)
    assert list(index.similarities(index.vector(["a"])) > 0) == [True, False, False, True, False]
    assert not index.similarities(index.vector(["z"])).any()
    assert not index.similarities(index.vector([])).any()


def test_unknown_terms_only_lower_likeness() -> None:
    index = TermIndex(TEXTS)
    before = index.similarities(index.vector(["a", "b"]))
    for unknown in (["z"], ["z", "z"], ["z", "y", "x"]):
        after = index.similarities(index.vector(["a", "b", *unknown]))
        assert (after[before > 0] < before[before > 0]).all()
        assert (after[before == 0] == 0).all()
        assert np.argsort(-after, kind="stable").tolist() == (
            np.argsort(-before, kind="stable").tolist()
        )
        before = after


def test_rare_terms_count_more() -> None:
    index = TermIndex((("rare", "usual"), ("usual", "x"), ("usual", "y")))
    found = index.similarities(index.vector(["rare"]))[0]
    assert found > index.similarities(index.vector(["usual"]))[0]


def test_likeness_is_the_cosine_of_weighted_terms() -> None:
    index = TermIndex(TEXTS)
    idf = {"a": math.log(6 / 3) + 1, "b": math.log(6 / 3) + 1, "c": math.log(6 / 3) + 1}
    asked = {"a": idf["a"], "c": (1 + math.log(2)) * idf["c"]}
    text = {"a": idf["a"], "b": (1 + math.log(2)) * idf["b"]}
    norms = math.hypot(*asked.values()) * math.hypot(*text.values())
    found = index.similarities(index.vector(["c", "a", "c"]))[0]
    assert found == pytest.approx(asked["a"] * text["a"] / norms, abs=1e-6)


@pytest.mark.parametrize("texts", [(), ((),), ((), ())])
def test_an_index_of_nothing(texts: Sequence[Sequence[str]]) -> None:
    index = TermIndex(texts)
    assert index.vocabulary == 0
    assert index.similarities(index.vector(["a"])).tolist() == [0.0] * len(texts)


# Coverage

GROUPS = ((("a", "b"), ("a", "c")), (("a",), ("d", "d")))


@pytest.mark.parametrize(
    ("asked", "full", "none"),
    [
        (["a"], {0, 1}, set()),
        (["b", "c"], {0}, {1}),
        (["d", "d"], {1}, {0}),
        (["a", "d"], {1}, set()),
        (["z"], set(), {0, 1}),
        ([], set(), {0, 1}),
    ],
)
def test_coverage(asked: list[str], full: set[int], none: set[int]) -> None:
    shares, known = Coverage(GROUPS, own=len(GROUPS)).shares(asked)
    assert {int(group) for group in np.flatnonzero(shares > 1 - 1e-6)} == full
    assert {int(group) for group in np.flatnonzero(shares == 0)} == none
    assert known == pytest.approx(float(bool(asked) and asked != ["z"]))


def test_unknown_and_rare_words_weigh_in_coverage() -> None:
    coverage = Coverage(GROUPS, own=len(GROUPS))
    shares, known = coverage.shares(["a", "z"])
    assert 0 < known < 1
    assert shares.tolist() == pytest.approx([known, known])
    rare, _ = coverage.shares(["a", "b"])
    assert rare[0] == pytest.approx(1)
    assert rare[1] < 0.5, "« b » is rarer than « a »"


def test_coverage_leaves_the_question_itself_out() -> None:
    coverage = Coverage(GROUPS, own=len(GROUPS))
    assert coverage.shares(["b"])[0].tolist() == [1, 0]
    assert coverage.shares(["b"], left_out=0)[0].tolist() == [0, 0]
    assert coverage.shares(["b"], left_out=0)[1] == 0
    assert coverage.shares(["b"], left_out=1)[0].tolist() == [1, 0]
    assert coverage.shares(["a"], left_out=0)[0].tolist() == [1, 1], "another text has it too"
    assert coverage.shares(["a"], left_out=1)[0].tolist() == [1, 0]


# The linear classifier


def some_rows(rows: int, columns: int, classes: int) -> tuple[Floats, Ints]:
    random = np.random.default_rng(7)
    features = random.normal(size=(rows, columns)).astype(np.float32)
    return features, np.sort(np.arange(rows, dtype=np.int64) % classes)


def ridge(features: Floats, targets: Doubles) -> Doubles:
    wide = features.astype(np.float64)
    gram = wide.T @ wide + PENALTY * np.eye(wide.shape[1])
    return np.asarray(np.linalg.solve(gram, wide.T @ targets), dtype=np.float64)


def centred(owners: Ints, classes: int) -> Doubles:
    targets = np.eye(classes)[owners]
    return np.asarray(targets - targets.mean(axis=0), dtype=np.float64)


SHAPES = [(40, 8, 3), (12, 30, 4), (20, 20, 2)]


@pytest.mark.parametrize(("rows", "columns", "classes"), SHAPES)
def test_the_classifier_is_the_ridge_regression(rows: int, columns: int, classes: int) -> None:
    features, owners = some_rows(rows, columns, classes)
    learnt = Discriminant(features.__getitem__, owners, classes).weights[columns]
    np.testing.assert_allclose(learnt, ridge(features, centred(owners, classes)), atol=1e-4)


@pytest.mark.parametrize(("rows", "columns", "classes"), SHAPES)
def test_leave_one_out_is_refitting_without_the_row(rows: int, columns: int, classes: int) -> None:
    features, owners = some_rows(rows, columns, classes)
    found = leave_one_out(features, owners, classes)
    assert found.shape == (rows, classes)
    targets = centred(owners, classes)
    for row in range(rows):
        others = np.arange(rows) != row
        refitted = features[row] @ ridge(features[others], targets[others])
        np.testing.assert_allclose(found[row], refitted, atol=1e-3)


@pytest.mark.parametrize(("rows", "columns", "classes"), SHAPES)
def test_leave_one_out_is_near_a_classifier_without_the_row(
    rows: int, columns: int, classes: int
) -> None:
    """Not equal: a classifier that never saw the row centres its targets without it."""
    features, owners = some_rows(rows, columns, classes)
    found = leave_one_out(features, owners, classes)
    for row in range(rows):
        others = np.arange(rows) != row
        known = features[others]
        unseen = Discriminant(known.__getitem__, owners[others], classes).scores(features[row])
        np.testing.assert_allclose(found[row], unseen, atol=3 / rows)


def test_the_classifier_also_reads_questions_without_their_embedding() -> None:
    rows, columns = 30, HASHED + 8
    features, owners = some_rows(rows, columns, 3)
    learnt = Discriminant(features.__getitem__, owners, 3)
    assert sorted(learnt.weights) == [HASHED, columns]
    expected = ridge(features[:, :HASHED], centred(owners, 3))
    np.testing.assert_allclose(learnt.weights[HASHED], expected, atol=1e-4)
    question = features[0, :HASHED]
    np.testing.assert_allclose(learnt.scores(question), question @ expected, atol=1e-3)


def test_the_classifier_recognises_what_it_learnt() -> None:
    features = np.eye(6, dtype=np.float32) * 3
    owners = np.array([0, 0, 1, 1, 2, 2])
    learnt = Discriminant(features.__getitem__, owners, 3)
    assert [int(np.argmax(learnt.scores(row))) for row in features] == owners.tolist()


# Signals


def test_standardised_scores() -> None:
    found = signals.standardised(np.array([1, 2, 3, 10], dtype=np.float32))
    assert found.mean() == pytest.approx(0, abs=1e-5)
    assert found.std() == pytest.approx(1, abs=1e-4)
    assert found.argmax() == 3
    shifted = signals.standardised(np.array([11, 12, 13, 20], dtype=np.float32))
    np.testing.assert_allclose(found, shifted, atol=1e-4)
    assert signals.standardised(np.full(3, 2, dtype=np.float32)).tolist() == [0, 0, 0]


def test_nearest_and_mean_of_nearest() -> None:
    similarities = np.array([0.1, 0.9, 0.3, 0.2, 0.4, 0.6], dtype=np.float32)
    starts = np.array([0, 2])
    assert signals.nearest(similarities, starts).tolist() == pytest.approx([0.9, 0.6])
    found = signals.mean_of_nearest(similarities, starts)
    assert found.tolist() == pytest.approx([0.5, (0.3 + 0.4 + 0.6) / 3]), "fewer than three, four"
    assert signals.mean_of_nearest(similarities, starts, 1).tolist() == pytest.approx([0.9, 0.6])


def test_token_sets() -> None:
    found = signals.token_sets("le loyer augmente", ["augmente le loyer", "le loyer", "xyz", ""])
    assert found.tolist()[:2] == [1, 1], "order and extra words are forgiven"
    assert found[2] < 0.5
    assert found[3] == 0
    assert signals.token_sets("", ["", "loyer"]).tolist() == [0, 0]


#: Signals without bounds, and those that are never negative; the others are cosines.
UNBOUNDED = frozenset({"distinction", "distinction-rang"})
SHARES = frozenset({"mots", "lettres", "sons", "jetons", "reponse", "couverture"})


def check_numbers(engine: Engine, text: str) -> None:
    found = engine.compare(engine.glance(text))
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


# The engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(SMALL, SYNONYMS, UNRELATED)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(SMALL, SYNONYMS, UNRELATED)


@pytest.fixture(scope="module")
def whole(base: KnowledgeBase, pytestconfig: pytest.Config) -> Engine:
    """The project's own base, with the real encoder."""
    cache = pytestconfig.cache.mkdir("encoder") if pytestconfig.cache else None
    return Engine(
        {key: EntryTexts(entry.phrasings, entry.answer) for key, entry in base.entries.items()},
        base.synonyms,
        (*load_common_messages(KNOWLEDGE), *base.unrelated),
        load_encoder(cache),
    )


def test_every_signal_has_its_weights() -> None:
    assert set(signals.NAMES) >= UNBOUNDED | SHARES
    assert len(set(signals.NAMES)) == len(signals.NAMES)
    assert len(fusion.FEATURES) == 2 * len(signals.NAMES) + len(fusion.OVERALL)
    for model in (WITH_ENCODER, WITHOUT_ENCODER):
        assert len(model.which) == len(signals.NAMES)
        assert len(model.whether) == len(fusion.FEATURES)
        assert model.temperature > 0


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
        ranking = fusion.rank(engine.compare(engine.glance(text)), WITHOUT_ENCODER)
        assert all(math.isfinite(found.score) for found in ranking.candidates)


def test_the_engine_works_without_an_encoder(engine: Engine, matcher: Matcher) -> None:
    for key, texts in SMALL.items():
        for phrasing in texts.phrasings:
            assert matcher.rank(phrasing).candidates[0].entry == key
    found = engine.compare(engine.glance("mon chien"))
    assert found.entries[int(found.values[:, signals.NAMES.index("mots")].argmax())] == "animaux"
    for name in ("sens", "sens-moyen", "reponse-sens"):
        assert not found.values[:, signals.NAMES.index(name)].any()


def test_the_nearest_phrasing_is_the_entry_s_own(engine: Engine) -> None:
    found = engine.compare(engine.glance("durée de ce chantier"))
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
    assert shared.compare(shared.glance("bonjour, quand")).identical == "b"
    assert shared.compare(shared.glance("le prix")).identical is None, "two entries have it"
    assert shared.compare(shared.glance("quel temps")).identical is None, "no entry has it"
    assert shared.compare(shared.glance("quand donc")).identical is None


def test_a_left_out_phrasing_is_not_found() -> None:
    engine = Engine(SMALL, SYNONYMS, UNRELATED)
    row = engine.phrasings.index("mon chien et mon chat")
    whole = engine.compare(engine.glance("mon chien et mon chat"))
    without = engine.compare(engine.glance("mon chien et mon chat", left_out=row))
    column = signals.NAMES.index("mots")
    mine = whole.entries.index("animaux")
    assert whole.values[mine, column] == pytest.approx(1, abs=1e-5)
    assert without.values[without.entries.index("animaux"), column] < 0.5
    assert (whole.identical, without.identical) == ("animaux", None)


# From signals to probabilities


@pytest.mark.parametrize("scale", [0, 0.01, 1, 100, 10_000])
def test_shares_sum_to_one(scale: float) -> None:
    random = np.random.default_rng(3)
    values = random.normal(size=(30, len(signals.NAMES))).astype(np.float32)
    which = scale * random.normal(size=len(signals.NAMES))
    found = fusion.shares(values, which)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert (found >= 0).all()
    assert found.argmax() == (values @ which).argmax()
    assert fusion.shares(values[:1], which).tolist() == [1]


@pytest.mark.parametrize("text", [*ODD, "mon loyer", "les travaux", *UNRELATED], ids=ascii)
def test_scores_are_probabilities_best_first(matcher: Matcher, text: str) -> None:
    ranking = matcher.rank(text)
    scores = [found.score for found in ranking.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert 0 <= ranking.related <= 1
    assert sum(scores) <= ranking.related + 0.011
    assert len({found.entry for found in ranking.candidates}) == len(scores)
    assert all(tuple(found.parts) == signals.NAMES for found in ranking.candidates)


def test_very_words_are_the_surest_sign() -> None:
    """Surer than any model, such as one that finds all entries alike and sees no difference."""
    blind = fusion.Model((0.0,) * len(signals.NAMES), (0.0,) * len(fusion.FEATURES), 9.0)
    engine = Engine({"a": EntryTexts(("le prix ?",)), "b": EntryTexts(("le prix du pain ?",))})
    first, second = fusion.rank(engine.compare(engine.glance("un prix")), blind).candidates
    assert first.score == second.score == pytest.approx(0.5, abs=0.01)
    ranking = fusion.rank(engine.compare(engine.glance("le PRIX du pain")), blind)
    assert [found.entry for found in ranking.candidates] == ["b", "a"]
    first, second = ranking.candidates
    assert first.score == ranking.related == fusion.IDENTICAL
    assert 0 < second.score <= 1 - fusion.IDENTICAL


class WordEncoder:
    """A small encoder, one direction a word; `asked` are the questions it was given."""

    name = "mots"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, sentences: Sequence[str]) -> Floats:
        if len(sentences) == 1:
            self.asked += sentences
        rows = np.full((len(sentences), 64), 1e-3, dtype=np.float32)
        for row, sentence in zip(rows, sentences, strict=True):
            for word in sentence.split():
                row[zlib.crc32(word.encode()) % 64] += 1
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


def test_the_encoder_is_asked_only_where_letters_leave_a_doubt() -> None:
    encoder = WordEncoder()
    matcher = Matcher(SMALL, SYNONYMS, UNRELATED, encoder)
    assert matcher.rank("mon chien et mon chat").identical == "animaux"
    assert encoder.asked == []
    doubtful = matcher.rank("le chien et les travaux")
    assert encoder.asked == ["le chien et les travaux"]
    assert any(found.parts["sens"] for found in doubtful.candidates)


@pytest.mark.parametrize(
    ("best", "related", "expected"),
    [
        (0.995, 0.999, True),
        (0.985, 0.999, False),  # five refusals times 1.5 % is too much to leave to letters
        (0.002, 0.005, True),
        (0.002, 0.03, False),  # one in thirty might be a fire
    ],
)
def test_what_letters_alone_may_decide(best: float, related: float, expected: bool) -> None:
    assert sure(ranking([best], related), POLICY) == expected
    assert not sure(ranking([best], related), Policy(wrong=30)), "dearer mistakes, surer letters"


@pytest.mark.parametrize("name", ["mise_au_point", "mesure"])
def test_where_letters_alone_decide_the_meaning_changes_nothing(
    whole: Engine, gazetteer: Gazetteer, name: str
) -> None:
    decided = 0
    for case in read_cases((ROOT / "tests" / "cases" / f"{name}.jsonl").read_text("utf-8")):
        glance = whole.glance(case.question, gazetteer.find(case.question).matched)
        letters = fusion.rank(whole.compare(glance, meaning=False), WITHOUT_ENCODER)
        if sure(letters, POLICY):
            both = fusion.rank(whole.compare(glance), WITH_ENCODER)
            assert kind(decide(letters, POLICY)) == kind(decide(both, POLICY)), case.question
            decided += 1
    assert decided >= 80, "worth having two models for"


def kind(decision: Decision) -> tuple[type[Decision], str]:
    """What was decided, and the entry answered if one is."""
    answered = decision.candidate.entry if isinstance(decision, Answered) else ""
    return type(decision), answered


# The decision


def ranking(scores: Sequence[float], related: float) -> Ranking:
    return Ranking(
        tuple(Candidate(f"e{number}", score, "", {}) for number, score in enumerate(scores, 1)),
        related,
    )


#: Its costs are those of this table, whatever the assistant's policy becomes.
PRICES = Policy(wrong=5, refused=1, suggested=0.7, disturbed=1)


@pytest.mark.parametrize(
    ("scores", "related", "policy", "outcome", "entries"),
    [
        ((), 0.0, PRICES, NoMatch, ""),
        ((), 0.9, PRICES, NoMatch, ""),
        # sure, hesitating, and nothing near
        ((0.97,), 0.97, PRICES, Answered, "e1"),
        ((0.5, 0.3), 0.8, PRICES, Suggestions, "e1 e2"),
        ((0.1,), 0.1, PRICES, NoMatch, ""),
        # one candidate: it answers from 4 / 4.7 = 0.851 on
        ((0.86,), 0.86, PRICES, Answered, "e1"),
        ((0.84,), 0.84, PRICES, Suggestions, "e1"),
        # one candidate: suggesting beats refusing from 1 / 1.3 = 0.769 on
        ((0.78,), 0.78, PRICES, Suggestions, "e1"),
        ((0.76,), 0.76, PRICES, NoMatch, ""),
        # probable, but spread over too many entries to suggest three
        ((0.1,) * 9, 0.9, PRICES, NoMatch, ""),
        # at most three, and none that is hardly possible
        ((0.3, 0.25, 0.2, 0.15), 0.95, PRICES, Suggestions, "e1 e2 e3"),
        ((0.8, 0.0099, 0.001), 0.82, PRICES, Suggestions, "e1"),
        ((0.8, 0.01, 0.001), 0.82, PRICES, Suggestions, "e1 e2"),
        ((0.001,), 0.99, PRICES, NoMatch, ""),
        ((0.001,), 0.99, Policy(wrong=5, refused=1, suggested=0.7, disturbed=0), NoMatch, ""),
        # what things cost decides
        ((0.5, 0.3), 0.8, Policy(wrong=0, refused=1, suggested=1, disturbed=1), Answered, "e1"),
        ((0.9,), 0.9, Policy(wrong=50, refused=1, suggested=0.7, disturbed=1), Suggestions, "e1"),
        ((0.3,), 0.3, Policy(wrong=5, refused=20, suggested=20, disturbed=1), Answered, "e1"),
        ((0.1,), 0.1, Policy(wrong=50, refused=9, suggested=0.1, disturbed=0), Suggestions, "e1"),
        ((0.5, 0.3), 0.8, Policy(wrong=5, refused=0, suggested=0.7, disturbed=1), NoMatch, ""),
        # all the same: the answer, then the suggestions
        ((1.0,), 1.0, Policy(wrong=5, refused=0, suggested=0, disturbed=0), Answered, "e1"),
        ((0.5,), 0.5, Policy(wrong=5, refused=1, suggested=1, disturbed=0), Suggestions, "e1"),
    ],
)
def test_the_least_expected_cost_decides(
    scores: Sequence[float], related: float, policy: Policy, outcome: type[Decision], entries: str
) -> None:
    decision = decide(ranking(scores, related), policy)
    assert type(decision) is outcome
    assert " ".join(entries_of(decision)) == entries
    assert decision.rule


def entries_of(decision: Decision) -> list[str]:
    match decision:
        case Answered(candidate):
            return [candidate.entry]
        case Suggestions(candidates):
            return [found.entry for found in candidates]
        case NoMatch():
            return []


def test_the_rule_gives_the_three_costs() -> None:
    assert decide(ranking((0.5, 0.3), 0.8), PRICES).rule == (
        "Coût attendu : répondre 2.50, proposer 0.76, refuser 0.80."
    )


def test_surer_never_means_less_is_said() -> None:
    """As the only candidate grows likelier: refuse, then suggest, then answer."""
    said = {NoMatch: 0, Suggestions: 1, Answered: 2}
    for policy in (PRICES, POLICY):
        steps = [
            said[type(decide(ranking((score,), score), policy))]
            for score in np.linspace(0, 1, 201).tolist()
        ]
        assert steps == sorted(steps)
        assert steps[0] == 0
        assert steps[-1] == 2


def test_the_policy_holds_what_a_wrong_answer_costs() -> None:
    assert POLICY.wrong == 5 * POLICY.refused
    assert SUGGESTIONS == 3
    assert 0 < SMALLEST < 0.05


# On the project's own base


def test_an_entry_s_very_words_are_answered(base: KnowledgeBase, assistant: Assistant) -> None:
    """Its question is what the buttons show: typed again, it must lead to the same answer."""
    wrong = []
    for key, entry in base.entries.items():
        decision = decide(assistant.rank(entry.question), POLICY)
        assert isinstance(decision, Answered), key
        assert decision.candidate.entry == key
        assert decision.candidate.score >= fusion.IDENTICAL, key
        reply = assistant.reply(Question(entry.question))
        if reply.outcome is not Outcome.ANSWER or reply.entry != key:
            wrong.append((entry.question, reply.outcome.value, reply.entries))
    assert not wrong


def test_an_expired_entry_is_left_out(base: KnowledgeBase, gazetteer: Gazetteer) -> None:
    kept = ["loyer-apres-travaux", "animaux", "amiante", "unesco-inscription"]
    day = dt.date(2026, 11, 1)
    entries = {key: base.entries[key] for key in kept}
    entries["animaux"] = entries["animaux"].model_copy(update={"expires_on": day})
    small = base.model_copy(update={"entries": entries})
    question = base.entries["animaux"].question
    after, before = (
        Assistant(small, gazetteer, today=lambda today=today: today)  # type: ignore[misc]
        for today in (day + dt.timedelta(days=1), day)
    )
    assert before.reply(Question(question)).entry == "animaux"
    assert after.reply(Question(question)).entry is None
    assert "animaux" not in after.reply(Question(question)).entries
    assert "animaux" not in [found.entry for found in after.rank(question).candidates]
    assert before.rank(question).among(small.served(TODAY)) == after.rank(question)


def test_among_keeps_order_and_scores() -> None:
    whole = ranking((0.5, 0.3, 0.1), 0.9)
    assert whole.among({"e1": 0, "e2": 0, "e3": 0}) == whole
    assert entries_of(Suggestions(whole.among({"e3": 0, "e1": 0}).candidates, "")) == ["e1", "e3"]
    assert whole.among({}) == Ranking((), 0.9)
    assert isinstance(decide(whole.among({}), PRICES), NoMatch)


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_messages_get_a_reply(assistant: Assistant, text: str) -> None:
    reply = assistant.reply(Question(text))
    assert reply.text
    assert math.isfinite(reply.confidence)
    found = assistant.rank(text)
    scores = [one.score for one in found.candidates]
    parts = itertools.chain.from_iterable(one.parts.values() for one in found.candidates)
    assert all(map(math.isfinite, [found.related, *scores, *parts]))


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: str(row["question"])[:60])
def test_questions(assistant: Assistant, row: Mapping[str, str | None]) -> None:
    question, expect = row["question"], row["expect"]
    assert question
    assert row["why"]
    reply = assistant.reply(Question(question))
    got = f"{reply.outcome.value} {', '.join(reply.entries)}"
    if expect is None:
        assert reply.outcome in {Outcome.NO_MATCH, Outcome.SMALLTALK}, got
    else:
        assert reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}, got
        assert expect in reply.entries, got


def test_the_table_covers_every_theme(base: KnowledgeBase) -> None:
    asked = [row["question"] for row in QUESTIONS]
    assert len(set(asked)) == len(asked)
    assert all(set(row) == {"question", "expect", "why"} for row in QUESTIONS)
    expected = {row["expect"] for row in QUESTIONS} - {None}
    assert expected <= base.entries.keys()
    assert {base.entries[key].theme for key in expected} == {theme.id for theme in base.themes}
    assert sum(row["expect"] is None for row in QUESTIONS) >= 8
