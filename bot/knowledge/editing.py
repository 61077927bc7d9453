"""What a form does to the knowledge: dates filled, an id found, one text checked alone."""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping

from bot.knowledge.blocks import blocks, entry_keys, joined
from bot.knowledge.checking import check
from bot.knowledge.files import CONTACTS, FACTS, FAQ, PHRASINGS, TEXTS
from bot.knowledge.model import ID_LENGTH, Entry
from bot.knowledge.problem import Problem
from bot.knowledge.rewriting import Value, new_block, rewritten, settled, unwrapped, values_of
from bot.knowledge.style import VARIANTS
from bot.language.words import fold

#: What residents read of an entry, or what it rests on: changed, it has to be checked again.
_SAID = frozenset({"question", "en_bref", "reponse", "facile", "sources", "appuis", "contact"})
#: What was read to write it.
_READ = frozenset({"sources", "appuis"})
#: Months after which an answer is to be read again, where its editor says nothing else.
REVIEW_MONTHS = 6
_LESS = (
    "a au aux ce ces cette comment d dans de des du elle en est et faut il je l la le les ma mais "
    "me mes mon n ne nos notre on ou par pas peut pour puis qu quand que quel quelle quels quelles "
    "qui quoi s sa se ses si son sont sur t ton un une vos votre y"
)
_SMALL = frozenset(_LESS.split())


def needs(entry: Entry, today: dt.date) -> Iterator[str]:
    """What an entry waits for, the most pressing first."""
    if entry.expires_on and entry.expires_on < today:
        yield "expiree"
    if entry.review_on and entry.review_on < today:
        yield "a_revoir"
    if entry.checked_on is None:
        yield "jamais_verifiee"
    if len(entry.variants) < VARIANTS:
        yield "peu_de_facons"


def proposed_id(question: str, taken: Collection[str]) -> str:
    """A name for a new entry: the words of its question that say most."""
    words = re.findall(r"[a-z0-9]+", fold(question))
    kept = [word for word in words if word not in _SMALL] or words or ["reponse"]
    name = ""
    for word in kept[:4]:
        name = f"{name}-{word}".strip("-") if len(name) + len(word) < ID_LENGTH - 3 else name
    name = name or kept[0][: ID_LENGTH - 3]
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def later(day: dt.date, months: int = REVIEW_MONTHS) -> dt.date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)
    return after.replace(day=min(day.day, after.day))


def changes(block: str, wanted: Mapping[str, Value | None]) -> dict[str, Value | None]:
    """Those of the values that are not what the block says."""
    known = values_of(block)
    found: dict[str, Value | None] = {}
    for key, value in wanted.items():
        before, after = known.get(key), value or None
        if isinstance(after, str) and isinstance(before, str):
            plain = unwrapped if key == "reponse" else settled
            before, after = plain(before), settled(after)
        if isinstance(before, list) and isinstance(after, list | tuple):
            after = [*after]
        if before != after:
            found[key] = value
    return found


def edited(
    block: str, wanted: Mapping[str, Value | None], today: dt.date, *, checked: bool = False
) -> str:
    """An entry's block with what its form says, and the dates that follow from it.

    An answer that changes is no longer checked, unless its editor says that she has (`checked`);
    sources that change were read today. A date that she changes herself stays hers.
    """
    new = changes(block, wanted)
    dates: dict[str, Value | None] = {}
    if _READ & new.keys():
        dates["releve_le"] = today
    if checked:
        dates["verifie_le"] = today
    elif _SAID & new.keys() and values_of(block).get("verifie_le"):
        dates["verifie_le"] = None
    if checked or "releve_le" in dates:
        planned = values_of(block).get("revoir_le")
        if not isinstance(planned, dt.date) or planned < later(today):
            dates["revoir_le"] = later(today)
    return rewritten(block, {(key,): value for key, value in (dates | new).items()})


def new_entry(key: str, wanted: Mapping[str, Value | None], today: dt.date) -> str:
    """The block of an entry that begins, its sources read today."""
    dates = {"releve_le": today, "revoir_le": later(today)}
    told = {name: value or dates.get(name) for name, value in wanted.items()}
    return new_block({"id": key, **told}, entry=True)


def told_of(files: Mapping[str, str], file: str, key: str, today: dt.date) -> tuple[Problem, ...]:
    """What `check` says of one block, in a hundredth of a second; `files` hold it.

    What only the whole base can tell, as a way to ask that two entries share, is left out.
    """
    if file != FAQ:
        kept = {file: files.get(file, "")}
    else:
        found = blocks(FAQ, files[FAQ])
        head = {"", "version", "themes", "entrees", key} - ({*entry_keys(found)} - {key})
        kept = {FAQ: joined({name: text for name, text in found.items() if name in head})}
        kept[CONTACTS] = files.get(CONTACTS, "")
        cited = values_of(found.get(key, "")).get("appuis") or ()
        facts = blocks(FACTS, files.get(FACTS, ""))
        kept[FACTS] = joined({name: text for name, text in facts.items() if name in ("", *cited)})
        for name in PHRASINGS:
            if own := blocks(name, files.get(name, "")).get(key):
                kept[name] = own
    problems = check(kept, today).problems
    return tuple(
        one
        for one in problems
        if (one.file, one.code) != (FAQ, "voir-aussi-inconnu")
        and (one.file == file if file == TEXTS else one.entry == key)
    )
