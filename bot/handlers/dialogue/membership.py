"""When the bot is added to a chat, put out of it, or its chat becomes another."""

from dataclasses import replace

from telegram import ChatMember, Update

from bot.conversation.reply import Question
from bot.handlers.context import BotContext
from bot.handlers.dialogue.replying import send

_OUT = frozenset({ChatMember.LEFT, ChatMember.BANNED})


async def on_membership(update: Update, context: BotContext) -> None:
    """Greet a group that added the bot, forget a chat that put it out; else silence."""
    change = update.my_chat_member
    if change is None:
        return
    if change.new_chat_member.status in _OUT:
        await context.forget(change.chat.id)
    elif change.old_chat_member.status in _OUT and change.chat.type in {"group", "supergroup"}:
        welcome = context.services.assistant.reply(Question(action="start"))
        await send(
            update, context, replace(welcome, text=context.texts.telegram["arrivee_dans_un_groupe"])
        )


async def on_migration(update: Update, context: BotContext) -> None:
    """A group became a supergroup: its conversations go on under its new number.

    Telegram says so in both chats; the message in the old one is the one followed.
    """
    if update.message and update.message.migrate_to_chat_id:
        context.bot_data.memories.move(update.message.chat.id, update.message.migrate_to_chat_id)
