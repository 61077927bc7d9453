"""Replies put together from the knowledge base: one function a kind of reply."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.communes.commune import Commune, Status, Unknown
from bot.conversation import texts
from bot.conversation.reply import Action, Conversation, Outcome, Reply
from bot.conversation.served import Served
from bot.knowledge.model import Contact
from bot.knowledge.texts import Texts
from bot.language.numbers import phone_numbers
from bot.language.words import normalise

#: Entries whose answer is the state of one commune.
COMMUNE_ENTRIES = frozenset({"ma-commune-erbm", "ma-commune-bud"})
REFUSALS_BEFORE_CONTACT = 2
#: Themes offered with a refusal.
THEMES_IN_REFUSAL = 3
#: Entries offered with a contact.
BESIDE_CONTACT = ("qui-contacter", "danger-immediat")
#: Contacts offered, first found first, when nothing points to another desk.
DEFAULT_CONTACTS = ("prefecture", "mairie")
#: What a resident asks next, by where her commune stands.
AFTER_IN = ("ma-cite-concernee", "quand-ma-rue")
AFTER_OUT = ("pas-dans-l-erbm", "aides-proprietaire")


@dataclass(frozen=True, slots=True)
class Answers:
    """Makes replies from what is served."""

    served: Served

    @property
    def texts(self) -> Texts:
        """The sentences around the answers."""
        return self.served.base.texts

    def ways(self, *, themes: bool = True, contact: bool = True) -> tuple[Action, ...]:
        """The general ways on; none leads to communes where no place is known."""
        texts = self.texts
        return (
            *((Action(texts.see_themes, "themes"),) if themes and self.served.base.themes else ()),
            *((Action(texts.find_commune, "commune"),) if self.served.gazetteer else ()),
            *(
                (Action(texts.reach_someone, "contact"),)
                if contact and self.served.base.contacts
                else ()
            ),
        )

    @property
    def to_start(self) -> Action:
        """The way back to the welcome."""
        return Action(self.texts.go_back, "start")

    def entry(
        self, key: str, conversation: Conversation, confidence: float, commune: Commune | None
    ) -> Reply:
        """The answer of an entry; a commune that the question named gets its status too."""
        entry = self.served.entries[key]
        text = entry.answer
        if commune:
            text += f"\n\n{texts.commune_status(commune)}"
        return Reply(
            Outcome.ANSWER,
            text,
            replace(conversation, refusals=0),
            title=entry.question,
            entry=key,
            entries=(key,),
            confidence=confidence,
            brief=entry.brief,
            calls=phone_numbers(text.partition("\n\n")[0]) if entry.alarm else (),
            # Easy-to-read French is one sentence a line: each line stays apart.
            easy_text="\n\n".join(entry.easy.splitlines()) if entry.easy else None,
            sources=entry.sources,
            collected_on=entry.collected_on,
            checked_on=entry.checked_on,
            commune=commune,
            actions=(*self.questions(entry.see_also), *self.ways()),
            contact=self.served.base.contacts.get(entry.contact or ""),
            back=Action(self.texts.back_to_theme, f"theme:{entry.theme}")
            if entry.theme
            else self.to_start,
        )

    def easy(self, key: str, conversation: Conversation) -> Reply:
        """The answer of an entry in its easy wording, where it has one."""
        made = self.entry(key, conversation, 1.0, None)
        return replace(
            made,
            text=made.easy_text or made.text,
            easy_text=None,
            easy=True,
            actions=(Action(self.texts.full_text, f"entry:{key}"), *made.actions),
        )

    def suggestions(
        self,
        keys: tuple[str, ...],
        conversation: Conversation,
        confidence: float,
        commune: Commune | None,
        *,
        several: bool = False,
    ) -> Reply:
        """Up to three full questions to choose from, or none of them."""
        doubt = self.texts.suggestion if len(keys) == 1 else self.texts.suggestions
        return Reply(
            Outcome.SUGGESTIONS,
            self.texts.several if several else doubt,
            conversation,
            entries=keys,
            confidence=confidence,
            commune=commune,
            actions=(*self.questions(keys), Action(self.texts.none_of_these, "none"), *self.ways()),
            back=self.to_start,
        )

    def refusal(self, conversation: Conversation, commune: Commune | None) -> Reply:
        """What was understood, themes and a way to a person; from the second one, her contact."""
        after = replace(conversation, refusals=conversation.refusals + 1)
        if after.refusals >= REFUSALS_BEFORE_CONTACT:
            return replace(
                self.contact(after, commune),
                outcome=Outcome.NO_MATCH,
                text=self.texts.refusal_again,
            )
        return Reply(
            Outcome.NO_MATCH,
            self.texts.refusal,
            after,
            actions=(*self._theme_actions(THEMES_IN_REFUSAL), *self.ways()),
            back=self.to_start,
        )

    def elsewhere(self, place: str, conversation: Conversation) -> Reply:
        """A place outside the two départements was asked about."""
        return Reply(
            Outcome.NO_MATCH,
            self.texts.elsewhere.format(lieu=place),
            replace(conversation, refusals=conversation.refusals + 1),
            actions=self.ways(),
            back=self.to_start,
        )

    def unknown_postcode(self, lookup: Unknown, conversation: Conversation) -> Reply:
        """A postcode that no commune has: said so, with those of which it may be a slip."""
        told = self.texts.unknown_postcode_near if lookup.near else self.texts.unknown_postcode
        made = self.choose_commune(
            lookup.near, conversation, told.format(code_postal=lookup.postcode)
        )
        return replace(made, outcome=Outcome.NO_MATCH, communes=(), wants_place=not lookup.near)

    def choose_commune(
        self,
        communes: tuple[Commune, ...],
        conversation: Conversation,
        text: str | None = None,
    ) -> Reply:
        """Several communes may be meant: a choice, never a guess."""
        choices = tuple(
            Action(f"{commune.name} ({commune.postcodes[0]})", f"commune:{commune.code_insee}")
            for commune in communes
        )
        return Reply(
            Outcome.CHOOSE_COMMUNE,
            text or self.texts.choose_commune,
            conversation,
            communes=communes,
            actions=(*choices, *self.ways()),
            back=self.to_start,
        )

    def near(self, communes: tuple[Commune, ...], conversation: Conversation) -> Reply:
        """The communes around a point on the map: a choice too, since borders are not known."""
        if not communes:
            return replace(self.menu(self.texts.far, conversation), outcome=Outcome.NO_MATCH)
        return self.choose_commune(communes, conversation, self.texts.nearest)

    def commune_not_found(self, conversation: Conversation) -> Reply:
        """No place was recognised where one was looked for."""
        return replace(
            self.menu(self.texts.commune_not_found, conversation), outcome=Outcome.NO_MATCH
        )

    def where(self, conversation: Conversation) -> Reply:
        """Ask which commune."""
        return replace(self.menu(self.texts.commune_prompt, conversation), wants_place=True)

    def commune(
        self,
        commune: Commune,
        conversation: Conversation,
        confidence: float = 1.0,
        cite: str | None = None,
        *,
        guessed: bool = False,
    ) -> Reply:
        """Where a commune stands, with its BUD status, intercommunalité and desk."""
        parts = [texts.commune_status(commune)]
        if guessed:
            parts.insert(0, self.texts.guessed.format(commune=commune.name))
        if commune.status is Status.IN:
            parts.append(texts.NOT_A_PROMISE)
        if cite:
            listed = normalise(cite) in {normalise(known) for known in commune.cites}
            parts.append(texts.cite_status(cite, listed=listed))
        if situation := texts.situation(commune):
            parts.append(situation)
        following = AFTER_IN if commune.status is Status.IN else AFTER_OUT
        return Reply(
            Outcome.COMMUNE,
            "\n\n".join(parts),
            replace(conversation, commune=commune.code_insee, refusals=0),
            title=f"{commune.name} ({', '.join(commune.postcodes)})",
            entries=tuple(sorted(COMMUNE_ENTRIES & self.served.entries.keys())),
            confidence=confidence,
            sources=texts.PERIMETER_SOURCES,
            collected_on=texts.COMMUNES_COLLECTED_ON,
            commune=commune,
            actions=(
                *self.questions(following),
                Action(self.texts.change_commune, "commune"),
                *(way for way in self.ways() if way.action != "commune"),
            ),
            contact=self._desk(commune),
            back=self.to_start,
        )

    def contact(self, conversation: Conversation, commune: Commune | None) -> Reply:
        """Whom to call; the remembered commune's own desk where there is one."""
        return Reply(
            Outcome.SMALLTALK,
            self.texts.contact,
            conversation,
            contact=self._desk(commune) if commune else self._default_contact(),
            actions=(
                *self.questions(("qui-contacter", "danger-immediat")),
                *self.ways(contact=False),
            ),
            back=self.to_start,
        )

    def themes(self, conversation: Conversation) -> Reply:
        """All themes."""
        return Reply(
            Outcome.SMALLTALK,
            self.texts.themes,
            conversation,
            actions=(*self._theme_actions(), *self.ways(themes=False)),
            back=self.to_start,
        )

    def theme(self, key: str, conversation: Conversation) -> Reply:
        """The questions of one theme. Raises KeyError for an unknown theme."""
        title = {known.id: known.title for known in self.served.base.themes}[key]
        keys = [entry.id for entry in self.served.base.of_theme(key)]
        return Reply(
            Outcome.SMALLTALK,
            self.texts.theme.format(theme=title),
            conversation,
            actions=(*self.questions(keys), *self.ways()),
            back=Action(self.texts.back_to_themes, "themes"),
        )

    def start(self, conversation: Conversation) -> Reply:
        """The welcome, to which every other reply can go back."""
        return Reply(Outcome.SMALLTALK, self.texts.welcome, conversation, actions=self.ways())

    def menu(self, text: str, conversation: Conversation) -> Reply:
        """A text with the general ways on."""
        return replace(self.start(conversation), text=text, back=self.to_start)

    def questions(self, keys: Iterable[str]) -> tuple[Action, ...]:
        """A button for each of the entries that is served, with its full question."""
        served = self.served.entries
        return tuple(Action(served[key].question, f"entry:{key}") for key in keys if key in served)

    def _theme_actions(self, limit: int | None = None) -> tuple[Action, ...]:
        return tuple(
            Action(f"{theme.icon} {theme.title}".strip(), f"theme:{theme.id}")
            for theme in self.served.base.themes[:limit]
        )

    def _desk(self, commune: Commune) -> Contact | None:
        """Whom to ask about a commune: its intercommunalité where that is a partner."""
        contacts = self.served.base.contacts
        if commune.status in {Status.IN, Status.PARTNER_ONLY}:
            for contact in contacts.values():
                if contact.epci == commune.epci_siren:
                    return contact
            if "intercommunalite" in contacts:
                name = texts.epci_name(commune).removeprefix("la ")
                return contacts["intercommunalite"].model_copy(
                    update={"name": name[0].upper() + name[1:]}
                )
        if commune.status is Status.OUT and "france-renov" in contacts:
            return contacts["france-renov"]
        return self._default_contact()

    def _default_contact(self) -> Contact | None:
        found = (self.served.base.contacts.get(key) for key in DEFAULT_CONTACTS)
        return next((contact for contact in found if contact), None)


def finish(made: Reply, before: Conversation, notice: str) -> Reply:
    """The reply as part of the conversation: its first one says that a program answers."""
    return replace(
        made,
        notice=None if before.started else notice,
        conversation=replace(made.conversation, started=True),
    )
