"""Records every REST exchange under /api/ as it crossed the wire, whoever answered it."""

import msgspec
from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPReceiveMessage,
    HTTPScope,
    Message,
    Middleware,
    Receive,
    Scope,
    Send,
    WebSocketReceiveMessage,
)

from guildwright.playground.recorder import Recorder


def traffic(recorder: Recorder) -> Middleware:
    """An ASGI middleware. A function, since Litestar copies objects deeply for every route."""

    def middleware(app: ASGIApp) -> ASGIApp:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP and scope["path"].startswith("/api/"):
                exchange = _Exchange(recorder, scope)
                await app(scope, exchange.hearing(receive), exchange.speaking(send))
            else:
                await app(scope, receive, send)

        return wrapped

    return middleware


class _Exchange:
    """Gathers a request and its response as they pass, and records them before the last byte leaves."""

    def __init__(self, recorder: Recorder, scope: HTTPScope) -> None:
        self._recorder = recorder
        self._scope = scope
        self._sent = bytearray()
        self._answered = bytearray()
        self._status = 0

    def hearing(self, receive: Receive) -> Receive:
        """The same, listened to."""

        async def hear() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            message = await receive()
            if message["type"] == "http.request":
                self._sent.extend(message["body"])
            return message

        return hear

    def speaking(self, send: Send) -> Send:
        """The same, listened to."""

        async def speak(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
            if message["type"] == "http.response.body":
                self._answered.extend(message["body"])
                if not message["more_body"]:
                    self._record()
            await send(message)

        return speak

    def _record(self) -> None:
        scope = self._scope
        headers = {name.decode("latin-1").casefold(): value.decode("latin-1") for name, value in scope["headers"]}
        self._recorder.exchange(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            request=_readable(bytes(self._sent)),
            request_type=headers.get("content-type"),
            status=self._status,
            response=_readable(bytes(self._answered)),
        )


def _readable(body: bytes) -> object:
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace")
