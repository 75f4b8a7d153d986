"""Records what crossed the wire, both ways, so that it can be validated against Discord's own documents.

The newest entries stay in memory for `GET /control/traffic`; with a directory they are also appended to
`rest.jsonl` and `gateway.jsonl`, each line whole before the answer leaves.
"""

import re
from collections import deque
from math import inf
from pathlib import Path
from typing import IO

import msgspec

from guildwright.playground.clock import Clock
from guildwright.playground.records import Json

_KEPT = 2000
_KEPT_BYTES = 32 * 1024 * 1024
SECRET = "***"  # noqa: S105 - what stands in a token's place
_IN_PATH = re.compile(r"(/interactions/[^/]+/|/webhooks/[^/]+/)[^/]+")


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One entry: a REST exchange, or a gateway payload sent to or received from the client.

    `took_ms` is by the machine's time, `at` by the playground's. `faults` are those that the exchange met;
    `connection` is the number of the gateway connection.
    """

    number: int
    at: str
    kind: str
    method: str | None = None
    path: str | None = None
    query: str | None = None
    request: object = None
    request_type: str | None = None
    status: int | None = None
    response: object = None
    payload: object = None
    took_ms: float | None = None
    request_headers: dict[str, str] = {}
    request_size: int = 0
    response_headers: dict[str, str] = {}
    response_size: int = 0
    faults: list[str] = []
    connection: int | None = None


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """How a gateway connection began."""

    at: str
    query: str
    headers: dict[str, str]


class Recorder:
    """Keeps exchanges."""

    def __init__(self, clock: Clock, folder: Path | None = None) -> None:
        self._clock = clock
        self._kept: deque[tuple[Exchange, int]] = deque()
        self._size = 0
        self._number = 0
        self._connections = 0
        self.openings: dict[int, Opening] = {}
        self._rest: IO[bytes] | None = None
        self._gateway: IO[bytes] | None = None
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            self._rest = (folder / "rest.jsonl").open("ab", buffering=0)
            self._gateway = (folder / "gateway.jsonl").open("ab", buffering=0)

    def after(self, number: int, largest: float = inf) -> list[Exchange]:
        """The kept entries with a higher number; those of more than `largest` bytes are passed over."""
        return [_readable(entry) for entry, size in self._kept if entry.number > number and size <= largest]

    def forget(self) -> None:
        """Forget what is kept in memory."""
        self._kept.clear()
        self._size = 0

    def exchange(self, **parts: object) -> None:
        """Record a REST exchange."""
        self._add(self._rest, kind="rest", **parts)

    def opened(self, query: str, headers: dict[str, str]) -> int:
        """A gateway connection begins; its number."""
        self._connections += 1
        at = self._clock.now().isoformat()
        self.openings[self._connections] = Opening(at=at, query=query, headers=headers)
        self.openings.pop(self._connections - _KEPT, None)
        return self._connections

    def gateway_sent(self, raw: bytes, connection: int | None = None) -> None:
        """Record what the playground sent to a client, as it was encoded: reading it again is for who asks."""
        self._number += 1
        at = self._clock.now().isoformat()
        entry = Exchange(
            number=self._number, at=at, kind="gateway_received", payload=msgspec.Raw(raw), connection=connection
        )
        self._keep(self._gateway, entry, len(raw))

    def gateway_received(self, payload: Json, connection: int | None = None) -> None:
        """Record what a client sent."""
        data = payload.get("d")
        if isinstance(data, dict) and "token" in data:
            payload = payload | {"d": data | {"token": SECRET}}
        self._add(self._gateway, kind="gateway_sent", payload=payload, connection=connection)

    def _add(self, file: IO[bytes] | None, **parts: object) -> None:
        self._number += 1
        parts.setdefault("at", self._clock.now().isoformat())
        entry = msgspec.convert({"number": self._number, **parts}, Exchange)
        self._keep(file, entry, entry.request_size + entry.response_size)

    def _keep(self, file: IO[bytes] | None, entry: Exchange, size: int) -> None:
        self._kept.append((entry, size))
        self._size += size
        while len(self._kept) > _KEPT or self._size > _KEPT_BYTES:
            self._size -= self._kept.popleft()[1]
        if file:
            file.write(msgspec.json.encode(masked(entry)) + b"\n")

    def close(self) -> None:
        """Close the files."""
        for file in (self._rest, self._gateway):
            if file:
                file.close()


def masked(entry: Exchange) -> Exchange:
    """The same for eyes outside of the playground: without the token of a webhook or an interaction in its path."""
    if entry.path is None:
        return entry
    return msgspec.structs.replace(entry, path=_IN_PATH.sub(rf"\1{SECRET}", entry.path))


def _readable(entry: Exchange) -> Exchange:
    """The same, its payload decoded."""
    if not isinstance(entry.payload, msgspec.Raw):
        return entry
    return msgspec.structs.replace(entry, payload=msgspec.json.decode(entry.payload))
