"""A websocket as payloads: JSON, compressed as the client asked, sent in order by one task."""

import asyncio
import contextlib
import zlib
from typing import Any

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from guildwright.playground.gateway.compression import stream_for
from guildwright.playground.recorder import Recorder
from guildwright.playground.records import Json


class SocketWire:
    """Outgoing side of a connection."""

    def __init__(self, socket: WebSocket[Any, Any, Any], recorder: Recorder, compression: str | None) -> None:
        self._socket = socket
        self._recorder = recorder
        self._stream = stream_for(compression)
        self.compress_payloads = False
        self._queue: asyncio.Queue[Json | tuple[int, str]] = asyncio.Queue()
        self.closed = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def send(self, payload: Json) -> None:
        """Queue a payload."""
        self._queue.put_nowait(payload)

    def close(self, code: int, reason: str) -> None:
        """Queue the end, after all that was queued before."""
        self._queue.put_nowait((code, reason))

    async def _run(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            while True:
                item = await self._queue.get()
                if isinstance(item, tuple):
                    await self._socket.close(code=item[0], reason=item[1])
                    break
                self._recorder.gateway_sent(item)
                await self._transmit(msgspec.json.encode(item))
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
