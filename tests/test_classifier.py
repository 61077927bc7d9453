"""The linear classifier is the ridge regression it says it is."""

import numpy as np
import pytest

from bot.matching.classifier import PENALTY, Hashing, learn
from bot.matching.rows import Doubles, Floats, Ints

SHAPES = [(40, 8, 3), (12, 30, 4), (20, 20, 2)]


def some_rows(rows: int, columns: int, classes: int) -> tuple[Floats, Ints]:
    random = np.random.default_rng(7)
    features = random.normal(size=(rows, columns)).astype(np.float32)
    return features, np.sort(np.arange(rows, dtype=np.int64) % classes)


def ridge(features: Floats, targets: Doubles) -> Doubles:
    wide = features.astype(np.float64)
    gram = wide.T @ wide + PENALTY * np.eye(wide.shape[1])
    return np.asarray(np.linalg.solve(gram, wide.T @ targets), dtype=np.float64)


@pytest.mark.parametrize(("rows", "columns", "classes"), SHAPES)
def test_the_classifier_is_the_ridge_regression(rows: int, columns: int, classes: int) -> None:
    features, owners = some_rows(rows, columns, classes)
    every = np.arange(rows)
    weights, left_out = learn(lambda start, stop: features[start:stop], owners, classes, every)
    targets = np.eye(classes)[owners]
    targets -= targets.mean(axis=0)
    np.testing.assert_allclose(weights, ridge(features, targets), atol=1e-4)
    for row in range(rows):
        others = every != row
        refitted = features[row] @ ridge(features[others], targets[others])
        np.testing.assert_allclose(left_out.of(row), refitted, atol=1e-3)


def test_only_the_rows_asked_for_are_left_out() -> None:
    features, owners = some_rows(40, 8, 3)
    some = np.array([3, 17, 39])
    _, every = learn(lambda start, stop: features[start:stop], owners, 3, np.arange(40))
    _, left_out = learn(lambda start, stop: features[start:stop], owners, 3, some)
    np.testing.assert_allclose(left_out.scores, every.scores[some], atol=1e-4)


def test_a_trait_keeps_its_place_whatever_the_others() -> None:
    one, other = Hashing.of(["b", "c"]), Hashing.of(["a", "b", "c"])
    assert (one.places.tolist(), one.signs.tolist()) == (
        other.places[1:].tolist(),
        other.signs[1:].tolist(),
    )
    assert set(Hashing.of([f"x{n}" for n in range(100)]).signs.tolist()) == {-1, 1}


def test_weights_add_up_at_their_places() -> None:
    hashing = Hashing.of(["a", "b", "c"])
    rows, traits = np.array([0, 1, 1]), np.array([0, 1, 2])
    dense = hashing.dense(rows, traits, np.array([0.5, 1, 2], dtype=np.float32), 3)
    assert dense[0, hashing.places[0]] == 0.5 * hashing.signs[0]
    assert np.abs(dense).sum(axis=1).tolist() == [0.5, 3, 0]
