"""Replies put together from the knowledge base: one function a kind of reply."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.communes.commune import Commune, Unknown
from bot.conversation import places
from bot.conversation.action import Ask, Kind
from bot.conversation.context import unlike
from bot.conversation.desks import Desks
from bot.conversation.reply import Action, Conversation, Outcome, Reply
from bot.conversation.served import Served
from bot.knowledge.region import Region
from bot.knowledge.texts import Texts
from bot.language.numbers import phone_numbers
from bot.language.typography import typeset
from bot.language.words import normalise

REFUSALS_BEFORE_CONTACT = 2
#: Questions offered after an answer.
NEXT = 2
#: Themes offered with a refusal.
THEMES_IN_REFUSAL = 3


@dataclass(frozen=True, slots=True)
class Answers:
    """Makes replies from what is served."""

    served: Served

    @property
    def desks(self) -> Desks:
        """Whom to turn to."""
        return Desks(self.served)

    @property
    def texts(self) -> Texts:
        """The sentences around the answers."""
        return self.served.base.texts

    @property
    def region(self) -> Region:
        """The territory whose communes are known."""
        return self.served.gazetteer.region

    def ways(self, *, themes: bool = True, contact: bool = True) -> tuple[Action, ...]:
        """The general ways on: all that can be asked, a commune where one is known, a person."""
        texts, base = self.texts, self.served.base
        overview = texts["voir_themes"] if base.themes else texts["voir_questions"]
        ways = (
            (themes, overview, Kind.THEMES),
            (self.served.gazetteer, texts["chercher_commune"], Kind.COMMUNE),
            (contact and base.contacts, texts["joindre_quelqu_un"], Kind.CONTACT),
        )
        return tuple(Action(label, Ask(kind)) for wanted, label, kind in ways if wanted)

    @property
    def to_start(self) -> Action:
        """The way back to the welcome."""
        return Action(self.texts["retour_debut"], Ask(Kind.START))

    def entry(
        self,
        key: str,
        conversation: Conversation,
        confidence: float,
        commune: Commune | None,
        *,
        guessed: bool = False,
    ) -> Reply:
        """The answer of an entry; a commune that the question named gets its status too.

        One that changes with the commune tells of hers, where that is known.
        """
        entry, known = self.served.entries[key], commune or self._remembered(conversation)
        local = places.told_of(known, key, self.region) if known else None
        text = local or entry.answer
        if commune and not local:
            text += f"\n\n{places.commune_status(commune)}"
        elif commune and guessed:
            text = f"{self._guess(commune)}\n\n{text}"
        contact, desks, choice = self.desks.beside(entry.contact, known)
        if local and contact and contact.role in text:
            contact = contact.model_copy(update={"role": ""})
        return Reply(
            Outcome.ANSWER,
            text,
            replace(conversation, refusals=0),
            title=entry.question,
            entry=key,
            entries=(key,),
            confidence=confidence,
            brief=None if local else entry.brief,
            calls=phone_numbers(text.partition("\n\n")[0]) if entry.alarm else (),
            # Easy-to-read French is one sentence a line: each line stays apart.
            easy_text="\n\n".join(entry.easy.splitlines()) if entry.easy and not local else None,
            sources=entry.sources,
            collected_on=entry.collected_on,
            checked_on=entry.checked_on,
            commune=known if local else commune,
            actions=(*choice, *self._next(entry.see_also, conversation), *self.ways()),
            contact=contact,
            desks=desks,
            back=Action(self.texts["retour_theme"], Ask(Kind.THEME, entry.theme))
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
            actions=(Action(self.texts["texte_complet"], Ask(Kind.ENTRY, key)), *made.actions),
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
        doubt = self.texts["proposition"] if len(keys) == 1 else self.texts["propositions"]
        text = self.texts["plusieurs_questions"] if several else doubt
        text = unlike(conversation.said, (text, self.texts["propositions_encore"]))
        none = Action(self.texts["aucune"], Ask(Kind.NONE))
        made = self.menu(text, conversation, Outcome.SUGGESTIONS, (*self.questions(keys), none))
        return replace(made, entries=keys, confidence=confidence, commune=commune)

    def refusal(
        self,
        conversation: Conversation,
        commune: Commune | None,
        near: tuple[str, ...] = (),
    ) -> Reply:
        """The nearest questions, or themes; from the second one, whom to call.

        `commune` is the one named or remembered: its town hall is the desk. `near` are entries
        that may be meant, best first: a refusal all the same, since none is likely.
        """
        after = replace(conversation, refusals=conversation.refusals + 1)
        if after.refusals >= REFUSALS_BEFORE_CONTACT:
            made = replace(self.contact(after, commune), outcome=Outcome.NO_MATCH)
            told = [self.texts["refus_suivant"]]
            if after.refusals > REFUSALS_BEFORE_CONTACT and made.contact and made.contact.phone:
                named = {"contact": made.contact.name, "telephone": made.contact.phone}
                told.insert(0, self.texts["refus_encore"].format(**named))
            actions = (*self.questions(near), *made.actions)
            text = unlike(conversation.said, told)
            return replace(made, text=text, entries=near, actions=actions)
        first = self.questions(near) or self._theme_actions(THEMES_IN_REFUSAL)
        text = self.texts["refus_proche"] if near else self.texts["refus"]
        if commune and not near:
            text = self.texts["refus_commune"].format(commune=typeset(commune.name))
        made = self.menu(text, after, Outcome.NO_MATCH, first)
        return replace(made, entries=near, contact=self.desks.town_hall(commune))

    def elsewhere(self, place: str, conversation: Conversation) -> Reply:
        """A place outside the territory was asked about."""
        text = self.region.sentences.ailleurs.format(lieu=place)
        after = replace(conversation, refusals=conversation.refusals + 1)
        return self.menu(text, after, Outcome.NO_MATCH)

    def unknown_postcode(self, lookup: Unknown, conversation: Conversation) -> Reply:
        """A postcode that no commune has: said so, with those of which it may be a slip."""
        sentences = self.region.sentences
        told = sentences.code_postal_proche if lookup.near else sentences.code_postal_inconnu
        made = self.choose_commune(
            lookup.near, conversation, told.format(code_postal=lookup.postcode)
        )
        return replace(made, outcome=Outcome.NO_MATCH, communes=(), wants_place=not lookup.near)

    def choose_commune(
        self,
        communes: tuple[Commune, ...],
        conversation: Conversation,
        text: str | None = None,
        about: str | None = None,
    ) -> Reply:
        """Several communes may be meant: a choice, never a guess; `about` what an entry says."""
        choices = self.places(communes, about)
        told = text or self.texts["choisir_commune"]
        made = self.menu(told, conversation, Outcome.CHOOSE_COMMUNE, choices)
        return replace(made, communes=communes, entry=about)

    def near(self, communes: tuple[Commune, ...], conversation: Conversation) -> Reply:
        """The communes around a point on the map: a choice too, since borders are not known."""
        if not communes:
            return self.menu(self.region.sentences.loin, conversation, Outcome.NO_MATCH)
        return self.choose_commune(communes, conversation, self.texts["communes_proches"])

    def commune_not_found(self, conversation: Conversation) -> Reply:
        """No place was recognised where one was looked for."""
        return self.menu(self.region.sentences.introuvable, conversation, Outcome.NO_MATCH)

    def where(self, conversation: Conversation) -> Reply:
        """Ask which commune."""
        asked = self.menu(self.region.sentences.quelle_commune, conversation)
        return replace(asked, wants_place=True)

    def commune(
        self,
        commune: Commune,
        conversation: Conversation,
        confidence: float = 1.0,
        cite: str | None = None,
        *,
        guessed: bool = False,
    ) -> Reply:
        """Where a commune stands, with its zone, intercommunalité and desk."""
        parts = [places.commune_status(commune)]
        if guessed:
            parts.insert(0, self._guess(commune))
        if caution := places.caution(commune):
            parts.append(caution)
        if cite and self.region.estates:
            listed = normalise(cite) in {normalise(known) for known in commune.cites}
            parts.append(places.cite_status(cite, self.region.estates, listed=listed))
        if situation := places.situation(commune, self.region.zone):
            parts.append(situation)
        desk, hall = self.desks.of(commune), self.desks.town_hall(commune)
        if hall and hall.phone:
            parts.append(places.to_call(hall, self.region.sentences))
            if desk is None or not desk.phone or desk == hall:
                desk = hall.model_copy(update={"role": ""})  # the sentence tells the hours
        return Reply(
            Outcome.COMMUNE,
            "\n\n".join(parts),
            replace(conversation, commune=commune.code_insee, refusals=0),
            title=f"{typeset(commune.name)} ({', '.join(commune.postcodes)})",
            entries=tuple(sorted(self.served.entries.keys() & self.region.entries)),
            confidence=confidence,
            sources=self.region.sources,
            collected_on=self.region.collected_on,
            commune=commune,
            actions=(
                *self._next(commune.standing.see_next, conversation),
                Action(self.texts["changer_commune"], Ask(Kind.COMMUNE)),
                *(way for way in self.ways() if way.ask != Ask(Kind.COMMUNE)),
            ),
            contact=desk,
            back=self.to_start,
        )

    def contact(self, conversation: Conversation, commune: Commune | None) -> Reply:
        """Whom to call; the remembered commune's own town hall or desk where there is one."""
        beside = self.questions(self.served.base.beside_contact)
        made = self.menu(self.texts["contact"], conversation, first=beside, contact=False)
        desk = self.desks.of(commune) if commune else self.desks.default()
        return replace(made, contact=self.desks.town_hall(commune) or desk)

    def desk(self, key: str, conversation: Conversation) -> Reply:
        """A desk by name; of one that is one of several, which it is. Raises KeyError."""
        commune = self._remembered(conversation)
        card, several = self.desks.card(key, commune), self.desks.several(key)
        if not card and not several:
            return self.contact(conversation, commune)
        named = card or self.served.base.contacts[key]
        told = [self.texts["contact"], self.desks.on_paper(key)] if card else [named.which]
        text = "\n\n".join(filter(None, told)) or self.texts["contact"]
        choice = () if card else self.desks.choice(several)
        made = self.menu(text, conversation, first=choice)
        desks = () if card else tuple(several.values())
        return replace(made, title=named.name, contact=named, desks=desks)

    def themes(self, conversation: Conversation) -> Reply:
        """All themes; of a base without any, its questions."""
        base = self.served.base
        text = self.texts["themes"] if base.themes else self.texts["questions"]
        first = self._theme_actions() if base.themes else self.questions(base.entries)
        return self.menu(text, conversation, first=first, themes=False)

    def theme(self, key: str, conversation: Conversation) -> Reply:
        """The questions of one theme. Raises KeyError for an unknown theme."""
        title = {known.id: known.title for known in self.served.base.themes}[key]
        first = self.questions(entry.id for entry in self.served.base.of_theme(key))
        made = self.menu(self.texts["theme"].format(theme=title), conversation, first=first)
        return replace(made, back=Action(self.texts["retour_themes"], Ask(Kind.THEMES)))

    def start(self, conversation: Conversation) -> Reply:
        """The welcome, to which every other reply can go back."""
        return replace(self.menu(self.texts["bienvenue"], conversation), back=None)

    def menu(
        self,
        text: str,
        conversation: Conversation,
        outcome: Outcome = Outcome.SMALLTALK,
        first: tuple[Action, ...] = (),
        *,
        themes: bool = True,
        contact: bool = True,
    ) -> Reply:
        """A text with ways on: its own first, then the general ones, and back to the welcome."""
        actions = (*first, *self.ways(themes=themes, contact=contact))
        return Reply(outcome, text, conversation, actions=actions, back=self.to_start)

    def questions(self, keys: Iterable[str]) -> tuple[Action, ...]:
        """A button for each of the entries that is served, with its full question."""
        served = (self.served.entries[key] for key in keys if key in self.served.entries)
        return tuple(Action(entry.question, Ask(Kind.ENTRY, entry.id)) for entry in served)

    def _next(self, keys: Iterable[str], conversation: Conversation) -> tuple[Action, ...]:
        """What may be asked next: a few, and not what was just answered."""
        return self.questions(key for key in keys if key != conversation.entry)[:NEXT]

    def places(self, communes: Iterable[Commune], about: str | None = None) -> tuple[Action, ...]:
        """A button for each commune, with its first postcode; `about` what an entry says of it."""
        return tuple(
            Action(
                f"{typeset(commune.name)} ({commune.postcodes[0]})",
                Ask(Kind.ENTRY, f"{about}:{code}") if about else Ask(Kind.COMMUNE, code),
            )
            for commune in communes
            for code in [commune.code_insee]
        )

    def _theme_actions(self, limit: int | None = None) -> tuple[Action, ...]:
        return tuple(
            Action(f"{theme.icon} {theme.title}".strip(), Ask(Kind.THEME, theme.id))
            for theme in self.served.base.themes[:limit]
        )

    def _guess(self, commune: Commune) -> str:
        return self.texts["commune_devinee"].format(commune=typeset(commune.name))

    def _remembered(self, conversation: Conversation) -> Commune | None:
        return self.served.gazetteer.get(conversation.commune or "")

    def source(self, key: str, conversation: Conversation) -> Reply:
        """Where an answer comes from, and of what day."""
        entry = self.served.entries[key]
        told = self.texts["provenance"].format(question=entry.question)
        return replace(
            self.menu(told, conversation),
            title=entry.question,
            entries=(key,),
            sources=entry.sources,
            collected_on=entry.collected_on,
            checked_on=entry.checked_on,
            actions=(*self.questions((key,)), *self.ways()),
        )
