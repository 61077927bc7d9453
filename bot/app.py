"""The composition root: settings in, a running service out, closed in reverse order."""

import asyncio
import contextlib
import datetime as dt
import logging
import signal
from collections.abc import AsyncIterator, Callable

from aiohttp import web
from telegram.error import InvalidToken

from bot import handlers
from bot.conversation.assistant import Assistant
from bot.services import Services
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.knowledge_files import (
    KnowledgeWatcher,
    load_base,
    load_common_messages,
    load_gazetteer,
)
from bot.storage.use_encoder import load_encoder
from bot.web.keys import TELEGRAM_PROBLEM
from bot.web.server import make_app

_log = logging.getLogger(__name__)


class StartError(Exception):
    """The service can't start; the message says why in French."""


def make_assistant(settings: Settings) -> Assistant:
    """The assistant on the knowledge folder. Raises KnowledgeError where it can't be served."""
    return Assistant(
        load_base(settings.knowledge_dir, dt.date.today()),
        load_gazetteer(settings.knowledge_dir),
        encoder=load_encoder(settings.data_dir / "cache"),
        unrelated=load_common_messages(settings.knowledge_dir),
    )


@contextlib.asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """The services of every channel, with the knowledge followed as editors save it."""
    assistant = make_assistant(settings)
    database = await Database.open(settings.database)
    knowledge = KnowledgeWatcher(settings.knowledge_dir, assistant.serve)
    try:
        if database.is_sqlite:
            await database.migrate()
        knowledge.start()
        yield Services(assistant, database, knowledge)
    finally:
        await knowledge.close()
        await database.close()


async def serve(settings: Settings) -> None:
    """Serve the web, and Telegram where a token is set, until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings))
        telegram = await stack.enter_async_context(_telegram(settings, services))
        address = await stack.enter_async_context(_web(settings, services, telegram))
        _log.info("Galibot est prêt : %s (Ctrl+C pour arrêter)", address)
        await stop.wait()
        _log.info("Arrêt demandé.")


@contextlib.asynccontextmanager
async def _web(
    settings: Settings, services: Services, telegram: Callable[[], str | None] | None
) -> AsyncIterator[str]:
    app = make_app(services)
    if telegram:
        app[TELEGRAM_PROBLEM] = telegram
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            raise StartError(
                f"Le port {settings.port} de {settings.host} ne peut pas être ouvert "
                f"({error.strerror}). Choisissez-en un autre avec la variable PORT."
            ) from None
        port = runner.addresses[0][1]
        host = "localhost" if settings.host in {"127.0.0.1", "0.0.0.0", "::"} else settings.host  # noqa: S104
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def _telegram(
    settings: Settings, services: Services
) -> AsyncIterator[Callable[[], str | None] | None]:
    """Telegram by polling; yields what tells whether it is well, None without a token."""
    if settings.telegram_bot_token is None:
        _log.info("TELEGRAM_BOT_TOKEN n’est pas défini : Telegram n’est pas démarré.")
        yield None
        return
    application = handlers.build(
        settings.telegram_bot_token.get_secret_value(),
        services,
        base_url=settings.telegram_api_base_url,
        max_rate=settings.telegram_max_rate,
    )
    try:
        await application.initialize()
    except InvalidToken:
        # The exception's own message holds the token.
        raise StartError(
            "Telegram refuse le jeton TELEGRAM_BOT_TOKEN. Copiez-le de nouveau depuis @BotFather."
        ) from None
    async with application:
        await application.start()
        await handlers.announce(application)
        updater = application.updater
        assert updater is not None  # noqa: S101 - the builder always makes one
        await updater.start_polling(allowed_updates=handlers.ALLOWED_UPDATES)
        try:
            yield lambda: None if updater.running else "La réception des messages est arrêtée."
        finally:
            await updater.stop()
            await application.stop()
