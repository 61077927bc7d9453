"""What every channel is given: one object, made once by app.py."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram

from bot.limits import Limits
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
    tallies: Tallies = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tallies", Tallies(self.database))

    @property
    def revisions(self) -> "Revisions":
        """What is served, as it is kept in the database."""
        return self.knowledge.revisions
