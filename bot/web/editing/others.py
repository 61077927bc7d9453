"""The forms of desks, of facts and of the sentences around the answers."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.knowledge.blocks import blocks
from bot.knowledge.editing import proposed_id, told_of
from bot.knowledge.files import CONTACTS, FACTS, TEXTS
from bot.knowledge.freshness import resting_on
from bot.knowledge.model import ID_PATTERN
from bot.knowledge.rewriting import new_block, rewritten, settled, values_of
from bot.knowledge.texts import SCHEMA, Sentences
from bot.language.words import normalise
from bot.storage.editors import Place
from bot.web.editing.desk import SAY, Desk, by_key, moved, show
from bot.web.editing.entrance import Handler, editing


@dataclass(frozen=True, slots=True)
class Kind:
    """Desks or facts: objects of one file, each under its name; `named` makes that of a new one."""

    name: str
    file: str
    fields: tuple[str, ...]
    named: str


DESKS = Kind(
    "contact",
    CONTACTS,
    ("nom", "role", "pour_quoi", "telephone", "horaires", "adresse", "url"),
    "nom",
)
FACTS_TOLD = Kind("fait", FACTS, ("fait", "titre", "url", "date", "confiance"), "fait")


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence around the answers: its name, what is said by default, and what is said now."""

    name: str
    usual: str
    now: str

    @property
    def place(self) -> Place:
        return TEXTS, self.name.partition(".")[0]


def _listing(kind: Kind) -> Handler:
    async def listing(
        request: web.Request, desk: Desk, fields: Mapping[str, str]
    ) -> web.StreamResponse:
        """All of a kind, or those that hold some words."""
        words = normalise(typed := fields.get("q", "").strip()).split()
        found = {}
        for key, block in blocks(kind.file, desk.files.get(kind.file, "")).items():
            if key and all(word in normalise(block) for word in words):
                found[key] = values_of(block).get(key) or {}
        return show(
            request,
            "objets",
            desk,
            kind=kind,
            found=found,
            typed=typed,
            changed={key for file, key in desk.changed if file == kind.file},
        )

    return listing


def _opening(kind: Kind) -> Handler:
    async def opening(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
        key = request.match_info.get("key", "")
        block = desk.block((kind.file, key)) if key else ""
        if key and not block:
            raise web.HTTPNotFound
        if key:
            await desk.opened((kind.file, key))
        values = values_of(block).get(key) or {}
        filled = {one: settled(str(values.get(one, ""))) for one in kind.fields}
        return await _object(request, desk, kind, key, filled)

    return opening


def _keeping(kind: Kind) -> Handler:
    async def keeping(
        request: web.Request, desk: Desk, fields: Mapping[str, str]
    ) -> web.StreamResponse:
        """Keep it in the draft, show what is wrong with it, or drop what was changed."""
        key, act = request.match_info.get("key", ""), fields.get("faire", "enregistrer")
        if key and not desk.block((kind.file, key)):
            raise web.HTTPNotFound
        if act == "abandonner" and key:
            await desk.editors.drop(desk.session.name, (kind.file, key))
            return moved(request, f"/{kind.name}s?fait=abandonne")
        if act != "enregistrer" or not settled(fields.get(kind.named, "")):
            return await _object(request, desk, kind, key, fields, typed=True)
        if not key:
            taken = {*blocks(kind.file, desk.files.get(kind.file, ""))}
            key = proposed_id(fields[kind.named], taken)
        block = await asyncio.to_thread(_object_block, desk, kind, key, fields)
        await desk.keep({(kind.file, key): block})
        return moved(request, f"/{kind.name}/{key}?fait=enregistre")

    return keeping


def _object_block(desk: Desk, kind: Kind, key: str, fields: Mapping[str, str]) -> str:
    values = {one: " ".join(settled(fields.get(one, "")).split()) for one in kind.fields}
    block = desk.block((kind.file, key))
    if not block:
        return new_block(values, name=key)
    known = values_of(block).get(key) or {}
    new = {one: told for one, told in values.items() if told != str(known.get(one, "")).strip()}
    return rewritten(block, {(key, one): told or None for one, told in new.items()})


async def _object(
    request: web.Request,
    desk: Desk,
    kind: Kind,
    key: str,
    fields: Mapping[str, str],
    *,
    typed: bool = False,
) -> web.Response:
    place = (kind.file, key or "nouveau")
    written = {place: _object_block(desk, kind, place[1], fields)} if typed else {}
    problems = {}
    if key or typed:
        files = await asyncio.to_thread(desk.over, written)
        problems = by_key(await asyncio.to_thread(told_of, files, *place, desk.today))
    base = desk.services.assistant.base
    return show(
        request,
        "objet",
        desk,
        kind=kind,
        key=key,
        values=fields,
        problems=problems,
        colleague=desk.others.get(place, ""),
        draft=place in desk.changed,
        typed=typed,
        resting={one: base.entries[one].question for one in resting_on(base, key)}
        if kind is FACTS_TOLD
        else {},
    )


async def texts(request: web.Request, desk: Desk, fields: Mapping[str, str]) -> web.StreamResponse:
    """The sentences around the answers, all or those that hold some words."""
    words = normalise(typed := fields.get("q", "").strip()).split()
    groups: dict[str, list[Text]] = {}
    for text in _texts(desk):
        told = normalise(f"{text.name} {text.now}")
        if all(word in told for word in words):
            section, dot, _ = text.name.partition(".")
            groups.setdefault(section if dot else "", []).append(text)
    shown = dict(
        sorted(groups.items(), key=lambda one: list(SAY["textes"]["parties"]).index(one[0]))
    )
    return show(request, "textes", desk, groups=shown, typed=typed)


def _texts(desk: Desk) -> Iterator[Text]:
    """Every sentence, as she has it."""
    own: dict[str, object] = {}
    for block in blocks(TEXTS, desk.files.get(TEXTS, "")).values():
        own |= values_of(block)
    for name, field in SCHEMA.model_fields.items():
        part = field.annotation
        if isinstance(part, type) and issubclass(part, Sentences):
            held = own.get(name)
            section = held if isinstance(held, dict) else {}
            for key, inner in part.model_fields.items():
                yield Text(f"{name}.{key}", *_said(inner.default, section.get(key)))
        else:
            yield Text(name, *_said(field.default, own.get(name)))


def _said(usual: object, now: object) -> tuple[str, str]:
    usual = settled(str(usual))
    return usual, settled(str(now)) if now else usual


async def text(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    found = _text(request, desk)
    await desk.opened(found.place)
    return await _text_form(request, desk, found)


async def keep_text(
    request: web.Request, desk: Desk, fields: Mapping[str, str]
) -> web.StreamResponse:
    """Keep a sentence in the draft; one left empty is the usual one again."""
    found, act = _text(request, desk), fields.get("faire", "enregistrer")
    if act == "abandonner":
        await desk.editors.drop(desk.session.name, found.place)
        return moved(request, "/textes?fait=abandonne")
    told = settled(fields.get("texte", ""))
    block = _text_block(desk, found, "" if act == "defaut" else told)
    if act == "verifier":
        changed = Text(found.name, found.usual, told)
        return await _text_form(request, desk, changed, {found.place: block})
    await desk.keep({found.place: block})
    return moved(request, f"/texte/{found.name}?fait=enregistre")


def _text(request: web.Request, desk: Desk) -> Text:
    name = request.match_info["text"]
    found = next((one for one in _texts(desk) if one.name == name), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _text_block(desk: Desk, found: Text, told: str) -> str:
    section, dot, key = found.name.partition(".")
    value = told if told != found.usual else None
    if block := desk.block(found.place):
        keys = (section, key) if dot else (section,)
        return rewritten(block, {keys: value}) if told != found.now else block
    return new_block({key: value}, name=section) if dot else new_block({section: value})


async def _text_form(
    request: web.Request, desk: Desk, found: Text, written: Mapping[Place, str] | None = None
) -> web.Response:
    files, (file, section) = await asyncio.to_thread(desk.over, written or {}), found.place
    told = await asyncio.to_thread(told_of, files, file, section, desk.today)
    _, dot, last = found.name.rpartition(".")
    return show(
        request,
        "texte",
        desk,
        text=found,
        problems=[
            one for one in told if (one.key == last if dot else f"« {last} »" in one.message)
        ],
        colleague=desk.others.get(found.place, ""),
        draft=found.place in desk.changed,
        typed=bool(written),
    )


_KEY = "{key:" + ID_PATTERN.strip("^$").replace("(", "(?:") + "}"
ROUTES = (
    *(
        route
        for kind in (DESKS, FACTS_TOLD)
        for route in (
            web.get(f"/redaction/{kind.name}s", editing(_listing(kind))),
            web.post(f"/redaction/{kind.name}s", editing(_listing(kind))),
            web.get(f"/redaction/{kind.name}-nouveau", editing(_opening(kind))),
            web.post(f"/redaction/{kind.name}-nouveau", editing(_keeping(kind))),
            web.get(f"/redaction/{kind.name}/{_KEY}", editing(_opening(kind))),
            web.post(f"/redaction/{kind.name}/{_KEY}", editing(_keeping(kind))),
        )
    ),
    web.get("/redaction/textes", editing(texts)),
    web.post("/redaction/textes", editing(texts)),
    web.get("/redaction/texte/{text}", editing(text)),
    web.post("/redaction/texte/{text}", editing(keep_text)),
)
