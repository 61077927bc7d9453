"""The pages, rendered whole on the server; chat.js asks the same addresses for the reply alone.

A resident's words come by POST and are answered at once, without a redirect: no address, log or
browser history holds them.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import parse_qsl

from aiohttp import web

from bot.communes import Ambiguous, Found
from bot.conversation import texts as shared_texts
from bot.conversation.assistant import QUESTION_LENGTH
from bot.conversation.reply import Action, Conversation, Outcome, Question, Reply
from bot.knowledge.model import Contact
from bot.language.typography import typeset
from bot.web import texts
from bot.web.keys import METRICS, SERVICES
from bot.web.links import read_state
from bot.web.metrics import CHANNEL
from bot.web.rendering import render, reply_context, wants_fragment

#: A question of 1,000 characters, each of which may take 12 bytes in a form, with the conversation.
FORM_BYTES = 12 * 1024
#: Pages of one action: path → action, title.
_ACTION_PAGES = MappingProxyType(
    {
        "/themes": ("themes", texts.THEMES_TITLE),
        "/aucune": ("none", texts.NONE_TITLE),
        "/aide": ("help", texts.HELP_TITLE),
        "/confidentialite": ("privacy", texts.PRIVACY_TITLE),
        "/contact": ("contact", texts.CONTACT_TITLE),
    }
)
_PLACES = frozenset({Outcome.COMMUNE, Outcome.CHOOSE_COMMUNE})
_WAYS = (
    Action(shared_texts.SEE_THEMES, "themes"),
    Action(shared_texts.FIND_COMMUNE, "commune"),
    Action(shared_texts.REACH_SOMEONE, "contact"),
)


def add_pages(app: web.Application) -> None:
    """Every page's route, in one place."""
    app.router.add_get("/", home)
    app.router.add_post("/", ask)
    app.router.add_get("/q/{entry}", entry)
    app.router.add_get("/theme/{theme}", theme)
    app.router.add_get("/commune", commune_form)
    app.router.add_post("/commune", commune_search)
    app.router.add_get("/commune/{code}", commune)
    for path in _ACTION_PAGES:
        app.router.add_get(path, action_page)
    app.router.add_post("/avis", vote)


async def home(request: web.Request) -> web.Response:
    """The chat page. With `q`, a link somebody made: it fills the field in, and asks nothing."""
    # The page itself says that this is an automatic service: no reply needs to say it again.
    started = replace(_conversation(request), started=True)
    filled = request.query.get("q", "")
    return render(request, "home.html", started, reply=None, asked=None, filled=filled)


async def ask(request: web.Request) -> web.Response:
    """The chat page with the reply already in the conversation."""
    fields = await _form(request)
    text = fields.get("q", "").strip()
    question = Question(text=text, conversation=_conversation(request, fields))
    reply = _counted(request, await request.app[SERVICES].assistant.ask(question))
    return _respond(request, reply, template="home.html", asked=text)


async def entry(request: web.Request) -> web.Response:
    key = request.match_info["entry"]
    reply = _act(request, f"entry:{key}")
    if reply.entry != key:
        raise web.HTTPNotFound
    return _respond(request, reply, canonical=f"/q/{key}")


async def theme(request: web.Request) -> web.Response:
    key = request.match_info["theme"]
    titles = {known.id: known.title for known in request.app[SERVICES].assistant.base.themes}
    if key not in titles:
        raise web.HTTPNotFound
    reply = _act(request, f"theme:{key}")
    titled = replace(reply, title=typeset(titles[key]), text=typeset(texts.PICK_QUESTION))
    return _respond(request, titled, canonical=f"/theme/{key}")


async def action_page(request: web.Request) -> web.Response:
    action, title = _ACTION_PAGES[request.path]
    reply = _act(request, action)
    if action == "privacy":
        reply = replace(reply, text=f"{reply.text}\n\n{typeset(texts.PRIVACY_WEB)}")
    desks: tuple[Contact, ...] = ()
    if action == "contact":
        known = request.app[SERVICES].assistant.base.contacts.values()
        others = (desk for desk in known if desk != reply.contact)
        desks = tuple(sorted(others, key=lambda desk: (not desk.phone, not desk.url)))
    return _respond(request, reply, title=title, canonical=request.path, desks=desks)


async def commune_form(request: web.Request) -> web.Response:
    """The search form; `q` fills it in, as on the home page."""
    return _commune_page(request, _act(request, "commune"), request.query.get("q", ""))


async def commune_search(request: web.Request) -> web.Response:
    """The commune found, the choices, or why there is none."""
    fields = await _form(request)
    text = fields.get("q", "").strip()
    if len(text) > QUESTION_LENGTH:
        raise web.HTTPRequestEntityTooLarge(QUESTION_LENGTH, len(text))
    reply = _find_commune(request, text, fields) if text else _act(request, "commune", fields)
    return _commune_page(request, reply, text)


def _commune_page(request: web.Request, reply: Reply, typed: str) -> web.Response:
    return _respond(
        request,
        reply,
        title=texts.COMMUNE_HEADING,
        canonical="/commune",
        searched=None if reply.outcome is Outcome.COMMUNE else typed,
    )


async def commune(request: web.Request) -> web.Response:
    code = request.match_info["code"]
    if request.app[SERVICES].assistant.gazetteer.get(code) is None:
        raise web.HTTPNotFound
    return _respond(request, _act(request, f"commune:{code}"), canonical=f"/commune/{code}")


async def vote(request: web.Request) -> web.Response:
    """Count « useful or not », without anything that says who voted."""
    fields = await _form(request)
    services = request.app[SERVICES]
    key, useful = fields.get("entry", ""), fields.get("useful")
    if key not in services.assistant.base.entries or useful not in {"oui", "non"}:
        raise web.HTTPBadRequest
    await services.database.add_vote(
        key, useful == "oui", CHANNEL, request.app[SERVICES].assistant.today()
    )
    request.app[METRICS].votes.labels(CHANNEL, "yes" if useful == "oui" else "no").inc()
    template = "thanks.html" if wants_fragment(request) else "vote.html"
    conversation = _conversation(request, fields)
    return render(request, template, conversation, entry=key, title=texts.VOTE_TITLE)


def _find_commune(request: web.Request, text: str, fields: Mapping[str, str]) -> Reply:
    """A search only looks for a place, whatever else the words may ask."""
    assistant = request.app[SERVICES].assistant
    conversation = _conversation(request, fields)
    lookup = assistant.gazetteer.find(text)
    if isinstance(lookup, Found | Ambiguous):
        for words in (text, lookup.matched):
            question = Question(text=words, conversation=conversation)
            reply = request.app[SERVICES].assistant.reply(question)
            if reply.outcome in _PLACES:
                return _counted(request, reply)
    if isinstance(lookup, Found):
        return _act(request, f"commune:{lookup.commune.code_insee}", fields)
    elsewhere = None if isinstance(lookup, Ambiguous) else lookup.elsewhere
    told = shared_texts.ELSEWHERE.format(place=elsewhere) if elsewhere else texts.COMMUNE_NOT_FOUND
    after = replace(conversation, started=True)
    return _counted(request, Reply(Outcome.NO_MATCH, typeset(told), after, actions=_WAYS))


async def _form(request: web.Request) -> dict[str, str]:
    """The fields of one of our own forms: another site must not ask or vote in a reader's name.

    Nothing raises here on what is sent, as a parser's error would quote it in the log.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise web.HTTPForbidden
    body = await request.clone(client_max_size=FORM_BYTES).read()
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _conversation(request: web.Request, fields: Mapping[str, str] | None = None) -> Conversation:
    """The conversation of a form's fields, else of the address."""
    found = request.query if fields is None else fields
    return read_state(found, request.app[SERVICES].assistant.gazetteer)


def _act(request: web.Request, action: str, fields: Mapping[str, str] | None = None) -> Reply:
    question = Question(action=action, conversation=_conversation(request, fields))
    return _counted(request, request.app[SERVICES].assistant.reply(question))


def _counted(request: web.Request, reply: Reply) -> Reply:
    request.app[METRICS].replies.labels(CHANNEL, reply.outcome.value).inc()
    return reply


def _respond(
    request: web.Request,
    reply: Reply,
    *,
    template: str = "page.html",
    title: str | None = None,
    asked: str | None = None,
    canonical: str | None = None,
    desks: tuple[Contact, ...] = (),
    searched: str | None = None,
) -> web.Response:
    """The reply alone for chat.js, else the page around it."""
    fragment = wants_fragment(request)
    context = reply_context(request, reply, title=None if fragment or asked is not None else title)
    return render(
        request,
        "reply.html" if fragment else template,
        reply.conversation,
        **context,
        level=2 if fragment or asked is not None else 1,
        asked=asked,
        filled="",
        canonical=canonical,
        desks=() if fragment else desks,
        searched=searched,
        fragment=fragment,
        path=request.path,
    )
