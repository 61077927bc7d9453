"""What every channel is given: one object, made once by app.py."""

import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.limits import Limits
from bot.storage.asked import AskedQuestions
from bot.storage.tallies import Tallies

if TYPE_CHECKING:  # a second of work: the port is open before (bot/web/door.py)
    from bot.conversation.assistant import Assistant
    from bot.conversation.reply import Question, Reply
    from bot.storage.database import Database
    from bot.storage.revisions import Revisions
    from bot.storage.watching import KnowledgeWatcher


#: Seconds, from the time of a usual answer to that of a service that is in trouble.
_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """What all channels count, in a registry of its own so that tests can make several.

    Labels come from short fixed lists: nothing a resident typed is one. What each means:
    docs/exploitation.md; when to worry: deploy/alertes.yml.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"galibot_{name}", what, labels, registry=self.registry)

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"galibot_{name}", what, labels, registry=self.registry)

        def seconds(name: str, what: str, *labels: str) -> Histogram:
            name = f"galibot_{name}_seconds"
            return Histogram(name, what, labels, registry=self.registry, buckets=_BUCKETS)

        self.replies = counter("replies", "Replies given", "channel", "outcome")
        self.votes = counter("votes", "Votes on answers", "channel", "useful")
        self.dropped = counter(
            "questions_dropped", "Questions not kept as too many waited or came in a day"
        )
        self.lost = counter(
            "writes_dropped", "Votes and records of answered updates never written to the database"
        )
        self.bot_api = counter("bot_api_errors", "Calls that Telegram did not do", "why")
        self.abandoned = counter("updates_abandoned", "Telegram updates never answered")
        self.thinking = seconds("thinking", "Time to find a reply", "channel")
        self.seconds = seconds("request", "Time to answer a web request", "route", "status")
        self.update = seconds("update", "Time from a Telegram update to the end of its reply")
        self.updates = gauge("updates_in_hand", "Telegram updates being answered")
        self.waiting = gauge("writes_waiting", "Votes and erasures that wait for the database")
        self.revision = gauge("knowledge_revision", "Number of the revision served")
        self.age = gauge("knowledge_age_seconds", "Time since that revision was published")
        self.degraded = gauge("degraded", "1 where this part does not work (see /readyz)", "part")


@dataclass(frozen=True, slots=True)
class Services:
    assistant: "Assistant"
    database: "Database"
    knowledge: "KnowledgeWatcher"
    metrics: Metrics = field(default_factory=Metrics)
    limits: Limits = field(default_factory=Limits)
    #: Makes pseudonyms that only this service can make again: SECRET_KEY, else until it ends.
    pseudonym_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    #: For how long questions are kept, masked; 0: not at all.
    retention_days: int = 30
    #: Who may ask the bot for what only editors read: Telegram's numbers.
    admin_ids: tuple[int, ...] = ()
    #: Where the pages are.
    address: str = ""
    asked: AskedQuestions = field(init=False)
    tallies: Tallies = field(init=False)

    def __post_init__(self) -> None:
        asked = AskedQuestions(
            self.database,
            lambda: self.assistant.served,
            self.retention_days,
            self.metrics.dropped.inc,
        )
        metrics, patience = self.metrics, self.database.patience
        patience.dropped = metrics.lost.inc
        metrics.waiting.set_function(lambda: patience.waiting)
        metrics.revision.set_function(lambda: self.knowledge.revision[0])
        metrics.age.set_function(lambda: time.time() - self.knowledge.revision[1])
        object.__setattr__(self, "asked", asked)
        object.__setattr__(self, "tallies", Tallies(self.database, asked))

    async def ask(self, channel: str, question: "Question") -> "Reply":
        """What the assistant replies; how long it thinks is counted."""
        with self.metrics.thinking.labels(channel).time():
            return await self.assistant.ask(question)

    def pseudonym(self, named: str) -> str:
        """32 characters that stand for what is named, this month, and without the key for nothing.

        Another month, others do, so that nothing can be followed from one to the next.
        """
        month = f"{self.assistant.today():%Y-%m}:{named}"
        return hmac.new(self.pseudonym_key, month.encode(), "sha256").hexdigest()[:32]

    @property
    def revisions(self) -> "Revisions":
        """What is served, as it is kept in the database."""
        return self.knowledge.revisions
