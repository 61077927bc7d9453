"""What the engine asks of a sentence encoder; bot/encoder.py gives the real one."""

from collections.abc import Sequence
from typing import Protocol

from bot.matching.index import Floats


class Encoder(Protocol):
    """Sentences to unit vectors: near in meaning, near in cosine."""

    name: str  # with version: part of the key under which vectors are cached

    def encode(self, sentences: Sequence[str]) -> Floats:
        """Unit vectors, shape (n, size)."""
        ...
