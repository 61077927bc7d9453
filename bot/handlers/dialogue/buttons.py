"""What happens when a button is pressed. Its data come from outside: anything may be in them."""

import hmac

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update

from bot.conversation.action import Ask
from bot.handlers.context import CHANNEL, BotContext
from bot.handlers.delivery.sending import attempt
from bot.handlers.dialogue.keyboard import REFUSAL, Vote, with_vote
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
    else:
        await attempt(query.answer())
        await answer(update, context, action=data)


def _is_known(vote: Vote, context: BotContext) -> bool:
    return vote.entry == REFUSAL or vote.entry in context.services.assistant.base.entries


async def _count(
    vote: Vote, query: CallbackQuery, message: MaybeInaccessibleMessage, context: BotContext
) -> None:
    """Store the vote, then thank; whatever happens, the button must not go on spinning."""
    thanks = None
    try:
        services = context.services
        await services.database.add_vote(
            vote.entry,
            vote.useful,
            CHANNEL,
            services.assistant.today(),
            _pseudonym(services.pseudonym_key, message),
        )
        services.metrics.votes.labels(CHANNEL, "yes" if vote.useful else "no").inc()
        thanks = context.texts.vote_thanks
    finally:
        await attempt(query.answer(thanks))
    # The message can't be read any more when it is old.
    if isinstance(message, Message) and message.reply_markup:
        marked = with_vote(message.reply_markup, vote, context.texts.telegram)
        if marked != message.reply_markup:
            await attempt(query.edit_message_reply_markup(marked))


def _pseudonym(key: bytes, message: MaybeInaccessibleMessage) -> str:
    """32 characters that stand for this message, and tell nothing of it without the key."""
    named = f"vote:{message.chat.id}:{message.message_id}"
    return hmac.new(key, named.encode(), "sha256").hexdigest()[:32]
