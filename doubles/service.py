"""The service to try: what a process of it is started on, and the whole of it on a Bot API."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.app import open_channels
from bot.services import Services
from bot.settings import ROOT, Settings
from bot.web.door import opened
from doubles.bot_api import TOKEN, BotApi

PUBLIC = "https://galibot.example.org"
KEY = "une-clef-assez-longue-pour-les-essais"
FAQ = """\
entrees:
  - id: guichet
    question: Où est le guichet bleu ?
    reponse: {answer}
  - id: horaire
    question: À quelle heure ferme la piscine ?
    reponse: À dix-huit heures.
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def small_knowledge(parent: Path) -> Path:
    """A knowledge folder with two entries and all the communes: it is served at once."""
    folder = parent / "knowledge"
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "knowledge" / "lieux", folder / "lieux")
    (folder / "faq.yaml").write_text(FAQ.format(answer="À gauche."), "utf-8")
    return folder


def settings_for(api: BotApi, mode: str, folder: Path, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "port": 0,
        "data_dir": folder,
        "public_url": PUBLIC,
        "telegram_mode": mode,
        "telegram_bot_token": SecretStr(TOKEN),
        "telegram_api_base_url": api.url,
        "secret_key": SecretStr(KEY),
        **more,
    }
    return Settings(**values)


@contextlib.asynccontextmanager
async def channels(settings: Settings, services: Services) -> AsyncIterator[str]:
    """Every channel of these services, as `serve` opens them. Yields the address of the page."""
    async with (
        opened(settings.host, settings.port) as door,
        open_channels(settings, services, door),
    ):
        yield f"http://localhost:{door.port}"


@contextlib.asynccontextmanager
async def served(
    api: BotApi, mode: str, services: Services, folder: Path, **more: Any
) -> AsyncIterator[str]:
    """The service as app.py runs it, once it receives updates. Yields its address."""
    async with channels(settings_for(api, mode, folder, **more), services) as address:
        api.webhook_to = address
        await api.until(lambda: bool(api.webhook["url"] or api.made("getUpdates")))
        yield address


async def ready(address: str) -> Any:
    """What /readyz says of Telegram."""
    async with aiohttp.ClientSession() as session, session.get(f"{address}/readyz") as response:
        return (await response.json())["telegram"]


async def until_told(address: str, state: str) -> None:
    async with asyncio.timeout(30):
        while await ready(address) != state:  # noqa: ASYNC110 - the page has no event to wait for
            await asyncio.sleep(0.05)
