"""Carries out what was begun, and writes down how it ended."""

import asyncio
import traceback
from datetime import timedelta
from functools import cache

import structlog
from structlog.contextvars import bind_contextvars

from guildwright.platform import metrics
from guildwright.platform.chance import Chance
from guildwright.platform.clock import Clock
from guildwright.platform.config.read import ConfigUnknown
from guildwright.platform.database import engine
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.errors import Errors
from guildwright.platform.jobs import backoff, store
from guildwright.platform.jobs.coalesce import Coalescer
from guildwright.platform.jobs.outcomes import GiveUp, LostLease, Retry, Unavailable, Unknown
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun

# What is away is waited for without counting, but not for ever.
PATIENCE = timedelta(days=1)
_LONGEST_WAIT = timedelta(seconds=60)

_log = structlog.get_logger("guildwright.jobs.runner")


class Attempts:
    """The attempts of one worker."""

    def __init__(self, clock: Clock, chance: Chance, errors: Errors) -> None:
        self._clock = clock
        self._chance = chance
        self._errors = errors
        self._finisher = Coalescer(_finish, apart=lambda error: not is_database_away(error))
        self._stopped = asyncio.Event()
        self._done = cache(lambda kind: metrics.JOBS.labels(kind, "done"))
        self._seconds = cache(metrics.JOB_SECONDS.labels)

    def stop(self) -> None:
        """Wait for nothing that is away any more."""
        self._stopped.set()

    async def report(self, error: Exception, doing: str) -> None:
        """Tell whoever looks after this bot."""
        await self._errors.report(error, doing)

    async def run(self, consumer: Consumer, runs: list[JobRun]) -> None:
        """Call the handler, and write down what became of each of these runs. In a task of its own."""
        first = runs[0]
        if len(runs) == 1:
            trace = first.trace or f"job{first.id}"
            bind_contextvars(job=first.id, kind=first.kind, guild=first.guild_id, trace=trace, attempt=first.attempt)
        else:
            bind_contextvars(jobs=len(runs), kind=first.kind)
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(consumer.timeout.total_seconds()):
                await consumer.run(runs)
            await self._close(consumer, runs)
        except asyncio.CancelledError:
            await self._interrupted(runs)
        except Exception as error:  # noqa: BLE001  whatever a handler raises is an outcome
            await self._all_failed(consumer, runs, error)
        finally:
            self._seconds(first.kind).observe(self._clock.monotonic() - began)

    async def _close(self, consumer: Consumer, runs: list[JobRun]) -> None:
        """The handler returned: finish what it did not."""
        left = [run for run in runs if not run.finished and run.failure is None]
        if len(left) == 1:
            answers: list[bool | BaseException] = [await self._finisher.ask((left[0].id, left[0].fence))]
        else:
            answers = await self._finisher.ask_all([(run.id, run.fence) for run in left])
        for run, answer in zip(left, answers, strict=True):
            if answer is True:
                run.finished = True
            else:
                run.failure = answer if isinstance(answer, Exception) else LostLease(f"job {run.id} was taken over")
        failed = [run for run in runs if not run.finished]
        self._done(consumer.kind).inc(len(runs) - len(failed))
        for run in failed:
            await self._failed_for_sure(consumer, run, run.failure or LostLease(f"job {run.id} was taken over"))

    async def _all_failed(self, consumer: Consumer, runs: list[JobRun], error: Exception) -> None:
        self._done(consumer.kind).inc(sum(run.finished for run in runs))
        for run in runs:
            if not run.finished:
                await self._failed_for_sure(consumer, run, run.failure or error)

    async def _failed_for_sure(self, consumer: Consumer, run: JobRun, error: Exception) -> None:
        try:
            await self._failed(consumer, run, error)
        except Exception as trouble:  # noqa: BLE001  the lease runs out, and the sweeper takes over
            await self._errors.report(trouble, f"writing down how job {run.id} failed")

    async def _interrupted(self, runs: list[JobRun]) -> None:
        """Of a lost lease nothing is left to put back; at a stop the next worker goes on at once."""
        for run in runs:
            if run.finished:
                metrics.JOBS.labels(run.kind, "done").inc()
                continue
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
        untried = run.had_no_effect(error)
        if await self._is_excused(run, error):
            wait = self._wait(consumer, run, error).total_seconds()
            await store.put_back(run.id, run.fence, after=wait, error=str(error), counted=False, untried=untried)
            metrics.JOBS.labels(run.kind, "waited").inc()
            _log.warning("job waits", error=str(error), seconds=wait)
        elif isinstance(error, GiveUp) or run.attempt >= consumer.max_attempts:
            said = await self._errors.report(error, f"job {run.kind}", guild_id=run.guild_id)
            outcome = "unknown" if isinstance(error, Unknown) else "failed"
            await store.bury(run.id, run.fence, f"{said}\n{_story(error)}", outcome)
            metrics.JOBS.labels(run.kind, "dead").inc()
        else:
            wait = self._wait(consumer, run, error).total_seconds()
            await store.put_back(run.id, run.fence, after=wait, error=_story(error), counted=True, untried=untried)
            metrics.JOBS.labels(run.kind, "retried").inc()
            _log.warning("job failed and is tried again", error=str(error), seconds=wait, exc_info=error)

    async def _is_excused(self, run: JobRun, error: Exception) -> bool:
        if self._clock.now() - run.due > PATIENCE:
            return False
        if isinstance(error, Unavailable | ConfigUnknown):
            return True
        if not is_database_away(error):
            return False
        # A handler's own OSError looks like the database's: ask the database whether it was away.
        return not isinstance(error, OSError) or not await engine.is_up()

    def _wait(self, consumer: Consumer, run: JobRun, error: Exception) -> timedelta:
        if isinstance(error, Retry) and error.after is not None:
            return error.after
        wait = consumer.backoff.delay(run.attempt, backoff.roll(self._chance))
        if isinstance(error, Unavailable | ConfigUnknown):
            wait = backoff.delay(run.fence, backoff.roll(self._chance), longest=_LONGEST_WAIT)
            wait = max(wait, timedelta(seconds=getattr(error, "retry_after", None) or 0))
        return wait


def _story(error: Exception) -> str:
    return "".join(traceback.format_exception(error))


async def _finish(held: list[tuple[int, int]]) -> list[bool]:
    done = await store.finish_all(held)
    return [job_id in done for job_id, _ in held]
