"""What handlers find in the application and ask of every request; typed keys, never strings."""

import re
from collections.abc import Callable

from aiohttp import web
from jinja2 import Environment

from bot.conversation.reply import Question, Reply
from bot.limits import Networks
from bot.services import Services
from bot.storage.database import SOURCE

SERVICES = web.AppKey("services", Services)
TEMPLATES = web.AppKey("templates", Environment)
#: The path of PUBLIC_URL, with which all our links begin: « /galibot », or nothing.
ROOT = web.AppKey("root", str)
TRUSTED: web.AppKey[Networks] = web.AppKey("trusted")
#: What a caller of /metrics from elsewhere has to show; None where nobody from elsewhere may.
METRICS_TOKEN: web.AppKey[str | None] = web.AppKey("metrics_token")
#: The service's own address, without a final slash; empty where none was given.
PUBLIC_URL = web.AppKey("public_url", str)
#: The sites whose pages may hold ours, as origins.
EMBED: web.AppKey[tuple[str, ...]] = web.AppKey("embed")
#: The address that opens Telegram on a commune (its code, or nothing), with a source. app.py sets
#: it where Telegram is started with the web.
TELEGRAM_LINK: web.AppKey[Callable[[str, str], str]] = web.AppKey("telegram_link")
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


def counted(
    request: web.Request, reply: Reply, question: Question | None = None, *, asked: bool = False
) -> Reply:
    """The reply, once it is counted; `asked`: it answers words, and not a button or a link.

    With the `question`, its words are kept too, masked.
    """
    services = request.app[SERVICES]
    services.metrics.replies.labels(CHANNEL, reply.outcome.value).inc()
    if question and question.text:
        services.tallies.question(CHANNEL, question, reply, services.assistant.served)
    elif asked:
        services.tallies.count(CHANNEL, reply, services.assistant.served)
    return reply


def count_arrival(request: web.Request) -> None:
    """Count that a link was followed where the address says where it was found: `?s=affiche`."""
    services, source = request.app[SERVICES], request.query.get("s", "")
    # « 1 » says that the conversation has begun: links between our pages bear it.
    if source != "1" and re.fullmatch(SOURCE, source):
        services.tallies.arrival(source, CHANNEL, services.assistant.today())
