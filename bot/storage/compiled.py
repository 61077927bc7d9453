"""Matchers kept in files: built once for a corpus, then loaded in a tenth of a second.

A file is named by a hash of the corpus and of the program: it is right, or it is not found. One
that can't be read or written only makes a start longer.
"""

import contextlib
import hashlib
import io
import logging
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bot.matching.matcher import Corpus, Matcher
from bot.trained import load_encoder, load_model

#: Where the installation keeps the matcher of the files that ship (`python -m bot compile`).
SHIPPED = Path(__file__).parent.parent / "compiled"
_PROGRAM = Path(__file__).parent.parent
_log = logging.getLogger(__name__)


def matcher_of(corpus: Corpus, folder: Path) -> Matcher:
    """The matcher kept in `folder`, or with the program; else it is built, and kept there."""
    name = _name(corpus)
    for place in (folder, SHIPPED):
        if (found := _loaded(place / name, corpus)) is not None:
            return found
    _log.info("Première lecture de ces connaissances : quelques secondes…")
    try:
        made = _built_apart(corpus)
        matcher = _read(io.BytesIO(made), corpus)
    except Exception as error:
        # Whatever keeps another process from doing it: it can be done here, with more memory.
        _log.warning("Lecture à part impossible (%s) : elle se fait ici.", type(error).__name__)
        return Matcher.build(corpus, load_encoder(), load_model())
    _keep(made, folder / name)
    return matcher


def compile_shipped(corpus: Corpus) -> None:
    """Keep the matcher with the program, for a first start on a bare, read-only disk."""
    _keep(_built_apart(corpus), SHIPPED / _name(corpus))


def _built_apart(corpus: Corpus) -> bytes:
    """Built in a process of its own: what the work takes of memory is given back whole."""
    path = os.pathsep.join([str(_PROGRAM.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", __name__],
        input=corpus.dump().encode(),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
    )
    return done.stdout


def _name(corpus: Corpus) -> str:
    made = hashlib.blake2b(corpus.dump().encode(), digest_size=12)
    made.update(_program())
    return f"connaissances-{made.hexdigest()}.npz"


@cache
def _program() -> bytes:
    """What tells one version of the matching from another."""
    made = hashlib.blake2b(load_encoder().name.encode() + np.__version__.encode(), digest_size=12)
    for folder in ("language", "matching"):
        for file in sorted((_PROGRAM / folder).iterdir()):
            if file.suffix in {".py", ".json"}:
                made.update(file.read_bytes())
    return made.digest()


def _loaded(file: Path, corpus: Corpus) -> Matcher | None:
    try:
        with file.open("rb") as opened:
            return _read(io.BytesIO(opened.read()), corpus)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except Exception as error:  # a file that is broken makes numpy raise nearly anything
        _log.warning("%s ne peut pas être lu (%s) : il est refait.", file, type(error).__name__)
        return None


def _read(opened: io.BytesIO, corpus: Corpus) -> Matcher:
    with np.load(opened, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return Matcher.load(arrays, corpus, load_encoder(), load_model())


def _keep(made: bytes, file: Path) -> None:
    """Written whole or not at all; what was kept for other files of knowledge goes."""
    draft = file.with_suffix(f".{os.getpid()}")  # two processes may start at once
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(made)
        draft.replace(file)
        for other in file.parent.glob("connaissances-*.npz"):
            if other != file:
                other.unlink(missing_ok=True)
    except OSError as error:
        _log.warning(
            "%s ne peut pas être écrit (%s) : les prochains démarrages seront plus longs.",
            file,
            error.strerror,
        )
        with contextlib.suppress(OSError):
            draft.unlink()


def _main() -> None:
    """A corpus on the standard input, its matcher on the standard output."""
    corpus = Corpus.parse(sys.stdin.buffer.read().decode())
    made = Matcher.build(corpus, load_encoder(), load_model())
    arrays: dict[str, Any] = dict(made.arrays())
    np.savez(sys.stdout.buffer, **arrays)


if __name__ == "__main__":
    _main()
