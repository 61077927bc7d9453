"""The line to a server, that can be cut or go dead: PostgreSQL stops, or never answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Wire:
    """Passes on what comes to `port`; `cut()` refuses all, `freeze()` takes all, says nothing."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.port = 0
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()

    async def mend(self) -> None:
        """All is passed on, what was held too."""
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._line, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """As where the server is stopped."""
        if self._server:
            self._server.close()
            self._server = None
        for line in self._lines:
            line.cancel()
        if self._lines:
            await asyncio.wait(self._lines)

    def freeze(self) -> None:
        """As where the machine hangs: connections are made, and nothing is answered."""
        self._flows.clear()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._lines.add(task)
        task.add_done_callback(self._lines.discard)
        far = None
        try:
            await self._flows.wait()
            back, far = await asyncio.open_connection("127.0.0.1", self._to)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, far))
                both.create_task(self._pass(back, writer))
        except (asyncio.CancelledError, OSError, ExceptionGroup):
            pass  # either end has gone
        finally:
            for end in (writer, far):
                if end:
                    end.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError


@contextlib.asynccontextmanager
async def wire(to: int) -> AsyncIterator[Wire]:
    """A line to a port of this machine, that works."""
    line = Wire(to)
    await line.mend()
    try:
        yield line
    finally:
        line.freeze()
        await line.cut()
