"""Records every REST exchange under /api/ as it crossed the wire, whoever answered it."""

from typing import TYPE_CHECKING

import msgspec
from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPReceiveMessage,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
    WebSocketReceiveMessage,
)

if TYPE_CHECKING:
    from guildwright.playground.playground import Playground


class Traffic:
    """An ASGI middleware factory."""

    def __init__(self, play: "Playground") -> None:
        self._play = play

    def __call__(self, app: ASGIApp) -> ASGIApp:
        """Wrap the application."""

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP and scope["path"].startswith("/api/"):
                await self._record(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return wrapped

    async def _record(self, app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
        sent, answered = bytearray(), bytearray()
        status = 0
        held: list[Message] = []

        async def hear() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            message = await receive()
            if message["type"] == "http.request":
                sent.extend(message["body"])
            return message

        async def speak(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                held.append(message)
                return
            if message["type"] == "http.response.body":
                answered.extend(message["body"])
                if not message["more_body"]:
                    self._note(scope, bytes(sent), status, bytes(answered))
            while held:
                await send(held.pop())
            await send(message)

        await app(scope, hear, speak)

    def _note(self, scope: HTTPScope, sent: bytes, status: int, answered: bytes) -> None:
        headers = {name.decode("latin-1").casefold(): value.decode("latin-1") for name, value in scope["headers"]}
        self._play.recorder.exchange(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            request=_readable(sent),
            request_type=headers.get("content-type"),
            status=status,
            response=_readable(answered),
        )


def _readable(body: bytes) -> object:
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace")
