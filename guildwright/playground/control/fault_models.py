"""What the control API takes and says of faults and of the clock."""

from typing import Literal

from guildwright.playground import faults
from guildwright.playground.control.models import View
from guildwright.playground.control.requests import Body
from guildwright.playground.gateway.detours import Detour

type RestEffect = Literal["status", "reset", "lose_answer", "delay", "delay_answer", "rate_limit", "stall"]
type EventEffect = Literal["delay", "reorder", "duplicate", "lose"]
type GatewayAct = Literal["drop", "half_close", "stall", "flow", "reconnect", "invalid_session", "expire", "close"]
type LimitScope = Literal["user", "global", "shared"]


class NewMatch(Body, frozen=True, kw_only=True):
    """Which requests are meant; what is absent says nothing.

    `path` is without `/api/v10`: `*` is one step of it, `**` anything. A request belongs to a guild or channel by its
    path, or by the webhook or interaction that its path names.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    path: str | None = None
    guild_id: str | None = None
    channel_id: str | None = None


class NewFault(Body, frozen=True, kw_only=True):
    """A fault for requests to come: for the first `times` (null: all) that match, after `skip` of them.

    Effects: `status` answers with `status` (500 to 599; 500) and does nothing. `reset` cuts the connection and does
    nothing. `lose_answer` does what was asked, and cuts the connection instead of answering. `delay` waits
    `milliseconds` before it does anything, `delay_answer` after it did. `rate_limit` answers 429 with `retry_after`
    seconds (1) and `scope` (user). `stall` takes the request and says nothing, until the client goes or the fault is
    deleted, which cuts the connection.
    """

    effect: RestEffect
    match: NewMatch = NewMatch()
    times: int | None = 1
    skip: int = 0
    status: int | None = None
    milliseconds: int | None = None
    retry_after: float | None = None
    scope: LimitScope | None = None


class FaultView(View, frozen=True, kw_only=True):
    """A fault: `left` is how many more requests it meets (null: all), `hits` how many it met."""

    id: str
    effect: RestEffect
    match: NewMatch
    left: int | None
    skip: int
    hits: int
    status: int | None = None
    milliseconds: int | None = None
    retry_after: float | None = None
    scope: LimitScope | None = None


class NewEventFault(Body, frozen=True, kw_only=True):
    """A fault for gateway events to come: for the first `times` (null: all) that match, after `skip` of them.

    `event` is a name such as MESSAGE_CREATE; absent fields say nothing. Effects: `delay` tells it `milliseconds` late;
    `reorder` tells it after the session's next event, or after `milliseconds` (1000) if none comes; `duplicate` tells
    it twice, `lose` never. Sequences stay without gaps.
    """

    effect: EventEffect
    event: str | None = None
    session_id: str | None = None
    guild_id: str | None = None
    times: int | None = 1
    skip: int = 0
    milliseconds: int | None = None


class EventFaultView(View, frozen=True, kw_only=True):
    """A fault for events: `left` is how many more it meets (null: all), `hits` how many it met."""

    id: str
    effect: EventEffect
    event: str | None
    session_id: str | None
    guild_id: str | None
    left: int | None
    skip: int
    hits: int
    milliseconds: int | None


class FaultsView(View, frozen=True, kw_only=True):
    """Every fault, oldest first; those that are used up stay until they are deleted. `stalled` are sessions."""

    faults: list[FaultView]
    events: list[EventFaultView]
    stalled: list[str]


class GatewayFault(Body, frozen=True, kw_only=True):
    """What happens now to one session, or to all that are connected.

    `drop`: the TCP connection is reset. `half_close`: the playground says that it sends no more bytes, without a close
    frame. `stall`: not a byte passes either way until `flow`, or until every fault is deleted. `reconnect`: opcode 7.
    `invalid_session`: opcode 9, with `resumable` (false). `expire`: the session is forgotten, whether connected (close
    code 4009) or not. `close`: with `code` (4000).
    """

    act: GatewayAct
    session_id: str | None = None
    code: int | None = None
    resumable: bool | None = None


class SessionsView(View, frozen=True, kw_only=True):
    """The sessions that it happened to."""

    sessions: list[str]


class ClockView(View, frozen=True, kw_only=True):
    """The playground's time: `ahead_seconds` of the machine's, and passing `speed` times as fast."""

    now: str
    ahead_seconds: float
    speed: float


class ChangeClock(Body, frozen=True, kw_only=True):
    """`move_seconds` (back when negative) or `now` (ISO 8601) moves the clock; `speed` (0.01 to 1000) hurries it."""

    move_seconds: float | None = None
    now: str | None = None
    speed: float | None = None


class LimitsView(View, frozen=True, kw_only=True):
    """The rate limits of the REST API.

    `per_second` requests for the whole bot; an address whose requests were answered with 401, 403 or 429 `refused`
    times in `refused_seconds` is banned for the rest of that time. `refusals` counts that for each address.
    """

    on: bool
    per_second: int
    refused: int
    refused_seconds: float
    refusals: dict[str, int]


class ChangeLimits(Body, frozen=True, kw_only=True):
    """What is absent stays. `on` switches every limit and the ban."""

    on: bool | None = None
    per_second: int | None = None
    refused: int | None = None
    refused_seconds: float | None = None


def fault(rule: faults.Rule, match: NewMatch) -> FaultView:
    """A rule as it is shown."""
    late = rule.effect in {"delay", "delay_answer"}
    limited = rule.effect == "rate_limit"
    return FaultView(
        id=str(rule.id),
        effect=rule.effect,
        match=match,
        left=rule.count.left,
        skip=rule.count.skip,
        hits=rule.count.hits,
        status=rule.status if rule.effect in {"status", "rate_limit"} else None,
        milliseconds=round(rule.seconds * 1000) if late else None,
        retry_after=rule.seconds if limited else None,
        scope=rule.scope if limited else None,
    )


def event_fault(rule: Detour) -> EventFaultView:
    """A detour as it is shown."""
    return EventFaultView(
        id=str(rule.id),
        effect=rule.effect,
        event=rule.event,
        session_id=rule.session_id,
        guild_id=str(rule.guild_id) if rule.guild_id else None,
        left=rule.count.left,
        skip=rule.count.skip,
        hits=rule.count.hits,
        milliseconds=round(rule.seconds * 1000) if rule.effect in {"delay", "reorder"} else None,
    )
