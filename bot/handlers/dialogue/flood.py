"""A flood from one conversation: told once, then left unanswered until it slows down."""

from telegram import Update
from telegram.ext import ApplicationHandlerStop

from bot.handlers.context import BotContext
from bot.handlers.delivery.sending import Message, deliver


async def hold_back(update: object, context: BotContext) -> None:
    """Let no more than its share of a conversation's updates reach the other handlers."""
    if not isinstance(update, Update) or context.place is None:
        return
    place, memory = context.place, context.memory
    if not context.services.limits.wait(f"telegram:{place.chat}:{place.person}"):
        memory.held_back = False
        return
    if not memory.held_back:
        memory.held_back = True
        told = context.texts.telegram["trop_de_messages"]
        await deliver(context.bot, Message(place.chat, told, html=False, topic=place.topic))
    raise ApplicationHandlerStop
