"""The JSON API of the outside interface, described by openapi.json."""

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aiohttp import web

from bot.communes.commune import communes_of
from bot.conversation.message import SEARCH
from bot.conversation.reply import Conversation, Question, commune_as_json
from bot.knowledge.model import Entry, KnowledgeBase
from bot.web.body import read_body
from bot.web.keys import CHANNEL, ROOT, SERVICES, counted

PREFIX = "/api/"
BODY_BYTES = 8 * 1024
_OPENAPI = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
_CODES = MappingProxyType(
    {
        404: "not_found",
        405: "method_not_allowed",
        408: "too_slow",
        413: "too_large",
        415: "unknown_encoding",
        429: "too_many",
    }
)

#: What is told of a refused request, by code.
_MESSAGES = MappingProxyType(
    {
        "malformed": "Le corps de la requête doit être un objet JSON en UTF-8.",
        "wrong_question": "« question » est obligatoire et doit être un texte.",
        "empty_question": "« question » est vide.",
        "wrong_commune": "« commune » doit être un code Insee ou null.",
        "unknown_commune": "Ce code Insee n’est pas celui d’une commune connue.",
        "wrong_conversation": "« conversation » doit être le texte reçu avant, ou null.",
        "empty_search": "Le paramètre « q » est obligatoire et ne doit pas être vide.",
        "search_too_long": "Le paramètre « q » est trop long.",
        "unknown_entry": "Aucune réponse ne porte cet identifiant.",
        "too_many": "Trop de demandes à la suite. Réessayez dans quelques secondes.",
        "too_large": "La requête dépasse 8 Kio.",
        "not_found": "Cette adresse n’existe pas.",
        "method_not_allowed": "Cette méthode n’est pas acceptée à cette adresse.",
        "too_slow": "La requête n’est pas arrivée en entier.",
        "unknown_encoding": "Le corps doit être en clair, ou comprimé par gzip ou deflate.",
        "bad_request": "Cette requête est abîmée ou incomplète : elle ne peut pas être lue.",
        "internal": "Une panne empêche de répondre. Réessayez dans quelques minutes.",
    }
)
#: What the public may read of an entry: named one by one, so that nothing slips out.
_PUBLIC = (
    "id", "question", "variants", "answer", "brief", "easy", "theme", "sources", "collected_on",
    "checked_on", "review_on", "expires_on", "see_also",
)  # fmt: skip


class ApiError(Exception):
    """A refused request: `code` is one of the messages above."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


async def ask(request: web.Request) -> web.Response:
    body = await _read_object(request)
    text, commune, token = (body.get(key) for key in ("question", "commune", "conversation"))
    if not isinstance(text, str):
        raise ApiError(400, "wrong_question")
    if not text.strip():
        raise ApiError(400, "empty_question")
    if commune is not None and not isinstance(commune, str):
        raise ApiError(400, "wrong_commune")
    if token is not None and not isinstance(token, str):
        raise ApiError(400, "wrong_conversation")
    assistant = request.app[SERVICES].assistant
    conversation = Conversation.read(token or "")
    if commune is not None:
        if assistant.gazetteer.get(commune) is None:
            raise ApiError(400, "unknown_commune")
        conversation = replace(conversation, commune=commune)
    question = Question(text=text, conversation=conversation)
    reply = await request.app[SERVICES].ask(CHANNEL, question)
    return json_response(counted(request, reply, question).as_json())


async def communes(request: web.Request) -> web.Response:
    text = request.query.get("q", "").strip()
    if not text:
        raise ApiError(400, "empty_search")
    if len(text) > SEARCH:
        raise ApiError(400, "search_too_long")
    outcome, found = communes_of(request.app[SERVICES].assistant.gazetteer.find(text))
    return json_response(
        {"outcome": outcome, "communes": [commune_as_json(commune) for commune in found]}
    )


async def entries(request: web.Request) -> web.Response:
    base = request.app[SERVICES].assistant.base
    served = base.served(request.app[SERVICES].assistant.today())
    return json_response(
        {
            "revision": base.revision,
            "themes": [
                {"id": theme.id, "title": theme.title, "icon": theme.icon} for theme in base.themes
            ],
            "entries": [entry_as_json(entry, base) for entry in served.values()],
        }
    )


async def one_entry(request: web.Request) -> web.Response:
    base = request.app[SERVICES].assistant.base
    entry = base.served(request.app[SERVICES].assistant.today()).get(request.match_info["entry"])
    if entry is None:
        raise ApiError(404, "unknown_entry")
    return json_response(entry_as_json(entry, base))


async def openapi(request: web.Request) -> web.Response:
    return json_response({**_OPENAPI, "servers": [{"url": request.app[ROOT] or "/"}]})


def entry_as_json(entry: Entry, base: KnowledgeBase) -> dict[str, Any]:
    """What the public may read of an entry."""
    told = entry.model_dump(mode="json", include=set(_PUBLIC))
    contact = base.contacts.get(entry.contact or "")
    return {name: told[name] for name in _PUBLIC} | {
        "contact": contact.as_json() if contact and contact.reachable else None
    }


def json_response(value: Any, status: int = 200) -> web.Response:
    """JSON that a person can read: accents as they are."""
    response = web.Response(
        text=json.dumps(value, ensure_ascii=False), content_type="application/json", status=status
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def error_response(status: int, code: str | None = None) -> web.Response:
    """The error form of the outside interface, whatever went wrong under /api/."""
    code = code or _CODES.get(status, "internal" if status >= 500 else "bad_request")
    message = _MESSAGES[code]
    return json_response({"error": {"code": code, "message": message}}, status)


async def _read_object(request: web.Request) -> dict[str, Any]:
    raw = await read_body(request, BODY_BYTES)
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ApiError(400, "malformed") from None
    if not isinstance(body, dict):
        raise ApiError(400, "malformed")
    return body


ROUTES = (
    web.post("/api/v1/ask", ask),
    web.get("/api/v1/communes", communes),
    web.get("/api/v1/entries", entries),
    web.get("/api/v1/entries/{entry}", one_entry),
    web.get("/openapi.json", openapi),
)
