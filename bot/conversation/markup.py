"""The little markup of answers: paragraphs, « - » lists, [text](https://…) links.

An address that begins with « / » is of our own pages.
"""

import re
from dataclasses import dataclass

_LINK = re.compile(r"\[([^\]\n]+)\]\(((?:https?:/)?/[^\s)]+)\)")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text, with its address where it is a link."""

    text: str
    url: str | None = None


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (one line), or a list with a line an item."""

    lines: tuple[Line, ...]
    is_list: bool = False


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a marked-up text. A blank line ends a paragraph; single newlines are spaces."""
    blocks: list[Block] = []
    for chunk in re.split(r"\n\s*\n", text.strip()):
        paragraph: list[str] = []
        items: list[str] = []
        for line in chunk.splitlines():
            if line.startswith("- "):
                items.append(line[2:].strip())
            elif items:
                items[-1] += f" {line.strip()}"
            else:
                paragraph.append(line.strip())
        if paragraph:
            blocks.append(Block((_spans(" ".join(paragraph)),)))
        if items:
            blocks.append(Block(tuple(_spans(item) for item in items), is_list=True))
    return tuple(blocks)


def plain(text: str) -> str:
    """The text without markup: a link gives its text, then its address in brackets."""
    return "\n\n".join(
        "\n".join(
            ("- " if block.is_list else "")
            + "".join(f"{span.text} ({span.url})" if span.url else span.text for span in line)
            for line in block.lines
        )
        for block in parse(text)
    )


def _spans(text: str) -> Line:
    spans: list[Span] = []
    end = 0
    for link in _LINK.finditer(text):
        if link.start() > end:
            spans.append(Span(text[end : link.start()]))
        spans.append(Span(link[1], link[2]))
        end = link.end()
    if end < len(text):
        spans.append(Span(text[end:]))
    return tuple(spans)
