"""Redis is flushed, dies, returns with old data, is meddled with: nobody who has a config in memory notices."""

import asyncio
from pathlib import Path
from typing import Any, Self

import pytest
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import Pipeline

from guildwright.platform.clock import SystemClock
from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.keys import COMPLETE, CONFIG, Marker
from guildwright.platform.config.publish import Publisher
from guildwright.platform.config.read import ConfigReader
from guildwright.platform.config.record import FromStore
from tests.config.support import ELM_ID, OAK_ID, Publishing, anew, complete, limit, published, raw
from tests.fakes.documents import ELM, OAK, document
from tests.fakes.redis_server import RedisServer, redis_server
from tests.fakes.waiting import eventually

pytestmark = pytest.mark.integration


async def test_a_flush_changes_nothing_in_memory_and_everything_is_published_again_within_a_second(
    guilds: Path, redis: Redis, publishing: Publishing, reader: ConfigReader
) -> None:
    for guild_id in (OAK, ELM):
        (guilds / f"{guild_id}.yaml").write_text(document(guild_id, rerolls=4))
    publishing.start()
    await reader.wait_ready()
    before = await published(redis)
    for _ in range(3):
        await redis.flushall()
        assert (limit(reader), limit(reader, ELM_ID), reader.ready) == (4, 4, True)
        await complete(redis, 1.0)
        assert await published(redis) == before
    (guilds / f"{OAK}.yaml").write_text(document(OAK, rerolls=5))
    await eventually(lambda: limit(reader) == 5)
    assert reader.get(OAK_ID).generation == 2


class NeverHalf:
    """Watches that whenever the marker stands, all that it vouches for stands beside it."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.looks = 0
        self.lies: list[tuple[int, int]] = []

    async def watch(self) -> None:
        while True:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.get(COMPLETE)
                pipe.hlen(CONFIG)
                said, count = await pipe.execute()
            found = Marker.from_json(said) if said else None
            if found and found.count != count:
                self.lies.append((found.count, count))
            self.looks += 1


async def test_flushes_at_every_moment_of_many_changes_lose_none_and_never_leave_half(
    guilds: Path, redis: Redis, server: RedisServer, publishing: Publishing, reader: ConfigReader
) -> None:
    (guilds / "elm.yaml").write_text(document(ELM, rerolls=3))
    publishing.start()
    await reader.wait_ready()

    async def flush() -> None:
        while True:
            await redis.flushall()
            await asyncio.sleep(0.037)

    never_half = NeverHalf(server.client())
    tasks = [asyncio.create_task(flush()), asyncio.create_task(never_half.watch())]
    for rerolls in (2, 3, 4, 5, 6, 7, 8, 9) * 2:
        (guilds / "oak.yaml").write_text(document(OAK, rerolls=rerolls))
        await asyncio.sleep(0.15)
        assert reader.ready
        assert limit(reader, ELM_ID) == 3
    for task in tasks:
        task.cancel()
    await eventually(lambda: limit(reader) == 9)
    assert (await complete(redis)).count == 2
    assert never_half.looks > 100
    assert not never_half.lies


async def test_a_flush_in_the_middle_of_publishing_everything_is_no_moment_of_half_a_truth(
    guilds: Path, data: Path, redis: Redis, server: RedisServer
) -> None:
    (guilds / "elm.yaml").write_text(document(ELM, rerolls=3))
    unlucky = UnluckyRedis(server.url)
    never_half = NeverHalf(server.client())
    task = asyncio.create_task(never_half.watch())
    stop = asyncio.Event()
    publisher = asyncio.create_task(
        Publisher(FromStore(DirectoryStore(guilds, data)), unlucky, SystemClock()).run(stop)
    )
    assert (await complete(redis)).count == 1
    assert await redis.hlen(CONFIG) == 1
    stop.set()
    await publisher
    task.cancel()
    assert unlucky.flushed == 2
    assert not never_half.lies


class UnluckyRedis(Redis):
    """Is flushed right after records were written, twice."""

    def __init__(self, url: str) -> None:
        super().__init__(connection_pool=ConnectionPool.from_url(url))
        self.flushed = 0

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Any:
        return UnluckyPipeline(self, Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint))


class UnluckyPipeline:
    """A pipeline after whose records comes the flush."""

    def __init__(self, redis: UnluckyRedis, pipeline: Pipeline) -> None:
        self._redis, self._pipeline, self._writes = redis, pipeline, False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pipeline.reset()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)

    def hset(self, *args: Any, **kwargs: Any) -> None:
        self._writes = True
        self._pipeline.hset(*args, **kwargs)

    async def execute(self) -> list[Any]:
        outcome: list[Any] = await self._pipeline.execute()
        if self._writes and self._redis.flushed < 2:
            self._redis.flushed += 1
            await self._redis.flushall()
        return outcome


@pytest.mark.parametrize("harm", ["marker", "record", "hash", "another marker", "another record"])
async def test_whatever_happens_to_what_was_published_is_mended(
    guilds: Path, redis: Redis, publishing: Publishing, harm: str
) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=4))
    publishing.start()
    first = await complete(redis)
    before = await published(redis)
    match harm:
        case "marker":
            await redis.delete(COMPLETE)
        case "record":
            await redis.hdel(CONFIG, OAK)
        case "hash":
            await redis.delete(CONFIG)
        case "another marker":
            await redis.set(COMPLETE, "rubbish")
        case _:
            await redis.hset(CONFIG, ELM, "rubbish")
    await eventually(lambda: anew(redis, first), 1.5)
    assert await published(redis) == before
    assert await redis.hlen(CONFIG) == 1


@pytest.mark.parametrize("lasting", [False, True], ids=["empty after a restart", "with its data after a restart"])
async def test_redis_dies_and_comes_back(guilds: Path, data: Path, *, lasting: bool) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    with redis_server(lasting=lasting) as server:
        publishing, reader = Publishing(server, guilds, data), ConfigReader(server.client())
        publishing.start()
        await reader.start()
        await reader.wait_ready()
        for rerolls in (3, 4):
            server.kill()
            (guilds / "oak.yaml").write_text(document(OAK, rerolls=rerolls))
            await asyncio.sleep(0.5)
            assert limit(reader) == rerolls - 1
            server.start()
            await eventually(lambda rerolls=rerolls: limit(reader) == rerolls)  # type: ignore[misc]
            (guilds / "oak.yaml").write_text(document(OAK, rerolls=rerolls, spec=""))
        await publishing.stop()
        await reader.stop()


async def changed(redis: Redis, record: bytes) -> bool:
    return await raw(redis) != record


async def test_a_redis_that_comes_back_with_an_old_copy_of_its_data_is_corrected(
    guilds: Path, redis: Redis, publishing: Publishing
) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    publishing.start()
    await complete(redis)
    old_marker, old_record = await complete(redis), await raw(redis)
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=3))
    await eventually(lambda: changed(redis, old_record))
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(COMPLETE, old_marker.to_json())
        pipe.hset(CONFIG, OAK, old_record)
        await pipe.execute()
    await eventually(lambda: changed(redis, old_record), 1.5)
    config = await published(redis)
    assert config
    assert config.giveaways.reroll_limit == 3
