"""The assistant: every channel gives it a Question and renders the Reply."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.communes.commune import Ambiguous, Commune, Found, Lookup, Status, Unknown
from bot.communes.gazetteer import Gazetteer
from bot.conversation import texts
from bot.conversation.reply import Action, Conversation, Outcome, Question, Reply
from bot.conversation.smalltalk import smalltalk
from bot.knowledge.model import Contact, KnowledgeBase
from bot.language.typography import typeset
from bot.language.words import normalise, stems, tokens
from bot.matching.decision import Answered, Candidate, Decision, Policy, Suggestions, decide
from bot.matching.engine import Engine


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text gets its reply: words as read, candidates with the parts of their score."""

    tokens: tuple[str, ...]
    words: Mapping[str, str]  # {stem of the question: stem of the base it is read as}
    place: str | None  # the commune recognised, if any
    candidates: tuple[Candidate, ...]  # five at most, best first
    outcome: Outcome
    rule: str  # French

    def as_json(self) -> dict[str, Any]:
        """The object that `explain --json` prints."""
        return asdict(self)


QUESTION_LENGTH = 1_000  # characters; beyond, nobody reads a question into it
REFUSALS_BEFORE_CONTACT = 2
#: Entries whose answer is the state of one commune.
COMMUNE_ENTRIES = frozenset({"ma-commune-erbm", "ma-commune-bud"})
#: Contacts offered, first found first, when nothing points to another desk.
DEFAULT_CONTACTS = ("prefecture", "mairie")
#: Words that ask nothing but « is this place concerned? » around a commune's name.
_ABOUT_PLACES = frozenset(
    stems(
        """ville village commune communes cite quartier coron secteur coin agglo departement nord pas
        calais code postal insee cp habite habitons habitant habitants vis vit vivons vient
        viens reste loge demeure originaire chez concerne concernee concernes dedans dans fait
        fais faisons font partie perimetre programme erbm bud bassin minier minie zone franche
        liste retenu retenue selectionne inclus incluse compris comprise eligible beneficie bon
        bonne droit quelque chose savoir voudrais veux vouloir dire est-ce que si oui non pas
        aussi alors pour quid question ma mon notre classe classee dynamiser urbain renouveau
        engagement plan projet dispositif cote pres depuis ans actuellement la-bas"""
    )
)


class Assistant:
    """Answers from one knowledge base, which `serve` replaces whole when editors save.

    Pure but for today's date: the same base, words and day give the same reply.
    """

    def __init__(
        self,
        base: KnowledgeBase,
        gazetteer: Gazetteer,
        policy: Policy,
        today: Callable[[], dt.date] = dt.date.today,
    ) -> None:
        self.gazetteer = gazetteer
        self._policy = policy
        self._today = today
        self.serve(base)

    def serve(self, base: KnowledgeBase) -> None:
        """Answer from this base from now on."""
        self.engine = Engine(
            {key: entry.phrasings for key, entry in base.entries.items()}, base.synonyms
        )
        self.base = base

    # What is asked

    def reply(self, question: Question) -> Reply:
        """The reply to words or to a button; never raises on what a resident can send."""
        if question.action is not None:
            made = self._act(question.action, question.conversation)
        else:
            made = self._answer(question.text.strip(), question.conversation)
        return self._finish(made, question.conversation)

    def rank(self, text: str) -> tuple[Candidate, ...]:
        """The entries that may be served and share a word with the text, best first."""
        served = self.base.served(self._today())
        return tuple(found for found in self.engine.rank(text) if found.entry in served)

    def decide(self, text: str) -> Decision:
        """What the candidates alone decide, before smalltalk and communes are looked at."""
        return decide(self.rank(text), self._policy)

    def explain(self, text: str) -> Explanation:
        """Why the text, as a first message, gets its reply."""
        lookup = self.gazetteer.find(text)
        reply = self.reply(Question(text))
        decision = self.decide(text)
        if reply.outcome is Outcome.SMALLTALK:
            rule = "Message de politesse, vide ou trop long : les candidats ne comptent pas."
        elif reply.outcome in {Outcome.COMMUNE, Outcome.CHOOSE_COMMUNE}:
            rule = "Le message demande si un lieu est concerné : la commune répond."
        else:
            rule = decision.rule
        place = None
        if isinstance(lookup, Found):
            place = lookup.commune.name
        elif isinstance(lookup, Ambiguous):
            place = " ou ".join(commune.name for commune in lookup.communes)
        return Explanation(
            tokens(text), self.engine.words(text), place, self.rank(text)[:5], reply.outcome, rule
        )

    def _answer(self, text: str, conversation: Conversation) -> Reply:
        if len(text) > QUESTION_LENGTH:
            return self._menu(texts.TOO_LONG, conversation)
        if not normalise(text):
            return self._menu(texts.EMPTY, conversation)
        if talk := smalltalk(text):
            return self._smalltalk(talk, conversation)
        lookup = self.gazetteer.find(text)
        if only_place(lookup):
            return self._place(lookup, conversation)
        decision = self.decide(text)
        commune = lookup.commune if isinstance(lookup, Found) else None
        if commune:
            conversation = replace(conversation, commune=commune.code_insee)
        if isinstance(decision, Answered):
            key, confidence = decision.candidate.entry, decision.candidate.score
            if key in COMMUNE_ENTRIES:
                if not isinstance(lookup, Unknown):
                    return self._place(lookup, conversation, confidence)
                if conversation.commune and lookup.elsewhere is None:
                    return self._commune(conversation.commune, conversation, confidence)
            return self._entry(key, conversation, confidence, commune)
        if isinstance(decision, Suggestions):
            keys = tuple(candidate.entry for candidate in decision.candidates)
            return self._suggest(keys, conversation, decision.candidates[0].score, commune)
        if isinstance(lookup, Unknown) and lookup.elsewhere and only_words_about_places(text):
            return self._place(lookup, conversation)
        return self._refuse(conversation)

    def _act(self, action: str, conversation: Conversation) -> Reply:
        kind, _, value = action.partition(":")
        served = self.base.served(self._today())
        if kind == "entry" and value in served:
            return self._entry(value, conversation, 1.0, None)
        if kind == "easy" and value in served:
            made = self._entry(value, conversation, 1.0, None)
            return replace(made, text=made.easy_text or made.text, easy_text=None)
        if kind == "theme" and any(theme.id == value for theme in self.base.themes):
            return self._theme(value, conversation)
        if kind == "commune" and value and self.gazetteer.get(value):
            return self._commune(value, conversation)
        simple = {
            "start": texts.WELCOME,
            "help": texts.HELP,
            "privacy": texts.PRIVACY,
            "commune": texts.COMMUNE_PROMPT,
        }
        if action in simple:
            return self._menu(simple[action], conversation)
        if action == "none":
            return self._refuse(conversation)
        if action == "themes":
            return self._themes(conversation)
        if action == "contact":
            return self._contact(conversation)
        return self._menu(texts.EXPIRED_BUTTON, conversation)

    # Replies

    def _entry(
        self, key: str, conversation: Conversation, confidence: float, commune: Commune | None
    ) -> Reply:
        entry = self.base.entries[key]
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
            easy_text=entry.easy,
            sources=entry.sources,
            collected_on=entry.collected_on,
            checked_on=entry.checked_on,
            commune=commune,
            actions=(*self._questions(entry.see_also), *_ALL_WAYS),
            contact=self.base.contacts.get(entry.contact or ""),
        )

    def _suggest(
        self,
        keys: tuple[str, ...],
        conversation: Conversation,
        confidence: float,
        commune: Commune | None,
    ) -> Reply:
        return Reply(
            Outcome.SUGGESTIONS,
            texts.SUGGESTIONS,
            conversation,
            entries=keys,
            confidence=confidence,
            commune=commune,
            actions=(
                *self._questions(keys),
                Action(texts.NONE_OF_THESE, "none"),
                *_ALL_WAYS,
            ),
        )

    def _refuse(self, conversation: Conversation) -> Reply:
        refusals = conversation.refusals + 1
        after = replace(conversation, refusals=refusals)
        if refusals >= REFUSALS_BEFORE_CONTACT:
            return replace(self._contact(after), outcome=Outcome.NO_MATCH, text=texts.REFUSAL_AGAIN)
        return Reply(
            Outcome.NO_MATCH, texts.REFUSAL, after, actions=(*self._theme_actions(3), *_ALL_WAYS)
        )

    def _place(self, lookup: Lookup, conversation: Conversation, confidence: float = 1.0) -> Reply:
        if isinstance(lookup, Found):
            return self._commune(lookup.commune.code_insee, conversation, confidence, lookup.cite)
        if isinstance(lookup, Ambiguous):
            return Reply(
                Outcome.CHOOSE_COMMUNE,
                texts.CHOOSE_COMMUNE,
                conversation,
                communes=lookup.communes,
                actions=(
                    *(
                        Action(
                            f"{commune.name} ({commune.postcodes[0]})",
                            f"commune:{commune.code_insee}",
                        )
                        for commune in lookup.communes
                    ),
                    *_ALL_WAYS,
                ),
            )
        place = (lookup.elsewhere or "").capitalize()
        text = texts.ELSEWHERE.format(place=place)
        refused = replace(conversation, refusals=conversation.refusals + 1)
        return Reply(Outcome.NO_MATCH, text, refused, actions=_ALL_WAYS)

    def _commune(
        self,
        code: str,
        conversation: Conversation,
        confidence: float = 1.0,
        cite: str | None = None,
    ) -> Reply:
        commune = self.gazetteer.get(code)
        if commune is None:
            return self._menu(texts.COMMUNE_PROMPT, conversation)
        parts = [texts.commune_status(commune)]
        if commune.status is Status.IN:
            parts.append(texts.NOT_A_PROMISE)
        if cite:
            listed = normalise(cite) in {normalise(known) for known in commune.cites}
            template = texts.CITE_LISTED if listed else texts.CITE_UNLISTED
            parts.append(template.format(cite=cite[0].lower() + cite[1:]))
        epci = texts.EPCI.format(epci=texts.epci_name(commune)) if commune.status is Status.IN else ""
        if commune.bud:
            parts.append(f"{epci} {texts.BUD.format(name=commune.name)}".strip())
        elif commune.status is not Status.OUT:
            parts.append(f"{epci} {texts.NO_BUD.format(name=commune.name)}".strip())
        following = (
            ("ma-cite-concernee", "quand-ma-rue")
            if commune.status is Status.IN
            else ("pas-dans-l-erbm", "aides-proprietaire")
        )
        return Reply(
            Outcome.COMMUNE,
            "\n\n".join(parts),
            replace(conversation, commune=code, refusals=0),
            title=f"{commune.name} ({', '.join(commune.postcodes)})",
            entries=tuple(sorted(COMMUNE_ENTRIES & set(self.base.entries))),
            confidence=confidence,
            sources=texts.PERIMETER_SOURCES,
            collected_on=texts.COMMUNES_COLLECTED_ON,
            commune=commune,
            actions=(
                *self._questions(following),
                Action(texts.CHANGE_COMMUNE, "commune"),
                Action(texts.SEE_THEMES, "themes"),
                Action(texts.REACH_SOMEONE, "contact"),
            ),
            contact=self._desk(commune),
        )

    def _contact(self, conversation: Conversation) -> Reply:
        commune = self.gazetteer.get(conversation.commune or "")
        contact = self._desk(commune) if commune else self._default_contact()
        return Reply(
            Outcome.SMALLTALK,
            texts.CONTACT,
            conversation,
            contact=contact,
            actions=(*self._questions(("qui-contacter", "danger-immediat")), *_ALL_WAYS[:2]),
        )

    def _themes(self, conversation: Conversation) -> Reply:
        return Reply(
            Outcome.SMALLTALK,
            texts.THEMES,
            conversation,
            actions=(
                *self._theme_actions(),
                Action(texts.FIND_COMMUNE, "commune"),
                Action(texts.REACH_SOMEONE, "contact"),
            ),
        )

    def _theme(self, theme: str, conversation: Conversation) -> Reply:
        titles = {known.id: known.title for known in self.base.themes}
        keys = [entry.id for entry in self.base.of_theme(theme)]
        return Reply(
            Outcome.SMALLTALK,
            texts.THEME.format(title=titles[theme]),
            conversation,
            actions=(*self._questions(keys), *_ALL_WAYS),
        )

    def _menu(self, text: str, conversation: Conversation) -> Reply:
        return Reply(Outcome.SMALLTALK, text, conversation, actions=_ALL_WAYS)

    def _smalltalk(self, text: str, conversation: Conversation) -> Reply:
        if text == texts.INSULT:
            return replace(self._contact(conversation), text=text)
        return self._menu(text, replace(conversation, refusals=0))

    # Parts of replies

    def _finish(self, made: Reply, before: Conversation) -> Reply:
        """Typeset every text and say, on the first reply, that a program answers."""
        return replace(
            made,
            text=typeset(made.text),
            title=typeset(made.title) if made.title else None,
            easy_text=typeset(made.easy_text) if made.easy_text else None,
            notice=None if before.started else typeset(texts.NOTICE),
            sources=tuple(
                source.model_copy(update={"title": typeset(source.title)})
                for source in made.sources
            ),
            actions=tuple(Action(typeset(way.label), way.action) for way in made.actions),
            conversation=replace(made.conversation, started=True),
        )

    def _questions(self, keys: Iterable[str]) -> tuple[Action, ...]:
        served = self.base.served(self._today())
        return tuple(Action(served[key].question, f"entry:{key}") for key in keys if key in served)

    def _theme_actions(self, limit: int | None = None) -> tuple[Action, ...]:
        return tuple(
            Action(f"{theme.icon} {theme.title}".strip(), f"theme:{theme.id}")
            for theme in self.base.themes[:limit]
        )

    def _desk(self, commune: Commune) -> Contact | None:
        """Whom to ask about a commune: its intercommunalité where that is a partner."""
        if commune.status in {Status.IN, Status.PARTNER_ONLY}:
            for contact in self.base.contacts.values():
                if contact.epci == commune.epci_siren:
                    return contact
            general = self.base.contacts.get("intercommunalite")
            if general:
                return general.model_copy(update={"name": texts.epci_name(commune).removeprefix("la ").capitalize()})
        if commune.status is Status.OUT and "france-renov" in self.base.contacts:
            return self.base.contacts["france-renov"]
        return self._default_contact()

    def _default_contact(self) -> Contact | None:
        for key in DEFAULT_CONTACTS:
            if key in self.base.contacts:
                return self.base.contacts[key]
        return None


_ALL_WAYS = (
    Action(texts.SEE_THEMES, "themes"),
    Action(texts.FIND_COMMUNE, "commune"),
    Action(texts.REACH_SOMEONE, "contact"),
)


def only_words_about_places(text: str) -> bool:
    """Whether the text has no word of a subject: only « are we concerned? » and the like."""
    return all(word in _ABOUT_PLACES or word.isdigit() for word in stems(text))


def only_place(lookup: Lookup) -> bool:
    """Whether a place was named and the rest of the words ask nothing but whether it is in."""
    return not isinstance(lookup, Unknown) and only_words_about_places(lookup.rest)
