"""A Reply as Telegram messages: HTML, a message at a time within Telegram's limits."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from telegram import LinkPreviewOptions

from bot.conversation.dating import dated, last_looked_at
from bot.conversation.markup import Line, parse
from bot.conversation.places import commune_status
from bot.conversation.reply import Reply
from bot.handlers.delivery.sending import plain
from bot.knowledge.model import Contact, Source
from bot.knowledge.texts import Sentences, Texts
from bot.language.numbers import PHONE
from bot.language.typography import NO_BREAK

#: Telegram's limit on a message, counted after its tags are read, in UTF-16 units.
MESSAGE_LENGTH = 4096
#: It drops marks beyond the hundredth; some are its own, of telephone numbers.
TAGS = 90

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

#: Longer than this, about six lines of a phone, what follows the sentence in short is folded.
FOLDED = 240
_FOLD = "<blockquote expandable>{}</blockquote>"
_UNFOLD = re.compile(r"</?blockquote[^>]*>")

#: What is never cut: a tag with all that it marks, an escape, a line's end, a space, a word. What
#: is folded may be: its tags stand alone.
_PIECE = re.compile(
    r"</?blockquote[^>]*>|<(\w).*?</\1>|&[#\w]+;|\n+| |[^\n <&]{1,1000}|.", re.DOTALL
)
#: Longer than this, what a tag marks is cut all the same, without it.
_TAGGED = 2000
#: Between the parts of a text that takes several messages.
_GAP = "[…]"


def render(reply: Reply, texts: Texts) -> str:
    """The whole reply as HTML, however long: where it opens on a sentence, the rest is folded."""
    before, brief, rest = reply.opening
    # Where her commune stands was asked too.
    told = commune_status(reply.commune) if brief and reply.commune else ""
    rest = rest.removesuffix(told).rstrip()
    title, text = escape(reply.title or "", quote=False), _text(rest, reply.calls)
    origin = _origin(reply, texts)
    if brief and size(text) > FOLDED:
        text, origin = _FOLD.format(_paragraphs(text, origin)), ""
    return _paragraphs(
        f"<i>{escape(reply.notice, quote=False)}</i>" if reply.notice else "",
        title if brief else _bold(title),
        _text(before),
        _bold(escape(brief, quote=False)),
        text,
        _text(told),
        _contact(reply, reply.contact, texts.telegram) if reply.contact else "",
        origin,
    )


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _bold(text: str) -> str:
    return f"<b>{text}</b>" if text else ""


def size(html: str) -> int:
    """The length of a message as Telegram counts it."""
    return len(plain(html).encode("utf-16-le")) // 2


def page(html: str, last: int = 0) -> tuple[str, int]:
    """What fits in a message, and the size of what is left.

    Of the whole HTML, or of its `last` characters only: counted from the end, they are the same
    whatever a reply began with (that a program answers, what it understood).
    """
    left = size(html)
    if not last and left <= MESSAGE_LENGTH and html.count("</") <= TAGS:
        return html, 0
    pieces, start = list(_pieces(html)), 0
    while last and left > last:
        left -= pieces[start][1]
        start += 1
    end = _end(pieces, start)
    before, after = f"{_GAP} " * (start > 0), f" {_GAP}" * (end < len(pieces))
    shown = f"{before}{''.join(piece for piece, _ in pieces[start:end]).strip()}{after}"
    if start:  # it was asked for
        shown = _UNFOLD.sub("", shown)
    elif shown.count("<blockquote") > shown.count("</blockquote"):
        shown += "</blockquote>"
    return shown, sum(units for _, units in pieces[end:])


def _pieces(html: str) -> Iterator[tuple[str, int]]:
    """What the HTML is made of, with sizes."""
    for found in _PIECE.finditer(html):
        if (units := size(found[0])) > _TAGGED:
            yield from _pieces(escape(plain(found[0]), quote=False))
        else:
            yield found[0], units


def _end(pieces: Sequence[tuple[str, int]], start: int) -> int:
    """Where to end the message that begins at a piece.

    After a paragraph, else a line, a sentence, a word: the last in the second half of the message.
    """
    room, tags = MESSAGE_LENGTH - 2 * len(f" {_GAP}"), TAGS
    best: dict[int, int] = {}
    for at in range(start, len(pieces)):
        piece, units = pieces[at]
        room, tags = room - units, tags - piece.startswith("<")
        if room < 0 or tags < 0:
            return next((best[rank] for rank in sorted(best)), at)
        if piece[0] in "\n " and (room < MESSAGE_LENGTH // 2 or tags < TAGS // 2):
            ends = pieces[at - 1][0].endswith((".", "!", "?", "…"))
            best[0 if len(piece) > 1 else 1 if piece == "\n" else 2 if ends else 3] = at
    return len(pieces)


def _text(text: str, calls: tuple[str, ...] = ()) -> str:
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
    if url.startswith("/"):  # of our own pages, where PUBLIC_URL is not set: no link leads there
        return escape(f"{text} ({url})", quote=False)
    return f'<a href="{escape(url)}">{escape(text, quote=False)}</a>'


def _contact(reply: Reply, contact: Contact, texts: Sentences) -> str:
    role = f", {escape(contact.role, quote=False)}" if contact.role else ""
    lines = [f"{texts['contact']} <b>{escape(contact.name, quote=False)}</b>{role}"]
    if contact.phone:
        lines.append(
            escape(f"{texts['telephone']} {contact.phone.replace(' ', NO_BREAK)}", quote=False)
        )
    if contact.address:
        lines.append(escape(contact.address, quote=False))
    if contact.hours:
        lines.append(escape(f"{texts['horaires']} {contact.hours}", quote=False))
    if contact.url:
        lines.append(_link(texts["voir_site"], contact.url))
    if reply.desks:
        lines.append(texts["lequel"])
    return "\n".join(lines)


def _origin(reply: Reply, texts: Texts) -> str:
    """Where the answer comes from and when that was read, or checked by a person."""
    shown = [_source(source, dated(source, reply.collected_on, texts)) for source in reply.sources]
    if len(shown) == 1:
        lines = [f"{texts.telegram['source']} {shown[0]}"]
    elif shown:
        lines = [texts.telegram["sources"], *(f"• {source}" for source in shown)]
    else:
        lines = []
    return "\n".join(filter(None, (*lines, last_looked_at(reply, texts))))


def _source(source: Source, when: str) -> str:
    title = source.title
    linked = _link(title, source.url) if source.url else escape(title, quote=False)
    return f"{linked}, {when}" if when else linked
