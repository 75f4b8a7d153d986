"""Guildwright's side of the benchmark of jobs: a process that adds jobs that do nothing, and one that runs them.

Run as `python -m tests.bench.jobs_ours add|run|run-batch DATABASE_URL REDIS_URL CONCURRENCY`; it speaks as
`jobs_node/bullmq.mjs` does.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime

import uvloop
from redis.asyncio import Redis

from guildwright.platform import log, metrics
from guildwright.platform.chance import SystemChance
from guildwright.platform.clock import SystemClock
from guildwright.platform.database import engine
from guildwright.platform.errors import Errors
from guildwright.platform.jobs import outbox
from guildwright.platform.jobs.outbox import NewJob
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun
from guildwright.platform.jobs.worker import JobWorker
from guildwright.platform.settings import Settings

KIND = "bench.noop"
_GUILDS = 200
_LOOK_SECONDS = 0.002


class Adder:
    """Adds jobs whose keys nobody used before."""

    def __init__(self) -> None:
        self._made = 0

    def _job(self) -> NewJob:
        self._made += 1
        now = datetime.now(UTC)  # noqa: TID251  the benchmark's own watch
        key = f"{os.getpid()}-{self._made}"
        return NewJob(KIND, 1 + self._made % _GUILDS, {"n": self._made}, now, key)

    async def single(self, number: int, callers: int) -> None:
        """One call of `add` for each job, by that many callers at once."""
        left = number

        async def call() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                job = self._job()
                await outbox.add(
                    job.kind, guild_id=job.guild_id, payload=job.payload, due=job.due, dedupe_key=job.dedupe_key
                )

        await asyncio.gather(*[call() for _ in range(callers)])

    async def bulk(self, number: int, size: int) -> None:
        """`add_many` with that many jobs a call, one call after the other."""
        for start in range(0, number, size):
            await outbox.add_many([self._job() for _ in range(min(size, number - start))])


async def _lines() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def add() -> None:
    """Until stdin ends."""
    adder = Adder()
    lines = await _lines()
    _say("ready")
    async for line in lines:
        how, number, size = line.split()
        await (adder.single if how == b"single" else adder.bulk)(int(number), int(size))
        _say("added")


async def run(redis_url: str, concurrency: int, *, batch: bool) -> None:
    """Until stdin ends."""

    async def one(_: JobRun) -> None:
        pass

    async def many(_: list[JobRun]) -> None:
        pass

    clock, chance = SystemClock(), SystemChance()
    consumer = Consumer(KIND, one, concurrency=concurrency)
    if batch:
        consumer = Consumer(KIND, batch_handler=many, batch=500, concurrency=4)
    worker = JobWorker(redis_url, [consumer], clock, chance, Errors(Redis.from_url(redis_url), "bench", clock, chance))
    await worker.start()
    done = metrics.JOBS.labels(KIND, "done")._value.get  # counted when the commit has returned
    lines = await _lines()
    _say("ready")
    wanted = done()
    async for line in lines:
        wanted += int(line.split()[1])
        _say("ready")
        while done() < wanted:  # noqa: ASYNC110  metrics tell nobody
            await asyncio.sleep(_LOOK_SECONDS)
        _say("done")
    await worker.stop(1.0)


async def main(role: str, database_url: str, redis_url: str, concurrency: int) -> None:
    """As a process of production: uvloop, its log at the usual level."""
    log.configure(Settings(), "bench")
    await engine.open_url(database_url)
    await (add() if role == "add" else run(redis_url, concurrency, batch=role == "run-batch"))
    await engine.close_database()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
