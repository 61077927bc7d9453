"""At least once, in order: the real application on a Bot API over HTTP, by both ways in."""

import asyncio
import contextlib
import datetime as dt
import io
import logging
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot import handlers
from bot.handlers.context import BotApplication
from bot.handlers.delivery import intake as intake_module
from bot.handlers.delivery.intake import Intake
from bot.handlers.delivery.polling import ANOTHER_POLLER, ANOTHER_WEBHOOK, NO_ANSWER, Polling
from bot.handlers.delivery.webhook import PATH, Webhook
from bot.services import Services
from bot.storage.database import Answered, Database
from doubles.bot_api import TOKEN, BotApi, Fault, message, running
from doubles.service import (
    KEY,
    PUBLIC,
    channels,
    free_port,
    ready,
    served,
    settings_for,
    small_knowledge,
    until_told,
)
from tests.conftest import ROOT


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with running() as double:
        yield double
        assert double.violations == []


@pytest.fixture(params=["polling", "webhook"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def hold_reply(api: BotApi, chat: int) -> asyncio.Event:
    """Let the first reply in the chat be shown at once, and the call answered on the event."""
    released = asyncio.Event()
    held: list[int] = []

    def rule(method: str, parameters: dict[str, Any]) -> Fault | None:
        if method != "sendMessage" or parameters["chat_id"] != chat or held:
            return None
        held.append(chat)
        return Fault(until=released, done=True)

    api.rule = rule
    return released


def texts(api: BotApi, chat: int) -> list[str]:
    return [sent["text"] for sent in api.sent(chat)]


# By both ways in.


async def test_one_chat_in_order_and_the_others_meanwhile(
    api: BotApi, mode: str, services: Services, tmp_path: Path
) -> None:
    """The first reply in a chat is held: its next waits, and fifty other chats are answered."""
    released = hold_reply(api, 1)
    async with served(api, mode, services, tmp_path):
        commands = ["/aide", "/themes", "/contact", "/start", "/confidentialite"]
        for number, command in enumerate(commands):
            api.add(message=message(number, 1, text=command))
        for chat in range(2, 52):
            api.add(message=message(chat, chat, text="/aide"))
        await api.until(lambda: all(api.sent(chat) for chat in range(1, 52)))
        assert len(api.sent(1)) == 1
        released.set()
        await api.settled()
        for number, command in enumerate(commands):
            api.add(message=message(number, 99, text=command))
            await api.settled()
    assert texts(api, 1) == texts(api, 99)
    assert len(set(texts(api, 1))) == len(commands)
    assert [len(api.sent(chat)) for chat in range(1, 52)] == [5] + 50 * [1]


async def test_what_was_answered_is_dropped(
    api: BotApi, mode: str, services: Services, tmp_path: Path
) -> None:
    api.twice = True
    async with served(api, mode, services, tmp_path):
        ids = [api.add(message=message(chat, chat, text="/aide")) for chat in range(1, 21)]
        await api.settled()
    assert all(api.given[update_id] >= 2 for update_id in ids)
    assert [len(api.sent(chat)) for chat in range(1, 21)] == 20 * [1]


async def test_what_an_earlier_process_answered_is_dropped(
    api: BotApi, mode: str, services: Services, tmp_path: Path
) -> None:
    async with served(api, mode, services, tmp_path):
        update_id = api.add(message=message(1, 1, text="/aide"))
        await api.settled()
    async with served(api, mode, services, tmp_path):
        api.again(update_id, message=message(1, 1, text="/aide"))
        await api.settled()
    assert len(api.sent(1)) == 1


async def test_nothing_is_confirmed_before_its_reply(
    api: BotApi, mode: str, services: Services, tmp_path: Path
) -> None:
    released = hold_reply(api, 1)
    async with served(api, mode, services, tmp_path):
        held = api.add(message=message(1, 1, text="/aide"))
        other = api.add(message=message(2, 2, text="/aide"))
        await api.until(lambda: bool(api.sent(1) and api.sent(2)))
        if mode == "webhook":
            await api.until(lambda: other not in api.pending)
        assert held in api.pending
        released.set()
        await api.settled()


async def test_what_is_in_flight_at_the_end_is_finished(
    api: BotApi, mode: str, services: Services, tmp_path: Path
) -> None:
    released = hold_reply(api, 1)
    async with served(api, mode, services, tmp_path):
        api.add(message=message(1, 1, text="/aide"))
        await api.until(lambda: bool(api.sent(1)))
        asyncio.get_running_loop().call_later(0.2, released.set)
    assert not api.pending
    assert len(api.sent(1)) == 1


async def test_an_update_that_nobody_can_read_holds_nothing_up(
    api: BotApi,
    mode: str,
    services: Services,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with served(api, mode, services, tmp_path):
        api.add(message={"text": "monnomestodette"})
        api.add(message=message(1, 1, text="/aide"))
        await api.settled()
        assert await ready(api.webhook_to) == "ok"
    assert len(api.sent(1)) == 1
    assert "illisible : KeyError" in caplog.text
    assert "monnomestodette" not in caplog.text
    assert TOKEN not in caplog.text


async def test_every_channel_counts_in_one_place(
    api: BotApi, mode: str, services: Services, tmp_path: Path
) -> None:
    async with served(api, mode, services, tmp_path) as address:
        api.add(message=message(1, 1, text="/start q-qui-s-engage"))
        api.add(message=message(2, 1, text="xyzzyx wizzgrok"))
        await api.settled()
        voter = {"id": 1, "is_bot": False, "first_name": "Odette"}
        query = {"id": "7", "from": voter, "chat_instance": "1", "message": api.sent(1)[0]}
        api.add(callback_query={**query, "data": "vote:qui-s-engage:0"})
        await api.settled()
        async with aiohttp.ClientSession() as session:
            asked = {"question": "xyzzyx wizzgrok"}
            async with session.post(f"{address}/api/v1/ask", json=asked) as response:
                assert response.status == 200
            async with session.get(f"{address}/metrics") as response:
                counted = await response.text()
    for line in (
        'replies_total{channel="telegram",outcome="answer"} 1.0',
        'replies_total{channel="telegram",outcome="no_match"} 1.0',
        'replies_total{channel="web",outcome="no_match"} 1.0',
        'votes_total{channel="telegram",useful="no"} 1.0',
    ):
        assert f"galibot_{line}\n" in counted


async def test_telegram_may_be_down_at_the_start(
    mode: str, services: Services, tmp_path: Path
) -> None:
    port = free_port()
    down = BotApi()
    down.url = f"http://127.0.0.1:{port}"
    async with channels(settings_for(down, mode, tmp_path), services) as address:
        assert await ready(address) == NO_ANSWER
        async with running(port, webhook_to=address) as api:
            api.add(message=message(1, 1, text="/aide"))
            await api.settled()
            assert len(api.sent(1)) == 1
            await until_told(address, "ok")
    async with down.serving():
        pass


# The intake alone.


@contextlib.asynccontextmanager
async def started(api: BotApi, services: Services) -> AsyncIterator[BotApplication]:
    async with handlers.build(TOKEN, services, base_url=api.url) as application:
        await application.start()
        yield application
        await application.stop()


def update(number: int, chat: int, text: str = "/aide") -> dict[str, Any]:
    return {"update_id": number, "message": message(number, chat, text=text)}


def fail_first(api: BotApi, times: int) -> None:
    """Let the first replies not be delivered: Telegram wants a longer wait than is worth it."""
    api.fail("sendMessage", *(Fault(429, "Too Many Requests", {"retry_after": 3600}),) * times)


async def test_two_hundred_and_fifty_six_chats_at_once(api: BotApi, services: Services) -> None:
    """Each reply is held until all of them are being sent."""
    released = asyncio.Event()
    api.rule = lambda method, _: (
        Fault(until=released, done=True) if method == "sendMessage" else None
    )
    async with started(api, services) as application:
        intake = Intake(application, services.database)
        takes = asyncio.gather(*(intake.take(update(chat, chat)) for chat in range(1, 257)))
        await api.until(lambda: len(api.made("sendMessage")) == 256)
        released.set()
        assert all(await takes)


async def test_an_update_given_twice_at_once_is_answered_once(
    api: BotApi, services: Services
) -> None:
    async with started(api, services) as application:
        intake = Intake(application, services.database)
        assert await asyncio.gather(*(intake.take(update(7, 1)) for _ in range(3))) == 3 * [True]
    assert len(api.sent(1)) == 1


async def test_replicas_share_what_was_answered(api: BotApi, services: Services) -> None:
    async with started(api, services) as one, started(api, services) as other:
        assert await Intake(one, services.database).take(update(7, 1))
        assert await Intake(other, services.database).take(update(7, 1))
    assert len(api.sent(1)) == 1


@pytest.mark.parametrize(
    ("patient", "failures", "takes", "replies"),
    [
        (False, 1, [False, True], 1),  # by webhook, Telegram brings it again
        (False, 3, [False, False, True], 0),  # and after the last try it is dealt with
        (True, 1, [True], 1),  # by polling, we try again ourselves
        (True, 3, [True], 0),
    ],
)
async def test_what_was_not_delivered_is_not_acknowledged(
    api: BotApi,
    services: Services,
    patient: bool,
    failures: int,
    takes: list[bool],
    replies: int,
) -> None:
    async with started(api, services) as application:
        fail_first(api, failures)
        intake = Intake(application, services.database, delays=(0.01, 0.01))
        given = [await intake.take(update(7, 1), patient=patient) for _ in takes]
        assert given == takes
        assert len(api.sent(1)) == replies
        assert await intake.take(update(8, 1, "/themes"))
        assert len(api.sent(1)) == replies + 1


async def test_the_chat_waits_for_what_is_tried_again(api: BotApi, services: Services) -> None:
    async with started(api, services) as application:
        fail_first(api, 1)
        intake = Intake(application, services.database, delays=(0.05,))
        await asyncio.gather(
            intake.take(update(7, 1, "/aide"), patient=True),
            intake.take(update(8, 1, "/themes"), patient=True),
        )
        await intake.take(update(9, 2, "/aide"))
    assert texts(api, 1)[0] == texts(api, 2)[0]
    assert len(api.sent(1)) == 2


async def test_a_stop_ends_the_tries(api: BotApi, services: Services) -> None:
    async with started(api, services) as application:
        fail_first(api, 1)
        intake = Intake(application, services.database, delays=(3600.0,))
        take = asyncio.create_task(intake.take(update(7, 1), patient=True))
        await asyncio.sleep(0.05)
        await intake.stop(3600.0)
        assert await take is False
        assert await intake.take(update(8, 1)) is False
    assert await services.database.answered_updates([7, 8]) == set()


async def test_what_does_not_finish_in_time_is_left_to_be_redone(
    api: BotApi, services: Services
) -> None:
    released = hold_reply(api, 1)
    async with started(api, services) as application:
        intake = Intake(application, services.database)
        take = asyncio.create_task(intake.take(update(7, 1)))
        await api.until(lambda: bool(api.sent(1)))
        await intake.stop(0.01)
        assert await take is False
        released.set()
    assert await services.database.answered_updates([7]) == set()


async def test_memory_is_bounded(api: BotApi, services: Services) -> None:
    async with started(api, services) as application:
        application.bot_data.memories.most = 3
        intake = Intake(application, services.database)
        for chat in (1, 2, 3, 1, 4, 5):
            assert await intake.take(update(100 + chat + 10 * len(api.sent(1)), chat))
        assert {place.chat for place in application.bot_data.memories} == {1, 4, 5}
        # Nor does the library keep the number of each chat and person, as it would by itself.
        kept = [getattr(application, name) for name in dir(application) if "_ids_" in name]
        assert kept
        assert not any(kept)


async def test_of_what_was_answered_and_recorded_a_number_is_kept(
    api: BotApi, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "RECENT", 3)
    async with started(api, services) as application:
        intake = Intake(application, services.database)
        for number in range(1, 7):
            assert await intake.take(update(number, number))
        await intake.stop(10.0)
        await asyncio.sleep(0)
        kept = [len(one) for one in vars(intake).values() if isinstance(one, dict)]
        assert sorted(kept) == [0, 0, 0, 0, 3]
        assert await services.database.answered_updates(range(1, 7)) == {*range(1, 7)}


async def test_a_database_out_of_order_costs_no_answer(
    api: BotApi, services: Services, tmp_path: Path
) -> None:
    without_tables = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")
    async with started(api, services) as application:
        intake = Intake(application, without_tables)
        assert await intake.take(update(7, 1))
        await intake.stop(3600.0)
    await without_tables.close()
    assert len(api.sent(1)) == 1


async def test_old_numbers_are_forgotten(api: BotApi, services: Services) -> None:
    today = dt.date.today()
    await services.database.record_answered([Answered(1)], today - dt.timedelta(days=4))
    await services.database.record_answered([Answered(2)], today - dt.timedelta(days=2))
    async with started(api, services) as application:
        assert await Intake(application, services.database).take(update(7, 1))
    assert await services.database.answered_updates([1, 2, 7]) == {2, 7}


# Messages that Telegram calls edited.


def edited(number: int, said: dict[str, Any], **content: Any) -> dict[str, Any]:
    later = {"edit_date": said["date"] + 60, **content}
    return {"update_id": number, "edited_message": {**said, **later}}


ASKED = message(1, 1, text="Où est le guichet ?")
PICTURED = message(1, 1, caption="Où est le guichet ?", photo=[])


@pytest.mark.parametrize("said", [ASKED, PICTURED], ids=["text", "caption"])
@pytest.mark.parametrize("after", ["nine messages", "a restart", "another replica", "a hold"])
async def test_what_is_edited_without_new_words_gets_nothing(
    api: BotApi, services: Services, said: dict[str, Any], after: str
) -> None:
    async with started(api, services) as application, started(api, services) as other:
        intake = Intake(application, services.database)
        with contextlib.ExitStack() as stack:
            if after == "a hold":
                stack.enter_context(held(services.database))
            assert await intake.take({"update_id": 1, "message": said})
            if after == "nine messages":
                for number in range(2, 11):
                    assert await intake.take(update(number, 1))
            if after in {"a restart", "another replica"}:
                intake = Intake(other, services.database)
            before = len(api.calls)
            for number, reaction in ((20, {}), (21, {"edit_date": said["date"] + 90_000})):
                assert await intake.take(edited(number, said, **reaction))
            assert len(api.calls) == before
        words = "text" if "text" in said else "caption"
        assert await intake.take(edited(22, said, **{words: "À quelle heure ?"}))
        assert len(api.calls) == before + 1, "in its turn, and as it says now"
        assert await intake.take(edited(23, said, **{words: "À quelle heure ?"}))
        assert len(api.calls) == before + 1
        assert await intake.take(edited(24, said))
        assert len(api.calls) == before + 2, "the first words again are other words than the last"
        await intake.stop(3600.0)


async def test_a_message_can_not_be_edited_for_ever(api: BotApi, services: Services) -> None:
    """What is called edited three days later is so by a reaction, whatever was recorded."""
    three_days = ASKED["date"] + 3 * 86_400
    async with started(api, services) as application:
        intake = Intake(application, services.database)
        assert await intake.take(edited(1, ASKED, edit_date=three_days))
        assert api.sent(1) == []
        assert await intake.take(edited(2, ASKED))
        assert len(api.sent(1)) == 1


async def test_a_message_in_a_group_that_comes_to_name_the_bot(
    api: BotApi, services: Services
) -> None:
    group = {"id": -42, "type": "supergroup", "title": "Cité"}
    said = message(1, group, text="Où est le guichet ?")
    named = message(1, group, text="@galibot_bot Où est le guichet ?")
    async with started(api, services) as application:
        intake = Intake(application, services.database)
        assert await intake.take({"update_id": 1, "message": said})
        assert await intake.take(edited(2, said))
        assert api.sent(-42) == []
        assert await intake.take(edited(3, named))
        assert await intake.take(edited(4, named))
        assert len(api.sent(-42)) == 1


async def test_rows_tell_neither_who_nor_what(api: BotApi, services: Services) -> None:
    """Without the key the same message can't be recognised, and it is written nowhere."""
    stored: list[tuple[Any, ...]] = []
    for key in (b"1" * 32, b"2" * 32):
        keyed = replace(services, pseudonym_key=key)
        async with started(api, keyed) as application:
            for number, chat in ((1, 424242), (2, 424243)):
                asked = message(number, chat, text="Où est le guichet \ud800 ?")
                assert await Intake(application, services.database).take(
                    {"update_id": 10 * len(stored) + number, "message": asked}
                )
        async with services.database.engine.connect() as connection:
            rows = await connection.exec_driver_sql("SELECT * FROM telegram_updates")
            stored += [tuple(row) for row in rows][len(stored) :]
    hashes = [number for row in stored for number in row[2:]]
    assert len(set(hashes)) == len(hashes) == 8
    assert "42424" not in str(stored)


# A database that is held.


@contextlib.contextmanager
def held(database: Database) -> Iterator[None]:
    """By another program that writes to the file."""
    with contextlib.closing(sqlite3.connect(str(database.engine.url.database))) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.rollback()


async def test_a_held_database_holds_up_no_answer(
    api: BotApi, mode: str, services: Services, tmp_path: Path
) -> None:
    """What is said next in the chat is answered at once, and all of it is recorded afterwards."""
    async with served(api, mode, services, tmp_path):
        with held(services.database):
            ids = [api.add(message=message(number, 1, text="/aide")) for number in range(3)]
            await api.until(lambda: len(api.sent(1)) == 3)
            assert await services.database.answered_updates(ids) == set()
            api.again(ids[0], message=message(0, 1, text="/aide"))
            ids.append(api.add(message=message(4, 1, text="/themes")))
            await api.until(lambda: len(api.sent(1)) == 4)
        await api.settled()
    assert await services.database.answered_updates(ids) == set(ids)
    assert len(api.sent(1)) == 4


async def test_a_held_database_keeps_votes_and_arrivals_for_later(
    api: BotApi, services: Services
) -> None:
    """No thanks for a vote that is not counted yet."""
    async with started(api, services) as application:
        intake = Intake(application, services.database)
        with held(services.database):
            assert await intake.take(update(1, 1, "/start q-qui-s-engage_s-affiche"))
            voter = {"id": 1, "is_bot": False, "first_name": "Odette"}
            query = {"id": "7", "from": voter, "chat_instance": "1", "message": api.sent(1)[0]}
            vote = {**query, "data": "vote:qui-s-engage:1"}
            assert await intake.take({"update_id": 2, "callback_query": vote})
            assert await intake.take(update(3, 1))
            assert len(api.sent(1)) == 2
            assert "text" not in api.made("answerCallbackQuery")[0]
        async with asyncio.timeout(30):
            while not await services.database.votes():  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.05)
        await services.tallies.write()
        assert await services.database.arrivals()
        await intake.stop(3600.0)


async def test_a_database_that_can_not_even_be_read_holds_up_no_answer(
    api: BotApi, services: Services, new_postgres: str
) -> None:
    database = await Database.open(new_postgres)
    await database.migrate()
    async with started(api, services) as application:
        intake = Intake(application, database)
        async with database.engine.connect() as other:
            await other.exec_driver_sql("LOCK TABLE telegram_updates IN ACCESS EXCLUSIVE MODE")
            assert all([await intake.take(update(number, 1)) for number in (7, 8, 8)])
            assert await intake.take(edited(9, message(8, 1, text="/aide")))
        await intake.stop(3600.0)
    assert len(api.sent(1)) == 2
    assert await database.answered_updates([7, 8]) == {7, 8}
    await database.close()


async def test_what_could_not_be_recorded_is_recorded_at_the_end(
    api: BotApi, services: Services, tmp_path: Path
) -> None:
    """The last try is made as the service stops."""
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'without-tables.sqlite3'}")
    async with started(api, services) as application:
        intake = Intake(application, database, delays=(3600.0,))
        assert await intake.take(update(7, 1))
        await database.migrate()
        assert await database.answered_updates([7]) == set()
        await intake.stop(3600.0)
    assert await database.answered_updates([7]) == {7}
    await database.close()


# By webhook.


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        (True, b'{"update_id": 1}', 200),
        (True, b'{"update_id": 1, "of_a_kind_to_come": {"id": 1}}', 200),
        (None, b'{"update_id": 1}', 403),
        ("faux", b'{"update_id": 1}', 403),
        ("éà", b'{"update_id": 1}', 403),
        (True, b"{", 400),
        (True, b"\xff", 400),
        (True, b"[]", 400),
        (True, b'{"update_id": "1"}', 400),
        (True, b'{"update_id": true}', 400),
        (True, b"{}", 400),
        (True, b" " * (1 << 20) + b"{}", 413),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_the_webhook_believes_only_telegram(
    api: BotApi,
    services: Services,
    tmp_path: Path,
    secret: str | bool | None,
    body: bytes,
    status: int,
) -> None:
    async with served(api, "webhook", services, tmp_path) as address:
        headers = {}
        if secret:
            shown = api.webhook["secret_token"] if secret is True else str(secret)
            headers["X-Telegram-Bot-Api-Secret-Token"] = shown
        async with aiohttp.ClientSession() as session:
            async with session.post(
                f"{address}{PATH}", data=io.BytesIO(body), headers=headers
            ) as response:
                assert response.status == status
                told = await response.text()
            async with session.get(f"{address}{PATH}") as response:
                assert response.status == 405
    assert api.webhook["secret_token"] not in told
    assert TOKEN not in told


async def test_the_webhook_is_set_only_when_it_changes(
    api: BotApi, services: Services, tmp_path: Path
) -> None:
    async def sets(**more: Any) -> int:
        before = len(api.made("setWebhook"))
        async with served(api, "webhook", services, tmp_path, **more) as address:
            await until_told(address, "ok")
        return len(api.made("setWebhook")) - before

    assert await sets() == 1
    assert api.webhook["url"] == f"{PUBLIC}{PATH}"
    assert set(api.webhook["allowed_updates"]) == set(handlers.ALLOWED_UPDATES)
    assert TOKEN not in api.webhook["secret_token"]
    assert await sets() == 0
    assert await sets(secret_key=SecretStr(KEY[::-1])) == 1
    assert await sets(secret_key=SecretStr(KEY[::-1])) == 0
    assert await sets(public_url="https://ailleurs.example.org/ici/") == 1
    assert api.webhook["url"] == f"https://ailleurs.example.org/ici{PATH}"
    assert await sets() == 1
    for changed in ({"url": ""}, {"allowed_updates": ["message"]}, {"max_connections": 1}):
        api.webhook = {**api.webhook, **changed}
        assert await sets() == 1, changed
    (tmp_path / "telegram-webhook").unlink()
    assert await sets() == 1


async def test_two_replicas_start_together(api: BotApi, services: Services, tmp_path: Path) -> None:
    """They share the key and the database, not the disk."""
    async with (
        served(api, "webhook", services, tmp_path / "1") as one,
        served(api, "webhook", services, tmp_path / "2") as other,
    ):
        await until_told(one, "ok")
        await until_told(other, "ok")
        for chat, address in ((1, one), (2, other)):
            api.webhook_to = address
            update_id = api.add(message=message(chat, chat, text="/aide"))
            await api.settled()
            api.webhook_to = other if address == one else one
            api.again(update_id, message=message(chat, chat, text="/aide"))
            await api.settled()
    assert [status for _, status in api.webhook_answers] == 4 * [200]
    assert [len(api.sent(chat)) for chat in (1, 2)] == [1, 1]


# By polling.


async def test_polling_removes_the_webhook_and_asks_only_for_what_it_handles(
    api: BotApi, services: Services, tmp_path: Path
) -> None:
    api.webhook = {"url": f"{PUBLIC}{PATH}"}
    async with channels(settings_for(api, "polling", tmp_path), services):
        await api.until(lambda: bool(api.made("getUpdates")))
    assert len(api.made("deleteWebhook")) == 1
    asked = api.made("getUpdates")[0]
    assert asked["allowed_updates"] == list(handlers.ALLOWED_UPDATES)


@pytest.mark.parametrize(
    ("description", "problem"),
    [
        ("Conflict: terminated by other getUpdates request", ANOTHER_POLLER),
        ("Conflict: can't use getUpdates method while webhook is active", ANOTHER_WEBHOOK),
    ],
)
async def test_a_second_poller_is_named(
    api: BotApi,
    services: Services,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    description: str,
    problem: str,
) -> None:
    api.fail("getUpdates", Fault(409, description))
    async with channels(settings_for(api, "polling", tmp_path), services) as address:
        await until_told(address, problem)
        api.add(message=message(1, 1, text="/aide"))
        await api.settled()
        assert await ready(address) == "ok"
    assert caplog.text.count(problem) == 1


async def test_an_offset_never_passes_what_is_unfinished(
    api: BotApi, services: Services, tmp_path: Path
) -> None:
    released = hold_reply(api, 1)
    async with served(api, "polling", services, tmp_path):
        first = api.add(message=message(1, 1, text="/aide"))
        await api.until(lambda: bool(api.sent(1)))
        for chat in range(2, 150):
            api.add(message=message(chat, chat, text="/aide"))
        await api.until(lambda: all(api.sent(chat) for chat in range(2, 101)))
        assert all(call.get("offset", 0) <= first for call in api.made("getUpdates"))
        released.set()
        await api.settled()
    assert [len(api.sent(chat)) for chat in range(1, 150)] == 149 * [1]


async def test_numbers_may_begin_anew_after_a_long_quiet(
    api: BotApi, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram numbers them from anywhere then: a lower number must not pass for confirmed."""
    monkeypatch.setattr("bot.handlers.delivery.polling.LONG_POLL", 0)
    async with started(api, services) as application:
        intake = Intake(application, services.database)
        polling = Polling(application, intake, handlers.ALLOWED_UPDATES, quiet=-1.0)
        task = asyncio.create_task(polling.run())
        api.add(message=message(1, 1, text="/aide"))
        await api.settled()
        await api.until(lambda: "offset" not in api.made("getUpdates")[-1])
        api.again(5, message=message(2, 1, text="/themes"))
        await api.settled()
        await api.until(lambda: len(api.sent(1)) == 2)
        task.cancel()
        await asyncio.wait([task])


def watchful(application: BotApplication, services: Services, kept: Path) -> Webhook:
    """One that looks all the time whether it is still set."""
    return Webhook(
        application,
        Intake(application, services.database),
        handlers.ALLOWED_UPDATES,
        public_url=PUBLIC,
        secret="secret",
        kept=kept,
        watch=0.01,
    )


async def test_a_webhook_that_another_removed_is_set_again(
    api: BotApi, services: Services, tmp_path: Path
) -> None:
    async with started(api, services) as application:
        webhook = watchful(application, services, tmp_path / "kept")
        task = asyncio.create_task(webhook.run())
        await api.until(lambda: bool(api.webhook["url"]))
        api.webhook = {"url": ""}
        await api.until(lambda: bool(api.webhook["url"]))
        assert len(api.made("setWebhook")) == 2
        task.cancel()
        await asyncio.wait([task])


async def test_why_telegram_takes_no_webhook_or_fails_to_deliver_is_told(
    api: BotApi, services: Services, tmp_path: Path
) -> None:
    """In its own words: faults 34 and 35."""
    reserved = "Bad Request: bad webhook: IP address 10.0.0.1 is reserved"
    api.fail("setWebhook", Fault(400, reserved))
    async with started(api, services) as application:
        webhook = watchful(application, services, tmp_path / "kept")
        task = asyncio.create_task(webhook.run())
        await api.until(lambda: "is reserved" in str(webhook.problem))
        await api.until(lambda: webhook.problem is None)
        in_an_hour = int(time.time()) + 3600
        why = {"last_error_date": in_an_hour, "last_error_message": "certificate verify failed"}
        api.webhook = {**api.webhook, **why}
        await api.until(lambda: "certificate verify failed" in str(webhook.problem))
        task.cancel()
        await asyncio.wait([task])


async def test_an_idle_bot_is_ready_as_soon_as_telegram_answers(
    api: BotApi, services: Services, tmp_path: Path
) -> None:
    """Not after the half minute of its first call: fault 36."""
    async with channels(settings_for(api, "polling", tmp_path), services) as address:
        await until_told(address, "ok")
        assert api.made("getUpdates")[0]["timeout"] == 0


async def test_a_webhook_needs_no_file(
    api: BotApi, services: Services, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing can be kept, Telegram is told at the start, and is not told again."""
    (tmp_path / "data").write_text("un fichier à la place du dossier", "utf-8")
    async with started(api, services) as application:
        webhook = watchful(application, services, tmp_path / "data" / "kept")
        task = asyncio.create_task(webhook.run())
        await api.until(lambda: len(api.made("getWebhookInfo")) >= 3)
        assert webhook.problem is None
        assert len(api.made("setWebhook")) == 1
        task.cancel()
        await asyncio.wait([task])
    assert caplog.text.count("ne peut pas être écrit") == 1


# A process of its own.


async def test_sigterm_finishes_what_is_in_flight(api: BotApi, mode: str, tmp_path: Path) -> None:
    released = hold_reply(api, 1)
    port = free_port()
    api.webhook_to = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve",
        cwd=ROOT,
        env={
            **os.environ,
            "PORT": str(port),
            "KNOWLEDGE_DIR": str(small_knowledge(tmp_path)),
            "DATA_DIR": str(tmp_path / "data"),
            "PUBLIC_URL": PUBLIC,
            "TELEGRAM_MODE": mode,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": api.url,
        },
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        api.add(message=message(1, 1, text="/aide"))
        await api.until(lambda: bool(api.sent(1)))
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        assert api.pending
        late = api.add(message=message(2, 2, text="/aide"))
        released.set()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
        _, log = await process.communicate()
    assert list(api.pending) == [late]
    assert [len(api.sent(chat)) for chat in (1, 2)] == [1, 0]
    assert b"Traceback" not in log, log.decode()
    assert TOKEN.encode() not in log
    if mode == "webhook":
        assert (tmp_path / "data" / "secret-key").stat().st_mode & 0o777 == 0o600
