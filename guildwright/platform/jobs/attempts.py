"""Carries out what was begun, and writes down how it ended."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import cache
from itertools import count

import structlog
from structlog.contextvars import bind_contextvars

from guildwright.platform import metrics
from guildwright.platform.chance import Chance
from guildwright.platform.clock import Clock
from guildwright.platform.config.read import ConfigUnknown
from guildwright.platform.database import engine
from guildwright.platform.database.errors import has_given_up, is_database_away
from guildwright.platform.errors import Errors
from guildwright.platform.jobs import backoff, store
from guildwright.platform.jobs.coalesce import Coalescer
from guildwright.platform.jobs.outcomes import GiveUp, LostLease, Retry, Unavailable, Unknown
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun
from guildwright.platform.jobs.store import Back

# What is away is waited for without counting, but not for ever; less long where the job itself may be too slow.
PATIENCE = timedelta(days=1)
PATIENCE_WITH_STATEMENTS = timedelta(minutes=30)
_WHILE_AWAY = backoff.Backoff(longest=timedelta(seconds=60))

_log = structlog.get_logger("guildwright.jobs.runner")


class Attempts:
    """The attempts of one worker."""

    def __init__(self, clock: Clock, chance: Chance, errors: Errors) -> None:
        self._clock = clock
        self._chance = chance
        self._errors = errors
        self._finisher = Coalescer(self._finish, apart=lambda error: not is_database_away(error))
        self._stopped = asyncio.Event()
        self._done = cache(lambda kind: metrics.JOBS.labels(kind, "done"))
        self._seconds = cache(metrics.JOB_SECONDS.labels)

    def stop(self) -> None:
        """Wait for nothing that is away any more."""
        self._stopped.set()

    async def report(self, error: Exception, doing: str) -> None:
        """Tell whoever looks after this bot."""
        await self._errors.report(error, doing)

    async def database_is_back(self) -> bool:
        """Wait for it; False when this worker stops first."""
        return await engine.wait_until_up(self._stopped)

    async def run(self, consumer: Consumer, runs: list[JobRun], free: asyncio.Semaphore) -> None:
        """Call the handler when a call is `free`, and write down what became of each of these runs.

        In a task of its own.
        """
        first = runs[0]
        if len(runs) == 1:
            trace = first.trace or f"job{first.id}"
            bind_contextvars(job=first.id, kind=first.kind, guild=first.guild_id, trace=trace, attempt=first.attempt)
        else:
            bind_contextvars(jobs=len(runs), kind=first.kind)
        began = self._clock.monotonic()
        try:
            async with free:
                began = self._clock.monotonic()
                error = await _error_of(consumer, runs)
            if error is None:
                await self._close(consumer, runs)
            else:
                await self._all_failed(consumer, runs, error)
        except asyncio.CancelledError:
            await self._interrupted(runs)
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
        spoilt: list[JobRun] = []
        for run in runs:
            if run.finished:
                continue
            if run.failure is not None or len(runs) == 1:
                await self._failed_for_sure(consumer, run, run.failure or error)
            else:
                spoilt.append(run)
        if spoilt:
            # What escaped from a call with many runs says nothing about any of them: each is tried alone, which counts.
            await self._put_back(consumer, spoilt, error, counted=False)

    async def _failed_for_sure(self, consumer: Consumer, run: JobRun, error: Exception) -> None:
        try:
            await self._failed(consumer, run, error)
        except Exception as trouble:  # noqa: BLE001  the lease runs out, and the sweeper takes over
            if not (self._stopped.is_set() and is_database_away(trouble)):
                await self._errors.report(trouble, f"writing down how job {run.id} failed")

    async def _interrupted(self, runs: list[JobRun]) -> None:
        """Of a lost lease nothing is left to put back; at a stop the next worker goes on at once."""
        left = [run for run in runs if not run.finished]
        self._done(runs[0].kind).inc(len(runs) - len(left))
        try:
            back = await store.put_back([Back(run.id, run.fence, 0) for run in left], error="", counted=False)
        except Exception as error:
            if not is_database_away(error):
                raise
            return  # the lease runs out
        metrics.JOBS.labels(runs[0].kind, "waited").inc(len(back))
        metrics.JOBS.labels(runs[0].kind, "lost").inc(len(left) - len(back))
        _log.warning("jobs interrupted", jobs=len(back), taken_over=len(left) - len(back))

    async def _failed(self, consumer: Consumer, run: JobRun, error: Exception) -> None:
        if isinstance(error, LostLease):
            metrics.JOBS.labels(run.kind, "lost").inc()
            _log.warning("job was taken over by another worker")
            return
        away = await _is_away(error)
        if away and self._is_patient(run, error):
            await self._put_back(consumer, [run], error, counted=False, away=True)
        elif isinstance(error, GiveUp) or run.attempt >= consumer.max_attempts:
            said = await self._errors.report(error, f"job {run.kind}", guild_id=run.guild_id)
            outcome = "unknown" if isinstance(error, Unknown) else "failed"
            await self._surely(lambda: store.bury(run.id, run.fence, f"{said}\n{_story(error)}", outcome))
            metrics.JOBS.labels(run.kind, "dead").inc()
        else:
            await self._put_back(consumer, [run], error, counted=True, away=away)

    async def _put_back(
        self, consumer: Consumer, runs: list[JobRun], error: Exception, *, counted: bool, away: bool = False
    ) -> None:
        back = [
            Back(run.id, run.fence, self._wait(consumer, run, error).total_seconds(), run.had_no_effect(error))
            for run in runs
        ]
        whole = counted or len(runs) > 1
        story = _story(error) if whole or has_given_up(error) else str(error)
        await self._surely(lambda: store.put_back(back, error=story, counted=counted, away=away))
        metrics.JOBS.labels(consumer.kind, "retried" if counted else "waited").inc(len(back))
        said = "job failed and is tried again" if counted else "job waits"
        if len(runs) > 1:
            said = "a call failed, and each of its jobs is tried alone"
        trace = error if whole else None
        why, seconds = str(error) or repr(error), max(one.after for one in back)
        _log.warning(said, error=why, jobs=len(back), seconds=seconds, exc_info=trace)

    async def _finish(self, held: list[tuple[int, int]]) -> list[bool]:
        done = await self._surely(lambda: store.finish_all(held))
        return [job_id in done for job_id, _ in held]

    async def _surely[Answer](self, write: Callable[[], Awaitable[Answer]]) -> Answer:
        """Write down what happened, through any absence of the database: it must not happen again for its sake.

        Raises what `write` raised last when this worker stops first.
        """
        for tries in count(1):
            try:
                return await write()
            except Exception as error:
                if not is_database_away(error):
                    raise
                if tries > 1:  # it answers, and refuses nevertheless: it is full, or read-only
                    wait = _WHILE_AWAY.delay(tries - 1, backoff.roll(self._chance))
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopped.wait(), wait.total_seconds())
                if not await engine.wait_until_up(self._stopped):
                    raise
        raise AssertionError("unreachable")

    def _is_patient(self, run: JobRun, error: Exception) -> bool:
        patience = PATIENCE_WITH_STATEMENTS if has_given_up(error) else PATIENCE
        return run.away_since is None or self._clock.now() - run.away_since <= patience

    def _wait(self, consumer: Consumer, run: JobRun, error: Exception) -> timedelta:
        if isinstance(error, Retry) and error.after is not None:
            return error.after
        wait = consumer.backoff.delay(run.attempt, backoff.roll(self._chance))
        if isinstance(error, Unavailable | ConfigUnknown) or has_given_up(error):
            wait = _WHILE_AWAY.delay(run.fence, backoff.roll(self._chance))
            wait = max(wait, timedelta(seconds=getattr(error, "retry_after", None) or 0))
        return wait


async def _is_away(error: Exception) -> bool:
    """Whether it failed because something is away, and not for a fault of its own."""
    if isinstance(error, Unavailable | ConfigUnknown):
        return True
    if not is_database_away(error):
        return False
    # A handler's own OSError looks like the database's: ask the database whether it was away.
    return not isinstance(error, OSError) or not await engine.is_up()


def _story(error: Exception) -> str:
    return "".join(traceback.format_exception(error))


async def _error_of(consumer: Consumer, runs: list[JobRun]) -> Exception | None:
    """Call the handler; what it raised, unless this task itself was cancelled."""
    try:
        async with asyncio.timeout(consumer.timeout.total_seconds()):
            await consumer.run(runs)
    except asyncio.CancelledError as cancelled:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        error = RuntimeError("the handler waited for something that was cancelled")
        error.__cause__ = cancelled
        return error
    except Exception as error:  # noqa: BLE001  whatever a handler raises is an outcome
        return error
    return None
