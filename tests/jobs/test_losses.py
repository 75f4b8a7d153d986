"""Redis and PostgreSQL may die, lose everything or come back late: no job is lost, and none is done twice."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from guildwright.platform.database import engine
from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs import store
from guildwright.platform.jobs.carrier import stream_of
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun
from tests.fakes.job_bench import KIND, Bench
from tests.fakes.postgres_server import PostgresServer

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
async def effects(bench: Bench) -> AsyncIterator[None]:
    assert bench
    await fetch("CREATE TABLE IF NOT EXISTS effect (job bigint)")
    await fetch("TRUNCATE effect")
    yield
    if bench.redis._process is None:
        bench.redis.start()


async def _record(run: JobRun) -> None:
    await asyncio.sleep(0.005)
    async with run.finish():
        await fetch("INSERT INTO effect VALUES ($1)", run.id)


async def _effects() -> Counter[int]:
    return Counter(row["job"] for row in await fetch("SELECT job FROM effect"))


async def test_flushing_redis_again_and_again_loses_and_doubles_nothing(bench: Bench) -> None:
    for _ in range(2):
        await bench.worker(_record)
    jobs = [await bench.add(str(n), after=n * 0.01) for n in range(200)]

    for _ in range(8):
        await bench.client.flushall()
        await asyncio.sleep(0.2)
    await bench.until_state("done")

    assert await _effects() == Counter(dict.fromkeys(jobs, 1))


async def test_killing_redis_while_jobs_run_loses_and_doubles_nothing(bench: Bench) -> None:
    for _ in range(2):
        await bench.worker(_record)
    jobs = [await bench.add(str(n), after=n * 0.02) for n in range(100)]

    for _ in range(2):
        await asyncio.sleep(0.4)
        bench.redis.kill()
        await asyncio.sleep(0.4)
        bench.redis.start()
    await bench.until_state("done")

    assert await _effects() == Counter(dict.fromkeys(jobs, 1))
    assert {row["attempt"] for row in await fetch("SELECT attempt FROM job")} == {1}


async def test_a_job_that_falls_due_while_redis_is_down_waits_and_then_runs_at_once(bench: Bench) -> None:
    await bench.worker(_record)
    bench.redis.kill()
    job_id = await bench.add("a", after=0.1)
    await asyncio.sleep(1)
    assert (await bench.row(job_id))["state"] in ("waiting", "sent")

    bench.redis.start()

    assert await bench.until_state("done", job_id) < 2
    assert (await bench.row(job_id))["attempt"] == 1


async def test_a_redis_that_answers_and_takes_nothing_is_asked_less_and_less_often(bench: Bench) -> None:
    with capture_logs() as said:
        await bench.worker_of(Consumer(KIND, _record), Consumer("bench.other", _record))
        began = time.monotonic()
        try:
            await bench.client.config_set("maxmemory", 1)
            await bench.client.config_resetstat()
            await bench.client.delete(stream_of(KIND))
            job_id = await bench.add("a")
            starting = asyncio.create_task(bench.worker(_record))
            await bench.until(lambda: _said(said, "Redis takes no jobs", "Redis is away", "Redis makes no streams"))
            await bench.until(lambda: _nothing_came(bench))
            await asyncio.sleep(1.5)
            refused = await bench.client.info("commandstats")
            tries = 1 + (8 * (time.monotonic() - began)) ** 0.5  # pauses of 0.25, 0.5, 0.75 s
            assert not starting.done()
        finally:
            await bench.client.config_set("maxmemory", 0)
        await starting
        await bench.until_state("done", job_id)
        await bench.until(lambda: _said(said, "Redis takes jobs again", "Redis is back"))

    told = Counter(line["event"] for line in said)
    assert {number for event, number in told.items() if event.startswith("Redis ")} == {1}
    assert all("maxmemory" in line["error"] for line in said if line["event"].startswith("Redis ") and "error" in line)
    assert 0 < refused["cmdstat_xadd"]["rejected_calls"] < tries + 1
    assert 0 < refused["cmdstat_xgroup|create"]["rejected_calls"] < 2 * tries


async def _said(lines: list[Any], *beginnings: str) -> bool:
    return all(any(line["event"].startswith(words) for line in lines) for words in beginnings)


async def _nothing_came(bench: Bench) -> bool:
    """Whether the wait of who reads an empty stream was ended, as it ends by itself after two seconds."""
    waiting = [int(one["id"]) for one in await bench.client.client_list() if one["cmd"] == "xreadgroup"]
    return any([await bench.client.client_unblock(number) for number in waiting])


async def test_others_may_send_what_a_redis_did_not_take(bench: Bench) -> None:
    with capture_logs() as said:
        await bench.worker(_record)
        try:
            await bench.client.config_set("maxmemory", 1)
            job_id = await bench.add("a")
            await bench.until(lambda: _said(said, "Redis takes no jobs"))
            await fetch("UPDATE job SET state = 'done', finished_at = now() WHERE id = $1", job_id)
        finally:
            await bench.client.config_set("maxmemory", 0)
        await fetch("SELECT pg_notify($1, '')", store.CHANNEL)  # the relay looks, and finds nothing due
        await bench.until(lambda: _said(said, "Redis takes jobs again"))


async def test_a_postgres_that_answers_and_takes_nothing_is_waited_for_in_one_line(bench: Bench) -> None:
    await bench.worker(_record)
    job_id = await bench.add("a", after=3600)
    turning = await engine.connect()
    with capture_logs() as said:
        try:
            await turning.execute("SET default_transaction_read_only = off")
            await turning.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            await turning.execute("SELECT pg_reload_conf()")
            await bench.until(_read_only)
            await turning.execute("UPDATE job SET next_at = now() WHERE id = $1", job_id)
            await turning.execute("SELECT pg_notify($1, '')", store.CHANNEL)
            await bench.until(lambda: _said(said, "PostgreSQL is away"))
            await asyncio.sleep(1)  # in which it is asked again
        finally:
            await turning.execute("ALTER SYSTEM RESET default_transaction_read_only")
            await turning.execute("SELECT pg_reload_conf()")
            await turning.close()
        await bench.until_state("done", job_id)
        await bench.until(lambda: _said(said, "PostgreSQL is back"))

    told = Counter(line["event"].split(";")[0] for line in said)
    assert [told[f"PostgreSQL is {how}"] for how in ("away", "back")] == [1, 1]


async def _read_only() -> bool:
    [row] = await fetch("SHOW default_transaction_read_only")
    return bool(row["default_transaction_read_only"] == "on")


async def test_a_worker_can_start_while_redis_is_down(bench: Bench) -> None:
    bench.redis.kill()
    job_id = await bench.add("a")
    starting = asyncio.create_task(bench.worker(_record))
    await asyncio.sleep(0.5)
    assert not starting.done()

    bench.redis.start()

    await starting
    await bench.until_state("done", job_id)


async def test_a_message_lost_between_table_and_stream_is_sent_again_within_thirty_seconds(bench: Bench) -> None:
    await bench.worker(_record)
    await bench.until_state("done", await bench.add("first"))
    # What is left when a relay dies after its commit and before its XADD.
    lost = await bench.add("lost", after=3600)
    await fetch("UPDATE job SET state = 'sent', sent_at = now(), next_at = now() WHERE id = $1", lost)

    assert await bench.until_state("done", lost, within=30) > 5


async def test_killing_postgres_in_the_middle_of_jobs_loses_and_doubles_nothing(
    bench: Bench, postgres: PostgresServer
) -> None:
    for _ in range(2):
        await bench.worker(_record)
    jobs = [await bench.add(str(n), after=n * 0.02) for n in range(60)]

    await asyncio.sleep(0.5)
    postgres.end(signal.SIGKILL)
    await asyncio.sleep(1)
    postgres.start()
    await postgres.answers()
    await bench.until_state("done")

    assert await _effects() == Counter(dict.fromkeys(jobs, 1))


async def test_a_postgres_outage_during_a_job_costs_it_no_attempt(bench: Bench, postgres: PostgresServer) -> None:
    runs: list[int] = []

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        if len(runs) == 1:
            postgres.end(signal.SIGKILL)
        async with run.finish():
            await fetch("INSERT INTO effect VALUES ($1)", run.id)

    await bench.worker(handler, max_attempts=1)
    job_id = await bench.add("a")

    async def begun() -> bool:
        return bool(runs)

    began = bench.clock.monotonic()
    while not runs:
        assert bench.clock.monotonic() - began < 10
        await asyncio.sleep(0.02)
    postgres.start()
    await postgres.answers()
    await bench.until_state("done", job_id)

    assert runs == [1, 1]
    assert await _effects() == Counter([job_id])


async def test_a_job_whose_end_cannot_be_written_down_is_not_run_again_for_that(
    bench: Bench, postgres: PostgresServer
) -> None:
    runs: list[int] = []
    down = asyncio.Event()

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        postgres.end(signal.SIGKILL)
        down.set()

    await bench.worker(handler, max_attempts=1)
    job_id = await bench.add("a")
    await asyncio.wait_for(down.wait(), 30)
    await asyncio.sleep(1.5)  # long enough for connections to be refused
    postgres.start()
    await postgres.answers()
    await bench.until_state("done", job_id)

    assert runs == [1]


async def test_a_postgres_that_refuses_connections_costs_a_job_no_attempt(
    bench: Bench, postgres: PostgresServer
) -> None:
    runs: list[int] = []
    down = asyncio.Event()

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        if len(runs) == 1:
            postgres.end(signal.SIGKILL)
            down.set()
            await asyncio.sleep(0.2)
            raise ConnectionRefusedError("as asyncpg says it")

    await bench.worker(handler, max_attempts=1)
    job_id = await bench.add("a")
    await asyncio.wait_for(down.wait(), 30)
    await asyncio.sleep(1.5)
    postgres.start()
    await postgres.answers()
    await bench.until_state("done", job_id)

    assert runs == [1, 1]


async def test_an_old_message_from_a_restored_redis_finds_its_job_done(bench: Bench) -> None:
    await bench.worker(_record)
    job_id = await bench.add("a")
    await bench.until_state("done", job_id)

    for state in ("done", "dead", "running"):
        await fetch("UPDATE job SET state = $2 WHERE id = $1", job_id, state)
        assert await store.claim([job_id], "again", 15) == []


async def test_a_job_waiting_for_its_retry_is_not_run_early_by_an_old_message(bench: Bench) -> None:
    job_id = await bench.add("a", after=60)
    assert await store.claim([job_id], "early", 15) == []
    assert KIND
