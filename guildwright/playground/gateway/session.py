"""A gateway session: what it asked for, what it was told, and the connection it has at the moment."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import msgspec

from guildwright.playground.bits import Intent
from guildwright.playground.records import Json

REMEMBERED_EVENTS = 20_000
LARGE_THRESHOLD = 50


class Frame(NamedTuple):
    """A payload as it crosses the wire: its event's name, None for the gateway's own opcodes, and the JSON."""

    name: str | None
    raw: bytes


def signal(op: int, **data: object) -> Frame:
    """A payload that is no event; `d=` is its data. Without data `d` is null, as on Discord: nextcord reads it."""
    return Frame(None, msgspec.json.encode({"op": op, "t": None, "s": None, "d": None} | data))


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to the sessions that may hear it."""

    name: str
    data: Callable[["Session"], Json]
    intents: Intent = Intent(0)
    guild_id: int | None = None


class Wire(Protocol):
    """The connection of a session."""

    @property
    def waiting(self) -> int:
        """How many bytes are queued."""
        ...

    def send(self, frame: Frame) -> None:
        """Queue a payload."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Queue the end."""
        ...


class Ledger(Protocol):
    """Keeps what a session was told."""

    def told(self, session: "Session", frame: Frame) -> None:
        """Keep it before it is sent."""
        ...

    def since(self, session: "Session", sequence: int) -> Iterator[Frame]:
        """What was kept after that sequence."""
        ...


class Session:
    """One shard's session of one bot process."""

    def __init__(
        self, session_id: str, intents: Intent, shard: tuple[int, int], properties: Json, ledger: Ledger
    ) -> None:
        self.id = session_id
        self.intents = intents
        self._wanted = int(intents)  # without the price of flags: asked for with every event
        self.shard = shard
        self.properties = properties
        self._ledger = ledger
        self.presence: Json | None = None
        self.large_threshold = LARGE_THRESHOLD
        self.arriving: set[int] = set()  # guilds that it has not been told of yet
        self.number = 0
        self.sequence = 0
        self.forgotten = 0
        self.wire: Wire | None = None
        self.left_at: float | None = None

    def covers(self, guild_id: int | None) -> bool:
        """Whether this shard is the one for the guild (private messages belong to shard 0)."""
        number, total = self.shard
        return number == (0 if guild_id is None else (guild_id >> 22) % total)

    def hears(self, dispatch: Dispatch) -> bool:
        """Whether the event is for this session."""
        asked = int(dispatch.intents)
        if asked and not self._wanted & asked:
            return False
        return self.covers(dispatch.guild_id) and dispatch.guild_id not in self.arriving

    def wants(self, intent: Intent) -> bool:
        """Whether the session asked for this intent."""
        return bool(self._wanted & int(intent))

    def tell(self, name: str, data: Json | bytes) -> None:
        """Number the event, keep it for a RESUME, and send it if anybody is connected. Bytes are encoded already."""
        self.sequence += 1
        body = data if isinstance(data, bytes) else msgspec.json.encode(data)
        frame = Frame(name, b'{"op":0,"t":"%b","s":%d,"d":%b}' % (name.encode(), self.sequence, body))
        self._ledger.told(self, frame)
        if self.wire:
            self.wire.send(frame)

    def can_resume_at(self, sequence: int) -> bool:
        """Whether nothing between the client's sequence and ours was forgotten."""
        return self.forgotten <= sequence <= self.sequence

    def replay(self, sequence: int) -> None:
        """Send again what came after the client's sequence; not that an earlier RESUME had succeeded."""
        if self.wire:
            for frame in self._ledger.since(self, sequence):
                if frame.name != "RESUMED":
                    self.wire.send(frame)
