"""What happens when a button is pressed. Its data come from outside: anything may be in them."""

import asyncio
import math

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update

from bot.conversation.action import Ask
from bot.handlers.context import CHANNEL, BotContext, voted_on
from bot.handlers.delivery.sending import attempt
from bot.handlers.dialogue.inline import turn_shared
from bot.handlers.dialogue.keyboard import REFUSAL, Part, Vote, with_vote
from bot.handlers.dialogue.replying import answer


async def on_button(update: Update, context: BotContext) -> None:
    """Count a vote, or do what the button asks; the assistant knows what to say of an old one."""
    query = update.callback_query
    if query is None:
        return
    data = query.data or ""
    vote = Vote.of(Ask.parse(data))
    if vote and query.message and _is_known(vote, context):
        await _count(vote, query, query.message, context)
        return
    await attempt(query.answer())
    if query.message:
        await _once(query.message.message_id, data, update, context)
    else:
        await turn_shared(query, Part.of(data), context)


async def _once(message: int, data: str, update: Update, context: BotContext) -> None:
    """Do what the button asks, unless it was pressed just before: fingers slip, phones lag."""
    memory, clock = context.memory, asyncio.get_running_loop().time
    pressed = message, data
    if memory.pressed == pressed and clock() < memory.pressed_until:
        return
    memory.pressed, memory.pressed_until = pressed, math.inf
    try:
        await answer(update, context, part=Part.of(data))
    except BaseException:
        memory.pressed = None
        raise
    memory.pressed_until = clock() + context.bot_data.pressed_once


def _is_known(vote: Vote, context: BotContext) -> bool:
    return vote.entry == REFUSAL or vote.entry in context.services.assistant.base.entries


async def _count(
    vote: Vote, query: CallbackQuery, message: MaybeInaccessibleMessage, context: BotContext
) -> None:
    """Store the vote, then thank; whatever happens, the button must not go on spinning."""
    thanks = None
    try:
        services = context.services
        day = services.assistant.today()
        key = services.pseudonym(voted_on(message.chat.id, message.message_id))
        stored = await services.database.patience.soon(
            lambda: services.database.add_vote(vote.entry, vote.useful, CHANNEL, day, key)
        )
        # Where it takes longer, nothing is said that may turn out wrong.
        thanks = context.texts["merci_avis"] if stored else None
        services.metrics.votes.labels(CHANNEL, "yes" if vote.useful else "no").inc()
        context.memory.remember_vote(message.message_id)
        if not vote.useful:
            services.asked.disliked(CHANNEL, vote.entry, context.conversation)
    finally:
        await attempt(query.answer(thanks))
    # The message can't be read any more when it is old.
    if thanks and isinstance(message, Message) and message.reply_markup:
        marked = with_vote(message.reply_markup, vote, context.texts.telegram)
        if marked != message.reply_markup:
            await attempt(query.edit_message_reply_markup(marked))
