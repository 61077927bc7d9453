"""The pages, rendered whole on the server; chat.js asks the same addresses for the reply alone.

A resident's words come by POST and are answered at once, without a redirect: no address, log or
browser history holds them.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from aiohttp import web

from bot.conversation.action import Ask, Kind
from bot.conversation.markup import plain
from bot.conversation.message import SEARCH
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.conversation.served import Served
from bot.conversation.suggesting import examples, suggestions
from bot.knowledge.model import Contact
from bot.language.words import normalise
from bot.storage.retention import erase_votes
from bot.web.body import read_form
from bot.web.keys import CHANNEL, ROOT, SERVICES, counted, own_path
from bot.web.links import read_draw, read_state
from bot.web.publication import faq_data
from bot.web.rendering import REASONS, beginning, render, reply_context, wants_fragment

#: Pages of one action: path → action, the field of WebTexts that is its title.
_ACTION_PAGES = MappingProxyType(
    {
        "/themes": (Ask(Kind.THEMES), "titre_themes"),
        "/aucune": (Ask(Kind.NONE), "titre_aucune"),
        "/aide": (Ask(Kind.HELP), "titre_aide"),
        "/confidentialite": (Ask(Kind.PRIVACY), "titre_vie_privee"),
        "/contact": (Ask(Kind.CONTACT), "titre_contact"),
    }
)


async def home(request: web.Request) -> web.Response:
    """The chat page. With `q`, a link somebody made: it fills the field in, and asks nothing."""
    # The page itself says that this is an automatic service: no reply needs to say it again.
    started = replace(_conversation(request), started=True)
    filled = request.query.get("q", "")
    return render(
        request,
        "home.html",
        started,
        reply=None,
        asked=None,
        filled=filled,
        examples=examples(_served(request)),
    )


async def ask(request: web.Request) -> web.Response:
    """The chat page with the reply already in the conversation."""
    fields = await read_form(request)
    text = fields.get("q", "").strip()
    question = Question(text=text, conversation=_conversation(request, fields))
    reply = await request.app[SERVICES].ask(CHANNEL, question)
    counted(request, reply, question)
    return _respond(request, reply, fields, template="home.html", asked=text)


async def entry(request: web.Request) -> web.Response:
    """An answer; by POST, one that was taken among those offered, with the words it was for."""
    key = request.match_info["entry"]
    fields = await read_form(request) if request.method == "POST" else None
    reply = _act(request, Ask(Kind.ENTRY, key), fields)
    if reply.entry != key:
        raise web.HTTPNotFound
    _note_choice(request, fields, key)
    entry = _served(request).entries[key]
    told = entry.brief or beginning(reply)
    return _respond(
        request, reply, fields, canonical=f"/q/{key}", description=plain(told), data=faq_data(entry)
    )


async def entry_there(request: web.Request) -> web.Response:
    """An answer in the commune that its address names."""
    key, code = request.match_info["entry"], request.match_info["code"]
    if _served(request).gazetteer.get(code) is None:
        raise web.HTTPNotFound
    reply = _act(request, Ask(Kind.ENTRY, f"{key}:{code}"))
    if reply.entry != key:
        raise web.HTTPNotFound
    return _respond(request, reply, canonical=f"/q/{key}/{code}")


async def desk(request: web.Request) -> web.Response:
    """A desk of its own, or the choice between several."""
    key = request.match_info["desk"]
    if key not in _served(request).base.contacts:
        raise web.HTTPNotFound
    return _respond(request, _act(request, Ask(Kind.CONTACT, key)), canonical=f"/contact/{key}")


async def theme(request: web.Request) -> web.Response:
    key = request.match_info["theme"]
    titles = {known.id: known.title for known in _served(request).base.themes}
    if key not in titles:
        raise web.HTTPNotFound
    reply = _act(request, Ask(Kind.THEME, key))
    pick = _served(request).base.texts.web["choisir_question"]
    titled = replace(reply, title=titles[key], text=pick)
    return _respond(request, titled, canonical=f"/theme/{key}")


async def action_page(request: web.Request) -> web.Response:
    path = own_path(request)
    ask, title = _ACTION_PAGES[path]
    fields = await read_form(request) if request.method == "POST" else None
    reply = _act(request, ask, fields)
    _note_choice(request, fields, None)
    base = _served(request).base
    if ask.kind is Kind.PRIVACY:
        reply = replace(reply, text=f"{reply.text}\n\n{base.texts.web['vie_privee']}")
    desks: tuple[Contact, ...] = ()
    if ask.kind is Kind.CONTACT:
        others = [one for one in base.contacts.values() if one != reply.contact and one.reachable]
        desks = tuple(sorted(others, key=lambda desk: (not desk.phone, not desk.url)))
    title = base.texts.web[title]
    return _respond(request, reply, fields, title=title, canonical=path, desks=desks)


async def commune_form(request: web.Request) -> web.Response:
    """The search form; `q` fills it in, as on the home page."""
    if not _served(request).gazetteer:
        raise web.HTTPNotFound
    reply = _act(request, Ask(Kind.COMMUNE))
    return _commune_page(request, reply, request.query.get("q", ""), None)


async def commune_search(request: web.Request) -> web.Response:
    """The commune found, the choices, or why there is none."""
    fields = await read_form(request)
    text = fields.get("q", "").strip()
    if len(text) > SEARCH:
        raise web.HTTPRequestEntityTooLarge(SEARCH, len(text))
    if text:
        looked = Question(text, conversation=_conversation(request, fields), only_place=True)
        reply = counted(request, await request.app[SERVICES].ask(CHANNEL, looked), looked)
    else:
        reply = _act(request, Ask(Kind.COMMUNE), fields)
    return _commune_page(request, reply, text, fields)


def _commune_page(
    request: web.Request, reply: Reply, typed: str, fields: Mapping[str, str] | None
) -> web.Response:
    return _respond(
        request,
        reply,
        fields,
        title=_served(request).base.texts.web["titre_commune"],
        canonical="/commune",
        searched=None if reply.outcome is Outcome.COMMUNE else typed,
    )


async def commune(request: web.Request) -> web.Response:
    code = request.match_info["code"]
    if _served(request).gazetteer.get(code) is None:
        raise web.HTTPNotFound
    return _respond(request, _act(request, Ask(Kind.COMMUNE, code)), canonical=f"/commune/{code}")


async def communes_map(request: web.Request) -> web.Response:
    """The map of the communes by where they stand, and the same as a list."""
    gazetteer = _served(request).gazetteer
    if (outlines := gazetteer.outlines) is None:
        raise web.HTTPNotFound
    drawn = [one for one in gazetteer.communes if one.code_insee in outlines.communes]
    drawn.sort(key=lambda one: normalise(one.name))
    groups = [
        (standing, found)
        for standing in gazetteer.region.standings.values()
        if (found := [one for one in drawn if one.standing is standing])
    ]
    template = "map.html" if wants_fragment(request) else "map_page.html"
    title = _served(request).base.texts.web["titre_carte"]
    return render(
        request, template, _conversation(request), title=title, outlines=outlines, groups=groups
    )


async def vote(request: web.Request) -> web.Response:
    """Count « useful or not » and why, without anything that says who voted.

    A second vote on an answer, in one conversation, replaces the first.
    """
    fields = await read_form(request)
    services = request.app[SERVICES]
    key, useful = fields.get("entry", ""), fields.get("useful")
    reason = fields.get("raison") or None
    if key not in _served(request).entries or useful not in {"oui", "non"}:
        raise web.HTTPBadRequest
    if reason and (reason not in REASONS or useful == "oui"):
        raise web.HTTPBadRequest
    drawn = read_draw(fields)
    pseudonym = services.pseudonym(_voted_on(drawn, key)) if drawn else None
    day = services.assistant.today()
    await services.database.patience.soon(
        lambda: services.database.add_vote(key, useful == "oui", CHANNEL, day, pseudonym, reason)
    )
    if reason is None:
        services.metrics.votes.labels(CHANNEL, "yes" if useful == "oui" else "no").inc()
        if useful == "non":
            services.asked.disliked(CHANNEL, key, _conversation(request, fields))
    return render(
        request,
        "feedback.html" if wants_fragment(request) else "vote.html",
        _conversation(request, fields),
        fields=fields,
        entry=key,
        title=_served(request).base.texts.web["titre_merci"],
        voted=useful,
        reason=reason,
    )


async def erase(request: web.Request) -> web.Response:
    """Erase the votes of a conversation, and begin anew: the rest of it is the browser's."""
    services, drawn = request.app[SERVICES], read_draw(await read_form(request))
    voted = (_voted_on(drawn, key) for key in _served(request).entries) if drawn else ()
    keys, database = [services.pseudonym(one) for one in voted], services.database
    if not await database.patience.soon(lambda: erase_votes(database, keys)):
        raise web.HTTPServiceUnavailable  # it waits; the page says to try again
    if wants_fragment(request):
        return web.Response(status=204)
    raise web.HTTPSeeOther(f"{request.app[ROOT]}/")


async def suggest(request: web.Request) -> web.Response:
    """Questions and communes for the words being typed, as options of a list."""
    fields = await read_form(request)
    served, only_place = _served(request), fields.get("lieu") == "1"
    ways = suggestions(fields.get("q", ""), served, only_place=only_place)
    return render(
        request, "options.html", _conversation(request, fields), fields=fields, options=ways
    )


def _voted_on(drawn: str, entry: str) -> str:
    """What the pseudonym of a vote is made from: a draw of lots, and the answer."""
    return f"vote:{drawn}:{entry}"


def _note_choice(request: web.Request, fields: Mapping[str, str] | None, entry: str | None) -> None:
    """Keep which suggestion was taken, or that none was, after words that got no answer."""
    if words := (fields or {}).get("q", "").strip():
        request.app[SERVICES].asked.chosen(CHANNEL, words, entry)


def _served(request: web.Request) -> Served:
    return request.app[SERVICES].assistant.served


def _conversation(request: web.Request, fields: Mapping[str, str] | None = None) -> Conversation:
    """The conversation of a form's fields, else of the address."""
    found = request.query if fields is None else fields
    return read_state(found, request.app[SERVICES].assistant.gazetteer)


def _act(request: web.Request, ask: Ask, fields: Mapping[str, str] | None = None) -> Reply:
    question = Question(action=str(ask), conversation=_conversation(request, fields))
    return counted(request, request.app[SERVICES].assistant.reply(question))


def _respond(
    request: web.Request,
    reply: Reply,
    fields: Mapping[str, str] | None = None,
    *,
    template: str = "page.html",
    title: str | None = None,
    asked: str | None = None,
    canonical: str | None = None,
    desks: tuple[Contact, ...] = (),
    searched: str | None = None,
    description: str | None = None,
    data: dict[str, Any] | None = None,
) -> web.Response:
    """The reply alone for chat.js, else the page around it."""
    fragment = wants_fragment(request)
    context = reply_context(request, reply, title=None if fragment or asked is not None else title)
    return render(
        request,
        "reply.html" if fragment else template,
        reply.conversation,
        fields=fields,
        **context,
        level=2 if fragment or asked is not None else 1,
        asked=asked,
        examples=(),
        filled="",
        canonical=canonical,
        desks=() if fragment else desks,
        searched=searched,
        description=description,
        data=data,
        fragment=fragment,
        path=own_path(request),
    )


ROUTES = (
    web.get("/", home),
    web.post("/", ask),
    web.get("/q/{entry}", entry),
    web.post("/q/{entry}", entry),
    web.post("/aucune", action_page),
    web.post("/effacer", erase),
    web.get("/q/{entry}/{code}", entry_there),
    web.get("/contact/{desk}", desk),
    web.get("/theme/{theme}", theme),
    web.get("/commune", commune_form),
    web.post("/commune", commune_search),
    web.get("/commune/{code}", commune),
    web.get("/carte", communes_map),
    *(web.get(path, action_page) for path in _ACTION_PAGES),
    web.post("/avis", vote),
    web.post("/suggestions", suggest),
)
