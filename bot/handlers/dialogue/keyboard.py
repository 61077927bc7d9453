"""The buttons under a message. They hold what they ask for, so that old ones go on working."""

import re
from dataclasses import dataclass
from typing import Self

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.conversation.action import Ask, Kind
from bot.conversation.reply import Outcome, Reply
from bot.handlers.dialogue.links import SHARED, StartLink
from bot.knowledge.texts import Sentences, Texts

#: Stands for the entry in the votes on a refusal: no entry's id can be that.
REFUSAL = "-"
#: Beside the vote that was given.
CHOSEN = " ✓"
_VOTE = re.compile(r"([a-z0-9-]{1,32}):([01])")
_PART = re.compile(r"(-?\d{1,6})/(.+)", re.DOTALL)
LABEL_LENGTH = 60  # about what two lines of a phone show
#: Choices shown at once: two phone screens. Telegram takes a hundred buttons in all.
CHOICES, MOST_CHOICES = 25, 90

Row = list[InlineKeyboardButton]


@dataclass(frozen=True, slots=True)
class Vote:
    """« Useful » or not, as a button says it; the entry is REFUSAL under a refusal."""

    entry: str
    useful: bool

    @classmethod
    def of(cls, ask: Ask | None) -> Self | None:
        """The vote that a button asks for, if it is one."""
        if ask is None or ask.kind is not Kind.VOTE:
            return None
        found = _VOTE.fullmatch(ask.value)
        return cls(found[1], found[2] == "1") if found else None

    @property
    def ask(self) -> Ask:
        """The vote as what a button asks for."""
        return Ask(Kind.VOTE, f"{self.entry}:{self.useful:d}")

    def __str__(self) -> str:
        return str(self.ask)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a reply too large for one message, as a button says it: « -1200/entry:ID ».

    `ask` gets the whole reply. Its choices `at` and after or, below 0, its last characters, as
    Telegram counts them. At None the reply is asked for as for the first time.
    """

    ask: str = ""
    at: int | None = None

    @classmethod
    def of(cls, data: str) -> Self:
        """What a button asks for: a part, else a whole reply."""
        found = _PART.fullmatch(data)
        return cls(found[2], int(found[1])) if found else cls(data)

    def __str__(self) -> str:
        return f"{self.at}/{self.ask}"


def again(reply: Reply) -> str:
    """What a button asks to get this very reply; nothing where none can."""
    commune = reply.commune.code_insee if reply.commune else ""
    if reply.outcome is Outcome.COMMUNE:
        return str(Ask(Kind.COMMUNE, commune))
    if reply.entry is None:
        return ""
    kind = Kind.EASY if reply.easy else Kind.ENTRY
    return str(Ask(kind, f"{reply.entry}:{commune}" if commune else reply.entry))


def keyboard(
    reply: Reply, texts: Texts, bot: str = "", part: Part | None = None, left: int = 0
) -> InlineKeyboardMarkup | None:
    """What can be tapped: the rest, about this answer, the next questions, the general ways.

    `bot` is the bot's name, for the link that shares the answer; `left`, how much of the text is
    not in the message.
    """
    part = part or Part(again(reply))
    itself = Ask(Kind.ENTRY, reply.entry or "")  # from its easy wording to the full one
    about = [button(way.label, way.ask) for way in reply.actions if way.ask == itself]
    if reply.entry and reply.easy_text:
        about.append(button(texts["plus_simple"], Ask(Kind.EASY, reply.entry)))
    if link := _share_link(reply, bot):
        about.append(InlineKeyboardButton(texts.telegram["partager"], url=link))
    desks = [button(way.label, way.ask) for way in reply.actions if way.to_desk]
    questions = [
        way for way in reply.actions if not way.general and not way.to_desk and way.ask != itself
    ]
    ways = [way for way in reply.actions if way.general]
    if reply.back:
        ways = [reply.back, *(way for way in ways if way.ask != reply.back.ask)]
    first = max(part.at or 0, 0)
    turns = (
        (texts.telegram["choix_precedents"], first - CHOICES),
        (texts.telegram["choix_suivants"], first + CHOICES),
    )
    shown = questions[first:][: CHOICES if part.ask else MOST_CHOICES]
    rows = [
        [button(texts.telegram["lire_la_suite"], Part(part.ask, -left))]
        if part.ask and left
        else [],
        *(desks[at : at + 2] for at in range(0, len(desks), 2)),
        about,
        _votes(reply, texts.telegram),
        *([button(way.label, way.ask)] for way in shown),
        [
            button(label, Part(part.ask, at))
            for label, at in turns
            if part.ask and 0 <= at < len(questions)
        ],
        *(
            [button(way.label, way.ask) for way in ways[at : at + 2]]
            for at in range(0, len(ways), 2)
        ),
    ]
    rows = [row for row in rows if row]
    return InlineKeyboardMarkup(rows) if rows else None


def button(label: str, asks: Ask | Part) -> InlineKeyboardButton:
    """A button; its label may be cut, what it asks for may not."""
    return InlineKeyboardButton(cut(label), callback_data=str(asks))


def with_vote(markup: InlineKeyboardMarkup, vote: Vote, texts: Sentences) -> InlineKeyboardMarkup:
    """The same buttons, with a mark on the vote chosen."""
    chosen = str(vote)
    return InlineKeyboardMarkup(
        [
            _votes_row(vote.entry, texts, chosen)
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


def _votes(reply: Reply, texts: Sentences) -> Row:
    if reply.outcome is Outcome.ANSWER and reply.entry:
        return _votes_row(reply.entry, texts)
    return _votes_row(REFUSAL, texts) if reply.outcome is Outcome.NO_MATCH else []


def _votes_row(entry: str, texts: Sentences, chosen: str = "") -> Row:
    row = []
    for useful, label in ((True, texts["utile"]), (False, texts["pas_utile"])):
        vote = Vote(entry, useful)
        row.append(button(label + CHOSEN * (str(vote) == chosen), vote.ask))
    return row


def _share_link(reply: Reply, bot: str) -> str | None:
    """Where « share » leads: a link to this very answer, counted as shared."""
    commune = reply.commune.code_insee if reply.commune else ""
    if not bot or reply.outcome not in {Outcome.ANSWER, Outcome.COMMUNE}:
        return None
    return StartLink(reply.entry or "", commune, SHARED).share_url(bot, reply.title or "")
