"""What happens on what a resident writes or sends without a command."""

from telegram import Update

from bot.handlers.addressing import words
from bot.handlers.context import BotContext
from bot.handlers.sending import answer


async def on_words(update: Update, context: BotContext) -> None:
    """A question in her own words, new or edited."""
    message = update.message or update.edited_message
    if message:
        await answer(update, context, text=words(message))


async def on_anything_else(update: Update, context: BotContext) -> None:
    """A photo, a voice message, a sticker…: say that words are needed, and offer ways on."""
    await answer(update, context, text="")
