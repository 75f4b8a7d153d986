"""How many commands a member may write as messages: unlike slash commands, Discord does not slow those down."""

import math
from collections import deque
from dataclasses import dataclass

from guildwright.platform.clock import Clock

_WINDOW_SECONDS = 60.0
_MOST_MEMBERS = 10_000


@dataclass(frozen=True)
class Wait:
    """Whether a message is answered; `tell` only at the first that is not."""

    admitted: bool
    tell: bool = False
    seconds: int = 0


class Pace:
    """Counts each member's messages of the last minute."""

    USUAL = 10

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[int, int], deque[float]] = {}
        self._told: set[tuple[int, int]] = set()

    def wait(self, guild_id: int, member_id: int, limit: int) -> Wait:
        """Count a message, and say whether it is one too many."""
        now, who = self._clock.monotonic(), (guild_id, member_id)
        if len(self._seen) > _MOST_MEMBERS:
            self._forget(now)
        times = self._seen.setdefault(who, deque())
        while times and times[0] <= now - _WINDOW_SECONDS:
            times.popleft()
        if len(times) < limit:
            times.append(now)
            self._told.discard(who)
            return Wait(admitted=True)
        tell = who not in self._told
        self._told.add(who)
        return Wait(admitted=False, tell=tell, seconds=max(1, math.ceil(times[0] + _WINDOW_SECONDS - now)))

    def _forget(self, now: float) -> None:
        for who, times in [*self._seen.items()]:
            if not times or times[-1] <= now - _WINDOW_SECONDS:
                del self._seen[who]
                self._told.discard(who)
