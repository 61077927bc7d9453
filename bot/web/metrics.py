"""How the web names itself and its routes in counters."""

from aiohttp import web

from bot.web.keys import ROOT

CHANNEL = "web"


def route_label(request: web.Request) -> str:
    """The route's template: a raw path could hold a question, and would be an endless label."""
    resource = request.match_info.route.resource
    return resource.canonical.removeprefix(request.app[ROOT]) if resource else "none"
