"""What is said of a commune, from the territory's own sentences."""

from bot.communes.commune import Commune
from bot.knowledge.region import EstateMap, Zone
from bot.language.typography import typeset


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


def _of(commune: Commune, sentence: str) -> str:
    return sentence.format(
        nom=typeset(commune.name), intercommunalite=typeset(commune.epci_in_words)
    )
