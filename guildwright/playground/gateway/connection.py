"""One gateway connection from HELLO to its close code."""

import asyncio
import contextlib
from collections import deque
from typing import Any

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from guildwright.playground.bits import ALL_INTENTS, Intent
from guildwright.playground.clock import AdjustableClock
from guildwright.playground.gateway import asking, voice, welcome
from guildwright.playground.gateway.presence import Presence
from guildwright.playground.gateway.session import LARGE_THRESHOLD, Session, signal
from guildwright.playground.gateway.wire import SocketWire
from guildwright.playground.playground import Playground
from guildwright.playground.reading import decode
from guildwright.playground.records import Json

HEARTBEAT_SECONDS = 41.25
LARGEST_PAYLOAD = 15 * 1024
SENDS_PER_MINUTE = 120
GUILDS_PER_SHARD = 2500
LARGE_THRESHOLDS = (50, 250)
VERSIONS = frozenset({"9", "10"})
# A client beats in its own seconds, however fast the playground's run.
_WALL = AdjustableClock()


class Close(Exception):  # noqa: N818 - a way out, with Discord's close code
    """End the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Identify(msgspec.Struct, kw_only=True):
    """What a client says of itself."""

    token: str
    properties: Json
    intents: int
    compress: bool | str | None = False  # oceanic.js says here again what it said in the URL
    large_threshold: int = LARGE_THRESHOLD
    shard: tuple[int, int] = (0, 1)
    presence: Presence | None = None


class Resume(msgspec.Struct, kw_only=True):
    """What a client says to come back."""

    token: str
    session_id: str
    seq: int


class Connection:
    """Reads what the client sends, and answers."""

    def __init__(self, play: Playground, socket: WebSocket[Any, Any, Any], wire: SocketWire) -> None:
        self._play = play
        self._socket = socket
        self._wire = wire
        self._session: Session | None = None
        self._received_at: deque[float] = deque()
        self._beat_at = _WALL.monotonic()
        self._host = str(socket.headers.get("host", ""))

    @property
    def session(self) -> Session | None:
        """The session that speaks over this connection; one that was invalidated does not any more."""
        found = self._session
        return found if found and found.wire is self._wire else None

    async def run(self) -> None:
        """Speak until one side ends it."""
        try:
            self._greet()
            while True:
                self.take(await self._receive())
        except Close as end:
            self._wire.close(end.code, end.reason)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await self._wire.closed.wait()
        except WebSocketDisconnect as end:
            if self.session and end.code in {1000, 1001}:
                self._play.hub.end(self.session)
        finally:
            if self.session:
                self._play.hub.lost(self.session, self._wire)
            if self._session:
                self._play.announce_bot()

    def _greet(self) -> None:
        query = self._socket.query_params
        if query.get("v", "10") not in VERSIONS:
            raise Close(4012, "Invalid API version.")
        if query.get("encoding", "json") != "json":
            raise Close(4012, "The playground speaks encoding=json only.")
        self._wire.send(signal(10, d={"heartbeat_interval": int(HEARTBEAT_SECONDS * 1000)}))

    async def _receive(self) -> Json:
        try:
            async with asyncio.timeout(self._beat_at + HEARTBEAT_SECONDS * 1.5 - _WALL.monotonic()):
                message = await self._socket.receive()
        except TimeoutError:
            raise Close(4000, "No heartbeat came.") from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(detail="The client went.", code=message["code"])
        if message["type"] != "websocket.receive":
            raise Close(4002, "That was no payload.")
        text: str | bytes = message.get("text") or message.get("bytes") or b""
        if len(text) > LARGEST_PAYLOAD:
            raise Close(4002, "The payload is above 15 KiB.")
        self._note_rate()
        try:
            payload: Json = decode(text.encode() if isinstance(text, str) else text, dict[str, Any])
        except msgspec.DecodeError:
            raise Close(4002, "The payload is not a JSON object.") from None
        self._play.recorder.gateway_received(payload, self._wire.number)
        return payload

    def _note_rate(self) -> None:
        now = self._play.clock.monotonic()
        self._received_at.append(now)
        while self._received_at[0] < now - 60:
            self._received_at.popleft()
        if len(self._received_at) > SENDS_PER_MINUTE:
            raise Close(4008, "You are being rate limited.")

    def take(self, payload: Json) -> None:
        """Obey one payload."""
        match payload.get("op"):
            case 1:
                self._beat_at = _WALL.monotonic()
                self._wire.send(signal(11))
            case 2:
                self._identify(payload.get("d"))
            case 6:
                self._resume(payload.get("d"))
            case 3 | 4 | 8 | 31 | 43 as op:
                self._serve(op, payload.get("d"))
            case _:
                raise Close(4001, "Unknown opcode.")

    def _identify(self, data: object) -> None:
        if self.session:
            raise Close(4005, "Already authenticated.")
        hello = _convert(data, Identify)
        self._check(hello)
        if not self._play.hub.may_identify(hello.shard[0]):
            self._wire.send(signal(9, d=False))
            return
        self._wire.compress_payloads = hello.compress is True
        session = self._play.hub.start(Intent(hello.intents), hello.shard, hello.properties, self._wire)
        if session is None:
            raise Close(4004, "All session starts of the day are used up: the token was reset.")
        if hello.presence:
            self._play.hub.present(session, hello.presence.said)
        low, high = LARGE_THRESHOLDS
        session.large_threshold = max(low, min(high, hello.large_threshold))
        self._play.store.archive.keep(session)
        self._session = session
        welcome.ready(self._play, session, self._host)

    def _check(self, hello: Identify) -> None:
        application = self._play.memory.application
        if hello.token.removeprefix("Bot ") != application.token:
            raise Close(4004, "Authentication failed.")
        number, total = hello.shard
        if not 0 <= number < total:
            raise Close(4010, "Invalid shard.")
        if self._guilds_of(number, total) > GUILDS_PER_SHARD:
            raise Close(4011, "Sharding required.")
        if hello.intents < 0 or hello.intents & ~int(ALL_INTENTS):
            raise Close(4013, "Invalid intent(s).")
        privileged = (1 << 1) | (1 << 8) | (1 << 15)
        if hello.intents & privileged & ~application.privileged_intents:
            raise Close(4014, "Disallowed intent(s).")

    def _guilds_of(self, number: int, total: int) -> int:
        return sum((guild.id >> 22) % total == number for guild in self._play.memory.bot_guilds())

    def _resume(self, data: object) -> None:
        if self.session:
            raise Close(4005, "Already authenticated.")
        claim = _convert(data, Resume)
        if claim.token.removeprefix("Bot ") != self._play.memory.application.token:
            raise Close(4004, "Authentication failed.")
        known = self._play.hub.sessions.get(claim.session_id)
        if known and claim.seq > known.sequence:
            raise Close(4007, "Invalid seq.")
        session = self._play.hub.resume(claim.session_id, claim.seq, self._wire)
        if session is None:
            self._wire.send(signal(9, d=False))
            return
        self._session = session
        session.replay(claim.seq)
        session.tell("RESUMED", {})
        self._play.announce_bot()

    def _serve(self, op: int, data: object) -> None:
        if self.session is None:
            raise Close(4003, "Not authenticated.")
        if not isinstance(data, dict):
            raise Close(4002, "`d` is not an object.")
        if op == 3:  # noqa: PLR2004 - presence update
            self._play.hub.present(self.session, _convert(data, Presence).said)
            self._play.announce_bot()
        elif op == 4:  # noqa: PLR2004 - voice state update
            voice.move(self._play, self.session, _convert(data, voice.Wished), self._host)
        elif op == 8:  # noqa: PLR2004 - request guild members
            asking.members(self._play, self.session, _convert(data, asking.Members))
        elif op == 31:  # noqa: PLR2004 - request soundboard sounds
            asking.soundboard(self._play, self.session, _convert(data, asking.Guilds))
        elif op == 43:  # noqa: PLR2004 - request channel info
            asking.channel_info(self._play, self.session, _convert(data, asking.Info))


def _convert[T](data: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as fault:
        raise Close(4002, f"Decode error: {fault}"[:120]) from None
