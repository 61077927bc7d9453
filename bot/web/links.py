"""Addresses: what an action becomes, and how a conversation travels in them without a cookie."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from bot.communes import Gazetteer
from bot.conversation.reply import Conversation

_PAGES = MappingProxyType(
    {
        "start": "/",
        "themes": "/themes",
        "commune": "/commune",
        "contact": "/contact",
        "none": "/aucune",
        "help": "/aide",
        "privacy": "/confidentialite",
    }
)
_FOLDERS = MappingProxyType(
    {"entry": "/q/", "easy": "/q/", "theme": "/theme/", "commune": "/commune/"}
)
_MOST_REFUSALS = 9


def action_url(action: str, conversation: Conversation) -> str:
    """The address of an action's page, with the conversation in its query."""
    kind, _, value = action.partition(":")
    path = _FOLDERS[kind] + value if value and kind in _FOLDERS else _PAGES.get(action, "/")
    query = state_fields(conversation)
    if kind == "easy":
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
