"""How long to wait before trying again."""

from collections.abc import Iterator


def doubling(first: float = 1.0, longest: float = 30.0) -> Iterator[float]:
    """Pauses in seconds, for ever: each twice the one before, up to the longest."""
    pause = first
    while True:
        yield min(pause, longest)
        pause = min(2 * pause, longest)
