"""Time and luck are passed in, so a test decides both."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from guildwright.platform.chance import Chance, SystemChance
from guildwright.platform.clock import Clock, SystemClock
from tests.fakes.chance import FakeChance
from tests.fakes.clock import FakeClock


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    clock: Clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


async def test_a_negative_sleep_is_none() -> None:
    await asyncio.wait_for(SystemClock().sleep(-5), 1)


def test_a_draw_never_draws_twice_and_never_more_than_there_are() -> None:
    chance: Chance = SystemChance()
    assert sorted(chance.sample(range(5), 9)) == [0, 1, 2, 3, 4]
    assert len(set(chance.sample(range(100), 10))) == 10
    assert chance.sample([], 1) == []
    with pytest.raises(ValueError, match="-1"):
        chance.sample([1], -1)


def test_tokens_differ() -> None:
    chance = SystemChance()
    tokens = {chance.token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 32 for token in tokens)


async def test_sleepers_of_the_fake_clock_wake_in_order_at_their_moments() -> None:
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    woken: list[tuple[int, datetime]] = []

    async def sleeper(seconds: int) -> None:
        await clock.sleep(seconds)
        woken.append((seconds, clock.now()))

    async with asyncio.TaskGroup() as group:
        for seconds in (30, 10, 20):
            group.create_task(sleeper(seconds))
        await asyncio.sleep(0)
        assert clock.sleeping == 3
        await clock.advance(25)
        assert [seconds for seconds, _ in woken] == [10, 20]
        assert woken[0][1] == datetime(2026, 1, 1, 0, 0, 10, tzinfo=UTC)
        await clock.advance(timedelta(seconds=5))
    assert [seconds for seconds, _ in woken] == [10, 20, 30]


def test_the_fake_draw_follows_the_script_then_takes_the_first() -> None:
    chance = FakeChance(picks=[[2, 0]])
    assert chance.sample("abc", 2) == ["c", "a"]
    assert chance.sample("abc", 2) == ["a", "b"]
    assert chance.token() != chance.token()
