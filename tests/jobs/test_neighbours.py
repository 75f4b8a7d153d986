"""A worker's death is no fault of most jobs that it ran: they survive many, and the one that kills workers does not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs import admin, store, worker_name
from guildwright.platform.jobs.sweeper import Sweeper
from tests.fakes.job_bench import Bench
from tests.fakes.lone_sweeper import lone_sweeper

pytestmark = pytest.mark.integration

MOST = 4  # attempts


@pytest.fixture
async def sweeper(bench: Bench) -> AsyncIterator[Sweeper]:
    async with lone_sweeper(bench, tries=MOST) as made:
        yield made


async def _dies_with(sweeper: Sweeper, *job_ids: int) -> list[float]:
    """A worker that runs these dies; how long each of them that is not dead waits then."""
    place, pid, *_ = worker_name.make("x").split("/")
    assert len(await store.claim(job_ids, f"{place}/{pid}/1/x", 15)) == len(job_ids)
    sweeper.streams_lost()
    await sweeper.sweep()
    rows = await fetch(
        "SELECT extract(epoch FROM next_at - now())::float8 AS wait FROM job WHERE id = ANY($1::bigint[]) "
        "AND state = 'waiting' ORDER BY id",
        list(job_ids),
    )
    await fetch("UPDATE job SET next_at = now() WHERE state = 'waiting'")
    return [row["wait"] for row in rows]


async def _states(bench: Bench, *job_ids: int) -> list[Any]:
    return [(await bench.row(job_id))["state"] for job_id in job_ids]


async def test_of_many_that_a_worker_ran_none_has_failed_by_its_death(bench: Bench, sweeper: Sweeper) -> None:
    jobs = [await bench.add(str(n)) for n in range(3)]
    waits = [await _dies_with(sweeper, *jobs) for _ in range(2 * MOST)]

    assert await _states(bench, *jobs) == ["waiting"] * 3
    assert {(await bench.row(job_id))["attempt"] for job_id in jobs} == {0}
    # At once, then later and later, and each at its own time: they do not meet again.
    assert max(waits[0]) <= 0
    assert min(waits[-1]) > max(waits[1]) > 0
    assert len(set(waits[-1])) == 3


async def test_one_that_was_alone_each_time_is_buried_as_after_any_failure(bench: Bench, sweeper: Sweeper) -> None:
    job_id = await bench.add("a")
    for _ in range(MOST):
        assert await _states(bench, job_id) == ["waiting"]
        await _dies_with(sweeper, job_id)
    assert await _states(bench, job_id) == ["dead"]


async def test_one_whose_workers_always_die_is_buried_though_it_is_never_alone(bench: Bench, sweeper: Sweeper) -> None:
    killer = await bench.add("killer")
    for death in range(3 * MOST):
        assert await _states(bench, killer) == ["waiting"], death
        other = await bench.add(f"other-{death}")
        await _dies_with(sweeper, killer, other)
        assert await _states(bench, other) == ["waiting"]
    assert await _states(bench, killer) == ["dead"]

    assert await admin.retry(killer)
    await _dies_with(sweeper, killer, await bench.add("another"))
    row = await bench.row(killer)
    assert (row["state"], row["attempt"], row["deaths"]) == ("waiting", 0, 1)
