"""Copies of the service that are written to, on Telegram and by the API, whatever happens to them.

Messages come by the tests' double of the Bot API, over HTTP, each in a chat of its own, so that
its answers can be told from all others; by webhook each is brought to the next copy, as by a
balancer that does not know which are dead. Others ask the API meanwhile, and go to the next copy
where one does not answer.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from doubles.bot_api import BotApi, message
from doubles.postgres import Server

#: Messages on Telegram, and questions to the API, a second.
RATE, BY_API = 100, 10


@dataclass(slots=True)
class Trial:
    """The copies that run, and what became of what was asked of them."""

    api: BotApi
    folder: Path
    environments: list[dict[str, str]]
    server: Server | None
    texts: Iterator[str]
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    #: {update: chat}; {chat: when it was asked, or first answered}.
    chats: dict[int, int] = field(default_factory=dict)
    asked: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    faults: list[float] = field(default_factory=list)
    in_flight: set[int] = field(default_factory=set)  # at any kill
    by_api: int = 0
    refused: list[str] = field(default_factory=list)  # what the API said but an answer

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def log(self) -> Path:
        """Of all copies."""
        return self.folder / "log"

    @property
    def ports(self) -> list[int]:
        return [int(one["PORT"]) for one in self.environments]

    def hear(self, method: str, parameters: dict[str, Any]) -> None:
        """Note when a chat has its first answer."""
        if method == "sendMessage":
            self.answered.setdefault(parameters["chat_id"], self.now)

    def caught_up(self, answers: int) -> bool:
        """Whether it has answered more than that, and less than half a second's messages wait."""
        return len(self.answered) > answers and len(self.api.pending) < RATE / 2

    async def _messages(self) -> None:
        """RATE messages a second, for ever."""
        start = self.now
        while True:
            due = int((self.now - start) * RATE) + 1
            while len(self.chats) < due:
                chat = 1_000 + len(self.chats)
                self.api.webhook_to = f"http://127.0.0.1:{random.choice(self.ports)}"
                self.asked[chat] = self.now
                update = self.api.add(message=message(1, chat, text=next(self.texts)))
                self.chats[update] = chat
            await asyncio.sleep(0.5 / RATE)

    async def _questions(self) -> None:
        """BY_API questions a second, for ever."""
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._ask(session, next(self.texts)))
                await asyncio.sleep(1 / BY_API)

    async def _ask(self, session: aiohttp.ClientSession, text: str) -> None:
        self.by_api += 1
        first = self.by_api % len(self.ports)
        headers = {"X-Forwarded-For": f"10.0.{self.by_api >> 8 & 255}.{self.by_api & 255}"}
        said = ""
        for port in (*self.ports[first:], *self.ports[:first]):
            url = f"http://127.0.0.1:{port}/api/v1/ask"
            try:
                async with session.post(url, json={"question": text}, headers=headers) as response:
                    if response.status == 200:
                        return
                    said = str(response.status)
            except aiohttp.ClientError as error:
                said = type(error).__name__
        self.refused.append(said)

    @contextlib.asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Messages and questions meanwhile."""
        tasks = [asyncio.create_task(self._messages()), asyncio.create_task(self._questions())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
