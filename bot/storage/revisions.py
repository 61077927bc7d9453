"""The knowledge served, as revisions kept in the database: each published whole, or not at all.

A revision is the texts of the editors' files, {name: text}, names as in EDITED. A text is kept
once, by the hash of each of its blocks: a thousand small changes of a long file stay small.
"""

import asyncio
import datetime as dt
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.knowledge.blocks import Conflict, blocks
from bot.knowledge.changes import Change, changes, in_words, merged_files
from bot.knowledge.files import EDITED
from bot.knowledge.freshness import checked_so, redated, unchecked, unverified
from bot.knowledge.presence import lost, removed
from bot.knowledge.problem import Problem
from bot.knowledge.problem import in_words as as_told
from bot.knowledge.taken import Taken, digest, taken_into, unseen_of
from bot.storage.database import TABLES, Database
from bot.storage.knowledge_files import Knowledge, KnowledgeError, examined, shipped

#: Publications that may come in between before one gives up.
TRIES = 20
#: Rows asked for at once: SQLite takes no more than 999 values in one statement.
_ROWS = 900

REVISIONS = sa.Table(
    "knowledge_revisions",
    TABLES,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("way", sa.String(16), nullable=False),
    sa.Column("editor", sa.String(80), nullable=False),  # as she names herself
    sa.Column("changes", sa.JSON, nullable=False),  # in French words
    sa.Column("files", sa.JSON, nullable=False),  # {name: digest of its text}
)
#: Texts by their digests. That of a file holds the digests of its blocks, that of a block its text.
_TEXTS = sa.Table(
    "knowledge_texts",
    TABLES,
    sa.Column("digest", sa.String(32), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),  # by zlib
)
#: The files of a disk as they were last taken: see bot/knowledge/taken.py.
TAKEN = sa.Table(
    "knowledge_taken",
    TABLES,
    sa.Column("file", sa.String(64), primary_key=True),
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("blocks", sa.JSON, nullable=False),
)

_NOTHING: Mapping[str, Any] = MappingProxyType({})

Files = Mapping[str, str]
_Merged = tuple[dict[str, str], list[Conflict]]


@dataclass(frozen=True, slots=True)
class Revision:
    """What was published; `way` is « fichier », « page », « tableur » or « telegram »."""

    number: int  # from 1
    made_at: dt.datetime  # UTC, aware
    way: str
    editor: str  # as she names herself, or nothing
    changes: tuple[str, ...]  # in French words


@dataclass(frozen=True, slots=True)
class Published:
    """The newest revision once one has published, and what others had changed meanwhile."""

    revision: Revision
    conflicts: tuple[Conflict, ...] = ()


class OvertakenError(Exception):
    """Others published each time before one could: which is to try again later."""


def _refuse(problems: Iterable[Problem]) -> None:
    if told := tuple(problems):
        raise KnowledgeError("\n".join(as_told(told)), told)


def edited(files: Files) -> dict[str, str]:
    """The editors' files among these."""
    return {name: files[name] for name in EDITED if name in files}


class Revisions:
    """The revisions of a database. Every method raises what the driver does where it is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        #: What was published last from here, read already: it need not be read again.
        self.ready: tuple[Revision, Knowledge] | None = None

    async def newest(self) -> Revision | None:
        """The revision that is to be served; None before the first."""
        found = await self.history(1)
        return found[0] if found else None

    async def history(self, limit: int = 50) -> list[Revision]:
        """The last revisions, the newest first."""
        asked = sa.select(*REVISIONS.c[:5]).order_by(REVISIONS.c.number.desc()).limit(limit)
        async with self._database.engine.connect() as connection:
            return [_revision(row) for row in await connection.execute(asked)]

    async def files(self, number: int, having: Files | None = None) -> dict[str, str]:
        """The texts of a revision, {} of none; those that one has already need not be fetched."""
        asked = sa.select(REVISIONS.c.files).where(REVISIONS.c.number == number)
        async with self._database.engine.connect() as connection:
            named: dict[str, str] = await connection.scalar(asked) or {}
            texts = {digest(text): text for text in ("", *(having or {}).values())}
            parts = {key: _parts(key) for key in {*named.values()} - {*texts}}
            lists = await _contents(connection, parts.values())
            cut = {
                key: re.findall(".{32}", zlib.decompress(lists[part]).hex())
                for key, part in parts.items()
            }
            held = await _contents(connection, {one for part in cut.values() for one in part})
        # Each piece lets other threads have their turn: on the event loop, that is a wait.
        texts |= await asyncio.to_thread(_joined, cut, held)
        return {name: texts[key] for name, key in named.items()}

    async def differences(self, number: int) -> list[Change]:
        """What a revision changed, block by block."""
        before, after = await self.files(number - 1), await self.files(number)
        return await asyncio.to_thread(lambda: list(changes(before, after)))

    async def publish(
        self,
        files: Files,
        *,
        based_on: int,
        way: str,
        editor: str = "",
        sure: bool = True,
        dated: bool = False,
    ) -> Published:
        """Publish these files, which were revision `based_on` before one changed them.

        They meet what others published since block by block; where both changed one, this text is
        kept and the conflict told. Raises KnowledgeError, and publishes nothing, where the whole
        is wrong, or where it removes what others count on and one is not `sure`. An answer that
        changed loses the day of its check, unless its editor was asked: they are `dated`.
        """
        base, mine = await self.files(based_on), edited(files)

        def merge(theirs: Files) -> _Merged:
            return merged_files(base, mine, theirs)

        return await self._publish(merge, way, editor, sure=sure, dated=dated)

    async def undo(self, number: int, *, editor: str, way: str = "page") -> Published:
        """Take back what a revision changed; what was changed again since stays, and is told."""
        after, before = await self.files(number), await self.files(number - 1)
        if not before:
            before = after
        return await self._publish(lambda now: merged_files(after, now, before), way, editor)

    async def taken(self) -> dict[str, Taken]:
        """What is known of the files of a disk, by their names."""
        async with self._database.engine.connect() as connection:
            return await _taken(connection)

    async def take(
        self, disk: Files, *, before: Mapping[str, Taken] = _NOTHING, sure: bool = False
    ) -> Published:
        """Publish what is new in the files of a disk, which held what was taken `before`.

        A block is new where it is neither as last taken, nor as it was published since: files of
        before an edit take nothing back, whatever their dates. Raises KnowledgeError where the
        whole is wrong, or has lost what others count on and one is not `sure`.
        """
        mine, known = edited(disk), await self.taken()
        unseen = unseen_of(mine, known)
        if not unseen and (newest := await self.newest()):
            return Published(newest)
        if not sure:
            _refuse(lost({name: one.lines for name, one in (before or known).items()}, mine))

        def merge(theirs: Files) -> _Merged:
            return taken_into(theirs, mine, unseen, known, before)

        seen = {name: mine.get(name) for name in unseen}
        return await self._publish(merge, "fichier", "", seen, sure=sure)

    async def with_disk(self, disk: Files, theirs: Files) -> Files:
        """What `take` would make of these files, which are the newest, by those of a disk."""
        mine, known = edited(disk), await self.taken()
        made, _ = taken_into(theirs, mine, unseen_of(mine, known), known, _NOTHING)
        return made

    async def _publish(
        self,
        merge: Callable[[Files], _Merged],
        way: str,
        editor: str,
        seen: Mapping[str, str | None] = _NOTHING,
        *,
        sure: bool = True,
        dated: bool = False,
    ) -> Published:
        """Publish what `merge` makes of the newest files; `seen` are those read from a disk."""
        having = {name: text for name, text in seen.items() if text is not None}
        for _ in range(TRIES):
            newest = await self.newest()
            number = newest.number if newest else 0
            theirs = await self.files(number, having)
            made, conflicts = await asyncio.to_thread(merge, theirs)
            if newest and made == theirs:
                if not seen or await self._write(None, number, theirs, made, seen):
                    return Published(newest, tuple(conflicts))
                continue
            again: tuple[str, ...] = ()
            if not dated:
                given, stale = made, await self._stale(number, theirs, made)
                made = await asyncio.to_thread(unverified, theirs, given, stale)
                again = unchecked(given, made)
            knowledge = await asyncio.to_thread(examined, shipped() | made, dt.date.today())
            if not sure:
                _refuse(removed(theirs, made, knowledge.warnings))
            told = await asyncio.to_thread(in_words, theirs, made, conflicts, number)
            told = (*told, *again)
            now = dt.datetime.now(dt.UTC)
            revision = Revision(number + 1, now, way, editor.strip()[:80], told)
            if await self._write(revision, number, theirs, made, seen):
                self.ready = (revision, knowledge)
                return Published(revision, tuple(conflicts))
        raise OvertakenError

    async def _stale(self, number: int, theirs: Files, made: Files) -> set[str]:
        """The answers whose day of check is that of another text: a file of before brought it."""
        found: dict[str, bool] = {}
        keys = await asyncio.to_thread(redated, theirs, made)
        for before in range(number - 1, max(number - TRIES, 0), -1) if keys else ():
            so = checked_so(await self.files(before, theirs), made, keys)
            found |= {key: found.get(key, False) or same for key, same in so.items()}
        return {key for key, same in found.items() if not same}

    async def _write(
        self,
        revision: Revision | None,
        newest: int,
        theirs: Files,
        made: Files,
        seen: Mapping[str, str | None],
    ) -> bool:
        """All in one transaction; False, and nothing, where `newest` is the newest no more."""
        texts = await asyncio.to_thread(_texts, theirs, made)
        async with self._database.engine.begin() as connection:
            await hold(connection)
            last = sa.select(sa.func.max(REVISIONS.c.number))
            if (await connection.scalar(last) or 0) != newest:
                return False
            added = self._database.insert(_TEXTS).on_conflict_do_nothing()
            for rows in _by_rows(texts):
                await connection.execute(added, rows)
            if revision:
                values = {**asdict(revision), "changes": list(revision.changes)}
                values["files"] = {name: digest(text) for name, text in made.items()}
                await connection.execute(sa.insert(REVISIONS).values(values))
            known = await _taken(connection)
            for name in dict.fromkeys((*seen, *made, *theirs)):
                was = known.get(name, Taken())
                now = await asyncio.to_thread(was.seen, name, seen[name]) if name in seen else was
                now = await asyncio.to_thread(now.published, name, theirs.get(name), made.get(name))
                if now != was:
                    values = now._asdict()
                    row = self._database.insert(TAKEN).values(file=name, **values)
                    await connection.execute(
                        row.on_conflict_do_update(index_elements=["file"], set_=values)
                    )
        return True


async def hold(connection: AsyncConnection) -> None:
    """Begin a transaction during which no other process publishes."""
    await connection.exec_driver_sql(
        "BEGIN IMMEDIATE"
        if connection.dialect.name == "sqlite"
        else "SELECT pg_advisory_xact_lock(hashtext('galibot-connaissances'))"
    )


def _revision(row: sa.Row[Any]) -> Revision:
    at = row.made_at if row.made_at.tzinfo else row.made_at.replace(tzinfo=dt.UTC)
    return Revision(row.number, at.astimezone(dt.UTC), row.way, row.editor, tuple(row.changes))


def _parts(digest: str) -> str:
    """Under what the digests of a text's blocks are kept."""
    return blake2b(digest.encode(), digest_size=16).hexdigest()


def _texts(theirs: Files, made: Files) -> list[dict[str, Any]]:
    """The rows of what is new in these files."""
    rows: dict[str, bytes] = {}
    for name, text in made.items():
        if text and text != theirs.get(name):
            parts = blocks(name, text).values()
            known = {*blocks(name, theirs.get(name, "")).values()}
            rows |= {digest(part): part.encode() for part in parts if part not in known}
            rows[_parts(digest(text))] = bytes.fromhex("".join(map(digest, parts)))
    return [{"digest": key, "content": zlib.compress(one, 9)} for key, one in rows.items()]


def _joined(cut: Mapping[str, Sequence[str]], held: Mapping[str, bytes]) -> dict[str, str]:
    """Texts by their digests, from the digests of their pieces and these as they are kept."""
    pieces = {key: zlib.decompress(one) for key, one in held.items()}
    return {key: b"".join(map(pieces.__getitem__, part)).decode() for key, part in cut.items()}


async def _contents(connection: AsyncConnection, wanted: Collection[str]) -> dict[str, bytes]:
    """By zlib, as they are kept."""
    found: dict[str, bytes] = {}
    for some in _by_rows(list(wanted)):
        asked = sa.select(_TEXTS.c.digest, _TEXTS.c.content).where(_TEXTS.c.digest.in_(some))
        found.update((key, content) for key, content in await connection.execute(asked))
    return found


def _by_rows(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), _ROWS):
        yield rows[start : start + _ROWS]


async def _taken(connection: AsyncConnection) -> dict[str, Taken]:
    rows = await connection.execute(sa.select(TAKEN))
    return {row.file: Taken(row.digest, row.lines, row.blocks) for row in rows}
