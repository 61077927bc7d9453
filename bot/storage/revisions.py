"""The knowledge served, as revisions kept in the database: each published whole, or not at all.

A revision is the texts of the editors' files, {name: text}, names as in EDITED. A text is kept
once, by the hash of each of its blocks: a thousand small changes of a long file stay small.
"""

import asyncio
import datetime as dt
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.knowledge.blocks import Conflict, blocks
from bot.knowledge.changes import Change, changes, in_words, merged_files, merged_text
from bot.knowledge.files import EDITED
from bot.storage.database import TABLES, Database
from bot.storage.knowledge_files import Knowledge, examined, shipped

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
#: Each file as it was last taken from a disk; and, for each of its blocks, the digests of what is
#: no news: of that text, then of what was published in its place since. « »: no such block.
_TAKEN = sa.Table(
    "knowledge_taken",
    TABLES,
    sa.Column("file", sa.String(64), primary_key=True),
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("blocks", sa.JSON, nullable=False),
)

#: Texts that were published in the place of one that was taken, and are remembered.
_REMEMBERED = 50

Files = Mapping[str, str]


class _Taken(NamedTuple):
    """What is known of a file of a disk: see _TAKEN."""

    digest: str = ""
    blocks: Mapping[str, list[str]] = MappingProxyType({})


_NEVER = _Taken()
#: Of a block that the file never had.
_NO_BLOCK = ("",)


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
            texts = {_digest(text): text for text in ("", *(having or {}).values())}
            parts = {key: _parts(key) for key in {*named.values()} - {*texts}}
            lists = await _contents(connection, parts.values())
            cut = {key: re.findall(".{32}", lists[part].hex()) for key, part in parts.items()}
            held = await _contents(connection, {one for part in cut.values() for one in part})
        for key, part in cut.items():
            texts[key] = b"".join(held[one] for one in part).decode()
        return {name: texts[key] for name, key in named.items()}

    async def differences(self, number: int) -> list[Change]:
        """What a revision changed, block by block."""
        return list(changes(await self.files(number - 1), await self.files(number)))

    async def publish(
        self, files: Files, *, based_on: int, way: str, editor: str = ""
    ) -> Published:
        """Publish these files, which were revision `based_on` before one changed them.

        They meet what others published since block by block; where both changed one, this text is
        kept and the conflict told. Raises KnowledgeError, and publishes nothing, where the whole
        is wrong.
        """
        base, mine = await self.files(based_on), edited(files)
        return await self._publish(lambda theirs: merged_files(base, mine, theirs), way, editor)

    async def undo(self, number: int, *, editor: str, way: str = "page") -> Published:
        """Take back what a revision changed; what was changed again since stays, and is told."""
        after, before = await self.files(number), await self.files(number - 1)
        if not before:
            before = after
        return await self._publish(lambda now: merged_files(after, now, before), way, editor)

    async def take(self, disk: Files) -> Published:
        """Publish what is new in the files of a disk. Raises KnowledgeError where it is wrong.

        A block is new where it is neither as last taken from the files, nor as it was published
        since: files of before an editor's change take nothing back, whatever their dates.
        """
        mine = edited(disk)
        async with self._database.engine.connect() as connection:
            known = await _taken(connection)
        unseen = [
            name
            for name in dict.fromkeys((*mine, *known))
            if name not in known or known[name].digest != _digest(mine.get(name))
        ]
        if not unseen and (newest := await self.newest()):
            return Published(newest)

        def merge(theirs: Files) -> tuple[dict[str, str], list[Conflict]]:
            made, conflicts = dict(theirs), []
            for name in unseen:
                my, their = mine.get(name), theirs.get(name)
                base = _base(name, known.get(name, _NEVER), my, their)
                text, told = merged_text(name, base, my, their)
                conflicts += told
                made.pop(name, None)
                if text is not None:
                    made[name] = text
            return made, conflicts

        return await self._publish(merge, "fichier", "", {name: mine.get(name) for name in unseen})

    async def _publish(
        self,
        merge: Callable[[Files], tuple[dict[str, str], list[Conflict]]],
        way: str,
        editor: str,
        seen: Mapping[str, str | None] | None = None,
    ) -> Published:
        """Publish what `merge` makes of the newest files; `seen` are those read from a disk."""
        seen = seen or {}
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
            knowledge = await asyncio.to_thread(examined, shipped() | made, dt.date.today())
            told = await asyncio.to_thread(in_words, theirs, made, conflicts, number)
            now = dt.datetime.now(dt.UTC)
            revision = Revision(number + 1, now, way, editor.strip()[:80], told)
            if await self._write(revision, number, theirs, made, seen):
                self.ready = (revision, knowledge)
                return Published(revision, tuple(conflicts))
        raise OvertakenError

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
            await connection.exec_driver_sql(
                "BEGIN IMMEDIATE"
                if self._database.is_sqlite
                else "SELECT pg_advisory_xact_lock(hashtext('galibot-connaissances'))"
            )
            last = sa.select(sa.func.max(REVISIONS.c.number))
            if (await connection.scalar(last) or 0) != newest:
                return False
            added = self._database.insert(_TEXTS).on_conflict_do_nothing()
            for rows in _by_rows(texts):
                await connection.execute(added, rows)
            if revision:
                values = {**asdict(revision), "changes": list(revision.changes)}
                values["files"] = {name: _digest(text) for name, text in made.items()}
                await connection.execute(sa.insert(REVISIONS).values(values))
            known = await _taken(connection)
            for name in dict.fromkeys((*seen, *made, *theirs)):
                was = known.get(name, _NEVER)
                now = _seen(name, was, seen[name]) if name in seen else was
                now = _published(name, now, theirs.get(name, ""), made.get(name, ""))
                if now != was:
                    row = {"file": name, **now._asdict()}
                    upsert = self._database.insert(_TAKEN).values(row)
                    changed = {"digest": now.digest, "blocks": now.blocks}
                    await connection.execute(
                        upsert.on_conflict_do_update(index_elements=["file"], set_=changed)
                    )
        return True


def _revision(row: sa.Row[Any]) -> Revision:
    at = row.made_at if row.made_at.tzinfo else row.made_at.replace(tzinfo=dt.UTC)
    return Revision(row.number, at.astimezone(dt.UTC), row.way, row.editor, tuple(row.changes))


def _digest(text: str | None) -> str:
    """What a text is known by: 32 hexadecimal digits, and nothing for no text."""
    if not text:
        return ""
    return blake2b(text.encode(errors="surrogateescape"), digest_size=16).hexdigest()


def _parts(digest: str) -> str:
    """Under what the digests of a text's blocks are kept."""
    return blake2b(digest.encode(), digest_size=16).hexdigest()


def _texts(theirs: Files, made: Files) -> list[dict[str, Any]]:
    """The rows of what is new in these files."""
    rows: dict[str, bytes] = {}
    for name, text in made.items():
        if text and text != theirs.get(name):
            parts = blocks(name, text).values()
            rows |= {_digest(part): part.encode() for part in parts}
            rows[_parts(_digest(text))] = bytes.fromhex("".join(map(_digest, parts)))
    return [{"digest": key, "content": zlib.compress(one, 9)} for key, one in rows.items()]


async def _contents(connection: AsyncConnection, wanted: Collection[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for some in _by_rows(list(wanted)):
        asked = sa.select(_TEXTS.c.digest, _TEXTS.c.content).where(_TEXTS.c.digest.in_(some))
        for key, content in await connection.execute(asked):
            found[key] = zlib.decompress(content)
    return found


def _by_rows(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), _ROWS):
        yield rows[start : start + _ROWS]


async def _taken(connection: AsyncConnection) -> dict[str, _Taken]:
    rows = await connection.execute(sa.select(_TAKEN))
    return {row.file: _Taken(row.digest, row.blocks) for row in rows}


def _base(name: str, known: _Taken, mine: str | None, theirs: str | None) -> dict[str, str]:
    """What a file and the newest revision both come from, as far as it tells who changed what."""
    my, their = blocks(name, mine or ""), blocks(name, theirs or "")
    base: dict[str, str | None] = {}
    for key in dict.fromkeys((*known.blocks, *my, *their)):
        hashes = known.blocks.get(key, _NO_BLOCK)
        if _digest(my.get(key)) in hashes:
            base[key] = my.get(key)
        elif _digest(their.get(key)) == hashes[0]:
            base[key] = their.get(key)
        else:
            base[key] = "\0"  # neither is what it was
    return {key: block for key, block in base.items() if block is not None}


def _seen(name: str, known: _Taken, text: str | None) -> _Taken:
    """What is known of a file once this text of it was taken."""
    now = {key: _digest(block) for key, block in blocks(name, text or "").items()}
    held = {}
    for key in dict.fromkeys((*now, *known.blocks)):
        one, hashes = now.get(key, ""), known.blocks.get(key, _NO_BLOCK)
        held[key] = list(hashes) if one in hashes else [one]
    return _Taken(_digest(text), _without_defaults(held))


def _published(name: str, known: _Taken, before: str, after: str) -> _Taken:
    """The same once a text was published in the place of another."""
    if before == after:
        return known
    was, now = blocks(name, before), blocks(name, after)
    held = {key: list(hashes) for key, hashes in known.blocks.items()}
    for key in dict.fromkeys((*now, *was)):
        one = _digest(now.get(key))
        first, *others = held.get(key, _NO_BLOCK)
        if was.get(key) != now.get(key) and one not in (first, *others):
            held[key] = [first, *others[1 - _REMEMBERED :], one]
    return known._replace(blocks=_without_defaults(held))


def _without_defaults(held: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {key: hashes for key, hashes in held.items() if tuple(hashes) != _NO_BLOCK}
