"""What is let go is freed, though what is built for good is no longer looked through."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.memory import settle


class Cycle:
    """What reference counts alone do not free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Other tests may have settled what there was."""
    gc.unfreeze()
    gc.collect()
    yield
    gc.unfreeze()


def test_what_is_let_go_in_cycles_does_not_wait_for_a_base_s_weight() -> None:
    built = [[number] for number in range(500_000)]
    gc.collect()
    settle()
    one = Cycle()
    seen = weakref.ref(one)
    gc.collect(1)  # it is as old as what is built
    del one
    kept = [[number] for number in range(100_000)]
    assert seen() is None, "a fifth of what is built is enough"
    assert len(built) > len(kept)
