"""The knowledge folder: read it, and follow what editors save, never losing a good base."""

import asyncio
import contextlib
import datetime as dt
import logging
import os
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bot.communes.gazetteer import Gazetteer
from bot.communes.tables import read_gazetteer
from bot.knowledge.checking import Checked, check, revision_of
from bot.knowledge.files import COMMON, EDITED, FAQ, PICTURES, PLACES, SHIPPED, TOWN_HALLS
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.presence import ABSENT, absent, lines_of, lost, meant
from bot.knowledge.problem import Problem, in_words

#: What ships with the program: how French people talk, whatever the base.
_DEFAULTS = MappingProxyType(
    {
        key: Path(__file__).parent.parent / "defaults" / key.removeprefix("defauts/")
        for key in SHIPPED.values()
    }
)
#: The folder and those within it that hold files.
_FOLDERS = tuple(dict.fromkeys(("", *(name[: name.find("/") + 1] for name in EDITED))))
#: What editors, systems and version control leave in a folder, and what explains it.
_NOT_OURS = re.compile(
    r"^[.#~]|~$|^4913$|\.(?:sw[a-z]|tmp|part)$|^(?:thumbs\.db|desktop\.ini)$"
    r"|^(?:readme|lisez-?moi|licen[cs]e)\b",
    re.IGNORECASE,
)
#: Seconds between two looks at the folder. A look takes less than a millisecond, and sees what
#: no event tells: links and folders switched, and disks of other machines.
LOOK_EVERY = 1.0

_log = logging.getLogger(__name__)


class KnowledgeError(Exception):
    """The knowledge can't be served; the message, in French, lists every problem."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that is served of a folder, and what its editor had better know."""

    base: KnowledgeBase
    gazetteer: Gazetteer
    common: tuple[str, ...]  # everyday messages that no FAQ answers
    warnings: tuple[Problem, ...]
    lines: Mapping[str, int]  # of each file


def examine(files: Mapping[str, str], today: dt.date) -> tuple[Knowledge | None, Checked]:
    """Check the texts that `read_files` gives; nothing is served where one problem is an error."""
    checked = check(files, today)
    if (region := checked.region) is None:
        return None, checked
    gazetteer = Gazetteer(region)
    if not files.keys().isdisjoint((*PLACES, TOWN_HALLS)):
        # A territory is whole, or there is none.
        found = list(absent(files, PLACES))
        if not found and not any(problem.file in PLACES for problem in checked.errors):
            gazetteer = read_gazetteer(files, region, found)
        checked = checked.also(found)
    if checked.base is None:
        return None, checked
    lines = (line.strip() for line in files.get(COMMON, "").splitlines() if line[:1] != "#")
    common = tuple(filter(None, lines))
    return Knowledge(checked.base, gazetteer, common, checked.problems, lines_of(files)), checked


def read_files(path: Path) -> dict[str, str]:
    """The texts to check: `path` is a knowledge folder, or one FAQ file and its neighbours.

    Names of what no one reads are there too, without texts. Raises KnowledgeError where nothing
    is at `path`, or a file can't be read.
    """
    if not path.exists():
        raise KnowledgeError(f"Le fichier {path} n’existe pas.")
    folder = path if path.is_dir() else path.parent
    places = {name: folder / name for name in EDITED}
    if folder is not path:
        places[FAQ] = path
    # Beside one file that is named, anything may lie.
    files = {
        name: ""
        for name, _ in _lying_in(folder)
        if name not in (*EDITED, *PICTURES)
        and (folder is path or (meant(name) and name != path.name))
    }
    for name, file in places.items():
        try:
            # Bytes that are not UTF-8 are kept as they are, to be told with their line.
            files[name] = file.read_text(encoding="utf-8-sig", errors="surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise KnowledgeError(f"{name} ne peut pas être lu ({error.strerror}).") from None
    return files | shipped()


def shipped() -> dict[str, str]:
    """The texts that ship with the program."""
    return {
        name: file.read_text(encoding="utf-8") for name, file in _DEFAULTS.items() if file.is_file()
    }


def _lying_in(folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What lies in the folder, named as in FILES, with its size, time and number on the disk.

    The names of folders that should not be there end with « / ». Links are followed.
    """
    for place in _FOLDERS:
        try:
            found = list(os.scandir(folder / place))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in found:
            name = f"{place}{entry.name}"
            if _NOT_OURS.search(entry.name) or f"{name}/" in _FOLDERS:
                continue
            if entry.is_dir():
                yield f"{name}/", ()
            else:
                with contextlib.suppress(FileNotFoundError):
                    stat = entry.stat()
                    yield name, (stat.st_size, stat.st_mtime_ns, stat.st_ino)


def load(path: Path, today: dt.date) -> Knowledge:
    """What is served of a folder or file. Raises KnowledgeError with what is wrong, a line each."""
    return examined(read_files(path), today)


def examined(files: Mapping[str, str], today: dt.date) -> Knowledge:
    """What is served of these texts. Raises KnowledgeError with what is wrong, a line each."""
    knowledge, checked = examine(files, today)
    if knowledge is None:
        raise KnowledgeError("\n".join(in_words(checked.errors)), checked.errors)
    return knowledge


def load_base(path: Path, today: dt.date) -> KnowledgeBase:
    """The base of a folder or file; see `load`."""
    return load(path, today).base


class KnowledgeWatcher:
    """Serves what is saved in a folder when it is right, and goes on whatever happens there.

    `on_change` receives each new base, communes and everyday messages, in a thread of its own.
    `problems` holds what keeps the last saved files from being served; it is empty when they are.
    `warnings` is about what is served. A folder that lost files, or a third of one, since those
    `served` is only served when it is saved again as it is.
    """

    def __init__(
        self,
        folder: Path,
        on_change: Callable[[KnowledgeBase, Gazetteer, Sequence[str]], object],
        served: Knowledge | None = None,
        *,
        every: float = LOOK_EVERY,
    ) -> None:
        self._folder = folder
        self._on_change = on_change
        self._every = every
        self._revision = served.base.revision if served else ""
        self._lines = served.lines if served else {}
        self._seen: object = None  # the folder when it was last read
        self._tried = ""  # the revision that was then read
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.problems: tuple[Problem | str, ...] = ()
        self.warnings = served.warnings if served else ()

    @property
    def folder(self) -> Path:
        """Where the knowledge is."""
        return self._folder if self._folder.is_dir() else self._folder.parent

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch(), name="knowledge-watcher")

    async def close(self) -> None:
        self._stop.set()
        if self._task:
            await self._task

    async def _watch(self) -> None:
        before: object = None
        while not self._stop.is_set():
            before = await self._look(before)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self._every)

    async def _look(self, before: object) -> object:
        """Read the folder if it changed, and was still since the look `before`; gives this look."""
        now: object = None
        try:
            now = await asyncio.to_thread(lambda: sorted(_lying_in(self._folder)))
            if now != before or now == self._seen:
                return now
            self._seen = now
            problems = await asyncio.to_thread(self._attempt)
        except (KnowledgeError, OSError) as error:
            # What can't be read now may be in a moment, and nothing need have changed.
            self._seen, problems = None, (str(error),)
        except Exception as error:
            # Whatever it is: an editor's next save must find someone who listens.
            problems = (_unforeseen(error),)
        if problems != self.problems:
            self.problems = problems
            for told in in_words(problems):
                _log.error("Connaissances refusées, l’ancienne version reste servie. %s", told)
        return now

    def _attempt(self) -> tuple[Problem | str, ...]:
        """Serve the folder's files if they are right; else what is wrong."""
        files = read_files(self._folder)
        revision, before = revision_of(files), self._tried
        self._tried = revision
        if revision == self._revision and files.keys() == self._lines.keys():
            return ()
        gone = tuple(lost(self._lines, files)) if revision != before else ()
        knowledge, checked = examine(files, dt.date.today())
        if gone or knowledge is None:
            return (*gone, *(one for one in checked.errors if not gone or one.code != ABSENT))
        if revision != self._revision:
            self._on_change(knowledge.base, knowledge.gazetteer, knowledge.common)
            _log.info("Connaissances rechargées : révision %s.", revision)
        self._revision, self._lines = revision, knowledge.lines
        self.warnings = knowledge.warnings
        for told in in_words(self.warnings):
            _log.warning("Connaissances servies. %s", told)
        return ()


def _unforeseen(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    _log.debug("Erreur imprévue", exc_info=error)
    return (
        f"Une erreur imprévue empêche de lire ces fichiers ({type(error).__name__}, "
        f"{Path(last.filename).name}, ligne {last.lineno}). Défaites le dernier changement, et "
        "signalez-la à qui s’occupe de Galibot."
    )
