"""The button that sends where someone is: a keyboard in the place of her own, in private chats.

Telegram allows it only there, and a message that bears it has no other buttons; so the ways on
are keys too, which send their own label.
"""

from telegram import KeyboardButton, ReplyKeyboardMarkup

from bot.conversation.action import Ask, Kind
from bot.knowledge.texts import Texts


def _keys(texts: Texts) -> dict[str, Ask]:
    """The keys other than the position, by what they send."""
    return {texts["voir_themes"]: Ask(Kind.THEMES), texts["retour_debut"]: Ask(Kind.START)}


def typed_action(words: str, texts: Texts) -> str | None:
    """What a key asks for, where the words are what it sends."""
    found = _keys(texts).get(words)
    return str(found) if found else None


def position_keyboard(texts: Texts) -> ReplyKeyboardMarkup:
    """« Send my position », and the ways on."""
    return ReplyKeyboardMarkup(
        [
            [KeyboardButton(texts.telegram["envoyer_position"], request_location=True)],
            [KeyboardButton(label) for label in _keys(texts)],
        ],
        resize_keyboard=True,
        one_time_keyboard=True,
        input_field_placeholder=texts.telegram["exemple_commune"],
    )
