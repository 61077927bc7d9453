"""French typography, applied once when a reply is built; editors type ordinary spaces."""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache

NARROW = "\u202f"  # narrow no-break space: groups of digits, before ; ! ?
NO_BREAK = "\u00a0"  # before : and %, inside « », between a number and its unit

_PHONE = re.compile(r"0(?<=\b0)\d?(?: \d{2,3}){3,4}\b")
_LINK = re.compile(r"(\]\([^)\s]+\)|https?://[^\s)]+)")
# Rules of the Imprimerie nationale, « Lexique des règles typographiques » (2002). First the signs
# of which one is in all that the pattern finds: most texts have none, and looking is quicker. For
# the same reason a pattern begins with a sign, and looks behind it for what stands before.
_RULES: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    ("'", re.compile(r"'(?<=\w')(?=\w)"), "’"),
    (".", re.compile(r"\.\.\."), "…"),
    ("«", re.compile(r"«\s*"), f"«{NO_BREAK}"),
    ("»", re.compile(r"\s*»"), f"{NO_BREAK}»"),
    (";!?", re.compile(r" (?<=[\w»)…’}] ) *(?=[;!?](?!\w))"), NARROW),
    (";!?", re.compile(r"[;!?](?<=[\w»)…’}].)(?!\w)"), lambda found: f"{NARROW}{found[0]}"),
    (":", re.compile(r" (?<=[\w»)…’}] ) *:(?!\w)"), f"{NO_BREAK}:"),
    (" ", re.compile(r" (?<=\d )(?=\d{3}\b)"), NARROW),
    (
        " ",
        re.compile(r" (?<=\d ) *(?=(?:€|%|km²|m²|km|kWh|ans?\b|millions?\b|milliards?\b))"),
        NO_BREAK,
    ),
    ("°", re.compile(r" (?<=\b[nN]° ) *(?=\d)"), NO_BREAK),
)


#: The texts of a base and of all channels come again in every reply.
@lru_cache(maxsize=1_024)
def typeset(text: str) -> str:
    """The text as French print sets it; links and addresses are left as they are.

    Applying it twice changes nothing more.
    """
    parts = _LINK.split(text)
    for index in range(0, len(parts), 2):
        part = _PHONE.sub(lambda phone: phone[0].replace(" ", NO_BREAK), parts[index])
        for signs, pattern, replacement in _RULES:
            if any(map(part.__contains__, signs)):
                part = pattern.sub(replacement, part)
        parts[index] = part
    return "".join(parts)


_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def long_date(day: dt.date) -> str:
    """The date in full: « 7 mars 2017 », « 1er mai 2018 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[day.month - 1]} {day.year}"
