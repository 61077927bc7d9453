"""Sends replies: what the assistant says, as a message of Telegram's, to where it was asked."""

import datetime as dt
from asyncio import Task, create_task, get_running_loop
from functools import lru_cache

from telegram import Update
from telegram.constants import ChatAction

from bot.conversation import pieces
from bot.conversation.action import Kind
from bot.conversation.reply import Outcome, Question, Reply
from bot.handlers.context import CHANNEL, BotContext, Piece
from bot.handlers.delivery.errors import Remedy, remedy, report
from bot.handlers.delivery.sending import Json, Message, attempt, deliver
from bot.handlers.dialogue.keyboard import Part, keyboard
from bot.handlers.dialogue.position import position_keyboard
from bot.handlers.dialogue.rendering import page, render
from bot.knowledge.texts import Texts

#: What comes so soon after what was begun may go on with it; Telegram counts in seconds.
AT_ONCE = dt.timedelta(seconds=10)
#: Replies kept as they were rendered: the usual ones come again and again.
_RENDERED = 256
_UNANSWERED = frozenset({Outcome.SUGGESTIONS, Outcome.NO_MATCH})
_WITHOUT_APOLOGY = frozenset({Remedy.IGNORE, Remedy.COUNT_AS_SENT, Remedy.REMEMBER})


async def answer(
    update: Update, context: BotContext, *, text: str = "", part: Part | None = None
) -> None:
    """Ask the assistant and send what it replies to where the update comes from."""
    message, piece = update.message, context.memory.piece
    if piece and not (message and message.date - piece.at <= AT_ONCE):
        piece = None
    begun = piece.begun if piece else None
    question = Question(text, part.ask if part else None, context.conversation, begun=begun)
    typing: list[Task[None]] = []

    def begin_typing() -> None:
        typing.append(create_task(_show_typing(update, context)))

    timer = get_running_loop().call_later(context.bot_data.typing_after, begin_typing)
    try:
        reply = await context.services.ask(CHANNEL, question)
    finally:
        timer.cancel()
        for task in typing:
            task.cancel()
    services, memory = context.services, context.memory
    if text.strip() and part is None:
        services.tallies.question(CHANNEL, question, reply, services.assistant.served)
        memory.unanswered = question.text if reply.outcome in _UNANSWERED else ""
    elif memory.unanswered and part and _taken(part, context):
        taken = reply.entry if reply.outcome is Outcome.ANSWER else None
        services.asked.chosen(CHANNEL, memory.unanswered, taken)
        memory.unanswered = ""
    sent = await send(update, context, reply, part)
    replies = piece.replies if piece else ()
    if message and reply.joins:
        for number in replies:
            await attempt(context.bot.delete_message(message.chat.id, number))
        replies = ()
    if message and (went_on := pieces.begun(question, reply)):
        replies = (*replies, *([sent] if sent else []))[-went_on.messages :]
        memory.piece = Piece(went_on, message.date, replies)


def _taken(part: Part, context: BotContext) -> bool:
    """Whether the button takes a suggestion, or says that none of them is right."""
    before = context.conversation
    none = part.ask == Kind.NONE and before.last == Outcome.SUGGESTIONS
    return none or (part.ask.startswith(f"{Kind.ENTRY}:") and part.ask in before.choices)


async def send(
    update: Update, context: BotContext, reply: Reply, part: Part | None = None
) -> int | None:
    """Send the reply, or this part of it; to a message that was edited, change the reply it got.

    Other choices take the place of those shown; the rest of a text comes after its beginning.
    Once it's sent, the chat remembers its conversation. Gives the message's number, unless it is
    not known or not to stay. Raises UndeliveredError.
    """
    chat, query, memory = update.effective_chat, update.callback_query, context.memory
    if chat is None:
        return None
    asked = update.message or update.edited_message
    text, markup = _rendered(reply, context.texts, context.bot.username, part)
    edited = quoted = None
    if update.edited_message:
        edited = memory.answers.get(update.edited_message.message_id)
    elif query and query.message and part and part.at is not None and part.at >= 0:
        edited = query.message.message_id
    # In a group, several people write at once: say which message is answered. An edited one is
    # further up.
    if asked and (chat.type in {chat.GROUP, chat.SUPERGROUP} or asked is update.edited_message):
        quoted = asked.message_id
    # Telegram has no other keyboard change a message that was sent.
    asks_position = reply.wants_place and chat.type == chat.PRIVATE and edited is None
    if asks_position:
        markup = position_keyboard(context.texts).to_dict()
    message = Message(chat.id, text, markup, topic=context.topic, quoted=quoted, edited=edited)
    sent = await deliver(context.bot, message)
    context.services.metrics.replies.labels(CHANNEL, reply.outcome.value).inc()
    await context.remember(reply.conversation)
    memory.piece = None
    if asked:
        memory.pressed = None
    if sent is None:
        return None
    if asked and not asks_position:
        memory.remember_answer(asked.message_id, sent)
    if memory.position_prompt:
        # Its keyboard goes with it. The other way, to send another message that removes the
        # keyboard, would leave that one without buttons: Telegram lets nobody add them afterwards.
        await attempt(context.bot.delete_message(chat.id, memory.position_prompt))
    memory.position_prompt = sent if asks_position else None
    return None if asks_position else sent


async def on_error(update: object, context: BotContext) -> None:
    """The application's error handler. It never raises: there is nobody left to tell."""
    error = context.error
    if error is None:
        return
    try:
        report(error)
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat and remedy(error) not in _WITHOUT_APOLOGY:
            sorry = context.texts.telegram["panne"]
            await deliver(context.bot, Message(chat.id, sorry, html=False, topic=context.topic))
    except Exception as failure:
        report(failure)
        error = failure
    if isinstance(update, Update) and remedy(error) is Remedy.REMEMBER:
        context.bot_data.undelivered.add(update.update_id)


@lru_cache(maxsize=_RENDERED)
def _rendered(reply: Reply, texts: Texts, bot: str, part: Part | None) -> tuple[str, Json | None]:
    """The HTML, and the buttons as Telegram takes them; `bot` is the bot's name."""
    last = max(-(part.at or 0), 0) if part else 0
    text, left = page(render(reply, texts), last)
    markup = keyboard(reply, texts, bot, part, left)
    return text, markup.to_dict() if markup else None


async def _show_typing(update: Update, context: BotContext) -> None:
    """Show in the chat that an answer is being prepared."""
    if update.effective_chat:
        await attempt(
            context.bot.send_chat_action(
                update.effective_chat.id, ChatAction.TYPING, message_thread_id=context.topic
            )
        )
