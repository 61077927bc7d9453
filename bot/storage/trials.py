"""Drafts tried before they are published: their replies, and which questions get another."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Question, Reply
from bot.knowledge.checking import Checked, revision_of
from bot.knowledge.model import KnowledgeBase
from bot.storage.compiled import draft_matcher
from bot.storage.knowledge_files import examine, shipped

#: Drafts kept ready: each holds a matcher, tens of megabytes.
KEPT = 2


@dataclass(frozen=True, slots=True)
class Trial:
    """A draft that was read; no assistant where an error keeps it from being served."""

    checked: Checked
    assistant: Assistant | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that gets another answer."""

    question: str
    before: Reply
    after: Reply


class Trials:
    """The last drafts tried; to read one and build its matcher takes seconds."""

    def __init__(self, served: Assistant) -> None:
        self._served = served
        self._made: OrderedDict[str, asyncio.Task[Trial]] = OrderedDict()

    async def of(self, files: Mapping[str, str]) -> Trial:
        """The trial of these files of editors, off the event loop."""
        whole = {**shipped(), **files}
        # What is published meanwhile is another base to compare with.
        name = f"{revision_of(whole)}/{self._served.base.revision}"
        task = self._made.pop(name, None)
        if task is None or (task.done() and task.exception()):
            task = asyncio.create_task(asyncio.to_thread(self._read, whole))
        self._made[name] = task
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        return await asyncio.shield(task)

    def _read(self, files: Mapping[str, str]) -> Trial:
        knowledge, checked = examine(files, self._served.today())
        if knowledge is None:
            return Trial(checked, None)
        made = self._served.of_draft(
            knowledge.base, knowledge.gazetteer, knowledge.common, draft_matcher
        )
        return Trial(checked, made)

    async def changes(self, draft: Assistant, asked: Sequence[str]) -> tuple[Changed, ...]:
        """The questions, each as a first message, that the draft answers otherwise."""
        return await asyncio.to_thread(lambda: tuple(_changes(self._served, draft, asked)))


def _changes(served: Assistant, draft: Assistant, asked: Iterable[str]) -> Iterable[Changed]:
    for text in dict.fromkeys(asked):
        before, after = (one.reply(Question(text)) for one in (served, draft))
        if (before.outcome, before.entries) != (after.outcome, after.entries):
            yield Changed(text, before, after)


def test_questions(*bases: KnowledgeBase) -> list[str]:
    """The test questions of the bases' entries, and those that are not to be answered."""
    found = [test for base in bases for one in base.entries.values() for test in one.tests]
    return [*found, *(text for base in bases for text in base.off_topic)]
