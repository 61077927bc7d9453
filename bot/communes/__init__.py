"""Which commune of the territory a resident's message names, if any."""

from bot.communes.commune import Ambiguous, Commune, Found, Lookup, Unknown
from bot.communes.gazetteer import Gazetteer
from bot.communes.nearest import Point
from bot.knowledge.region import Status

__all__ = [
    "Ambiguous",
    "Commune",
    "Found",
    "Gazetteer",
    "Lookup",
    "Point",
    "Status",
    "Unknown",
]
