"""A Reply as one Telegram message: HTML within Telegram's limits, the answer first."""

import re
from collections.abc import Callable
from html import escape

from telegram import LinkPreviewOptions

from bot.conversation.markup import Line, parse
from bot.conversation.reply import Reply
from bot.handlers.delivery.sending import plain
from bot.knowledge.model import Contact, Source
from bot.knowledge.texts import TelegramTexts
from bot.language.numbers import PHONE
from bot.language.typography import NO_BREAK, long_date

#: Telegram's limit on a message, counted after its tags are read, in UTF-16 units.
MESSAGE_LENGTH = 4096

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

_SENTENCE_END = re.compile(r"[.!?…](?=\s)")
_WORD_END = re.compile(r"(?=\s)")


def render(reply: Reply, texts: TelegramTexts) -> str:
    """The reply as HTML. Where it's too long, the sources go first, then the text's last sentences.

    The contact and the date stay: someone whose answer is cut needs them most.
    """

    def message(text: str, sources: tuple[Source, ...]) -> str:
        parts = (
            f"<i>{escape(reply.notice)}</i>" if reply.notice else "",
            f"<b>{escape(reply.title)}</b>" if reply.title else "",
            _text(text, reply.calls),
            _contact(reply.contact, texts) if reply.contact else "",
            _origin(reply, sources, texts),
        )
        return "\n\n".join(part for part in parts if part)

    whole = message(reply.text, reply.sources)
    if size(whole) <= MESSAGE_LENGTH:
        return whole
    return _fit(reply.text, lambda text: message(text, ()))


def size(html: str) -> int:
    """The length of a message as Telegram counts it."""
    return len(plain(html).encode("utf-16-le")) // 2


def _fit(text: str, message: Callable[[str], str]) -> str:
    """The message with the whole text, else with as many of its sentences (or words) as fit."""
    if size(whole := message(text)) <= MESSAGE_LENGTH:
        return whole
    for boundary in (_SENTENCE_END, _WORD_END):
        for end in reversed([found.end() for found in boundary.finditer(text)]):
            # The markup is never shorter than what is shown of it.
            if end < MESSAGE_LENGTH and size(cut := message(f"{text[:end]} […]")) <= MESSAGE_LENGTH:
                return cut
    return message(f"{text[: MESSAGE_LENGTH // 4]}…")


def _text(text: str, calls: tuple[str, ...]) -> str:
    """The blocks; in the first paragraph the numbers to call are bold, to be seen at once."""
    shown = ""
    for block in parse(text):
        if block.is_list:
            items = "\n".join(f"• {_line(item)}" for item in block.lines)
            shown += f"\n{items}" if shown else items
        else:
            shown += f"\n\n{_line(block.lines[0])}" if shown else _line(block.lines[0], calls)
    return shown


def _line(line: Line, bold: tuple[str, ...] = ()) -> str:
    def mark(number: re.Match[str]) -> str:
        return f"<b>{number[0]}</b>" if number[0] in bold else number[0]

    return "".join(
        _link(span.text, span.url) if span.url else PHONE.sub(mark, escape(span.text, quote=False))
        for span in line
    )


def _link(text: str, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(text, quote=False)}</a>'


def _contact(contact: Contact, texts: TelegramTexts) -> str:
    role = f", {escape(contact.role, quote=False)}" if contact.role else ""
    lines = [f"{texts.contact} <b>{escape(contact.name, quote=False)}</b>{role}"]
    if contact.phone:
        lines.append(escape(f"{texts.phone} {contact.phone.replace(' ', NO_BREAK)}", quote=False))
    if contact.address:
        lines.append(escape(contact.address, quote=False))
    if contact.url:
        lines.append(_link(texts.website, contact.url))
    return "\n".join(lines)


def _origin(reply: Reply, sources: tuple[Source, ...], texts: TelegramTexts) -> str:
    """Where the answer comes from and when that was read, or checked by a person."""
    shown = [_source(source) for source in sources]
    if len(shown) == 1:
        lines = [f"{texts.source} {shown[0]}"]
    elif shown:
        lines = [texts.sources, *(f"• {source}" for source in shown)]
    else:
        lines = []
    if reply.checked_on:
        lines.append(texts.checked.format(date=long_date(reply.checked_on)))
    elif reply.collected_on:
        lines.append(texts.collected.format(date=long_date(reply.collected_on)))
    return "\n".join(lines)


def _source(source: Source) -> str:
    date = f", {long_date(source.date)}" if source.date else ""
    title = source.title
    return f"{_link(title, source.url) if source.url else escape(title, quote=False)}{date}"
