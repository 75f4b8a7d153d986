"""Runs jobs by hand, at the hour of a fake clock, as unkindly as a test wants: twice each, or dying half-way."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.outcomes import Retry, Unavailable
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun
from tests.fakes.clock import FakeClock


class Died(Exception):  # noqa: N818  what happened
    """The worker was killed."""


class DyingRun(JobRun):
    """Dies when its work is done and not yet written down: the worst moment."""

    @asynccontextmanager
    async def finish(self) -> AsyncIterator[None]:
        raise Died
        yield


class Bench:
    """The worker of a test."""

    def __init__(self, consumers: Iterable[Consumer], clock: FakeClock) -> None:
        self._consumers = {consumer.kind: consumer for consumer in consumers}
        self._clock = clock
        self.ran: list[str] = []

    async def run_until(self, moment: datetime, *, unkindly: str = "") -> None:
        """Let time pass until `moment`, running each job when it is due.

        Args:
            moment: The clock is there afterwards.
            unkindly: "twice": every job is delivered again after it was done. "dying": every job dies at its end once.
        """
        while True:
            due = await fetch("/* by hand */ SELECT * FROM job WHERE state = 'waiting' ORDER BY next_at, id LIMIT 1")
            if not due or due[0]["next_at"] > moment:
                break
            self._clock.set(max(self._clock.now(), due[0]["next_at"]))
            await self.take(due[0], unkindly)
        self._clock.set(max(self._clock.now(), moment))

    async def take(self, row: dict[str, Any], unkindly: str = "") -> None:
        """Run one job.

        Raises:
            Retry: it was the last attempt, so the job would be a dead letter.
        """
        self.ran.append(row["kind"])
        if unkindly == "dying":
            with suppress(Died):
                await self._run(row, DyingRun)
        try:
            await self._run(row, JobRun)
        except (Unavailable, Retry) as error:
            counted = isinstance(error, Retry)
            if counted and row["attempt"] + 1 >= self._consumers[row["kind"]].max_attempts:
                raise
            after = error.after if isinstance(error, Retry) else None
            again = self._clock.now() + (after or timedelta(seconds=1))
            await fetch(
                "UPDATE job SET state = 'waiting', next_at = $2, attempt = attempt - $3::int WHERE id = $1",
                row["id"],
                again,
                int(not counted),
            )
            return
        if unkindly == "twice":
            await self._run(row, JobRun)

    async def _run(self, row: dict[str, Any], kind: type[JobRun]) -> None:
        [held] = await fetch(
            "UPDATE job SET state = 'running', attempt = attempt + 1, fence = fence + 1 WHERE id = $1 RETURNING *",
            row["id"],
        )
        run = kind(
            id=held["id"],
            kind=held["kind"],
            guild_id=held["guild_id"],
            payload=json.loads(held["payload"]),
            attempt=held["attempt"],
            fence=held["fence"],
            due=held["due"],
            created_at=held["created_at"],
            since=held["created_at"] if held["fence"] > 1 else None,
        )
        await self._consumers[run.kind].run([run])
        if not run.finished:
            async with run.finish():
                pass
