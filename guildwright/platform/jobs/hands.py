"""What one worker does of one kind: takes leases for as many jobs as it has hands, keeps them, and begins."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from guildwright.platform import metrics
from guildwright.platform.clock import Clock
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.jobs import store
from guildwright.platform.jobs.attempts import Attempts
from guildwright.platform.jobs.lanes import Lanes
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun

_MOST_CLAIMS = 500  # in one statement
# A row that is locked for longer than this is left to the sweeper.
_LOCKED_SECONDS = 0.01
_MOST_TRIES = 20
_RENEWALS = 4  # in the time of one lease

_log = structlog.get_logger("guildwright.jobs.runner")


# The kind, numbers of jobs that are in line no more, and whether no other of the kind is in hand.
type Taken = Callable[[str, Iterable[int], bool], None]


@dataclass(slots=True)
class _Held:
    """Runs of one call of a handler, and the task that it is."""

    runs: dict[int, JobRun]
    lanes: list[int]
    begun: float
    task: asyncio.Task[None] | None = None
    renewing: asyncio.Task[None] | None = None


class Hands:
    """Those of one worker for one kind."""

    def __init__(self, consumer: Consumer, worker: str, attempts: Attempts, clock: Clock, taken: Taken) -> None:
        """`taken` is called after leases were taken."""
        self._consumer = consumer
        self._worker = worker
        self._attempts = attempts
        self._clock = clock
        self._taken = taken
        self._lanes = Lanes(consumer.capacity)
        self._freed = asyncio.Event()
        self._stopped = False
        self._beginning: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._held: dict[int, _Held] = {}
        self._tries: Counter[int] = Counter()
        self._calls_free = asyncio.Semaphore(consumer.concurrency)

    @property
    def room(self) -> int:
        """How many jobs could be begun now, beside those that were read."""
        return self._lanes.room

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """What runs."""
        tasks = {held.task for held in self._held.values() if held.task is not None}
        if self._beginning is not None and not self._beginning.done():
            tasks.add(self._beginning)
        return tasks

    async def take(self, jobs: list[tuple[int, int | None]]) -> None:
        """Begin these if nobody has, guild by guild; return when there is room for more."""
        if self._stopped:
            await self._give_back([job_id for job_id, _ in jobs])
            return
        for job_id, guild in jobs:
            self._lanes.add(job_id, guild)
        self._begin_soon()
        while self._lanes.room <= 0 and not self._stopped:
            self._freed.clear()
            await self._freed.wait()

    async def stop(self) -> None:
        """Begin no more."""
        self._stopped = True
        self._freed.set()
        await self._give_back(self._lanes.empty())

    async def _give_back(self, job_ids: list[int]) -> None:
        try:
            if job_ids:
                await store.unsend(job_ids)
        except Exception as error:
            if not is_database_away(error):
                raise

    def _begin_soon(self) -> None:
        busy = self._beginning is not None and not self._beginning.done()
        if not busy and not self._stopped and self._lanes.ready and self._free > 0:
            self._beginning = asyncio.create_task(self._begin(), context=Context())

    @property
    def _free(self) -> int:
        """How many jobs to take at a time: what waits until a call ends, fills the next."""
        calls = self._consumer.concurrency - len(self._held)
        return min(self._lanes.free, calls * self._consumer.most, _MOST_CLAIMS)

    async def _begin(self) -> None:
        while not self._stopped and self._free > 0 and (picked := self._lanes.pick(self._free)):
            self._say_room()  # what one guild may not have, another may
            try:
                await self._claim(dict(picked))
            except Exception as error:  # noqa: BLE001  nobody awaits this task
                await self._attempts.report(error, f"taking the leases of jobs {self._consumer.kind}")
            self._taken(self._consumer.kind, [job_id for job_id, _ in picked], not self._lanes.ready)

    async def _claim(self, picked: dict[int, int]) -> None:
        """Take the leases of these (job: lane) and begin those that we got."""
        try:
            rows = await store.claim(list(picked), self._worker, self._consumer.lease.total_seconds())
            got = {row["id"]: row for row in rows}
            calls = self._calls(self._runs(got, picked))
        except Exception as error:
            self._drop(list(picked.values()))
            if not is_database_away(error):
                raise
            await self._unclaim(list(picked))
            return  # the sweeper sends them again
        for together in calls:
            self._start(together, [picked[run.id] for run in together])
        if missed := {job_id: lane for job_id, lane in picked.items() if job_id not in got}:
            await self._missed(missed)

    async def _missed(self, missed: dict[int, int]) -> None:
        """Most of these somebody else has or had; what was only locked, by a relay that looked, is tried again."""
        self._drop(list(missed.values()))
        try:
            locked = await store.claimable(list(missed))
        except Exception as error:
            if not is_database_away(error):
                raise
            return
        for job_id in locked:
            self._tries[job_id] += 1
            if self._tries[job_id] < _MOST_TRIES:
                self._lanes.add(job_id, missed[job_id])
        if locked:
            await self._clock.sleep(_LOCKED_SECONDS)
        else:
            self._tries.clear()

    async def _unclaim(self, job_ids: list[int]) -> None:
        """The answer may be lost of a claim that was committed: then they are ours, and nobody would renew them."""
        if not await self._attempts.database_is_back():
            return
        running = {job_id for held in self._held.values() for job_id in held.runs}
        try:
            await store.unclaim([job_id for job_id in job_ids if job_id not in running], self._worker)
        except Exception as error:
            if not is_database_away(error):
                raise
            # It answers, and takes nothing: the leases run out.

    def _runs(self, got: dict[int, dict[str, Any]], picked: dict[int, int]) -> list[JobRun]:
        lateness = metrics.JOB_LATENESS.labels(self._consumer.kind)
        runs: list[JobRun] = []
        for job_id in picked:
            if job_id in got:
                lateness.observe(max(0.0, got[job_id].pop("late")))
                runs.append(JobRun(**got[job_id]))
        return runs

    def _calls(self, runs: list[JobRun]) -> list[list[JobRun]]:
        """The runs of each call. What did not get to its end before is tried alone."""
        if self._consumer.most == 1:
            return [[run] for run in runs]
        calls = [[run] for run in runs if run.again]
        fresh = [run for run in runs if not run.again]
        size = self._consumer.most
        return calls + [fresh[start : start + size] for start in range(0, len(fresh), size)]

    def _start(self, runs: list[JobRun], lanes: list[int]) -> None:
        held = _Held({run.id: run for run in runs}, lanes, self._clock.monotonic())
        held.task = asyncio.create_task(self._attempts.run(self._consumer, runs, self._calls_free), context=Context())
        self._held[runs[0].id] = held
        held.task.add_done_callback(partial(self._ended, runs[0].id))
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep(), context=Context())

    def _ended(self, first: int, _: asyncio.Task[None]) -> None:
        self._drop(self._held.pop(first).lanes)

    def _drop(self, lanes: list[int]) -> None:
        for lane in lanes:
            self._lanes.drop(lane)
        self._say_room()
        self._begin_soon()

    def _say_room(self) -> None:
        if self._lanes.room > 0:
            self._freed.set()

    async def _keep(self) -> None:
        """Renew the leases of what runs; stop a handler when somebody else has its job."""
        lease = self._consumer.lease.total_seconds()
        while self._held:
            await self._clock.sleep(lease / _RENEWALS)
            old = self._clock.monotonic() - lease / _RENEWALS / 2
            kept = [held for held in self._held.values() if held.begun < old]
            runs = {(run.id, run.fence) for held in kept for run in held.runs.values() if not run.finished}
            if not runs:
                continue
            try:
                renewed = await store.renew(list(runs), lease)
            except Exception as error:  # noqa: BLE001  nobody awaits this task, and it is needed
                await self._tell(error)
                continue
            for held in kept:
                locked = [run for run in held.runs.values() if (run.id, run.fence) in runs and run.id not in renewed]
                if locked and (held.renewing is None or held.renewing.done()):
                    held.renewing = asyncio.create_task(self._renew(held, locked), context=Context())

    async def _renew(self, held: _Held, locked: list[JobRun]) -> None:
        """Their rows were locked, by their own handler perhaps: wait for these, while the others go on."""
        wanted = [(run.id, run.fence) for run in locked]
        try:
            ours = await store.renew(wanted, self._consumer.lease.total_seconds(), patient=True)
        except Exception as error:  # noqa: BLE001  nobody awaits this task
            await self._tell(error)
            return
        if held.task is None or held.task.done():
            return
        for run in locked:
            if run.id not in ours and not run.finished:
                held.runs.pop(run.id, None)
        if not held.runs:
            held.task.cancel("the lease is lost")

    async def _tell(self, error: Exception) -> None:
        if not is_database_away(error):
            await self._attempts.report(error, f"renewing the leases of jobs {self._consumer.kind}")
