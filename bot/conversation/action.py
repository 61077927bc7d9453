"""What a button or a link asks for: one grammar for every channel."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can be asked without words; the values are part of the outside interface."""

    ENTRY = "entry"  # an answer: its id
    EASY = "easy"  # the same in its easy wording
    THEME = "theme"  # the questions of a theme: its id
    COMMUNE = "commune"  # where a commune stands: its code INSEE; without one, which commune?
    THEMES = "themes"
    CONTACT = "contact"  # a desk: its key; without one, the one that can answer anything
    NONE = "none"  # of the suggestions
    HELP = "help"
    PRIVACY = "privacy"
    START = "start"
    VOTE = "vote"  # useful or not: « ID:1 » or « ID:0 »


#: Kinds that need a value, and those that may have one.
_WITH_VALUE = frozenset({Kind.ENTRY, Kind.EASY, Kind.THEME, Kind.VOTE})
_MAY_HAVE_VALUE = _WITH_VALUE | {Kind.COMMUNE, Kind.CONTACT}
#: Telegram's limit on what a button holds, in bytes.
LENGTH = 64


@dataclass(frozen=True, slots=True)
class Ask:
    """A kind and, where it takes one, its value; written « kind » or « kind:value »."""

    kind: Kind
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> "Ask | None":
        """What the text asks; None where it is none of ours: it comes from outside."""
        name, colon, value = text.partition(":")
        if name not in set(Kind) or len(text.encode("utf-8", "surrogatepass")) > LENGTH:
            return None
        kind = Kind(name)
        right = bool(value) if kind in _WITH_VALUE else kind in _MAY_HAVE_VALUE or not colon
        return cls(kind, value) if right and bool(colon) == bool(value) else None

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}" if self.value else self.kind.value
