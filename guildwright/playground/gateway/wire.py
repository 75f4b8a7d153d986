"""A websocket as payloads: JSON, compressed as the client asked, sent in order by one task."""

import asyncio
import contextlib
import zlib
from typing import Any, NamedTuple

from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from guildwright.playground.gateway.compression import stream_for
from guildwright.playground.gateway.session import Frame
from guildwright.playground.playground import Playground

MOST_WAITING = 512 * 1024 * 1024  # bytes


class _End(NamedTuple):
    """The last thing in a queue."""

    code: int
    reason: str


class SocketWire:
    """Outgoing side of a connection."""

    def __init__(self, socket: WebSocket[Any, Any, Any], play: Playground, compression: str | None) -> None:
        self._socket = socket
        self._play = play
        self._stream = stream_for(compression)
        headers = {name: value for name, value in socket.headers.items() if name != "authorization"}
        self.number = play.recorder.opened(socket.scope["query_string"].decode("latin-1"), headers)
        self.compress_payloads = False
        self._queue: asyncio.Queue[Frame | _End] = asyncio.Queue()
        self.waiting = 0
        self._cut = False
        self.closed = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def send(self, frame: Frame) -> None:
        """Queue a payload; who lets too much of it lie is cut off, as by Discord, and may resume."""
        if self._cut:
            return
        self.waiting += len(frame.raw)
        if self.waiting > MOST_WAITING:
            self.close(4000, "Too slow.")
        else:
            self._queue.put_nowait(frame)

    def close(self, code: int, reason: str) -> None:
        """Queue the end, after all that was queued before."""
        self._cut = True
        self._queue.put_nowait(_End(code, reason))

    async def _run(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            while True:
                item = await self._queue.get()
                self._play.store.flush()
                if isinstance(item, _End):
                    await self._socket.close(code=item.code, reason=item.reason)
                    break
                self.waiting -= len(item.raw)
                self._play.recorder.gateway_sent(item.raw, self.number)
                await self._transmit(item.raw)
        self.closed.set()

    async def _transmit(self, encoded: bytes) -> None:
        if self._stream:
            await self._socket.send_bytes(self._stream.pack(encoded))
        elif self.compress_payloads:
            await self._socket.send_bytes(zlib.compress(encoded))
        else:
            await self._socket.send_text(encoded.decode())

    async def stop(self) -> None:
        """Stop sending."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self.closed.set()
