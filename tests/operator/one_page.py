"""A controller that leads, and the API server of few documents that it leads on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from guildwright.platform.clock import Clock, SystemClock
from guildwright.platform.config.cluster import JSON, Cluster
from guildwright_operator.apply import Writer
from guildwright_operator.controller import Controller
from guildwright_operator.lease import Election
from tests.fakes.leases import FakeLeases

NOWHERE = "redis://127.0.0.1:1"


def resource(guild: str, generation: int, status: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"name": guild, "uid": guild, "generation": generation, "resourceVersion": str(10 + generation)}
    return {"metadata": metadata, "spec": spec, "status": status}


class OnePage(Cluster):
    """An API server that has a few documents and writes down what it is told."""

    items: tuple[dict[str, Any], ...] = ()
    version: int = 50  # of the list
    statuses: dict[str, dict[str, Any]]
    events: list[dict[str, Any]]
    lists: list[int]
    """How many documents each list told."""

    async def ask(  # noqa: PLR0913, PLR0917  like the real one
        self,
        method: str,
        path: str,
        query: object = None,
        body: Any = None,
        content: str = JSON,
        shape: Any = Any,
    ) -> Any:
        del query, content
        return msgspec.convert(self._answer(method, path, body), shape)

    def _answer(self, method: str, path: str, body: Any) -> dict[str, Any]:
        if method == "GET":
            self.lists.append(len(self.items))
            return {"items": self.items, "metadata": {"resourceVersion": str(self.version)}}
        if path.endswith("/events"):
            self.events.append(body)
            return {}
        self.statuses[body["metadata"]["name"]] = body["status"]
        return {"metadata": {"resourceVersion": str(60 + len(self.statuses))}}


@contextlib.asynccontextmanager
async def leading(
    page: OnePage, *items: dict[str, Any], url: str = NOWHERE, clock: Clock | None = None
) -> AsyncIterator[Controller]:
    page.__dict__["items"] = items
    clock = clock or SystemClock()
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
