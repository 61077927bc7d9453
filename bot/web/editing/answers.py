"""The list of the answers, with what each needs; several checked, or printed, at once."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.conversation.markup import parse
from bot.knowledge.editing import edited, needs
from bot.knowledge.files import FAQ
from bot.knowledge.model import Entry
from bot.knowledge.rewriting import values_of
from bot.language.words import normalise
from bot.web.editing import answer_form
from bot.web.editing.desk import SAY, Desk, moved, show
from bot.web.editing.entrance import editing
from bot.web.editing.requests import asked_near

#: What an answer may need, besides what `needs` says.
_ASKED = "refus"


@dataclass(frozen=True, slots=True)
class Row:
    """An answer in the list: what it needs, and who is at it."""

    key: str
    question: str
    needs: Sequence[str]
    draft: bool
    colleague: str
    refused: int = 0


async def listing(
    request: web.Request, desk: Desk, fields: Mapping[str, str]
) -> web.StreamResponse:
    """All answers by theme, those that need one thing, or those that hold some words."""
    typed, need = fields.get("q", "").strip(), request.query.get("besoin", "")
    entries, refused = desk.services.assistant.base.entries, await asked_near(request, desk)
    rows = {key: _row(desk, entry, refused.get(key, 0)) for key, entry in entries.items()}
    counts = {one: sum(one in row.needs for row in rows.values()) for one in SAY["besoins"]}
    words = normalise(typed).split()
    shown = {
        key: row
        for key, row in rows.items()
        if (not need or need in row.needs) and _holds(entries[key], words)
    }
    new = [
        Row(key, str(values_of(draft.block).get("question", key)), (), True, "")
        for (file, key), draft in desk.changed.items()
        if file == FAQ and key not in entries and draft.block
    ]
    titles = {theme.id: theme.title for theme in desk.services.assistant.base.themes}
    groups: dict[str, list[Row]] = {
        SAY["liste"]["nouvelles"]: new,
        **{t: [] for t in titles.values()},
    }
    for key, row in shown.items():
        title = titles.get(entries[key].theme or "", SAY["liste"]["sans_theme"])
        groups.setdefault(title, []).append(row)
    return show(
        request,
        "liste",
        desk,
        groups={title: found for title, found in groups.items() if found},
        counts={one: count for one, count in counts.items() if count},
        total=len(entries),
        found=len(shown),
        need=need,
        typed=typed,
    )


def _row(desk: Desk, entry: Entry, refused: int) -> Row:
    place = (FAQ, entry.id)
    found = [*needs(entry, desk.today), *([_ASKED] if refused else [])]
    colleague = desk.others.get(place, "")
    return Row(entry.id, entry.question, found, place in desk.changed, colleague, refused)


def _holds(entry: Entry, words: Sequence[str]) -> bool:
    if not words:
        return True
    told = normalise(" ".join((entry.id, entry.question, entry.answer, *entry.variants)))
    return all(word in told for word in words)


async def several(
    request: web.Request, desk: Desk, fields: Mapping[str, str]
) -> web.StreamResponse:
    """Search, or say that the answers ticked were checked today: their dates go to the draft."""
    if fields.get("faire") != "verifier":
        return await listing(request, desk, fields)
    chosen = list(_chosen(desk, fields))
    if not chosen:
        return moved(request, "?fait=aucune")
    blocks = {
        (FAQ, key): edited(desk.block((FAQ, key)), {}, desk.today, checked=True) for key in chosen
    }
    await desk.keep(blocks)
    return moved(request, "/publier?fait=verifiees")


def _chosen(desk: Desk, fields: Mapping[str, str]) -> Iterator[str]:
    """The answers ticked."""
    for name in fields:
        _, ticked, key = name.partition("choix:")
        if ticked and desk.block((FAQ, key)):
            yield key


async def folder(request: web.Request, desk: Desk, fields: Mapping[str, str]) -> web.StreamResponse:
    """The answers ticked, to be printed and signed by whoever checks them; all if none is."""
    chosen = [*_chosen(desk, fields)] or [*desk.services.assistant.base.entries]
    entries = await asyncio.to_thread(lambda: [_printed(desk, key) for key in chosen])
    return show(request, "dossier", desk, entries=entries, parse=parse, day=desk.today)


def _printed(desk: Desk, key: str) -> Mapping[str, object]:
    """An answer as she has it, with its key."""
    return {"cle": key, "question": key, "reponse": "", **values_of(desk.block((FAQ, key)))}


ROUTES = (
    web.get("/redaction", editing(listing)),
    web.post("/redaction", editing(several)),
    web.get("/redaction/dossier", editing(folder)),
    web.post("/redaction/dossier", editing(folder)),
    *answer_form.ROUTES,
)
