"""Since when a job may have had effects: what decides between a nonce, a look at history, and giving up."""

import asyncio
from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.run import JobRun, Retry, Tried, Unavailable
from tests.fakes.job_bench import Bench

pytestmark = pytest.mark.integration


async def _runs(bench: Bench, *errors: Exception, effects: int = 1) -> list[Tried | None]:
    """What each run of one job was told, when its runs fail so."""
    told: list[Tried | None] = []

    async def handler(run: JobRun) -> None:
        told.append(run.tried)
        for number in range(effects):
            run.nonce(f"effect {number}")
        if len(told) <= len(errors):
            raise errors[len(told) - 1]

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))
    return told


async def test_the_first_run_has_none_before_it(bench: Bench) -> None:
    assert await _runs(bench) == [None]


async def test_a_retry_is_told_when_the_first_run_began(bench: Bench) -> None:
    _, second, third = await _runs(bench, Retry("a", after=timedelta(seconds=1)), Retry("b", after=timedelta()))

    assert second is not None
    assert third is not None
    assert second.since == third.since
    assert third.age() >= second.seconds >= 1


async def test_a_run_whose_only_request_surely_did_nothing_does_not_count(bench: Bench) -> None:
    told = await _runs(
        bench, Unavailable("rate limited", retry_after=0.01, nothing_done=True), Retry("x", after=timedelta())
    )

    assert told[:2] == [None, None]
    assert told[2] is not None


async def test_a_request_that_may_have_done_something_counts(bench: Bench) -> None:
    assert (await _runs(bench, Unavailable("no answer")))[1] is not None


async def test_of_two_effects_the_first_may_be_there(bench: Bench) -> None:
    error = Unavailable("rate limited", nothing_done=True)
    assert (await _runs(bench, error, effects=2))[1] is not None


async def test_a_run_that_surely_did_nothing_takes_back_nothing_of_an_earlier_one(bench: Bench) -> None:
    told = await _runs(bench, Unavailable("no answer"), Unavailable("rate limited", nothing_done=True))
    assert told[1] is not None
    assert told[2] is not None
    assert told[1].since == told[2].since


async def test_the_age_is_by_the_databases_clock_and_grows_while_the_handler_runs(bench: Bench) -> None:
    told: list[float] = []

    async def handler(run: JobRun) -> None:
        if run.tried is None:
            await fetch("UPDATE job SET tried_at = now() - interval '1 h' WHERE id = $1", run.id)
            run.nonce("effect")
            raise Retry("again", after=timedelta())
        told.append(run.tried.age())
        await asyncio.sleep(0.3)
        told.append(run.tried.age())

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))

    assert 3600 <= told[0] < 3610
    assert told[1] - told[0] >= 0.3


def test_a_reason_names_the_job_and_fits() -> None:
    run = JobRun(7, "k", 1, {}, 1, 1, due=None)  # type: ignore[arg-type]  no rule of reasons asks for the hour

    assert run.reason("Won a\n prize") == "Won a prize (job 7)"
    assert len(run.reason("x" * 600)) == 512
    assert run.reason("x" * 600).endswith(" (job 7)")
