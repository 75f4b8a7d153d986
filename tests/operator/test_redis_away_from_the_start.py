"""An operator that leads while Redis is away: statuses and Events say so, and nothing that they cannot know."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from kubernetes.aio.client import ApiClient, Configuration
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from guildwright.platform.clock import SystemClock
from guildwright.platform.config.cluster import JSON, Cluster
from guildwright_operator.apply import NOTE_BYTES, Writer
from guildwright_operator.controller import Controller
from guildwright_operator.documents import raw_from
from guildwright_operator.lease import Election
from guildwright_operator.reconcile import Happened
from tests.fakes.documents import ELM, OAK
from tests.fakes.leases import FakeLeases
from tests.fakes.redis_server import redis_server
from tests.fakes.waiting import eventually

NOWHERE = "redis://127.0.0.1:1"
READY = {
    "observedGeneration": 1,
    "publishedGeneration": 1,
    "conditions": [{"type": "Published", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
}


def resource(guild: str, generation: int, status: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"name": guild, "uid": guild, "generation": generation, "resourceVersion": str(10 + generation)}
    return {"metadata": metadata, "spec": spec, "status": status}


class OnePage(Cluster):
    """An API server that has a few documents and writes down what it is told."""

    items: tuple[dict[str, Any], ...] = ()
    statuses: dict[str, dict[str, Any]]
    events: list[dict[str, Any]]

    async def ask(
        self, method: str, path: str, query: object = None, body: Any = None, content: str = JSON
    ) -> dict[str, Any]:
        del query, content
        if method == "GET":
            return {"items": self.items, "metadata": {"resourceVersion": "50"}}
        if path.endswith("/events"):
            self.events.append(body)
            return {}
        self.statuses[body["metadata"]["name"]] = body["status"]
        return {"metadata": {"resourceVersion": str(60 + len(self.statuses))}}


@pytest.fixture
async def page() -> AsyncIterator[OnePage]:
    async with ApiClient(Configuration()) as api:
        one = OnePage(api, "guilds")
        one.__dict__.update(statuses={}, events=[])
        yield one


@contextlib.asynccontextmanager
async def leading(page: OnePage, *items: dict[str, Any], url: str = NOWHERE) -> AsyncIterator[Controller]:
    page.__dict__["items"] = items
    clock = SystemClock()
    election = Election(FakeLeases(), "me", clock)
    await election.follow()
    redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0))
    controller = Controller(page, redis, clock, election, Writer(page, "me", clock, lambda: True))
    tasks = [asyncio.create_task(work) for work in (controller.run(), controller.lead(), election.lead())]
    yield controller
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await redis.aclose()


def published(status: dict[str, Any]) -> tuple[str, str]:
    (one,) = (one for one in status["conditions"] if one["type"] == "Published")
    return one["reason"], one["message"].rpartition("; ")[2]


async def test_what_waited_says_that_redis_is_away_and_what_stays_in_force(page: OnePage) -> None:
    changed, new = resource(OAK, 2, READY, {}), resource(ELM, 1, {}, {})
    async with leading(page, changed, new):
        await eventually(lambda: len(page.statuses) == 2, 10)
    assert published(page.statuses[OAK]) == ("RedisAway", "generation 1 stays in force")
    assert page.statuses[OAK]["publishedGeneration"] == 1
    assert published(page.statuses[ELM])[0] == "RedisAway"


async def test_an_unusable_edit_leaves_in_force_what_its_status_said(page: OnePage) -> None:
    async with leading(page, resource(OAK, 1, READY, {})) as controller:
        await eventually(lambda: controller.trouble, 10)
        controller.seen(raw_from(resource(OAK, 2, READY, {"nonsense": 1})))
        await eventually(lambda: page.statuses.get(OAK, {}).get("observedGeneration") == 2, 10)
    assert published(page.statuses[OAK]) == ("Invalid", "generation 1 stays in force")


async def test_what_was_deleted_while_redis_was_away_is_told_when_it_is_back(page: OnePage) -> None:
    with redis_server() as server:
        async with leading(page, resource(OAK, 1, {}, {}), url=server.url) as controller:
            await eventually(lambda: page.statuses.get(OAK, {}).get("publishedGeneration") == 1, 10)
            server.kill()
            await eventually(lambda: controller.trouble, 10)
            gone = resource(OAK, 1, {}, {})
            gone["metadata"]["resourceVersion"] = "99"
            controller.seen(raw_from(gone, gone=True))
            await controller.round_trip()
            server.start()
            await eventually(lambda: "Withdrawn" in [one["reason"] for one in page.events], 10)


async def test_the_note_of_an_event_is_cut_to_the_bytes_that_the_server_takes(page: OnePage) -> None:
    writer = Writer(page, "me", SystemClock(), lambda: True)
    await writer.event(OAK, "oak", 1, Happened("Rejected", "é" * 1000 + "…", warning=True))
    (event,) = page.events
    assert len(event["note"].encode()) <= NOTE_BYTES
