"""A gateway session: what it asked for, what it was told, and the connection it has at the moment."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

import msgspec

from guildwright.playground.bits import Intent
from guildwright.playground.records import Json

REMEMBERED_EVENTS = 5000
LARGE_THRESHOLD = 50


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to the sessions that may hear it."""

    name: str
    data: Callable[["Session"], Json]
    intents: Intent = Intent(0)
    guild_id: int | None = None


class Wire(Protocol):
    """The connection of a session."""

    def send(self, payload: Json) -> None:
        """Queue a payload."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Queue the end."""
        ...


class Ledger(Protocol):
    """Keeps what a session was told."""

    def told(self, session: "Session", payload: Json) -> None:
        """Keep it before it is sent."""
        ...


class Session:
    """One shard's session of one bot process."""

    def __init__(
        self, session_id: str, intents: Intent, shard: tuple[int, int], properties: Json, ledger: Ledger
    ) -> None:
        self.id = session_id
        self.intents = intents
        self.shard = shard
        self.properties = properties
        self._ledger = ledger
        self.presence: Json | None = None
        self.large_threshold = LARGE_THRESHOLD
        self.sequence = 0
        self.wire: Wire | None = None
        self.left_at: float | None = None
        self._told: deque[tuple[int, Json]] = deque(maxlen=REMEMBERED_EVENTS)

    def covers(self, guild_id: int | None) -> bool:
        """Whether this shard is the one for the guild (private messages belong to shard 0)."""
        number, total = self.shard
        return number == (0 if guild_id is None else (guild_id >> 22) % total)

    def hears(self, dispatch: Dispatch) -> bool:
        """Whether the event is for this session."""
        wanted = not dispatch.intents or bool(self.intents & dispatch.intents)
        return wanted and self.covers(dispatch.guild_id)

    def tell(self, name: str, data: Json) -> None:
        """Number the event, remember it for a RESUME, and send it if anybody is connected."""
        self.sequence += 1
        payload: Json = {"op": 0, "t": name, "s": self.sequence, "d": data}
        self._ledger.told(self, payload)
        self._told.append((self.sequence, payload))
        if self.wire:
            self.wire.send(payload)

    def recall(self, told: list[tuple[int, Json]]) -> None:
        """What it was told before the playground started, oldest first."""
        self._told.extend(told)
        self.sequence = told[-1][0] if told else 0

    def can_resume_at(self, sequence: int) -> bool:
        """Whether nothing between the client's sequence and ours was forgotten."""
        oldest = self._told[0][0] if self._told else self.sequence + 1
        return oldest - 1 <= sequence <= self.sequence

    def replay(self, sequence: int) -> None:
        """Send again what came after the client's sequence."""
        if self.wire:
            for number, payload in self._told:
                if number > sequence:
                    self.wire.send(payload)
