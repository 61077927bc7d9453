"""The buttons under a message. They hold what they ask for, so that old ones go on working."""

import re
from dataclasses import dataclass
from typing import Self

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.conversation.reply import Action, Outcome, Reply
from bot.conversation.texts import SIMPLER
from bot.handlers.dialogue import texts
from bot.handlers.dialogue.links import SHARED, StartLink
from bot.language.typography import typeset

#: Stands for the entry in the votes on a refusal: no entry's id can be that.
REFUSAL = "-"
LABEL_LENGTH = 60  # about what two lines of a phone show
_SHORT_WAYS = frozenset({"themes", "commune", "contact", "help", "privacy", "start"})
_VOTE = re.compile(r"vote:([a-z0-9-]{1,32}):([01])")
_VOTE_LABELS = ((True, texts.USEFUL), (False, texts.NOT_USEFUL))

Row = list[InlineKeyboardButton]


@dataclass(frozen=True, slots=True)
class Vote:
    """« Useful » or not, as a button says it; the entry is REFUSAL under a refusal."""

    entry: str
    useful: bool

    @classmethod
    def parse(cls, data: str) -> Self | None:
        found = _VOTE.fullmatch(data)
        return cls(found[1], found[2] == "1") if found else None

    def __str__(self) -> str:
        return f"vote:{self.entry}:{self.useful:d}"


def keyboard(reply: Reply, bot: str = "") -> InlineKeyboardMarkup | None:
    """What can be tapped: about this answer, then the next questions, then the general ways.

    `bot` is the bot's name, for the link that shares the answer.
    """
    itself = f"entry:{reply.entry}"  # from its easy wording to the full one
    about = [_button(way) for way in reply.actions if way.action == itself]
    if reply.entry and reply.easy_text:
        about.append(_button(Action(typeset(SIMPLER), f"easy:{reply.entry}")))
    if link := _share_link(reply, bot):
        about.append(InlineKeyboardButton(typeset(texts.SHARE), url=link))
    questions = [way for way in reply.actions if way.action not in {*_SHORT_WAYS, itself}]
    ways = [way for way in reply.actions if way.action in _SHORT_WAYS]
    if reply.back:
        ways = [reply.back, *(way for way in ways if way.action != reply.back.action)]
    rows = [
        about,
        _votes(reply),
        *([_button(way)] for way in questions),
        *([_button(way) for way in ways[start : start + 2]] for start in range(0, len(ways), 2)),
    ]
    rows = [row for row in rows if row]
    return InlineKeyboardMarkup(rows) if rows else None


def with_vote(markup: InlineKeyboardMarkup, vote: Vote) -> InlineKeyboardMarkup:
    """The same buttons, with a mark on the vote chosen."""
    chosen = str(vote)
    return InlineKeyboardMarkup(
        [
            _votes_row(vote.entry, chosen)
            if any(button.callback_data == chosen for button in row)
            else row
            for row in markup.inline_keyboard
        ]
    )


def cut(label: str, length: int = LABEL_LENGTH) -> str:
    """The label, shortened at a word where it's longer than a button shows."""
    if len(label) <= length:
        return label
    start = label[:length]
    word_end = max(start.rfind(space) for space in " \u00a0\u202f")
    return f"{start[: word_end if word_end > 0 else length - 1].rstrip(' ,;:')}…"


def _votes(reply: Reply) -> Row:
    if reply.outcome is Outcome.ANSWER and reply.entry:
        return _votes_row(reply.entry)
    return _votes_row(REFUSAL) if reply.outcome is Outcome.NO_MATCH else []


def _votes_row(entry: str, chosen: str = "") -> Row:
    row = []
    for useful, label in _VOTE_LABELS:
        data = str(Vote(entry, useful))
        row.append(_button(Action(typeset(label + texts.CHOSEN * (data == chosen)), data)))
    return row


def _share_link(reply: Reply, bot: str) -> str | None:
    """Where « share » leads: a link to this very answer, counted as shared."""
    commune = reply.commune.code_insee if reply.commune else ""
    if not bot or reply.outcome not in {Outcome.ANSWER, Outcome.COMMUNE}:
        return None
    return StartLink(reply.entry or "", commune, SHARED).share_url(bot, reply.title or "")


def _button(way: Action) -> InlineKeyboardButton:
    return InlineKeyboardButton(cut(way.label), callback_data=way.action)
