"""From a Reply to HTML: the Jinja environment and what the templates are given."""

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.conversation.action import Ask, Kind
from bot.conversation.dating import dated, last_looked_at
from bot.conversation.markup import Block, parse, plain
from bot.conversation.reply import Conversation, Outcome, Reply
from bot.knowledge.texts import Sentences
from bot.language.typography import long_date, typeset
from bot.web.assets import ASSETS, FOLDER, static_url
from bot.web.keys import ROOT, SERVICES, TEMPLATES
from bot.web.links import action_url, form_fields, read_draw, read_easy

FRAGMENT_HEADER = "X-Fragment"
#: Numbers that one writes to: the 114 is for whoever can't hear or speak.
_BY_SMS = frozenset({"114"})
#: Words from which what follows the first paragraph is folded.
LONG = 25
#: Why a reader may say that an answer is of no use, and the text that says so.
REASONS = {
    "autre": "raison_autre",
    "complique": "raison_complique",
    "incomplet": "raison_incomplet",
    "faux": "raison_faux",
}
#: The style stands in the page: on a slow line, a page is read one round trip sooner.
STYLE = ASSETS["style.css"].plain.decode()
#: What the policy of contents must name for it to be applied.
STYLE_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"


@dataclass(frozen=True, slots=True)
class Link:
    """A way on, ready to be shown."""

    label: str
    url: str
    kind: str
    value: str = ""


def make_environment(public_url: str, root: str) -> Environment:
    """Templates that escape everything and fail on a misspelt name instead of hiding it."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        blocks=parse, easy_blocks=easy_blocks, tel=tel, typeset=typeset, day=_day, moment=_moment
    )
    environment.globals.update(
        public_url=public_url,
        root=root,
        style=STYLE,  # named by its hash in the policy
        reasons=REASONS,
        chat_url=root + static_url("chat.js"),
        reply_url=root + static_url("reply.js"),
        framed_url=root + static_url("framed.js"),
        kit_style_url=root + static_url("kit.css"),
        kit_script_url=root + static_url("kit.js"),
        editing_style_url=root + static_url("redaction.css"),
        editing_script_url=root + static_url("redaction.js"),
    )
    return environment


def easy_blocks(text: str) -> tuple[Block, ...]:
    """Easy-to-read wording keeps one idea a line, as its writers typed it."""
    return parse(re.sub(r"\n+(?!- )", "\n\n", text))


def _day(day: dt.date | str) -> str:
    """A date in full; what is none, as it is."""
    try:
        return long_date(dt.date.fromisoformat(str(day)))
    except ValueError:
        return str(day)


def _moment(at: dt.datetime) -> str:
    """« 7 mars 2017 à 9 h 05 », where the service is."""
    here = at.astimezone()
    return f"{long_date(here.date())} à {here.hour}\u00a0h\u00a0{here.minute:02}"


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
    fields: Mapping[str, object] | None = None,
    **context: Any,
) -> web.Response:
    """A page or a fragment, in which every link carries the conversation.

    `fields` are those that were posted, in which the reader's choices are; else the address's.
    """
    told = request.query if fields is None else fields
    reply = context.get("reply")
    easy, root = read_easy(told) or bool(reply and reply.easy), request.app[ROOT]
    served = request.app[SERVICES].assistant.served
    here = served.gazetteer.get(conversation.commune or "")

    def link(kind: str, value: str = "") -> str:
        return root + action_url(Ask(Kind(kind), value), conversation, easy)

    context = {
        "state": form_fields(conversation, easy, read_draw(told)),
        "link": link,
        "themes": served.base.themes,
        "shared": served.base.texts,
        "texts": served.base.texts.web,
        "town": served.base.texts.mairie,
        "drawings": served.base.drawings,
        "places": bool(served.gazetteer),
        "mapped": served.gazetteer.outlines is not None,
        "here": here.name if here else "",
        # Only in another site's page is there anything for that script to do.
        "framed": request.headers.get("Sec-Fetch-Dest") == "iframe",
        **context,
    }
    html = request.app[TEMPLATES].get_template(template).render(context)
    response = web.Response(text=html, content_type="text/html", status=status)
    response.headers["Vary"] = f"{FRAGMENT_HEADER}, Sec-Fetch-Dest"
    # Browsers must not keep a page that holds a resident's words.
    words = request.method == "POST" or "q" in request.query
    response.headers["Cache-Control"] = "no-store" if words else "no-cache"
    return response


def reply_context(request: web.Request, reply: Reply, *, title: str | None) -> dict[str, Any]:
    """What reply.html needs. `title` is the page's where the reply has none of its own."""
    served = request.app[SERVICES].assistant.served
    texts, root = served.base.texts.web, request.app[ROOT]
    icons = {theme.id: theme.icon for theme in served.base.themes}
    told = reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}
    topics: list[Link] = []
    ways: list[Link] = []
    desks: list[Link] = []
    for way in reply.actions:
        if way.ask == Ask(Kind.ENTRY, reply.entry or ""):
            continue  # « Voir le texte complet » : both wordings are there
        icon = icons.get(way.ask.value, "") if way.ask.kind is Kind.THEME else ""
        found = Link(
            way.label.removeprefix(icon).strip(),
            root + action_url(way.ask, reply.conversation),
            way.ask.kind.value,
            way.ask.value,
        )
        chosen = way.ask.value or way.ask.kind is Kind.NONE
        (desks if way.to_desk else topics if chosen else ways).append(found)
    full = served.entries[reply.entry].answer if reply.easy and reply.entry else reply.text
    before, first, rest = ("", "", full) if reply.easy else opened(reply)
    blocks = parse(rest)
    commune = reply.commune if reply.outcome is Outcome.COMMUNE else None
    spoken = texts[_HEADINGS.get(reply.outcome, "titre_reponse")]
    return {
        "reply": reply,
        "title": reply.title or title or spoken,
        "titled": bool(reply.title or title or reply.outcome in _HEADINGS),
        "before": before,
        "first": first,
        "blocks": blocks,
        "shown": _unfolded(blocks) if told and not reply.urgent else len(blocks),
        "easy_text": reply.text if reply.easy else reply.easy_text,
        "announced": texts["annonce"].format(debut=beginning(reply)),
        "calls": [call(number, texts) for number in reply.calls],
        "desks_offered": desks,
        "sources": [
            (source, dated(source, reply.collected_on, served.base.texts))
            for source in reply.sources
        ],
        "looked_at": last_looked_at(reply, served.base.texts),
        "topics": topics,
        "ways": ways,
        "answered": reply.outcome is Outcome.ANSWER and reply.entry,
        "commune": commune,
        "standing": commune.standing if commune else None,
        "voted": None,
    }


def _unfolded(blocks: Sequence[Block]) -> int:
    """How many blocks stand before those that are folded: a paragraph, with the list it begins."""
    starts_list = len(blocks) > 1 and blocks[1].is_list
    shown = 2 if starts_list and blocks[0].lines[0][-1].text.rstrip().endswith(":") else 1
    words = sum(
        len(span.text.split()) for one in blocks[shown:] for line in one.lines for span in line
    )
    return shown if words >= LONG else len(blocks)


#: What heads a reply that has no title of its own.
_HEADINGS = {
    Outcome.NO_MATCH: "titre_refus",
    Outcome.SUGGESTIONS: "titre_choix",
    Outcome.CHOOSE_COMMUNE: "titre_communes",
}


def opened(reply: Reply) -> tuple[str, str, str]:
    """What stands before the sentence that is set apart, that sentence, and the rest.

    What is urgent, or of a commune, begins with its own first paragraph.
    """
    if reply.urgent or reply.outcome is Outcome.COMMUNE:
        first, _, rest = reply.text.partition("\n\n")
        return "", first, rest
    return reply.opening


def beginning(reply: Reply) -> str:
    """The first sentence of a reply, which is all that is read aloud at once."""
    before, first, rest = (plain(text) for text in opened(reply))
    return f"{before} {first}".strip() or re.split(r"(?<=[.!?…])\s", rest, maxsplit=1)[0]


def wants_fragment(request: web.Request) -> bool:
    """Whether chat.js asks for the reply alone."""
    return request.headers.get(FRAGMENT_HEADER) == "1"
