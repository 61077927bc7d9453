"""Memory that glibc or the collector would keep for itself, in a service that runs for weeks."""

import contextlib
import ctypes
import gc

#: glibc's number for how many heaps threads share (mallopt(3)).
_ARENA_MAX = -8


def share_one_heap() -> None:
    """Before any thread begins: else each has a heap of its own, which never shrinks.

    Threads lose nothing by it: the interpreter lets one of them work at a time.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


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
