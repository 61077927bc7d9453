"""What every channel is given: one object, made once by app.py."""

from dataclasses import dataclass

from bot.conversation.assistant import Assistant
from bot.storage.database import Database
from bot.storage.knowledge_files import KnowledgeWatcher


@dataclass(frozen=True, slots=True)
class Services:
    assistant: Assistant
    database: Database
    knowledge: KnowledgeWatcher
