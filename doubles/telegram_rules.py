"""What Telegram refuses and its Python client lets through, each rule giving its complaints."""

import functools
import html
import json
import re
from collections.abc import Iterator
from typing import Any

from bot.settings import ROOT

#: Telegram's own description, beside the checkout where this is developed; absent elsewhere.
SCHEMA = ROOT.parent / "shared" / "telegram" / "bot-api.json"

_TAGS = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "tg-spoiler", "a", "code", "pre",
    "blockquote",
}  # fmt: skip
_PIECE = re.compile(
    r'<(?P<close>/?)(?P<tag>[a-z][a-z-]*)(?P<attributes>(?: [a-z-]+(?:="[^"<>]*")?)*)>'
    r"|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);"
    r"|[^<>&]+"
)
_HREF = re.compile(r' href="(?:https?|tg|mailto)://?[^"\s]+"')
_ARRAY = "Array of "
_PLAIN_TYPES: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "String": (str,),
    "Boolean": (bool,),
    "Float": (int, float),
}


def html_complaints(text: str) -> Iterator[str]:
    """Tags that Telegram doesn't know, unbalanced ones, and what is not escaped."""
    opened: list[str] = []
    position = 0
    while position < len(text):
        piece = _PIECE.match(text, position)
        if piece is None:
            yield f"not Telegram HTML: {text[position : position + 30]!r}"
            return
        position = piece.end()
        tag = piece["tag"]
        if tag is None:
            continue
        if tag not in _TAGS:
            yield f"unknown tag <{tag}>"
        elif piece["close"]:
            if not opened or opened.pop() != tag:
                yield f"</{tag}> closes nothing"
        else:
            opened.append(tag)
            if tag == "a" and not _HREF.fullmatch(piece["attributes"]):
                yield f"not a link: {piece[0]}"
            if tag != "a" and piece["attributes"] and piece[0] != "<blockquote expandable>":
                yield f"attributes on <{tag}>"
            if opened.count("blockquote") > 1:
                yield "a quotation in another"
    if opened:
        yield f"never closed: {opened}"


def visible(text: str, parse_mode: str | None) -> str:
    """What is left of a text once its entities are parsed."""
    return html.unescape(re.sub(r"<[^>]*>", "", text)) if parse_mode == "HTML" else text


def text_complaints(text: str, parse_mode: str | None) -> Iterator[str]:
    """Length after parsing, in UTF-16 units, and well-formedness."""
    if parse_mode == "HTML":
        yield from html_complaints(text)
        # The others would not be refused, but lost.
        if text.count("</") > 100:
            yield "more than 100 entities"
    elif parse_mode is not None:
        yield f"parse_mode {parse_mode!r}"
    length = len(visible(text, parse_mode).strip().encode("utf-16-le")) // 2
    if not 1 <= length <= 4096:
        yield f"text of {length} characters"


def keyboard_complaints(markup: dict[str, Any]) -> Iterator[str]:
    """Buttons that do nothing or too much, and data that don't fit."""
    if "inline_keyboard" not in markup:
        if not all(button["text"].strip() for row in markup["keyboard"] for button in row):
            yield "a key without label"
        return
    rows = markup["inline_keyboard"]
    if sum(len(row) for row in rows) > 100:
        yield "more than 100 buttons"
    for row in rows:
        if not 1 <= len(row) <= 8:
            yield f"{len(row)} buttons in a row"
        for button in row:
            if not button["text"].strip():
                yield "a button without label"
            if len(button.keys() - {"text", "style", "icon_custom_emoji_id"}) != 1:
                yield f"a button must do one thing: {button}"
            if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
                yield f"callback_data {button['callback_data']!r}"


def call_complaints(method: str, parameters: dict[str, Any]) -> Iterator[str]:
    """Where Telegram's own description of the method, at hand in development, says otherwise."""
    if not SCHEMA.is_file():
        return
    described = _schema()["methods"].get(method)
    if described is None:
        yield f"unknown method {method}"
    else:
        yield from _fields(described, parameters, method)


@functools.cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


def _fields(described: dict[str, Any], values: dict[str, Any], where: str) -> Iterator[str]:
    known = {field["name"]: field for field in described.get("fields", ())}
    for name, field in known.items():
        if name in values:
            yield from _value(field["types"], values[name], f"{where}.{name}")
        elif field["required"]:
            yield f"{where}.{name} is required"
    for name in values.keys() - known.keys():
        yield f"{where}.{name} is unknown"


def _value(types: list[str], value: object, where: str) -> Iterator[str]:
    """The complaints about a value that may be of several types: those of the nearest one."""
    each = [list(_one(kind, value, where)) for kind in types]
    yield from min(each, key=len)


def _one(kind: str, value: object, where: str) -> Iterator[str]:
    if kind.startswith(_ARRAY):
        if not isinstance(value, list | tuple):
            yield f"{where} must be a list"
            return
        for index, item in enumerate(value):
            yield from _one(kind.removeprefix(_ARRAY), item, f"{where}[{index}]")
    elif kind in _PLAIN_TYPES:
        right = isinstance(value, _PLAIN_TYPES[kind])
        if not right or (isinstance(value, bool) and kind != "Boolean"):
            yield f"{where} must be {kind}, not {type(value).__name__}"
    elif subtypes := _schema()["types"][kind].get("subtypes"):
        yield from _value(subtypes, value, where)
    elif isinstance(value, dict):
        yield from _fields(_schema()["types"][kind], value, where)
    else:
        yield f"{where} must be {kind}, not {type(value).__name__}"
