"""Inline mode: « @bot mots » in any chat lists answers; the one chosen is sent whole."""

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode

from bot.conversation.markup import plain
from bot.conversation.reply import Conversation, Question, Reply
from bot.handlers.context import BotContext
from bot.handlers.delivery.sending import attempt
from bot.handlers.dialogue.keyboard import Part, again, button, cut
from bot.handlers.dialogue.links import INLINE, StartLink
from bot.handlers.dialogue.rendering import NO_PREVIEW, page, render
from bot.knowledge.texts import Texts

#: Seconds for which Telegram gives the same list to whoever types the same words: an answer that
#: was corrected must not be shared as it was.
CACHE_SECONDS = 1
_EXCERPT_LENGTH = 110


async def on_inline_query(update: Update, context: BotContext) -> None:
    """List what the words may be looking for; a button opens the bot, also where nothing is."""
    query = update.inline_query
    if query is None:
        return
    texts = context.texts
    found = await context.services.assistant.browse(query.query)
    await attempt(
        query.answer(
            [_article(reply, context.bot.username, texts) for reply in found],
            cache_time=CACHE_SECONDS,
            is_personal=False,
            button=InlineQueryResultsButton(
                texts.telegram["poser_au_robot"], start_parameter=str(StartLink(source=INLINE))
            ),
        )
    )


def _article(reply: Reply, bot: str, texts: Texts) -> InlineQueryResultArticle:
    text, markup = _shared(reply, bot, texts)
    link = _link(reply)
    return InlineQueryResultArticle(
        str(StartLink(link.entry, link.commune)),
        reply.title or "",
        InputTextMessageContent(text, ParseMode.HTML, link_preview_options=NO_PREVIEW),
        reply_markup=markup,
        description=cut(" ".join(plain(reply.text).split()), _EXCERPT_LENGTH),
    )


def _link(reply: Reply) -> StartLink:
    commune = reply.commune.code_insee if reply.commune else ""
    return StartLink(reply.entry or "", commune, INLINE)


def _shared(
    reply: Reply, bot: str, texts: Texts, last: int = 0
) -> tuple[str, InlineKeyboardMarkup]:
    """The message that is shared, or its last characters, and the buttons under it."""
    text, left = page(render(reply, texts), last)
    turns = (
        (texts.telegram["relire_le_debut"], 0, last),
        (texts.telegram["lire_la_suite"], -left, left),
    )
    reading = [button(label, Part(again(reply), at)) for label, at, needed in turns if needed]
    asking = [InlineKeyboardButton(texts.telegram["autre_question"], url=_link(reply).url(bot))]
    return text, InlineKeyboardMarkup([row for row in (reading, asking) if row])


async def turn_shared(query: CallbackQuery, part: Part, context: BotContext) -> None:
    """Show another part of an answer that was shared, in its place: the bot writes nothing there.

    Who reads it has no conversation with the bot.
    """
    question = Question(action=part.ask, conversation=Conversation(started=True))
    reply = await context.services.assistant.ask(question)
    if part.at is not None and again(reply) == part.ask:
        text, markup = _shared(reply, context.bot.username, context.texts, max(-part.at, 0))
        await attempt(
            query.edit_message_text(
                text, ParseMode.HTML, reply_markup=markup, link_preview_options=NO_PREVIEW
            )
        )
