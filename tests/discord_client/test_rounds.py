"""What processes tell each other by Redis, whoever is cancelled meanwhile and whatever Redis forgets."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from guildwright.platform.clock import SystemClock
from guildwright.platform.discord.errors import DiscordUnauthorized
from guildwright.platform.discord.limiter import Limiter, forgive, prefix_of
from guildwright.platform.discord.limits import CAP, HOLD, QUIET_CAP, Answer, Ask
from guildwright.platform.discord.wire import Permit
from tests.fakes.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.integration

TOKEN = "a.fake.token"  # noqa: S105  of a test
STOP = f"{prefix_of(TOKEN)}:stop"
FREE = Ask("GET /users/@me")
WRITE = Ask("POST /channels/{}/messages", "channels/1")


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@asynccontextmanager
async def _process(redis: RedisServer, name: str) -> AsyncIterator[Limiter]:
    connection = redis.client()
    limiter = Limiter(SystemClock(), TOKEN, connection, name)
    limiter.start()
    try:
        yield limiter
    finally:
        await limiter.stop()
        await connection.aclose()


async def _until_stopped(redis: RedisServer) -> None:
    async with asyncio.timeout(30), redis.client() as client:
        while not await client.exists(STOP):  # noqa: ASYNC110  told a moment later
            await asyncio.sleep(0.01)


async def _refuse(limiter: Limiter) -> None:
    limiter.done(await limiter.take(FREE), Answer(401))


async def test_a_refused_token_stays_refused_when_redis_forgets_or_is_away(redis: RedisServer) -> None:
    async with _process(redis, "one") as one, _process(redis, "two") as two:
        await _refuse(one)
        await _until_stopped(redis)
        with pytest.raises(DiscordUnauthorized):
            await two.take(FREE)
        for _ in range(2):
            await redis.client().flushall()
            for limiter in (one, two):
                with pytest.raises(DiscordUnauthorized):
                    await limiter.take(FREE)
        # Whoever begins then hears of it from those who know.
        await _until_stopped(redis)
        redis.kill()
        for limiter in (one, two):
            with pytest.raises(DiscordUnauthorized):
                await limiter.take(FREE)


async def test_who_asks_for_nothing_hears_of_a_refusal_all_the_same(redis: RedisServer) -> None:
    async with _process(redis, "one") as one, _process(redis, "two") as two:
        await _refuse(one)
        async with asyncio.timeout(30):
            while True:
                try:
                    two.check_token()
                except DiscordUnauthorized:
                    break
                await asyncio.sleep(0.05)


async def test_a_refusal_that_was_forgiven_is_not_brought_back_by_who_still_runs(redis: RedisServer) -> None:
    async with _process(redis, "old") as old:
        await _refuse(old)
        await _until_stopped(redis)
        async with redis.client() as client:
            assert await forgive(client, TOKEN)
        await old._ask_redis([], [])
        async with _process(redis, "new") as new:
            await _refuse(new)  # it may ask, and is refused again
            await _until_stopped(redis)


def _slow(limiter: Limiter, before: float = 0.0, after: float = 0.0) -> None:
    """Let a round take longer, before Redis hears of it or after."""
    real: Any = limiter._script

    async def slow(**question: object) -> object:
        await asyncio.sleep(before)
        result = await real(**question)
        await asyncio.sleep(after)
        return result

    limiter._script = slow


async def _ask_and_leave(limiter: Limiter, ask: Ask) -> None:
    asker = asyncio.create_task(limiter.take(ask))
    await asyncio.sleep(0.1)
    asker.cancel()
    assert isinstance((await asyncio.gather(asker, return_exceptions=True))[0], asyncio.CancelledError)


async def test_a_round_whose_asker_is_cancelled_tells_what_it_carries(redis: RedisServer) -> None:
    async with _process(redis, "one") as one, redis.client() as client:
        permit = await one.take(FREE)
        _slow(one, before=0.3)
        one.done(permit, Answer(403))
        await _ask_and_leave(one, WRITE)
        async with asyncio.timeout(2):
            while not await client.llen(f"{prefix_of(TOKEN)}:invalid"):  # noqa: ASYNC110  told a moment later
                await asyncio.sleep(0.01)


async def test_leave_that_comes_after_its_asker_has_gone_holds_up_nobody(redis: RedisServer) -> None:
    async with _process(redis, "one") as one:
        _slow(one, after=0.2)
        await _ask_and_leave(one, WRITE)
        began = time.monotonic()
        await one.take(WRITE)
        assert time.monotonic() - began < 2


async def test_who_asks_again_since_the_answer_was_lost_has_its_leave(redis: RedisServer) -> None:
    async with _process(redis, "one") as one:
        permits = [
            Permit(f"one:{number}", number, Ask(WRITE.route, f"channels/{number}")) for number in range(QUIET_CAP)
        ]
        others = [Permit("one:x", 100, permits[0].ask), Permit("one:y", 101, FREE)]
        for _ in range(2):
            await one._ask_redis([*permits, *others], [])
            assert [permit.verdict.word for permit in permits if permit.verdict] == ["go"] * QUIET_CAP
            assert [permit.verdict.word for permit in others if permit.verdict] == ["wait"] * 2


async def test_after_redis_forgot_nobody_believes_to_be_the_only_one(redis: RedisServer) -> None:
    async with _process(redis, "one") as one, _process(redis, "two") as two, redis.client() as client:
        # As if both had been there for long.
        await client.set(f"{prefix_of(TOKEN)}:since", "1")
        for limiter in (two, one):
            await limiter._ask_redis([], [])
        await client.flushall()
        await one._ask_redis([], [])
        redis.kill()
        await asyncio.sleep(2 * HOLD)
        await one.take(FREE)
        assert one._rules.cap == CAP // 2
