"""A bench for jobs: real PostgreSQL, real Redis, real workers, and handlers that a test writes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from guildwright.platform.chance import SystemChance
from guildwright.platform.clock import SystemClock
from guildwright.platform.database import engine
from guildwright.platform.errors import Errors
from guildwright.platform.jobs import outbox
from guildwright.platform.jobs.registry import Consumer, Handler
from guildwright.platform.jobs.worker import JobWorker
from tests.fakes.redis_server import RedisServer

KIND = "bench.work"


class Bench:
    """What a test needs to add jobs, to run workers, and to look at rows."""

    def __init__(self, redis: RedisServer) -> None:
        self.redis = redis
        self.clock = SystemClock()
        self.chance = SystemChance()
        self.client = redis.client()
        self.errors = Errors(self.client, "bench", self.clock, self.chance)
        self._workers: list[JobWorker] = []

    def now(self) -> datetime:
        return self.clock.now()

    async def add(self, key: str, *, kind: str = KIND, after: float = 0.0, **payload: Any) -> int:
        """Add a job that is due `after` seconds from now."""
        due = self.now() + timedelta(seconds=after)
        job_id = await outbox.add(kind, guild_id=None, payload=payload, due=due, dedupe_key=key)
        assert job_id is not None
        return job_id

    async def worker(self, handler: Handler, kind: str = KIND, **options: Any) -> JobWorker:
        """Start a worker with one consumer."""
        return await self.worker_of(Consumer(kind, handler, **options))

    async def worker_of(self, *consumers: Consumer) -> JobWorker:
        """Start a worker with these consumers."""
        worker = JobWorker(self.redis.url, consumers, self.clock, self.chance, self.errors)
        self._workers.append(worker)
        assert await asyncio.wait_for(worker.start(), timeout=30)
        return worker

    async def row(self, job_id: int) -> dict[str, Any]:
        """A job's row."""
        return (await engine.fetch("SELECT * FROM job WHERE id = $1", job_id))[0]

    async def until(self, look: Callable[[], Awaitable[bool]], within: float = 60.0) -> float:
        """Poll until `look` says yes; the seconds that took."""
        began = time.monotonic()
        while not await look():
            assert time.monotonic() - began < within, f"not within {within} s: {await self.states()}"
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def until_state(self, state: str, *job_ids: int, within: float = 60.0) -> float:
        """Poll until these jobs (all, if none is given) are in a state; the seconds that took."""

        async def look() -> bool:
            rows = await engine.fetch("SELECT id, state FROM job")
            return all(row["state"] == state for row in rows if not job_ids or row["id"] in job_ids)

        return await self.until(look, within)

    async def states(self) -> dict[str, int]:
        """How many jobs are in each state."""
        rows = await engine.fetch("SELECT state, count(*) AS n FROM job GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    async def stop(self) -> None:
        for worker in self._workers:
            await worker.stop(0.5)
        await self.client.aclose()


@asynccontextmanager
async def job_bench(redis: RedisServer) -> AsyncIterator[Bench]:
    """A bench on an open database; its workers are stopped at the end."""
    bench = Bench(redis)
    try:
        yield bench
    finally:
        await bench.stop()


def late(due: datetime) -> float:
    """Seconds since then."""
    return (datetime.now(UTC) - due).total_seconds()  # noqa: TID251  a test's own watch
