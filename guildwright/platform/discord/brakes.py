"""Keeps one process within Discord's limits that no header announces. Processes will share them in Redis later."""

import asyncio
from collections import deque

from guildwright.platform.clock import Clock

REQUESTS_PER_SECOND = 50
# Discord bans an address after 10,000 answers of 401, 403 or 429 in ten minutes; we stop far from it.
MOST_INVALID = 1000
INVALID_WINDOW_SECONDS = 600.0


class Brakes:
    """Spaces requests out, and says when too many were refused."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._recent: deque[float] = deque(maxlen=REQUESTS_PER_SECOND)
        self._invalid: deque[float] = deque(maxlen=MOST_INVALID)
        self._turn = asyncio.Lock()

    async def take_turn(self) -> None:
        """Return when one more request stays within the limit per second."""
        async with self._turn:
            if len(self._recent) == REQUESTS_PER_SECOND:
                await self._clock.sleep(self._recent[0] + 1.0 - self._clock.monotonic())
            self._recent.append(self._clock.monotonic())

    def count_invalid(self) -> None:
        """Remember an answer of 401, 403 or 429."""
        self._invalid.append(self._clock.monotonic())

    def wait_seconds(self) -> float:
        """How long to send nothing at all; 0: go on."""
        if len(self._invalid) < MOST_INVALID:
            return 0.0
        return max(0.0, self._invalid[0] + INVALID_WINDOW_SECONDS - self._clock.monotonic())
