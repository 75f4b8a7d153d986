"""A channel or guild that is closed to us is asked once a minute, so that it uses up nothing that all need."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from guildwright.platform import stream
from guildwright.platform.clock import Clock, SystemClock
from guildwright.platform.discord.client import DiscordClient, DiscordRefused
from guildwright.platform.discord.errors import DiscordClosed
from guildwright.platform.discord.limiter import prefix_of
from guildwright.platform.discord.limits import INVALID_WINDOW, MANY_INVALID, MOST_INVALID, Answer, Ask
from guildwright.platform.discord.rules import Rules
from guildwright.platform.settings import Settings
from tests.fakes.clock import FakeClock
from tests.fakes.counting_discord import CountingDiscord, counting_discord
from tests.fakes.discord_rest import TOKEN, fake_discord
from tests.fakes.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.integration

MISSING_ACCESS, MISSING_PERMISSIONS = 50001, 50013


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def discord() -> AsyncIterator[CountingDiscord]:
    async with counting_discord() as fake:
        fake.closed["7"] = MISSING_PERMISSIONS
        yield fake


@asynccontextmanager
async def _client(url: str, clock: Clock, redis: RedisServer | None = None) -> AsyncIterator[DiscordClient]:
    settings = Settings(discord_token=TOKEN, discord_api=url, redis_url=redis.url if redis else "redis://127.0.0.1:9")
    connection = stream.connect(settings) if redis else None
    client = DiscordClient(settings, clock, connection)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()
        if connection is not None:
            await connection.aclose()


async def _refusal(client: DiscordClient, channel: int = 7) -> float:
    """For how long a message there is refused from memory; 0: Discord was asked."""
    with pytest.raises((DiscordRefused, DiscordClosed)) as caught:
        await client.send_message(channel, nonce="n", content="x")
    error = caught.value
    assert error.nothing_done
    assert error.nonce == "n"
    return (error.retry_after or 0) if isinstance(error, DiscordClosed) else 0


async def test_a_thousand_messages_to_a_closed_channel_are_few_requests_of_all_processes(
    discord: CountingDiscord, redis: RedisServer
) -> None:
    async with _client(discord.url, SystemClock(), redis) as first, _client(discord.url, SystemClock(), redis) as other:
        rests = await asyncio.gather(*(_refusal(client) for client in (first, other) for _ in range(500)))
        assert sum(not rest for rest in rests) == len(discord.arrived) <= 10
        assert 50 < max(rests) <= 60

        before = len(discord.arrived)
        await other.send_message(8, content="x")
        assert len(discord.arrived) == before + 1

        [key] = await redis.client().keys(f"{prefix_of(TOKEN)}:closed:*")
        assert 50_000 < await redis.client().pttl(key) <= 60_000
        await redis.client().delete(key)

        discord.closed.clear()
        await other.send_message(7, content="x")

        discord.closed["7"] = MISSING_PERMISSIONS
        seconds, _ = await redis.client().time()
        counted = [str(seconds * 1000)] * (MANY_INVALID - 1)
        await redis.client().lpush(f"{prefix_of(TOKEN)}:invalid", *counted)
        assert await _refusal(other) == 0
        assert 500 < await _refusal(other) <= INVALID_WINDOW


async def test_it_is_asked_again_after_a_minute(discord: CountingDiscord) -> None:
    clock = FakeClock()
    async with _client(discord.url, clock) as client:
        assert await _refusal(client) == 0
        await clock.advance(59)
        assert await _refusal(client) == 1
        assert len(discord.arrived) == 1

        await clock.advance(2)
        discord.closed.clear()
        await client.send_message(7, content="x")
        assert len(discord.arrived) == 2


@pytest.mark.parametrize(
    ("code", "attachments", "again"),
    [
        (MISSING_ACCESS, [], False),
        (MISSING_ACCESS, [b"x"], False),
        (MISSING_PERMISSIONS, [], False),
        (MISSING_PERMISSIONS, [b"it may be this"], True),
        (160002, [], True),  # may not answer to a message
    ],
)
async def test_only_what_is_refused_to_any_message_closes_a_channel(
    discord: CountingDiscord, code: int, attachments: list[bytes], again: bool
) -> None:
    discord.closed["7"] = code
    async with _client(discord.url, SystemClock()) as client:
        with pytest.raises(DiscordRefused):
            await client.send_message(7, content="x", attachments=attachments)
        assert (await _refusal(client) > 0) is not again
    assert len(discord.arrived) == 1 + again


async def test_a_role_that_we_may_not_give_closes_no_guild_to_others() -> None:
    async with fake_discord() as discord, _client(discord.url, SystemClock()) as client:
        for code, again in ((MISSING_PERMISSIONS, True), (MISSING_ACCESS, False)):
            guild, seen = 200 + again, len(discord.seen)
            for role in (1, 2):
                discord.will_answer(403, {"message": "Missing", "code": code})
                with pytest.raises((DiscordRefused, DiscordClosed)):
                    await client.add_role(guild, 5, role, reason="why")
            assert len(discord.seen) == seen + 1 + again
            discord.next.clear()


def test_many_closed_channels_together_do_not_stop_the_bot() -> None:
    rules, asked, request = Rules(), 0, 0
    for minute in range(22):
        for channel in range(700):
            now, request = 61.0 * minute + channel / 20, request + 1
            ask = Ask("POST /channels/{}/messages", f"channels/{channel}")
            word = rules.decide(str(request), ask, now).word
            assert word in ("go", "closed")
            if word == "go":
                asked += 1
                rules.note(str(request), ask, Answer(403, closed=MISSING_ACCESS), now)
    assert asked < 3 * MOST_INVALID


def test_what_answers_an_interaction_is_never_held_back() -> None:
    rules = Rules()
    answer, reply = Answer(403, closed=MISSING_ACCESS), Ask("POST /x", "webhooks/1/t", counted=False)
    rules.note("1", reply, answer, 0.0)
    assert rules.decide("2", reply, 0.0).word == "go"
