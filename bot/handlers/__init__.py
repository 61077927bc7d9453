"""The Telegram channel. `app.py` builds the application, starts it, then calls `announce`."""

import os

from telegram import Update
from telegram.ext import (
    AIORateLimiter,
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)
from telegram.request import BaseRequest

from bot.handlers.context import BotApplication, BotContext, BotData
from bot.handlers.delivery.copies import Copies
from bot.handlers.delivery.discretion import hush_libraries
from bot.handlers.delivery.transport import AiohttpRequest
from bot.handlers.dialogue import commands, editing, profile
from bot.handlers.dialogue.addressing import FOR_US, SERVICE, WRITTEN
from bot.handlers.dialogue.buttons import on_button
from bot.handlers.dialogue.flood import hold_back
from bot.handlers.dialogue.inline import on_inline_query
from bot.handlers.dialogue.links import StartLink
from bot.handlers.dialogue.membership import on_membership, on_migration
from bot.handlers.dialogue.messages import on_anything_else, on_position, on_words
from bot.handlers.dialogue.replying import on_error
from bot.services import Services

#: What is asked of Telegram; it keeps the rest to itself.
ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "my_chat_member",
)


class _Application(BotApplication):
    """The library's, without its list of every chat and person, kept for a store we don't have."""

    def _mark_for_persistence_update(self, *, update: object = None, job: object = None) -> None:
        pass


def build(
    token: str,
    services: Services,
    *,
    base_url: str = "https://api.telegram.org",
    max_rate: int = 0,
    request: BaseRequest | None = None,
) -> BotApplication:
    """An application ready to be initialised, with its handlers. `request` replaces the network.

    `max_rate` is in messages a second over all chats; a group then gets 20 a minute at most, as
    Telegram wants. 0 for no limit.
    """
    hush_libraries()
    # What its next version does anyway: until then, a wait that Telegram asks for would warn.
    os.environ["PTB_TIMEDELTA"] = "true"
    builder = (
        Application.builder()
        .application_class(_Application)
        .token(token)
        .base_url(f"{base_url.rstrip('/')}/bot")
        .base_file_url(f"{base_url.rstrip('/')}/file/bot")
        .context_types(ContextTypes(context=BotContext, bot_data=BotData))
        .job_queue(None)
        # It acknowledges before the reply is sent; intake.py does after.
        .updater(None)
    )

    def calls() -> BaseRequest:
        return request or AiohttpRequest(lambda why: services.metrics.bot_api.labels(why).inc())

    builder = builder.request(calls()).get_updates_request(calls())
    if max_rate:
        # No tries of its own: they would hold up every chat, and sending.py makes them.
        limiter = AIORateLimiter(overall_max_rate=max_rate, max_retries=0)
        builder = builder.rate_limiter(limiter)  # type: ignore[arg-type] # its arguments are unused
    application = builder.build()
    application.bot_data.services = services
    application.bot_data.copies = Copies(services.database)
    register(application)
    return application


def register(application: BotApplication) -> None:
    """Every handler, in the order they are tried: but for the flood's, one takes an update."""
    application.add_handler(TypeHandler(Update, hold_back), group=-1)
    help_ = commands.asking("help")
    for names, callback in (
        (("start",), commands.start),
        (("themes",), commands.asking("themes")),
        (("commune",), commands.commune),
        (("contact",), commands.asking("contact")),
        (("confidentialite",), commands.asking("privacy")),
        (("effacer",), commands.erase),
        (("digest",), commands.digest),
        (("redaction",), commands.editing),
        (("annuler",), editing.undo),
        (("aide", "help"), help_),
    ):
        application.add_handler(CommandHandler(names, callback, filters=WRITTEN))
    application.add_handler(MessageHandler(FOR_US & filters.COMMAND, help_))
    application.add_handler(MessageHandler(FOR_US & filters.TEXT, on_words))
    # Not edited: a shared position is « edited » every few seconds.
    application.add_handler(
        MessageHandler(FOR_US & filters.UpdateType.MESSAGE & filters.LOCATION, on_position)
    )
    files = FOR_US & filters.UpdateType.MESSAGE & filters.Document.ALL & ~filters.ANIMATION
    application.add_handler(MessageHandler(files, editing.on_file))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, on_migration))
    application.add_handler(MessageHandler(FOR_US & ~SERVICE, on_anything_else))
    application.add_handler(CallbackQueryHandler(editing.on_decision, pattern=editing.DECISION))
    application.add_handler(CallbackQueryHandler(on_button))
    application.add_handler(InlineQueryHandler(on_inline_query))
    application.add_handler(ChatMemberHandler(on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(on_error)


def link(application: BotApplication, commune: str, source: str) -> str:
    """The address that opens the bot on a commune; empty until Telegram has told its name."""
    if not application.running:
        return ""
    known = commune if commune.isdigit() else ""
    return StartLink(commune=known, source=source).url(application.bot.username)


async def announce(application: BotApplication) -> None:
    """Tell Telegram what it shows of the bot."""
    served = application.bot_data.services.assistant.served
    texts = served.base.texts.telegram
    await profile.announce(application.bot, texts, places=bool(served.gazetteer))
