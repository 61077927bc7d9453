"""What every channel is given: one object, made once by app.py."""

import secrets
from dataclasses import dataclass, field

from bot.conversation.assistant import Assistant
from bot.metrics import Metrics
from bot.storage.database import Database
from bot.storage.knowledge_files import KnowledgeWatcher


class StartError(Exception):
    """The service can't start; the message says why in French."""


@dataclass(frozen=True, slots=True)
class Services:
    assistant: Assistant
    database: Database
    knowledge: KnowledgeWatcher
    metrics: Metrics = field(default_factory=Metrics.new)
    #: Makes pseudonyms that only this service can make again: SECRET_KEY, else until it ends.
    pseudonym_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
