"""The operator against a real API server and a real Redis: what is applied is in a reader's memory, whatever dies."""

import os
import signal
import time

import pytest

from guildwright.platform.config.keys import COMPLETE, CONFIG
from guildwright.platform.config.read import ConfigReader
from tests.cluster.operator.place import ELM_ID, OAK_ID, Namespace, eventually, leaders, limit
from tests.fakes.documents import ASH, ELM, OAK
from tests.fakes.operator_process import Operators
from tests.fakes.redis_server import RedisServer
from tests.fakes.wire import Wire

pytestmark = [pytest.mark.cluster, pytest.mark.integration]
TAKEOVER_SECONDS = 10
SOON_SECONDS = 10  # a crowded machine's; far less than any look at everything by time


async def test_what_is_applied_is_in_a_shards_memory_and_the_status_says_so(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply(rerolls=4)
    await crew.start()
    await reader.wait_ready()
    assert limit(reader) == 4
    await eventually(place.ready)
    applied = place.apply(rerolls=7)
    await eventually(lambda: limit(reader) == 7, SOON_SECONDS)
    await eventually(place.ready, SOON_SECONDS)
    assert place.status()["publishedGeneration"] == applied["metadata"]["generation"] == 2
    assert {one["type"]: one["status"] for one in place.status()["conditions"]} == {
        "Accepted": "True",
        "Published": "True",
        "Ready": "True",
        "Live": "Unknown",
    }
    await eventually(lambda: ("Published", "generation 2 is in force") in place.events(OAK))


async def test_the_resource_carries_nothing_of_the_operator_but_its_status(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply()
    await crew.start()
    await reader.wait_ready()
    await eventually(place.ready)
    metadata = place.get()["metadata"]
    assert "annotations" not in metadata
    assert "finalizers" not in metadata
    managers = {one["manager"]: one.get("subresource") for one in metadata["managedFields"]}
    assert managers == {"test": None, "guildwright-operator": "status"}


async def test_a_restart_writes_and_tells_nothing_again(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply(rerolls=4)
    first = await crew.start()
    await reader.wait_ready()
    await eventually(place.ready)
    await eventually(lambda: place.events(OAK))
    before, told = place.get()["metadata"]["resourceVersion"], place.events(OAK)
    assert await first.stop() < 5
    assert first.process.returncode == 0
    second = await crew.start()
    await eventually(lambda: second.metric('guildwright_operator_lists_total{why="lead"}') == 1)
    place.apply(ELM, rerolls=3)
    await eventually(lambda: limit(reader, ELM_ID) == 3)
    await eventually(lambda: place.ready(ELM))
    assert place.get()["metadata"]["resourceVersion"] == before
    assert place.events(OAK) == told


async def test_a_deleted_document_leaves_its_guild_on_the_defaults(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply(rerolls=4)
    await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 4)
    default = limit(reader, ELM_ID)
    place.delete()
    await eventually(lambda: limit(reader) == default, SOON_SECONDS)
    await eventually(lambda: "Withdrawn" in dict(place.events(OAK)))


async def test_a_document_that_is_created_again_wins_although_it_begins_at_one(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    for rerolls in (2, 3, 4):
        place.apply(rerolls=rerolls)
    await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 4)
    place.delete()
    again = place.apply(rerolls=9)
    assert again["metadata"]["generation"] == 1
    await eventually(lambda: limit(reader) == 9, SOON_SECONDS)
    await eventually(place.ready)
    assert place.status()["publishedGeneration"] == 1


async def test_a_flushed_redis_has_everything_again_and_no_status_is_written(
    place: Namespace, crew: Operators, reader: ConfigReader, server: RedisServer
) -> None:
    place.apply(rerolls=4)
    await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 4)
    await eventually(place.ready)
    before = place.get()["metadata"]["resourceVersion"]
    redis = server.client()
    await redis.flushall()
    await eventually(lambda: redis.exists(COMPLETE), SOON_SECONDS)
    assert await redis.hexists(CONFIG, OAK)
    assert limit(reader) == 4
    place.apply(rerolls=5)
    await eventually(lambda: limit(reader) == 5)
    await eventually(place.ready)
    assert int(place.get()["metadata"]["resourceVersion"]) > int(before)
    await redis.aclose()


async def test_while_redis_is_away_a_status_says_so_and_the_edit_arrives_when_it_is_back(
    place: Namespace, crew: Operators, reader: ConfigReader, server: RedisServer
) -> None:
    place.apply(rerolls=4)
    await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 4)
    await eventually(place.ready)
    server.kill()
    place.apply(rerolls=5)
    await eventually(lambda: place.condition("Published").get("reason") == "RedisAway")
    assert place.condition("Reconciling")["status"] == "True"
    assert place.status()["publishedGeneration"] == 1
    assert "Redis" in place.status()["lastError"]
    assert limit(reader) == 4
    server.start()
    await eventually(lambda: limit(reader) == 5)
    await eventually(place.ready)
    assert "lastError" not in place.status()
    assert not place.condition("Reconciling")


async def test_while_the_api_server_is_away_nothing_stops_and_what_happened_arrives_when_it_is_back(
    place: Namespace, crew: Operators, reader: ConfigReader, line: Wire, server: RedisServer
) -> None:
    for guild in (OAK, ELM, ASH):
        place.apply(guild, rerolls=4)
    operator = await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 4)
    await line.cut()
    place.apply(OAK, rerolls=5)
    place.delete(ELM)
    await eventually(lambda: not operator.leads)
    assert operator.ask("/livez")[0] == 200
    assert operator.process.poll() is None
    assert (limit(reader, OAK_ID), limit(reader, ELM_ID), limit(reader, int(ASH))) == (4, 4, 4)
    assert await server.client().hlen(CONFIG) == 3
    await line.mend()
    await eventually(lambda: limit(reader) == 5)
    await eventually(lambda: limit(reader, ELM_ID) != 4)
    assert limit(reader, int(ASH)) == 4
    await eventually(place.ready)


async def test_a_second_replica_takes_over_when_the_first_is_killed_and_no_edit_is_lost(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply(rerolls=1)
    first = await crew.start()
    await eventually(lambda: leaders(crew) == [first])
    second = await crew.start()
    await eventually(lambda: second.ask("/readyz")[0] == 200)
    assert "standby" in second.ask("/readyz")[1]
    await eventually(lambda: reader.ready and limit(reader) == 1)
    place.apply(rerolls=2)
    first.kill()
    killed = time.monotonic()
    place.apply(rerolls=3)
    await eventually(lambda: limit(reader) == 3, TAKEOVER_SECONDS)
    assert leaders(crew) == [second]
    assert time.monotonic() - killed < TAKEOVER_SECONDS
    await eventually(place.ready)


async def test_an_orderly_stop_gives_the_lease_back_at_once(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply(rerolls=1)
    first = await crew.start()
    await eventually(lambda: leaders(crew) == [first])
    second = await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 1)
    held = place.holder()
    assert await first.stop() < 5
    assert place.holder() != held  # without it, nobody else's for most of the lease's five seconds
    place.apply(rerolls=2)
    await eventually(lambda: limit(reader) == 2)
    assert leaders(crew) == [second]


async def test_a_leader_that_was_stalled_writes_nothing_when_it_wakes(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply(rerolls=1)
    first = await crew.start()
    await eventually(lambda: leaders(crew) == [first])
    second = await crew.start()
    await eventually(lambda: reader.ready and limit(reader) == 1)
    os.kill(first.process.pid, signal.SIGSTOP)
    place.apply(rerolls=2)
    await eventually(lambda: limit(reader) == 2, TAKEOVER_SECONDS)
    os.kill(first.process.pid, signal.SIGCONT)
    await eventually(lambda: leaders(crew) == [second])
    place.apply(rerolls=3)
    await eventually(lambda: limit(reader) == 3, SOON_SECONDS)
    await eventually(place.ready)
    assert leaders(crew) == [second]


async def test_an_operator_without_a_cluster_or_redis_says_what_to_do(crew: Operators) -> None:
    assert "KUBECONFIG" in crew.fail({"KUBECONFIG": "/nonexistent"})
    assert "REDIS_URL" in crew.fail({"REDIS_URL": ""})
