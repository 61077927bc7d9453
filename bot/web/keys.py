"""What handlers find in the application; typed keys, never strings."""

from collections.abc import Callable

from aiohttp import web
from jinja2 import Environment

from bot.metrics import Metrics
from bot.services import Services

SERVICES = web.AppKey("services", Services)
TEMPLATES = web.AppKey("templates", Environment)
METRICS = web.AppKey("metrics", Metrics)
#: The path of PUBLIC_URL, with which all our links begin: « /galibot », or nothing.
ROOT = web.AppKey("root", str)
#: What keeps Telegram from serving, in French, or None when all is well. app.py sets it where
#: Telegram is started with the web; absent, /readyz does not speak of Telegram.
TELEGRAM_PROBLEM: web.AppKey[Callable[[], str | None]] = web.AppKey("telegram_problem")


def own_path(request: web.Request) -> str:
    """The path under ROOT, whether or not the proxy before us has taken ROOT away."""
    root = request.app[ROOT]
    return request.path.removeprefix(root) if request.path.startswith(f"{root}/") else request.path
