"""Addresses: what an action becomes, and how a conversation travels in them without a cookie."""

import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import unquote, urlencode

from bot.communes import Gazetteer
from bot.conversation.action import Ask, Kind
from bot.conversation.reply import Conversation
from bot.conversation.served import Served
from bot.language.words import fold

_PAGES = MappingProxyType(
    {
        Kind.START: "/",
        Kind.THEMES: "/themes",
        Kind.COMMUNE: "/commune",
        Kind.CONTACT: "/contact",
        Kind.NONE: "/aucune",
        Kind.HELP: "/aide",
        Kind.PRIVACY: "/confidentialite",
    }
)
_FOLDERS = MappingProxyType(
    {
        Kind.ENTRY: "/q/",
        Kind.EASY: "/q/",
        Kind.THEME: "/theme/",
        Kind.COMMUNE: "/commune/",
        Kind.CONTACT: "/contact/",
    }
)
_MOST_REFUSALS = 9


def action_url(ask: Ask, conversation: Conversation, easy: bool = False) -> str:
    """The address of an action's page, with the conversation in its query."""
    # An answer in a commune, « ID:59456 ».
    value = ask.value.replace(":", "/")
    path = _FOLDERS[ask.kind] + value if value else _PAGES[ask.kind]
    query = state_fields(conversation, easy or ask.kind is Kind.EASY)
    return f"{path}?{urlencode(query)}" if query else path


def meant(path: str, served: Served, root: str) -> str | None:
    """The path of the page that an address means as people copy it, None where there is none.

    Capitals, accents, spaces, the hyphens of a word processor, and whatever ended the sentence
    that the address was in, tell nothing: « /Q/Qui-s’engage). » is "/q/qui-s-engage".
    """
    names, above = _names(path), _names(root)
    if above and names[: len(above)] == above:
        names = names[len(above) :]
    match names:
        case []:
            return "/"
        case [page] if f"/{page}" in _PAGES.values() and (page != "commune" or served.gazetteer):
            return f"/{page}"
        case ["commune", code] if served.gazetteer.get(code.upper()):
            return f"/commune/{code.upper()}"
        case ["q", key] if key in served.entries:
            return f"/q/{key}"
        case ["q", key, code] if key in served.entries and served.gazetteer.get(code.upper()):
            return f"/q/{key}/{code.upper()}"
        case ["contact", key] if key in served.base.contacts:
            return f"/contact/{key}"
        case ["theme", key] if any(theme.id == key for theme in served.base.themes):
            return f"/theme/{key}"
        case _:
            return None


def _names(path: str) -> list[str]:
    """The parts of a path as ids are spelt; a query that was escaped with it is left out."""
    shown = "".join(char for char in unquote(path) if unicodedata.category(char) != "Cf")
    parts = re.split(r"[?#&]", shown)[0].split("/")
    names = (re.sub(r"[^a-z0-9]+", "-", fold(part)).strip("-") for part in parts)
    return [name for name in names if name]


def state_fields(conversation: Conversation, easy: bool = False) -> dict[str, str]:
    """A conversation as query or form fields; what is at its default is left out.

    `easy`: the reader chose the easy wordings, in this conversation.
    """
    fields = {}
    if conversation.commune:
        fields["c"] = conversation.commune
    if conversation.refusals:
        fields["r"] = str(min(conversation.refusals, _MOST_REFUSALS))
    if conversation.started:
        fields["s"] = "1"
    if easy:
        fields["facile"] = "1"
    return fields


def form_fields(
    conversation: Conversation, easy: bool = False, draw: str | None = None
) -> dict[str, str]:
    """The same for a form, which is posted: what was just said too, which no address may hold.

    « v » is a draw of lots, made once for a conversation and stored nowhere: with an answer it
    makes the pseudonym of a vote, so that a second one replaces the first.
    """
    drawn = {"k": conversation.token(), "v": draw or secrets.token_urlsafe(12)}
    return {**state_fields(conversation, easy), **drawn}


def read_easy(fields: Mapping[str, object]) -> bool:
    """Whether the easy wordings were chosen."""
    return fields.get("facile") == "1"


def read_draw(fields: Mapping[str, object]) -> str | None:
    """The draw of a conversation, where it is one of ours."""
    drawn = str(fields.get("v", ""))
    return drawn if re.fullmatch(r"[\w-]{16}", drawn, re.ASCII) else None


def read_state(fields: Mapping[str, object], gazetteer: Gazetteer) -> Conversation:
    """The conversation of query or form fields; whatever was tampered with counts as absent."""
    commune, refusals = str(fields.get("c", "")), str(fields.get("r", ""))
    return replace(
        Conversation.read(str(fields.get("k", ""))),
        commune=commune if gazetteer.get(commune) else None,
        refusals=int(refusals) if len(refusals) == 1 and refusals in "123456789" else 0,
        started=fields.get("s") == "1",
    )
