"""The composition root: settings in, a running service out, closed in reverse order."""

import asyncio
import contextlib
import ctypes
import datetime as dt
import gc
import logging
import signal
from collections.abc import AsyncIterator, Sequence

from bot import handlers
from bot.communes.gazetteer import Gazetteer
from bot.conversation.assistant import Assistant
from bot.handlers.delivery.intake import Intake
from bot.handlers.delivery.lifecycle import Channel
from bot.handlers.delivery.polling import Polling
from bot.handlers.delivery.webhook import Webhook, secret_token
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.problem import in_words
from bot.pauses import doubling
from bot.services import Services, StartError
from bot.settings import Settings, secret_key
from bot.storage.compiled import matchers_of
from bot.storage.database import Database
from bot.storage.knowledge_files import Knowledge, KnowledgeWatcher, load
from bot.web.keys import TELEGRAM_LINK, TELEGRAM_PROBLEM
from bot.web.server import listening, make_app

#: What is in flight when the service is told to stop has so long to finish.
STOP_SECONDS = 5.0

_log = logging.getLogger(__name__)


def make_assistant(settings: Settings, knowledge: Knowledge) -> Assistant:
    return Assistant(
        knowledge.base,
        knowledge.gazetteer,
        unrelated=knowledge.common,
        match=lambda corpus, former: matchers_of(corpus, settings.data_dir / "cache", former),
        public_url=settings.public_url,
    )


@contextlib.asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """The services of every channel, with the knowledge followed as editors save it."""
    served = load(settings.knowledge_dir, dt.date.today())
    assistant = make_assistant(settings, served)
    database = await Database.open(settings.database)

    def replace(base: KnowledgeBase, gazetteer: Gazetteer, common: Sequence[str]) -> None:
        assistant.serve(base, gazetteer, common)
        gc.freeze()
        _give_back()

    for told in in_words(served.warnings):
        _log.warning("Connaissances servies. %s", told)
    knowledge = KnowledgeWatcher(settings.knowledge_dir, replace, served)
    del served  # else this frame would hold the first base for good
    migration = None
    try:
        if database.is_sqlite:
            await database.migrate()
        elif not await _migrated(database):
            migration = asyncio.create_task(_migrate_later(database))
        knowledge.start()
        # What is built for good is not to be looked through again by the garbage collector: that
        # held up every conversation for 0.1 s at a time, a fifth of all processor time. A base
        # that is replaced holds no cycle, and is freed all the same (a test proves it).
        gc.collect()
        gc.freeze()
        _give_back()
        services = Services(assistant, database, knowledge, pseudonym_key=secret_key(settings))
        async with services.tallies.writing():
            yield services
    finally:
        await knowledge.close()
        if migration:
            migration.cancel()
            await asyncio.wait([migration])
        await database.close()


def _give_back() -> None:
    """Hand memory back to the system: glibc keeps what reading and building took, 60 MB a save."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


async def _migrated(database: Database) -> bool:
    """Bring the tables of a server up to date; False, said in the log, where that failed."""
    try:
        await database.migrate()
    except Exception as error:
        # Whatever the driver raises: answers need no table. Its message may hold the password;
        # the name of what SQLAlchemy wrapped says enough, such as InvalidPasswordError.
        cause: BaseException = error
        while cause.__cause__:
            cause = cause.__cause__
        _log.error(
            "La base de données n’a pas pu être mise à jour (%s). Les réponses sont servies, "
            "et Galibot essaie encore.",
            type(cause).__name__,
        )
        return False
    return True


async def _migrate_later(database: Database) -> None:
    for pause in doubling():
        await asyncio.sleep(pause)
        if await _migrated(database):
            _log.info("La base de données est à jour.")
            return


async def serve(settings: Settings) -> None:
    """Serve the web, and Telegram where a token is set, until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings))
        address = await stack.enter_async_context(open_channels(settings, services))
        _log.info("Galibot est prêt : %s (Ctrl+C pour arrêter)", address)
        await stop.wait()
        _log.info("Arrêt demandé.")


@contextlib.asynccontextmanager
async def open_channels(settings: Settings, services: Services) -> AsyncIterator[str]:
    """The web, and Telegram where a token is set. Yields the address of the page."""
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(_telegram(settings, services))
        address = await stack.enter_async_context(_web(settings, services, telegram))
        if telegram:
            # Only now: by webhook, Telegram calls as soon as it is told to.
            await stack.enter_async_context(telegram.receiving())
        yield address


@contextlib.asynccontextmanager
async def _web(
    settings: Settings, services: Services, telegram: Channel | None
) -> AsyncIterator[str]:
    receiver = telegram.receiver if telegram else None
    more = (receiver.route,) if isinstance(receiver, Webhook) else ()
    app = make_app(services, settings.public_url, more, settings.embed)
    if telegram:
        app[TELEGRAM_PROBLEM] = telegram.problem
        app[TELEGRAM_LINK] = lambda code, source: handlers.link(telegram.application, code, source)
    async with contextlib.AsyncExitStack() as stack:
        try:
            port = await stack.enter_async_context(
                listening(app, settings.host, settings.port, STOP_SECONDS)
            )
        except OSError as error:
            raise StartError(
                f"Le port {settings.port} de {settings.host} ne peut pas être ouvert "
                f"({error.strerror}). Choisissez-en un autre avec la variable PORT."
            ) from None
        host = "localhost" if settings.host in {"127.0.0.1", "0.0.0.0", "::"} else settings.host  # noqa: S104
        yield f"http://{host}:{port}"


@contextlib.asynccontextmanager
async def _telegram(settings: Settings, services: Services) -> AsyncIterator[Channel | None]:
    """Telegram by webhook or polling; None without a token."""
    if settings.telegram_bot_token is None:
        _log.info("TELEGRAM_BOT_TOKEN n’est pas défini : Telegram n’est pas démarré.")
        yield None
        return
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
    channel = Channel(application, intake, receiver, handlers.announce, STOP_SECONDS)
    async with channel.opened():
        yield channel
