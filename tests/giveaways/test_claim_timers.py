"""The time to claim: Redis carries the timer, the database is its truth. No loss of Redis loses or doubles one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest

from guildwright.platform.clock import SystemClock
from guildwright.platform.database import engine, migrate
from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features import piccolo_apps
from guildwright_bot.features.giveaways import consumers, service
from guildwright_bot.features.giveaways.domain import Giveaway, Terms
from tests.fakes.bot import CHANNEL, GUILD, config, deps
from tests.fakes.channels import FakeChannels
from tests.fakes.job_bench import Bench, job_bench
from tests.fakes.postgres_server import PostgresServer, empty, postgres
from tests.fakes.redis_server import RedisServer, redis_server
from tests.giveaways.conftest import CAPS, HOST, TABLES, FakeConfig, Hall

__all__ = ["postgres"]

pytestmark = [pytest.mark.integration, pytest.mark.long]

GIVEAWAYS = 5
MEMBERS = range(1, 3)
SOON = 5.0  # seconds after which an overdue timer is late, on a busy machine too


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def bench(postgres: PostgresServer, redis: RedisServer) -> AsyncIterator[Bench]:
    """Two real workers that run the jobs of giveaways, each timer 10 seconds."""
    await engine.open_url(postgres.url)
    await migrate.run_migrations(piccolo_apps())
    await empty(*TABLES)
    async with job_bench(redis) as made:
        await made.client.flushall()
        yield made
    await engine.close_database()


@pytest.fixture
async def hall(bench: Bench) -> Hall:
    """Where every giveaway has two entrants and one reroll."""
    clock: Any = SystemClock()
    discord = FakeChannels(members=dict.fromkeys(MEMBERS, ()))
    settings = FakeConfig(config(giveaways={"claimTimeout": "10s", "rerollLimit": 1}))
    made = deps(clock=clock, chance=bench.chance, discord=discord, config=settings)
    for _ in range(2):
        await bench.worker_of(*consumers.consumers(made))
    hall = Hall(clock, discord, settings, bench=None, deps=made)  # type: ignore[arg-type]
    for number in range(GIVEAWAYS):
        await _drawn(hall, number)
    return hall


async def _drawn(hall: Hall, number: int) -> None:
    async with transaction():
        giveaway = await service.start(
            guild_id=GUILD,
            channel_id=CHANNEL + number,
            host_id=HOST,
            source_id=number + 1,
            terms=Terms("Oak chair", 1, timedelta(minutes=10)),
            caps=CAPS,
            now=hall.clock.now(),
        )
    assert isinstance(giveaway, Giveaway)
    for member in MEMBERS:
        await hall.click(giveaway, member)
    async with transaction():
        await service.end(GUILD, giveaway.id, now=hall.clock.now())


async def flush_again_and_again(bench: Bench) -> None:
    for _ in range(20):
        await bench.client.flushall()
        await asyncio.sleep(0.5)


async def restart_again_and_again(bench: Bench) -> None:
    for _ in range(3):
        bench.redis.kill()
        await asyncio.sleep(2)
        bench.redis.start()
        await asyncio.sleep(1)


async def test_every_claim_times_out_once_and_in_time_whatever_redis_forgets(bench: Bench, hall: Hall) -> None:
    """First Redis is flushed while the winners' time runs out, then restarted while that of the next winners does."""

    async def told(round_: int) -> bool:
        sql = "SELECT 1 FROM giveaway_claim WHERE message_id IS NOT NULL AND round = $1"
        return len(await fetch(sql, round_)) == GIVEAWAYS

    async def closed() -> bool:
        left = await fetch("SELECT 1 FROM job WHERE state <> 'done' AND due <= now()")
        return not left and len(await fetch("SELECT 1 FROM giveaway WHERE state = 'closed'")) == GIVEAWAYS

    await bench.until(lambda: told(0), within=30)
    await flush_again_and_again(bench)
    await bench.until(lambda: told(1), within=30)
    await restart_again_and_again(bench)
    await bench.until(closed, within=60)

    claims = await fetch("SELECT giveaway_id, round, state FROM giveaway_claim")
    assert Counter(row["giveaway_id"] for row in claims) == Counter(dict.fromkeys(range(1, GIVEAWAYS + 1), 2))
    assert {row["state"] for row in claims} == {"expired"}
    names = Counter(name for message in hall.discord.messages for name in message.custom_ids)
    assert set(names.values()) == {1}
    assert sum(":claim:" in name for name in names) == 2 * GIVEAWAYS
    timers = await fetch(
        "SELECT extract(epoch FROM finished_at - due)::float8 AS late FROM job WHERE kind LIKE '%expire'"
    )
    assert len(timers) == 2 * GIVEAWAYS
    assert max(row["late"] for row in timers) < SOON
