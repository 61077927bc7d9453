"""Waiting before trying again."""

from itertools import islice

import pytest

from bot.pauses import doubling


@pytest.mark.parametrize(
    ("first", "longest", "pauses"),
    [
        (1.0, 30.0, [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]),
        (0.5, 8.0, [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]),
        (5.0, 5.0, [5.0, 5.0]),
        (9.0, 5.0, [5.0, 5.0]),
    ],
)
def test_each_pause_is_twice_the_one_before(
    first: float, longest: float, pauses: list[float]
) -> None:
    assert list(islice(doubling(first, longest), len(pauses))) == pauses


def test_they_never_end_and_never_overflow() -> None:
    assert next(islice(doubling(1.0, 60.0), 5_000, None)) == 60.0
