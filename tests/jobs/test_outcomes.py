"""What a run writes is kept with its end, by the holder of the lease alone."""

import asyncio
from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright.platform.jobs import outbox
from guildwright.platform.jobs.run import GiveUp, JobRun, LostLease, Unknown
from tests.fakes.job_bench import KIND, Bench

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

    await asyncio.wait_for(stopped.wait(), timeout=30)


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
    await asyncio.wait_for(inside.wait(), 30)
    async with transaction():
        assert await fetch("SELECT id FROM job WHERE id = $1 FOR UPDATE SKIP LOCKED", job_id) == []
    free.set()
    await bench.until_state("done", job_id)


async def test_every_end_has_its_outcome(bench: Bench) -> None:
    async def handler(run: JobRun) -> None:
        if run.payload["how"] != "well":
            raise {"refused": GiveUp, "unknown": Unknown}[run.payload["how"]]("so it ends")

    ends = {how: await bench.add(how, how=how) for how in ("well", "refused", "unknown")}
    ends["cancelled"] = await bench.add("later", after=600)
    await outbox.cancel(KIND, "later")
    await bench.worker(handler)

    async def ended() -> bool:
        return not {"waiting", "sent", "running"} & set(await bench.states())

    await bench.until(ended)
    found = {how: ((row := await bench.row(job_id))["state"], row["outcome"]) for how, job_id in ends.items()}
    assert found == {
        "well": ("done", "done"),
        "refused": ("dead", "failed"),
        "unknown": ("dead", "unknown"),
        "cancelled": ("done", "cancelled"),
    }
    assert (await bench.row(ends["unknown"]))["attempt"] == 1
