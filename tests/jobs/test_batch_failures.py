"""What escapes from a call with many jobs is no outcome of any of them: each is tried alone, and only that counts."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs import outbox
from guildwright.platform.jobs.backoff import Backoff
from guildwright.platform.jobs.outbox import NewJob
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import GiveUp, JobRun, Unavailable, Unknown
from tests.fakes.job_bench import KIND, Bench

pytestmark = pytest.mark.integration

QUICK = Backoff(first=timedelta(milliseconds=10))
BAD = 5


async def _add(bench: Bench, number: int = 20) -> list[int]:
    """All at once, each of another guild; their numbers."""
    now = bench.now()
    added = await outbox.add_many([NewJob(KIND, 1000 + n, {"n": n}, now, str(n)) for n in range(number)])
    return [job_id for job_id in added if job_id is not None]


def _has_bad(batch: list[JobRun]) -> bool:
    return any(run.payload["n"] == BAD for run in batch)


def _others(ids: list[int]) -> list[int]:
    return [job_id for n, job_id in enumerate(ids) if n != BAD]


@pytest.mark.parametrize(("error", "outcome"), [(GiveUp("refused"), "failed"), (Unknown("who knows"), "unknown")])
async def test_a_job_without_hope_is_buried_alone(bench: Bench, error: Exception, outcome: str) -> None:
    sizes: list[int] = []

    async def handler(batch: list[JobRun]) -> None:
        sizes.append(len(batch))
        if _has_bad(batch):
            raise error

    ids = await _add(bench)
    await bench.worker_of(Consumer(KIND, batch_handler=handler, backoff=QUICK, max_attempts=1))
    await bench.until_state("dead", ids[BAD])
    await bench.until_state("done", *_others(ids))

    assert max(sizes) > 1
    assert (await bench.row(ids[BAD]))["outcome"] == outcome
    assert (await bench.states()) == {"dead": 1, "done": 19}


async def test_a_lease_that_one_lost_costs_the_others_neither_time_nor_an_attempt(bench: Bench) -> None:
    async def handler(batch: list[JobRun]) -> None:
        if len(batch) > 1 and _has_bad(batch):
            bad = next(run for run in batch if run.payload["n"] == BAD)
            await fetch("UPDATE job SET fence = fence + 1, leased_by = 'other' WHERE id = $1", bad.id)
            async with bad.finish():
                pass

    ids = await _add(bench)
    await bench.worker_of(Consumer(KIND, batch_handler=handler, backoff=QUICK))
    await bench.until_state("done", *_others(ids), within=12)  # a lease would have run for longer

    rows = [await bench.row(job_id) for job_id in ids]
    assert {row["attempt"] for row in rows} == {1}
    assert rows[BAD]["leased_by"] == "other"


async def test_what_waits_for_one_job_does_not_hold_up_the_others_again(bench: Bench) -> None:
    seen: Counter[int] = Counter()
    sizes: list[int] = []

    async def handler(batch: list[JobRun]) -> None:
        sizes.append(len(batch))
        seen.update(run.payload["n"] for run in batch)
        if _has_bad(batch):
            raise Unavailable("one guild's channel is rate limited", retry_after=1.5)

    ids = await _add(bench)
    await bench.worker_of(Consumer(KIND, batch_handler=handler))
    await bench.until_state("done", *_others(ids))

    assert max(sizes) > 1
    assert max(count for n, count in seen.items() if n != BAD) == 2


async def test_a_call_that_failed_is_told_once(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    async def handler(batch: list[JobRun]) -> None:
        if len(batch) > 1:
            raise RuntimeError("all at once")

    ids = await _add(bench)
    capsys.readouterr()
    await bench.worker_of(Consumer(KIND, batch_handler=handler, backoff=QUICK))
    await bench.until_state("done", *ids)

    assert capsys.readouterr().out.count("RuntimeError: all at once") <= 3


async def test_a_handler_that_waits_for_what_was_cancelled_has_failed_like_any_other(bench: Bench) -> None:
    runs: list[int] = []

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        cancelled = asyncio.get_running_loop().create_future()
        cancelled.cancel()
        await cancelled

    await bench.worker(handler, max_attempts=3, backoff=QUICK)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)

    assert runs == [1, 2, 3]
    assert "something that was cancelled" in (await bench.row(job_id))["error"]
