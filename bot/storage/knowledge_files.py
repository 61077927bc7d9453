"""The knowledge folder: read it, and follow what editors save, never losing a good base."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import watchfiles

from bot.communes.gazetteer import Gazetteer
from bot.knowledge.checking import FAQ, FILES, check
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.problem import Problem
from bot.knowledge.region import Region
from bot.knowledge.surroundings import REGION, SHIPPED, check_region

#: What ships with the program: how French people talk, whatever the base.
_DEFAULTS = MappingProxyType(
    {
        key: Path(__file__).parent.parent / "defaults" / key.removeprefix("defauts/")
        for key in SHIPPED.values()
    }
)

#: The folder of the territory, within the knowledge folder, and that of how people talk.
PLACES, LANGUAGE = "lieux", "langue"

_log = logging.getLogger(__name__)


class KnowledgeError(Exception):
    """The knowledge can't be served; the message, in French, lists every problem."""


def read_files(path: Path) -> dict[str, str]:
    """The texts to check: `path` is a knowledge folder, or one FAQ file and its neighbours.

    Raises KnowledgeError where there is no FAQ, or a file is not UTF-8 text.
    """
    faq = path / FAQ if path.is_dir() else path
    if not faq.is_file():
        raise KnowledgeError(f"Le fichier {faq} n’existe pas.")
    return _texts({name: faq.parent / name for name in FILES} | {FAQ: faq} | _DEFAULTS)


def _texts(files: Mapping[str, Path]) -> dict[str, str]:
    """The texts of the files that exist. Raises KnowledgeError where one is not UTF-8."""
    texts: dict[str, str] = {}
    for name, file in files.items():
        try:
            texts[name] = file.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            continue
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise KnowledgeError(
                f"{name}, ligne {line} : ce fichier n’est pas enregistré en UTF-8. "
                "Enregistrez-le de nouveau en choisissant l’encodage UTF-8."
            ) from None
    return texts


def load_base(path: Path, today: dt.date) -> KnowledgeBase:
    """The checked base of a folder or file. Raises KnowledgeError with all errors, a line each."""
    checked = check(read_files(path), today)
    if checked.base is None:
        raise KnowledgeError("\n".join(str(problem) for problem in checked.errors))
    return checked.base


def load_region(folder: Path) -> Region:
    """The territory of the knowledge folder; without lieux.yaml, only how people speak of places.

    Raises KnowledgeError with all errors, a line each.
    """
    texts = _texts({REGION: folder / REGION} | _DEFAULTS)
    region, problems = check_region(texts)
    if region is None:
        raise KnowledgeError("\n".join(str(problem) for problem in problems))
    return region


def load_gazetteer(folder: Path) -> Gazetteer:
    """The communes of the folder « lieux », none without it.

    Raises KnowledgeError for absent or wrong files.
    """
    region, places = load_region(folder), folder / PLACES
    if not places.is_dir():
        _log.info("Sans dossier « %s », aucune commune n’est cherchée.", PLACES)
        return Gazetteer(region)
    if not region.standings:
        raise KnowledgeError(f"Le fichier {folder / REGION} n’existe pas, ou ne décrit rien.")
    try:
        return Gazetteer.parse(
            region,
            (places / "communes.csv").read_text(encoding="utf-8"),
            (places / "communes_aliases.csv").read_text(encoding="utf-8"),
            _words(places / "mots_courants.txt"),
            _words(places / "villes_ailleurs.txt"),
        )
    except (OSError, ValueError) as error:
        raise KnowledgeError(f"Les communes ne peuvent pas être lues : {error}") from None


def load_common_messages(folder: Path) -> tuple[str, ...]:
    """Everyday messages that no FAQ answers, from the knowledge folder; none without the file."""
    file = folder / LANGUAGE / "messages_courants.txt"
    return tuple(_words(file)) if file.is_file() else ()


def _words(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


class KnowledgeWatcher:
    """Serves a base and replaces it when the folder's files change and are right.

    `on_change` receives each new base, in a thread of its own. `problems` holds what keeps the
    last saved files from being served; it is empty when they are.
    """

    def __init__(self, folder: Path, on_change: Callable[[KnowledgeBase], None]) -> None:
        self._folder = folder
        self._on_change = on_change
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.problems: tuple[Problem | str, ...] = ()

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch(), name="knowledge-watcher")

    async def close(self) -> None:
        self._stop.set()
        if self._task:
            await self._task

    async def _watch(self) -> None:
        changes = watchfiles.awatch(
            self._folder,
            watch_filter=lambda _, path: any(Path(path).match(name) for name in FILES),
            stop_event=self._stop,
            # Some editors save in several steps; this joins them into one change.
            debounce=400,
        )
        async for _ in changes:
            await self.reload()

    async def reload(self) -> None:
        """Check the files off the event loop and serve them if they are right."""
        try:
            self.problems = await asyncio.to_thread(self._attempt)
        except (KnowledgeError, OSError) as error:
            self.problems = (str(error),)
        for problem in self.problems:
            _log.error("Connaissances refusées, l’ancienne version reste servie. %s", problem)

    def _attempt(self) -> tuple[Problem, ...]:
        checked = check(read_files(self._folder), dt.date.today())
        if checked.base:
            self._on_change(checked.base)
            _log.info("Connaissances rechargées : révision %s.", checked.base.revision)
        return checked.errors
