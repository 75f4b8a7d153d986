"""A worker may be killed at any moment: its jobs are taken back, and a job that kills workers is buried."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from guildwright.platform.database import engine
from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs import store, worker_name
from guildwright.platform.jobs.run import JobRun
from tests.fakes.job_bench import Bench
from tests.fakes.postgres_server import PostgresServer

pytestmark = pytest.mark.integration

ENDED_WITHIN = 6  # seconds; `up` kills after 2.5, but on a machine that is not busy with other tests

type Start = Callable[[int], Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Where the workers write each run: pid, attempt, fence."""
    path = tmp_path / "runs"
    path.touch()
    return path


@pytest.fixture
async def start(bench: Bench, postgres: PostgresServer, runs: Path) -> AsyncIterator[Start]:
    """Starts a worker process that hangs in every run up to that fence."""
    started: list[asyncio.subprocess.Process] = []

    async def begin(hangs: int) -> asyncio.subprocess.Process:
        argv = ("-m", "tests.fakes.dying_worker", postgres.url, bench.redis.url, str(runs), str(hangs))
        process = await asyncio.create_subprocess_exec(sys.executable, *argv)
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _until_runs(bench: Bench, runs: Path, number: int) -> list[list[str]]:
    async def there() -> bool:
        return len(_lines(runs)) >= number

    await bench.until(there)
    return _lines(runs)


def _lines(runs: Path) -> list[list[str]]:
    return [line.split() for line in runs.read_text().splitlines()]


async def test_the_job_of_a_killed_worker_is_run_by_the_one_started_in_its_place(
    bench: Bench, start: Start, runs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    job_id = await bench.add("a")
    first = await start(1)
    await _until_runs(bench, runs, 1)
    first.kill()
    await first.wait()

    second = await start(1)
    await bench.until_state("done", job_id)

    assert [line[1:] for line in await _until_runs(bench, runs, 2)] == [["1", "1"], ["2", "2"]]
    assert (await _until_runs(bench, runs, 2))[1][0] == str(second.pid)
    said = capfd.readouterr().out  # "fell silent" would be a lease that ran out
    assert re.search(rf"taking a job back .*/{first.pid}/\S+ died", said), said


async def test_a_worker_that_lives_notices_anothers_death_within_thirty_seconds(
    bench: Bench, start: Start, runs: Path
) -> None:
    job_id = await bench.add("a")
    first = await start(1)
    await _until_runs(bench, runs, 1)
    await start(1)
    first.kill()
    await first.wait()

    assert await bench.until_state("done", job_id, within=30) < 30


async def test_the_death_of_the_worker_whose_turn_it_is_to_look_is_noticed_as_soon(
    bench: Bench, start: Start, runs: Path
) -> None:
    job_id = await bench.add("a")
    first = await start(1)
    await _until_runs(bench, runs, 1)
    for _ in range(2):
        await start(1)

    seen: set[str] = set()

    async def its_turn() -> bool:
        """Once each has had one, and so has looked at its start."""
        for key in await bench.client.keys("guildwright:jobs:turn:*"):
            name = str(await bench.client.get(key)).rpartition(":")[0]
            seen.add(name)
            if len(seen) == 3 and f"/{first.pid}/" in name:
                return True
            await bench.client.delete(key)
        return False

    await bench.until(its_turn)
    first.kill()
    await first.wait()

    assert await bench.until_state("done", job_id, within=30) < 14  # sooner than its lease would run out


async def test_a_silent_worker_elsewhere_loses_its_job_when_its_lease_runs_out(bench: Bench) -> None:
    seen: list[int] = []

    async def handler(run: JobRun) -> None:
        seen.append(run.attempt)

    job_id = await bench.add("a", after=3600)
    await fetch(
        "UPDATE job SET state = 'running', leased_by = 'other-machine/1/1/1', fence = 1, attempt = 1, "
        "next_at = now(), leased_until = now() + interval '1 s' WHERE id = $1",
        job_id,
    )
    await bench.worker(handler)

    await bench.until_state("done", job_id, within=30)
    assert seen == [2]


async def test_a_row_that_somebody_half_dead_keeps_locked_does_not_keep_other_jobs_from_being_taken_back(
    bench: Bench,
) -> None:
    async def handler(_: JobRun) -> None:
        pass

    locked, other = await bench.add("a", after=3600), await bench.add("b", after=3600)
    await fetch(
        "UPDATE job SET state = 'running', leased_by = 'other-machine/1/1/1', fence = 1, attempt = 1, "
        "next_at = now() - interval '1 m', leased_until = now() - interval '5 s'"
    )
    frozen = await engine.connect()
    its_own = frozen.transaction()
    await its_own.start()
    await frozen.fetch("SELECT id FROM job WHERE id = $1 FOR UPDATE", locked)
    await bench.worker(handler)
    try:
        await bench.until_state("done", other)
    finally:
        await its_own.rollback()
        await frozen.close()
    await bench.until_state("done", locked)


async def test_what_was_taken_without_hearing_of_it_is_given_back_and_nothing_else(bench: Bench) -> None:
    unheard, again, others = [await bench.add(str(n)) for n in range(3)]
    await store.claim([again], "us", 60)
    await store.put_back([store.Back(again, 1, 0)], error="", counted=True)
    await store.claim([unheard, again], "us", 60)
    await store.claim([others], "them", 60)

    await store.unclaim([unheard, again, others], "us")

    rows = [await bench.row(job_id) for job_id in (unheard, again, others)]
    assert [row["state"] for row in rows] == ["waiting", "waiting", "running"]
    assert [row["attempt"] for row in rows] == [0, 1, 1]
    assert [row["tried_at"] is None for row in rows] == [True, False, False]


async def test_a_job_that_kills_its_workers_becomes_a_dead_letter(bench: Bench, start: Start, runs: Path) -> None:
    job_id = await bench.add("a")
    for number in range(1, 4):
        worker = await start(99)
        await _until_runs(bench, runs, number)
        worker.kill()
        await worker.wait()
    await start(99)

    await bench.until_state("dead", job_id, within=30)
    row = await bench.row(job_id)
    assert row["attempt"] == 3
    assert "died" in row["error"]


async def test_a_worker_told_to_stop_gives_its_unfinished_job_back_in_time_and_unharmed(
    bench: Bench, start: Start, runs: Path
) -> None:
    job_id = await bench.add("a")
    worker = await start(1)
    await _until_runs(bench, runs, 1)

    began = bench.clock.monotonic()
    worker.terminate()
    assert await worker.wait() == 0
    assert bench.clock.monotonic() - began < ENDED_WITHIN

    row = await bench.row(job_id)
    assert (row["state"], row["attempt"]) == ("waiting", 0)


async def test_a_worker_told_to_stop_lets_a_short_job_end(bench: Bench) -> None:
    begun = asyncio.Event()

    async def handler(_: JobRun) -> None:
        begun.set()
        await asyncio.sleep(0.4)

    worker = await bench.worker(handler)
    job_id = await bench.add("a")
    await asyncio.wait_for(begun.wait(), 30)

    await worker.stop(2.0)

    assert (await bench.row(job_id))["state"] == "done"


async def test_after_a_stop_no_job_is_begun(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        pass

    worker = await bench.worker(handler)
    await worker.stop(0.1)
    job_id = await bench.add("a")
    await worker._runner.take("bench.work", [(job_id, None)])

    assert (await bench.row(job_id))["attempt"] == 0


async def test_a_living_worker_a_stranger_and_nonsense_are_never_called_dead() -> None:
    own = worker_name.make("abcd")
    place, pid, born, token = own.split("/")

    assert not worker_name.is_certainly_dead(own)
    assert not worker_name.is_certainly_dead(f"{place}/{pid}/{born}/other")
    assert not worker_name.is_certainly_dead(f"elsewhere/{pid}/0/{token}")
    assert not worker_name.is_certainly_dead("")
    assert not worker_name.is_certainly_dead("/1/2/3")
    assert not worker_name.is_certainly_dead("a/b/c")


async def test_an_ended_process_and_a_number_given_again_are_dead() -> None:
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    place, _, born, _ = worker_name.make("abcd").split("/")

    assert worker_name.is_certainly_dead(f"{place}/{process.pid}/{born}/x")
    assert worker_name.is_certainly_dead(f"{place}/{os.getpid()}/1/x")
