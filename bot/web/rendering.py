"""From a Reply to HTML: the Jinja environment and what the templates are given."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.conversation.action import Ask, Kind
from bot.conversation.dating import dated, last_looked_at
from bot.conversation.markup import Block, parse
from bot.conversation.reply import Conversation, Outcome, Reply
from bot.knowledge.texts import Sentences
from bot.web.keys import ROOT, SERVICES, TEMPLATES
from bot.web.links import action_url, form_fields

FOLDER = Path(__file__).parent
FRAGMENT_HEADER = "X-Fragment"
#: Numbers that one writes to: the 114 is for whoever can't hear or speak.
_BY_SMS = frozenset({"114"})


@dataclass(frozen=True, slots=True)
class Link:
    """A way on, ready to be shown."""

    label: str
    url: str
    kind: str
    icon: str = ""


def make_environment(public_url: str, root: str) -> Environment:
    """Templates that escape everything and fail on a misspelt name instead of hiding it."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(blocks=parse, easy_blocks=easy_blocks, tel=tel)
    environment.globals.update(
        public_url=public_url,
        root=root,
        style_url=root + static_url("style.css"),
        script_url=root + static_url("chat.js"),
        framed_url=root + static_url("framed.js"),
        kit_style_url=root + static_url("kit.css"),
        kit_script_url=root + static_url("kit.js"),
    )
    return environment


def static_url(name: str) -> str:
    """A static file's address; it changes with the content, so browsers may keep it for good."""
    content = (FOLDER / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def easy_blocks(text: str) -> tuple[Block, ...]:
    """Easy-to-read wording keeps one idea a line, as its writers typed it."""
    return parse(re.sub(r"\n+(?!- )", "\n\n", text))


def tel(phone: str) -> str:
    return "tel:" + re.sub(r"\D", "", phone)


def call(number: str, texts: Sentences) -> Link:
    """The button that reaches a number of an urgent reply."""
    if number in _BY_SMS:
        return Link(texts["ecrire"].format(numero=number), f"sms:{number}", "sms")
    return Link(texts["appeler"].format(numero=number), tel(number), "tel")


def render(
    request: web.Request,
    template: str,
    conversation: Conversation,
    *,
    status: int = 200,
    **context: Any,
) -> web.Response:
    """A page or a fragment, in which every link carries the conversation."""
    fields, root = form_fields(conversation), request.app[ROOT]
    served = request.app[SERVICES].assistant.served
    html = (
        request.app[TEMPLATES]
        .get_template(template)
        .render(
            state=fields,
            link=lambda kind, value="": root + action_url(Ask(Kind(kind), value), conversation),
            themes=served.base.themes,
            shared=served.base.texts,
            texts=served.base.texts.web,
            town=served.base.texts.mairie,
            drawings=served.base.drawings,
            places=bool(served.gazetteer),
            # Only in another site's page is there anything for that script to do.
            framed=request.headers.get("Sec-Fetch-Dest") == "iframe",
            **context,
        )
    )
    response = web.Response(text=html, content_type="text/html", status=status)
    response.headers["Vary"] = f"{FRAGMENT_HEADER}, Sec-Fetch-Dest"
    # Browsers must not keep a page that holds a resident's words.
    words = request.method == "POST" or "q" in request.query
    response.headers["Cache-Control"] = "no-store" if words else "no-cache"
    response.enable_compression()
    return response


def reply_context(request: web.Request, reply: Reply, *, title: str | None) -> dict[str, Any]:
    """What reply.html needs. `title` is the page's where the reply has none of its own."""
    base = request.app[SERVICES].assistant.base
    icons = {theme.id: theme.icon for theme in base.themes}
    topics: list[Link] = []
    ways: list[Link] = []
    desks: list[Link] = []
    for way in reply.actions:
        icon = icons.get(way.ask.value, "") if way.ask.kind is Kind.THEME else ""
        found = Link(
            way.label.removeprefix(icon).strip(),
            request.app[ROOT] + action_url(way.ask, reply.conversation),
            way.ask.kind.value,
            icon,
        )
        (desks if way.to_desk else topics if way.ask.value else ways).append(found)
    return {
        "reply": reply,
        "title": reply.title or title,
        "reply_state": form_fields(reply.conversation),
        "calls": [call(number, base.texts.web) for number in reply.calls],
        "desks_offered": desks,
        "sources": [
            (source, dated(source, reply.collected_on, base.texts)) for source in reply.sources
        ],
        "looked_at": last_looked_at(reply, base.texts),
        "topics": topics,
        "ways": ways,
        "can_vote": reply.outcome is Outcome.ANSWER,
        "standing": (
            reply.commune.standing if reply.commune and reply.outcome is Outcome.COMMUNE else None
        ),
        "open_easy": request.query.get("facile") == "1",
    }


def wants_fragment(request: web.Request) -> bool:
    """Whether chat.js asks for the reply alone."""
    return request.headers.get(FRAGMENT_HEADER) == "1"
