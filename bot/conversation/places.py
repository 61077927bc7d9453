"""What is said of a commune, from the territory's own sentences."""

import re

from bot.communes.commune import Ambiguous, Commune, Found, Lookup, TownHall
from bot.communes.spelling import name_words
from bot.knowledge.model import Contact, Entry
from bot.knowledge.placeholders import named_in
from bot.knowledge.region import LOCAL, EstateMap, Region, Sentences, Speech, Zone
from bot.language.typography import long_date, typeset
from bot.language.words import fold

_WORD = re.compile(r"\w+")
#: « de » before a name of a commune: « du Quesnoy », « des Attaques », « d’Oignies ».
_OF = ((r"\bde Le ", "du "), (r"\bde Les ", "des "), (r"\bde (?=[AEIOUYÀÂÉÈÊÎÏÔŒÆ])", "d’"))


def commune_status(commune: Commune) -> str:
    """The sentence that says where a commune stands, in the territory's own words."""
    return _of(commune, commune.standing.sentence)


def caution(commune: Commune) -> str | None:
    """What standing there does not mean, where that needs saying."""
    return _of(commune, commune.standing.caution) if commune.standing.caution else None


def cite_status(cite: str, estates: EstateMap, *, listed: bool) -> str:
    """What the map says of an estate: never more than that."""
    sentence = estates.listed if listed else estates.unlisted
    return sentence.format(cite=typeset(cite[0].lower() + cite[1:]))


def situation(commune: Commune, zone: Zone | None) -> str:
    """The commune's intercommunalité and zone, where they are worth saying."""
    standing = commune.standing
    sentences = [standing.situation] if standing.situation else []
    if zone and commune.in_zone:
        sentences.append(zone.inside)
    elif zone and standing.verdict != "non":
        sentences.append(zone.outside)
    return " ".join(_of(commune, sentence) for sentence in sentences)


def town_hall(commune: Commune, sentences: Sentences) -> Contact | None:
    """The desk of its own town hall, its hours and the month of the data; None where not known."""
    hall = commune.town_hall
    if hall is None:
        return None
    name = sentences.mairie.format(nom=commune.name)
    for pattern, said in _OF:
        name = re.sub(pattern, said, name)
    dated = _month(hall, sentences)
    return Contact(
        name=typeset(name),
        role=f"{hall.hours} ({dated})" if hall.hours else dated,
        phone=hall.phone,
        url=hall.url,
        address=typeset(hall.address) if hall.address else None,
    )


def told_of(commune: Commune, key: str, region: Region) -> str | None:
    """What the territory's data say in this commune, for an entry that changes with it."""
    known = _known_of(commune, region)
    local = region.by_commune.get(key)
    for sentence in local.sentences if local else ():
        if all(known[name] for name in named_in(sentence)):
            return typeset(sentence.format_map(known))
    return None


def _known_of(commune: Commune, region: Region) -> dict[str, str | None]:
    """The values of region.LOCAL; None where nothing is known."""
    cites = [f"{cite[0].lower()}{cite[1:]}" for cite in commune.cites]
    known: dict[str, str | None] = dict.fromkeys(LOCAL)
    known |= {
        "nom": commune.name,
        "intercommunalite": commune.epci_in_words,
        "cites": " et ".join(filter(None, (", ".join(cites[:-1]), *cites[-1:]))),
    }
    hall, desk = commune.town_hall, town_hall(commune, region.sentences)
    if hall and desk:
        known |= {
            "mairie": desk.name,
            "telephone": hall.phone,
            "horaires": hall.hours,
            "adresse": hall.address,
            "releve": _month(hall, region.sentences),
        }
    return known


def _month(hall: TownHall, sentences: Sentences) -> str:
    # Of a day, « 1er septembre 2026 », only the month is known.
    return sentences.mairie_relevee.format(date=long_date(hall.as_of).partition(" ")[2])


def to_call(hall: Contact, sentences: Sentences) -> str:
    """A town hall that has a phone, in one sentence."""
    told = {"mairie": hall.name, "telephone": hall.phone, "horaires": hall.role}
    return typeset(sentences.mairie_a_appeler.format(**told))


def _of(commune: Commune, sentence: str) -> str:
    return sentence.format(
        nom=typeset(commune.name), intercommunalite=typeset(commune.epci_in_words)
    )


def knows_estate(entry: Entry, place: Found, speech: Speech) -> bool:
    """Whether an entry tells of the very estate named.

    Whoever tells where she lives asks about that: an entry on several estates is not hers.
    """
    if place.cite is None:
        return False
    typed = {*name_words(place.cite)} & {*name_words(place.matched)}
    told = not speech.habiter.isdisjoint(place.rest.split())
    text = entry.question if told else f"{entry.question} {entry.answer}"
    # With a capital: « la cité Verte » is not « une voie verte ».
    names = {fold(word) for word in _WORD.findall(text) if not word.islower()}
    return typed - speech.annoncent_une_cite - speech.muets_dans_une_cite <= names


def named(place: Lookup) -> str | None:
    """The place in words, for the trace."""
    if isinstance(place, Found):
        return place.commune.name
    if isinstance(place, Ambiguous):
        return " ou ".join(commune.name for commune in place.communes)
    return place.elsewhere or place.postcode
