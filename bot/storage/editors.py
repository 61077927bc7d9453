"""Who edits: addresses that open the editors' page once, their sessions, and their drafts.

No password anywhere: an address and a session are signed with SECRET_KEY. An editor is known by
the name that she gives; a draft is hers until she publishes it or drops it.
"""

import base64
import datetime as dt
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.storage.database import TABLES, Database

#: Where the page is, under the address of the service.
PATH = "/redaction"
LINK_MINUTES, MOST_HOURS = 15, 72
SESSION_HOURS = 8
NAME_LENGTH = 40
#: Minutes in which a colleague who opened a text is told to be at it.
AT_IT = 30
#: A draft that nobody went on with for so many days goes.
DRAFT_DAYS = 60

#: The addresses that were used, until they would have ended anyway.
_LINKS = sa.Table(
    "editor_links",
    TABLES,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False),
)
#: One block of a file as an editor is writing it: NULL while she has only opened it, empty where
#: she takes it away. `based_on` is the revision from which she began.
_DRAFTS = sa.Table(
    "drafts",
    TABLES,
    sa.Column("editor", sa.String(NAME_LENGTH), primary_key=True),
    sa.Column("file", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("block", sa.Text),
    sa.Column("based_on", sa.Integer, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
)

#: A file of the knowledge, and the key of one of its blocks (bot/knowledge/blocks.py).
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A block as an editor is writing it; empty where she takes it away."""

    block: str
    based_on: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Session:
    """An editor who came by a link; `id` tells one session from another."""

    name: str
    id: str


def admin_link(key: bytes, address: str, now: dt.datetime, hours: float | None = None) -> str:
    """An address that opens the editors' page once, for so many hours (15 minutes by default)."""
    lasts = dt.timedelta(hours=hours) if hours else dt.timedelta(minutes=LINK_MINUTES)
    token = _signed(key, "lien", [int((now + lasts).timestamp()), secrets.token_hex(16)])
    return f"{address.rstrip('/')}{PATH}/entrer/{token}"


def read_link(key: bytes, token: str, now: dt.datetime) -> tuple[str, dt.datetime] | None:
    """What the link is known by and until when it opens; None where it does not."""
    told = _read(key, "lien", token, now)
    return (str(told[1]), dt.datetime.fromtimestamp(told[0], dt.UTC)) if told else None


def session_cookie(key: bytes, name: str, now: dt.datetime) -> str:
    """What says who edits, for SESSION_HOURS."""
    until = int((now + dt.timedelta(hours=SESSION_HOURS)).timestamp())
    return _signed(key, "session", [until, name, secrets.token_hex(8)])


def read_session(key: bytes, cookie: str, now: dt.datetime) -> Session | None:
    """Who edits, by her cookie."""
    told = _read(key, "session", cookie, now)
    return Session(str(told[1]), str(told[2])) if told else None


def form_token(key: bytes, session: Session) -> str:
    """What our own forms hold, and no other site can know."""
    return _mac(key, "formulaire", session.id)[:32]


def _mac(key: bytes, purpose: str, text: str) -> str:
    made = hmac.new(key, f"redaction:{purpose}:{text}".encode(), "sha256").digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _signed(key: bytes, purpose: str, told: list[Any]) -> str:
    text = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{text}.{_mac(key, purpose, text)}"


def _read(key: bytes, purpose: str, token: str, now: dt.datetime) -> list[Any] | None:
    """What was signed, where it is ours and has not ended; its first item is when it ends."""
    text, _, mac = token.partition(".")
    if not hmac.compare_digest(mac.encode(), _mac(key, purpose, text).encode()):
        return None
    told: list[Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return told if told[0] > now.timestamp() else None


class Editors:
    """The links that were used, and the drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def use(self, link: str, until: dt.datetime, now: dt.datetime) -> bool:
        """Whether this link was never used; it is from now on."""
        new = self._database.insert(_LINKS).values(key=link, until=until)
        async with self._database.engine.begin() as connection:
            await connection.execute(sa.delete(_LINKS).where(_LINKS.c.until < now))
            made = await connection.execute(new.on_conflict_do_nothing())
            return made.rowcount == 1

    async def drafts(self, editor: str) -> dict[Place, Draft]:
        """What this editor has changed and not published."""
        kept = _DRAFTS.c
        found = sa.select(_DRAFTS).where(kept.editor == editor, kept.block.is_not(None))
        async with self._database.engine.connect() as connection:
            rows = await connection.execute(found.order_by(kept.file, kept.at))
            return {
                (row.file, row.key): Draft(row.block, row.based_on, _aware(row.at)) for row in rows
            }

    async def open(self, editor: str, place: Place, based_on: int, now: dt.datetime) -> None:
        """She has this text before her: colleagues are told. What she wrote stays."""
        await self._keep(editor, {place: None}, based_on, now)

    async def keep(
        self, editor: str, blocks: Mapping[Place, str], based_on: int, now: dt.datetime
    ) -> None:
        """Keep these blocks in her draft, where they began from that revision."""
        await self._keep(editor, blocks, based_on, now)

    async def _keep(
        self, editor: str, blocks: Mapping[Place, str | None], based_on: int, now: dt.datetime
    ) -> None:
        rows = [
            {"editor": editor, "file": file, "key": key, "block": block, "at": now}
            | {"based_on": based_on}
            for (file, key), block in sorted(blocks.items())
        ]
        kept = self._database.insert(_DRAFTS)
        new, old = kept.excluded, _DRAFTS.c
        # What is only opened changes nothing of what is written, which began as it was opened.
        unwritten = sa.and_(old.block.is_(None), new.block.is_(None))
        began = sa.case((unwritten, new.based_on), else_=old.based_on)
        changed = {"at": new.at, "block": sa.func.coalesce(new.block, old.block)}
        kept = kept.on_conflict_do_update(
            index_elements=["editor", "file", "key"], set_={**changed, "based_on": began}
        )
        async with self._database.engine.begin() as connection:
            await connection.execute(
                sa.delete(_DRAFTS).where(old.at < now - dt.timedelta(days=DRAFT_DAYS))
            )
            await connection.execute(kept, rows)

    async def drop(self, editor: str, *places: Place) -> None:
        """Forget these blocks of her draft; all of it where none is named."""
        kept = _DRAFTS.c
        gone = sa.delete(_DRAFTS).where(kept.editor == editor)
        if places:
            gone = gone.where(
                sa.or_(*(sa.and_(kept.file == file, kept.key == key) for file, key in places))
            )
        async with self._database.engine.begin() as connection:
            await connection.execute(gone)

    async def others(self, editor: str, now: dt.datetime) -> dict[Place, str]:
        """Who else is at which text: it was opened a moment ago, or is in her draft."""
        kept = _DRAFTS.c
        lately = kept.at > now - dt.timedelta(minutes=AT_IT)
        found = sa.select(kept.file, kept.key, kept.editor).where(
            kept.editor != editor, sa.or_(lately, kept.block.is_not(None))
        )
        async with self._database.engine.connect() as connection:
            rows = await connection.execute(found.order_by(kept.at))
            return {(file, key): other for file, key, other in rows}


def _aware(at: dt.datetime) -> dt.datetime:
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
