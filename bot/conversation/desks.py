"""Whom to turn to: the desk that a reply names, this commune's own, or which of several it is."""

from dataclasses import dataclass

from bot.communes.commune import Commune
from bot.conversation import places
from bot.conversation.action import Ask, Kind
from bot.conversation.reply import Action
from bot.conversation.served import Served
from bot.knowledge.model import Contact
from bot.knowledge.region import Region
from bot.language.typography import typeset

#: Desks of several offered with an answer, before « another ».
IN_ANSWER = 2


@dataclass(frozen=True, slots=True)
class Desks:
    """The contacts of what is served."""

    served: Served

    @property
    def _region(self) -> Region:
        return self.served.gazetteer.region

    def card(self, key: str | None, commune: Commune | None = None) -> Contact | None:
        """A desk that can be reached: this commune's where it has its own; None where none can."""
        if key and key == self._region.town_hall and (hall := self.town_hall(commune)):
            return hall
        if key and key == self._region.groupings.desk and commune:
            return self._grouping(key, commune)
        found = self.served.base.contacts.get(key or "")
        return found if found and found.reachable else None

    def beside(
        self, key: str | None, commune: Commune | None
    ) -> tuple[Contact | None, tuple[Contact, ...], tuple[Action, ...]]:
        """What stands beside an answer: the card; where it is one of several, these and the choice.

        Several are not shown together: she is asked which is hers.
        """
        card = self.card(key, commune)
        if card is None and key and key == self._region.groupings.desk:
            card = self.town_hall(commune)
        if card or key is None:
            return card, (), ()
        several = self.several(key)
        ways = self.choice(several, IN_ANSWER)
        if not ways:
            return None, (), ()
        other = Action(self.served.base.texts["autre_guichet"], Ask(Kind.CONTACT, key))
        return self.served.base.contacts[key], tuple(several.values()), (*ways, other)

    def several(self, key: str) -> dict[str, Contact]:
        """The desks of which a contact is one, by their keys: those that can be reached."""
        contacts = self.served.base.contacts
        among = contacts[key].among if key in contacts else ()
        return {one: contacts[one] for one in among if one in contacts and contacts[one].reachable}

    def choice(self, several: dict[str, Contact], most: int | None = None) -> tuple[Action, ...]:
        """A button for each of the first desks."""
        return tuple(
            Action(desk.name, Ask(Kind.CONTACT, key)) for key, desk in [*several.items()][:most]
        )

    def on_paper(self, key: str) -> str:
        """Where else she finds the number of a desk that she chose of several."""
        contacts = self.served.base.contacts.values()
        return next((one.on_paper for one in contacts if key in one.among), "")

    def town_hall(self, commune: Commune | None) -> Contact | None:
        """The commune's own town hall, where it can be reached."""
        hall = places.town_hall(commune, self._region.sentences) if commune else None
        return hall if hall and hall.reachable else None

    def of(self, commune: Commune) -> Contact | None:
        """Whom to ask about a commune, by where it stands; its intercommunalité by name."""
        cards = (self.card(key, commune) for key in commune.standing.desks)
        return next(filter(None, cards), None) or self.town_hall(commune) or self.default()

    def default(self) -> Contact | None:
        """Who answers where nothing points to another."""
        cards = map(self.card, (*self._region.desks, *self.served.base.contacts))
        return next(filter(None, cards), None)

    def _grouping(self, key: str, commune: Commune) -> Contact | None:
        contacts = self.served.base.contacts
        for contact in contacts.values():
            if contact.epci == commune.epci_siren and contact.reachable:
                return contact
        card = contacts.get(key)
        if card is None or not card.reachable:
            return None
        name = commune.epci_in_words.removeprefix("la ") or card.name
        return card.model_copy(update={"name": typeset(name[0].upper() + name[1:])})
