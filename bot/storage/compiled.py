"""Matchers kept in files: built once for a corpus, then loaded in a tenth of a second.

A file is named by a hash of the corpus and of the program: it is right, or it is not found. One
that can't be read or written only makes a start longer. Copies of the service that share a
database server keep the last one there too.
"""

import contextlib
import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from bot.learning.building import matcher_of
from bot.learning.corpus import Corpus
from bot.learning.regrown import reads, regrown
from bot.matching.matcher import Matcher
from bot.storage.packing import pack, unpack
from bot.trained import load_encoder, load_model

if TYPE_CHECKING:  # the process that builds has no need of the database
    from bot.storage.shelf import Shelf

#: Where the installation keeps the matcher of the files that ship (`python -m bot compile`).
SHIPPED = Path(__file__).parent.parent / "compiled"
_PROGRAM = Path(__file__).parent.parent
#: Share of the phrasings that must be the same for a base to be as sure as the one before.
ALIKE = 0.95
#: Seconds between two looks at what another copy builds, and how many before it is done here.
_PAUSE, _PATIENCE = 1.0, 60
#: What is served goes before what is built: questions, and other copies on the same machine.
_NICE = 10
_log = logging.getLogger(__name__)


class OvertakenError(Exception):
    """The matcher of another corpus is wanted by now."""


class Builder:
    """Builds matchers, each in a process of its own: what it takes of memory is given back whole.

    Only the one wanted last goes on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn = 0
        self._running: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def begin(self) -> int:
        """The number of a turn, which ends that of before."""
        with self._lock:
            self._turn += 1
            if self._running:
                self._running.kill()
            return self._turn

    def stop(self) -> None:
        """Build nothing more."""
        self._stopped = True
        self.begin()

    def check(self, turn: int) -> None:
        """Raise OvertakenError where this turn is over."""
        if turn != self._turn or self._stopped:
            raise OvertakenError

    def build(self, turn: int, corpus: Corpus, former: Matcher | None = None) -> Matcher:
        """The matcher of this corpus, from what the former one knows of its phrasings."""
        path = os.pathsep.join([str(_PROGRAM.parent), os.environ.get("PYTHONPATH", "")])
        known = former.meanings if former else {}
        with self._lock:
            self.check(turn)
            self._running = running = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
            )
        try:
            with running as apart:
                to, of = cast("BinaryIO", apart.stdin), cast("BinaryIO", apart.stdout)
                to.write(f"{corpus.dump()}\n{json.dumps(list(known))}\n".encode())
                for meaning in known.values():
                    to.write(meaning.tobytes())
                to.close()
                made = of.read()
            return _read(io.BytesIO(made), corpus)
        except Exception:
            self.check(turn)  # killed
            raise
        finally:
            with self._lock:
                if self._running is running:
                    self._running = None


def matchers_of(
    corpus: Corpus,
    folder: Path,
    former: Matcher | None = None,
    shelf: "Shelf | None" = None,
    builder: Builder | None = None,
) -> Iterator[Matcher]:
    """The matcher kept in `folder`, with the program or on the shelf; else it is built, and kept.

    Where nearly all phrasings are those of the matcher that was served before, that one comes
    first, regrown: what is new is found at once. Of copies that share a shelf, one builds.
    """
    name, builder = _name(corpus), builder or Builder()
    turn = builder.begin()
    for file in (folder / name, SHIPPED / name):
        if (found := _loaded(file, file, corpus)) is not None:
            yield found
            return
    if (found := _on_shelf(shelf, name, corpus)) is not None:
        yield found
        _keep(_written(found), folder / name)
        return
    if former and _alike(former, corpus.phrasings):
        yield regrown(former, corpus)
    try:
        if shelf and former and not shelf.claim(name):
            for _ in range(_PATIENCE):  # another copy builds it
                time.sleep(_PAUSE)
                builder.check(turn)
                if (found := _on_shelf(shelf, name, corpus)) is not None:
                    yield found
                    _keep(_written(found), folder / name)
                    return
        _log.info("Première lecture de ces connaissances : quelques secondes…")
        made = builder.build(turn, corpus, former)
    except OvertakenError:
        return
    except Exception as error:
        # Whatever keeps another process from doing it: it can be done here, with more memory.
        _log.warning("Lecture à part impossible (%s) : elle se fait ici.", type(error).__name__)
        made = matcher_of(corpus, load_encoder(), load_model())
    yield made
    content = _written(made)
    _keep(content, folder / name)
    if shelf:
        shelf.put(name, content)


def draft_matcher(corpus: Corpus, former: Matcher | None) -> Iterator[Matcher]:
    """The matcher of a draft, kept nowhere: that of what is served, regrown, where it can be."""
    if former and reads(former, corpus) and _alike(former, corpus.phrasings):
        yield regrown(former, corpus)
        return
    builder = Builder()
    yield builder.build(builder.begin(), corpus, former)


def compile_shipped(corpus: Corpus) -> None:
    """Keep the matcher with the program, for a first start on a bare, read-only disk."""
    builder = Builder()
    made = builder.build(builder.begin(), corpus)
    _keep(_written(made), SHIPPED / _name(corpus))


def _alike(former: Matcher, phrasings: Set[str]) -> bool:
    """Whether nearly all of these are phrasings of the matcher that was served before."""
    return len(former.meanings.keys() & phrasings) > ALIKE * len(phrasings)


def _name(corpus: Corpus) -> str:
    made = hashlib.blake2b(corpus.dump().encode(), digest_size=12)
    made.update(_program())
    return f"connaissances-{made.hexdigest()}.npz"


@cache
def _program() -> bytes:
    """What tells one version of the matching from another."""
    made = hashlib.blake2b(load_encoder().name.encode() + np.__version__.encode(), digest_size=12)
    rooms = (_PROGRAM / name for name in ("language", "matching", "learning"))
    files = [file for room in rooms for file in room.iterdir()]
    for file in sorted([*files, _PROGRAM / "storage" / "packing.py"]):
        if file.suffix in {".py", ".json"}:
            made.update(file.read_bytes())
    return made.digest()


def _on_shelf(shelf: "Shelf | None", name: str, corpus: Corpus) -> Matcher | None:
    kept = shelf and shelf.get(name)
    return _loaded(name, kept, corpus) if kept else None


def _loaded(name: Path | str, kept: Path | bytes, corpus: Corpus) -> Matcher | None:
    try:
        # From the file itself: its bytes and the arrays would be in memory at once.
        with kept.open("rb") if isinstance(kept, Path) else io.BytesIO(kept) as opened:
            return _read(opened, corpus)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except Exception as error:  # a file that is broken makes numpy raise nearly anything
        _log.warning("%s ne peut pas être lu (%s) : il est refait.", name, type(error).__name__)
        return None


def _read(file: IO[bytes], corpus: Corpus) -> Matcher:
    with np.load(file, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return unpack(arrays, corpus, load_encoder(), load_model())


def _written(made: Matcher) -> bytes:
    content = io.BytesIO()
    np.savez(content, **cast("dict[str, Any]", pack(made)))
    return content.getvalue()


def _keep(content: bytes, file: Path) -> None:
    """Written whole or not at all; what was kept for other files of knowledge goes."""
    draft = file.with_suffix(f".{os.getpid()}")  # two processes may start at once
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
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
    """A corpus and known meanings on the standard input; a matcher on the output.

    On the first line the corpus, on the second the phrasings whose meanings follow.
    """
    if hasattr(os, "nice"):
        os.nice(_NICE)
    given, told, encoder = sys.stdin.buffer, sys.stdout.buffer, load_encoder()
    corpus, phrasings = Corpus.parse(given.readline().decode()), json.loads(given.readline())
    meanings = np.frombuffer(given.read(), dtype=np.float32).reshape(len(phrasings), encoder.size)
    known = dict(zip(phrasings, meanings, strict=True))
    told.write(_written(matcher_of(corpus, encoder, load_model(), known)))


if __name__ == "__main__":
    _main()
