"""What handlers find in the application and ask of every request; typed keys, never strings."""

from collections.abc import Callable

from aiohttp import web
from jinja2 import Environment

from bot.conversation.reply import Reply
from bot.services import Services

SERVICES = web.AppKey("services", Services)
TEMPLATES = web.AppKey("templates", Environment)
#: The path of PUBLIC_URL, with which all our links begin: « /galibot », or nothing.
ROOT = web.AppKey("root", str)
#: PUBLIC_URL, or nothing.
PUBLIC_URL = web.AppKey("public_url", str)
#: What keeps Telegram from serving, in French, or None when all is well. app.py sets it where
#: Telegram is started with the web; absent, /readyz does not speak of Telegram.
TELEGRAM_PROBLEM: web.AppKey[Callable[[], str | None]] = web.AppKey("telegram_problem")
#: How the web names itself in counters.
CHANNEL = "web"


def own_path(request: web.Request) -> str:
    """The path under ROOT, whether or not the proxy before us has taken ROOT away."""
    root = request.app[ROOT]
    return request.path.removeprefix(root) if request.path.startswith(f"{root}/") else request.path


def route_label(request: web.Request) -> str:
    """The route's template: a raw path could hold a question, and would be an endless label."""
    resource = request.match_info.route.resource
    return resource.canonical.removeprefix(request.app[ROOT]) if resource else "none"


def counted(request: web.Request, reply: Reply) -> Reply:
    """The reply, once it is counted."""
    request.app[SERVICES].metrics.replies.labels(CHANNEL, reply.outcome.value).inc()
    return reply
