"""Shards say what they have in memory, the operator hears it: whatever happens to Redis, and no more than changed."""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from structlog.testing import capture_logs

from guildwright.platform.chance import SystemChance
from guildwright.platform.clock import SystemClock
from guildwright.platform.config.keys import CHANGED, CONFIG, LIVE, InMemory, as_text, live_marker
from guildwright.platform.config.read import ConfigReader
from guildwright_bot.live import SECOND, LiveReport
from guildwright_crds.compile import compile_config
from guildwright_crds.guild_config import GuildConfigSpec
from guildwright_operator.live import Live
from tests.config.support import ELM_ID, OAK_ID, Publishing, limit
from tests.fakes.documents import ASH, ELM, OAK, document
from tests.fakes.redis_server import RedisServer, redis_server
from tests.fakes.waiting import eventually

pytestmark = pytest.mark.integration

SHARD = 0
soon = partial(eventually, seconds=30)  # a vanished report is noticed within two seconds, on a machine that has them


class Heard:
    """An operator's look at what is live, and all that it was told."""

    def __init__(self, redis: Redis) -> None:
        self.live = Live(redis, SystemClock())
        self.told: list[frozenset[str] | None] = []
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for guilds in self.live.changes():
            self.told.append(guilds)

    def generation(self, guild_id: str) -> int | None:
        said = self.live.get(guild_id)
        return None if said is None else said.generation

    def stop(self) -> None:
        self._task.cancel()


@pytest.fixture
async def report(reader: ConfigReader, server: RedisServer) -> AsyncIterator[LiveReport]:
    """That of a shard process, which has not connected to Discord yet."""
    reporting = LiveReport(reader, server.client(), SystemClock(), SystemChance())
    task = asyncio.create_task(reporting.run())
    yield reporting
    task.cancel()


@pytest.fixture
async def operator(server: RedisServer) -> AsyncIterator[Heard]:
    heard = Heard(server.client())
    yield heard
    heard.stop()


@pytest.fixture
async def oak(guilds: Path, publishing: Publishing, reader: ConfigReader) -> Path:
    """The document of a guild, in a shard's memory."""
    path = guilds / "oak.yaml"
    path.write_text(document(OAK, rerolls=2))
    publishing.start()
    await reader.wait_ready()
    return path


async def reported(redis: Redis) -> dict[str, InMemory | None]:
    return {as_text(guild): InMemory.from_json(said) for guild, said in (await redis.hgetall(LIVE)).items()}


def says(redis: Redis, **generations: int) -> Callable[[], Any]:
    """Whether exactly these guilds are reported, with these generations."""

    async def look() -> bool:
        found = await reported(redis)
        names = {"oak": OAK, "elm": ELM, "ash": ASH}
        wanted = {names[name]: generation for name, generation in generations.items()}
        return {guild: said and said.generation for guild, said in found.items()} == wanted

    return look


async def test_a_shard_reports_the_guilds_that_the_bot_is_in_and_no_others(
    oak: Path, redis: Redis, report: LiveReport, reader: ConfigReader
) -> None:
    assert limit(reader) == 2
    report.ready(SHARD, 1, [OAK_ID, ELM_ID])

    await soon(says(redis, oak=1, elm=0))
    assert (await reported(redis))[OAK] == InMemory(reader.get(OAK_ID).uid, 1, SHARD)

    oak.write_text(document(OAK, rerolls=3))
    await soon(says(redis, oak=2, elm=0))
    oak.unlink()
    await soon(says(redis, oak=0, elm=0))


async def test_the_operator_hears_of_joins_edits_and_leaves(oak: Path, report: LiveReport, operator: Heard) -> None:
    report.ready(SHARD, 1, [OAK_ID])
    await soon(lambda: operator.generation(OAK) == 1)
    assert operator.live.ready

    report.joined(SHARD, ELM_ID)
    await soon(lambda: operator.generation(ELM) == 0)
    oak.write_text(document(OAK, rerolls=3))
    await soon(lambda: operator.generation(OAK) == 2)
    report.left(SHARD, OAK_ID)
    await soon(lambda: operator.generation(OAK) is None)

    assert operator.told[0] is None
    assert operator.told[-3:] == [{ELM}, {OAK}, {OAK}]


async def test_guilds_that_put_the_bot_out_while_it_was_away_are_taken_off_the_list(
    redis: Redis, report: LiveReport, operator: Heard
) -> None:
    kept, lost, others = (str(number << 22 | 1) for number in (4, 6, 7))  # the last falls to shard 1 of 2
    for guild in (lost, others):
        await redis.hset(LIVE, guild, InMemory("", 0, 0).to_json())
    await redis.hset(CONFIG, kept, compile_config(kept, GuildConfigSpec(), "uid", 3).to_json())
    await soon(lambda: operator.generation(lost) == 0)
    await report._config._load_all()

    report.ready(0, 2, [int(kept)])

    async def told() -> bool:
        return {*await reported(redis)} == {kept, others}

    await soon(told)
    await soon(lambda: [operator.generation(guild) for guild in (kept, lost, others)] == [3, None, 0])


async def test_a_new_session_of_the_same_shard_counts_the_guilds_again(
    oak: Path, redis: Redis, report: LiveReport
) -> None:
    assert oak.exists()
    report.ready(SHARD, 1, [OAK_ID, ELM_ID])
    await soon(says(redis, oak=1, elm=0))

    report.ready(SHARD, 1, [OAK_ID, int(ASH)])

    await soon(says(redis, oak=1, ash=0))


async def test_a_restarted_shard_has_nothing_to_say_where_nothing_changed(
    oak: Path, redis: Redis, report: LiveReport, reader: ConfigReader, operator: Heard
) -> None:
    report.ready(SHARD, 1, [OAK_ID, ELM_ID])
    await soon(lambda: operator.generation(ELM) == 0)
    await soon(lambda: operator.told == [None] or operator.told[-1] is not None)
    before, marker = list(operator.told), await redis.get(live_marker(SHARD))
    announced = redis.pubsub()
    await announced.subscribe(LIVE)

    restarted = LiveReport(reader, redis, SystemClock(), SystemChance())
    restarted.ready(SHARD, 1, [OAK_ID, ELM_ID])
    task = asyncio.create_task(restarted.run())

    async def taken_over() -> bool:
        now = await redis.get(live_marker(SHARD))
        return now != marker and not as_text(now).startswith("?")

    await soon(taken_over)
    restarted.joined(SHARD, int(ASH))
    await soon(lambda: operator.generation(ASH) == 0)
    task.cancel()
    heard = [message["data"] async for message in _at_hand(announced)]
    assert heard == [b"null", f'["{ASH}"]'.encode()], "the join is all that was written"
    assert operator.told[len(before) :] == [{ASH}]
    assert oak.exists()


async def _at_hand(channel: PubSub) -> AsyncIterator[dict[str, Any]]:
    while (message := await channel.get_message(timeout=0.2)) is not None:
        if message["type"] == "message":
            yield message


async def test_after_a_flush_all_is_written_again_and_the_operator_hears_nothing(
    oak: Path, redis: Redis, report: LiveReport, operator: Heard
) -> None:
    report.ready(SHARD, 1, [OAK_ID, ELM_ID])
    await soon(lambda: (operator.generation(OAK), operator.generation(ELM)) == (1, 0))
    for _ in range(3):
        told = len(operator.told)
        await redis.flushall()
        assert await operator.live._read_all() == frozenset()  # even if it looks at the worst moment
        await soon(says(redis, oak=1, elm=0))
        assert (operator.generation(OAK), operator.generation(ELM)) == (1, 0)
        assert operator.told[told:] == []
    oak.write_text(document(OAK, rerolls=5))
    await soon(lambda: operator.generation(OAK) == 2)


@pytest.mark.usefixtures("oak")
async def test_a_second_process_of_the_same_shard_is_called_that(redis: Redis, report: LiveReport) -> None:
    report.ready(SHARD, 1, [OAK_ID])
    await soon(says(redis, oak=1))

    async def ours() -> bool:
        return await redis.get(live_marker(SHARD)) != b"another:1"

    with capture_logs() as logs:
        await redis.set(live_marker(SHARD), "another:1")  # as a Redis restored from a snapshot would say
        await soon(ours)
        assert SECOND not in [entry["event"] for entry in logs]

        async def called_that() -> bool:
            await redis.set(live_marker(SHARD), "another:1")
            return SECOND in [entry["event"] for entry in logs]

        await soon(called_that)


async def test_flushes_at_every_moment_lose_nothing(
    oak: Path, redis: Redis, report: LiveReport, operator: Heard
) -> None:
    report.ready(SHARD, 1, [OAK_ID, ELM_ID])
    await soon(lambda: operator.generation(ELM) == 0)

    async def flush() -> None:
        while True:
            await redis.flushall()
            await asyncio.sleep(0.037)

    flushing = asyncio.create_task(flush())
    for number in range(40):
        report.left(SHARD, int(ASH)) if number % 2 else report.joined(SHARD, int(ASH))
        await asyncio.sleep(0.02)
    flushing.cancel()
    report.left(SHARD, ELM_ID)
    oak.write_text(document(OAK, rerolls=7))

    await soon(says(redis, oak=2))
    await soon(lambda: [operator.generation(guild) for guild in (OAK, ELM, ASH)] == [2, None, None])


async def test_redis_dies_and_what_changed_meanwhile_is_told_when_it_is_back(guilds: Path, data: Path) -> None:
    with redis_server() as server:
        (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
        publishing, reader, operator = (
            Publishing(server, guilds, data),
            ConfigReader(server.client()),
            Heard(server.client()),
        )
        publishing.start()
        await reader.start()
        await reader.wait_ready()
        report = LiveReport(reader, server.client(), SystemClock(), SystemChance())
        task = asyncio.create_task(report.run())
        report.ready(SHARD, 1, [OAK_ID, ELM_ID])
        await soon(lambda: (operator.generation(OAK), operator.generation(ELM)) == (1, 0))
        told = len(operator.told)
        server.kill()
        report.left(SHARD, ELM_ID)
        report.joined(SHARD, int(ASH))
        server.start()
        await soon(lambda: [operator.generation(guild) for guild in (OAK, ELM, ASH)] in ([1, None, 0], [1, 0, 0]))
        await soon(lambda: operator.generation(ASH) == 0)
        assert all(OAK not in (changed or ()) for changed in operator.told[told:])
        task.cancel()
        operator.stop()
        await reader.stop()
        await publishing.stop()


async def test_before_any_shard_has_reported_nobody_is_said_to_be_out(operator: Heard, redis: Redis) -> None:
    await redis.hset("anything", "so that Redis", "answers")
    await asyncio.wait_for(operator.live._read_all(), 30)

    assert not operator.live.ready
    assert operator.told == []


@pytest.mark.parametrize("rubbish", ["rubbish", '{"uid": 1}', "[]", "null", b"\xff"])
async def test_rubbish_in_the_list_is_passed_over_and_put_right(
    oak: Path, redis: Redis, report: LiveReport, operator: Heard, rubbish: str | bytes
) -> None:
    assert oak.exists()
    await redis.hset(LIVE, OAK, rubbish)
    await redis.hset(LIVE, "no guild", rubbish)
    await redis.publish(LIVE, rubbish)

    report.ready(SHARD, 1, [OAK_ID])

    await soon(lambda: operator.generation(OAK) == 1)
    await redis.publish(LIVE, rubbish)
    report.joined(SHARD, ELM_ID)
    await soon(lambda: operator.generation(ELM) == 0)


async def test_five_thousand_guilds_are_told_in_a_moment_and_each_edit_after_that_by_itself(
    redis: Redis, report: LiveReport, reader: ConfigReader, operator: Heard
) -> None:
    ids = [1101000000000000000 + (number << 22) for number in range(5000)]
    records = {str(guild): compile_config(str(guild), GuildConfigSpec(), f"uid-{guild}", 1).to_json() for guild in ids}
    await redis.hset(CONFIG, items=[part for item in records.items() for part in item])
    await reader._load_all()
    report.ready(SHARD, 1, ids)

    took = await soon(lambda: operator.generation(str(ids[-1])) == 1 and len(operator.live._records) == 5000)
    print(f"\n5,000 guilds reported and read in {took:.2f} s, {await redis.memory_usage(LIVE)} bytes in Redis")  # noqa: T201
    to_memory, to_operator = [], []
    for number in range(60):
        guild, before = ids[number % 50], len(operator.told)
        changed = compile_config(str(guild), GuildConfigSpec(), f"uid-{guild}", 2 + number // 50)
        began = time.perf_counter()
        await redis.hset(CONFIG, str(guild), changed.to_json())
        await redis.publish(CHANGED, json.dumps({"guild": str(guild), "generation": changed.generation}))
        await soon(lambda guild=guild, changed=changed: reader.get(guild).generation == changed.generation)  # type: ignore[misc]
        to_memory.append(time.perf_counter() - began)
        await soon(lambda before=before: len(operator.told) > before)  # type: ignore[misc]
        to_operator.append(time.perf_counter() - began)
        assert operator.told[before:] == [{str(guild)}]
    print("published → in a shard's memory", _spread(to_memory), "→ known live to the operator", _spread(to_operator))  # noqa: T201


def _spread(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
