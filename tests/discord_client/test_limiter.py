"""All processes together keep to Discord's limits, by Discord's own count, whatever becomes of Redis."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from guildwright.platform import stream
from guildwright.platform.clock import SystemClock
from guildwright.platform.discord.client import DiscordClient, DiscordRefused, DiscordUnauthorized, DiscordUnavailable
from guildwright.platform.discord.limiter import forgive, prefix_of
from guildwright.platform.discord.limits import QUIET
from guildwright.platform.settings import Settings
from tests.fakes.counting_discord import LIMIT, CountingDiscord, counting_discord
from tests.fakes.discord_rest import TOKEN
from tests.fakes.redis_server import RedisServer, redis_server

pytestmark = [pytest.mark.integration, pytest.mark.long]

PROCESSES = 3


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def discord() -> AsyncIterator[CountingDiscord]:
    async with counting_discord() as fake:
        yield fake


@asynccontextmanager
async def _client(discord: CountingDiscord, redis: RedisServer, token: str = TOKEN) -> AsyncIterator[DiscordClient]:
    settings = Settings(discord_token=token, discord_api=discord.url, redis_url=redis.url)
    connection = stream.connect(settings)
    client = DiscordClient(settings, SystemClock(), connection)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()
        await connection.aclose()


@asynccontextmanager
async def _floods(discord: CountingDiscord, redis: RedisServer, channel: str = "") -> AsyncIterator[None]:
    """Several processes that send all they may, and do so to the end."""
    argv = [sys.executable, "-m", "tests.fakes.flood", discord.url, redis.url, "600", *filter(None, [channel])]
    running = [await asyncio.create_subprocess_exec(*argv) for _ in range(PROCESSES)]
    try:
        yield
        assert [process.returncode for process in running] == [None] * PROCESSES
    finally:
        for process in running:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _until_arrived(discord: CountingDiscord, count: int) -> None:
    """Until so many more came."""
    enough = len(discord.arrived) + count
    async with asyncio.timeout(60):
        while len(discord.arrived) < enough:  # noqa: ASYNC110  what other processes do
            await asyncio.sleep(0.02)


async def test_several_processes_keep_to_fifty_a_second_and_use_most_of_it(
    discord: CountingDiscord, redis: RedisServer
) -> None:
    async with _floods(discord, redis):
        await _until_arrived(discord, 300)
    assert discord.busiest() <= 50
    assert discord.busiest() >= 40


async def test_a_redis_that_forgets_everything_lets_no_more_through(
    discord: CountingDiscord, redis: RedisServer
) -> None:
    async with _floods(discord, redis):
        for count in (100, 40, 80):
            await _until_arrived(discord, count)
            await redis.client().flushall()
        await _until_arrived(discord, 80)
    assert discord.busiest() <= 50


async def test_without_redis_each_takes_its_share_and_with_its_return_they_share_again(
    discord: CountingDiscord, redis: RedisServer
) -> None:
    async with _floods(discord, redis):
        await _until_arrived(discord, 150)
        redis.kill()
        await _until_arrived(discord, 80)
        redis.start()
        await _until_arrived(discord, 100)
    assert discord.busiest() <= 50


async def test_a_process_that_is_killed_with_requests_under_way_holds_up_nobody_for_long(
    discord: CountingDiscord, redis: RedisServer
) -> None:
    argv = [sys.executable, "-m", "tests.fakes.flood", discord.url, redis.url, "60"]
    process = await asyncio.create_subprocess_exec(*argv)
    await _until_arrived(discord, 80)
    process.kill()
    await process.wait()
    async with _client(discord, redis) as client, asyncio.timeout(6):
        await asyncio.gather(
            *(client.call("GET /users/@me", client.rest.fetch_my_user, repeatable=True) for _ in range(60))
        )
    assert discord.busiest() <= 50


async def test_processes_that_write_to_one_channel_share_its_bucket(
    discord: CountingDiscord, redis: RedisServer
) -> None:
    async with _floods(discord, redis, "7"):
        await _until_arrived(discord, 6 * LIMIT)
    assert discord.refused == []


async def test_a_refused_token_stops_all_processes_until_there_is_another(
    discord: CountingDiscord, redis: RedisServer
) -> None:
    async with _client(discord, redis) as first, _client(discord, redis) as second:
        discord.status = 401
        with pytest.raises(DiscordUnauthorized):
            await first.me()
        discord.status = 200
        async with asyncio.timeout(5):
            while not await redis.client().exists(f"{prefix_of(TOKEN)}:stop"):  # noqa: ASYNC110  told a moment later
                await asyncio.sleep(0.01)
        for client in (first, second):
            with pytest.raises(DiscordUnauthorized):
                await client.fetch_member(1, 2)
        assert len(discord.arrived) == 1
        assert TOKEN.encode() not in b"".join(await redis.client().keys())
    async with _client(discord, redis, TOKEN.replace("fake", "next")) as client:
        await client.me()
    async with _client(discord, redis) as client:
        with pytest.raises(DiscordUnauthorized, match="doctor"):
            await client.me()
        assert await forgive(redis.client(), TOKEN)
    async with _client(discord, redis) as client:
        await client.me()


async def test_a_thousand_refusals_of_all_processes_together_stop_all(
    discord: CountingDiscord, redis: RedisServer
) -> None:
    discord.status = 403
    key = f"{prefix_of(TOKEN)}:invalid"
    async with _client(discord, redis) as first, _client(discord, redis) as second:
        with pytest.raises(DiscordRefused):
            await first.fetch_member(1, 2)
        async with asyncio.timeout(5):
            while not await redis.client().llen(key):  # noqa: ASYNC110  told a moment later
                await asyncio.sleep(0.01)
        seconds, _ = await redis.client().time()
        await redis.client().rpush(key, *[int(seconds * 1000)] * 998)
        with pytest.raises(DiscordRefused):
            await first.fetch_member(1, 2)
        async with asyncio.timeout(5):
            while await redis.client().llen(key) < 1000:  # noqa: ASYNC110  told a moment later
                await asyncio.sleep(0.01)
        with pytest.raises(DiscordUnavailable, match="too many refused") as caught:
            await second.fetch_member(1, 2)
    assert caught.value.nothing_done
    assert caught.value.retry_after == pytest.approx(600, abs=10)
    assert len(discord.arrived) == 2


async def test_a_busy_process_makes_no_more_than_one_round_trip_for_each_request(
    discord: CountingDiscord, redis: RedisServer
) -> None:
    async with _client(discord, redis) as client:
        await client.me()
        await asyncio.sleep(QUIET)  # when little is given out, and all ask again and again
        before = (await redis.client().info("commandstats"))["cmdstat_evalsha"]["calls"]
        began = time.monotonic()
        await asyncio.gather(
            *(client.call("GET /users/@me", client.rest.fetch_my_user, repeatable=True) for _ in range(100))
        )
        spent = (await redis.client().info("commandstats"))["cmdstat_evalsha"]["calls"] - before
    assert spent <= 100 + (time.monotonic() - began)


async def test_a_burst_takes_no_more_than_a_bucket_has_left(discord: CountingDiscord, redis: RedisServer) -> None:
    async with _client(discord, redis) as first, _client(discord, redis) as second:
        await first.me()
        await asyncio.sleep(QUIET)
        await first.send_message(7, nonce="abc", content="x")
        await asyncio.sleep(0.1)  # until that is told, within the bucket's second
        writers = (first, second) * (LIMIT + 1)
        await asyncio.gather(*(writer.send_message(7, nonce="abc", content="x") for writer in writers))
    assert discord.refused == []
