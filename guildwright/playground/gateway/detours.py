"""Events that go another way than straight to the client: late, out of order, twice, or never.

An event gets its sequence when it is told, so what a client hears is numbered without gaps, as Discord's is.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from guildwright.playground.clock import Clock

if TYPE_CHECKING:
    from guildwright.playground.faults import Count
    from guildwright.playground.gateway.session import Dispatch, Session

type EventEffect = Literal["delay", "reorder", "duplicate", "lose"]
# READY and RESUMED are no detour's: without them there is no session.


class Detour:
    """A fault for events: of one name (or all), of one session and guild (or all)."""

    def __init__(self, effect: EventEffect, event: str | None, count: "Count") -> None:
        self.id = 0
        self.effect = effect
        self.event = event
        self.count = count
        self.session_id: str | None = None
        self.guild_id: int | None = None
        self.seconds = 0.0
        self.held: list[Held] = []

    def meets(self, session: "Session", dispatch: "Dispatch") -> bool:
        """Whether it is about that event."""
        return (
            self.event in {None, dispatch.name}
            and self.session_id in {None, session.id}
            and self.guild_id in {None, dispatch.guild_id}
        )


class Held:
    """An event that waits to be told."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say = say
        self._told = False

    def tell(self) -> None:
        """Tell it, if nobody did yet."""
        if not self._told:
            self._told = True
            self._say()


class Detours:
    """The detours of this playground."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sleeping: set[asyncio.Task[None]] = set()
        self._reordered: dict[str, list[Held]] = {}
        self.rules: list[Detour] = []

    def remove(self, rule: Detour) -> None:
        """It ends; what it holds is told now."""
        self.rules.remove(rule)
        for held in rule.held:
            held.tell()

    def tell(self, session: "Session", dispatch: "Dispatch", say: Callable[[], None]) -> None:
        """Tell a session of an event, by the first detour that is about it or straight away; `say` tells it."""
        waiting = self._reordered.pop(session.id, [])
        rule = next((rule for rule in self.rules if rule.meets(session, dispatch) and rule.count.take()), None)
        event = Held(say)
        match rule.effect if rule else None:
            case "delay" | "reorder" if rule:
                self._hold(rule, session.id, event)
            case "duplicate":
                say()
                say()
            case "lose":
                pass
            case _:
                event.tell()
        for held in waiting:
            held.tell()

    def _hold(self, rule: Detour, session_id: str, event: Held) -> None:
        rule.held = [*rule.held[-1000:], event]
        if rule.effect == "reorder":
            self._reordered.setdefault(session_id, []).append(event)
        task = asyncio.ensure_future(self._later(rule.seconds, event))
        self._sleeping.add(task)
        task.add_done_callback(self._sleeping.discard)

    async def _later(self, seconds: float, event: Held) -> None:
        await self._clock.sleep(seconds)
        event.tell()
