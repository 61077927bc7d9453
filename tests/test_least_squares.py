"""The linear classifier is the weighted least squares that it says it is."""

import numpy as np
import pytest

from bot.learning.least_squares import PENALTY, learn, weight
from bot.matching.vocabulary import Doubles, Floats, Hashing, Ints

SHAPES = [(40, 8, 3), (60, 30, 12), (20, 20, 2)]


def some_rows(rows: int, columns: int, classes: int) -> tuple[Floats, Ints]:
    random = np.random.default_rng(7)
    features = random.normal(size=(rows, columns)).astype(np.float32)
    return features, np.sort(np.arange(rows, dtype=np.int64) % classes)


def squares(features: Floats, targets: Doubles, weights: Doubles) -> Doubles:
    """Weighted least squares with a penalty, solved as it is written."""
    wide = features.astype(np.float64)
    gram = (wide.T * weights) @ wide + PENALTY * np.eye(wide.shape[1])
    return np.asarray(np.linalg.solve(gram, wide.T @ (weights * targets)), dtype=np.float64)


@pytest.mark.parametrize(("rows", "columns", "classes"), SHAPES)
def test_each_group_is_told_from_the_rest(rows: int, columns: int, classes: int) -> None:
    features, owners = some_rows(rows, columns, classes)
    every = np.arange(rows)
    found, left_out = learn(lambda rows: features[rows], owners, classes, every)
    for group in range(classes):
        own = owners == group
        weights = np.where(own, weight(int(own.sum()), rows), 1.0)
        targets = np.where(own, 1.0, -1.0)
        np.testing.assert_allclose(found[:, group], squares(features, targets, weights), atol=1e-3)
        for row in every[own]:
            others = every != row
            refitted = features[row] @ squares(features[others], targets[others], weights[others])
            assert left_out.of(row)[group] == pytest.approx(refitted, abs=1e-2)


def test_many_phrasings_weigh_no_more_than_the_rest() -> None:
    assert weight(10, 1000) == 25
    assert weight(200, 1000) == 1
    assert weight(0, 0) == 1


def test_only_the_rows_asked_for_are_left_out() -> None:
    features, owners = some_rows(40, 8, 3)
    some = np.array([3, 17, 39])
    _, every = learn(lambda rows: features[rows], owners, 3, np.arange(40))
    _, left_out = learn(lambda rows: features[rows], owners, 3, some)
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
