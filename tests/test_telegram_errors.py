"""What happens when Telegram or we fail, and that the logs tell nothing of anyone."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.conversation.assistant import Assistant
from bot.handlers import build
from bot.handlers.delivery import sending
from bot.handlers.delivery.errors import TABLE, UndeliveredError
from bot.handlers.delivery.transport import CutError, CutShortError, NotConnectedError
from bot.language.typography import typeset
from bot.services import Services
from bot.storage.database import Database
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from doubles.telegram import (
    BOT_USER,
    DATE,
    TOKEN,
    FakeTelegram,
    Refusal,
    Resident,
    actions,
    resident_with,
)
from doubles.telegram_rules import html_complaints, keyboard_complaints, text_complaints
from tests.conftest import KNOWLEDGE, TEXTS

APOLOGY = typeset(TEXTS.telegram["panne"])
SECRET = "monnomestodette"


@pytest.fixture
async def resident(services: Services) -> AsyncIterator[Resident]:
    async with resident_with(services) as someone:
        yield someone


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that is logged, even what only a developer asks for."""
    caplog.set_level(logging.DEBUG)
    return caplog


def ours(logged: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.message for record in logged.records if record.name == "bot.handlers.delivery.errors"
    ]


def everything(logged: pytest.LogCaptureFixture) -> str:
    return "\n".join(logged.handler.format(record) for record in logged.records)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made between tries, without making them."""
    made: list[float] = []

    async def note(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(sending, "sleep", note)
    return made


GROUP = {"id": -42, "type": "supergroup", "title": "Cité", "is_forum": True}
BLOCKED = Refusal(403, "Forbidden: bot was blocked by the user")
SLOW_DOWN = Refusal(429, "Too Many Requests: retry after 9", {"retry_after": 9})
BAD_GATEWAY = Refusal(502, "Bad Gateway")
#: Waited for in an outage before the reply is left for later: the next would be one too many.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
OUTAGE = len(PAUSES) + 1
APART = NotConnectedError("aiohttp.ClientConnectorError")
CUT = CutError("aiohttp.ServerDisconnectedError")


@dataclass(frozen=True, slots=True)
class Fault:
    """Telegram's failures on a message, then what is sent, waited for and logged."""

    failures: tuple[Refusal | Exception, ...]
    sent: tuple[str, ...]
    logged: tuple[str, ...] = ()
    pauses: tuple[float, ...] = ()
    due: bool = False
    asks: str = "Bonjour"


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


FAULTS = {
    "blocked": Fault((BLOCKED,), ("reply",)),
    "kicked": Fault((Refusal(403, "Forbidden: bot was kicked from the group chat"),), ("reply",)),
    "deactivated": Fault((Refusal(403, "Forbidden: user is deactivated"),), ("reply",)),
    "muted": Fault((bad("not enough rights to send text messages to the chat"),), ("reply",)),
    "not modified": Fault((bad("message is not modified: same"),), ("reply",)),
    "too old": Fault((bad("query is too old and response timeout expired"),), ("reply",)),
    "entities": Fault((bad("can't parse entities: <b"),), ("reply", "plain"), ("BadRequest",)),
    "entities, twice": Fault(
        (bad("can't parse entities"),) * 2, ("reply", "plain", "apology"), ("BadRequest",) * 2
    ),
    "quoted is gone": Fault(
        (bad("message to be replied not found"),), ("reply+quote+topic", "reply"),
        ("BadRequest",), asks="@galibot_bot Bonjour",
    ),
    "topic is gone": Fault(
        (bad("message thread not found"), bad("can't parse entities")),
        ("reply+quote+topic", "reply", "plain"), ("BadRequest",) * 2, asks="@galibot_bot Bonjour",
    ),
    "topic deleted": Fault(
        (bad("TOPIC_DELETED"),), ("reply+quote+topic", "reply"), ("BadRequest",),
        asks="@galibot_bot Bonjour",
    ),
    "topic deleted, then no right": Fault(
        (bad("TOPIC_DELETED"), bad("CHAT_WRITE_FORBIDDEN")), ("reply+quote+topic", "reply"),
        ("BadRequest",), asks="@galibot_bot Bonjour",
    ),
    **{
        refusal.description: Fault(
            (refusal,), ("reply+quote+topic",), asks="@galibot_bot Bonjour"
        )
        for refusal in (
            bad("TOPIC_CLOSED"), bad("CHAT_RESTRICTED"), bad("CHAT_WRITE_FORBIDDEN"),
            bad("CHAT_SEND_PLAIN_FORBIDDEN"), bad("CHAT_GUEST_SEND_FORBIDDEN"),
            bad("CHAT_ADMIN_REQUIRED"), bad("USER_BANNED_IN_CHANNEL"),
            bad("have no rights to send a message"),
            bad("need administrator rights in the channel chat"),
            Refusal(403, "Forbidden: CHAT_WRITE_FORBIDDEN"),
            Refusal(403, "Forbidden: bot is not a member of the supergroup chat"),
        )
    },
    "apology in a topic": Fault(
        (bad("chat not found"), bad("TOPIC_CLOSED")), ("reply+quote+topic", "apology+topic"),
        ("BadRequest",), asks="@galibot_bot Bonjour",
    ),
    "migrated": Fault(
        (Refusal(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1009}),),
        ("reply+quote+topic", "reply+quote+topic+there"), ("ChatMigrated",),
        asks="@galibot_bot Bonjour",
    ),
    "other refusal": Fault((bad("chat not found"),), ("reply", "apology"), ("BadRequest",)),
    "too many": Fault((SLOW_DOWN,), ("reply", "reply"), ("RetryAfter",), (9.0,)),
    "too many, always": Fault(
        (SLOW_DOWN,) * 4, ("reply",) * 4, ("RetryAfter", "UndeliveredError"), (9.0,) * 3, due=True
    ),
    "too long a wait": Fault(
        (Refusal(429, "Too Many Requests", {"retry_after": 3600}),),
        ("reply",), ("RetryAfter", "UndeliveredError"), due=True,
    ),
    "late answer": Fault((TimedOut(),), ("reply",), ("TimedOut",)),
    "answer cut short": Fault((CutShortError("?"),), ("reply",), ("CutShortError",)),
    "unreadable success": Fault(
        (TelegramError("Invalid server response"),), ("reply",), ("TelegramError",)
    ),
    "not connected": Fault(
        (APART, APART), ("reply",) * 3, ("NotConnectedError",), PAUSES[:2]
    ),
    "not connected, always": Fault(
        (APART,) * OUTAGE, ("reply",) * OUTAGE, ("NotConnectedError", "UndeliveredError"),
        PAUSES, due=True,
    ),
    "cut": Fault((CUT,), ("reply", "reply"), ("CutError",), (0.0,)),
    "cut twice": Fault(
        (CUT, CUT), ("reply",) * 3, ("CutError",), (0.0, PAUSES[0])
    ),
    "failing": Fault((BAD_GATEWAY,), ("reply", "reply"), ("NetworkError",), PAUSES[:1]),
    "failing, always": Fault(
        (BAD_GATEWAY,) * OUTAGE, ("reply",) * OUTAGE, ("NetworkError", "UndeliveredError"),
        PAUSES, due=True,
    ),
    "failing, then late": Fault(
        (BAD_GATEWAY, TimedOut()), ("reply", "reply"), ("NetworkError", "TimedOut"),
        PAUSES[:1],
    ),
    "any other": Fault(
        (OSError(f"https://telegram/bot{TOKEN}"),), ("reply", "reply"), ("NetworkError",),
        PAUSES[:1],
    ),
}  # fmt: skip


def described(call: dict[str, Any]) -> str:
    kind = "apology" if call["text"] == APOLOGY else "reply" if "parse_mode" in call else "plain"
    marks = [
        ("quote", "reply_parameters" in call),
        ("topic", "message_thread_id" in call),
        ("there", call["chat_id"] == -1009),
    ]
    return "+".join([kind, *(mark for mark, there in marks if there)])


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_faults(
    resident: Resident, logged: pytest.LogCaptureFixture, pauses: list[float], fault: Fault
) -> None:
    topic = {}
    if fault.asks.startswith("@"):
        resident.chat = GROUP
        topic = {"message_thread_id": 5, "is_topic_message": True}
    resident.telegram.fail("sendMessage", *fault.failures)
    sent = await resident.say(f"{fault.asks} {SECRET}", **topic)
    assert tuple(described(each) for each in sent) == fault.sent
    assert tuple(pauses) == fault.pauses
    assert bool(resident.application.bot_data.undelivered) is fault.due
    assert [line.partition(" (")[0] for line in ours(logged)] == [
        f"Telegram : {kind}" for kind in fault.logged
    ]
    assert SECRET not in everything(logged)
    assert TOKEN not in everything(logged)
    # Whatever happened, the next message is answered.
    resident.telegram.fail("sendMessage")
    assert len(await resident.say(f"{fault.asks}", **topic)) == 1


EDITS: dict[str, tuple[Refusal | Exception, list[str]]] = {
    "not modified": (bad("message is not modified"), ["editMessageText"]),
    "gone": (bad("message to edit not found"), ["editMessageText", "sendMessage"]),
    "too old": (bad("message can't be edited"), ["editMessageText", "sendMessage"]),
    "late": (TimedOut(), ["editMessageText"]),
    "entities": (bad("can't parse entities"), ["editMessageText", "editMessageText"]),
    "topic closed": (bad("TOPIC_CLOSED"), ["editMessageText"]),
    "topic deleted": (bad("TOPIC_DELETED"), ["editMessageText", "sendMessage"]),
}


@pytest.mark.parametrize(("failure", "methods"), EDITS.values(), ids=EDITS)
async def test_faults_of_an_edit(
    resident: Resident, failure: Refusal | Exception, methods: list[str]
) -> None:
    asked = resident.message(text="Bonjour")
    await resident.update(message=asked)
    before = len(resident.telegram.calls)
    resident.telegram.fail("editMessageText", failure)
    await resident.update(edited_message={**asked, "text": "Merci", "edit_date": DATE})
    calls = resident.telegram.calls[before:]
    assert [call.method for call in calls] == methods
    if methods[-1] == "sendMessage":
        quoted = calls[-1].parameters.get("reply_parameters", {}).get("message_id")
        assert quoted == (None if "TOPIC" in str(failure) else asked["message_id"])


def test_each_row_of_the_table_is_tried() -> None:
    """By the refusals above, as the client raises them; what is left is raised by ourselves."""
    tried: list[Refusal | Exception] = [one for fault in FAULTS.values() for one in fault.failures]
    tried += [failure for failure, _ in EDITS.values()]
    known = {(Forbidden, ""), (ChatMigrated, ""), (RetryAfter, ""), (NetworkError, "")}
    known |= {(type(failure), "") for failure in tried if isinstance(failure, Exception)}
    known |= {(UndeliveredError, ""), (BaseException, ""), (BadRequest, "")}
    said = [
        (failure.description if isinstance(failure, Refusal) else str(failure)).lower()
        for failure in tried
    ]
    for kind, part, _ in TABLE:
        assert (kind, part) in known or any(part in each for each in said if part), (kind, part)


async def test_a_chat_that_must_wait_holds_up_no_other(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, over = asyncio.Event(), asyncio.Event()

    async def wait(seconds: float) -> None:
        waiting.set()
        await over.wait()

    monkeypatch.setattr(sending, "sleep", wait)
    telegram = resident.telegram
    other = Resident(resident.application, telegram, {"id": 43, "type": "private"})
    telegram.fail("sendMessage", SLOW_DOWN)
    held = asyncio.create_task(resident.say("Bonjour"))
    await waiting.wait()
    (reply,) = await other.say("Bonjour")
    assert reply["chat_id"] == 43
    assert not held.done()
    over.set()
    assert [each["chat_id"] for each in await held] == [42, 43, 42]


async def test_an_apology_that_can_not_be_delivered_is_due_too(
    resident: Resident, pauses: list[float]
) -> None:
    resident.telegram.fail("sendMessage", bad("chat not found"), *[BAD_GATEWAY] * OUTAGE)
    await resident.say("Bonjour")
    assert resident.application.bot_data.undelivered


async def test_plain_text_has_the_words_and_the_buttons(resident: Resident) -> None:
    (html,) = await resident.say("/start q-qui-s-engage")
    resident.telegram.fail("sendMessage", Refusal(400, "Bad Request: can't parse entities"))
    _, plain = await resident.say("/start q-qui-s-engage")
    assert "<" in html["text"]
    assert "<" not in plain["text"]
    assert actions(plain) == actions(html)


async def test_the_error_handler_never_raises(
    resident: Resident, logged: pytest.LogCaptureFixture
) -> None:
    resident.telegram.fail("sendMessage", bad("chat not found"), bad(f"chat not found {SECRET}"))
    assert len(await resident.say("Bonjour")) == 2
    assert len(ours(logged)) == 2
    await resident.application.process_error(None, Conflict(SECRET))
    await resident.application.process_error("?", ValueError(SECRET))
    assert [line.partition(" (")[0] for line in ours(logged)[2:]] == [
        "Telegram : Conflict",
        "Telegram : ValueError",
    ]
    assert SECRET not in everything(logged)


@pytest.mark.parametrize(
    ("failure", "lines"),
    [
        (Refusal(400, "Bad Request: query is too old and response timeout expired"), 0),
        (TimedOut(), 1),
        (Refusal(403, "Forbidden: bot was blocked by the user"), 0),
    ],
)
async def test_a_button_answers_even_when_its_spinner_can_not_be_stopped(
    resident: Resident,
    logged: pytest.LogCaptureFixture,
    failure: Refusal | Exception,
    lines: int,
) -> None:
    await resident.say("/start")
    resident.telegram.fail("answerCallbackQuery", failure)
    assert len(await resident.press("themes")) == 1
    assert len(ours(logged)) == lines


async def test_a_vote_counts_even_when_its_buttons_stay(
    resident: Resident, services: Services
) -> None:
    await resident.say("/start q-qui-s-engage")
    for code in (400, 502):
        resident.telegram.fail("editMessageReplyMarkup", Refusal(code, "no"))
        assert await resident.press("vote:qui-s-engage:1") == []
    assert await services.database.votes() == {"qui-s-engage": (1, 0)}


async def test_a_vote_that_can_not_be_stored(assistant: Assistant, tmp_path: Path) -> None:
    without_tables = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")
    services = Services(
        assistant, without_tables, KnowledgeWatcher(KNOWLEDGE, Revisions(without_tables))
    )
    async with resident_with(services) as resident:
        await resident.say("/start q-qui-s-engage")
        assert await resident.press("vote:qui-s-engage:1") == [], "it waits, and no thanks yet"
        (toast,) = resident.telegram.made("answerCallbackQuery")
        assert "text" not in toast
    await without_tables.close()
    assert services.metrics.registry.get_sample_value("galibot_writes_dropped_total") == 1


async def test_the_rate_is_held_to_what_is_set(services: Services) -> None:
    """The second message waits its turn, whatever its chat; with no limit none does."""
    for rate, answered in ((1, {1}), (0, {1, 2, 3})):
        telegram = FakeTelegram()
        async with build(TOKEN, services, max_rate=rate, request=telegram) as application:
            senders = [
                Resident(application, telegram, {"id": one, "type": "private"}) for one in (1, 2, 3)
            ]
            tasks = [asyncio.create_task(one.say("/start")) for one in senders]
            await tasks[0]
            for _ in range(100):
                await asyncio.sleep(0)
            assert {call["chat_id"] for call in telegram.made("sendMessage")} == answered
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_wait_asked_by_telegram_is_ours_to_make(
    services: Services, pauses: list[float]
) -> None:
    telegram = FakeTelegram()
    async with build(TOKEN, services, max_rate=30, request=telegram) as application:
        telegram.fail("sendMessage", SLOW_DOWN)
        assert len(await Resident(application, telegram).say("Bonjour")) == 2
    assert pauses == [9.0]


@contextlib.asynccontextmanager
async def api_server() -> AsyncIterator[str]:
    """A Bot API over HTTP that gives an update nobody can read, and errors. Yields its address."""

    async def api(request: web.Request) -> web.Response:
        match request.match_info["method"]:
            case "getMe":
                return web.json_response({"ok": True, "result": BOT_USER})
            case "getUpdates":
                unreadable = {"update_id": 1, "message": {"text": SECRET}}
                return web.json_response({"ok": True, "result": [unreadable]})
            case _:
                return web.Response(status=500, text=f"not JSON: {SECRET}")

    server = web.Application()
    server.router.add_post(f"/bot{TOKEN}/{{method}}", api)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_over_the_real_client_no_log_holds_the_token_or_a_message(
    services: Services, logged: pytest.LogCaptureFixture, pauses: list[float]
) -> None:
    """The library logs the updates that it can't read."""
    async with api_server() as base_url, build(TOKEN, services, base_url=base_url) as application:
        assert application.bot.base_url == f"{base_url}/bot{TOKEN}"
        await Resident(application, FakeTelegram()).say(SECRET)
        with pytest.raises(KeyError):
            await application.bot.get_updates()
    nowhere = build(TOKEN, services, base_url="http://127.0.0.1:9")
    with pytest.raises(NetworkError):
        await nowhere.initialize()
    await nowhere.bot.shutdown()
    told = everything(logged)
    assert "Error while parsing updates" in told
    assert "Telegram : NetworkError" in told
    assert "Telegram : UndeliveredError" in told
    assert tuple(pauses) == PAUSES
    assert SECRET not in told
    assert TOKEN not in told


def test_every_logger_of_the_library_is_discreet(
    logged: pytest.LogCaptureFixture, services: Services
) -> None:
    build(TOKEN, services)
    names = [name for name in logging.root.manager.loggerDict if name.startswith("telegram.")]
    assert {"telegram.ext.ExtBot", "telegram.ext.Updater", "telegram.ext.Application"} <= set(names)
    for name in names:
        try:
            raise ValueError(TOKEN)
        except ValueError:
            logging.getLogger(name).exception("Lost %s", SECRET)
        assert logged.records[-1].message == "Lost %s [ValueError]"
    assert SECRET not in everything(logged)
    assert TOKEN not in everything(logged)


@pytest.mark.parametrize(
    "text",
    ["a < b", "a & b", "a > b", "<b>a", "a</b>", "<b><i>a</b></i>", "<p>a</p>",
     '<b class="x">a</b>', '<a>a</a>', '<a href="javascript:x">a</a>', "&eacute;",
     "<b expandable>a</b>", "<blockquote>a<blockquote expandable>b</blockquote></blockquote>"],
)  # fmt: skip
def test_the_fake_refuses_wrong_html(text: str) -> None:
    assert list(html_complaints(text))


def test_the_fake_refuses_what_does_not_fit() -> None:
    assert list(text_complaints("<b> </b>", "HTML"))
    assert list(text_complaints("a" * 4097, None))
    assert list(text_complaints("😀" * 2049, None))
    assert not list(text_complaints(f"<b>{'&lt;' * 4096}</b>", "HTML"))
    for data in ("", "é" * 33):
        button = {"text": "a", "callback_data": data}
        assert list(keyboard_complaints({"inline_keyboard": [[button]]}))


async def test_the_fake_remembers_a_call_that_telegram_refuses(services: Services) -> None:
    telegram = FakeTelegram()
    async with build(TOKEN, services, request=telegram) as application:
        for text in ("", "<p>a"):
            with pytest.raises(TelegramError):
                await application.bot.send_message(1, text, parse_mode="HTML")
    assert len(telegram.violations) == 2
