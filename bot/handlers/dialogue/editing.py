"""What editors do here, alone with the bot: publish a file that they send, take a version back.

Nothing waits in memory: a button holds the version that its file was compared with, and the file
is fetched again from the message that it answers.
"""

import asyncio
import re
from typing import TYPE_CHECKING

from telegram import CallbackQuery, Document, Message, Update

from bot.handlers.context import BotContext
from bot.handlers.delivery.sending import Message as Told
from bot.handlers.delivery.sending import attempt, deliver
from bot.handlers.dialogue.buttons import on_button
from bot.handlers.dialogue.keyboard import Part
from bot.handlers.dialogue.messages import on_anything_else
from bot.handlers.dialogue.replying import answer
from bot.knowledge.problem import in_words
from bot.language.typography import typeset
from bot.storage.knowledge_files import KnowledgeError, shipped
from bot.storage.revisions import OvertakenError

if TYPE_CHECKING:  # read when an editor sends a file
    from bot.storage.proposals import Proposal

#: Bytes of a file at most; changes shown; characters of a message (Bot API).
HEAVIEST, SHOWN, LONGEST = 5_000_000, 15, 4096
#: What the buttons under a file's changes hold: the version it was compared with, or no.
DECISION = re.compile(r"fichier:(\d{1,9}|non)")


def edits(update: Update, context: BotContext) -> bool:
    """Whether an editor writes, in a chat of hers alone.

    Raises ConnectionError, which she is told of, where the database did not answer just before.
    """
    chat, user = update.effective_chat, update.effective_user
    if chat is None or chat.type != chat.PRIVATE:
        return False
    if user is None or user.id not in context.services.admin_ids:
        return False
    if context.services.database.patience.away:
        raise ConnectionError
    return True


async def tell(
    update: Update,
    context: BotContext,
    text: str,
    *,
    quoted: int | None = None,
    buttons: dict[str, str] | None = None,
) -> None:
    """Say something that is no reply of the assistant's; `buttons` by what they hold."""
    if update.effective_chat:
        keys = [[{"text": label, "callback_data": data}] for data, label in (buttons or {}).items()]
        markup = {"inline_keyboard": keys} if keys else None
        chat, topic = update.effective_chat.id, context.topic
        await deliver(context.bot, Told(chat, text[:LONGEST], markup, False, topic, quoted))


async def on_file(update: Update, context: BotContext) -> None:
    """What an editor's file would change, and whether to publish it; to others, as ever."""
    message = update.message
    if message is None or message.document is None or not edits(update, context):
        await on_anything_else(update, context)
        return
    newest = await context.services.revisions.newest()
    number = newest.number if newest else 0
    said = context.texts.telegram
    try:
        made = await _read(message.document, number, context)
    except KnowledgeError as error:
        await tell(update, context, typeset(str(error)), quoted=message.message_id)
        return
    lines = [*made.changes[:SHOWN], *made.notes, *in_words(made.problems)]
    if (more := len(made.changes) - SHOWN) > 0:
        lines.insert(SHOWN, f"… et {more} autres changements.")
    buttons = {}
    if made.refused:
        end = said["fichier_refuse"]
    elif not made.changes:
        end = said["fichier_pareil"]
    else:
        end = said["fichier_question"]
        buttons = {f"fichier:{number}": said["publier"], "fichier:non": said["laisser"]}
    told = typeset("\n".join(lines))[: LONGEST - len(end) - 2]
    await tell(
        update,
        context,
        f"{told}\n\n{end}".strip(),
        quoted=message.message_id,
        buttons=buttons,
    )


async def on_decision(update: Update, context: BotContext) -> None:
    """Publish the file above the button, or leave all as it is."""
    query = update.callback_query
    if query is None:
        return
    found = DECISION.fullmatch(query.data or "")
    if found is None:  # python-telegram-bot gives buttons without data to any pattern
        await on_button(update, context)
        return
    await attempt(query.answer())
    if not edits(update, context):
        return
    said = context.texts.telegram
    if found[1] == "non":
        told = said["fichier_laisse"]
    else:
        told = await _published(query, int(found[1]), context)
    await attempt(query.edit_message_reply_markup(None))
    await tell(update, context, told)


async def undo(update: Update, context: BotContext) -> None:
    """Take the last version back; done again, that is taken back too."""
    if not edits(update, context):
        await answer(update, context, part=Part("help"))
        return
    revisions, said = context.services.revisions, context.texts.telegram
    newest = await revisions.newest()
    try:
        done = await revisions.undo(newest.number, editor="", way="telegram") if newest else None
    except KnowledgeError as error:
        await tell(update, context, typeset(str(error)))
        return
    except OvertakenError:
        await tell(update, context, said["fichier_occupe"])
        return
    if done is None or done.revision == newest:
        await tell(update, context, said["rien_a_annuler"])
        return
    changes = "\n".join(done.revision.changes[:SHOWN])
    await tell(update, context, said["annule"].format(changements=typeset(changes)))


async def _read(document: Document, number: int, context: BotContext) -> "Proposal":
    """What the file would change of a version. Raises KnowledgeError where it can't be read."""
    from bot.storage.proposals import proposal

    if (document.file_size or 0) > HEAVIEST:
        raise KnowledgeError(context.texts.telegram["fichier_lourd"])
    file = await context.bot.get_file(document.file_id)
    data = bytes(await file.download_as_bytearray())
    files = shipped() | await context.services.revisions.files(number)
    name = document.file_name or "fichier"
    return await asyncio.to_thread(proposal, name, data, files, context.services.assistant.today())


async def _published(query: CallbackQuery, number: int, context: BotContext) -> str:
    """Publish what was shown; what is to be told of it."""
    said, message = context.texts.telegram, query.message
    above = message.reply_to_message if isinstance(message, Message) else None
    if above is None or above.document is None:
        return said["fichier_perdu"]
    try:
        made = await _read(above.document, number, context)
        done = await context.services.revisions.publish(made.files, based_on=number, way="telegram")
    except KnowledgeError as error:
        return typeset(str(error))
    except OvertakenError:
        return said["fichier_occupe"]
    return said["fichier_publie"].format(version=done.revision.number)
