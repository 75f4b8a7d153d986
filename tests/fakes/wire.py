"""The wire between two programs, which a test may cut and mend."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Wire:
    """Carries bytes from a port of its own to another; cut, it breaks what is open and refuses what comes."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._whole = False
        self.port = 0

    async def mend(self) -> None:
        """Carry, always on the same port."""
        self._whole = True
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break everything."""
        self._whole = False
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            ends.append(back)
            if self._whole:  # else it was accepted just before the cut, and is to be broken too
                self._open.update(ends)
                await asyncio.gather(_pump(reader, back), _pump(there, writer))
        for end in ends:  # a reset is an end for both: who waits for an answer is to learn of it
            self._open.discard(end)
            if self._whole:
                end.close()
            else:
                end.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def wire(target: int) -> AsyncIterator[Wire]:
    """One for the length of a `with`."""
    one = Wire(target)
    await one.mend()
    try:
        yield one
    finally:
        await one.cut()
