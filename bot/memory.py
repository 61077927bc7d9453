"""Memory that glibc would keep for itself: a service that runs for weeks has no use for it."""

import contextlib
import ctypes

#: glibc's number for how many heaps threads share (mallopt(3)).
_ARENA_MAX = -8


def share_one_heap() -> None:
    """Before any thread begins: else each has a heap of its own, which never shrinks.

    Threads lose nothing by it: the interpreter lets one of them work at a time.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Hand memory back to the system: glibc keeps what reading and building took, 60 MB a save."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
