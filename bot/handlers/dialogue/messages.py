"""What happens on what a resident writes or sends without a command (docs/telegram.md)."""

from dataclasses import replace

from telegram import Message, Update

from bot.communes import Point
from bot.conversation.reply import Conversation, Question
from bot.handlers.context import CHANNEL, BotContext
from bot.handlers.dialogue.addressing import only_calls, quoted, words
from bot.handlers.dialogue.keyboard import Part
from bot.handlers.dialogue.position import typed_action
from bot.handlers.dialogue.replying import answer, send

#: What is said of each kind of message that can't be read, a field of Sentences: the first
#: that it has.
_UNREADABLE = (
    ("voice", "message_vocal"),
    ("audio", "enregistrement"),
    ("video_note", "video"),
    ("video", "video"),
    ("animation", "video"),  # Telegram gives each a document too
    ("photo", "photo"),
    ("live_photo", "photo"),
    ("document", "document"),
    ("contact", "fiche_contact"),
)


async def on_words(update: Update, context: BotContext) -> None:
    """A question in her own words, new or edited, or a key beside the one for a position."""
    message = update.message or update.edited_message
    if message is None:
        return
    asked = words(message)
    if not only_calls(message):
        key = typed_action(asked, context.texts)
        await answer(update, context, text=asked, part=Part(key) if key else None)
    elif asked := quoted(message):
        # Someone else's words are read by themselves; what she said of herself stays hers.
        hers = context.conversation
        question = Question(asked, conversation=Conversation(started=hers.started))
        reply = await context.services.ask(CHANNEL, question)
        kept = replace(reply.conversation, commune=hers.commune)
        await send(update, context, replace(reply, conversation=kept))
    else:
        await answer(update, context, part=Part("help"))


async def on_position(update: Update, context: BotContext) -> None:
    """Where she is, or a place on the map: its communes. It is neither kept nor logged."""
    if update.message and update.message.location:
        place = Point(update.message.location.latitude, update.message.location.longitude)
        question = Question(conversation=context.conversation, place=place)
        await send(update, context, context.services.assistant.reply(question))


async def on_anything_else(update: Update, context: BotContext) -> None:
    """What can't be read: the words under it are, else say what to do, once for an album."""
    message = update.message or update.edited_message
    if message is None:
        return
    told = _already_told(message, context)
    if words(message).strip():
        await on_words(update, context)
        return
    if told or update.edited_message:
        return
    reply = context.services.assistant.reply(Question("", conversation=context.conversation))
    said = next((name for kind, name in _UNREADABLE if getattr(message, kind, None)), None)
    if said:
        reply = replace(reply, text=context.texts.telegram[said])
    await send(update, context, reply)


def _already_told(message: Message, context: BotContext) -> bool:
    """Whether this is one more picture of an album: each comes as a message of its own."""
    before, context.memory.album = context.memory.album, message.media_group_id
    return before is not None and message.media_group_id == before
