"""/mairie: what a town hall needs to spread the service and to answer at its counter, no account.

As elsewhere, what is typed comes by POST and no address holds it.
"""

import asyncio
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from bot.communes.commune import Commune, communes_of
from bot.conversation.action import Ask, Kind
from bot.conversation.message import SEARCH
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.kit.kit import MEDIA, Kit, kits, mailto, sms_address
from bot.storage.patience import read
from bot.web.body import read_form
from bot.web.figures import first_month, in_words, month_in_words
from bot.web.keys import EMBED, PUBLIC_URL, ROOT, SERVICES, TELEGRAM_LINK, counted
from bot.web.rendering import call, render

_CODE = r"{code:\d[\dAB]\d{3}}"
#: Lines of the table of arrivals, at most.
_ARRIVALS = 60


@dataclass(frozen=True, slots=True)
class Copied:
    """A text ready to be copied, and the address that opens it in another program."""

    key: str
    label: str
    text: str
    url: str = ""
    action: str = ""


async def page(request: web.Request) -> web.Response:
    return await _page(request)


async def search(request: web.Request) -> web.Response:
    """A commune looked for, or a question asked at the counter."""
    fields = await read_form(request)
    assistant = request.app[SERVICES].assistant
    if typed := fields.get("commune", "").strip():
        _, found = communes_of(assistant.gazetteer.find(typed[:SEARCH]))
        if len(found) == 1:
            raise web.HTTPSeeOther(f"{request.app[ROOT]}/mairie/{found[0].code_insee}")
        return await _page(request, typed=typed, found=found)
    asked = fields.get("q", "").strip()
    if not asked:
        return await _page(request)
    reply = await assistant.ask(Question(asked, conversation=_conversation(request)))
    return await _page(request, counted(request, reply, asked=True), asked=asked)


async def entry(request: web.Request) -> web.Response:
    """One answer, ready to be read, copied and sent."""
    key = request.match_info["entry"]
    question = Question(action=str(Ask(Kind.ENTRY, key)), conversation=_conversation(request))
    reply = request.app[SERVICES].assistant.reply(question)
    if reply.entry != key:
        raise web.HTTPNotFound
    return await _page(request, counted(request, reply))


async def poster(request: web.Request) -> web.Response:
    kit = _kit(request)
    body = await asyncio.to_thread(_draw, kit)
    return _file(body, "application/pdf", f"affiche-{kit.file_name}.pdf")


async def code(request: web.Request) -> web.Response:
    """The QR code of the poster, for a printer or for a document."""
    kit, form = _kit(request), request.match_info["form"]
    body = await asyncio.to_thread(_code, kit.link("affiche"), form)
    types = {"svg": "image/svg+xml", "png": "image/png"}
    return _file(body, types[form], f"code-{kit.file_name}.{form}", shown="voir" in request.query)


async def code_of_answer(request: web.Request) -> web.Response:
    """The QR code of an answer's page, for its print."""
    key = request.match_info["entry"]
    if key not in request.app[SERVICES].assistant.served.entries:
        raise web.HTTPNotFound
    body = await asyncio.to_thread(_code, f"{_address(request)}/q/{key}", "svg")
    return _file(body, "image/svg+xml", "", shown=True)


def _draw(kit: Kit) -> bytes:
    # Here, as a service that makes no poster needs none of its libraries.
    from bot.kit.poster import poster as draw

    return draw(kit)


def _code(address: str, form: str) -> bytes:
    from bot.kit.qr import drawn

    return drawn(address, form)


def _file(body: bytes, content_type: str, name: str, *, shown: bool = False) -> web.Response:
    disposition = "inline" if shown else f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-cache"}
    return web.Response(body=body, content_type=content_type, headers=headers)


def _kit(request: web.Request) -> Kit:
    """That of the commune in the address. Raises the HTTP error 404 where it is not known."""
    served = request.app[SERVICES].assistant.served
    commune = None
    if named := request.match_info.get("code"):
        commune = served.gazetteer.get(named)
        if commune is None:
            raise web.HTTPNotFound
    return next(kits(served.base, served.gazetteer, (commune,), _address(request), served.today))


def _address(request: web.Request) -> str:
    """Where the service is found."""
    return request.app[PUBLIC_URL] or f"{request.scheme}://{request.host}{request.app[ROOT]}"


def _conversation(request: web.Request) -> Conversation:
    code = request.match_info.get("code")
    known = request.app[SERVICES].assistant.gazetteer.get(code or "")
    return Conversation(commune=known.code_insee if known else None, started=True)


async def _page(
    request: web.Request,
    reply: Reply | None = None,
    *,
    asked: str = "",
    typed: str = "",
    found: Sequence[Commune] = (),
) -> web.Response:
    kit, served = _kit(request), request.app[SERVICES].assistant.served
    texts, folder = served.base.texts, f"{request.app[ROOT]}/mairie"
    here = f"{folder}/{kit.commune.code_insee}" if kit.commune else folder
    choices = [way for way in reply.actions if way.ask.kind is Kind.ENTRY] if reply else []
    return render(
        request,
        "mairie.html",
        _conversation(request),
        kit=kit,
        here=here,
        folder=folder,
        reply=reply,
        asked=asked,
        typed=typed,
        found=found,
        calls=[call(number, texts.web) for number in reply.calls] if reply else (),
        choices=[(way.label, f"{here}/q/{way.ask.value}") for way in choices],
        answers=_answers(kit, reply) if reply and reply.outcome is Outcome.ANSWER else (),
        links=_links(request, kit),
        bulletins=_bulletins(kit),
        widgets=_widgets(kit),
        sites=request.app[EMBED],
        local=not request.app[PUBLIC_URL],
        themes_of={theme.id: served.base.of_theme(theme.id) for theme in served.base.themes},
        entries=served.entries,
        arrivals=await _arrivals(request, kit),
    )


def _answers(kit: Kit, reply: Reply) -> tuple[Copied, ...]:
    texts = kit.texts.mairie
    subject, body = kit.mail(reply)
    sms = kit.sms(reply)
    made = [
        Copied(
            "courriel", texts["reponse_courriel"], body, mailto(subject, body), "ouvrir_courriel"
        ),
        Copied("sms", texts["reponse_sms"], sms, sms_address(sms), "ouvrir_sms"),
    ]
    if reply.brief:
        made.insert(0, Copied("court", texts["reponse_courte"], reply.brief))
    return tuple(replace(one, action=texts[one.action] if one.action else "") for one in made)


def _links(request: web.Request, kit: Kit) -> tuple[Copied, ...]:
    texts = kit.texts.mairie
    links = [
        Copied("lien", texts["lien"], kit.link("lien")),
        Copied("mail", texts["lien_courriel"], kit.link("mail")),
    ]
    if telegram := request.app.get(TELEGRAM_LINK):
        code = kit.commune.code_insee if kit.commune else ""
        if opened := telegram(code, kit.source("lien")):
            links.append(Copied("telegram", texts["lien_telegram"], opened))
    return tuple(links)


def _bulletins(kit: Kit) -> tuple[Copied, ...]:
    texts = kit.texts.mairie
    keys = ("bulletin_400", "bulletin_1000")
    return tuple(
        Copied(key.replace("_", "-"), texts[key].format(signes=len(text)), text)
        for key, text in zip(keys, kit.bulletins, strict=True)
    )


def _widgets(kit: Kit) -> tuple[Copied, ...]:
    texts = kit.texts.mairie
    labels = ("site_bouton", "site_lien", "site_cadre")
    return tuple(
        Copied(label.replace("_", "-"), texts[label], line)
        for label, line in zip(labels, kit.widgets, strict=True)
    )


async def _arrivals(request: web.Request, kit: Kit) -> tuple[tuple[str, str, str], ...] | None:
    """(month, where the link was, arrivals), the last first; None where they can't be read."""
    services, texts = request.app[SERVICES], kit.texts.mairie
    since = first_month(services.assistant.today())
    sources = [kit.source(medium) for medium in MEDIA] if kit.commune else None
    counts = await read(services.database.arrivals_by_month(since, sources))
    if counts is None:
        return None
    totals: dict[tuple[int, str], int] = {}
    for (source, month), count in counts.items():
        # Of the whole service, a medium counts for all its communes.
        medium = re.sub(r"-\d[\dab]\d{3}$", "", source)
        key = -month.toordinal(), medium
        totals[key] = totals.get(key, 0) + count
    lines = sorted(totals.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return tuple(
        (
            month_in_words(dt.date.fromordinal(-day)),
            texts[MEDIA[medium]] if medium in MEDIA else medium,
            in_words(count, texts),
        )
        for (day, medium), count in lines[:_ARRIVALS]
    )


ROUTES = (
    web.get("/code/{entry}.svg", code_of_answer),
    *(
        route
        for here in ("/mairie", f"/mairie/{_CODE}")
        for route in (
            web.get(here, page),
            web.post(here, search),
            web.get(f"{here}/q/{{entry}}", entry),
            web.get(f"{here}/affiche.pdf", poster),
            web.get(f"{here}/code.{{form:svg|png}}", code),
        )
    ),
)
