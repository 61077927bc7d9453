"""A PostgreSQL that stops or hangs: residents are answered, what they leave waits."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot.conversation.assistant import Assistant
from bot.language.typography import typeset
from bot.services import Services
from bot.storage import patience
from bot.storage.database import TABLES, Database
from bot.storage.editors import admin_link, session_cookie
from bot.storage.revisions import Revisions
from bot.storage.watching import KnowledgeWatcher
from bot.web.editing.entrance import COOKIE
from doubles.bot_api import BotApi, message, running
from doubles.service import KEY, PUBLIC, served
from doubles.wire import Wire, wire
from tests.conftest import KNOWLEDGE, unhurried

ENTRY = "qui-s-engage"
EDITOR = 99
VOTER = {"id": 1, "is_bot": False, "first_name": "Odette"}


@dataclass
class Place:
    """The whole service, on a database at the end of a line."""

    line: Wire
    services: Services
    address: str
    session: aiohttp.ClientSession
    api: BotApi
    number: int = 0

    async def ask(self, method: str, path: str, **given: Any) -> tuple[int, str]:
        asked = self.session.request(method, self.address + path, allow_redirects=False, **given)
        async with asyncio.timeout(20), asked as told:
            return told.status, await told.text()

    async def vote(self, useful: str, draw: str = "d" * 16) -> int:
        fields = {"entry": ENTRY, "useful": useful, "v": draw}
        return (await self.ask("POST", "/avis", data=fields))[0]

    async def telegram(self, chat: int = 1, **content: Any) -> str:
        """What a resident is sent for an update, or the notice of a button."""
        made = ("sendMessage", "answerCallbackQuery")

        def told() -> list[str]:
            return [str(one.get("text")) for name in made for one in self.api.made(name)]

        before = len(told())
        self.number += 1
        if "text" in content:
            content = {"message": message(self.number, chat, **content)}
        self.api.add(**content)
        await self.api.until(lambda: len(told()) > before)
        return await self.last(content)

    async def last(self, content: dict[str, Any]) -> str:
        method = "answerCallbackQuery" if "callback_query" in content else "sendMessage"
        return str(self.api.made(method)[-1].get("text"))


@pytest.fixture
async def place(assistant: Assistant, new_postgres: str, tmp_path: Path) -> AsyncIterator[Place]:
    port = sa.make_url(new_postgres).port
    assert port
    async with wire(port) as line, running() as api, aiohttp.ClientSession() as session:
        database = await Database.open(new_postgres.replace(f":{port}", f":{line.port}"))
        await database.migrate()
        watcher = KnowledgeWatcher(KNOWLEDGE, Revisions(database))
        services = Services(
            assistant,
            database,
            watcher,
            limits=unhurried(),
            pseudonym_key=KEY.encode(),
            admin_ids=(EDITOR,),
            address=PUBLIC,
        )
        async with served(api, "webhook", services, tmp_path) as address:
            yield Place(line, services, address, session, api)
            await line.mend()
        await database.close()


@pytest.fixture(params=["stopped", "hung"])
async def away(request: pytest.FixtureRequest, place: Place) -> Place:
    """The database, gone after the first words of everyone."""
    assert await place.vote("oui", "e" * 16) == 200
    await place.telegram(text="/aide")
    if request.param == "stopped":
        await place.line.cut()
    else:
        place.line.freeze()
    return place


async def until_written(services: Services) -> None:
    async with asyncio.timeout(60):
        while services.database.patience.waiting:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.05)


async def test_every_route_answers(away: Place) -> None:
    now = dt.datetime.now(dt.UTC)
    assert "Qui s’engage" in (await away.ask("POST", "/", data={"q": "Qui s'engage ?"}))[1]
    for path in ("/", f"/q/{ENTRY}?s=affiche", "/questions", "/healthz", "/metrics"):
        assert (await away.ask("GET", path))[0] == 200, path
    asked = {"question": "Qui s'engage ?", "commune": None}
    assert (await away.ask("POST", "/api/v1/ask", json=asked))[0] == 200
    texts = away.services.assistant.base.texts.mairie
    for path in ("/mairie", "/chiffres"):
        status, page = await away.ask("GET", path)
        assert status == 200
        assert typeset(texts["chiffres_absents"]) in page, path
    status, page = await away.ask("GET", "/readyz")
    assert status == 200
    assert '"database"' in page.partition('"degraded"')[2].partition("]")[0]
    cookie = {COOKIE: session_cookie(KEY.encode(), "Léa", now)}
    link = admin_link(KEY.encode(), PUBLIC, now).removeprefix(PUBLIC)
    for method, path, given in (
        ("GET", "/redaction", {"cookies": cookie}),
        ("GET", "/redaction/demandes", {"cookies": cookie}),
        ("POST", link, {"data": {"nom": "Léa"}}),
    ):
        status, page = await away.ask(method, path, **given)
        assert status == 503
        assert "base de données ne répond pas" in page, path
    assert (await away.ask("GET", "/redaction"))[0] == 403


async def test_telegram_answers(away: Place) -> None:
    for text in ("/aide", f"/start q-{ENTRY}_s-affiche", "Qui s'engage ?"):
        assert await away.telegram(text=text)
    assert "pas pu être effacés" in await away.telegram(text="/effacer")
    for command in ("/digest", "/annuler", "/redaction"):
        told = await away.telegram(EDITOR, text=command)
        assert "une panne" in told, command


async def test_votes_wait_and_are_counted(away: Place) -> None:
    """On both channels, in their order: the last of a conversation is what counts."""
    assert [await away.vote(useful) for useful in ("oui", "non", "oui")] == [200, 200, 200]
    query = {"id": "7", "from": VOTER, "chat_instance": "1", "message": away.api.sent(1)[0]}
    notice = await away.telegram(callback_query={**query, "data": f"vote:{ENTRY}:0"})
    assert notice == "None", "no thanks for what is not counted yet"
    await away.line.mend()
    await until_written(away.services)
    assert await away.services.database.votes() == {ENTRY: (2, 1)}
    async with asyncio.timeout(60):
        while (await away.ask("POST", "/effacer", data={"v": "d" * 16}))[0] != 303:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await until_written(away.services)
    assert await away.services.database.votes() == {ENTRY: (1, 1)}


async def test_what_is_erased_meanwhile_is_erased_afterwards(away: Place) -> None:
    assert (await away.ask("POST", "/effacer", data={"v": "e" * 16}))[0] == 503
    await away.line.mend()
    await until_written(away.services)
    assert await away.services.database.votes() == {}


async def test_what_is_answered_meanwhile_is_recorded_afterwards(away: Place) -> None:
    await away.telegram(text="Qui s'engage ?")
    await away.line.mend()
    updates = TABLES.tables["telegram_updates"].c.update_id
    async with asyncio.timeout(90):
        count = 0
        while count < 2:
            await asyncio.sleep(0.1)
            async with away.services.database.engine.connect() as connection:
                count = len((await connection.scalars(sa.select(updates))).all())


async def test_what_waits_is_bounded_and_what_is_lost_is_counted(
    away: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "WAITING", 3)
    for number in range(5):
        assert await away.vote("oui", f"{number:016}") == 200
    value = away.services.metrics.registry.get_sample_value
    assert value("galibot_writes_dropped_total") == 2
    await away.line.mend()
    await until_written(away.services)
    assert await away.services.database.votes() == {ENTRY: (4, 0)}
