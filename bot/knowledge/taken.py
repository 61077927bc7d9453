"""What is known of the files of a disk, so that files of before an edit take nothing back."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import NamedTuple

from bot.knowledge.blocks import Conflict, blocks
from bot.knowledge.changes import merged_text

#: Texts published in the place of one that was taken which are remembered.
_REMEMBERED = 50
#: What is no news of a block that the file never had.
_ABSENT = ("",)


def digest(text: str | None) -> str:
    """What a text is known by: 32 hexadecimal digits, and nothing for no text."""
    if not text:
        return ""
    return blake2b(text.encode(errors="surrogateescape"), digest_size=16).hexdigest()


class Taken(NamedTuple):
    """A file as it was last taken, and what is no news of each of its blocks.

    That is the digest of the text taken, then those of what was published in its place since.
    """

    digest: str = ""
    lines: int = 0
    blocks: Mapping[str, list[str]] = MappingProxyType({})

    def base(
        self, name: str, mine: str | None, theirs: str | None, before: "Taken | None"
    ) -> dict[str, str]:
        """The blocks that the file (mine) and the newest revision (theirs) both come from.

        A block that neither has as it was is there with another text. `before` is what this very
        disk held: another copy of the service may have taken files of its own since.
        """
        my, their = blocks(name, mine or ""), blocks(name, theirs or "")
        base: dict[str, str | None] = {}
        for key in dict.fromkeys((*self.blocks, *my, *their)):
            known = self.blocks.get(key, _ABSENT)
            here = before.blocks.get(key, _ABSENT) if before else ()
            if digest(my.get(key)) in (*known, *here):
                base[key] = my.get(key)
            else:
                base[key] = their.get(key) if digest(their.get(key)) == known[0] else "\0"
        return {key: block for key, block in base.items() if block is not None}

    def seen(self, name: str, text: str | None) -> "Taken":
        """The same once this text of the file was taken; None: it is absent."""
        now = {key: digest(block) for key, block in blocks(name, text or "").items()}
        known = {}
        for key in dict.fromkeys((*now, *self.blocks)):
            one, before = now.get(key, ""), self.blocks.get(key, _ABSENT)
            known[key] = list(before) if one in before else [one]
        lines = 0 if text is None else text.count("\n") + 1
        return Taken(digest(text), lines, _told(known))

    def published(self, name: str, before: str | None, after: str | None) -> "Taken":
        """The same once a text of it was published in the place of another."""
        if before == after:
            return self
        was, now = blocks(name, before or ""), blocks(name, after or "")
        known = {key: list(one) for key, one in self.blocks.items()}
        for key in dict.fromkeys((*now, *was)):
            one = digest(now.get(key))
            first, *others = known.get(key, _ABSENT)
            if was.get(key) != now.get(key) and one not in (first, *others):
                known[key] = [first, *others[1 - _REMEMBERED :], one]
        return self._replace(blocks=_told(known))


def unseen_of(mine: Mapping[str, str], known: Mapping[str, Taken]) -> list[str]:
    """The files of a disk that are not as they were last taken."""
    return [
        name
        for name in dict.fromkeys((*mine, *known))
        if name not in known or known[name].digest != digest(mine.get(name))
    ]


def taken_into(
    theirs: Mapping[str, str],
    mine: Mapping[str, str],
    unseen: Iterable[str],
    known: Mapping[str, Taken],
    before: Mapping[str, Taken],
) -> tuple[dict[str, str], list[Conflict]]:
    """The newest files with what is new in those of a disk."""
    made, conflicts = dict(theirs), list[Conflict]()
    for name in unseen:
        my, their = mine.get(name), theirs.get(name)
        here = before.get(name, Taken()) if before else None
        base = known.get(name, Taken()).base(name, my, their, here)
        text, told = merged_text(name, base, my, their)
        conflicts += told
        made.pop(name, None)
        if text is not None:
            made[name] = text
    return made, conflicts


def _told(known: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {key: one for key, one in known.items() if tuple(one) != _ABSENT}
