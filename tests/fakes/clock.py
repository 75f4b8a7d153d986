"""A clock that a test moves by hand."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Stands still until `advance` or `move_to`; sleepers wake in order of their time."""

    def __init__(self, now: datetime = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._elapsed = 0.0
        self._order = 0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    @property
    def sleeping(self) -> int:
        """How many tasks wait for this clock."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._sleepers, (self._elapsed + seconds, self._order, future))
        await future

    async def advance(self, seconds: float | timedelta) -> None:
        """Move on, waking sleepers at their own moments and letting them run."""
        span = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
        end = self._elapsed + span
        start, base = self._now, self._elapsed
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, future = heapq.heappop(self._sleepers)
            self._elapsed, self._now = due, start + timedelta(seconds=due - base)
            if not future.done():
                future.set_result(None)
            await _let_others_run()
        self._elapsed, self._now = end, start + timedelta(seconds=span)
        await _let_others_run()

    def set(self, now: datetime) -> None:
        """Jump without waking anybody: for rules that only ask what time it is."""
        self._elapsed += max(0.0, (now - self._now).total_seconds())
        self._now = now


async def _let_others_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class ImpatientClock:
    """Does not wait, and remembers how long it should have."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.elapsed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.slept.append(seconds)
            self.elapsed += seconds
