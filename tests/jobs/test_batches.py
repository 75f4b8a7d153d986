"""Many jobs in one call: of a handler that takes lists, and of a feature that adds them."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright.platform.jobs import outbox
from guildwright.platform.jobs.backoff import Backoff
from guildwright.platform.jobs.outbox import NewJob
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import GiveUp, JobRun, Retry, finish_all
from tests.fakes.job_bench import KIND, Bench

pytestmark = pytest.mark.integration

QUICK = Backoff(first=timedelta(milliseconds=10))


async def _add(bench: Bench, number: int) -> list[int | None]:
    now = bench.now()
    return await outbox.add_many([NewJob(KIND, None, {"n": n}, now, str(n)) for n in range(number)])


async def test_a_batch_handler_gets_many_and_what_it_leaves_is_done(bench: Bench) -> None:
    sizes: list[int] = []
    runs: Counter[int] = Counter()

    async def handler(batch: list[JobRun]) -> None:
        sizes.append(len(batch))
        runs.update(run.id for run in batch)

    ids = await _add(bench, 1000)
    await bench.worker_of(Consumer(KIND, batch_handler=handler, batch=50))
    await bench.until_state("done")

    assert runs == Counter(ids)
    assert max(sizes) <= 50
    assert len(sizes) < 500


async def test_each_job_of_a_batch_has_an_outcome_of_its_own(bench: Bench) -> None:
    seen: Counter[int] = Counter()

    async def handler(batch: list[JobRun]) -> None:
        for run in batch:
            seen[run.payload["n"]] += 1
            if run.payload["n"] == 1:
                run.fail(GiveUp("never"))
            if run.payload["n"] == 2 and run.attempt == 1:
                run.fail(Retry("once more", after=timedelta()))
            if run.payload["n"] == 3:
                async with run.finish():
                    pass

    good, dead, again, finished = await _add(bench, 4)
    await bench.worker_of(Consumer(KIND, batch_handler=handler, backoff=QUICK))
    await bench.until_state("done", good or 0, again or 0, finished or 0)
    await bench.until_state("dead", dead or 0)

    assert seen == {0: 1, 1: 1, 2: 2, 3: 1}
    assert (await bench.row(again or 0))["attempt"] == 2
    assert (await bench.row(dead or 0))["error"].splitlines()[1:] != []


async def test_one_bad_job_spoils_the_others_of_its_batch_once_only(bench: Bench) -> None:
    seen: Counter[int] = Counter()

    async def handler(batch: list[JobRun]) -> None:
        for run in batch:
            seen[run.payload["n"]] += 1
        if any(run.payload["n"] == 5 for run in batch):
            raise RuntimeError("five")

    ids = await _add(bench, 10)
    await bench.worker_of(Consumer(KIND, batch_handler=handler, backoff=QUICK, max_attempts=3))
    await bench.until_state("dead", ids[5] or 0)
    await bench.until_state("done", *[job_id or 0 for n, job_id in enumerate(ids) if n != 5])

    assert seen[5] == 4, "once with the others, which does not count"
    assert max(count for n, count in seen.items() if n != 5) <= 2


async def test_no_more_calls_at_a_time_than_said_and_what_waits_for_one_comes_together(bench: Bench) -> None:
    sizes: list[int] = []
    now = most = 0

    async def handler(batch: list[JobRun]) -> None:
        nonlocal now, most
        sizes.append(len(batch))
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.3)
        now -= 1
        if len(sizes) == 2:
            raise RuntimeError("each of these is tried alone")

    await bench.worker_of(Consumer(KIND, batch_handler=handler, batch=50, concurrency=1, backoff=QUICK))
    for n in range(30):
        await bench.add(str(n))
        await asyncio.sleep(0.01)
    await bench.until_state("done", within=30)

    assert most == 1
    assert sizes[1] > 1
    assert len(sizes) >= 2 + sizes[1]


async def test_what_a_batch_writes_with_its_end_is_kept_for_those_whose_lease_is_ours(bench: Bench) -> None:
    await fetch("CREATE TABLE IF NOT EXISTS effect (job bigint)")
    await fetch("TRUNCATE effect")
    kept: asyncio.Queue[int] = asyncio.Queue()

    async def handler(batch: list[JobRun]) -> None:
        if len(batch) == 1:
            return
        await fetch("UPDATE job SET fence = fence + 1, leased_by = 'other' WHERE id = $1", batch[0].id)
        async with finish_all(batch) as ours:
            await fetch("INSERT INTO effect SELECT unnest($1::bigint[])", [run.id for run in ours])
        await kept.put(len(batch) - len(ours))

    # Added before the worker starts, so that they come together.
    await _add(bench, 10)
    await bench.worker_of(Consumer(KIND, batch_handler=handler))

    assert await asyncio.wait_for(kept.get(), 30) == 1
    [count] = await fetch(
        "SELECT count(*) AS n, count(DISTINCT effect.job) AS jobs FROM effect JOIN job ON job.id = job"
    )
    assert count["n"] == count["jobs"] > 0
    taken = await fetch("SELECT id FROM job WHERE leased_by = 'other' AND id IN (SELECT job FROM effect)")
    assert taken == []


async def test_a_consumer_has_one_handler_and_sensible_figures() -> None:
    async def one(_: JobRun) -> None:
        pass

    async def many(_: list[JobRun]) -> None:
        pass

    with pytest.raises(ValueError, match=r"bench\.work.*either a handler or a batch_handler"):
        Consumer(KIND)
    with pytest.raises(ValueError, match="either"):
        Consumer(KIND, one, batch_handler=many)
    with pytest.raises(ValueError, match="concurrency must be 1 or more, got 0"):
        Consumer(KIND, one, concurrency=0)
    with pytest.raises(ValueError, match="batch must be 1 or more"):
        Consumer(KIND, batch_handler=many, batch=0)
    with pytest.raises(ValueError, match="lease"):
        Consumer(KIND, one, lease=timedelta())


async def test_many_are_added_in_one_call_and_a_known_key_is_not_added_again(bench: Bench) -> None:
    known = await bench.add("7")
    added = await _add(bench, 4500)

    assert added[7] is None
    assert known not in added
    assert len(set(added)) == 4500
    [row] = await fetch("SELECT payload FROM job WHERE id = $1", added[4321])
    assert row["payload"] == '{"n": 4321}'


async def test_of_two_with_one_key_in_a_call_the_first_is_added(bench: Bench) -> None:
    now = bench.now()
    first, second = await outbox.add_many([NewJob(KIND, 1, {"n": n}, now, "same") for n in (1, 2)])
    assert first is not None
    assert second is None
    assert (await bench.row(first))["payload"] == '{"n": 1}'


async def test_many_are_kept_with_the_callers_transaction_or_not_at_all(bench: Bench) -> None:
    @transaction()
    async def fails() -> None:
        await _add(bench, 3000)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await fails()
    now = bench.now()
    jobs = [NewJob(KIND, None, {}, now, str(n)) for n in range(3000)]
    with pytest.raises(Exception, match="too long"):
        await outbox.add_many([*jobs, NewJob("k" * 65, None, {}, now, "bad")])
    assert await outbox.add_many([]) == []
    assert await bench.states() == {}


async def test_added_at_the_same_moment_by_many_each_gets_its_own_and_a_bad_one_fails_alone(bench: Bench) -> None:
    now = bench.now()

    async def add(n: int) -> int | None:
        kind = "k" * 65 if n == 50 else KIND
        return await outbox.add(kind, guild_id=n, payload={"n": n}, due=now, dedupe_key=str(n // 2))

    answers = await asyncio.gather(*[add(n) for n in range(100)], return_exceptions=True)

    assert isinstance(answers[50], Exception)
    assert sum(isinstance(answer, int) for answer in answers) == 50
    for n, answer in enumerate(answers):
        if isinstance(answer, int):
            assert (await bench.row(answer))["guild_id"] == n
    assert all(isinstance(answers[n], int) for n in range(0, 100, 2) if n != 50)


async def test_a_relay_that_sleeps_is_woken_by_many(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        pass

    await bench.worker(handler)
    await asyncio.sleep(0.3)
    await _add(bench, 3)
    assert await bench.until_state("done") < 5


async def test_a_batch_that_a_stop_interrupts_is_given_back_whole_and_unharmed(bench: Bench) -> None:
    begun = asyncio.Event()

    async def handler(_: list[JobRun]) -> None:
        begun.set()
        await asyncio.sleep(60)

    await _add(bench, 60)
    worker = await bench.worker_of(Consumer(KIND, batch_handler=handler, batch=50))
    await asyncio.wait_for(begun.wait(), 30)
    await asyncio.sleep(0.5)

    await worker.stop(0.1)

    rows = await fetch("SELECT DISTINCT state, attempt FROM job")
    assert [(row["state"], row["attempt"]) for row in rows] == [("waiting", 0)]
