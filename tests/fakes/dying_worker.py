"""A worker process that a test kills: it writes down each run, and hangs in the middle of the first ones.

Run as `python -m tests.fakes.dying_worker DATABASE_URL REDIS_URL FILE HANGS`: runs up to fence HANGS never end.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from redis.asyncio import Redis

from guildwright.platform.chance import SystemChance
from guildwright.platform.clock import SystemClock
from guildwright.platform.database import engine
from guildwright.platform.errors import Errors
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun
from guildwright.platform.jobs.worker import JobWorker
from tests.fakes.job_bench import KIND


async def main(database_url: str, redis_url: str, file: Path, hangs: int) -> None:
    """Until SIGTERM or worse."""

    async def handler(run: JobRun) -> None:
        with file.open("a") as lines:
            lines.write(f"{os.getpid()} {run.attempt} {run.fence}\n")
        if run.fence <= hangs:
            await asyncio.sleep(600)

    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await engine.open_url(database_url)
    clock, chance = SystemClock(), SystemChance()
    errors = Errors(Redis.from_url(redis_url), "dying", clock, chance)
    worker = JobWorker(redis_url, [Consumer(KIND, handler, max_attempts=3)], clock, chance, errors)
    await worker.start()
    await stopped.wait()
    await worker.stop(1.0)
    await engine.close_database()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
