"""An assistant ready to answer, without what serves it to anyone: neither web nor database."""

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.conversation.assistant import Assistant
from bot.knowledge.model import KnowledgeBase
from bot.settings import Settings
from bot.storage.compiled import Builder, matchers_of
from bot.storage.knowledge_files import Knowledge, load
from bot.storage.standing import standing

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


def knowledge_of(settings: Settings, *, advice: bool = True) -> Knowledge:
    """What a service with these settings serves; nobody reads its warnings without `advice`."""
    return standing(settings.knowledge_dir, settings.database, advice=advice)


def assistant_of(settings: Settings, base: KnowledgeBase | None = None) -> Assistant:
    """The assistant of what is served; of another base, with the folder's communes and messages."""
    if base is None:
        return make_assistant(settings, knowledge_of(settings, advice=False))
    ours = load(settings.knowledge_dir, dt.date.today(), advice=False)
    return make_assistant(settings, replace(ours, base=base))
