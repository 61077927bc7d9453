"""Inline mode: « @bot mots » in any chat lists answers; the one chosen is sent whole."""

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode

from bot.conversation.markup import plain
from bot.conversation.reply import Reply
from bot.handlers.context import BotContext
from bot.handlers.delivery.sending import attempt
from bot.handlers.dialogue.keyboard import cut
from bot.handlers.dialogue.links import INLINE, StartLink
from bot.handlers.dialogue.rendering import NO_PREVIEW, render
from bot.knowledge.texts import Texts

#: Seconds for which Telegram gives the same list to whoever types the same words.
CACHE_SECONDS = 300
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
                texts.telegram.ask_here, start_parameter=str(StartLink(source=INLINE))
            ),
        )
    )


def _article(reply: Reply, bot: str, texts: Texts) -> InlineQueryResultArticle:
    commune = reply.commune.code_insee if reply.commune else ""
    link = StartLink(reply.entry or "", commune, INLINE)
    return InlineQueryResultArticle(
        str(StartLink(link.entry, link.commune)),
        reply.title or "",
        InputTextMessageContent(
            render(reply, texts.telegram), ParseMode.HTML, link_preview_options=NO_PREVIEW
        ),
        reply_markup=InlineKeyboardMarkup(
            [[InlineKeyboardButton(texts.telegram.ask_another, url=link.url(bot))]]
        ),
        description=cut(" ".join(plain(reply.text).split()), _EXCERPT_LENGTH),
    )
