"""What changed, for those who watch the playground (the page, scripts): one queue per listener."""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from guildwright.playground.records import Json

_LONGEST_QUEUE = 10_000


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One change: its name, and enough data to know what to look at again."""

    event: str
    data: Json


class Feed:
    """Publishes notices to whoever listens now."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Notice | None]] = set()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def publish(self, event: str, data: Json) -> None:
        """Tell every listener."""
        for queue in self._listeners:
            if queue.qsize() < _LONGEST_QUEUE:
                queue.put_nowait(Notice(event=event, data=data))

    async def listen(self) -> AsyncIterator[Notice]:
        """Every notice from now on, until the playground stops."""
        queue: asyncio.Queue[Notice | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while (notice := await queue.get()) is not None:
                yield notice
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every listener's stream."""
        for queue in self._listeners:
            queue.put_nowait(None)
