"""Addresses: what an action becomes, and how a conversation travels in them without a cookie."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from bot.communes import Gazetteer
from bot.conversation.action import Ask, Kind
from bot.conversation.reply import Conversation

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
    {Kind.ENTRY: "/q/", Kind.EASY: "/q/", Kind.THEME: "/theme/", Kind.COMMUNE: "/commune/"}
)
_MOST_REFUSALS = 9


def action_url(ask: Ask, conversation: Conversation) -> str:
    """The address of an action's page, with the conversation in its query."""
    path = _FOLDERS[ask.kind] + ask.value if ask.value else _PAGES[ask.kind]
    query = state_fields(conversation)
    if ask.kind is Kind.EASY:
        query["facile"] = "1"
    return f"{path}?{urlencode(query)}" if query else path


def state_fields(conversation: Conversation) -> dict[str, str]:
    """A conversation as query or form fields; what is at its default is left out."""
    fields = {}
    if conversation.commune:
        fields["c"] = conversation.commune
    if conversation.refusals:
        fields["r"] = str(min(conversation.refusals, _MOST_REFUSALS))
    if conversation.started:
        fields["s"] = "1"
    return fields


def read_state(fields: Mapping[str, object], gazetteer: Gazetteer) -> Conversation:
    """The conversation of query or form fields; whatever was tampered with counts as absent."""
    commune, refusals = str(fields.get("c", "")), str(fields.get("r", ""))
    return Conversation(
        commune=commune if gazetteer.get(commune) else None,
        refusals=int(refusals) if len(refusals) == 1 and refusals in "123456789" else 0,
        started=fields.get("s") == "1",
    )
