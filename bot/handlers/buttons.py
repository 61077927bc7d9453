"""What happens when a button is pressed. Its data come from outside: anything may be in them."""

import datetime as dt

from telegram import CallbackQuery, Message, Update

from bot.conversation.texts import VOTE_THANKS
from bot.handlers.context import BotContext
from bot.handlers.keyboard import Vote, without_votes
from bot.handlers.sending import answer, attempt
from bot.language.typography import typeset


async def on_button(update: Update, context: BotContext) -> None:
    """Count a vote, or do what the button asks; the assistant knows what to say of an old one."""
    query = update.callback_query
    if query is None:
        return
    data = query.data or ""
    vote = Vote.parse(data)
    if vote and vote.entry in context.services.assistant.base.entries:
        await _count(vote, query, context)
    else:
        await attempt(query.answer())
        await answer(update, context, action=data)


async def _count(vote: Vote, query: CallbackQuery, context: BotContext) -> None:
    """Store the vote, then thank; whatever happens, the button must not go on spinning."""
    thanks = None
    try:
        await context.services.database.add_vote(
            vote.entry, vote.useful, "telegram", dt.date.today()
        )
        thanks = typeset(VOTE_THANKS)
    finally:
        await attempt(query.answer(thanks))
    # The message can't be read any more when it is old, or was sent by way of another bot.
    if isinstance(query.message, Message) and query.message.reply_markup:
        await attempt(query.edit_message_reply_markup(without_votes(query.message.reply_markup)))
