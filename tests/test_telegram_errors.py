"""What happens when Telegram or we fail, and that the logs tell nothing of anyone."""

import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from telegram.error import Conflict, NetworkError, TelegramError, TimedOut

from bot.conversation.assistant import Assistant
from bot.handlers import build, texts
from bot.language.typography import typeset
from bot.services import Services
from bot.storage.database import Database
from bot.storage.knowledge_files import KnowledgeWatcher
from tests.conftest import KNOWLEDGE
from tests.fakes import BOT_USER, TOKEN, FakeTelegram, Refusal, Resident, actions, resident_with
from tests.telegram_rules import html_complaints, keyboard_complaints, text_complaints

APOLOGY = typeset(texts.APOLOGY)
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
    return [record.message for record in logged.records if record.name == "bot.handlers.errors"]


def everything(logged: pytest.LogCaptureFixture) -> str:
    return "\n".join(logged.handler.format(record) for record in logged.records)


# The client warns that RetryAfter will change, of which nothing is used here.
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@pytest.mark.parametrize(
    ("failure", "sent", "kind"),
    [
        (Refusal(403, "Forbidden: bot was blocked by the user"), ["reply"], None),
        (Refusal(400, "Bad Request: message is not modified: same"), ["reply"], None),
        (Refusal(400, "Bad Request: can't parse entities: <b"), ["reply", "plain"], "BadRequest"),
        (Refusal(400, "Bad Request: chat not found"), ["reply", "apology"], "BadRequest"),
        (TimedOut(), ["reply"], "TimedOut"),
        (Refusal(429, "Too Many Requests", {"retry_after": 9}), ["reply"], "RetryAfter"),
        (Refusal(502, "Bad Gateway"), ["reply", "apology"], "NetworkError"),
        (OSError(f"https://telegram/bot{TOKEN}"), ["reply", "apology"], "NetworkError"),
    ],
)  # fmt: skip
async def test_errors(
    resident: Resident,
    logged: pytest.LogCaptureFixture,
    failure: Refusal | Exception,
    sent: list[str],
    kind: str | None,
) -> None:
    resident.telegram.fail("sendMessage", failure)
    messages = await resident.say(f"Bonjour {SECRET}")
    kinds = [
        "apology" if each["text"] == APOLOGY else "reply" if "parse_mode" in each else "plain"
        for each in messages
    ]
    assert kinds == sent
    assert [line.partition(" (")[0] for line in ours(logged)] == (
        [f"Telegram : {kind}"] if kind else []
    )
    assert SECRET not in everything(logged)
    assert TOKEN not in everything(logged)


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
    resident.telegram.fail("sendMessage", Refusal(502, "Bad Gateway"), RuntimeError(SECRET))
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


async def test_a_vote_that_can_not_be_stored(
    assistant: Assistant, tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    without_tables = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")
    services = Services(assistant, without_tables, KnowledgeWatcher(KNOWLEDGE, assistant.serve))
    async with resident_with(services) as resident:
        await resident.say("/start q-qui-s-engage")
        (apology,) = await resident.press("vote:qui-s-engage:1")
        assert apology["text"] == APOLOGY
        (toast,) = resident.telegram.made("answerCallbackQuery")
        assert "text" not in toast
    await without_tables.close()
    assert [line.partition(" (")[0] for line in ours(logged)] == ["Telegram : OperationalError"]


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
    services: Services, logged: pytest.LogCaptureFixture
) -> None:
    """httpx logs addresses, and the library logs the updates that it can't read."""
    async with api_server() as base_url, build(TOKEN, services, base_url=base_url) as application:
        assert application.bot.base_url == f"{base_url}/bot{TOKEN}"
        await Resident(application, FakeTelegram()).say(SECRET)
        with pytest.raises(KeyError):
            await application.bot.get_updates()
    nowhere = build(TOKEN, services, base_url="http://127.0.0.1:9")
    with pytest.raises(NetworkError):
        await nowhere.initialize()
    await nowhere.shutdown()
    told = everything(logged)
    assert "Error while parsing updates" in told
    assert "Telegram : NetworkError" in told
    assert SECRET not in told
    assert TOKEN not in told


def test_every_logger_of_the_library_is_discreet(logged: pytest.LogCaptureFixture) -> None:
    build(TOKEN, None)  # type: ignore[arg-type]
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
     '<b class="x">a</b>', '<a>a</a>', '<a href="javascript:x">a</a>', "&eacute;"],
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
