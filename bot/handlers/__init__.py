"""The Telegram channel. `app.py` builds the application, starts it, then calls `announce`."""

from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest

from bot.handlers import commands, profile
from bot.handlers.addressing import FOR_US, SERVICE, WRITTEN
from bot.handlers.buttons import on_button
from bot.handlers.context import BotApplication, BotContext, BotData, ChatData
from bot.handlers.discretion import hush_libraries
from bot.handlers.errors import on_error
from bot.handlers.inline import on_inline_query
from bot.handlers.membership import on_membership, on_migration
from bot.handlers.messages import on_anything_else, on_position, on_words
from bot.services import Services

#: What is asked of Telegram; it keeps the rest to itself.
ALLOWED_UPDATES = ("message", "callback_query", "inline_query", "my_chat_member")


def build(
    token: str,
    services: Services,
    *,
    base_url: str = "https://api.telegram.org",
    request: BaseRequest | None = None,
) -> BotApplication:
    """An application ready to be initialised, with its handlers. `request` replaces the network."""
    hush_libraries()
    builder = (
        Application.builder()
        .token(token)
        .base_url(f"{base_url.rstrip('/')}/bot")
        .context_types(ContextTypes(context=BotContext, chat_data=ChatData, bot_data=BotData))
        .job_queue(None)
    )
    if request:
        builder = builder.request(request).get_updates_request(request)
    application = builder.build()
    application.bot_data.services = services
    register(application)
    return application


def register(application: BotApplication) -> None:
    """Every handler, in the order they are tried: the first that takes an update is the only."""
    for names, callback in (
        (("start",), commands.start),
        (("themes",), commands.themes),
        (("commune",), commands.commune),
        (("contact",), commands.contact),
        (("confidentialite",), commands.privacy),
        (("aide", "help"), commands.help_),
    ):
        application.add_handler(CommandHandler(names, callback, filters=WRITTEN))
    application.add_handler(MessageHandler(FOR_US & filters.COMMAND, commands.help_))
    application.add_handler(MessageHandler(FOR_US & filters.TEXT, on_words))
    application.add_handler(MessageHandler(FOR_US & filters.LOCATION, on_position))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, on_migration))
    application.add_handler(MessageHandler(FOR_US & ~SERVICE, on_anything_else))
    application.add_handler(CallbackQueryHandler(on_button))
    application.add_handler(InlineQueryHandler(on_inline_query))
    application.add_handler(ChatMemberHandler(on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(on_error)


async def announce(application: BotApplication) -> None:
    """Tell Telegram what it shows of the bot."""
    await profile.announce(application.bot)
