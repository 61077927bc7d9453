"""The assistant: every channel gives it a Question and renders the Reply."""

import asyncio
import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.communes.gazetteer import Gazetteer
from bot.conversation import message as messages
from bot.conversation.acting import act
from bot.conversation.action import Ask, Kind
from bot.conversation.context import finish
from bot.conversation.following import Following
from bot.conversation.message import read_message
from bot.conversation.places import named
from bot.conversation.reply import Conversation, Outcome, Question, Reply
from bot.conversation.route import route
from bot.conversation.served import Served
from bot.conversation.way import Because, Trace
from bot.knowledge.model import KnowledgeBase
from bot.learning.building import matcher_of
from bot.learning.corpus import Corpus, EntryTexts
from bot.matching.decision import POLICY, SMALLEST, Candidate, Policy, Ranking
from bot.matching.matcher import Matcher
from bot.trained import load_encoder, load_following, load_model

#: Replies kept ready, in bytes: the usual questions come again and again.
REMEMBERED = 4 << 20
EXPLAINED = 5  # candidates shown by `explain`
BROWSED = 10  # answers to choose from while someone types
IN_SCOPE = 0.5  # probability, below which words being typed are rather off topic


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text, as a first message, gets its reply: what was read, weighed and decided."""

    tokens: tuple[str, ...]
    repairs: Mapping[str, str]  # {word as typed: word as read}, where they differ
    place: str | None  # the commune recognised, if any
    in_scope: float  # probability that any entry is right
    candidates: tuple[Candidate, ...]  # EXPLAINED at most, best first
    outcome: Outcome
    entries: tuple[str, ...]
    rule: str  # what decided, in French
    because: tuple[Because, ...]  # every step that had something to say, the deciding one last

    def as_json(self) -> dict[str, Any]:
        """The object that `explain --json` prints."""
        return asdict(self)


def corpus_of(base: KnowledgeBase, unrelated: Sequence[str]) -> Corpus:
    """The texts of a base that are matched, and common messages that no base answers.

    Dialogue acts are among them: what is thanks is no entry, and the other way round.
    """
    entries = {
        key: EntryTexts(entry.phrasings, entry.answer) for key, entry in base.entries.items()
    }
    entries |= {key: EntryTexts(told) for key, told in base.acts.learnt().items()}
    unrelated = (*unrelated, *base.unrelated)
    # In no order of the file: an entry that is moved there leaves the matcher as it is.
    tests = sorted((test, key) for key, entry in base.entries.items() for test in entry.tests)
    return Corpus(entries, base.synonyms, unrelated, base.off_topic, base.shorthand, tests)


def built_here(corpus: Corpus, _: Matcher | None = None) -> Iterable[Matcher]:
    """The matcher of a corpus, built in this process and kept nowhere."""
    return (matcher_of(corpus, load_encoder(), load_model()),)


@dataclass(slots=True)
class _Serving:
    """What is served, and what was answered from it, replaced together."""

    served: Served
    replies: OrderedDict[Question, tuple[Reply, int]] = field(default_factory=OrderedDict)
    weight: int = 0  # bytes, about

    def recall(self, question: Question) -> Reply | None:
        """The reply already made to this very question."""
        if (known := self.replies.get(question)) is None:
            return None
        self.replies.move_to_end(question)
        return known[0]

    def remember(self, question: Question, reply: Reply) -> None:
        """Keep the reply, and let the oldest go where they weigh too much together."""
        weight = 2 * len(repr(reply)) + len(repr(question))
        self.replies[question] = reply, weight
        self.weight += weight
        while self.weight > REMEMBERED:
            _, (_, gone) = self.replies.popitem(last=False)
            self.weight -= gone


class Assistant:
    """Answers from one knowledge base, which `serve` replaces whole when editors save.

    Pure but for today's date: the same base, words and day give the same reply. `unrelated` are
    common messages that no base answers, `match` makes the matcher of a corpus from the one before:
    the last that it gives stays, one before it serves in the meantime. `public_url` is where links
    to our own pages lead; `retention_days`, for how long residents read that questions are kept.
    """

    def __init__(
        self,
        base: KnowledgeBase,
        gazetteer: Gazetteer,
        *,
        unrelated: Sequence[str] = (),
        policy: Policy = POLICY,
        following: Following | None = None,
        match: Callable[[Corpus, Matcher | None], Iterable[Matcher]] = built_here,
        today: Callable[[], dt.date] = dt.date.today,
        public_url: str = "",
        retention_days: int = 30,
    ) -> None:
        self._unrelated = unrelated
        self._policy = policy
        self._following = following or load_following()
        self._match = match
        self._corpus: Corpus | None = None
        self._public_url = public_url
        self._retention_days = retention_days
        self._matcher: Matcher | None = None
        self._settled = True  # the matcher is the last that was to come
        self._turn = 0
        self._replacing = threading.Lock()
        self.today = today
        self.serve(base, gazetteer)

    def serve(
        self,
        base: KnowledgeBase,
        gazetteer: Gazetteer | None = None,
        unrelated: Sequence[str] | None = None,
    ) -> None:
        """Answer from this base from now on, with the communes and messages given or as before.

        Takes seconds: call it off the event loop.
        """
        for _ in self.serving(base, gazetteer, unrelated):
            pass

    def serving(
        self,
        base: KnowledgeBase,
        gazetteer: Gazetteer | None = None,
        unrelated: Sequence[str] | None = None,
    ) -> Iterator[None]:
        """`serve` step by step: after the first the base is served, after the last at its best.

        Another base that begins to be served ends it.
        """
        with self._replacing:
            self._turn += 1
            turn = self._turn
        gazetteer = self.gazetteer if gazetteer is None else gazetteer
        if unrelated is not None:
            self._unrelated = unrelated
        corpus = corpus_of(base, self._unrelated)
        known = self._matcher if self._settled and corpus == self._corpus else None
        shown = base.at(self._public_url)
        for matcher in (known,) if known else self._match(corpus, self._matcher):
            served = Served(
                shown, gazetteer, matcher, self._policy, self.today(), self._following,
                self._retention_days,
            )  # fmt: skip
            with self._replacing:
                if turn != self._turn:
                    return
                self._serving = _Serving(served)
                self._corpus, self._matcher, self._settled = corpus, matcher, bool(known)
            yield
        with self._replacing:
            self._settled |= turn == self._turn

    def of_draft(
        self,
        base: KnowledgeBase,
        gazetteer: Gazetteer,
        unrelated: Sequence[str],
        match: Callable[[Corpus, Matcher | None], Iterable[Matcher]],
    ) -> "Assistant":
        """Another assistant, of a draft, from the matcher of this one. Takes seconds."""
        corpus, matcher = self._corpus, self._matcher

        def made(drafted: Corpus, _: Matcher | None) -> Iterable[Matcher]:
            return (matcher,) if matcher and drafted == corpus else match(drafted, matcher)

        return Assistant(
            base,
            gazetteer,
            unrelated=unrelated,
            policy=self._policy,
            following=self._following,
            match=made,
            today=self.today,
            public_url=self._public_url,
        )

    @property
    def served(self) -> Served:
        """The snapshot of today from which replies are made."""
        return self._today().served

    @property
    def base(self) -> KnowledgeBase:
        """The base being served."""
        return self._serving.served.base

    @property
    def gazetteer(self) -> Gazetteer:
        """The communes being served."""
        return self._serving.served.gazetteer

    def _today(self) -> _Serving:
        serving, today = self._serving, self.today()
        if serving.served.today != today:
            serving = self._serving = _Serving(replace(serving.served, today=today))
        return serving

    def reply(self, question: Question) -> Reply:
        """The reply to words or to a button; never raises on what a resident can send."""
        return self.trace(question)[0]

    def trace(self, question: Question) -> tuple[Reply, Trace]:
        """The reply, and why it is that one."""
        return route(question, self.served)

    async def ask(self, question: Question) -> Reply:
        """`reply`, remembered: a question on the event loop, where it takes a few milliseconds.

        A letter may take a tenth of a second: it has a thread, so that nobody waits for it.
        """
        serving = self._today()
        if question.place is not None:
            # Where someone is must not be kept, not even here.
            return route(question, serving.served)[0]
        if known := serving.recall(question):
            return known
        if len(question.text) < messages.LETTER:
            made, _ = route(question, serving.served)
        else:
            made, _ = await asyncio.to_thread(route, question, serving.served)
        serving.remember(question, made)
        return made

    async def browse(self, text: str) -> tuple[Reply, ...]:
        """Answers to choose from while someone types, best first, each ready to be shared.

        First what the words get as a question, then the other likely answers, and those that go
        with them; nothing where the words are probably off topic. Before anything is typed: the
        first answer of each theme, as editors order them.
        """
        return _browse(text, self.served)

    def explain(self, text: str) -> Explanation:
        """Why the text, as a first message, gets its reply."""
        reply, trace = self.trace(Question(text))
        message = read_message(text, self.served)
        ranking = trace.ranking or messages.rank(message, self.served)
        place = named(message.place)
        return Explanation(
            message.reading.words,
            dict(message.reading.repairs),
            place,
            ranking.in_scope,
            ranking.candidates[:EXPLAINED],
            reply.outcome,
            reply.entries,
            trace.because[-1].facts,
            trace.because,
        )

    def rank(self, text: str) -> Ranking:
        """The likely entries, best first, whatever the reply would be."""
        return messages.rank(read_message(text, self.served), self.served)


def _browse(text: str, served: Served) -> tuple[Reply, ...]:
    shared = Conversation(started=True)
    text = text[: messages.LENGTH]
    first: tuple[Reply, ...] = ()
    message = read_message(text, served)
    if message.empty:
        firsts = (served.base.of_theme(theme.id)[:1] for theme in served.base.themes)
        keys = [entry.id for few in firsts for entry in few] or list(served.base.entries)
    else:
        reply, _ = route(Question(text, conversation=shared), served)
        if reply.outcome in {Outcome.ANSWER, Outcome.COMMUNE}:
            first = (reply,)
        ranking = messages.rank(message, served)
        likely = ranking.candidates if ranking.in_scope >= IN_SCOPE else ()
        keys = [*reply.entries] if first else []
        keys += [one.entry for one in likely if one.score >= SMALLEST]
        keys += [
            other for key in keys if key in served.entries for other in served.entries[key].see_also
        ]
    given = {reply.entry for reply in first}
    asked = (Ask(Kind.ENTRY, key) for key in dict.fromkeys(keys) if key in served.entries)
    others = (act(ask, shared, served) for ask in asked if ask.value not in given)
    finished = (finish(one, shared, served.base.texts, "") for one in others)
    return (*first, *finished)[:BROWSED]
