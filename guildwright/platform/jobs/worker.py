"""Carrier, relay, sweeper and runner of one worker, put together, started and stopped in the right order."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import structlog
from redis.exceptions import RedisError

from guildwright.platform import metrics
from guildwright.platform.chance import Chance
from guildwright.platform.clock import Clock
from guildwright.platform.database import engine
from guildwright.platform.errors import Errors
from guildwright.platform.jobs import store, worker_name
from guildwright.platform.jobs.attempts import Attempts
from guildwright.platform.jobs.carrier import Carrier
from guildwright.platform.jobs.recurring import Recurrer
from guildwright.platform.jobs.registry import Consumer, Registry
from guildwright.platform.jobs.relay import Relay
from guildwright.platform.jobs.runner import Runner
from guildwright.platform.jobs.sweeper import Sweeper

_RESTART_SECONDS = 1.0

_log = structlog.get_logger("guildwright.jobs")


class JobWorker:
    """Runs the jobs of some kinds. Any number of them may run at once, in any number of processes."""

    def __init__(
        self, redis_url: str, consumers: Iterable[Consumer], clock: Clock, chance: Chance, errors: Errors
    ) -> None:
        self._registry = Registry(consumers)
        self._clock = clock
        self._errors = errors
        self.name = worker_name.make(chance.token())
        self._runner = Runner(self._registry, self.name, Attempts(clock, chance, errors), clock, self._taken)
        self._carrier = Carrier(redis_url, self._registry.kinds, self.name, self._runner, self._streams_lost)
        self._relay = Relay(self._registry.kinds, self._carrier, clock)
        self._sweeper = Sweeper(self._registry, self._carrier, self._relay, chance)
        self._stopped = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    def _streams_lost(self) -> None:
        self._sweeper.streams_lost()

    def _taken(self, kind: str, job_ids: Iterable[int], hungry: bool) -> None:
        self._relay.taken(kind, job_ids, hungry=hungry)

    async def start(self) -> bool:
        """Wait for PostgreSQL and Redis, then work. False when `stop` was called meanwhile."""
        if not await self._wait_for_table() or not await self._carrier.start(self._stopped):
            return False
        _log.info("taking jobs", worker=self.name, kinds=len(self._registry.kinds))
        self._loops = [
            asyncio.create_task(self._lasting(name, part), name=name)
            for name, part in (("relay", self._relay), ("sweeper", self._sweeper), ("recurrer", Recurrer()))
        ]
        return True

    @property
    def working(self) -> bool:
        """Whether it takes jobs."""
        return bool(self._loops) and not self._stopped.is_set()

    async def _wait_for_table(self) -> bool:
        if not await engine.is_up():
            _log.warning("waiting for PostgreSQL")
        said = False
        while await engine.wait_until_up(self._stopped):
            if await store.table_exists():
                return True
            if not said:
                _log.warning("the database has no tables yet: waiting for `guildwright migrate`")
                said = True
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), timeout=_RESTART_SECONDS)
        return False

    async def _lasting(self, name: str, part: Any) -> None:  # noqa: ANN401  Relay or Sweeper
        """A fault in a loop is reported, and the loop goes on: a worker that looks alive must work."""
        while not self._stopped.is_set():
            try:
                await part.run(self._stopped)
            except Exception as error:  # noqa: BLE001
                await self._errors.report(error, name)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), timeout=_RESTART_SECONDS)

    async def stop(self, grace: float) -> None:
        """Take no more, let what runs finish for `grace` seconds, put the rest back."""
        self._stopped.set()
        await self._runner.stop(grace)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        with suppress(RedisError, OSError, TimeoutError):
            await asyncio.wait_for(self._carrier.stop(), timeout=0.5)

    @staticmethod
    async def measure() -> None:
        """Bring the gauges of queue depth up to date."""
        metrics.JOB_DEPTH.clear()
        for kind, state, number in await store.depths():
            metrics.JOB_DEPTH.labels(kind, state).set(number)
