"""The buttons under a message. They hold what they ask for, so that old ones go on working."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.conversation.reply import Action, Outcome, Reply
from bot.conversation.texts import SIMPLER
from bot.handlers import texts
from bot.language.typography import typeset

LABEL_LENGTH = 60  # about what two lines of a phone show
_SHORT_WAYS = frozenset({"themes", "commune", "contact", "help", "privacy", "start"})
_VOTE = re.compile(r"vote:([a-z0-9-]{1,32}):([01])")

Row = tuple[InlineKeyboardButton, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """« Useful » or not, as a button says it."""

    entry: str
    useful: bool

    @classmethod
    def parse(cls, data: str) -> Self | None:
        found = _VOTE.fullmatch(data)
        return cls(found[1], found[2] == "1") if found else None

    def __str__(self) -> str:
        return f"vote:{self.entry}:{self.useful:d}"


def keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    """What can be tapped: the easier wording, the votes, the questions, then the general ways."""
    rows: list[Row] = []
    if reply.entry and reply.easy_text:
        rows.append((_button(Action(typeset(SIMPLER), f"easy:{reply.entry}")),))
    if reply.entry and reply.outcome is Outcome.ANSWER:
        votes = ((texts.USEFUL, True), (texts.NOT_USEFUL, False))
        rows.append(
            tuple(
                _button(Action(typeset(label), str(Vote(reply.entry, useful))))
                for label, useful in votes
            )
        )
    rows.extend((_button(way),) for way in reply.actions if way.action not in _SHORT_WAYS)
    general = [_button(way) for way in reply.actions if way.action in _SHORT_WAYS]
    rows.extend(tuple(general[start : start + 2]) for start in range(0, len(general), 2))
    return InlineKeyboardMarkup(rows) if rows else None


def without_votes(markup: InlineKeyboardMarkup) -> InlineKeyboardMarkup:
    """The same buttons but the two votes, once one of them was pressed."""
    return InlineKeyboardMarkup([kept for row in markup.inline_keyboard if (kept := _others(row))])


def cut(label: str, length: int = LABEL_LENGTH) -> str:
    """The label, shortened at a word where it's longer than a button shows."""
    if len(label) <= length:
        return label
    start = label[:length]
    word_end = max(start.rfind(space) for space in " \u00a0\u202f")
    return f"{start[: word_end if word_end > 0 else length - 1].rstrip(' ,;:')}…"


def _button(way: Action) -> InlineKeyboardButton:
    return InlineKeyboardButton(cut(way.label), callback_data=way.action)


def _others(row: Iterable[InlineKeyboardButton]) -> Row:
    return tuple(
        button
        for button in row
        if not (isinstance(button.callback_data, str) and Vote.parse(button.callback_data))
    )
