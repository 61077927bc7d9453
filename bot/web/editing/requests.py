"""What was asked in vain, grouped: with one tap a way to ask more, a new answer, or nothing."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from bot.knowledge.files import PHRASINGS
from bot.knowledge.rewriting import new_block, rewritten, values_of
from bot.web.editing.desk import Desk, moved, show
from bot.web.editing.entrance import editing

if TYPE_CHECKING:
    from bot.conversation.alike import Group

DAYS = 30


#: When the groups were made, and of what: it takes milliseconds a question.
GROUPS: web.AppKey["dict[str, tuple[float, tuple[Group, ...]]]"] = web.AppKey("groups")
_KEPT = 120.0


async def _groups(request: web.Request, desk: Desk) -> "tuple[Group, ...]":
    """What was asked in vain, as it was two minutes ago at most."""
    made, now = request.app[GROUPS], time.monotonic()
    name = desk.services.assistant.base.revision
    if name not in made or now - made[name][0] > _KEPT:
        found = await desk.services.asked.groups(DAYS)
        made.clear()
        made[name] = now, found
    return made[name][1]


async def refused_near(request: web.Request, desk: Desk) -> dict[str, int]:
    """How many questions were asked in vain near each answer, by its id."""
    found: dict[str, int] = {}
    for group in await _groups(request, desk):
        if group.nearest:
            found[group.nearest] = found.get(group.nearest, 0) + group.count
    return found


async def page(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    groups = await _groups(request, desk)
    entries = desk.services.assistant.base.entries
    votes = await desk.services.database.votes()
    disliked = sorted(
        ((bad, good, key) for key, (good, bad) in votes.items() if bad and key in entries),
        reverse=True,
    )
    return show(
        request, "demandes", desk, groups=groups, entries=entries, disliked=disliked, days=DAYS
    )


async def act(request: web.Request, desk: Desk, fields: Mapping[str, str]) -> web.StreamResponse:
    """Add a group's words to the ways to ask of an answer, or never show them again."""
    examples = tuple(filter(None, fields.get("exemples", "").split("\n")))
    if fields.get("faire") == "ignorer":
        for group in await _groups(request, desk):
            if group.examples == examples:
                await desk.services.asked.ignore(group)
        request.app[GROUPS].clear()
        return moved(request, "/demandes?fait=ignoree")
    key = fields.get("entree", "")
    if key not in desk.services.assistant.base.entries:
        raise web.HTTPBadRequest
    file = next((name for name in PHRASINGS if name in desk.published), PHRASINGS[0])
    block = desk.block((file, key))
    known = values_of(block).get(key) or []
    ways = [*known, *(one for one in examples if one not in known)]
    await desk.keep(
        {(file, key): rewritten(block, {(key,): ways}) if block else new_block({key: ways})}
    )
    return moved(request, "/demandes?fait=ajoutee")


ROUTES = (
    web.get("/redaction/demandes", editing(page)),
    web.post("/redaction/demandes", editing(act)),
)
