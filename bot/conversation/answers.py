"""Replies put together from the knowledge base: one function a kind of reply."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bot.communes.commune import Commune, Status, Unknown
from bot.conversation import texts
from bot.conversation.reply import Action, Conversation, Outcome, Reply
from bot.knowledge.model import Contact, Entry, KnowledgeBase
from bot.language.numbers import phone_numbers
from bot.language.typography import typeset
from bot.language.words import normalise

#: Entries whose answer is the state of one commune.
COMMUNE_ENTRIES = frozenset({"ma-commune-erbm", "ma-commune-bud"})
REFUSALS_BEFORE_CONTACT = 2
#: Themes offered with a refusal.
THEMES_IN_REFUSAL = 3
#: Contacts offered, first found first, when nothing points to another desk.
DEFAULT_CONTACTS = ("prefecture", "mairie")
#: What a resident asks next, by where her commune stands.
AFTER_IN = ("ma-cite-concernee", "quand-ma-rue")
AFTER_OUT = ("pas-dans-l-erbm", "aides-proprietaire")

WAYS_ON = (
    Action(texts.SEE_THEMES, "themes"),
    Action(texts.FIND_COMMUNE, "commune"),
    Action(texts.REACH_SOMEONE, "contact"),
)
TO_START = Action(texts.GO_BACK, "start")


@dataclass(frozen=True, slots=True)
class Answers:
    """Makes replies from one base, as it is to be served on one day."""

    base: KnowledgeBase
    today: dt.date
    #: The entries that have not expired.
    served: dict[str, Entry] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "served", self.base.served(self.today))

    def entry(
        self, key: str, conversation: Conversation, confidence: float, commune: Commune | None
    ) -> Reply:
        """The answer of an entry; a commune that the question named gets its status too."""
        entry = self.served[key]
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
            actions=(*self.questions(entry.see_also), *WAYS_ON),
            contact=self.base.contacts.get(entry.contact or ""),
            back=Action(texts.BACK_TO_THEME, f"theme:{entry.theme}") if entry.theme else TO_START,
        )

    def easy(self, key: str, conversation: Conversation) -> Reply:
        """The answer of an entry in its easy wording, where it has one."""
        made = self.entry(key, conversation, 1.0, None)
        return replace(
            made,
            text=made.easy_text or made.text,
            easy_text=None,
            easy=True,
            actions=(Action(texts.FULL_TEXT, f"entry:{key}"), *made.actions),
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
        doubt = texts.SUGGESTION if len(keys) == 1 else texts.SUGGESTIONS
        return Reply(
            Outcome.SUGGESTIONS,
            texts.TWO_PARTS if several else doubt,
            conversation,
            entries=keys,
            confidence=confidence,
            commune=commune,
            actions=(*self.questions(keys), Action(texts.NONE_OF_THESE, "none"), *WAYS_ON),
            back=TO_START,
        )

    def refusal(self, conversation: Conversation, commune: Commune | None) -> Reply:
        """What was understood, themes and a way to a person; from the second one, her contact."""
        after = replace(conversation, refusals=conversation.refusals + 1)
        if after.refusals >= REFUSALS_BEFORE_CONTACT:
            return replace(
                self.contact(after, commune), outcome=Outcome.NO_MATCH, text=texts.REFUSAL_AGAIN
            )
        return Reply(
            Outcome.NO_MATCH,
            texts.REFUSAL,
            after,
            actions=(*self._theme_actions(THEMES_IN_REFUSAL), *WAYS_ON),
            back=TO_START,
        )

    def elsewhere(self, place: str, conversation: Conversation) -> Reply:
        """A place outside the two départements was asked about."""
        return Reply(
            Outcome.NO_MATCH,
            texts.ELSEWHERE.format(place=place),
            replace(conversation, refusals=conversation.refusals + 1),
            actions=WAYS_ON,
            back=TO_START,
        )

    def unknown_postcode(self, lookup: Unknown, conversation: Conversation) -> Reply:
        """A postcode that no commune has: said so, with those of which it may be a slip."""
        told = texts.UNKNOWN_POSTCODE_NEAR if lookup.near else texts.UNKNOWN_POSTCODE
        made = self.choose_commune(lookup.near, conversation, told.format(postcode=lookup.postcode))
        return replace(made, outcome=Outcome.NO_MATCH, communes=(), wants_place=True)

    def choose_commune(
        self,
        communes: tuple[Commune, ...],
        conversation: Conversation,
        text: str = texts.CHOOSE_COMMUNE,
    ) -> Reply:
        """Several communes may be meant: a choice, never a guess."""
        choices = tuple(
            Action(f"{commune.name} ({commune.postcodes[0]})", f"commune:{commune.code_insee}")
            for commune in communes
        )
        return Reply(
            Outcome.CHOOSE_COMMUNE,
            text,
            conversation,
            communes=communes,
            actions=(*choices, *WAYS_ON),
            back=TO_START,
        )

    def near(self, communes: tuple[Commune, ...], conversation: Conversation) -> Reply:
        """The communes around a point on the map: a choice too, since borders are not known."""
        if not communes:
            return replace(self.menu(texts.FAR, conversation), outcome=Outcome.NO_MATCH)
        return self.choose_commune(communes, conversation, texts.NEAREST)

    def where(self, conversation: Conversation) -> Reply:
        """Ask which commune."""
        return replace(self.menu(texts.COMMUNE_PROMPT, conversation), wants_place=True)

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
            parts.insert(0, texts.UNDERSTOOD.format(name=commune.name))
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
            entries=tuple(sorted(COMMUNE_ENTRIES & self.served.keys())),
            confidence=confidence,
            sources=texts.PERIMETER_SOURCES,
            collected_on=texts.COMMUNES_COLLECTED_ON,
            commune=commune,
            actions=(
                *self.questions(following),
                Action(texts.CHANGE_COMMUNE, "commune"),
                Action(texts.SEE_THEMES, "themes"),
                Action(texts.REACH_SOMEONE, "contact"),
            ),
            contact=self._desk(commune),
            back=TO_START,
        )

    def contact(self, conversation: Conversation, commune: Commune | None) -> Reply:
        """Whom to call; the remembered commune's own desk where there is one."""
        return Reply(
            Outcome.SMALLTALK,
            texts.CONTACT,
            conversation,
            contact=self._desk(commune) if commune else self._default_contact(),
            actions=(*self.questions(("qui-contacter", "danger-immediat")), *WAYS_ON[:2]),
            back=TO_START,
        )

    def themes(self, conversation: Conversation) -> Reply:
        """All themes."""
        return Reply(
            Outcome.SMALLTALK,
            texts.THEMES,
            conversation,
            actions=(*self._theme_actions(), *WAYS_ON[1:]),
            back=TO_START,
        )

    def theme(self, key: str, conversation: Conversation) -> Reply:
        """The questions of one theme. Raises KeyError for an unknown theme."""
        title = {known.id: known.title for known in self.base.themes}[key]
        keys = [entry.id for entry in self.base.of_theme(key)]
        return Reply(
            Outcome.SMALLTALK,
            texts.THEME.format(title=title),
            conversation,
            actions=(*self.questions(keys), *WAYS_ON),
            back=Action(texts.BACK_TO_THEMES, "themes"),
        )

    def start(self, conversation: Conversation) -> Reply:
        """The welcome, to which every other reply can go back."""
        return Reply(Outcome.SMALLTALK, texts.WELCOME, conversation, actions=WAYS_ON)

    def menu(self, text: str, conversation: Conversation) -> Reply:
        """A text with the general ways on."""
        return replace(self.start(conversation), text=text, back=TO_START)

    def questions(self, keys: Iterable[str]) -> tuple[Action, ...]:
        """A button for each of the entries that is served, with its full question."""
        served = self.served
        return tuple(Action(served[key].question, f"entry:{key}") for key in keys if key in served)

    def _theme_actions(self, limit: int | None = None) -> tuple[Action, ...]:
        return tuple(
            Action(f"{theme.icon} {theme.title}".strip(), f"theme:{theme.id}")
            for theme in self.base.themes[:limit]
        )

    def _desk(self, commune: Commune) -> Contact | None:
        """Whom to ask about a commune: its intercommunalité where that is a partner."""
        contacts = self.base.contacts
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
        found = (self.base.contacts.get(key) for key in DEFAULT_CONTACTS)
        return next((contact for contact in found if contact), None)


def finish(made: Reply, before: Conversation) -> Reply:
    """Typeset every text and, on a conversation's first reply, say that a program answers."""
    return replace(
        made,
        text=typeset(made.text),
        title=typeset(made.title) if made.title else None,
        brief=typeset(made.brief) if made.brief else None,
        calls=tuple(typeset(number) for number in made.calls),
        easy_text=typeset(made.easy_text) if made.easy_text else None,
        notice=None if before.started else typeset(texts.NOTICE),
        sources=tuple(
            source.model_copy(update={"title": typeset(source.title)}) for source in made.sources
        ),
        actions=tuple(Action(typeset(way.label), way.action) for way in made.actions),
        back=Action(typeset(made.back.label), made.back.action) if made.back else None,
        contact=(
            made.contact.model_copy(update={"name": typeset(made.contact.name)})
            if made.contact
            else None
        ),
        conversation=replace(made.conversation, started=True),
    )
