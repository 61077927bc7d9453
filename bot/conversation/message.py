"""A resident's words, read once: everything that the steps of a reply may want to know of them."""

import re
from dataclasses import dataclass

from bot.communes.commune import Found, Lookup, Unknown
from bot.conversation.served import Served
from bot.knowledge.acts import QUESTIONING
from bot.language.cleaning import cleaned
from bot.language.masking import without_personal_data
from bot.language.reading import Reading
from bot.language.words import normalise, parts, stems, without_wrapping
from bot.matching.decision import Answered, Decision, NoMatch, Ranking, Suggestions, decide

#: Characters; what comes after is not read, and the reply says so.
LENGTH = 4_000
#: Characters of a search for a commune.
SEARCH = 1_000
#: Characters from which a message is a letter, read sentence by sentence.
LETTER = 300


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is understood, before anything is decided."""

    text: str  # as typed, personal data left out
    too_long: bool
    personal: bool  # it held personal data
    reading: Reading
    place: Lookup
    only_place: bool  # it asks nothing but whether a place is concerned
    alarms: tuple[str, ...]  # entries of the dangers or distress that its words tell, gravest first
    calm: tuple[str, ...]  # alarms that its words silence, where these are only likely
    act: str | None  # the dialogue act that the whole message is: a greeting, thanks…
    opening: str | None  # the one that it begins with, where it goes on and asks nothing
    parts: tuple[str, ...]  # the questions that it asks, where it asks several

    @property
    def empty(self) -> bool:
        """Whether nothing is left to read."""
        return not normalise(self.text)


def read_message(typed: str, served: Served) -> Message:
    """Read what was typed with the vocabulary, places, alarms and acts of what is served."""
    typed = cleaned(typed)
    too_long = len(typed) > LENGTH
    text = without_personal_data(typed[:LENGTH]).strip()
    place = served.gazetteer.find(text)
    return Message(
        text=text,
        too_long=too_long,
        personal=text != typed[:LENGTH],
        reading=served.matcher.read(text),
        place=place,
        only_place=_asks_only_about(place, text, served),
        alarms=served.base.alarms.all_in(text, served.matcher.repair),
        calm=served.base.calm.all_in(text, served.matcher.repair),
        act=served.base.acts.find(text),
        opening=served.base.acts.opening(text),
        parts=parts(text),
    )


def rank(message: Message, served: Served) -> Ranking:
    """The likely entries; a commune's name added to an editor's very words does not weaken them."""
    matcher, place = served.matcher, message.place
    if not isinstance(place, Unknown):
        words = place.rest.split()
        while words and words[-1] in served.gazetteer.region.speech.avant_lieu:
            words.pop()
        if matcher.identical(rest := " ".join(words)) in served.entries:
            return matcher.rank(rest).among(served.entries)
    return matcher.rank(message.text, place.matched).among(served.entries)


def decision_of(ranking: Ranking, message: Message, served: Served) -> Decision:
    """The decision on the candidates, where some are at most suggested.

    What is asked of a place elsewhere: « Quand la zone franche de Toulouse finit-elle ? » is not
    about ours, unless the entry knows the place: « Bruxelles paie-t-elle ? ». And an alarm that
    the words silence: « feu mon mari habitait cette maison ».
    """
    if message.text.strip().isdecimal():
        return NoMatch("Un nombre seul ne demande rien.")
    decision = decide(ranking, served.policy)
    if not isinstance(decision, Answered) or ranking.identical:
        return decision
    place, found = message.place, decision.candidate
    if isinstance(place, Unknown) and place.elsewhere and found.parts["lieu"] < 0.5:
        return Suggestions((found,), _AWAY)
    if found.entry in message.calm:
        return Suggestions((found,), _SILENCED)
    return decision


_AWAY = "Un lieu d’ailleurs est nommé, que l’entrée ne connaît pas : elle est seulement proposée."
_SILENCED = "Les mots font taire cette alarme : elle est seulement proposée."


def _asks_only_about(place: Lookup, text: str, served: Served) -> bool:
    """Whether a place was named and the other words ask nothing but whether it is in."""
    speech = served.gazetteer.region.speech
    if isinstance(place, Unknown):
        named = place.elsewhere or place.postcode
        if named is None:
            return place.street
        known = set(normalise(named).split())
        left = [word for word in normalise(text).split() if word not in known]
    else:
        left = place.rest.split()
    rest = [  # « ma sœur, qui habite Méricourt »
        word
        for word, following in zip(left, [*left[1:], ""], strict=False)
        if word != "qui" or following not in speech.habiter | speech.etre
    ]
    asked = stems(" ".join(without_wrapping(rest)))
    if isinstance(place, Found) and "postal" not in asked and _SENDER.match(text):
        return not set(asked) & QUESTIONING
    return all(word in speech.demander or word.isdigit() for word in asked)


#: Who gives name and address, as on an envelope: « M. Leroy, 3 rue des Lilas 62210 Avion ».
_SENDER = re.compile(
    r"[^?]{0,60}?\b\d{1,4}(?:\s?(?:bis|ter|[a-d]))?[, ]+\D{3,60}\d{2} ?\d{3}\b[^?]*$"
)
