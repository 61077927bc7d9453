"""Serves the newest revision, takes what is new in the folder, and goes on whatever happens."""

import asyncio
import contextlib
import datetime as dt
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.communes.gazetteer import Gazetteer
from bot.knowledge.checking import revision_of
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.presence import ABSENT, GONE, unread
from bot.knowledge.problem import Problem, in_words
from bot.knowledge.taken import Taken, digest
from bot.storage.knowledge_files import (
    Knowledge,
    KnowledgeError,
    examine,
    examined,
    lying_in,
    read_files,
    shipped,
    write_file,
)
from bot.storage.revisions import OvertakenError, Revision, Revisions, edited

#: Seconds between two looks at the folder. A look at the folder takes less
#: than a millisecond, and sees what no event tells: links and folders switched, and disks of other
#: machines.
LOOK_EVERY = 1.0
#: Looks at the database for one at the folder: what another copy published is served at once.
_LOOKS = 4
#: Seconds in which the database has to say which revision is the newest.
_ANSWER_SECONDS = 3.0
#: Revisions tried where the newest can't be read any more, by a program that asks for more.
_OLDER = 20

Problems = tuple[Problem | str, ...]
#: What serves a base from its first step on, and goes on to serve it better.
OnChange = Callable[[KnowledgeBase, Gazetteer, Sequence[str]], Iterator[None]]

_log = logging.getLogger(__name__)


class KnowledgeWatcher:
    """Serves the newest revision, in which what is saved in a folder is taken when it is right.

    `problems` holds what keeps the folder's files from being served; it is empty when they are.
    `warnings` is about what is served. A folder that lost files, a third of one or an entry that
    others count on is only taken when it is saved again as it is. What is published elsewhere is
    written to the folder's files, if they are as last taken and can be written.
    """

    def __init__(self, folder: Path, revisions: Revisions, *, every: float = LOOK_EVERY) -> None:
        self._folder = folder
        self.revisions = revisions
        self._every = every
        self._on_change: OnChange | None = None
        self._served: Revision | None = None
        self._seen: object = None  # the folder when it was last read
        self._tried = ""  # the revision that was then read, and refused
        self._taken: dict[str, Taken] = {}  # the files when all of them were right last
        self._away = False
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._further: set[asyncio.Task[None]] = set()  # what serves better what is served
        self._settled: object = None  # what was served, and seen, when files were last written
        self._of_files: Problems = ()
        self._of_revision: Problems = ()
        self._unread: tuple[Problem, ...] = ()
        self._of_served: tuple[Problem, ...] = ()
        self.problems: Problems = ()
        self.warnings: tuple[Problem, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder if self._folder.is_dir() else self._folder.parent

    @property
    def revision(self) -> tuple[int, float]:
        """The number of what is served, and when it was published, in seconds since 1970."""
        served = self._served
        return (served.number, served.made_at.timestamp()) if served else (0, 0.0)

    async def open(self) -> Knowledge:
        """What is to be served first: the newest good revision, with what is new in the files.

        Raises KnowledgeError where there is none.
        """
        files: Mapping[str, str] = {}
        try:
            self._seen = await asyncio.to_thread(self._lying)
            files = await asyncio.to_thread(read_files, self._folder)
            told = await self._take(files)
        except (KnowledgeError, OSError) as error:
            self._seen, told = None, (str(error),)
        for revision in await self.revisions.history(_OLDER):
            try:
                knowledge = await self._read(revision, files)
            except KnowledgeError as error:
                self._of_revision = self._of_revision or _refused(revision, error)
                continue
            self._served, self._of_served = revision, knowledge.warnings
            self._tell(told, self._of_revision)
            return knowledge
        raise KnowledgeError("\n".join(in_words((*told, *self._of_revision))))

    def start(self, on_change: OnChange) -> None:
        """Follow; what each new base, communes and messages are given to runs in threads."""
        self._on_change = on_change
        self._task = asyncio.create_task(self._watch(), name="knowledge-watcher")

    async def close(self) -> None:
        self._stop.set()
        if self._task:
            await self._task
        await asyncio.gather(*self._further)

    async def _watch(self) -> None:
        before: object = None
        for look in count():
            before = await self._look(before, at_files=look % _LOOKS == 0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self._every / _LOOKS)
            if self._stop.is_set():
                return

    async def _look(self, before: object, *, at_files: bool) -> object:
        """Serve what is new in the database, and in a folder that was still since `before`."""
        now: object = None
        try:
            if not await self._follow():
                return None  # the database is away: what is saved meanwhile waits for it
            if not at_files:
                return before
            now = await asyncio.to_thread(self._lying)
            if now == before and now != self._seen:
                self._seen = now
                self._tell(await self._take(await asyncio.to_thread(read_files, self._folder)))
                await self._follow()
            await self._write_back()
        except (KnowledgeError, OSError, SQLAlchemyError, OvertakenError) as error:
            # What can't be read now may be in a moment, and nothing need have changed.
            self._seen = None
            said = isinstance(error, KnowledgeError | OSError)
            self._tell((str(error) if said else f"Base de données : {type(error).__name__}.",))
        except Exception as error:
            # Whatever it is: an editor's next save must find someone who listens.
            self._tell((_unforeseen(error),))
        return now

    def _lying(self) -> list[tuple[str, tuple[int, ...]]]:
        return sorted(lying_in(self._folder))

    async def _follow(self) -> bool:
        """Serve the newest revision; False where the database does not say which it is."""
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                newest = await self.revisions.newest()
        except Exception as error:
            # Whatever the driver raises; its message may hold the password.
            if not self._away:
                _log.warning("Les connaissances attendent la base (%s).", type(error).__name__)
            self._away = True
            return False
        self._away = False
        if newest and newest != self._served:
            await self._serve(newest)
        return True

    async def _take(self, files: Mapping[str, str]) -> Problems:
        """Publish what is new in the folder's files if it is right; else what is wrong."""
        revision = revision_of(files)
        sure, self._tried = revision == self._tried, ""
        self._unread = tuple(unread(files))
        try:
            await self.revisions.take(files, before=self._taken, sure=sure)
        except KnowledgeError as error:
            self._tried = revision
            # What is wrong is told where it is in the files, whatever was published besides.
            _, checked = await asyncio.to_thread(examine, files, dt.date.today())
            gone = tuple(one for one in error.problems if one.code in GONE)
            wrong = (one for one in checked.errors if not gone or one.code != ABSENT)
            return (*gone, *wrong) or error.problems
        self._taken = await asyncio.to_thread(_all_seen, edited(files))
        return ()

    async def _serve(self, revision: Revision) -> None:
        try:
            knowledge = await self._read(revision)
        except KnowledgeError as error:
            self._served = revision
            self._tell(self._of_files, _refused(revision, error))
            return
        self._served, self._of_served = revision, knowledge.warnings
        self._tell(self._of_files, ())
        if self._on_change:
            steps = self._on_change(knowledge.base, knowledge.gazetteer, knowledge.common)
            await asyncio.to_thread(next, steps, None)
            further = asyncio.create_task(self._go_on(steps))
            self._further.add(further)
            further.add_done_callback(self._further.discard)
        _log.info("Connaissances rechargées : version %d.", revision.number)

    async def _go_on(self, steps: Iterator[None]) -> None:
        """Serve it better, while what is new may already be served instead."""
        try:
            await asyncio.to_thread(lambda: [*steps])
        except Exception as error:
            self._tell((_unforeseen(error),))

    async def _read(self, revision: Revision, having: Mapping[str, str] | None = None) -> Knowledge:
        """What a revision serves; `having` are texts that may be its own."""
        ready, self.revisions.ready = self.revisions.ready, None
        if ready and ready[0] == revision:
            return ready[1]
        files = await self.revisions.files(revision.number, having)
        return await asyncio.to_thread(examined, shipped() | files, dt.date.today())

    async def _write_back(self) -> None:
        """Write what is served to the files that are as last taken, once for each change.

        Where they can't be written, the database alone holds what was published.
        """
        state = (self._served, self._seen)
        if self._served is None or state == self._settled or self._of_revision or not self._taken:
            return
        self._settled = state
        try:
            files = await asyncio.to_thread(read_files, self._folder)
            for name, text in (await self.revisions.files(self._served.number, files)).items():
                held = files.get(name)
                if held != text and digest(held) == self._taken.get(name, Taken()).digest:
                    await asyncio.to_thread(write_file, self._folder, name, held or "", text)
                    _log.info("%s est mis à jour : version %d.", name, self._served.number)
        except (KnowledgeError, OSError) as error:
            _log.info("Les fichiers gardent leur ancien texte (%s).", error)

    def _tell(self, of_files: Problems, of_revision: Problems | None = None) -> None:
        """Keep what is wrong with the files, and with the revision; log what is new of it."""
        self._of_files = of_files
        self._of_revision = self._of_revision if of_revision is None else of_revision
        problems = (*self._of_revision, *of_files)
        warnings = (*self._unread, *self._of_served)
        if problems != self.problems:
            for told in in_words(problems):
                _log.error("Connaissances refusées, l’ancienne version reste servie. %s", told)
        if warnings != self.warnings:
            for told in in_words(warnings):
                _log.warning("Connaissances servies. %s", told)
        self.problems, self.warnings = problems, warnings


def _all_seen(files: Mapping[str, str]) -> dict[str, Taken]:
    return {name: Taken().seen(name, text) for name, text in files.items()}


def _refused(revision: Revision, error: KnowledgeError) -> Problems:
    told = in_words(error.problems)[:1]
    return (f"La version {revision.number} ne peut pas être servie. {' '.join(told)}",)


def _unforeseen(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    _log.debug("Erreur imprévue", exc_info=error)
    return (
        f"Une erreur imprévue empêche de lire ces fichiers ({type(error).__name__}, "
        f"{Path(last.filename).name}, ligne {last.lineno}). Défaites le dernier changement, et "
        "signalez-la à qui s’occupe de Galibot."
    )
