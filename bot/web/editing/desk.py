"""What an editor has before her: the files as published, her draft over them, who else is at it."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files as resources
from typing import Any

import yaml
from aiohttp import web

from bot.conversation.reply import Conversation
from bot.knowledge.blocks import blocks, with_blocks
from bot.knowledge.files import EDITED, PHRASINGS
from bot.knowledge.problem import Problem
from bot.language.typography import typeset
from bot.services import Services
from bot.storage.editors import Draft, Editors, Place, Session, form_token
from bot.web.keys import ROOT, SERVICES
from bot.web.rendering import render


def _typeset(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _typeset(one) for key, one in told.items()}
    return typeset(told) if isinstance(told, str) else told


#: All that the page says.
SAY: Mapping[str, Any] = _typeset(
    yaml.load((resources("bot") / "defaults/redaction.yaml").read_text("utf-8"), yaml.CSafeLoader)
)


@dataclass
class Desk:
    """An editor's view of the knowledge, for one request."""

    session: Session
    services: Services
    number: int  # of the newest revision
    published: Mapping[str, str]  # its files
    drafts: Mapping[Place, Draft]
    others: Mapping[Place, str]
    now: dt.datetime
    blocks: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def editors(self) -> Editors:
        return Editors(self.services.database)

    @property
    def today(self) -> dt.date:
        return self.services.assistant.today()

    @cached_property
    def changed(self) -> dict[Place, Draft]:
        """Her drafts that say something else than what is published."""
        return {
            place: draft
            for place, draft in self.drafts.items()
            if draft.block != self.public_block(place)
        }

    @cached_property
    def files(self) -> dict[str, str]:
        """The files with her draft over them."""
        return self.over({})

    def over(self, written: Mapping[Place, str]) -> dict[str, str]:
        """The files with her draft, and these blocks, over them."""
        found = dict(self.published)
        drafts = {place: draft.block for place, draft in self.changed.items()}
        changed: dict[str, dict[str, str | None]] = {}
        for (file, key), block in (drafts | dict(written)).items():
            changed.setdefault(file, {})[key] = block or None
        for file, blocks_of_file in changed.items():
            found[file] = with_blocks(file, found.get(file, ""), blocks_of_file)
        return found

    def public_block(self, place: Place) -> str:
        """A block as published; empty where it is not."""
        file, key = place
        if file not in self.blocks:
            self.blocks[file] = blocks(file, self.published.get(file, ""))
        return self.blocks[file].get(key, "")

    def block(self, place: Place) -> str:
        """A block as she has it; empty where there is none."""
        draft = self.drafts.get(place)
        return draft.block if draft else self.public_block(place)

    @staticmethod
    def blocks_of(files: Mapping[str, str]) -> Callable[[Place], str]:
        """What gives a block of other files; empty where it is not there."""
        return lambda place: blocks(place[0], files.get(place[0], "")).get(place[1], "")

    async def keep(self, changed: Mapping[Place, str]) -> None:
        """Keep these blocks in her draft; one that is as published is no draft."""
        same = [place for place, block in changed.items() if block == self.public_block(place)]
        kept = {place: block for place, block in changed.items() if place not in same}
        if same:
            await self.editors.drop(self.session.name, *same)
        if kept:
            await self.editors.keep(self.session.name, kept, self.number, self.now)

    async def opened(self, place: Place) -> None:
        """Tell colleagues that she has this text before her."""
        await self.editors.open(self.session.name, place, self.number, self.now)


async def desk_of(request: web.Request, session: Session) -> Desk:
    """The desk of an editor, as things stand now."""
    services = request.app[SERVICES]
    now = dt.datetime.now(dt.UTC)
    newest = await services.revisions.newest()
    number = newest.number if newest else 0
    published = await services.revisions.files(number) if newest else {}
    editors = Editors(services.database)
    desk = Desk(
        session,
        services,
        number,
        {name: text for name, text in published.items() if name in EDITED},
        await editors.drafts(session.name),
        await editors.others(session.name, now),
        now,
    )
    if desk.drafts:
        # Files are cut in tens of milliseconds: not on the event loop.
        await asyncio.to_thread(getattr, desk, "files")
    return desk


def by_key(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """What is wrong, by the field of the form that it is told beside."""
    found: dict[str, list[Problem]] = {}
    for one in problems:
        found.setdefault("banque" if one.file in PHRASINGS else one.key, []).append(one)
    return found


def show(
    request: web.Request, name: str, desk: Desk | None = None, *, status: int = 200, **context: Any
) -> web.Response:
    """A page of the editors', kept by no browser."""
    key = request.app[SERVICES].pseudonym_key
    response = render(
        request,
        f"redaction/{name}.html",
        Conversation(started=True),
        status=status,
        say=SAY,
        desk=desk,
        here=f"{request.app[ROOT]}/redaction",
        token=form_token(key, desk.session) if desk else "",
        told=context.pop("told", "") or SAY["fait"].get(request.query.get("fait", ""), ""),
        **context,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def moved(request: web.Request, path: str) -> web.Response:
    """Go on to another of the editors' pages, so that « reload » sends nothing again."""
    return web.Response(status=303, headers={"Location": f"{request.app[ROOT]}/redaction{path}"})
