"""The forms of the desks (contacts.yaml), and of the sentences around the answers (textes.yaml)."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.knowledge.blocks import blocks
from bot.knowledge.editing import proposed_id, told_of
from bot.knowledge.files import CONTACTS, TEXTS
from bot.knowledge.model import ID_PATTERN
from bot.knowledge.rewriting import new_block, rewritten, settled, values_of
from bot.knowledge.texts import SCHEMA, Sentences
from bot.language.words import normalise
from bot.storage.editors import Place
from bot.web.editing.desk import SAY, Desk, by_key, moved, show
from bot.web.editing.entrance import editing

_CONTACT = ("nom", "role", "pour_quoi", "telephone", "horaires", "adresse", "url")


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence around the answers: its name, what is said by default, and what is said now."""

    name: str
    usual: str
    now: str

    @property
    def place(self) -> Place:
        return TEXTS, self.name.partition(".")[0]


async def contacts(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    """The desks, with what each is without."""
    found = {
        key: (values_of(block).get(key) or {}, (CONTACTS, key) in desk.changed)
        for key, block in blocks(CONTACTS, desk.files.get(CONTACTS, "")).items()
        if key
    }
    return show(request, "contacts", desk, contacts=found)


async def contact(request: web.Request, desk: Desk, _: Mapping[str, str]) -> web.StreamResponse:
    key = request.match_info.get("contact", "")
    block = desk.block((CONTACTS, key)) if key else ""
    if key and not block:
        raise web.HTTPNotFound
    if key:
        await desk.opened((CONTACTS, key))
    values = values_of(block).get(key) or {}
    return await _contact(request, desk, key, {one: str(values.get(one, "")) for one in _CONTACT})


async def keep_contact(
    request: web.Request, desk: Desk, fields: Mapping[str, str]
) -> web.StreamResponse:
    """Keep a desk in the draft, or drop what was changed of it."""
    key, act = request.match_info.get("contact", ""), fields.get("faire", "enregistrer")
    if key and not desk.block((CONTACTS, key)):
        raise web.HTTPNotFound
    if act == "abandonner" and key:
        await desk.editors.drop(desk.session.name, (CONTACTS, key))
        return moved(request, "/contacts?fait=abandonne")
    values = {one: settled(fields.get(one, "")).replace("\n", " ") or None for one in _CONTACT}
    if act != "enregistrer" or not values["nom"]:
        return await _contact(request, desk, key, fields, typed=True)
    if not key:
        taken = {*blocks(CONTACTS, desk.files.get(CONTACTS, ""))}
        key = proposed_id(fields["nom"], taken)
    await desk.keep({(CONTACTS, key): _contact_block(desk, key, values)})
    return moved(request, f"/contact/{key}?fait=enregistre")


def _contact_block(desk: Desk, key: str, values: Mapping[str, str | None]) -> str:
    block = desk.block((CONTACTS, key))
    if not block:
        return new_block(values, name=key)
    known = values_of(block).get(key) or {}
    new = {
        one: told
        for one, told in values.items()
        if settled(str(known.get(one, ""))) != (told or "")
    }
    return rewritten(block, {(key, one): told for one, told in new.items()})


async def _contact(
    request: web.Request, desk: Desk, key: str, fields: Mapping[str, str], *, typed: bool = False
) -> web.Response:
    place = (CONTACTS, key or "nouveau-contact")
    written = {}
    if typed:
        values = {one: settled(fields.get(one, "")) or None for one in _CONTACT}
        written = {place: _contact_block(desk, place[1], values)}
    problems = {}
    if key or typed:
        files = desk.over(written)
        problems = by_key(await asyncio.to_thread(told_of, files, *place, desk.today))
    return show(
        request,
        "contact",
        desk,
        key=key,
        values=fields,
        problems=problems,
        names=_CONTACT,
        colleague=desk.others.get(place, ""),
        draft=place in desk.changed,
        typed=typed,
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
    files, (file, section) = desk.over(written or {}), found.place
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


_KEY = ID_PATTERN.strip("^$").replace("(", "(?:")
ROUTES = (
    web.get("/redaction/contacts", editing(contacts)),
    web.get("/redaction/contact-nouveau", editing(contact)),
    web.post("/redaction/contact-nouveau", editing(keep_contact)),
    web.get(f"/redaction/contact/{{contact:{_KEY}}}", editing(contact)),
    web.post(f"/redaction/contact/{{contact:{_KEY}}}", editing(keep_contact)),
    web.get("/redaction/textes", editing(texts)),
    web.post("/redaction/textes", editing(texts)),
    web.get("/redaction/texte/{text}", editing(text)),
    web.post("/redaction/texte/{text}", editing(keep_text)),
)
