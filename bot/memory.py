"""Memory that glibc or the collector would keep for itself, in a service that runs for weeks."""

import contextlib
import ctypes
import gc

#: glibc's numbers (mallopt(3)) for how many heaps threads share, and for the size in bytes from
#: which a block is taken from the system by itself, and goes back to it when freed.
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
#: glibc's own at first. It raises it to whatever it frees, 32 MiB at most, and takes what is
#: smaller from the heap: told once, it stays.
_BLOCK = 128 << 10


def keep_the_heap_small() -> None:
    """Before any thread begins: else each has a heap of its own, which never shrinks.

    Threads lose nothing by it: the interpreter lets one of them work at a time. What building and
    questions take for a moment is no hole in the heap afterwards: over 60,000 messages it grew by
    8 MiB, and grows by 3.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _BLOCK)


def settle() -> None:
    """What is built for good is not to be looked through again by the garbage collector.

    That held up every conversation for 0.1 s at a time, a fifth of all processor time. A base that
    is replaced holds no cycle, and is freed all the same (a test proves it).
    """
    gc.freeze()
    # It waits until there is a quarter more than it last saw: let it see how little is left, else
    # what is let go in cycles lies there until it weighs as much as a quarter of a base.
    gc.collect()
    give_back()


def give_back() -> None:
    """Hand memory back to the system: glibc keeps what reading and building took, 60 MB a save."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
