"""Records every REST exchange under /api/ as it crossed the wire, whoever answered it."""

import logging

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

from guildwright.playground.reading import decode
from guildwright.playground.recorder import Recorder

_log = logging.getLogger(__name__)


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
                    self._try_to_record()
            await send(message)

        return speak

    def _try_to_record(self) -> None:
        try:
            self._record()
        except Exception:  # noqa: BLE001 - whatever it is, the answer goes out
            # What was answered is answered: a gap in the record may not become a gap in the answer.
            _log.exception("%s %s could not be recorded", self._scope["method"], self._scope["path"])

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
        return decode(body)
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace")
