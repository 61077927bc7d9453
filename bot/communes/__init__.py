"""Which commune of the Nord or the Pas-de-Calais a resident's message names, if any."""

from bot.communes.commune import Ambiguous, Commune, Found, Lookup, Status, Unknown
from bot.communes.gazetteer import Gazetteer
from bot.communes.nearest import Point

__all__ = ["Ambiguous", "Commune", "Found", "Gazetteer", "Lookup", "Point", "Status", "Unknown"]
