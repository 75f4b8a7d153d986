"""Keys wait once, are worked on by one at a time, and come again after a failure."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from prometheus_client import REGISTRY

from guildwright_operator.queue import FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS, Again, Queue
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue(clock: FakeClock) -> Queue[str]:
    return Queue("test", clock)


class Work:
    """Writes down what it was given; `hold` keeps it at it, `fail` lets it fail so often."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.hold = asyncio.Event()
        self.hold.set()
        self.fail: dict[str, int] = {}
        self.fault: Exception = Again("not now")

    async def __call__(self, key: str) -> None:
        self.began.append(key)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.hold.wait()
            if self.fail.get(key, 0) > 0:
                self.fail[key] -= 1
                raise self.fault
        finally:
            self.at_once -= 1


@asynccontextmanager
async def running(queue: Queue[str], work: Callable[[str], Awaitable[None]], workers: int = 1) -> AsyncIterator[None]:
    task = asyncio.create_task(queue.run(work, workers))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_burst_about_one_guild_is_one_piece_of_work(queue: Queue[str], clock: FakeClock) -> None:
    work = Work()
    for _ in range(100):
        queue.add("oak")
    queue.add("elm")
    async with running(queue, work):
        await clock.advance(0.1)
    assert work.began == ["oak", "elm"]


async def test_what_happens_while_somebody_is_at_it_is_looked_at_once_more_and_by_nobody_else(
    queue: Queue[str], clock: FakeClock
) -> None:
    work = Work()
    work.hold.clear()
    async with running(queue, work, workers=4):
        queue.add("oak")
        await clock.advance(0.1)
        queue.add("oak")
        queue.add("oak")
        await clock.advance(0.1)
        assert work.began == ["oak"]
        work.hold.set()
        await clock.advance(0.1)
        assert work.began == ["oak", "oak"]
    assert len(queue) == 0


async def test_no_more_than_the_workers_are_at_work(queue: Queue[str], clock: FakeClock) -> None:
    work = Work()
    work.hold.clear()
    for number in range(10):
        queue.add(str(number))
    async with running(queue, work, workers=3):
        await clock.advance(0.1)
        assert work.at_once == 3
        work.hold.set()
        for _ in range(10):
            await clock.advance(0.1)
    assert len(work.began) == 10
    assert work.most_at_once == 3


async def test_a_failure_comes_again_later_and_later(queue: Queue[str], clock: FakeClock) -> None:
    work = Work()
    work.fail["oak"] = 3
    async with running(queue, work):
        queue.add("oak")
        await clock.advance(0.01)
        assert len(work.began) == 1
        await clock.advance(FIRST_RETRY_SECONDS)
        assert len(work.began) == 2
        await clock.advance(FIRST_RETRY_SECONDS)
        assert len(work.began) == 2
        await clock.advance(FIRST_RETRY_SECONDS * 6)
        assert len(work.began) == 4
        await clock.advance(100)
        assert len(work.began) == 4


async def test_a_failure_never_waits_for_longer_than_the_longest_wait(queue: Queue[str], clock: FakeClock) -> None:
    work = Work()
    work.fail["oak"] = 1000
    async with running(queue, work):
        queue.add("oak")
        await clock.advance(600)
        before = len(work.began)
        await clock.advance(LAST_RETRY_SECONDS + 0.1)
        assert len(work.began) > before


async def test_news_about_a_guild_that_waits_after_a_failure_is_looked_at_now(
    queue: Queue[str], clock: FakeClock
) -> None:
    work = Work()
    work.fail["oak"] = 8
    async with running(queue, work):
        queue.add("oak")
        await clock.advance(20)
        before = len(work.began)
        queue.add("oak")
        await clock.advance(0.01)
        assert len(work.began) == before + 1


async def test_a_fault_of_ours_about_one_guild_stops_no_other(queue: Queue[str], clock: FakeClock) -> None:
    work = Work()
    work.fail["oak"], work.fault = 1, ZeroDivisionError("ours")
    async with running(queue, work):
        queue.add("oak")
        queue.add("elm")
        await clock.advance(0.1)
        await clock.advance(1)
    assert work.began == ["oak", "elm", "oak"]


async def test_one_that_fails_does_not_hold_up_the_others(queue: Queue[str], clock: FakeClock) -> None:
    work = Work()
    work.fail["oak"] = 1000
    async with running(queue, work):
        queue.add("oak")
        for number in range(20):
            queue.add(str(number))
        for _ in range(10):
            await clock.advance(0.01)
    assert len(set(work.began)) == 21


async def test_what_was_cleared_is_not_done(queue: Queue[str], clock: FakeClock) -> None:
    work = Work()
    queue.add("oak")
    queue.add_later("elm", 1)
    queue.clear()
    async with running(queue, work):
        await clock.advance(5)
    assert work.began == []


async def test_news_during_an_outage_begin_no_second_row_of_retries(queue: Queue[str], clock: FakeClock) -> None:
    work = Work()
    work.fail["oak"] = 10_000
    async with running(queue, work):
        for _ in range(50):
            queue.add("oak")
            await clock.advance(0.01)
        await clock.advance(60)
        before = len(work.began)
        for _ in range(20):
            await clock.advance(LAST_RETRY_SECONDS)
        assert len(work.began) - before <= 21


async def test_what_waits_for_a_retry_counts_and_what_was_cleared_does_not(queue: Queue[str], clock: FakeClock) -> None:
    work = Work()
    work.fail["oak"] = 1000
    async with running(queue, work):
        queue.add("oak")
        await clock.advance(1)
        assert len(queue) == REGISTRY.get_sample_value("guildwright_operator_queue_depth", {"queue": "test"}) == 1
        queue.clear()
        assert len(queue) == REGISTRY.get_sample_value("guildwright_operator_queue_depth", {"queue": "test"}) == 0


async def test_a_look_that_was_wished_for_later_comes_although_another_failed(
    queue: Queue[str], clock: FakeClock
) -> None:
    work = Work()
    work.fail["oak"] = 1
    async with running(queue, work):
        queue.add("oak")
        queue.add_later("oak", 1)
        await clock.advance(0.01)
        await clock.advance(0.3)
        assert len(work.began) == 2
        await clock.advance(1)
        assert len(work.began) == 3
