"""The trained tables as they ship, and the tool that trains them."""

import importlib
import io
import subprocess
import sys
from pathlib import Path
from random import Random
from types import ModuleType
from zipfile import BadZipFile

import numpy as np
import pytest

from bot.language.encoder import BUCKETS, Encoder, Floats, features
from tests.conftest import ROOT
from tools.encoder_noise import noised
from tools.encoder_texts import own_phrasings

TABLES = ROOT / "bot" / "language" / "encoder.npz"
SENTENCES = (
    "Quand mon logement sera-t-il rénové ?",
    "kan es ke mon lojement cera renové",
    "L’Œuvre d’Été, c’est où ?",
    "zzzxqw",
    "€ 12 — 59300",
)
#: (badly written, the same well written, another entry's question)
NEARER = (
    ("cé kan les travo ds ma ru", "Quand auront lieu les travaux dans ma rue ?", "Qui paie ?"),
    ("mon loyé va til ogmenté", "Mon loyer va-t-il augmenter ?", "Mon logement sera-t-il isolé ?"),
    ("ki cest ki pai", "Qui paie ?", "Combien de logements seront rénovés ?"),
    ("combein de logemnt renové", "Combien de logements seront rénovés ?", "Qui décide ?"),
    ("ya til des aide pr isolé ma mezon", "Des aides pour isoler ma maison ?", "Qui contacter ?"),
    ("jé dlo ki coule du plafon", "De l’eau coule du plafond", "Mon loyer va-t-il augmenter ?"),
    ("ou es ke jpe voir un teril", "Où voir un terril ?", "Où demander un logement social ?"),
    ("bjr le chofage march pu svp", "Le chauffage ne marche plus", "Le train passe-t-il ici ?"),
    ("dmande de lojment social", "Demande de logement social", "Demande d’emploi"),
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(str(TABLES))


def test_the_tables_are_small_and_load_without_pickle() -> None:
    assert TABLES.stat().st_size <= 12_000_000
    with np.load(TABLES, allow_pickle=False) as file:
        assert {name: file[name].dtype.name for name in file.files} == {
            "words": "uint8",
            "rows": "int8",
            "scales": "float16",
        }


@pytest.mark.parametrize("text", SENTENCES)
def test_a_text_is_a_unit_vector(encoder: Encoder, text: str) -> None:
    vector = encoder.embed(text)
    assert vector.shape == (encoder.size,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("text", ["", "   ", "?!…", "🙂", "\u200b\ufeff", "مرحبا"])
def test_a_text_without_letters_it_knows_points_nowhere(encoder: Encoder, text: str) -> None:
    assert not encoder.embed(text).any()


def test_a_very_long_text_is_read_from_its_beginning(encoder: Encoder) -> None:
    said = "je voudrais savoir quand mon toit sera refait " * 500
    long = encoder.embed(said)
    assert np.array_equal(long, encoder.embed(said + "merci au revoir" * 5_000))
    assert np.linalg.norm(long) == pytest.approx(1, abs=1e-6)
    assert np.linalg.norm(encoder.embed("a" * 100_000)) == pytest.approx(1, abs=1e-6)


def test_the_same_text_gives_the_same_bits_anywhere(encoder: Encoder) -> None:
    alone = [encoder.embed(text) for text in SENTENCES]
    assert np.array_equal(encoder.encode(SENTENCES), alone)
    assert np.array_equal(encoder.encode(SENTENCES[::-1]), alone[::-1])
    assert encoder.encode([]).shape == (0, encoder.size)
    code = (
        "import sys; from bot.language.encoder import Encoder; "
        f"e = Encoder.load({str(TABLES)!r}); "
        "sys.stdout.buffer.write(e.encode(sys.argv[1:]).tobytes())"
    )
    for seed in ("0", "7"):
        done = subprocess.run(
            [sys.executable, "-c", code, *SENTENCES],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        )
        assert done.stdout == np.array(alone).tobytes()


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("L’eau coule", "l'EAU, coule !!"),
        ("Où est l’école ?", "ou est l ecole"),
        ("cœur d'îlot", "coeur d ilot"),
    ],
)
def test_accents_capitals_and_signs_change_nothing(encoder: Encoder, one: str, same: str) -> None:
    assert np.array_equal(encoder.embed(one), encoder.embed(same))


@pytest.mark.parametrize(("typed", "meant", "other"), NEARER)
def test_badly_written_is_nearer_to_itself_than_to_another(
    encoder: Encoder, typed: str, meant: str, other: str
) -> None:
    vector = encoder.embed(typed)
    assert vector @ encoder.embed(meant) > vector @ encoder.embed(other)


def test_tables_are_kept_as_they_were_made(encoder: Encoder) -> None:
    kept = io.BytesIO()
    encoder.save(kept)
    kept.seek(0)
    again = Encoder.load(kept)
    assert again.name == encoder.name
    assert np.array_equal(again.encode(SENTENCES), encoder.encode(SENTENCES))


def test_tables_of_unequal_lengths_are_refused() -> None:
    rows, scales = np.zeros((2 * BUCKETS, 4), np.int8), np.ones(2 * BUCKETS, np.float32)
    with pytest.raises(ValueError, match="unequal"):
        Encoder(["un"], rows, scales)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "encoder.npz"
    short.write_bytes(TABLES.read_bytes()[:1000])
    with short.open("rb") as file, pytest.raises((OSError, ValueError, KeyError, BadZipFile)):
        Encoder.load(file)


def test_a_text_is_made_of_words_letters_and_pairs() -> None:
    known = {"mon": 0, "toit": 1}
    found = dict(zip(*features("Mon toit", known), strict=True))
    assert found[0] == found[1] == 1
    pairs = [row for row in found if row >= len(known) + BUCKETS]
    assert len(pairs) == 1
    letters = [weight for row, weight in found.items() if 2 <= row < 2 + BUCKETS]
    assert sum(letters) == pytest.approx(0.5 * (5**0.5 + 7**0.5))  # « mon » has 5 runs, 7 « toit »
    assert len(features("Mon toit", {})[0]) == len(letters)


@pytest.fixture(scope="module")
def training() -> ModuleType:
    """The tool, where the extra « bench » is installed."""
    pytest.importorskip("scipy", reason="extra bench")
    return importlib.import_module("tools.train_encoder")


def test_a_small_training_learns_what_it_is_shown(training: ModuleType) -> None:
    """Two hundred sentences: misspelt as none was in training, each lies by its own target."""
    texts = [text for text, _ in own_phrasings(ROOT / "knowledge")][:200]
    wanted = training.unit(np.random.default_rng(3).standard_normal((len(texts), 16)))
    recipe = training.Recipe(size=16, epochs=12, batch=100, own_copies=1, warm_up=5, seldom=2)
    made = training.train(texts, wanted, len(texts), recipe)
    chance = Random(5)
    typed = made.encode([noised(text, chance) for text in texts])
    first = (typed @ wanted.T).argmax(axis=1)
    assert (first == np.arange(len(texts))).mean() > 0.7


def test_a_training_twice_gives_the_same_tables(training: ModuleType) -> None:
    texts = [text for text, _ in own_phrasings(ROOT / "knowledge")][:60]
    wanted = training.unit(np.random.default_rng(3).standard_normal((len(texts), 8)))
    recipe = training.Recipe(size=8, epochs=2, batch=30, own_copies=2, seldom=2)
    names = {training.train(texts, wanted, len(texts), recipe).name for _ in range(2)}
    assert len(names) == 1


def test_targets_keep_the_likeness_that_teachers_agree_on(training: ModuleType) -> None:
    """Two teachers of three subjects: texts of one subject lie together, and as foreseen."""
    chance = np.random.default_rng(4)
    subjects = np.repeat(np.arange(3), 20)
    one, two = (
        (
            chance.standard_normal((3, size))[subjects] + 0.1 * chance.standard_normal((60, size))
        ).astype(np.float32)
        for size in (12, 20)
    )
    wanted = training.targets((one, two), 2)
    alike = wanted @ wanted.T
    same = subjects[:, None] == subjects
    assert alike[same].min() > alike[~same].max()
    assert (training.foreseen(wanted[::2], two[::2], two[1::2]) * wanted[1::2]).sum(1).min() > 0.8


def test_own_phrasings_gather_and_messages_to_refuse_stay(training: ModuleType) -> None:
    own: Floats = training.unit(np.random.default_rng(5).standard_normal((6, 8)))
    made = training.gathered(own, ["a", "a", "a", "", "b", "b"], 0.5)
    assert (made[:3] @ made[:3].T).min() > (own[:3] @ own[:3].T).min()
    assert np.allclose(made[3], own[3], atol=1e-6)
