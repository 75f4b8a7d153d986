"""Looking for what was dropped reads all that is due: one worker does it each time, however many there are."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from redis.exceptions import RedisError

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.sweeper import Sweeper
from guildwright.platform.jobs.turns import Turns
from tests.fakes.job_bench import KIND, Bench
from tests.fakes.lone_sweeper import lone_sweeper
from tests.fakes.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.integration

type Make = Callable[..., Awaitable[Sweeper]]


@pytest.fixture
async def make(bench: Bench) -> AsyncIterator[Make]:
    """Makes the sweeper of another worker, past its start."""
    async with AsyncExitStack() as stack:

        async def begin(name: str, *kinds: str, redis: RedisServer = bench.redis) -> Sweeper:
            lone = lone_sweeper(bench, name=name, kinds=kinds or (KIND,), redis=redis)
            sweeper = await stack.enter_async_context(lone)
            await sweeper.sweep()
            return sweeper

        yield begin


async def _found(bench: Bench, job_id: int, sweeper: Sweeper) -> bool:
    """Whether it finds a job whose message was lost."""
    await fetch("UPDATE job SET state = 'sent', sent_at = now() - interval '1 m' WHERE id = $1", job_id)
    await sweeper.sweep()
    return bool((await bench.row(job_id))["state"] == "waiting")


async def _turn_ends(bench: Bench) -> None:
    [key] = await bench.client.keys("guildwright:jobs:turn:*")
    assert 3000 < await bench.client.pttl(key) <= 4000
    await bench.client.delete(key)


async def test_of_many_workers_one_looks_and_who_dies_is_followed_by_another(bench: Bench, make: Make) -> None:
    job_id = await bench.add("a")
    workers = [await make(f"w{n}") for n in range(3)]
    await _turn_ends(bench)

    assert [await _found(bench, job_id, one) for one in workers] == [True, False, False]
    await _turn_ends(bench)  # the first is dead
    assert [await _found(bench, job_id, one) for one in workers[1:]] == [True, False]


async def test_a_worker_looks_at_its_start_and_after_a_loss_whoevers_turn_it_is(bench: Bench, make: Make) -> None:
    job_id = await bench.add("a")
    await make("w0")
    await fetch("UPDATE job SET state = 'sent', sent_at = now() WHERE id = $1", job_id)
    other = await make("w1")
    assert (await bench.row(job_id))["state"] == "waiting"

    assert not await _found(bench, job_id, other)
    other.streams_lost()
    assert await _found(bench, job_id, other)


async def test_workers_of_other_kinds_have_a_turn_of_their_own(bench: Bench, make: Make) -> None:
    job_id = await bench.add("a", kind="bench.other")
    await make("w0")
    other = await make("w1", "bench.other")
    for key in await bench.client.keys("guildwright:jobs:turn:*"):
        await bench.client.delete(key)
    await make("w2")

    assert await _found(bench, job_id, other)


async def test_while_redis_is_away_every_worker_looks(bench: Bench, make: Make) -> None:
    job_id = await bench.add("a")
    with redis_server() as redis:
        workers = [await make(f"w{n}", redis=redis) for n in range(2)]
        redis.kill()
        for worker in workers:
            await fetch("UPDATE job SET state = 'sent', sent_at = now() - interval '1 m' WHERE id = $1", job_id)
            with pytest.raises(RedisError):  # its streams are not trimmed
                await worker.sweep()
            assert (await bench.row(job_id))["state"] == "waiting"


async def test_a_turn_that_does_not_end_is_passed_on(bench: Bench) -> None:
    """The clock of Redis' machine was set back by an hour, and with it every end."""
    one, other = Turns("one", [KIND]), Turns("other", [KIND])
    assert await one.take(bench.client, 0.2)
    [turn] = await bench.client.keys("guildwright:jobs:turn:*")
    await bench.client.pexpire(turn, 3_600_000)
    assert not await other.take(bench.client, 0.2)

    await bench.clock.sleep(0.3)

    assert await other.take(bench.client, 0.2)
    assert not await one.take(bench.client, 0.2)
    assert await bench.client.pttl(turn) <= 200
