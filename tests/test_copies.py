"""A conversation goes on with any copy of the service: real applications on a real PostgreSQL."""

import asyncio
import base64
import contextlib
import datetime as dt
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation
from bot.handlers.context import Place
from bot.handlers.delivery import copies
from bot.handlers.delivery.copies import Copies
from bot.language.typography import typeset
from bot.services import Services
from bot.storage import patience
from bot.storage.database import Database
from bot.storage.retention import CONVERSATIONS as KEPT
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from doubles.telegram import (
    BOT_USER,
    GROUP,
    NEIGHBOUR,
    Resident,
    memory_of,
    remembered,
    resident_with,
)
from tests.conftest import KNOWLEDGE, REGION, TEXTS, TODAY, as_ours

KEY = b"une clef que partagent les copies"
HOME = "j'habite à Lens"
MONTH = dt.timedelta(days=31)
ASKED = "ma commune est-elle concernée ?"


@dataclass
class Clock:
    """The time that all copies have."""

    now: dt.datetime = field(default_factory=lambda: dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC))

    def __call__(self) -> dt.datetime:
        return self.now


@contextlib.asynccontextmanager
async def copy(
    assistant: Assistant, address: str, clock: Clock, key: bytes = KEY
) -> AsyncIterator[Resident]:
    """One copy of the service, and a resident whose messages reach it."""
    database = await Database.open(address)
    try:
        await database.migrate()
        watcher = KnowledgeWatcher(KNOWLEDGE, Revisions(database))
        services = Services(assistant, database, watcher, pseudonym_key=key)
        async with resident_with(services) as resident:
            resident.application.bot_data.copies = Copies(database, clock)
            yield resident
    finally:
        await database.close()


@dataclass
class Two:
    one: Resident
    other: Resident
    clock: Clock
    address: str

    async def rows(self, statement: str = "SELECT * FROM conversations") -> list[tuple[Any, ...]]:
        address = self.address.replace("postgres://", "postgresql+asyncpg://").split("?")[0]
        engine = create_async_engine(address)
        async with engine.begin() as connection:
            done = await connection.execute(text(statement))
            rows = [tuple(row) for row in done] if done.returns_rows else []
        await engine.dispose()
        return rows


@pytest.fixture
async def two(assistant: Assistant, new_postgres: str) -> AsyncIterator[Two]:
    clock = Clock()
    async with (
        copy(assistant, new_postgres, clock) as one,
        copy(assistant, new_postgres, clock) as other,
    ):
        yield Two(one, other, clock, new_postgres)


async def knows(resident: Resident, **more: Any) -> bool:
    """Whether she is told of Lens without naming it."""
    (told,) = await resident.say(f"@galibot_bot {ASKED}", **more)
    return "Lens" in told["text"]


async def test_what_is_said_to_one_copy_is_known_to_the_other(two: Two) -> None:
    await two.one.say(HOME)
    assert await knows(two.other)
    # And what the other was told is known to the first: a choice is made by its rank.
    await two.other.say("noyelles")
    choices = remembered(two.other).choices
    (chosen,) = await two.one.say("le premier")
    assert len(choices) > 1
    assert f"commune:{remembered(two.one).commune}" == choices[0]
    # The first reply alone says that a program answers.
    assert typeset(TEXTS["service_automatique"]) not in chosen["text"]


async def test_each_person_and_topic_has_her_own(two: Two) -> None:
    here = {"message_thread_id": 5, "is_topic_message": True}
    for resident in (two.one, two.other):
        resident.chat = {**GROUP, "is_forum": True}
    await two.one.say(f"@galibot_bot {HOME}", **here)
    for other in (
        {**here, "from": NEIGHBOUR},
        {**here, "message_thread_id": 6},
        {},
    ):
        assert not await knows(two.other, **other), other
    assert await knows(two.other, **here)


async def test_a_row_tells_nobody_who_wrote(two: Two) -> None:
    numbers = {"chat": -1_009_876_543_210, "person": 7_012_345_678, "topic": 987_654}
    two.one.chat = {**GROUP, "id": numbers["chat"], "is_forum": True}
    two.one.user = {**two.one.user, "id": numbers["person"], "username": "odette_dupont"}
    topic = {"message_thread_id": numbers["topic"], "is_topic_message": True}
    await two.one.say(f"@galibot_bot {HOME}", **topic)
    ((key, token, at),) = await two.rows()
    assert Conversation.read(token) == memory_of(two.one, numbers["topic"]).conversation
    assert at == two.clock.now
    told = f"{key} {token} {base64.urlsafe_b64decode(token[2:] + '==')!r}"
    assert not [one for one in numbers.values() if str(abs(one)) in told]
    assert "dette" not in told
    # The pseudonym is of the place, the month and the key, and of nothing else.
    place = Place(*numbers.values())
    bot, services = two.one.application.bot.id, two.one.application.bot_data.services
    assert key == services.pseudonym(place.named(bot))
    others = [place._replace(**{name: 1}) for name in place._fields]
    digests = {services.pseudonym(one.named(bot)) for one in (place, *others)}
    digests.add(services.pseudonym(place.named(bot + 1)))
    digests.add(replace(services, pseudonym_key=b"autre").pseudonym(place.named(bot)))
    later = Assistant(
        services.assistant.base, Gazetteer(REGION), match=as_ours, today=lambda: TODAY + MONTH
    )
    digests.add(replace(services, assistant=later).pseudonym(place.named(bot)))
    assert len(digests) == 7


async def test_half_an_hour_after_what_was_said_last_it_begins_anew(two: Two) -> None:
    await two.one.say(HOME)
    two.clock.now += KEPT
    assert await knows(two.other)
    two.clock.now += KEPT
    assert await knows(two.one), "the other's turn counts"
    two.clock.now += KEPT + dt.timedelta(seconds=1)
    assert not await knows(two.other)
    assert not await knows(two.one)


async def test_what_was_kept_long_enough_is_removed(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "PURGE", 0.01)
    purging = asyncio.create_task(two.other.application.bot_data.copies.purge())
    await two.one.say(HOME)
    two.clock.now += KEPT
    neighbour = {"chat": {"id": 43, "type": "private"}, "from": NEIGHBOUR}
    await two.one.send(text="Bonjour", **neighbour)
    await asyncio.sleep(0.1)
    assert len(await two.rows()) == 2
    two.clock.now += dt.timedelta(seconds=1)
    await one_is_left(two)
    # So is what went on longest ago, where too many talk at once.
    monkeypatch.setattr(copies, "MOST", 1)
    two.clock.now += dt.timedelta(seconds=1)
    await two.one.say(HOME)
    await one_is_left(two)
    assert await knows(two.other)
    purging.cancel()
    await asyncio.wait([purging])


@pytest.mark.parametrize(
    "token",
    ["", "x", "1.W10", "2.W10", "2.????", "3." + Conversation(commune="62498").token()[2:],
     "2." + "A" * 510],
)  # fmt: skip
async def test_a_damaged_row_or_one_of_another_version_counts_as_none(two: Two, token: str) -> None:
    await two.one.say(HOME)
    await two.rows(f"UPDATE conversations SET token = '{token}'")
    (told,) = await two.other.say(ASKED)
    assert "Lens" not in told["text"]
    assert typeset(TEXTS["service_automatique"]) in told["text"]
    # What is said next is kept in its place.
    await two.other.say(HOME)
    assert await knows(two.one)


@pytest.mark.parametrize("away", ["no table", "no server"])
async def test_while_the_database_is_away_each_copy_remembers(
    two: Two, away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "AWAY", 0.0)
    await two.one.say(HOME)
    if away == "no table":
        await two.rows("ALTER TABLE conversations RENAME TO gone")
    else:
        name = two.address.split("?")[0].rsplit("/", 1)[1]
        server = two.address.replace(name, "postgres")
        elsewhere = replace(two, address=server)
        await elsewhere.rows(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await elsewhere.rows(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
    assert await knows(two.one)
    assert not await knows(two.other)
    await two.one.say("je suis de Somain")
    if away == "no table":
        await two.rows("ALTER TABLE gone RENAME TO conversations")
    else:
        await elsewhere.rows(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    # What was said meanwhile is not undone by what was kept before, and is shared again.
    two.clock.now += dt.timedelta(seconds=1)
    (told,) = await two.one.say(ASKED)
    assert "Somain" in told["text"]
    (told,) = await two.other.say(ASKED)
    assert "Somain" in told["text"]


async def one_is_left(two: Two) -> None:
    async with asyncio.timeout(10):
        while len(await two.rows()) != 1:  # noqa: ASYNC110 - the table has no event
            await asyncio.sleep(0.01)


async def test_a_copy_with_another_key_knows_nothing(assistant: Assistant, two: Two) -> None:
    await two.one.say(HOME)
    async with copy(assistant, two.address, two.clock, b"autre") as stranger:
        assert not await knows(stranger)


async def test_who_blocks_the_bot_is_forgotten_by_all(two: Two) -> None:
    await two.one.say(HOME)
    member = {"user": BOT_USER, "status": "member"}
    out = {"user": BOT_USER, "status": "kicked", "until_date": 0}
    change = {"chat": two.one.chat, "from": two.one.user, "date": 1}
    change |= {"old_chat_member": member, "new_chat_member": out}
    await two.other.update(my_chat_member=change)
    assert await two.rows() == []
    assert not await knows(two.one)


async def test_a_group_that_becomes_a_supergroup_keeps_its_conversations(two: Two) -> None:
    two.one.chat = {"id": -7, "type": "group", "title": "Cité"}
    await two.one.say(f"@galibot_bot {HOME}")
    await two.one.send(migrate_to_chat_id=GROUP["id"])
    two.one.chat = two.other.chat = GROUP
    assert await knows(two.one)
    assert await knows(two.other)


async def test_one_process_on_a_file_keeps_nothing_there(
    assistant: Assistant, tmp_path: Path
) -> None:
    address = f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}"
    clock = Clock()
    async with copy(assistant, address, clock) as resident:
        await resident.say(HOME)
        clock.now += 2 * KEPT
        assert await knows(resident)
    kept = sqlite3.connect(tmp_path / "one.sqlite3")
    assert kept.execute("SELECT count(*) FROM conversations").fetchone() == (0,)
    kept.close()
