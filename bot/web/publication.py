"""The pages about the service, and what search engines, sharing and home screens read of it."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web

from bot.conversation.markup import parse, plain
from bot.conversation.served import Served
from bot.conversation.suggesting import searched
from bot.knowledge.files import PICTURES
from bot.knowledge.model import Entry
from bot.knowledge.texts import Texts
from bot.web.body import read_form
from bot.web.keys import PUBLIC_URL, ROOT, SERVICES, own_path
from bot.web.links import read_state
from bot.web.rendering import render

#: The pages that law or honesty ask for: path → the texts that are their title and their words.
LEGAL: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "/qui-publie": ("titre_qui_publie", "qui_publie"),
        "/mentions-legales": ("titre_mentions", "mentions"),
        "/accessibilite": ("titre_accessibilite", "accessibilite"),
    }
)
#: Pages of the site map beside those of entries, themes and communes.
_PAGES = ("/", "/questions", "/contact", "/aide", "/confidentialite", *LEGAL)
_DAY = "public, max-age=86400"


async def questions(request: web.Request) -> web.Response:
    """All the questions by theme, or those that the words typed are about."""
    fields = await read_form(request) if request.method == "POST" else None
    served = _served(request)
    typed = (fields or {}).get("q", "").strip()
    found = [served.entries[key] for key in searched(typed, served)] if typed else []
    own = [entry for entry in served.entries.values() if entry.id in served.base.entries]
    groups = [
        (theme.title, [entry for entry in own if entry.theme == theme.id])
        for theme in served.base.themes
    ]
    groups.append(("", [entry for entry in own if entry.theme is None]))
    conversation = read_state(request.query if fields is None else fields, served.gazetteer)
    return render(
        request,
        "questions.html",
        conversation,
        fields=fields,
        typed=typed,
        found=found,
        groups=[(title, entries) for title, entries in groups if entries],
    )


async def legal(request: web.Request) -> web.Response:
    path = own_path(request)
    title, said = LEGAL[path]
    texts = _served(request).base.texts
    return render(
        request,
        "legal.html",
        read_state(request.query, _served(request).gazetteer),
        title=texts.web[title],
        blocks=parse(texts.web[said].format(**publisher(texts))),
        mail=texts.editeur["courriel"] if path == "/qui-publie" else "",
        canonical=path,
    )


def publisher(texts: Texts) -> dict[str, str]:
    """Who publishes, as the legal pages name it; a blank says that it is one."""
    blank = texts.web["a_completer"]
    return {name: str(value) or blank for name, value in texts.editeur if name != "courriel"}


def faq_data(entry: Entry) -> dict[str, Any]:
    """An answer as search engines read it (schema.org, FAQPage)."""
    answer = {"@type": "Answer", "text": plain(entry.answer)}
    question = {"@type": "Question", "name": entry.question, "acceptedAnswer": answer}
    return {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": [question]}


async def sitemap(request: web.Request) -> web.Response:
    """Every page worth finding; entries with the day on which they were last looked at."""
    served, root = _served(request), request.app[PUBLIC_URL] or request.app[ROOT]
    days = {
        f"/q/{key}": entry.checked_on or entry.collected_on for key, entry in served.entries.items()
    }
    pages = [*_PAGES, *days, *(f"/theme/{theme.id}" for theme in served.base.themes)]
    if served.gazetteer:
        codes = (commune.code_insee for commune in served.gazetteer.communes)
        pages += ["/commune", *(f"/commune/{code}" for code in codes)]
    lines = (
        f"<url><loc>{escape(root + page)}</loc>"
        + (f"<lastmod>{day}</lastmod>" if (day := days.get(page)) else "")
        + "</url>"
        for page in pages
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "\n".join(lines)
        + "\n</urlset>\n"
    )
    return _text(text, "application/xml")


async def robots(request: web.Request) -> web.Response:
    """What search engines may read: all but what is asked, voted or watched."""
    lines = ["User-agent: *", "Disallow: /api/", "Disallow: /metrics", "Disallow: /readyz"]
    if public := request.app[PUBLIC_URL]:
        lines.append(f"Sitemap: {public}/sitemap.xml")
    return _text("\n".join(lines) + "\n", "text/plain")


async def manifest(request: web.Request) -> web.Response:
    """What a phone needs to put the page on its home screen."""
    base, root = _served(request).base, request.app[ROOT]
    icons = [{"src": f"{root}/icone.svg", "sizes": "any", "type": "image/svg+xml"}]
    if request.app[PICTURED]:
        icons.append({"src": f"{root}/icone.png", "sizes": "512x512", "type": "image/png"})
    told = {
        "name": f"{base.texts['nom']}, {base.texts.web['sous_titre']}",
        "short_name": base.texts["nom"],
        "description": base.texts.web["description"],
        "lang": "fr",
        "start_url": f"{root}/",
        "display": "standalone",
        "background_color": "#faf8f5",
        "theme_color": "#1e1c1a",
        "icons": icons,
    }
    return _text(json.dumps(told, ensure_ascii=False), "application/manifest+json")


async def icon(request: web.Request) -> web.Response:
    return _text(_served(request).base.drawings["icone"], "image/svg+xml")


async def picture(request: web.Request) -> web.StreamResponse:
    """A picture of the folder: what is shown of a shared link, the icon of a home screen."""
    file = request.app[SERVICES].knowledge.folder / f"dessins{own_path(request)}"
    if not file.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(file, headers={"Cache-Control": _DAY})


def _text(text: str, kind: str) -> web.Response:
    response = web.Response(text=text, content_type=kind)
    response.headers["Cache-Control"] = _DAY
    return response


def _served(request: web.Request) -> Served:
    return request.app[SERVICES].assistant.served


#: Whether the folder has the pictures of a shared link and of a home screen.
PICTURED = web.AppKey("pictured", bool)

ROUTES = (
    web.get("/questions", questions),
    web.post("/questions", questions),
    *(web.get(path, legal) for path in LEGAL),
    web.get("/sitemap.xml", sitemap),
    web.get("/robots.txt", robots),
    web.get("/manifest.webmanifest", manifest),
    web.get("/icone.svg", icon),
    *(web.get(name.removeprefix("dessins"), picture) for name in PICTURES),
)
