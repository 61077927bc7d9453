"""The web application: routes, what surrounds every request, and headers."""

import logging
import time
from traceback import format_tb
from types import MappingProxyType

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from bot.services import Services
from bot.web import api, health, pages, texts
from bot.web.keys import METRICS, SERVICES, TEMPLATES
from bot.web.links import read_state
from bot.web.metrics import route_label
from bot.web.rendering import FOLDER, make_environment, render

_log = logging.getLogger(__name__)

SECURITY_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
)
_FOR_GOOD = "public, max-age=31536000, immutable"


def make_app(services: Services) -> web.Application:
    """The web channel. It opens nothing: who made the services closes them.

    To be run without aiohttp's access log, whose lines hold readers' addresses and what links and
    the API's searches carry in `q`.
    """
    logging.getLogger("aiohttp.server").addFilter(name_nobody)
    app = web.Application(middlewares=[measure, tell_errors])
    app[SERVICES] = services
    app[TEMPLATES] = make_environment()
    app[METRICS] = services.metrics
    pages.add_pages(app)
    api.add_api(app)
    health.add_health(app)
    app.router.add_static("/static", FOLDER / "static")
    app.on_response_prepare.append(set_headers)
    return app


def name_nobody(record: logging.LogRecord) -> bool:
    """Take out of aiohttp's lines the reader's address and, where unreadable, what was sent."""
    record.args = None
    record.msg = "Requête illisible ou interrompue."
    if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
        record.msg = f"Requête illisible ({type(record.exc_info[1]).__name__})."
        record.exc_info = record.exc_text = None
    return True


@web.middleware
async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Time every request under its route's template."""
    start = time.perf_counter()
    response = await handler(request)
    labels = request.app[METRICS].seconds.labels(route_label(request), str(response.status))
    labels.observe(time.perf_counter() - start)
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
        status = error.status
        headers = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
    except Exception as error:
        # The route's template, the error's class and its lines of code, not the path nor the
        # error's own message: a question must not reach the logs.
        lines = "".join(format_tb(error.__traceback__))
        _log.error("Panne sur %s : %s\n%s", route_label(request), type(error).__name__, lines)
        status = 500
    if request.path.startswith(api.PREFIX):
        response = api.error_response(status, code)
    else:
        response = _error_page(request, status)
    response.headers.update(headers)
    return response


def _error_page(request: web.Request, status: int) -> web.Response:
    title, text = texts.ERRORS.get(status, texts.ERRORS[500 if status >= 500 else 400])
    conversation = read_state(request.query, request.app[SERVICES].assistant.gazetteer)
    return render(request, "error.html", conversation, status=status, title=title, text=text)


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Strict headers on everything; a route that needs another value sets it first."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall("Server", None)
    if request.path.startswith("/static/") and response.status == 200 and "v" in request.query:
        response.headers["Cache-Control"] = _FOR_GOOD
