"""The steps of a reply that are about places: is one asked of, and what is said there."""

from dataclasses import replace

from bot.communes.commune import Ambiguous, Found, Lookup, Unknown
from bot.conversation.acting import placed, told_by_commune
from bot.conversation.context import moved
from bot.conversation.message import Message
from bot.conversation.parts import PLAUSIBLE
from bot.conversation.places import knows_estate, named
from bot.conversation.reply import Conversation, Reply
from bot.conversation.served import Served
from bot.conversation.way import Way
from bot.matching.decision import Answered, decide


def among_known(message: Message, before: Conversation, served: Served) -> Message:
    """The message, of the commune given before where it is one of those that may be meant.

    « La cité 2 », after « j’habite Mazingarbe »: four communes have one.
    """
    place, known = message.place, served.gazetteer.get(before.commune or "")
    if known is None or not isinstance(place, Ambiguous) or known not in place.communes:
        return message
    together = served.gazetteer.find(f"{place.matched} {known.name}")
    cite = together.cite if isinstance(together, Found) else None
    return replace(message, place=Found(known, place.matched, place.rest, cite, fuzzy=False))


def likely_place(way: Way) -> Reply | None:
    """A place, with words that are likelier to ask of it than anything else, if little likely."""
    place, best = way.message.place, next(iter(way.ranking.candidates), None)
    if isinstance(place, Unknown) or best is None or best.score < PLAUSIBLE:
        return None
    if best.entry not in way.served.gazetteer.region.entries:
        return None
    way.why("lieu", f"Rien n’est plus probable que « {best.entry} », d’un lieu ({named(place)}).")
    return placed(place, way.conversation, way.served, best.score)


def chosen_place(way: Way) -> Reply | None:
    """Which of the communes offered: by what only one name has, its département, or a neighbour.

    « Godault », « celle du 62 », « celui collé à Lens ».
    """
    offered = [
        commune
        for choice in way.conversation.choices
        if choice.startswith("commune:")
        and (commune := way.served.gazetteer.get(choice.removeprefix("commune:")))
    ]
    if len(offered) < 2 or way.message.act:
        return None
    left = way.served.gazetteer.narrowed(way.message.text, offered)
    if not left or len(left) == len(offered):
        return None
    names = ", ".join(commune.name for commune in left)
    way.why("lieu", f"Parmi les communes proposées : {names}.")
    if len(left) == 1:
        return way.answers.commune(left[0], way.conversation)
    return way.answers.choose_commune(tuple(left), way.conversation)


def asked_place(way: Way) -> Reply | None:
    """A place and nothing else asked, unless an entry is about that very place."""
    message, place = way.message, way.message.place
    if not message.only_place:
        return None
    if isinstance(place, Unknown) and place.postcode:
        way.why("lieu", f"Le code postal {place.postcode} n’est celui d’aucune commune connue.")
        return way.answers.unknown_postcode(place, way.conversation)
    if isinstance(place, Unknown) and place.street:
        way.why("lieu", "Le message est une adresse, sans la commune.")
        return way.answers.where(way.conversation)
    if found := moved(message, way.conversation, way.served):
        way.why("lieu", f"La question d’avant, pour un autre lieu ({named(place)}).")
        way.understood = way.served.entries[found.entry].question
        return way.answers.entry(found.entry, way.located, found.score, way.commune)
    if _has_own_entry(place, way):
        return None
    way.why("lieu", f"Le message demande seulement si un lieu est concerné ({named(place)}).")
    way.understood = None  # a place needs nothing of what was said before
    return placed(place, way.conversation, way.served, 1.0)


def by_commune(way: Way) -> Reply | None:
    key, place = told_by_commune(way.message, way.conversation, way.served), way.message.place
    if key is None:
        return None
    likeliest = None if place.matched else next(iter(way.ranking.candidates), None)
    if way.understood and likeliest and likeliest.entry != key:
        way.why("lieu", f"« {key} » se dit d’un lieu, mais le message continue ce qui précède.")
        return None
    way.why("lieu", f"Le message demande « {key} » pour un lieu, et rien d’autre ({named(place)}).")
    return placed(place, way.conversation, way.served, 1.0, key)


def only_place(way: Way) -> Reply:
    """A search that looks for a place, whatever else the words may ask."""
    place = way.message.place
    way.why("lieu", f"Seul un lieu est cherché ({named(place)}).")
    if isinstance(place, Unknown) and place.postcode:
        return way.answers.unknown_postcode(place, way.conversation)
    if isinstance(place, Unknown) and place.elsewhere is None:
        return way.answers.commune_not_found(way.conversation)
    return placed(place, way.conversation, way.served, 1.0)


def _has_own_entry(place: Lookup, way: Way) -> bool:
    """Whether an entry is about the very place named: « où en est la cité Barrois ? »."""
    decision, region = decide(way.ranking, way.served.policy), way.served.gazetteer.region
    if not isinstance(decision, Answered) or decision.candidate.entry in region.entries:
        return False
    key = decision.candidate.entry
    if key == way.ranking.identical:
        return True
    return isinstance(place, Found) and knows_estate(way.served.entries[key], place, region.speech)
