"""Sends replies. The only place that calls Telegram to send a message, but for the apology."""

from collections.abc import Awaitable

from telegram import (
    InlineKeyboardMarkup,
    Message,
    ReplyKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.conversation.reply import Question, Reply
from bot.handlers.context import BotContext, ChatData
from bot.handlers.errors import Remedy, remedy, report
from bot.handlers.keyboard import keyboard
from bot.handlers.position import position_keyboard
from bot.handlers.rendering import NO_PREVIEW, plain, render


async def answer(
    update: Update, context: BotContext, *, text: str = "", action: str | None = None
) -> None:
    """Ask the assistant and send what it replies to where the update comes from."""
    question = Question(text, action, context.conversation)
    await send(update, context, await context.services.assistant.ask(question))


async def send(update: Update, context: BotContext, reply: Reply) -> None:
    """Send the reply as a new message; once it's sent, the chat remembers its conversation."""
    chat = update.effective_chat
    asks_position = reply.wants_place and chat is not None and chat.type == chat.PRIVATE
    html = render(reply)
    markup = position_keyboard() if asks_position else keyboard(reply, context.bot.username)
    try:
        sent = await _send(update, context, html, markup, ParseMode.HTML)
    except BadRequest as error:
        if remedy(error) is not Remedy.SEND_PLAIN:
            raise
        report(error)
        sent = await _send(update, context, plain(html), markup, None)
    context.conversation = reply.conversation
    if context.chat_data and sent:
        await _put_keyboard_away(context, context.chat_data, sent.chat.id)
        context.chat_data.position_prompt = sent.message_id if asks_position else None


async def attempt(call: Awaitable[object]) -> None:
    """Make a call that the resident can do without: its failure must not cost her the answer."""
    try:
        await call
    except TelegramError as error:
        report(error)


async def _put_keyboard_away(context: BotContext, chat_data: ChatData, chat_id: int) -> None:
    """Delete the message that asked for a position: its keyboard goes with it.

    The other way, to send another message that removes the keyboard, would leave that one without
    buttons: Telegram lets nobody add them afterwards.
    """
    if chat_data.position_prompt:
        await attempt(context.bot.delete_message(chat_id, chat_data.position_prompt))


async def _send(
    update: Update,
    context: BotContext,
    text: str,
    markup: InlineKeyboardMarkup | ReplyKeyboardMarkup | None,
    parse_mode: ParseMode | None,
) -> Message | None:
    chat, message = update.effective_chat, update.effective_message
    if chat is None:
        return None
    in_topic = message is not None and message.is_topic_message
    # In a group, several people write at once: say which message is answered.
    quoted = update.message if chat.type in {chat.GROUP, chat.SUPERGROUP} else None
    return await context.bot.send_message(
        chat.id,
        text,
        parse_mode=parse_mode,
        reply_markup=markup,
        link_preview_options=NO_PREVIEW,
        message_thread_id=message.message_thread_id if message and in_topic else None,
        reply_parameters=(
            ReplyParameters(quoted.message_id, allow_sending_without_reply=True) if quoted else None
        ),
    )
