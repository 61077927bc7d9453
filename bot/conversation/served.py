"""What replies are made from: one base with all that was built from it, on one day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.communes.gazetteer import Gazetteer
from bot.conversation.following import Following
from bot.knowledge.model import Entry, KnowledgeBase
from bot.matching.decision import Policy
from bot.matching.matcher import Matcher


@dataclass(frozen=True, slots=True)
class Served:
    """A snapshot: a reply uses one from its first line to its last, whatever is saved meanwhile."""

    base: KnowledgeBase
    gazetteer: Gazetteer
    matcher: Matcher
    policy: Policy
    today: dt.date
    following: Following
    #: For how long questions are kept, masked; 0: not at all.
    retention_days: int = 30
    #: The entries that have not expired.
    entries: Mapping[str, Entry] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "entries", self.base.served(self.today))
