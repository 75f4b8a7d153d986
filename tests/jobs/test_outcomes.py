"""How a run ends: done, tried again, waited for, dead, or refused because somebody else has the job."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from guildwright.platform.config.read import ConfigUnknown
from guildwright.platform.database.engine import fetch, transaction
from guildwright.platform.jobs import backoff, dead_letters
from guildwright.platform.jobs.run import GiveUp, JobRun, LostLease, Retry, Unavailable
from tests.fakes.job_bench import Bench

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
async def _effects(bench: Bench) -> None:
    assert bench
    await fetch("CREATE TABLE IF NOT EXISTS effect (job bigint, worker text)")
    await fetch("TRUNCATE effect")


async def _effect_count() -> int:
    return int((await fetch("SELECT count(*) AS n FROM effect"))[0]["n"])


async def test_what_a_handler_writes_in_finish_is_kept_with_the_jobs_end(bench: Bench) -> None:
    async def handler(run: JobRun) -> None:
        async with run.finish():
            await fetch("INSERT INTO effect VALUES ($1, 'a')", run.id)

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("done", job_id)

    assert await _effect_count() == 1


async def test_what_fails_inside_finish_keeps_neither_rows_nor_end(bench: Bench) -> None:
    async def handler(run: JobRun) -> None:
        async with run.finish():
            await fetch("INSERT INTO effect VALUES ($1, 'a')", run.id)
            if run.attempt == 1:
                raise RuntimeError("after the insert")

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("done", job_id)

    assert await _effect_count() == 1
    assert (await bench.row(job_id))["attempt"] == 2


async def test_a_worker_that_lost_its_lease_can_neither_finish_nor_step(bench: Bench) -> None:
    refused: list[str] = []

    async def handler(run: JobRun) -> None:
        if run.fence > 1:
            return
        # Another worker took it, while this one was, say, asleep with its laptop.
        await fetch("UPDATE job SET fence = fence + 1, leased_by = 'other' WHERE id = $1", run.id)
        for end in (run.step, run.finish):
            try:
                async with end():
                    await fetch("INSERT INTO effect VALUES ($1, 'late')", run.id)
            except LostLease:
                refused.append(end.__name__)
        raise LostLease

    await bench.worker(handler)
    job_id = await bench.add("a")

    async def done() -> bool:
        return len(refused) == 2

    await bench.until(done)
    await asyncio.sleep(0.2)
    row = await bench.row(job_id)
    assert (row["state"], row["leased_by"]) == ("running", "other")
    assert await _effect_count() == 0


async def test_a_handler_that_runs_on_after_its_lease_was_taken_is_stopped(bench: Bench) -> None:
    stopped = asyncio.Event()

    async def handler(run: JobRun) -> None:
        await fetch("UPDATE job SET fence = fence + 1, leased_by = 'other' WHERE id = $1", run.id)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.set()
            raise

    await bench.worker(handler, lease=timedelta(seconds=0.6))
    await bench.add("a")

    await asyncio.wait_for(stopped.wait(), timeout=5)


async def test_a_job_longer_than_its_lease_keeps_it(bench: Bench) -> None:
    runs: list[int] = []

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        await asyncio.sleep(2)

    for _ in range(2):
        await bench.worker(handler, lease=timedelta(seconds=0.6))
    job_id = await bench.add("a")
    await bench.until_state("done", job_id)

    assert runs == [1]


async def test_a_failure_is_tried_again_after_a_growing_wait_with_its_error_kept(bench: Bench) -> None:
    moments: list[float] = []

    async def handler(run: JobRun) -> None:
        moments.append(bench.clock.monotonic())
        if run.attempt < 3:
            raise RuntimeError(f"attempt {run.attempt} \x00 failed")

    await bench.worker(handler)
    job_id = await bench.add("a")

    async def failed_once() -> bool:
        return "attempt 1" in (await bench.row(job_id))["error"]

    await bench.until(failed_once)
    await bench.until_state("done", job_id)

    assert 0.5 <= moments[1] - moments[0] < 2
    assert 1 <= moments[2] - moments[1] < 3


async def test_a_job_that_always_fails_becomes_a_dead_letter_with_its_last_error(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        raise RuntimeError("the cause of it all")

    await bench.worker(handler, max_attempts=2)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)

    letter = (await dead_letters.listed())[0]
    assert (letter.id, letter.attempt) == (job_id, 2)
    assert "RuntimeError: the cause of it all" in letter.error
    entries: Any = await bench.client.xrange("bot_errors")
    reported = json.loads(entries[0][1][b"json"])
    assert reported["id"] == letter.error.splitlines()[0]


async def test_a_dead_letter_can_be_given_another_chance(bench: Bench) -> None:
    broken = True

    async def handler(_: JobRun) -> None:
        if broken:
            raise GiveUp("not while it is broken")

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)
    broken = False

    assert await dead_letters.retry(job_id)
    assert not await dead_letters.retry(job_id)

    await bench.until_state("done", job_id)


async def test_giving_up_is_not_tried_again(bench: Bench) -> None:
    runs: list[int] = []

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        raise GiveUp("no such channel")

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)

    assert runs == [1]


@pytest.mark.parametrize("away", [Unavailable("discord is down", retry_after=0.1), ConfigUnknown(1)])
async def test_waiting_for_what_is_away_costs_no_attempt(bench: Bench, away: Exception) -> None:
    runs: list[int] = []

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        if len(runs) < 3:
            raise away

    await bench.worker(handler, max_attempts=1)
    job_id = await bench.add("a")
    await bench.until_state("done", job_id)

    assert runs == [1, 1, 1]


async def test_patience_with_what_is_away_ends_after_a_day(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        raise Unavailable("still down")

    await bench.worker(handler, max_attempts=1)
    job_id = await bench.add("a", after=-25 * 3600)

    await bench.until_state("dead", job_id)


async def test_a_handlers_own_broken_connection_does_count(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        raise ConnectionRefusedError("some other server")

    await bench.worker(handler, max_attempts=1)
    job_id = await bench.add("a")

    await bench.until_state("dead", job_id)


async def test_a_handler_may_say_when_to_try_again(bench: Bench) -> None:
    moments: list[float] = []

    async def handler(run: JobRun) -> None:
        moments.append(bench.clock.monotonic())
        if run.attempt == 1:
            raise Retry("not yet", after=timedelta(seconds=0.1))

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))

    assert 0.1 <= moments[1] - moments[0] < 0.5


async def test_a_handler_that_hangs_is_stopped_and_its_attempt_has_failed(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        await asyncio.sleep(60)

    await bench.worker(handler, timeout=timedelta(seconds=0.2), max_attempts=1)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)


async def test_a_retry_runs_with_the_same_nonce_and_the_first_due_time(bench: Bench) -> None:
    seen: list[tuple[str, str, object, bool]] = []

    async def handler(run: JobRun) -> None:
        seen.append((run.nonce("post"), run.nonce("ping"), run.due, run.again))
        if run.attempt == 1:
            raise Retry("once more", after=timedelta())

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))
    await bench.until_state("done", await bench.add("b"))

    (post, ping, due, again), (post2, ping2, due2, again2), (other, *_), _ = seen
    assert (post, ping, due) == (post2, ping2, due2)
    assert len({post, ping, other}) == 3
    assert len(post) <= 25
    assert (again, again2) == (False, True)


async def test_a_job_added_by_a_job_is_added_once_with_its_end(bench: Bench) -> None:
    async def handler(run: JobRun) -> None:
        async with run.finish():
            await bench.add(f"after {run.id}", kind="bench.later", after=60)
            if run.attempt == 1:
                raise RuntimeError("after adding")

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("done", job_id)

    assert (await bench.states())["waiting"] == 1


async def test_finishing_twice_is_a_mistake(bench: Bench) -> None:
    async def handler(run: JobRun) -> None:
        async with run.finish():
            pass
        async with run.finish():
            pass

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("done", job_id)


async def test_a_step_commits_on_its_own(bench: Bench) -> None:
    async def handler(run: JobRun) -> None:
        if run.attempt == 1:
            async with run.step():
                await fetch("INSERT INTO effect VALUES ($1, 'drawn')", run.id)
            raise RuntimeError("after the step")

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))

    assert await _effect_count() == 1


async def test_a_transaction_of_the_test_itself_sees_the_row_locked_by_finish(bench: Bench) -> None:
    """While `finish` commits, the sweeper and a second worker have to wait for it, not overtake it."""
    inside, free = asyncio.Event(), asyncio.Event()

    async def handler(run: JobRun) -> None:
        async with run.finish():
            inside.set()
            await free.wait()

    await bench.worker(handler)
    job_id = await bench.add("a")
    await asyncio.wait_for(inside.wait(), 5)
    async with transaction():
        assert await fetch("SELECT id FROM job WHERE id = $1 FOR UPDATE SKIP LOCKED", job_id) == []
    free.set()
    await bench.until_state("done", job_id)


def test_the_wait_doubles_up_to_a_limit_and_is_spread_by_chance() -> None:
    assert [backoff.delay(n, 0).total_seconds() for n in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert backoff.delay(50, 0) == backoff.LONGEST
    assert backoff.delay(3, 1).total_seconds() == 2
