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
from collections.abc import Generator, Iterator, Set
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from bot.matching.matcher import Corpus, Matcher
from bot.matching.model import Scale
from bot.storage.packing import pack, unpack
from bot.trained import load_encoder, load_model

if TYPE_CHECKING:  # the process that builds has no need of the database
    from bot.storage.shelf import Shelf

#: Where the installation keeps the matcher of the files that ship (`python -m bot compile`).
SHIPPED = Path(__file__).parent.parent / "compiled"
_PROGRAM = Path(__file__).parent.parent
#: Share of the phrasings that must be the same for a base to be as sure as the one before.
ALIKE = 0.95
_log = logging.getLogger(__name__)


def matchers_of(
    corpus: Corpus, folder: Path, former: Matcher | None = None, shelf: "Shelf | None" = None
) -> Iterator[Matcher]:
    """The matcher kept in `folder`, with the program or on the shelf; else it is built, and kept.

    Where nearly all phrasings are those of the matcher that was served before, it comes first, so
    that a text corrected is read at once: what it ranks and is gone is left out by whoever asks
    (`Ranking.among`), what is new is shown and waits to be found. Then comes one that is as sure as
    it was: calibrating takes half of the time, and hardly changes anything.
    """
    name = _name(corpus)
    for file in (folder / name, SHIPPED / name):
        if (found := _loaded(file, file, corpus)) is not None:
            yield found
            return
    kept = shelf and shelf.get(name)
    if kept and (found := _loaded(name, kept, corpus)) is not None:
        yield found
        _keep(_written(found), folder / name)
        return
    if former and _alike(former, corpus.phrasings):
        yield former
    _log.info("Première lecture de ces connaissances : quelques secondes…")
    try:
        for made in _built_apart(corpus, former):
            yield made
    except Exception as error:
        # Whatever keeps another process from doing it: it can be done here, with more memory.
        _log.warning("Lecture à part impossible (%s) : elle se fait ici.", type(error).__name__)
        made = Matcher.build(corpus, load_encoder(), load_model())
        yield made
    content = _written(made)
    _keep(content, folder / name)
    if shelf:
        shelf.put(name, content)


def draft_matcher(corpus: Corpus, former: Matcher | None) -> Iterator[Matcher]:
    """The matcher of a draft, kept nowhere: as sure as the one served, where it is much alike."""
    with contextlib.closing(_built_apart(corpus, former)) as making:
        yield next(making)


def compile_shipped(corpus: Corpus) -> None:
    """Keep the matcher with the program, for a first start on a bare, read-only disk."""
    (made,) = _built_apart(corpus)
    _keep(_written(made), SHIPPED / _name(corpus))


def _built_apart(corpus: Corpus, former: Matcher | None = None) -> Generator[Matcher, None, None]:
    """Built in a process of its own: what the work takes of memory is given back whole."""
    path = os.pathsep.join([str(_PROGRAM.parent), os.environ.get("PYTHONPATH", "")])
    known = former.meanings if former else {}
    running = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    with running as apart:
        to, of = cast("BinaryIO", apart.stdin), cast("BinaryIO", apart.stdout)
        to.write(f"{corpus.dump()}\n{json.dumps(list(known))}\n".encode())
        for meaning in known.values():
            to.write(meaning.tobytes())
        to.close()
        try:
            first = _read(io.BytesIO(of.read(int(of.readline()))), corpus)
            if former and _alike(former, first.meanings.keys()):
                yield first.scaled(former.scale)
            slope, none = json.loads(of.readline())
            yield first.scaled(Scale(slope, none))
        finally:
            apart.kill()  # whoever has enough of the first waits for nothing


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
    files = [file for name in ("language", "matching") for file in (_PROGRAM / name).iterdir()]
    for file in sorted([*files, _PROGRAM / "storage" / "packing.py"]):
        if file.suffix in {".py", ".json"}:
            made.update(file.read_bytes())
    return made.digest()


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
    """A corpus and known meanings on the standard input; a matcher, then its scale, on the output.

    On the first line the corpus, on the second the phrasings whose meanings follow.
    """
    given, told, encoder = sys.stdin.buffer, sys.stdout.buffer, load_encoder()
    corpus, phrasings = Corpus.parse(given.readline().decode()), json.loads(given.readline())
    meanings = np.frombuffer(given.read(), dtype=np.float32).reshape(len(phrasings), encoder.size)
    known = dict(zip(phrasings, meanings, strict=True))
    stages = Matcher.stages(corpus, encoder, load_model(), known)
    content = _written(next(stages))
    told.write(b"%d\n" % len(content) + content)
    told.flush()
    scale = next(stages).scale
    told.write(json.dumps([scale.slope, scale.none]).encode())


if __name__ == "__main__":
    _main()
