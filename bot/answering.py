"""An assistant ready to answer, without what serves it to anyone: neither web nor database."""

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.conversation.assistant import Assistant
from bot.knowledge.model import KnowledgeBase
from bot.settings import Settings
from bot.storage.compiled import Builder, matchers_of
from bot.storage.knowledge_files import Knowledge, load

if TYPE_CHECKING:  # who asks in a terminal has no need of the database
    from bot.storage.shelf import Shelf


def make_assistant(
    settings: Settings,
    knowledge: Knowledge,
    shelf: "Shelf | None" = None,
    builder: Builder | None = None,
) -> Assistant:
    """From the knowledge; its matcher is loaded where it was kept, else built and kept."""
    cache = settings.data_dir / "cache"
    return Assistant(
        knowledge.base,
        knowledge.gazetteer,
        unrelated=knowledge.common,
        match=lambda corpus, former: matchers_of(corpus, cache, former, shelf, builder),
        public_url=settings.public_url,
        retention_days=settings.retention_days,
    )


def assistant_of(settings: Settings, base: KnowledgeBase | None = None) -> Assistant:
    """With the communes and everyday messages of the knowledge folder, wherever the base is."""
    ours = load(settings.knowledge_dir, dt.date.today(), advice=False)
    return make_assistant(settings, replace(ours, base=base or ours.base))
