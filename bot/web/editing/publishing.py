"""A draft tried, what it changes, its publication; the history, and what is taken back of it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from bot.conversation.markup import parse
from bot.conversation.reply import Question, Reply
from bot.knowledge.changes import Change, changes
from bot.knowledge.differences import Difference, differences
from bot.knowledge.problem import Problem
from bot.knowledge.rewriting import values_of
from bot.storage.editors import Place
from bot.storage.knowledge_files import KnowledgeError
from bot.storage.revisions import OvertakenError
from bot.storage.trials import Changed, Trials, test_questions
from bot.web.editing.desk import SAY, Desk, moved, show
from bot.web.editing.entrance import editing
from bot.web.keys import SERVICES

TRIALS = web.AppKey("trials", Trials)
#: Warnings and changed answers shown, at most.
_SHOWN = 60
#: Seconds for which the page waits for the draft; a longer work goes on behind it.
_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Edit:
    """A block that changes, in words, with each of its values that do."""

    what: str
    key: str
    values: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class _Replayed:
    """What is wrong with a draft, and which of so many questions get another answer.

    `changed` is None where that takes longer than anyone waits.
    """

    problems: Sequence[Problem] = ()
    changed: Sequence[Changed] | None = ()
    count: int = 0


def _edits(found: Sequence[Change]) -> list[Edit]:
    return [
        Edit(
            str(replace(one, key=_title(one))),
            one.key,
            list(differences(one.file, one.key, one.before, one.after)),
        )
        for one in found
    ]


def _title(change: Change) -> str:
    """A question says more than the id of its answer."""
    values = values_of(change.after or change.before) if change.entry else {}
    return str(values.get("question") or change.key)


async def trial_page(
    request: web.Request, desk: Desk, fields: Mapping[str, str]
) -> web.StreamResponse:
    """A question asked of what is served, and of her draft."""
    asked = fields.get("q", "").strip()
    replies: list[Reply] = []
    wrong: Sequence[Problem] = ()
    if asked:
        trial = await request.app[TRIALS].of(desk.files)
        wrong = trial.checked.errors
        tried = filter(None, (desk.services.assistant, trial.assistant))
        replies = [one.reply(Question(asked)) for one in tried]
    return show(request, "essayer", desk, asked=asked, replies=replies, problems=wrong, parse=parse)


async def summary(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    """What her draft changes: in the files, then in the answers; and what is wrong with it."""
    return await _summary(request, desk)


async def _summary(request: web.Request, desk: Desk, told: str = "") -> web.Response:
    result = await _replayed(request, desk) if desk.changed else _Replayed()
    keys = {key for _, key in desk.changed}
    problems = [one for one in result.problems if one.level == "error" or one.entry in keys]
    edits = await asyncio.to_thread(lambda: _edits(list(changes(desk.published, desk.files))))
    return show(
        request,
        "publier",
        desk,
        edits=edits,
        conflicts=await _overtaken(desk),
        problems=problems[:_SHOWN],
        wrong=any(one.level == "error" for one in problems),
        others=result.changed,
        shown=_SHOWN,
        count=result.count,
        answered=_answered,
        told=told,
    )


async def _replayed(request: web.Request, desk: Desk) -> _Replayed:
    """Test questions, and the last ones that were asked, answered by what is served and by her."""
    trials = request.app[TRIALS]
    try:
        async with asyncio.timeout(_PATIENCE):
            trial = await trials.of(desk.files)
            if trial.assistant is None:
                return _Replayed(trial.checked.problems)
            asked = test_questions(desk.services.assistant.base, trial.assistant.base)
            asked = list(dict.fromkeys((*asked, *await desk.services.asked.recent())))
            changed = await trials.changes(desk.files, asked)
            return _Replayed(trial.checked.problems, changed, len(asked))
    except TimeoutError:
        return _Replayed(changed=None)


async def _overtaken(desk: Desk) -> list[Place]:
    """What a colleague has published since she began to change it."""
    found = []
    for number in {draft.based_on for draft in desk.changed.values()} - {desk.number}:
        before = Desk.blocks_of(await desk.services.revisions.files(number))
        for place, draft in desk.changed.items():
            if draft.based_on == number and before(place) != desk.public_block(place):
                found.append(place)
    return found


def _answered(reply: Reply) -> str:
    """In a few words, what a reply is."""
    say = SAY["publier"]
    if reply.outcome.value in say["issues"]:
        return str(say["issues"][reply.outcome.value]).format(titre=reply.title or "")
    return reply.title or reply.text[:80]


async def publish(
    request: web.Request, desk: Desk, fields: Mapping[str, str]
) -> web.StreamResponse:
    """Publish her draft, or drop all of it."""
    if fields.get("faire") == "abandonner":
        await desk.editors.drop(desk.session.name)
        return moved(request, "?fait=abandonne")
    if not desk.changed:
        return moved(request, "/publier")
    try:
        published = await desk.services.revisions.publish(
            desk.files, based_on=desk.number, way="page", editor=desk.session.name, dated=True
        )
    except KnowledgeError:
        return await _summary(request, desk, SAY["publier"]["refuse"])
    except OvertakenError:
        return await _summary(request, desk, SAY["publier"]["depasse"])
    await desk.editors.drop(desk.session.name)
    request.app[TRIALS].forget()
    told = "publie_deux_fois" if published.conflicts else "publie"
    return moved(request, f"/historique?fait={told}")


async def history(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    revisions = await desk.services.revisions.history()
    return show(request, "historique", desk, revisions=revisions)


async def revision(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    """What one revision changed."""
    number = int(request.match_info["number"])
    found = [one for one in await desk.services.revisions.history(1000) if one.number == number]
    if not found:
        raise web.HTTPNotFound
    changed = await desk.services.revisions.differences(number) if number > 1 else []
    edits = await asyncio.to_thread(_edits, changed[:_SHOWN])
    return show(
        request, "version", desk, revision=found[0], edits=edits, more=len(changed) - _SHOWN
    )


async def undo(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    """Take back what one revision changed, at once."""
    number = int(request.match_info["number"])
    try:
        published = await request.app[SERVICES].revisions.undo(number, editor=desk.session.name)
    except (KnowledgeError, OvertakenError):
        return moved(request, f"/historique/{number}?fait=pas_defait")
    told = "defait_en_partie" if published.conflicts else "defait"
    return moved(request, f"/historique?fait={told}")


ROUTES = (
    web.get("/redaction/essayer", editing(trial_page)),
    web.post("/redaction/essayer", editing(trial_page)),
    web.get("/redaction/publier", editing(summary)),
    web.post("/redaction/publier", editing(publish)),
    web.get("/redaction/historique", editing(history)),
    web.get(r"/redaction/historique/{number:\d{1,9}}", editing(revision)),
    web.post(r"/redaction/historique/{number:\d{1,9}}", editing(undo)),
)
