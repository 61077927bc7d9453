"""Drafts tried before they are published: their replies, and which questions get another."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Question, Reply
from bot.knowledge.checking import Checked, revision_of
from bot.knowledge.model import KnowledgeBase
from bot.storage.compiled import draft_matcher
from bot.storage.knowledge_files import examine, shipped

#: Drafts kept ready: each holds a matcher, tens of megabytes.
KEPT = 1

#: Seconds left to residents' questions between two that are replayed.
_BREATH = 0.001

Files = Mapping[str, str]
_Made = TypeVar("_Made")


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
    """The last drafts tried; to read one and build its matcher takes seconds.

    What was begun goes on where nobody waits for it any longer: who asks again finds it done.
    """

    def __init__(self, served: Assistant) -> None:
        self._served = served
        self._trials: OrderedDict[str, asyncio.Task[Trial]] = OrderedDict()
        self._changes: OrderedDict[str, asyncio.Task[tuple[Changed, ...]]] = OrderedDict()
        self._before: tuple[str, dict[str, Reply]] = ("", {})

    async def of(self, files: Files) -> Trial:
        """The trial of these files of editors, off the event loop."""
        return await _once(self._trials, self._name(files), lambda: self._read(files))

    async def changes(self, files: Files, asked: Sequence[str]) -> tuple[Changed, ...]:
        """The questions, each as a first message, that the draft answers otherwise."""
        trial, name = await self.of(files), self._name(files)
        if trial.assistant is None:
            return ()
        draft = trial.assistant
        return await _once(self._changes, name, lambda: tuple(self._compared(draft, asked)))

    def forget(self) -> None:
        """What was tried is published, or dropped."""
        self._trials.clear()
        self._changes.clear()

    def _name(self, files: Files) -> str:
        # What is published meanwhile is another base to compare with.
        return f"{revision_of(files)}/{self._served.base.revision}"

    def _read(self, files: Files) -> Trial:
        knowledge, checked = examine({**shipped(), **files}, self._served.today())
        if knowledge is None:
            return Trial(checked, None)
        made = self._served.of_draft(
            knowledge.base, knowledge.gazetteer, knowledge.common, draft_matcher
        )
        return Trial(checked, made)

    def _compared(self, draft: Assistant, asked: Iterable[str]) -> Iterator[Changed]:
        revision, known = self._before
        if revision != self._served.base.revision:
            known = {}
            self._before = self._served.base.revision, known
        for text in dict.fromkeys(asked):
            question = Question(text)
            if text not in known:
                known[text] = self._served.reply(question)
            before, after = known[text], draft.reply(question)
            time.sleep(_BREATH)
            if (before.outcome, before.entries) != (after.outcome, after.entries):
                yield Changed(text, before, after)


async def _once(
    made: "OrderedDict[str, asyncio.Task[_Made]]", name: str, make: Callable[[], _Made]
) -> _Made:
    """What is made in a thread, once by its name; the last few are kept."""
    task = made.pop(name, None)
    if task is None or (task.done() and (task.cancelled() or task.exception())):
        task = asyncio.create_task(asyncio.to_thread(make))
    made[name] = task
    if len(made) > KEPT:
        made.popitem(last=False)
    return await asyncio.shield(task)


def test_questions(*bases: KnowledgeBase) -> list[str]:
    """The test questions of the bases' entries, and those that are not to be answered."""
    found = [test for base in bases for one in base.entries.values() for test in one.tests]
    return [*found, *(text for base in bases for text in base.off_topic)]
