"""The composition root: settings in, a running service out, closed in reverse order."""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from bot.answering import make_assistant
from bot.communes.gazetteer import Gazetteer
from bot.knowledge.model import KnowledgeBase
from bot.memory import give_back, settle
from bot.services import Services
from bot.settings import Settings, secret_key
from bot.storage.compiled import Builder
from bot.storage.database import Database
from bot.storage.knowledge_files import KnowledgeError
from bot.storage.patience import within
from bot.storage.retention import purging
from bot.storage.revisions import Revisions
from bot.storage.shelf import Shelf
from bot.storage.watching import KnowledgeWatcher
from bot.web.door import STOP_SECONDS, Door, StartError
from bot.web.keys import TELEGRAM_LINK, TELEGRAM_PROBLEM
from bot.web.server import make_app

if TYPE_CHECKING:
    from bot.handlers.delivery.lifecycle import Channel

#: Seconds in which the database has to answer at the start.
REACH_SECONDS = 2.0

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """The services of every channel, with the knowledge followed as editors save it."""
    database = await opened_database(settings)
    knowledge = KnowledgeWatcher(settings.knowledge_dir, Revisions(database))
    # A file of SQLite lies beside the cache, or is slower than it.
    shelf = None if database.is_sqlite else Shelf(database)
    builder = Builder()
    try:
        # In threads: the port says meanwhile that the service starts.
        served = await knowledge.open()
        give_back()  # what reading took, before a matcher takes as much
        assistant = await asyncio.to_thread(make_assistant, settings, served, shelf, builder)
    except BaseException as error:
        await database.close()
        if isinstance(error, SQLAlchemyError):  # no space left, say
            raise _unusable(settings, error) from None
        if isinstance(error, KnowledgeError):
            raise StartError(str(error)) from None
        raise

    def replace(base: KnowledgeBase, gazetteer: Gazetteer, common: Sequence[str]) -> Iterator[None]:
        for step in assistant.serving(base, gazetteer, common):
            settle()
            yield step

    del served  # else this frame would hold the first base for good
    try:
        knowledge.start(replace)
        gc.collect()
        settle()
        services = Services(
            assistant,
            database,
            knowledge,
            pseudonym_key=secret_key(settings),
            retention_days=settings.retention_days,
            admin_ids=settings.admin_ids,
            address=settings.address,
        )
        kept = purging(database, settings.retention_days, assistant.today)
        async with services.tallies.writing(), kept:
            yield services
    finally:
        builder.stop()
        await knowledge.close()
        await database.close()


async def opened_database(settings: Settings) -> Database:
    """The database, reached and up to date, before anything slow. Raises StartError in seconds."""
    database = None
    try:
        database = await Database.open(settings.database)
        await within(REACH_SECONDS, database.up_to_date())
        await database.migrate()
    except Exception as error:
        # Whatever the driver raises.
        if database:
            await database.close()
        raise _unusable(settings, error) from None
    return database


def _unusable(settings: Settings, error: Exception) -> StartError:
    """What is told of a database at the start, on one line.

    Its message may hold the password; the name of what SQLAlchemy wrapped says enough, such as
    InvalidPasswordError.
    """
    while isinstance(error.__cause__, Exception):
        error = error.__cause__
    if settings.database_url:
        todo = "Vérifiez DATABASE_URL : le serveur, le nom de la base et le mot de passe."
    else:
        todo = (
            f"Vérifiez DATA_DIR : le dossier {settings.data_dir} doit pouvoir être écrit et avoir "
            "de la place, et son fichier galibot.sqlite3 être une base SQLite."
        )
    name = type(error).__name__
    return StartError(f"La base de données ne peut pas être utilisée ({name}). {todo}")


async def serve(settings: Settings, door: Door) -> None:
    """Serve the web, and Telegram where a token is set, until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings))
        await stack.enter_async_context(open_channels(settings, services, door))
        host = "localhost" if settings.host in {"127.0.0.1", "0.0.0.0", "::"} else settings.host  # noqa: S104
        _log.info("Galibot est prêt : http://%s:%d (Ctrl+C pour arrêter)", host, door.port)
        await stop.wait()
        _log.info("Arrêt demandé.")


@contextlib.asynccontextmanager
async def open_channels(settings: Settings, services: Services, door: Door) -> AsyncIterator[None]:
    """The web behind this door, and Telegram where a token is set."""
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(_telegram(settings, services))
        token = settings.metrics_token
        app = make_app(
            services,
            settings.public_url,
            telegram.routes if telegram else (),
            embed=settings.embed,
            trusted=settings.trusted_proxies,
            metrics_token=token.get_secret_value() if token else None,
        )
        if telegram:
            app[TELEGRAM_PROBLEM] = telegram.problem
            app[TELEGRAM_LINK] = telegram.link
        await door.show(app)
        if telegram:
            # Only now: by webhook, Telegram calls as soon as it is told to.
            await stack.enter_async_context(telegram.receiving())
        yield


@contextlib.asynccontextmanager
async def _telegram(settings: Settings, services: Services) -> "AsyncIterator[Channel | None]":
    """Telegram by webhook or polling; None without a token."""
    if settings.telegram_bot_token is None:
        _log.info("TELEGRAM_BOT_TOKEN n’est pas défini : Telegram n’est pas démarré.")
        yield None
        return
    # A quarter of a second and 11 MB that a service without Telegram has no need of.
    await asyncio.to_thread(import_module, "bot.handlers")
    from bot import handlers
    from bot.handlers.delivery.intake import Intake
    from bot.handlers.delivery.lifecycle import Channel
    from bot.handlers.delivery.polling import Polling
    from bot.handlers.delivery.webhook import Webhook, secret_token

    token = settings.telegram_bot_token.get_secret_value()
    application = handlers.build(
        token,
        services,
        base_url=settings.telegram_api_base_url,
        max_rate=settings.telegram_max_rate,
    )
    intake = Intake(application, services.database)
    receiver = (
        Webhook(
            application,
            intake,
            handlers.ALLOWED_UPDATES,
            public_url=settings.public_url,
            secret=secret_token(secret_key(settings), token),
            kept=settings.data_dir / "telegram-webhook",
        )
        if settings.by_webhook
        else Polling(application, intake, handlers.ALLOWED_UPDATES)
    )
    channel = Channel(application, intake, receiver, handlers.announce, handlers.link, STOP_SECONDS)
    async with channel.opened():
        yield channel
