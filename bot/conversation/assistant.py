"""The assistant: every channel gives it a Question and renders the Reply."""

import asyncio
import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.communes.commune import Ambiguous, Commune, Found, Lookup, Unknown
from bot.communes.gazetteer import Gazetteer
from bot.conversation import texts
from bot.conversation.answers import COMMUNE_ENTRIES, Answers, finish
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.conversation.smalltalk import smalltalk
from bot.knowledge.model import KnowledgeBase
from bot.language.personal import without_personal_data
from bot.language.words import normalise, parts, stems, without_wrapping
from bot.matching.decision import (
    POLICY,
    SMALLEST,
    SUGGESTIONS,
    Answered,
    Candidate,
    Decision,
    Policy,
    Ranking,
    Suggestions,
    decide,
)
from bot.matching.encoder import Encoder
from bot.matching.engine import EntryTexts
from bot.matching.matcher import Matcher

QUESTION_LENGTH = 1_000  # characters; beyond, nobody reads a question into it
#: Replies kept ready: the usual questions come again and again. About 5 kB each.
REMEMBERED = 2_048
EXPLAINED = 5  # candidates shown by `explain`
#: Each part of a message is offered from this probability on. At 0.5, 16 of the base's 5,105
#: phrasings (one question each) are taken for several, nearly all with the right entry offered.
PART_SCORE = 0.5
#: Probability from which an alarm is answered without asking « did you mean…? »: the right number
#: given for nothing costs little, a question asked in a fire much.
ALARM_SCORE = 0.3
BROWSED = 10  # answers to choose from while someone types
RELATED = 0.5  # probability, below which words being typed are rather off topic
#: What is left before a place's name once it is taken away.
_BEFORE_PLACES = frozenset({"a", "au", "aux", "dans", "de", "du", "d", "en", "sur", "vers", "pour"})
#: Words that ask nothing but « is this place concerned? » around a commune's name.
_ABOUT_PLACES = frozenset(
    stems(
        """ville village commune communes cite quartier coron secteur coin agglo departement nord
        pas calais code postal insee cp habite habitons habitant habitants vis vit vivons vient
        viens reste loge demeure originaire chez concerne concernee concernes dedans dans fait
        fais faisons font partie perimetre programme erbm bud bassin minier minie zone franche
        liste retenu retenue selectionne inclus incluse compris comprise eligible beneficie bon
        bonne droit quelque chose savoir voudrais veux vouloir dire est-ce que si oui non pas
        aussi alors pour quid question ma mon notre classe classee dynamiser urbain renouveau
        engagement plan projet dispositif cote pres depuis ans actuellement la-bas"""
    )
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text gets its reply: words as read, candidates with the parts of their score."""

    tokens: tuple[str, ...]
    repairs: Mapping[str, str]  # {word as typed: word as read}, where they differ
    place: str | None  # the commune recognised, if any
    related: float  # probability that any entry is right
    candidates: tuple[Candidate, ...]  # EXPLAINED at most, best first
    outcome: Outcome
    rule: str  # French

    def as_json(self) -> dict[str, Any]:
        """The object that `explain --json` prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Serving:
    """A base with its matcher and what was answered from it, replaced together."""

    base: KnowledgeBase
    matcher: Matcher
    replies: OrderedDict[tuple[dt.date, Question], Reply] = field(default_factory=OrderedDict)


class Assistant:
    """Answers from one knowledge base, which `serve` replaces whole when editors save.

    Pure but for today's date: the same base, words and day give the same reply. `unrelated` are
    common messages that no base answers.
    """

    def __init__(
        self,
        base: KnowledgeBase,
        gazetteer: Gazetteer,
        *,
        encoder: Encoder | None = None,
        unrelated: Sequence[str] = (),
        policy: Policy = POLICY,
        today: Callable[[], dt.date] = dt.date.today,
    ) -> None:
        self.gazetteer = gazetteer
        self._encoder = encoder
        self._unrelated = unrelated
        self._policy = policy
        self.today = today
        # One worker: the encoder is not made for several at once, and cores are few.
        self._thinking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="matching")
        self.serve(base)

    def serve(self, base: KnowledgeBase) -> None:
        """Answer from this base from now on. Takes seconds: call it off the event loop."""
        entries = {
            key: EntryTexts(entry.phrasings, entry.answer) for key, entry in base.entries.items()
        }
        matcher = Matcher(
            entries,
            base.synonyms,
            (*self._unrelated, *base.unrelated),
            self._encoder,
            self._policy,
        )
        self._serving = _Serving(base, matcher)

    @property
    def base(self) -> KnowledgeBase:
        """The base being served."""
        return self._serving.base

    def reply(self, question: Question) -> Reply:
        """The reply to words or to a button; never raises on what a resident can send."""
        serving = self._serving
        answers = Answers(serving.base, self.today())
        before = question.conversation
        if question.action is not None:
            made = self._act(question.action, before, answers)
        elif question.place is not None:
            made = answers.near(self.gazetteer.around(question.place), before)
        else:
            made = self._answer(question.text.strip(), before, answers, serving.matcher)
        return finish(made, before)

    async def ask(self, question: Question) -> Reply:
        """`reply`, off the event loop where it has to think: a question takes milliseconds."""
        if question.place is not None:
            return self.reply(question)  # where someone is must not be kept, not even here
        replies, key = self._serving.replies, (self.today(), question)
        if (known := replies.get(key)) is not None:
            replies.move_to_end(key)
            return known
        if question.action is not None:
            made = self.reply(question)
        else:
            loop = asyncio.get_running_loop()
            made = await loop.run_in_executor(self._thinking, self.reply, question)
        replies[key] = made
        if len(replies) > REMEMBERED:
            replies.popitem(last=False)
        return made

    def rank(self, text: str) -> Ranking:
        """The likely entries, best first, those expired left out."""
        serving = self._serving
        ranking = _rank(serving.matcher, text, self.gazetteer.find(text))
        return ranking.among(serving.base.served(self.today()))

    async def browse(self, text: str) -> tuple[Reply, ...]:
        """Answers to choose from while someone types, best first, each ready to be shared.

        An alarm comes first of all, then the commune named, the likely answers, and those that
        go with them; nothing where the words are probably off topic. Before anything is typed:
        the first answer of each theme, as editors order them.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thinking, self._browse, text[:QUESTION_LENGTH])

    def _browse(self, text: str) -> tuple[Reply, ...]:
        serving = self._serving
        answers = Answers(serving.base, self.today())
        shared = Conversation(started=True)
        urgent = serving.base.alarms.find(text, serving.matcher.repair)
        if not normalise(text):
            firsts = (serving.base.of_theme(theme.id)[:1] for theme in serving.base.themes)
            keys = [entry.id for first in firsts for entry in first if entry.id in answers.served]
            keys = keys or list(answers.served)
        else:
            ranking = self.rank(text)
            likely = ranking.candidates if ranking.related >= RELATED else ()
            keys = [one.entry for one in likely if one.score >= SMALLEST]
            if urgent in answers.served:
                keys.insert(0, urgent)
            near = [other for key in keys for other in answers.served[key].see_also]
            keys += [key for key in near if key in answers.served]
        lookup = self.gazetteer.find(text)
        made = [answers.entry(key, shared, 1.0, None) for key in dict.fromkeys(keys)]
        if isinstance(lookup, Found) and _asks_only_about(lookup, text) and not urgent:
            made.insert(0, answers.commune(lookup.commune, shared, guessed=lookup.fuzzy))
        return tuple(finish(one, shared) for one in made[:BROWSED])

    def explain(self, text: str) -> Explanation:
        """Why the text, as a first message, gets its reply."""
        lookup = self.gazetteer.find(text)
        reply = self.reply(Question(text))
        ranked = self.rank(text)
        reading = self._serving.matcher.read(text)
        if reply.outcome is Outcome.SMALLTALK:
            rule = "Message de politesse, vide ou trop long : les candidats ne comptent pas."
        elif reply.outcome in {Outcome.COMMUNE, Outcome.CHOOSE_COMMUNE}:
            rule = "Le message demande si un lieu est concerné : la commune répond."
        else:
            rule = self._decide(ranked, lookup).rule
        place = None
        if isinstance(lookup, Found):
            place = lookup.commune.name
        elif isinstance(lookup, Ambiguous):
            place = " ou ".join(commune.name for commune in lookup.communes)
        return Explanation(
            reading.words,
            dict(reading.repairs),
            place,
            ranked.related,
            ranked.candidates[:EXPLAINED],
            reply.outcome,
            rule,
        )

    def _answer(
        self, text: str, conversation: Conversation, answers: Answers, matcher: Matcher
    ) -> Reply:
        if len(text) > QUESTION_LENGTH:
            return answers.menu(texts.TOO_LONG, conversation)
        if not normalise(text):
            return answers.menu(texts.EMPTY, conversation)
        urgent = answers.base.alarms.find(text, matcher.repair)
        if urgent in answers.served:
            return answers.entry(urgent, conversation, 1.0, None)
        if talk := smalltalk(text):
            if talk == texts.INSULT:
                return replace(
                    answers.contact(conversation, self._remembered(conversation)), text=talk
                )
            return answers.menu(talk, replace(conversation, refusals=0))
        if not normalise(text := without_personal_data(text)):
            return answers.menu(texts.PERSONAL_DATA, conversation)
        lookup = self.gazetteer.find(text)
        ranking = _rank(matcher, text, lookup).among(answers.served)
        best = ranking.candidates[0] if ranking.candidates else None
        if isinstance(lookup, Unknown) and lookup.postcode and _asks_only_about(lookup, text):
            return answers.unknown_postcode(lookup, conversation)
        if _asks_only_about(lookup, text) and not self._has_own_entry(lookup, ranking):
            return self._place(lookup, conversation, answers, 1.0)
        if best and answers.served[best.entry].alarm and best.score >= ALARM_SCORE:
            return answers.entry(best.entry, conversation, best.score, None)
        decision = self._decide(ranking, lookup)
        if several := self._several(text, ranking, matcher, answers):
            commune = lookup.commune if isinstance(lookup, Found) else None
            return answers.suggestions(
                several, conversation, ranking.candidates[0].score, commune, several=True
            )
        return self._decided(decision, lookup, conversation, answers)

    def _decide(self, ranking: Ranking, lookup: Lookup) -> Decision:
        """The decision; what is asked of a place elsewhere is at most suggested.

        « Quand la zone franche de Toulouse finit-elle ? » is not about ours, unless the entry
        knows the place: « Bruxelles paie-t-elle ? ».
        """
        decision = decide(ranking, self._policy)
        away = isinstance(lookup, Unknown) and lookup.elsewhere and not ranking.identical
        if away and isinstance(decision, Answered) and decision.candidate.parts["lieu"] < 0.5:
            return Suggestions((decision.candidate,), _AWAY)
        return decision

    def _has_own_entry(self, lookup: Lookup, ranking: Ranking) -> bool:
        """Whether an entry is about the very place named: « où en est la cité Barrois ? »."""
        decision = decide(ranking, self._policy)
        if not isinstance(decision, Answered) or decision.candidate.entry in COMMUNE_ENTRIES:
            return False
        named_estate = isinstance(lookup, Found) and lookup.cite is not None
        return named_estate or decision.candidate.entry == ranking.identical

    def _several(
        self, text: str, ranking: Ranking, matcher: Matcher, answers: Answers
    ) -> tuple[str, ...]:
        """The entries that answer each part of « qui paie et quand ça commence ? », if parts.

        Where one entry answers the whole, each part must be as sure: « … et qui la porte ? » goes
        on about the same thing.
        """
        if not ranking.candidates or ranking.identical:
            return ()
        sure = isinstance(decide(ranking, self._policy), Answered)
        found: list[str] = []
        for part in parts(text):
            ranked = matcher.rank(part).among(answers.served)
            if not ranked.candidates or ranked.candidates[0].score < PART_SCORE:
                return ()
            if sure and not isinstance(decide(ranked, self._policy), Answered):
                return ()
            found.append(ranked.candidates[0].entry)
        if len(set(found)) < 2:
            return ()
        whole = ranking.candidates[0]
        if whole.entry not in found and whole.score >= PART_SCORE:
            found.insert(0, whole.entry)
        return tuple(dict.fromkeys(found))[:SUGGESTIONS]

    def _decided(
        self, decision: Decision, lookup: Lookup, conversation: Conversation, answers: Answers
    ) -> Reply:
        commune = lookup.commune if isinstance(lookup, Found) else None
        if isinstance(decision, Answered):
            key, confidence = decision.candidate.entry, decision.candidate.score
            if key in COMMUNE_ENTRIES:
                if not isinstance(lookup, Unknown) or lookup.elsewhere:
                    return self._place(lookup, conversation, answers, confidence)
                if remembered := self._remembered(conversation):
                    return answers.commune(remembered, conversation, confidence)
            if commune:
                conversation = replace(conversation, commune=commune.code_insee)
            return answers.entry(key, conversation, confidence, commune)
        if isinstance(decision, Suggestions):
            keys = tuple(candidate.entry for candidate in decision.candidates)
            return answers.suggestions(keys, conversation, decision.candidates[0].score, commune)
        return answers.refusal(conversation, self._remembered(conversation))

    def _place(
        self, lookup: Lookup, conversation: Conversation, answers: Answers, confidence: float
    ) -> Reply:
        if isinstance(lookup, Found):
            return answers.commune(
                lookup.commune, conversation, confidence, lookup.cite, guessed=lookup.fuzzy
            )
        if isinstance(lookup, Ambiguous):
            return answers.choose_commune(lookup.communes, conversation)
        return answers.elsewhere(lookup.elsewhere or "", conversation)

    def _act(self, action: str, conversation: Conversation, answers: Answers) -> Reply:
        kind, _, value = action.partition(":")
        commune = self.gazetteer.get(value)
        if kind == "entry" and value in answers.served:
            return answers.entry(value, conversation, 1.0, None)
        if kind == "easy" and value in answers.served:
            return answers.easy(value, conversation)
        if kind == "theme" and any(theme.id == value for theme in answers.base.themes):
            return answers.theme(value, conversation)
        if kind == "commune" and commune:
            return answers.commune(commune, conversation)
        if action in _MENUS:
            return answers.menu(_MENUS[action], conversation)
        if action == "start":
            return answers.start(conversation)
        if action == "commune":
            return answers.where(conversation)
        if action == "themes":
            return answers.themes(conversation)
        if action == "contact":
            return answers.contact(conversation, self._remembered(conversation))
        if action == "none":
            return answers.refusal(conversation, self._remembered(conversation))
        return answers.menu(texts.EXPIRED_BUTTON, conversation)

    def _remembered(self, conversation: Conversation) -> Commune | None:
        return self.gazetteer.get(conversation.commune) if conversation.commune else None


_AWAY = "Un lieu d’ailleurs est nommé, que l’entrée ne connaît pas : elle est seulement proposée."
_MENUS = {"help": texts.HELP, "privacy": texts.PRIVACY}


def _rank(matcher: Matcher, text: str, lookup: Lookup) -> Ranking:
    """The candidates; a commune's name added to an editor's very words does not weaken them."""
    if isinstance(lookup, Found):
        words = lookup.rest.split()
        while words and words[-1] in _BEFORE_PLACES:
            words.pop()
        if matcher.identical(rest := " ".join(words)):
            return matcher.rank(rest)
    return matcher.rank(text, lookup.matched)


def _asks_only_about(lookup: Lookup, text: str) -> bool:
    """Whether a place was named and the other words ask nothing but whether it is in."""
    if isinstance(lookup, Unknown):
        named = lookup.elsewhere or lookup.postcode
        if named is None:
            return False
        known = set(normalise(named).split())
        rest = " ".join(word for word in normalise(text).split() if word not in known)
    else:
        rest = lookup.rest
    asked = " ".join(without_wrapping(rest.split()))
    return all(word in _ABOUT_PLACES or word.isdigit() for word in stems(asked))
