"""What the control API says of what happened behind the curtain: counters, traffic, sessions, processes."""

from typing import Any

import msgspec

from guildwright.playground.control.models import View


class EffectView(View, frozen=True, kw_only=True):
    """A counter at one place. Places without guild or channel are null."""

    kind: str
    guild_id: str | None
    channel_id: str | None
    count: int


class EffectsView(View, frozen=True, kw_only=True):
    """What the bot really did: `totals` by kind, and each place by itself."""

    totals: dict[str, int]
    places: list[EffectView]


class UnknownRoute(View, frozen=True, kw_only=True):
    """A route that the playground does not serve, for instance `GET /users/{id}/profile`."""

    route: str
    count: int


class UnknownView(View, frozen=True, kw_only=True):
    """What bots asked for and did not get, the most frequent first."""

    routes: list[UnknownRoute]


class SessionView(View, frozen=True, kw_only=True):
    """A gateway session; `connected` is false while it may still be resumed."""

    session_id: str
    shard: tuple[int, int]
    intents: int
    connected: bool
    sequence: int
    guild_ids: list[str]


class GatewayView(View, frozen=True, kw_only=True):
    """Who is connected, and how many session starts are left."""

    sessions: list[SessionView]
    starts_remaining: int


class GatewayLimitsView(View, frozen=True, kw_only=True):
    """The bot's limits. `shards` is what gateway/bot recommends; null: one per thousand guilds."""

    max_concurrency: int
    starts_per_day: int
    starts_remaining: int
    reset_after_ms: int
    shards: int | None


class TrafficEntry(View, frozen=True, kw_only=True):
    """One exchange.

    kind `rest`: a request and its response; `gateway_received`: a payload that the bot received; `gateway_sent`: one
    that it sent. `faults` are the effects of `/control/faults` that it met; status 0: the connection was cut.
    """

    number: int
    at: str
    kind: str
    method: str | None = None
    path: str | None = None
    query: str | None = None
    request: Any = None
    request_type: str | None = None
    status: int | None = None
    response: Any = None
    payload: Any = None
    took_ms: float | None = None
    request_headers: dict[str, str] = msgspec.field(default_factory=dict)
    request_size: int = 0
    response_headers: dict[str, str] = msgspec.field(default_factory=dict)
    response_size: int = 0
    faults: list[str] = msgspec.field(default_factory=list)
    connection: int | None = None


class TrafficView(View, frozen=True, kw_only=True):
    """The newest exchanges; ask again with `after=last`."""

    entries: list[TrafficEntry]
    last: int


class HarView(View, frozen=True, kw_only=True):
    """A HAR 1.2 document: `log.entries` are REST exchanges, and gateway connections with `_webSocketMessages`."""

    log: dict[str, Any]


class ProcessesView(View, frozen=True, kw_only=True):
    """Process name to pid, as `guildwright up` last wrote them; empty when the playground runs alone."""

    pids: dict[str, int]
