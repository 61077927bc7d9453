"""The service within other sites' pages: the widget, frames, and the API for their scripts.

Only sites of EMBED_ORIGINS may; elsewhere the widget leaves a link to be a link.
"""

import json

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.web import api, pages, publication
from bot.web.assets import FOLDER
from bot.web.keys import EMBED, SERVICES, own_path, route_label

#: Seconds for which browsers keep the script, and what a preflight said.
_KEPT = 600
_SCRIPT = (FOLDER / "static" / "widget.js").read_text(encoding="utf-8").strip().removesuffix(";")
#: The pages of the conversation, and their errors (of no route): what a frame may hold.
_FRAMED = frozenset({*(one.path for one in (*pages.ROUTES, *publication.ROUTES)), "none"})


async def script(request: web.Request) -> web.Response:
    """The widget, with its words and the sites where it opens in the page."""
    texts = request.app[SERVICES].assistant.base.texts
    told = {
        "sites": _sites(request),
        "nom": texts["nom"],
        **{key: texts.mairie[key] for key in ("bouton", "bouton_fermer", "bouton_page")},
    }
    body = f"{_SCRIPT}({json.dumps(told, ensure_ascii=False)});\n"
    response = web.Response(text=body, content_type="text/javascript", charset="utf-8")
    response.headers["Cache-Control"] = f"public, max-age={_KEPT}"
    # Other sites' pages take it, the strictest too (COEP).
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@web.middleware
async def answer_preflights(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell a browser whether a page of another site may call the API (Fetch, « CORS »)."""
    asked = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not (asked and _of_the_api(request) and _allowed(request)):
        return await handler(request)
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": str(_KEPT),
        },
    )


def vary(response: web.StreamResponse, header: str) -> None:
    """Tell caches that what is sent also depends on this header of the request."""
    told = response.headers.get("Vary")
    response.headers["Vary"] = f"{told}, {header}" if told else header


def allow(request: web.Request, response: web.StreamResponse, policy: str) -> None:
    """Let the sites allowed read what the API says, and frame the pages."""
    if _of_the_api(request):
        vary(response, "Origin")
        if _allowed(request):
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
    elif _sites(request) and route_label(request) in _FRAMED:
        ancestors = f"frame-ancestors {' '.join(_sites(request))}"
        framed = policy.replace("frame-ancestors 'none'", ancestors)
        response.headers.setdefault("Content-Security-Policy", framed)


def _of_the_api(request: web.Request) -> bool:
    return own_path(request).startswith(api.PREFIX)


def _allowed(request: web.Request) -> bool:
    return request.headers.get("Origin") in _sites(request)


def _sites(request: web.Request) -> tuple[str, ...]:
    return request.app[EMBED]


ROUTES = (web.get("/widget.js", script),)
