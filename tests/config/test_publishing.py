"""From a saved file to the memory of every process."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.keys import CHANGED, CONFIG
from guildwright.platform.config.read import ConfigReader
from tests.config.support import ELM_ID, OAK_ID, Publishing, anew, complete, limit, problems, published, raw
from tests.fakes.documents import ELM, OAK, document
from tests.fakes.redis_server import RedisServer, redis_server
from tests.fakes.waiting import eventually

pytestmark = pytest.mark.integration


async def test_a_saved_file_is_live_in_memory_in_under_a_second(
    guilds: Path, publishing: Publishing, reader: ConfigReader
) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    publishing.start()
    await reader.wait_ready()
    assert limit(reader) == 2
    took = []
    for rerolls in (3, 4, 5, 6, 7):
        (guilds / "oak.yaml").write_text(document(OAK, rerolls=rerolls))
        took.append(await eventually(lambda rerolls=rerolls: limit(reader) == rerolls))  # type: ignore[misc]
    assert max(took) < 1.0
    assert reader.get(OAK_ID).generation == 6


async def test_a_record_has_every_default_filled_in_and_is_announced(
    guilds: Path, redis: Redis, publishing: Publishing
) -> None:
    publishing.start()
    assert (await complete(redis)).count == 0
    async with redis.pubsub() as channel:
        await channel.subscribe(CHANGED)
        (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
        messages: list[dict[str, Any]] = []
        async with asyncio.timeout(30):
            while not messages:
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=1)
                messages += [json.loads(message["data"])] if message else []
    config = await published(redis)
    assert config
    assert messages == [{"guild": OAK, "generation": 1, "uid": config.uid}]
    record = json.loads(await raw(redis))
    assert record["format"] == 1
    assert record["giveaways"]["claimTimeout"] == "5m"
    assert record["general"]["timeZone"] == "UTC"
    assert (await complete(redis)).count == 1


async def test_a_guild_without_a_document_runs_on_defaults_and_one_whose_file_is_deleted_returns_to_them(
    guilds: Path, redis: Redis, publishing: Publishing, reader: ConfigReader
) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    publishing.start()
    await reader.wait_ready()
    assert (limit(reader, ELM_ID), reader.get(ELM_ID).generation) == (1, 0)
    (guilds / "oak.yaml").unlink()
    assert await eventually(lambda: limit(reader) == 1) < 1.0
    assert not await redis.hexists(CONFIG, OAK)
    assert (await complete(redis)).count == 0


async def test_processes_may_start_in_any_order(guilds: Path, data: Path) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    with redis_server() as server:
        server.kill()
        reader, publishing = ConfigReader(server.client()), Publishing(server, guilds, data)
        await reader.start()
        publishing.start()
        await asyncio.sleep(0.3)
        assert not reader.ready
        server.start()
        async with asyncio.timeout(30):
            await reader.wait_ready()
        assert limit(reader) == 2
        await reader.stop()
        await publishing.stop()


async def test_a_bad_file_keeps_the_last_good_config_over_restart_and_flush_and_says_so(
    guilds: Path, redis: Redis, publishing: Publishing, server: RedisServer
) -> None:
    file = guilds / "oak.yaml"
    file.write_text(document(OAK, rerolls=2))
    publishing.start()
    await complete(redis)
    await publishing.stop()
    file.write_text(document(OAK, rerolls=2).replace("rerollLimit", "rerolLimit"))
    (guilds / "junk.yaml").write_text("\t{")
    await redis.flushall()
    publishing.start()
    await complete(redis)
    reader = ConfigReader(server.client())
    await reader.start()
    await reader.wait_ready()
    assert (limit(reader), reader.get(OAK_ID).generation) == (2, 1)
    await eventually(lambda: problems(redis))
    said = await problems(redis)
    assert set(said) == {OAK, "junk.yaml"}
    assert said[OAK][0]["field"] == "spec.giveaways.rerolLimit"
    assert (said[OAK][0]["line"], said[OAK][0]["file"]) == (7, str(file))
    file.write_text(document(OAK, rerolls=3))
    (guilds / "junk.yaml").unlink()
    await eventually(lambda: limit(reader) == 3)
    await reader.stop()

    async def nothing_is_wrong() -> bool:
        return not await problems(redis)

    await eventually(nothing_is_wrong)


async def test_a_publisher_that_starts_again_changes_no_generation(
    guilds: Path, redis: Redis, publishing: Publishing
) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    publishing.start()
    await complete(redis)
    before = await published(redis)
    for _ in range(2):
        await publishing.stop()
        first = await complete(redis)
        publishing.start()
        await eventually(lambda: anew(redis, first))  # noqa: B023  awaited in this round
        assert await published(redis) == before


async def test_documents_deleted_while_nobody_published_are_withdrawn_at_the_next_start(
    guilds: Path, publishing: Publishing, reader: ConfigReader
) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    (guilds / "elm.yaml").write_text(document(ELM, rerolls=3))
    publishing.start()
    await reader.wait_ready()
    await publishing.stop()
    (guilds / "oak.yaml").unlink()
    publishing.start()
    await eventually(lambda: limit(reader) == 1)
    assert limit(reader, ELM_ID) == 3


async def test_new_data_directory_new_uid_and_the_document_that_is_live_now_wins(
    guilds: Path, publishing: Publishing, reader: ConfigReader, tmp_path: Path
) -> None:
    file = guilds / "oak.yaml"
    publishing.start()
    for rerolls in (2, 3, 4):
        file.write_text(document(OAK, rerolls=rerolls))
        await reader.wait_ready()
        await eventually(lambda rerolls=rerolls: limit(reader) == rerolls)  # type: ignore[misc]
    uid = reader.get(OAK_ID).uid
    await publishing.stop()
    file.write_text(document(OAK, rerolls=7))
    publishing.start(data=tmp_path / "fresh data")
    await eventually(lambda: limit(reader) == 7)
    assert reader.get(OAK_ID).generation == 1
    assert reader.get(OAK_ID).uid != uid


async def test_a_data_directory_restored_from_an_older_copy_outgrows_what_was_published(
    guilds: Path, data: Path, publishing: Publishing, reader: ConfigReader, tmp_path: Path
) -> None:
    file = guilds / "oak.yaml"
    publishing.start()
    for rerolls in (2, 3, 4):
        file.write_text(document(OAK, rerolls=rerolls))
        await reader.wait_ready()
        await eventually(lambda rerolls=rerolls: limit(reader) == rerolls)  # type: ignore[misc]
        if rerolls == 2:
            shutil.copytree(data, tmp_path / "backup")
    uid = reader.get(OAK_ID).uid
    await publishing.stop()
    shutil.rmtree(data)
    (tmp_path / "backup").rename(data)
    for rerolls in (7, 8):
        file.write_text(document(OAK, rerolls=rerolls))
        if rerolls == 7:
            publishing.start()
        await eventually(lambda rerolls=rerolls: limit(reader) == rerolls)  # type: ignore[misc]
    assert reader.get(OAK_ID).uid == uid
    assert reader.get(OAK_ID).generation > 3


async def test_a_change_by_another_process_is_live_with_the_generation_that_it_was_told(
    guilds: Path, data: Path, publishing: Publishing, reader: ConfigReader
) -> None:
    (guilds / "oak.yaml").write_text(document(OAK, rerolls=2))
    publishing.start()
    await reader.wait_ready()
    worker = DirectoryStore(guilds, data)
    stored = await worker.write(OAK, {"giveaways": {"rerollLimit": 6}}, (await worker.read(OAK)).version)
    assert await eventually(lambda: reader.get(OAK_ID).generation == stored.generation) < 1.0
    assert limit(reader) == 6


async def test_a_thousand_guilds_are_published_whole(
    guilds: Path, redis: Redis, publishing: Publishing, reader: ConfigReader
) -> None:
    for number in range(1000):
        guild_id = str(400000000000000000 + number)
        (guilds / f"{guild_id}.yaml").write_text(document(guild_id, rerolls=4))
    publishing.start()
    assert (await complete(redis, 60)).count == 1000
    await reader.wait_ready()
    assert all(limit(reader, 400000000000000000 + number) == 4 for number in range(1000))
    (guilds / "400000000000000999.yaml").write_text(document("400000000000000999", rerolls=5))
    assert await eventually(lambda: limit(reader, 400000000000000999) == 5) < 1.0
