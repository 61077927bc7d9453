"""The form of one answer: fields in French, what is wrong beside each, facts cited with a tap."""

import asyncio
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.knowledge.blocks import blocks
from bot.knowledge.editing import edited, new_entry, proposed_id, told_of
from bot.knowledge.files import CONTACTS, FAQ, PHRASINGS
from bot.knowledge.rewriting import Value, new_block, rewritten, settled, unwrapped, values_of
from bot.language.words import stems
from bot.storage.editors import Place
from bot.web.editing.desk import Desk, by_key, moved, show
from bot.web.editing.entrance import editing

_LONG = ("reponse", "facile")
_DATES = ("releve_le", "revoir_le", "expire_le")
#: The parts of a source, and the choices of answers to read next: as many as there are, and more.
_SOURCE, _MORE_SOURCES, _NEXT = ("titre", "url", "date"), 2, 3
#: Facts that a search shows.
_FACTS = 12


async def form(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    """An answer as she has it."""
    key = request.match_info["entry"]
    if not (block := desk.block((FAQ, key))):
        raise web.HTTPNotFound
    await desk.opened((FAQ, key))
    return await _form(request, desk, key, _fields(block, _bank(desk, key)))


async def blank(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    """A new answer."""
    return await _form(request, desk, "", {})


async def posted(request: web.Request, desk: Desk, fields: Mapping[str, str]) -> web.StreamResponse:
    """Keep what is written in the draft, show what is wrong with it, or drop it.

    What was asked in vain may begin a new answer.
    """
    key, act = request.match_info.get("entry", ""), fields.get("faire", "enregistrer")
    place = (FAQ, key)
    if key and not desk.block(place):
        raise web.HTTPNotFound
    if act == "commencer":
        return await _form(request, desk, "", {"variantes": fields.get("exemples", "")})
    if act == "abandonner" and key:
        await desk.editors.drop(desk.session.name, place, (_bank_file(desk), key))
        known = desk.public_block(place)
        return moved(request, f"/reponse/{key}?fait=abandonne" if known else "?fait=abandonne")
    if act == "retirer" and key:
        await desk.keep({place: ""})
        return moved(request, "/publier?fait=retiree")
    if act == "enregistrer" and settled(fields.get("question", "")):
        if not key:
            taken = {*blocks(FAQ, desk.files.get(FAQ, ""))}
            key = proposed_id(fields.get("identifiant") or fields["question"], taken)
        await desk.keep(await asyncio.to_thread(_written, desk, key, fields))
        if not fields.get("fait", "").strip():
            return moved(request, f"/reponse/{key}?fait=enregistre")
    return await _form(request, desk, key, fields, typed=True)


def _written(desk: Desk, key: str, fields: Mapping[str, str]) -> dict[Place, str]:
    """The blocks of an answer as its form says; its other ways to ask are in a file of theirs."""
    block, wanted, checked = desk.block((FAQ, key)), _wanted(fields), "verifie" in fields
    if block:
        made = edited(block, wanted, desk.today, checked=checked)
    else:
        made = new_entry(key, wanted, desk.today)
    written = {(FAQ, key): made}
    file, ways = _bank_file(desk), _lines(fields.get("banque", ""))
    if "banque" in fields and ways != _bank(desk, key):
        known = desk.block((file, key))
        written[file, key] = (
            "" if not ways
            else rewritten(known, {(key,): ways}) if known
            else new_block({key: ways})
        )  # fmt: skip
    return written


def _wanted(fields: Mapping[str, str]) -> dict[str, Value | None]:
    """The values that the form's fields say, in the order of the guide."""
    named = [name.partition("appui:")[2] for name in fields if name.startswith("appui:")]
    found: dict[str, Value | None] = {
        key: settled(fields[key] if key in _LONG else " ".join(fields[key].split())) or None
        for key in ("question", "theme", "en_bref", *_LONG)
        if key in fields
    }
    found["sources"] = _sources(fields)
    found["appuis"] = [name for name in named if re.fullmatch(r"[a-z0-9-]+", name)]
    found |= {key: _day(fields[key]) for key in _DATES if key in fields}
    following = (fields.get(f"suite-{number}", "") for number in range(20))
    found["voir_aussi"] = list(dict.fromkeys(filter(None, following)))
    found["contact"] = fields.get("contact") or None
    found["variantes"] = _lines(fields.get("variantes", ""))
    found["essais"] = _lines(fields.get("essais", ""))
    return found


def _sources(fields: Mapping[str, str]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for number in range(40):
        row = {part: fields.get(f"source-{number}-{part}", "").strip() for part in _SOURCE}
        told = {part: _day(one) if part == "date" else settled(one) for part, one in row.items()}
        if any(told.values()):
            found.append({part: one for part, one in told.items() if one})
    return found


def _day(text: str) -> dt.date | str | None:
    """A date; what is none stays as it was typed, for the check to tell."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return settled(text) or None


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, settled(text).split("\n"))))


def _fields(block: str, bank: Sequence[str]) -> dict[str, str]:
    """The fields of the form, as an answer's block fills them."""
    values = values_of(block)
    fields = {
        key: str(values.get(key) or "") for key in ("question", "theme", "en_bref", "contact")
    }
    fields["reponse"] = unwrapped(str(values.get("reponse") or ""))
    fields["facile"] = settled(str(values.get("facile") or ""))
    fields |= {key: str(values.get(key) or "") for key in (*_DATES, "verifie_le")}
    fields |= {key: "\n".join(values.get(key) or ()) for key in ("variantes", "essais")}
    fields["banque"] = "\n".join(bank)
    for number, source in enumerate(values.get("sources") or ()):
        fields |= {f"source-{number}-{part}": str(source.get(part) or "") for part in _SOURCE}
    fields |= {f"appui:{name}": "1" for name in values.get("appuis") or ()}
    fields |= {f"suite-{at}": name for at, name in enumerate(values.get("voir_aussi") or ())}
    fields["alarme"] = "1" if values.get("alarme") else ""
    return fields


def _bank_file(desk: Desk) -> str:
    return next((name for name in PHRASINGS if name in desk.published), PHRASINGS[0])


def _bank(desk: Desk, key: str) -> list[str]:
    """The ways to ask that the bank has for an answer."""
    found = values_of(desk.block((_bank_file(desk), key))).get(key)
    return [*map(str, found)] if isinstance(found, list) else []


async def _form(
    request: web.Request,
    desk: Desk,
    key: str,
    fields: Mapping[str, str],
    *,
    typed: bool = False,
) -> web.Response:
    """The form filled with these fields; `typed` ones are not kept yet, and checked as they are."""
    place = (FAQ, key)
    problems = {}
    if key or typed:
        name = key or proposed_id(fields.get("question") or "reponse", ())
        written = await asyncio.to_thread(_written, desk, name, fields) if typed else {}
        files = await asyncio.to_thread(desk.over, written)
        problems = by_key(await asyncio.to_thread(told_of, files, FAQ, name, desk.today))
    base = desk.services.assistant.base
    facts = await asyncio.to_thread(_facts, desk, fields)
    nexts = sum(name.startswith("suite-") for name in fields)
    rows = {name.split("-")[1] for name in fields if name.startswith("source-") and fields[name]}
    return show(
        request,
        "reponse",
        desk,
        key=key,
        values=fields,
        problems=problems,
        facts=facts,
        themes_choices=[(theme.id, theme.title) for theme in base.themes],
        contacts_known=_contacts(desk),
        questions={one: entry.question for one, entry in base.entries.items() if one != key},
        sources=range(len(rows) + _MORE_SOURCES),
        nexts=range(max(_NEXT, nexts)),
        colleague=desk.others.get(place, ""),
        draft=place in desk.changed or (_bank_file(desk), key) in desk.changed,
        known=bool(desk.public_block(place)),
        typed=typed,
    )


def _contacts(desk: Desk) -> dict[str, str]:
    """The desks she may name, those of her draft too: {key: name}."""
    base = desk.services.assistant.base
    found = {key: contact.name for key, contact in base.contacts.items()}
    for file, key in desk.changed:
        if file == CONTACTS and (held := values_of(desk.block((file, key))).get(key)):
            found[key] = str(held.get("nom") or key)
    return found


def _facts(desk: Desk, fields: Mapping[str, str]) -> list[tuple[str, str, str, bool]]:
    """The facts cited, then those found: (name, what it says, where it is from, whether cited)."""
    facts = desk.services.assistant.base.facts
    cited = [name.partition(":")[2] for name in fields if name.startswith("appui:")]
    words = set(stems(fields.get("fait", "")))
    ranked = []
    for name, fact in facts.items() if words else ():
        shared = len(words & set(stems(f"{fact.statement} {fact.title} {name}")))
        if shared and name not in cited:
            ranked.append((-shared, name))
    names = [*cited, *(name for _, name in sorted(ranked)[:_FACTS])]
    return [
        (name, facts[name].statement, f"{facts[name].title}, {facts[name].date}", name in cited)
        for name in names
        if name in facts
    ]


ROUTES = (
    web.get("/redaction/nouvelle", editing(blank)),
    web.post("/redaction/nouvelle", editing(posted)),
    web.get("/redaction/reponse/{entry}", editing(form)),
    web.post("/redaction/reponse/{entry}", editing(posted)),
)
