"""The button that sends where someone is: a keyboard in the place of her own, in private chats.

Telegram allows it only there, and a message that bears it has no other buttons; so the ways on
are keys too, which send their own label.
"""

from types import MappingProxyType

from telegram import KeyboardButton, ReplyKeyboardMarkup

from bot.conversation.texts import GO_BACK, SEE_THEMES
from bot.handlers.dialogue import texts
from bot.language.typography import typeset

#: What the keys other than the position ask for, by what they send.
TYPED_ACTIONS = MappingProxyType({typeset(SEE_THEMES): "themes", typeset(GO_BACK): "start"})


def position_keyboard() -> ReplyKeyboardMarkup:
    """« Send my position », and the ways on."""
    return ReplyKeyboardMarkup(
        [
            [KeyboardButton(typeset(texts.SEND_POSITION), request_location=True)],
            [KeyboardButton(label) for label in TYPED_ACTIONS],
        ],
        resize_keyboard=True,
        one_time_keyboard=True,
        input_field_placeholder=typeset(texts.COMMUNE_PLACEHOLDER),
    )
