"""The linear classifier is the ridge regression it says it is."""

import numpy as np
import pytest

from bot.matching.discriminant import HASHED, PENALTY, Discriminant, leave_one_out
from bot.matching.index import Doubles, Floats, Ints


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
