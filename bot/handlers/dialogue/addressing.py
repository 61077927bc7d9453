"""Which messages are for the bot: all in a private chat, in a group those that call it."""

import re

from telegram import Chat, Message, MessageEntity
from telegram.ext import filters

_CALLS: list[str | None] = [MessageEntity.MENTION, MessageEntity.BOT_COMMAND]


class _CallsUs(filters.MessageFilter):
    """A reply to the bot, or a message with its @name (also in a command: /aide@galibot)."""

    def filter(self, message: Message) -> bool:
        bot = message.get_bot()
        replied = message.reply_to_message
        if replied and replied.from_user and replied.from_user.id == bot.id:
            return True
        try:
            if message.text is not None:
                called = message.parse_entities(_CALLS)
            elif message.caption is not None:
                called = message.parse_caption_entities(_CALLS)
            else:
                return False
        except UnicodeDecodeError:  # a stretch that ends in the middle of a letter
            return False
        return any(text.lower().endswith(f"@{bot.username}".lower()) for text in called.values())


class _Unasked(filters.MessageFilter):
    """What asks nothing, though it may name the bot.

    Another bot's message: two that answer each other would never stop (an anonymous administrator
    seems to be one, but speaks for a chat). An answer of ours that was chosen in inline mode. What
    is passed on to a group: a channel's posts come into theirs by themselves.
    """

    def filter(self, message: Message) -> bool:
        by, through = message.from_user, message.via_bot
        return bool(
            (by and by.is_bot and not message.sender_chat)
            or (through and through.id == message.get_bot().id)
            or message.is_automatic_forward
            or (message.forward_origin and message.chat.type != Chat.PRIVATE)
        )


#: New messages and edited ones, of which `update.message` is None.
WRITTEN = filters.UpdateType.MESSAGES & ~_Unasked()
#: Telegram's own lines in a chat: « so-and-so has joined », « pinned a message ».
SERVICE = (
    filters.StatusUpdate.ALL
    | filters.BOOST_ADDED
    | filters.PASSPORT_DATA
    | filters.SUCCESSFUL_PAYMENT
)
FOR_US = WRITTEN & (filters.ChatType.PRIVATE | (filters.ChatType.GROUPS & _CallsUs()))


def words(message: Message) -> str:
    """What the message, or what is written under its picture, asks; without the bot's own name."""
    name = re.escape(message.get_bot().username)
    return re.sub(rf"@{name}\b", " ", message.text or message.caption or "", flags=re.IGNORECASE)


def only_calls(message: Message) -> bool:
    """Whether it holds the bot's name and no other word."""
    return (
        message.text is not None
        and not re.search(r"\w", words(message))
        and (words(message) != message.text)
    )


def quoted(message: Message) -> str:
    """What someone else asked, in the message that this one answers or in what it quotes of it."""
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.is_bot and not replied.sender_chat:
        return ""
    if message.quote:
        return message.quote.text
    return words(replied).strip() if replied else ""
