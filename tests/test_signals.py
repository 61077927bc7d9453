"""The signals, one by one."""

import numpy as np
import pytest

from bot.matching import signals


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
