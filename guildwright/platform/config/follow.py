"""Everything that a cluster has of GuildConfigs, then every change, whatever happens to the API server.

A list, then a watch from where the list ended. The place in the stream (resourceVersion) is kept over lost
connections, so nothing is missed; where the server no longer has that place (410), or once in a while for good measure,
everything is listed again. Bookmarks keep the place fresh while nothing changes.
"""

import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import structlog

from guildwright.platform.chance import Chance
from guildwright.platform.clock import Clock
from guildwright.platform.config.cluster import CONNECT_SECONDS, Cluster
from guildwright.platform.config.refusals import ClusterRefused, refusal
from guildwright.platform.config.resource import Object
from guildwright.platform.config.store import StoreAway
from guildwright.platform.jobs.backoff import roll

RESTARTS = 3
CLIENT_SECONDS = 660.0
SILENCE_SECONDS = 150.0  # bookmarks come every minute: a connection that is quiet for longer is dead
FIRST_RETRY_SECONDS = 0.2
LAST_RETRY_SECONDS = 5.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pace:
    """How much is asked for at once, and how long."""

    page: int = 500
    watch_seconds: int = 600
    resync_seconds: float = 1800.0


PACE = Pace()


@dataclass(frozen=True)
class Listed[T]:
    """Everything there is."""

    items: list[T]


@dataclass(frozen=True)
class Happened[T]:
    """One object was written, or is `gone`."""

    item: T
    gone: bool


class _Pause:
    """Growing pauses while nothing works, each less up to a half by chance; says once what is wrong."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock, self._chance = clock, chance
        self._seconds, self._said = FIRST_RETRY_SECONDS, ""

    async def after(self, error: StoreAway) -> None:
        if str(error) != self._said:
            self._said = str(error)
            _log.warning("guild documents cannot be followed, those in memory stay in force", why=self._said)
        await self._clock.sleep(self._seconds * (1 - roll(self._chance) / 2))
        self._seconds = min(2 * self._seconds, LAST_RETRY_SECONDS)

    def over(self) -> None:
        if self._said:
            _log.info("the API server is back, guild documents are followed again")
        self._seconds, self._said = FIRST_RETRY_SECONDS, ""


async def list_all[T](cluster: Cluster, take: Callable[[Object], T], page: int = PACE.page) -> tuple[list[T], str]:
    """Every object, made into what is to be kept of it, and the place in the stream where the list ends.

    Raises:
        ClusterAway, ClusterRefused: as `Cluster.ask`.
    """
    for restarts in range(RESTARTS + 1):
        items: list[T] = []
        # The last try asks for all at once: pages that expire while they are read would never end.
        query: dict[str, str | int] = {"limit": page} if restarts < RESTARTS else {}
        while True:
            try:
                answer = await cluster.ask("GET", cluster.guild_configs, query)
            except ClusterRefused as refused:
                if refused.status == HTTPStatus.GONE and "continue" in query:
                    break
                raise
            items += map(take, answer["items"])
            if not answer["metadata"].get("continue"):
                return items, answer["metadata"]["resourceVersion"]
            query["continue"] = answer["metadata"]["continue"]
    raise AssertionError("a list without pages cannot expire")  # pragma: no cover


async def follow[T](
    cluster: Cluster, take: Callable[[Object], T], clock: Clock, chance: Chance, pace: Pace = PACE
) -> AsyncGenerator[Listed[T] | Happened[T]]:
    """Never ends by itself, and never raises for what a server does."""
    pause = _Pause(clock, chance)
    while True:
        try:
            items, place = await list_all(cluster, take, pace.page)
        except StoreAway as error:
            await pause.after(error)
            continue
        pause.over()
        yield Listed(items)
        listed = clock.monotonic()
        while place and clock.monotonic() - listed < pace.resync_seconds:
            try:
                async with contextlib.aclosing(_watch(cluster, place, pace.watch_seconds)) as events:
                    async for kind, obj in events:
                        place = obj["metadata"]["resourceVersion"]
                        pause.over()
                        if kind != "BOOKMARK":
                            yield Happened(take(obj), gone=kind == "DELETED")
            except ClusterRefused as error:
                place = ""  # 410, or whatever it does not like about our place: a list mends it
                if error.status != HTTPStatus.GONE:
                    await pause.after(error)
            except StoreAway as error:
                await pause.after(error)


async def _watch(cluster: Cluster, place: str, seconds: int) -> AsyncGenerator[tuple[str, dict[str, Any]]]:
    query: dict[str, str | int] = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": seconds}
    query["resourceVersion"] = place
    timeout = aiohttp.ClientTimeout(CLIENT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
    async with cluster.open("GET", cluster.guild_configs, timeout, query) as response:
        while line := await response.content.readline():
            event = json.loads(line)
            if event["type"] == "ERROR":
                raise refusal(int(event["object"].get("code", 0)), json.dumps(event["object"]), cluster.namespace)
            yield event["type"], event["object"]
