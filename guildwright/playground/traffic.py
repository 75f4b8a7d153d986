"""Records every REST exchange under /api/ as it crossed the wire, whoever answered it, and lets the faults at it."""

import logging
import re
import time
from collections.abc import Iterable

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

from guildwright.playground.faults import PREFIX, Rule
from guildwright.playground.misbehave import Trouble
from guildwright.playground.playground import Playground
from guildwright.playground.reading import decode
from guildwright.playground.recorder import SECRET

# The name of the part, the rest of its headers, and its body up to the boundary.
_JSON_PART = re.compile(rb'name="?payload_json"?[^\n]*\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
_KINDS = {"bot", "bearer", "basic"}  # what else stands first may be the token itself
_TOKENS = {"access_token", "refresh_token"}
_log = logging.getLogger(__name__)


def traffic(play: Playground, app: ASGIApp) -> ASGIApp:
    """The application, listened to."""

    async def heard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["path"].startswith("/api/"):
            await _exchange(play, scope, app, (receive, send))
        else:
            await app(scope, receive, send)

    return heard


async def _exchange(play: Playground, scope: HTTPScope, app: ASGIApp, way: tuple[Receive, Send]) -> None:
    receive, send = way
    rules = play.faults.pick(scope["method"], scope["path"].removeprefix(PREFIX))
    exchange = _Exchange(play, scope, rules)

    async def answering(receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    receive = exchange.hearing(receive)
    if rules:
        trouble = Trouble(rules, play, scope)
        await trouble.meet(answering, receive, (send, exchange.speaking))
        exchange.end()
    else:
        await answering(receive, exchange.speaking(send))


class _Exchange:
    """Gathers a request and its response as they pass, and records them before the last byte leaves."""

    def __init__(self, play: Playground, scope: HTTPScope, rules: list[Rule]) -> None:
        self._recorder = play.recorder
        self._faults = [rule.effect for rule in rules]
        self._started = play.clock.now()
        self._since = time.perf_counter()
        self._scope = scope
        self._sent = bytearray()
        self._answered = bytearray()
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._recorded = False

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
                self._headers = [*message["headers"]]
            if message["type"] == "http.response.body":
                self._answered.extend(message["body"])
                if not message["more_body"]:
                    self.end()
            await send(message)

        return speak

    def end(self) -> None:
        """Record it, once."""
        if self._recorded:
            return
        self._recorded = True
        try:
            self._record()
        except Exception:  # noqa: BLE001 - whatever it is, the answer goes out
            # What was answered is answered: a gap in the record may not become a gap in the answer.
            _log.exception("%s %s could not be recorded", self._scope["method"], self._scope["path"])

    @property
    def _is_secret(self) -> bool:
        """Whether the application's secret and people's tokens cross the wire."""
        return "/oauth2/token" in self._scope["path"]

    def _record(self) -> None:
        scope = self._scope
        headers = _texts(scope["headers"])
        self._recorder.exchange(
            at=self._started.isoformat(),
            took_ms=round((time.perf_counter() - self._since) * 1000, 3),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            request=SECRET
            if self._is_secret and self._sent
            else _sent(bytes(self._sent), headers.get("content-type", "")),
            request_type=headers.get("content-type"),
            request_headers=headers,
            request_size=len(self._sent),
            status=self._status,
            response=_masked(_readable(bytes(self._answered))) if self._is_secret else _readable(bytes(self._answered)),
            response_headers=_texts(self._headers),
            response_size=len(self._answered),
            faults=self._faults,
        )


def _masked(body: object) -> object:
    if not isinstance(body, dict):
        return body
    return {name: SECRET if name in _TOKENS else value for name, value in body.items()}


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name in small letters; secrets are masked."""
    texts = {name.decode("latin-1").casefold(): value.decode("latin-1") for name, value in headers}
    if "authorization" in texts:
        kind = texts["authorization"].partition(" ")[0]
        texts["authorization"] = f"{kind} {SECRET}" if kind.casefold() in _KINDS else SECRET
    return texts


def _sent(body: bytes, kind: str) -> object:
    """A request's body; of a form with files its JSON part, since the files themselves are no reading matter."""
    if not kind.casefold().startswith("multipart/form-data"):
        return _readable(body)
    part = _JSON_PART.search(body)
    return _readable(part[1]) if part else None


def _readable(body: bytes) -> object:
    if not body:
        return None
    try:
        return decode(body)
    except msgspec.DecodeError:
        return body.decode("utf-8", "replace")
