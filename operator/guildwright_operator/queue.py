"""Keys whose turn will come: each is in it once, is worked on by one at a time, and comes again after a failure.

kopf never repeats an event whose handler failed, and a burst of edits is one piece of work: so what happened is only
remembered here as "look at this guild", and whoever looks finds how things are by then.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

import structlog

from guildwright.platform.clock import Clock
from guildwright_operator.metrics import DEPTH, RETRIES

FIRST_RETRY_SECONDS = 0.2
LAST_RETRY_SECONDS = 15.0

_log = structlog.get_logger(__name__)


class Again(Exception):  # noqa: N818  not a fault of ours
    """Raised by the work: it could not be done now; its text says why."""


class Queue[K: Hashable]:
    """Keys and those who work them off."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._due: dict[K, None] = {}
        self._working: set[K] = set()
        self._later: list[tuple[float, int, K]] = []  # by time; counts where one of the two below names its number
        self._wishes: dict[K, int] = {}
        self._retries: dict[K, int] = {}
        self._failures: dict[K, int] = {}
        self._order = 0
        self._sooner = asyncio.Event()

    def __len__(self) -> int:
        return len(self._due) + len(self._working) + len(self._retries)

    def add(self, key: K) -> None:
        """Look at the key as soon as somebody is free; also once more, if somebody is at it just now."""
        self._due[key] = None
        self._sooner.set()

    def add_later(self, key: K, seconds: float) -> None:
        """Look at the key in a while, from now: an earlier wish of this kind is forgotten."""
        self._put(key, seconds, self._wishes)

    def _put(self, key: K, seconds: float, numbers: dict[K, int]) -> None:
        self._order += 1
        numbers[key] = self._order
        heapq.heappush(self._later, (self._clock.monotonic() + seconds, self._order, key))
        self._sooner.set()

    def clear(self) -> None:
        """Forget every key: it is somebody else's work now."""
        self._due.clear()
        self._later.clear()
        self._wishes.clear()
        self._retries.clear()
        self._failures.clear()
        self._measure()

    async def run(self, work: Callable[[K], Awaitable[None]], workers: int) -> None:
        """Work the keys off until cancelled, so many at once."""
        limit = asyncio.Semaphore(workers)
        self._working.clear()
        async with asyncio.TaskGroup() as group:
            while True:
                await limit.acquire()
                key = await self._next()
                group.create_task(self._do(key, work, limit))

    async def _next(self) -> K:
        while True:
            self._sooner.clear()
            now = self._clock.monotonic()
            while self._later and self._later[0][0] <= now:
                self._ripen(*heapq.heappop(self._later)[1:])
            for key in self._due:
                if key not in self._working:
                    del self._due[key]
                    self._working.add(key)
                    self._retries.pop(key, None)  # or each look during an outage would begin one more row of them
                    self._measure()
                    return key
            await self._wait(self._later[0][0] - now if self._later else None)

    def _ripen(self, number: int, key: K) -> None:
        for numbers in (self._wishes, self._retries):
            if numbers.get(key) == number:
                del numbers[key]
                self._due[key] = None

    def _measure(self) -> None:
        DEPTH.labels(self._name).set(len(self))

    async def _wait(self, seconds: float | None) -> None:
        waits: set[asyncio.Task[Any]] = {asyncio.create_task(self._sooner.wait())}
        if seconds is not None:
            waits.add(asyncio.create_task(self._clock.sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()

    async def _do(self, key: K, work: Callable[[K], Awaitable[None]], limit: asyncio.Semaphore) -> None:
        try:
            await work(key)
        except Again as why:
            self._fail(key, str(why))
        except Exception:  # noqa: BLE001  a mistake about one guild must not end the work for all others
            _log.exception("work failed, trying again", queue=self._name, key=key)
            self._fail(key, "")
        else:
            self._failures.pop(key, None)
        finally:
            self._working.discard(key)
            self._sooner.set()
            self._measure()
            limit.release()

    def _fail(self, key: K, why: str) -> None:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        delay = min(FIRST_RETRY_SECONDS * 2 ** min(failures, 20), LAST_RETRY_SECONDS)
        RETRIES.labels(self._name).inc()
        if why:
            _log.debug("trying again", queue=self._name, key=key, why=why, seconds=delay)
        if key not in self._due:  # else it is looked at once more anyhow
            self._put(key, delay, self._retries)
