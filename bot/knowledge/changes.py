"""What differs between two sets of knowledge files, block by block, and in an editor's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.blocks import Conflict, blocks, entry_keys, joined, merged
from bot.knowledge.files import CONTACTS, FACTS, FAQ, PHRASINGS, TEXTS

#: Where a thousand blocks change, who looks at the history reads these.
TOLD = 40
#: What a block of a file is, and how French words agree with it.
_KINDS = {
    CONTACTS: ("Contact", ""),
    FACTS: ("Fait", ""),
    TEXTS: ("Texte", ""),
    **dict.fromkeys(PHRASINGS, ("Façons de demander", "es")),
}
_ENTRY = ("Réponse", "e")


@dataclass(frozen=True, slots=True)
class Change:
    """A block before and after; an empty text: it was not there, or is no more."""

    file: str
    key: str
    before: str
    after: str
    entry: bool = False  # of faq.yaml

    def __str__(self) -> str:
        kind, ending = _ENTRY if self.entry else _KINDS.get(self.file, (self.file, ""))
        done = "modifié" if self.before and self.after else "ajouté" if self.after else "retiré"
        return f"{kind} {done}{ending}" + (f" : {self.key}" if self.key else "")


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """What changed from one set of files to the other, {name: text}; spaces apart."""
    for name in dict.fromkeys((*after, *before)):
        if before.get(name) == after.get(name):
            continue
        was, now = (blocks(name, files.get(name, "")) for files in (before, after))
        entries = {*entry_keys(was), *entry_keys(now)} if name == FAQ else set()
        for key in dict.fromkeys((*now, *was)):
            old, new = was.get(key, ""), now.get(key, "")
            if old.strip() != new.strip():
                yield Change(name, key, old, new, key in entries)


def in_words(
    before: Mapping[str, str], after: Mapping[str, str], conflicts: Sequence[Conflict], number: int
) -> tuple[str, ...]:
    """What an editor reads of a change in the history; `number` is the revision before it."""
    if not before:
        return ("Première version",)
    told = [
        f"Changé deux fois en même temps : {one.key or one.file}. Un seul texte est gardé ; "
        f"l’autre reste dans l’historique (version {number} ou avant)."
        for one in conflicts
    ]
    told += map(str, changes(before, after))
    more = len(told) - TOLD
    return (*told[:TOLD], *([f"… et {more} autres changements"] if more > 0 else []))


def merged_files(
    base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[dict[str, str], list[Conflict]]:
    """What both made of the files {name: text} since `base`; in a conflict, mine is kept."""
    made: dict[str, str] = {}
    conflicts: list[Conflict] = []
    for name in dict.fromkeys((*theirs, *mine)):
        was, text, their = base.get(name), mine.get(name), theirs.get(name)
        if text in (was, their):
            text = their
        elif their != was:
            text, told = merged_text(name, blocks(name, was or ""), text, their)
            conflicts += told
        if text is not None:
            made[name] = text
    return made, conflicts


def merged_text(
    name: str, base: Mapping[str, str], mine: str | None, theirs: str | None
) -> tuple[str | None, list[Conflict]]:
    """The same of one file; None: it is absent. `base` are its blocks."""
    my, their = blocks(name, mine or ""), blocks(name, theirs or "")
    held, keys = merged(base, my, their)
    told = [Conflict(name, key, my.get(key, ""), their.get(key, "")) for key in keys]
    return joined(held) if held else mine, told
