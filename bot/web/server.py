"""The web application: routes, what surrounds every request, and headers."""

import logging
import re
import secrets
import time
from collections.abc import Iterable
from traceback import format_tb
from types import MappingProxyType

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from bot.knowledge.files import PICTURES
from bot.limits import Networks
from bot.logs import request_id
from bot.services import Services
from bot.storage.trials import Trials
from bot.web import (
    api,
    assets,
    door,
    editing,
    embedding,
    figures,
    health,
    open_data,
    pages,
    publication,
    staff,
)
from bot.web.callers import limit
from bot.web.editing.publishing import TRIALS
from bot.web.editing.requests import DIGESTS
from bot.web.keys import (
    EMBED,
    METRICS_TOKEN,
    PUBLIC_URL,
    ROOT,
    SERVICES,
    TEMPLATES,
    TRUSTED,
    count_arrival,
    own_path,
    route_label,
)
from bot.web.links import meant, read_state
from bot.web.rendering import STYLE_HASH, make_environment, render

_log = logging.getLogger(__name__)

#: Kinds of content that are text, in whatever language: sent compressed, from so many bytes on.
TEXT = re.compile(r"text/|image/svg\+xml|application/([a-z]+\+)?(json|xml)")
PACKED = 200
#: Seconds for which a browser comes back by https alone, where PUBLIC_URL is one.
YEAR = 365 * 24 * 3600
SECURITY_HEADERS = MappingProxyType(
    {
        **door.SECURITY_HEADERS,
        "Content-Security-Policy": door.SECURITY_HEADERS["Content-Security-Policy"].replace(
            "style-src 'self'", f"style-src 'self' {STYLE_HASH}"
        ),
    }
)


def make_app(
    services: Services,
    public_url: str = "",
    more: Iterable[web.RouteDef] = (),
    embed: tuple[str, ...] = (),
    *,
    trusted: Networks = (),
    metrics_token: str | None = None,
) -> web.Application:
    """The web channel, with more routes. It opens nothing: who made the services closes them.

    `embed` are the origins of the sites whose pages may hold ours.

    Where PUBLIC_URL has a path, every link begins with it, and every route is there with and
    without it: the proxy before us may take it away or leave it.
    """
    logging.getLogger("aiohttp.server").addFilter(door.name_nobody)
    app = web.Application(
        middlewares=[door.attend, measure, pack, tell_errors, limit, embedding.answer_preflights]
    )
    root = URL(public_url).path.rstrip("/")
    app[SERVICES] = services
    app[TEMPLATES] = make_environment(public_url, root)
    app[ROOT] = root
    app[TRUSTED] = trusted
    app[METRICS_TOKEN] = metrics_token
    app[PUBLIC_URL] = public_url.rstrip("/")
    app[EMBED] = embed
    app[TRIALS] = Trials(services.assistant)
    app[DIGESTS] = {}
    folder = services.knowledge.folder
    app[publication.PICTURED] = all((folder / name).is_file() for name in PICTURES)
    app[TEMPLATES].globals["pictured"] = app[publication.PICTURED]
    app[TEMPLATES].globals["legal"] = publication.LEGAL
    rooms = (
        pages, publication, staff, figures, embedding, api, open_data, health, assets, editing,
    )  # fmt: skip
    routes = (*(route for room in rooms for route in room.ROUTES), *more)
    for above in dict.fromkeys(("", root)):
        app.add_routes(
            web.RouteDef(one.method, above + one.path, one.handler, one.kwargs) for one in routes
        )
    if root:
        app.router.add_get(root, pages.home)
    app.on_response_prepare.append(set_headers)
    return app


@web.middleware
async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Time every request under its route's template; what it logs bears one number."""
    request_id.set(secrets.token_hex(4))
    start = time.perf_counter()
    response = await handler(request)
    if request.method == "GET" and response.status == 200 and request.query.get("s"):
        count_arrival(request)
    labels = request.app[SERVICES].metrics.seconds.labels(
        route_label(request), str(response.status)
    )
    labels.observe(time.perf_counter() - start)
    return response


@web.middleware
async def pack(request: web.Request, handler: Handler) -> web.StreamResponse:
    """All text is sent compressed where it can be; a cache between us keeps each way apart."""
    response = await handler(request)
    if TEXT.match(response.content_type) and "Content-Encoding" not in response.headers:
        if (response.content_length or 0) >= PACKED:
            response.enable_compression()
        embedding.vary(response, "Accept-Encoding")
    return response


@web.middleware
async def tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors in French, as JSON under /api/ and as a page elsewhere; none shows its cause."""
    code = None
    headers: dict[str, str] = {}
    try:
        return await handler(request)
    except api.ApiError as error:
        status, code = error.status, error.code
    except web.HTTPException as error:
        if error.status < 400:
            raise
        if error.status == 404 and (page := _meant(request)):
            return web.Response(status=301, headers={"Location": page})
        status = error.status
        told = ("Allow", "Accept-Encoding", "Retry-After")
        headers = {name: error.headers[name] for name in told if name in error.headers}
    except Exception as error:
        # The route's template, the error's class and its lines of code, not the path nor the
        # error's own message: a question must not reach the logs.
        lines = "".join(format_tb(error.__traceback__))
        _log.error("Panne sur %s : %s\n%s", route_label(request), type(error).__name__, lines)
        status = 500
    if own_path(request).startswith(api.PREFIX):
        response = api.error_response(status, code)
    else:
        response = _error_page(request, status)
    response.headers.update(headers)
    return response


def _meant(request: web.Request) -> str | None:
    """The address of the page that was meant by one that people copied; never another site's."""
    if request.method not in {"GET", "HEAD"}:
        return None
    root = request.app[ROOT]
    page = meant(request.path, request.app[SERVICES].assistant.served, root)
    if page is None or page == own_path(request):
        return None
    query = request.rel_url.raw_query_string
    return f"{root}{page}?{query}" if query else root + page


def _error_page(request: web.Request, status: int) -> web.Response:
    served = request.app[SERVICES].assistant.served
    texts, told = served.base.texts.web, f"erreur_{status}"
    if told not in texts:
        told = "erreur_500" if status >= 500 else "erreur_400"
    conversation = read_state(request.query, served.gazetteer)
    title, text = texts[f"{told}_titre"], texts[told]
    return render(request, "error.html", conversation, status=status, title=title, text=text)


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Strict headers on everything; a route that needs another value sets it first."""
    embedding.allow(request, response, SECURITY_HEADERS["Content-Security-Policy"])
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[PUBLIC_URL].startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    response.headers.popall("Server", None)
