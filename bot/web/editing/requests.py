"""What was asked in vain, grouped: with one tap a way to ask more, a new answer, or nothing."""

import asyncio
import time
from collections.abc import Mapping

from aiohttp import web

from bot.digest import Digest, make_digest
from bot.knowledge.files import PHRASINGS
from bot.knowledge.rewriting import new_block, rewritten, settled, values_of
from bot.web.editing.desk import Desk, moved, show
from bot.web.editing.entrance import editing
from bot.web.rendering import REASONS

DAYS = 30
#: The digest by what it was made from, and when: it takes milliseconds a question.
DIGESTS: web.AppKey[dict[str, tuple[float, asyncio.Task[Digest]]]] = web.AppKey("digests")
_KEPT = 120.0
#: Seconds for which the list of answers waits for it.
_PATIENCE = 2.0


async def _digest(request: web.Request, desk: Desk, most: float = _KEPT) -> Digest:
    """What happened in the last DAYS, as it was so many seconds ago at most."""
    made, now, services = request.app[DIGESTS], time.monotonic(), desk.services
    served = services.assistant.served
    name = served.base.revision
    if name not in made or now - made[name][0] >= most:
        making = make_digest(services.database, services.asked, served, DAYS)
        made.clear()
        made[name] = now, asyncio.create_task(making)
    return await asyncio.shield(made[name][1])


async def asked_near(request: web.Request, desk: Desk) -> dict[str, int]:
    """How many questions were asked in vain near each answer, by its id."""
    found: dict[str, int] = {}
    try:
        async with asyncio.timeout(_PATIENCE):
            groups = (await _digest(request, desk)).groups
    except TimeoutError:
        return {}
    for group in groups:
        if group.nearest:
            found[group.nearest] = found.get(group.nearest, 0) + group.count
    return found


async def page(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    digest = await _digest(request, desk, 0.0)
    base = desk.services.assistant.base
    reasons = {key: base.texts.web[name] for key, name in REASONS.items()}
    return show(
        request, "demandes", desk, digest=digest, entries=base.entries, reasons=reasons, days=DAYS
    )


async def act(request: web.Request, desk: Desk, fields: Mapping[str, str]) -> web.StreamResponse:
    """Add a group's words to the ways to ask of an answer, or never show them again."""
    given = settled(fields.get("exemples", ""))  # browsers end lines in their own way
    if fields.get("faire") == "ignorer":
        for group in (await _digest(request, desk)).groups:
            if settled("\n".join(group.examples)) == given:
                await desk.services.asked.ignore(group)
        request.app[DIGESTS].clear()
        return moved(request, "/demandes?fait=ignoree")
    key = fields.get("entree", "")
    if key not in desk.services.assistant.base.entries:
        raise web.HTTPBadRequest
    file = next((name for name in PHRASINGS if name in desk.published), PHRASINGS[0])
    block = desk.block((file, key))
    known = values_of(block).get(key) or []
    ways = [*known, *(one for one in given.split("\n") if one and one not in known)]
    await desk.keep(
        {(file, key): rewritten(block, {(key,): ways}) if block else new_block({key: ways})}
    )
    return moved(request, "/demandes?fait=ajoutee")


ROUTES = (
    web.get("/redaction/demandes", editing(page)),
    web.post("/redaction/demandes", editing(act)),
)
