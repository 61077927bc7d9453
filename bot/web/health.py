"""What operators and their machines ask: alive, ready, counters."""

import hmac
import json
import logging
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.knowledge.problem import in_words
from bot.storage.database import Database
from bot.storage.patience import PATIENCE, within
from bot.web.callers import from_here
from bot.web.door import alive
from bot.web.keys import METRICS_TOKEN, SERVICES, TELEGRAM_PROBLEM

_log = logging.getLogger(__name__)


async def ready(request: web.Request) -> web.Response:
    """Residents are served on the web: it answers. `degraded` names what else does not work.

    Neither the database nor Telegram may take the web out of a balancer: it answers without them.
    """
    services = request.app[SERVICES]
    base = services.assistant.base
    database = await database_state(services.database)
    if database == "ok" and (services.database.patience.failing or services.tallies.late):
        database = "ne peut pas être écrite : reste-t-il de la place ?"
    problems = in_words(services.knowledge.problems)
    state: dict[str, Any] = {
        "ready": True,
        "degraded": [],
        "knowledge": {
            "revision": base.revision,
            "entries": len(base.entries),
            "problems": problems,
            "warnings": in_words(services.knowledge.warnings),
        },
        "database": database,
    }
    troubles = {"knowledge": bool(problems), "database": database != "ok"}
    if TELEGRAM_PROBLEM in request.app:
        problem = request.app[TELEGRAM_PROBLEM]()
        state["telegram"] = problem or "ok"
        troubles["telegram"] = problem is not None
    state["degraded"] = [name for name, trouble in troubles.items() if trouble]
    # An editor reads it too: her accents as they are.
    text = json.dumps(state, ensure_ascii=False, indent=2)
    return web.json_response(text=text)


async def database_state(database: Database) -> str:
    """« ok », or what is wrong in a few words that hold no address and no password."""
    try:
        current = await within(PATIENCE, database.up_to_date())
    except TimeoutError:
        return "ne répond pas"
    except Exception as error:
        # Whatever the driver raises, this page must answer; messages may hold the password.
        _log.warning("La base de données est injoignable : %s.", type(error).__name__)
        return "injoignable"
    return "ok" if current else "pas à jour : lancez « python -m bot migrate »"


async def metrics(request: web.Request) -> web.Response:
    """Counters, for who shows METRICS_TOKEN; where there is none, for this machine alone."""
    token = request.app[METRICS_TOKEN]
    shown = request.headers.get("Authorization", "")
    expected = f"Bearer {token}".encode()
    if not (
        hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), expected)
        if token
        else from_here(request)
    ):
        raise web.HTTPForbidden
    return web.Response(
        body=generate_latest(request.app[SERVICES].metrics.registry),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


ROUTES = (web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics))
