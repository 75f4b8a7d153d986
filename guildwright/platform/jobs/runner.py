"""Runs handlers: takes the lease, keeps it, and writes down how it ended."""

import asyncio
import traceback
from contextlib import suppress
from datetime import timedelta

import structlog
from structlog.contextvars import bound_contextvars, clear_contextvars

from guildwright.platform import metrics
from guildwright.platform.chance import Chance
from guildwright.platform.clock import Clock
from guildwright.platform.config.read import ConfigUnknown
from guildwright.platform.database import engine
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.errors import Errors
from guildwright.platform.jobs import backoff, store
from guildwright.platform.jobs.outcomes import GiveUp, LostLease, Retry, Unavailable
from guildwright.platform.jobs.registry import Consumer, Registry
from guildwright.platform.jobs.run import JobRun

# What is away is waited for without counting, but not for ever.
PATIENCE = timedelta(days=1)
_LONGEST_WAIT = timedelta(seconds=60)

_log = structlog.get_logger("guildwright.jobs.runner")


class Runner:
    """The jobs that one worker is running."""

    def __init__(self, registry: Registry, worker: str, clock: Clock, chance: Chance, errors: Errors) -> None:
        self._registry = registry
        self._worker = worker
        self._clock = clock
        self._chance = chance
        self._errors = errors
        self._slots = {kind: asyncio.Semaphore(registry[kind].concurrency) for kind in registry.kinds}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = asyncio.Event()

    async def take(self, kind: str, job_id: int) -> None:
        """Begin a job if nobody has; waits while this worker has its hands full of that kind."""
        slot = self._slots[kind]
        await slot.acquire()
        try:
            if self._stopped.is_set():
                await store.unsend([job_id])
                started = False
            else:
                started = await self._begin(self._registry[kind], job_id)
        except Exception as error:
            slot.release()
            if not is_database_away(error):
                raise
            return  # the row still says "sent", and the sweeper sends it again
        except BaseException:
            slot.release()
            raise
        if not started:
            slot.release()

    async def _begin(self, consumer: Consumer, job_id: int) -> bool:
        row = await store.claim(job_id, self._worker, consumer.lease.total_seconds())
        if row is None:
            return False
        late = max(0.0, row.pop("late"))
        run = JobRun(**row)
        metrics.JOB_LATENESS.labels(run.kind).observe(late)
        task = asyncio.create_task(self._run(consumer, run), name=f"job {run.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._slots[consumer.kind].release())
        return True

    async def _run(self, consumer: Consumer, run: JobRun) -> None:
        clear_contextvars()
        trace = run.trace or self._chance.token()
        with bound_contextvars(job=run.id, kind=run.kind, guild=run.guild_id, trace=trace, attempt=run.attempt):
            began = self._clock.monotonic()
            work = asyncio.create_task(self._work(consumer, run))
            keeper = asyncio.create_task(self._keep(consumer, run, work))
            try:
                await work
                metrics.JOBS.labels(run.kind, "done").inc()
                _log.info("job done", seconds=round(self._clock.monotonic() - began, 3))
            except asyncio.CancelledError:
                await self._interrupted(run, work)
            except Exception as error:  # noqa: BLE001  whatever a handler raises is an outcome
                try:
                    await self._failed(consumer, run, error)
                except Exception as trouble:  # noqa: BLE001  the lease runs out, and the sweeper takes over
                    await self._errors.report(trouble, f"writing down how job {run.id} failed")
            finally:
                keeper.cancel()
                metrics.JOB_SECONDS.labels(run.kind).observe(self._clock.monotonic() - began)

    async def _work(self, consumer: Consumer, run: JobRun) -> None:
        async with asyncio.timeout(consumer.timeout.total_seconds()):
            await consumer.handler(run)
        if not run.finished:
            async with run.finish():
                pass

    async def _keep(self, consumer: Consumer, run: JobRun, work: "asyncio.Task[None]") -> None:
        """Renew the lease while the handler runs; stop the handler when somebody else has the job."""
        while True:
            await self._clock.sleep(consumer.lease.total_seconds() / 3)
            try:
                ours = await store.renew(run.id, run.fence, consumer.lease.total_seconds())
            except Exception as error:
                if not is_database_away(error):
                    raise
                continue
            if not ours and not run.finished:
                work.cancel("the lease is lost")
                return

    async def _interrupted(self, run: JobRun, work: "asyncio.Task[None]") -> None:
        work.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await work
        if run.finished:
            return
        # Of a lost lease nothing is left to put back; at a stop the next worker goes on at once.
        try:
            back = await store.put_back(run.id, run.fence, after=0, error="", counted=False)
        except Exception as error:
            if not is_database_away(error):
                raise
            return  # the lease runs out
        metrics.JOBS.labels(run.kind, "waited" if back else "lost").inc()
        _log.warning("job interrupted" if back else "job was taken over by another worker")

    async def _failed(self, consumer: Consumer, run: JobRun, error: Exception) -> None:
        if isinstance(error, LostLease):
            metrics.JOBS.labels(run.kind, "lost").inc()
            _log.warning("job was taken over by another worker")
            return
        try:
            await self._write_down(consumer, run, error)
        except Exception as trouble:
            if not is_database_away(trouble):
                raise
            if await engine.wait_until_up(self._stopped):
                await self._write_down(consumer, run, error)

    async def _write_down(self, consumer: Consumer, run: JobRun, error: Exception) -> None:
        if await self._is_excused(run, error):
            wait = self._wait(run, error)
            await store.put_back(run.id, run.fence, after=wait.total_seconds(), error=str(error), counted=False)
            metrics.JOBS.labels(run.kind, "waited").inc()
            _log.warning("job waits", error=str(error), seconds=wait.total_seconds())
        elif isinstance(error, GiveUp) or run.attempt >= consumer.max_attempts:
            said = await self._errors.report(error, f"job {run.kind}", guild_id=run.guild_id)
            await store.bury(run.id, run.fence, f"{said}\n{_story(error)}")
            metrics.JOBS.labels(run.kind, "dead").inc()
        else:
            wait = self._wait(run, error)
            await store.put_back(run.id, run.fence, after=wait.total_seconds(), error=_story(error), counted=True)
            metrics.JOBS.labels(run.kind, "retried").inc()
            _log.warning(
                "job failed and is tried again", error=str(error), seconds=wait.total_seconds(), exc_info=error
            )

    async def _is_excused(self, run: JobRun, error: Exception) -> bool:
        if self._clock.now() - run.due > PATIENCE:
            return False
        if isinstance(error, Unavailable | ConfigUnknown):
            return True
        if not is_database_away(error):
            return False
        # A handler's own OSError looks like the database's: ask the database whether it was away.
        return not isinstance(error, OSError) or not await engine.is_up()

    def _wait(self, run: JobRun, error: Exception) -> timedelta:
        if isinstance(error, Retry) and error.after is not None:
            return error.after
        wait = backoff.delay(run.attempt, backoff.roll(self._chance))
        if isinstance(error, Unavailable | ConfigUnknown):
            wait = backoff.delay(run.fence, backoff.roll(self._chance), longest=_LONGEST_WAIT)
            wait = max(wait, timedelta(seconds=getattr(error, "retry_after", None) or 0))
        return wait

    async def stop(self, grace: float) -> None:
        """Take no more; let what runs finish for `grace` seconds, then put it back for another worker."""
        self._stopped.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=0.5)


def _story(error: Exception) -> str:
    return "".join(traceback.format_exception(error))
