"""What every channel is given: one object, made once by app.py."""

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram

from bot.limits import Limits
from bot.storage.asked import AskedQuestions
from bot.storage.tallies import Tallies

if TYPE_CHECKING:  # a second of work: the port is open before (bot/web/door.py)
    from bot.conversation.assistant import Assistant
    from bot.storage.database import Database
    from bot.storage.revisions import Revisions
    from bot.storage.watching import KnowledgeWatcher


class StartError(Exception):
    """The service can't start; the message says why in French."""


class Metrics:
    """What all channels count, in a registry of its own so that tests can make several.

    Labels come from short fixed lists: nothing a resident typed is one.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.replies = Counter(
            "galibot_replies", "Replies given", ("channel", "outcome"), registry=self.registry
        )
        self.votes = Counter(
            "galibot_votes", "Votes on answers", ("channel", "useful"), registry=self.registry
        )
        self.dropped = Counter(
            "galibot_questions_dropped",
            "Questions not kept as too many waited or came in a day",
            registry=self.registry,
        )
        self.lost = Counter(
            "galibot_writes_dropped",
            "Votes and records of answered updates that the database never took",
            registry=self.registry,
        )
        self.seconds = Histogram(
            "galibot_request_seconds",
            "Time to answer a web request",
            ("route", "status"),
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
        )


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
        self.database.patience.dropped = self.metrics.lost.inc
        object.__setattr__(self, "asked", asked)
        object.__setattr__(self, "tallies", Tallies(self.database, asked))

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
