"""A job exists if and only if what caused it was committed, and once only."""

import asyncio
from datetime import datetime, timedelta

import pytest
from structlog.contextvars import bound_contextvars

from guildwright.platform.database import engine
from guildwright.platform.database.engine import fetch, transaction
from guildwright.platform.jobs import outbox
from guildwright.platform.jobs.run import JobRun
from tests.fakes.job_bench import KIND, Bench

pytestmark = pytest.mark.integration


async def _nothing(_: JobRun) -> None:
    pass


async def test_a_job_of_a_transaction_that_failed_was_never_added(bench: Bench) -> None:
    @transaction()
    async def fails() -> None:
        await bench.add("a")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await fails()

    assert await bench.states() == {}


async def test_a_second_job_of_the_same_key_is_not_added(bench: Bench) -> None:
    first = await bench.add("a", n=1)

    assert await outbox.add(KIND, guild_id=None, payload={"n": 2}, due=bench.now(), dedupe_key="a") is None

    assert (await bench.row(first))["payload"] == '{"n": 1}'


async def test_a_key_is_still_taken_after_its_job_is_done(bench: Bench) -> None:
    await bench.worker(_nothing)
    await bench.add("a")
    await bench.until_state("done")

    assert await outbox.add(KIND, guild_id=None, payload={}, due=bench.now(), dedupe_key="a") is None


async def test_another_kind_may_use_the_same_key(bench: Bench) -> None:
    await bench.add("a")
    await bench.add("a", kind="bench.other")
    assert await bench.states() == {"waiting": 2}


async def test_a_due_time_without_a_zone_is_refused(bench: Bench) -> None:
    assert bench
    with pytest.raises(ValueError, match="aware"):
        await outbox.add(KIND, guild_id=None, payload={}, due=datetime(2026, 1, 1), dedupe_key="a")  # noqa: DTZ001


async def test_a_job_that_nobody_has_begun_can_be_cancelled_once(bench: Bench) -> None:
    await bench.add("a", after=60)

    assert await outbox.cancel(KIND, "a")
    assert not await outbox.cancel(KIND, "a")


async def test_a_rescheduled_job_runs_at_its_new_time(bench: Bench) -> None:
    await bench.worker(_nothing)
    job_id = await bench.add("a", after=3600)

    assert await outbox.reschedule(KIND, "a", bench.now() + timedelta(seconds=0.2))

    assert await bench.until_state("done", job_id) < 3


async def test_erasing_a_guild_takes_its_jobs_and_no_others(bench: Bench) -> None:
    for guild in (1, 1, 2):
        await outbox.add(KIND, guild_id=guild, payload={}, due=bench.now(), dedupe_key=bench.chance.token())

    assert await outbox.erase_guild(1) == 2
    assert [row["guild_id"] for row in await fetch("SELECT guild_id FROM job")] == [2]


async def test_the_trace_of_the_cause_is_the_trace_of_the_job(bench: Bench) -> None:
    with bound_contextvars(trace="abc123"):
        job_id = await bench.add("a")
    assert (await bench.row(job_id))["trace"] == "abc123"


async def test_a_key_that_a_transaction_holds_keeps_nobody_else_waiting(bench: Bench) -> None:
    now = bench.now()
    open_one = await engine.connect()
    its_own = open_one.transaction()
    await its_own.start()
    await open_one.execute(
        "INSERT INTO job (kind, dedupe_key, payload, due, next_at, state, trace, created_at, attempt, fence, "
        "leased_by, error) VALUES ($1, 'held', '{}', now(), now(), 'waiting', '', now(), 0, 0, '', '')",
        KIND,
    )

    async def add(key: str) -> int | None:
        return await outbox.add(KIND, guild_id=1, payload={}, due=now, dedupe_key=key)

    held = [asyncio.create_task(add("held"))]
    await asyncio.sleep(0.1)
    held.append(asyncio.create_task(add("held")))
    others = [asyncio.create_task(add(f"other {n}")) for n in range(5)]
    try:
        added = await asyncio.wait_for(asyncio.gather(*others), timeout=30)
        assert None not in added
        assert not any(task.done() for task in held)
    finally:
        await its_own.commit()
        await open_one.close()
    assert await asyncio.wait_for(asyncio.gather(*held), timeout=30) == [None, None]
