"""The sweeper of a worker that runs nothing itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from guildwright.platform.jobs.carrier import Carrier
from guildwright.platform.jobs.registry import Consumer, Registry
from guildwright.platform.jobs.relay import Relay
from guildwright.platform.jobs.run import JobRun
from guildwright.platform.jobs.sweeper import Sweeper
from tests.fakes.job_bench import KIND, Bench
from tests.fakes.redis_server import RedisServer


class _Idle:
    def room(self, kind: str) -> int:
        del kind
        return 1

    async def take(self, kind: str, jobs: object) -> None:
        """Read nothing."""


async def _nothing(_: JobRun) -> None:
    pass


@asynccontextmanager
async def lone_sweeper(
    bench: Bench, *, name: str = "w", kinds: Sequence[str] = (KIND,), redis: RedisServer | None = None, tries: int = 8
) -> AsyncIterator[Sweeper]:
    """One that was not asked to sweep yet. `tries`: how often a job may fail."""
    registry = Registry([Consumer(kind, _nothing, max_attempts=tries) for kind in kinds])
    carrier = Carrier((redis or bench.redis).url, registry.kinds, name, _Idle(), lambda: None)
    assert await carrier.start(asyncio.Event())
    try:
        yield Sweeper(registry, carrier, Relay(registry.kinds, carrier, bench.clock), bench.chance)
    finally:
        await carrier.stop()
