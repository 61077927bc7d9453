"""What operators and their machines ask: alive, ready, counters."""

import hmac
import json
import logging
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.knowledge.problem import in_words
from bot.services import Services
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
    base, troubles = services.assistant.base, await _troubles(request)
    state: dict[str, Any] = {
        "ready": True,
        "degraded": [part for part, trouble in troubles.items() if trouble],
        "knowledge": {
            "revision": base.revision,
            "entries": len(base.entries),
            "problems": in_words(services.knowledge.problems),
            "warnings": in_words(services.knowledge.warnings),
        },
        **{part: trouble or "ok" for part, trouble in troubles.items() if part != "knowledge"},
    }
    # An editor reads it too: her accents as they are.
    text = json.dumps(state, ensure_ascii=False, indent=2)
    return web.json_response(text=text)


async def _troubles(request: web.Request) -> dict[str, str]:
    """What is wrong with each part, in words; empty where nothing is."""
    services = request.app[SERVICES]
    troubles = {
        "knowledge": "\n".join(in_words(services.knowledge.problems)),
        "database": await _trouble(services),
    }
    if TELEGRAM_PROBLEM in request.app:
        troubles["telegram"] = request.app[TELEGRAM_PROBLEM]() or ""
    return troubles


async def _trouble(services: Services) -> str:
    """What is wrong with the database, in words that hold no address and no password."""
    database = services.database
    try:
        current = await within(PATIENCE, database.up_to_date())
    except TimeoutError:
        return "ne répond pas"
    except Exception as error:
        # Whatever the driver raises, this page must answer; messages may hold the password.
        _log.warning("La base de données est injoignable : %s.", type(error).__name__)
        return "injoignable"
    if not current:
        return "pas à jour : lancez « python -m bot migrate »"
    late = database.patience.failing or services.tallies.late
    return "ne peut pas être écrite : reste-t-il de la place ?" if late else ""


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
    counted = request.app[SERVICES].metrics
    for part, trouble in (await _troubles(request)).items():
        counted.degraded.labels(part).set(bool(trouble))
    return web.Response(
        body=generate_latest(counted.registry),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


ROUTES = (web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics))
