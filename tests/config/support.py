"""What the tests of publishing and reading ask."""

import asyncio
import json
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from guildwright.platform.clock import SystemClock
from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.keys import COMPLETE, CONFIG, ERRORS, Marker, as_text
from guildwright.platform.config.publish import Publisher
from guildwright.platform.config.read import ConfigReader
from guildwright.platform.config.record import FromStore
from guildwright_crds.compile import CompiledConfig
from tests.fakes.documents import ELM, OAK
from tests.fakes.redis_server import RedisServer
from tests.fakes.waiting import eventually

OAK_ID, ELM_ID = int(OAK), int(ELM)


class Publishing:
    """The publishers of one Redis."""

    def __init__(self, server: RedisServer, guilds: Path, data: Path) -> None:
        self._server, self._guilds, self._data = server, guilds, data
        self._running: list[tuple[asyncio.Event, asyncio.Task[None]]] = []

    def start(self, data: Path | None = None, guilds: Path | None = None) -> None:
        store = DirectoryStore(guilds or self._guilds, data or self._data)
        stop = asyncio.Event()
        publisher = Publisher(FromStore(store), self._server.client(), SystemClock())
        self._running.append((stop, asyncio.create_task(publisher.run(stop))))

    async def stop(self) -> None:
        while self._running:
            stop, task = self._running.pop()
            stop.set()
            await task


def limit(reader: ConfigReader, guild_id: int = OAK_ID) -> int:
    """The one knob that these tests turn."""
    return reader.get(guild_id).giveaways.reroll_limit


async def published(redis: Redis, guild_id: str = OAK) -> CompiledConfig | None:
    record = await redis.hget(CONFIG, guild_id)
    return None if record is None else CompiledConfig.from_json(record)


async def raw(redis: Redis, guild_id: str = OAK) -> bytes:
    """The record as it lies there; b"" where there is none."""
    record = await redis.hget(CONFIG, guild_id)
    return record if isinstance(record, bytes) else b""


async def marker(redis: Redis) -> Marker | None:
    said = await redis.get(COMPLETE)
    return None if said is None else Marker.from_json(said)


async def complete(redis: Redis, seconds: float = 30.0) -> Marker:
    """Wait for the marker."""
    await eventually(lambda: marker(redis), seconds)
    found = await marker(redis)
    assert found
    return found


async def problems(redis: Redis) -> dict[str, Any]:
    return {as_text(key): json.loads(value) for key, value in (await redis.hgetall(ERRORS)).items()}


async def anew(redis: Redis, before: Marker) -> bool:
    """Whether everything was published again since `before`."""
    now = await marker(redis)
    return now is not None and (now.epoch, now.revision) != (before.epoch, before.revision)
