"""What has to be looked at again: answers changed since their check, facts and numbers."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bot.knowledge.blocks import blocks, entry_keys, joined
from bot.knowledge.files import FAQ
from bot.knowledge.model import KnowledgeBase
from bot.knowledge.rewriting import rewritten
from bot.knowledge.yaml_reading import read_yaml

#: What a person checked of an entry: what residents read, and what it rests on.
_CHECKED = ("question", "reponse", "en_bref", "facile", "sources", "appuis", "contact")

_AGAIN = (
    "Textes changés depuis leur vérification : {}. « verifie_le » en est retiré ; remettez la date "
    "du jour une fois qu’ils sont vérifiés."
)


def unverified(
    before: Mapping[str, str],
    after: Mapping[str, str],
    stale: Collection[str] = (),
) -> dict[str, str]:
    """The files `after` a change, {name: text}: an answer that it changes is checked no more.

    Unless the day of its check was changed with it, and is not `stale`. How a text is cut into
    lines says nothing.
    """
    files, now = dict(after), blocks(FAQ, after.get(FAQ, ""))
    for key, old, new in _rewritten(before, after):
        day = new.get("verifie_le")
        if day is not None and (day == old.get("verifie_le") or key in stale):
            now[key] = rewritten(now[key], {("verifie_le",): None})
    if FAQ in after:
        files[FAQ] = joined(now)
    return files


def redated(before: Mapping[str, str], after: Mapping[str, str]) -> frozenset[str]:
    """The answers changed with a day of check where there was none: as in a file of before."""
    return frozenset(
        key
        for key, old, new in _rewritten(before, after)
        if new.get("verifie_le") and not old.get("verifie_le")
    )


def checked_so(
    files: Mapping[str, str], after: Mapping[str, str], keys: Collection[str]
) -> dict[str, bool]:
    """Whether it was this text that these answers had on the day of their check, if on that day."""
    was, now = (blocks(FAQ, one.get(FAQ, "")) for one in (files, after))
    both = ((key, _values(was[key]), _values(now[key])) for key in keys if key in was)
    return {
        key: all(_said(old, name) == _said(new, name) for name in _CHECKED)
        for key, old, new in both
        if old.get("verifie_le") == new.get("verifie_le")
    }


def _rewritten(
    before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The answers that say something else, with what they held and what they hold."""
    if FAQ not in before or FAQ not in after or before[FAQ] == after[FAQ]:
        return
    was, now = blocks(FAQ, before[FAQ]), blocks(FAQ, after[FAQ])
    for key in entry_keys(now):
        if key in was and was[key] != now[key] and "verifie_le" in now[key]:
            old, new = _values(was[key]), _values(now[key])
            if any(_said(old, name) != _said(new, name) for name in _CHECKED):
                yield key, old, new


def unchecked(given: Mapping[str, str], made: Mapping[str, str]) -> tuple[str, ...]:
    """What `unverified` took from these files, in an editor's words; nothing where it did not."""
    was, now = (blocks(FAQ, files.get(FAQ, "")) for files in (given, made))
    keys = [key for key in now if key in was and was[key] != now[key]]
    return (_AGAIN.format(", ".join(keys)),) if keys else ()


def _values(block: str) -> dict[str, Any]:
    held = (read_yaml(f"entrees:\n{block}", "").value or {}).get("entrees")
    return held[0] if isinstance(held, list) and held and isinstance(held[0], dict) else {}


def _said(values: Mapping[str, Any], name: str) -> Any:
    value = values.get(name)
    return " ".join(value.split()) if isinstance(value, str) else value


def resting_on(base: KnowledgeBase, fact: str) -> tuple[str, ...]:
    """The entries that a fact bears, in the order of the file."""
    return tuple(key for key, entry in base.entries.items() if fact in entry.support)
