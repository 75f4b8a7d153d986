"""The wire under a gateway connection, which can be cut, half-closed or stalled."""

import asyncio
from typing import TYPE_CHECKING, Any

from litestar import WebSocket
from litestar.types import HTTPReceiveMessage, Message, Receive, Scope, Send, WebSocketReceiveMessage

if TYPE_CHECKING:
    from guildwright.playground.connections import Connections


class Line(WebSocket[Any, Any, Any]):
    """A websocket through which nothing passes while it is stalled."""

    __slots__ = ("_flowing", "connections")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.connections: Connections | None = None

        async def held_receive() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            message = await receive()
            await self._flowing.wait()
            return message

        async def held_send(message: Message) -> None:
            await self._flowing.wait()
            await send(message)

        super().__init__(scope, held_receive, held_send)

    @property
    def stalled(self) -> bool:
        """Whether nothing passes."""
        return not self._flowing.is_set()

    def stall(self) -> None:
        """Let nothing pass, neither way: not even the answer to a ping."""
        self._flowing.clear()
        if transport := self._transport():
            transport.pause_reading()

    def flow(self) -> None:
        """Let everything pass again, what has waited first."""
        if not self.stalled:
            return
        self._flowing.set()
        if transport := self._transport():
            transport.resume_reading()

    def drop(self) -> None:
        """Cut it without a word: a connection reset."""
        self._flowing.set()
        if self.connections:
            self.connections.abort(self.scope)

    def half_close(self) -> None:
        """Say that no more bytes will come, and go on listening: no close frame is sent."""
        transport = self._transport()
        if transport and not transport.is_closing():
            transport.write_eof()

    def _transport(self) -> asyncio.Transport | None:
        return self.connections.under(self.scope) if self.connections else None
