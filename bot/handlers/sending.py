"""Sends replies. The only place that calls Telegram to send a message, but for the apology."""

from collections.abc import Awaitable
from contextvars import ContextVar

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.conversation.reply import Question, Reply
from bot.handlers.context import BotContext
from bot.handlers.errors import Remedy, remedy, report
from bot.handlers.keyboard import keyboard
from bot.handlers.rendering import plain, render

#: Set where a reply should have been delivered and was not: the update is not acknowledged then.
undelivered: ContextVar[bool] = ContextVar("undelivered", default=False)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


async def answer(
    update: Update, context: BotContext, *, text: str = "", action: str | None = None
) -> None:
    """Ask the assistant and send what it replies to where the update comes from."""
    question = Question(text, action, context.conversation)
    await send(update, context, await context.services.assistant.ask(question))


async def send(update: Update, context: BotContext, reply: Reply) -> None:
    """Send the reply as a new message; once it's sent, the chat remembers its conversation."""
    html, markup = render(reply), keyboard(reply)
    try:
        await _send(update, context, html, markup, ParseMode.HTML)
    except BadRequest as error:
        if remedy(error) is not Remedy.SEND_PLAIN:
            raise
        report(error)
        await _send(update, context, plain(html), markup, None)
    context.conversation = reply.conversation


async def attempt(call: Awaitable[object]) -> None:
    """Make a call that the resident can do without: its failure must not cost her the answer."""
    try:
        await call
    except TelegramError as error:
        report(error)


async def _send(
    update: Update,
    context: BotContext,
    text: str,
    markup: InlineKeyboardMarkup | None,
    parse_mode: ParseMode | None,
) -> None:
    chat, message = update.effective_chat, update.effective_message
    if chat is None:
        return
    in_topic = message is not None and message.is_topic_message
    # In a group, several people write at once: say which message is answered.
    quoted = update.message if chat.type in {chat.GROUP, chat.SUPERGROUP} else None
    await context.bot.send_message(
        chat.id,
        text,
        parse_mode=parse_mode,
        reply_markup=markup,
        link_preview_options=_NO_PREVIEW,
        message_thread_id=message.message_thread_id if message and in_topic else None,
        reply_parameters=(
            ReplyParameters(quoted.message_id, allow_sending_without_reply=True) if quoted else None
        ),
    )
