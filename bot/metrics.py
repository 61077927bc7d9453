"""Counters for operators. Labels come from short fixed lists: nothing a resident typed is one."""

from dataclasses import dataclass
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Histogram


@dataclass(frozen=True, slots=True)
class Metrics:
    """What all channels count, in a registry of its own so that tests can make several."""

    registry: CollectorRegistry
    replies: Counter
    votes: Counter
    seconds: Histogram

    @classmethod
    def new(cls) -> Self:
        registry = CollectorRegistry()
        return cls(
            registry,
            Counter("galibot_replies", "Replies given", ("channel", "outcome"), registry=registry),
            Counter("galibot_votes", "Votes on answers", ("channel", "useful"), registry=registry),
            Histogram(
                "galibot_request_seconds",
                "Time to answer a web request",
                ("route", "status"),
                registry=registry,
                buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            ),
        )
