"""What is let go is freed, though what is built for good is no longer looked through."""

import ctypes
import gc
import subprocess
import sys
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


#: Prints how many blocks of a megabyte came from the system by themselves, of ten.
BLOCKS = """
import ctypes

class Heap(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in (
        "arena", "free", "small", "blocks", "size", "most", "free_small", "used", "left", "top")]

libc = ctypes.CDLL(None)
libc.mallinfo.restype = Heap
{before}
del (big := [bytearray(20 << 20)])[:]
before = libc.mallinfo().blocks
kept = [bytearray(1 << 20) for _ in range(10)]
print(libc.mallinfo().blocks - before)
"""


@pytest.mark.parametrize(
    ("before", "count"),
    [("", 0), ("from bot.memory import keep_the_heap_small; keep_the_heap_small()", 10)],
)
def test_a_large_block_leaves_no_hole_in_the_heap(before: str, count: int) -> None:
    """glibc by itself takes them from the heap, once it has freed a larger one."""
    if not hasattr(ctypes.CDLL(None), "mallinfo"):
        pytest.skip("glibc alone has mallinfo")
    code = BLOCKS.format(before=before)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(told.stdout) == count
