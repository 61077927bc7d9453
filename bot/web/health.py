"""What operators and their machines ask: alive, ready, counters."""

import asyncio
import json
import logging
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.knowledge.problem import in_words
from bot.storage.database import Database
from bot.web.keys import SERVICES, TELEGRAM_PROBLEM

DATABASE_SECONDS = 3.0

_log = logging.getLogger(__name__)


async def alive(_: web.Request) -> web.Response:
    """The process answers; nothing else is looked at, so that nothing else gets it restarted."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Whether residents can be served.

    Refused knowledge files are told, but the last good base still serves: that is ready.
    """
    services = request.app[SERVICES]
    base = services.assistant.base
    database = await database_state(services.database)
    state: dict[str, Any] = {
        "ready": database == "ok",
        "knowledge": {
            "revision": base.revision,
            "entries": len(base.entries),
            "problems": in_words(services.knowledge.problems),
            "warnings": in_words(services.knowledge.warnings),
        },
        "database": database,
    }
    if TELEGRAM_PROBLEM in request.app:
        problem = request.app[TELEGRAM_PROBLEM]()
        state["telegram"] = problem or "ok"
        state["ready"] = state["ready"] and problem is None
    # An editor reads it too: her accents as they are.
    text = json.dumps(state, ensure_ascii=False, indent=2)
    return web.json_response(text=text, status=200 if state["ready"] else 503)


async def database_state(database: Database) -> str:
    """« ok », or what is wrong in a few words that hold no address and no password."""
    try:
        current = await asyncio.wait_for(database.up_to_date(), DATABASE_SECONDS)
    except TimeoutError:
        return "ne répond pas"
    except Exception as error:
        # Whatever the driver raises, this page must answer; messages may hold the password.
        _log.warning("La base de données est injoignable : %s.", type(error).__name__)
        return "injoignable"
    return "ok" if current else "pas à jour : lancez « python -m bot migrate »"


async def metrics(request: web.Request) -> web.Response:
    return web.Response(
        body=generate_latest(request.app[SERVICES].metrics.registry),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


ROUTES = (web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics))
