"""What each guild's shard has in memory, as the shards themselves report it: the source of the condition `Live`.

Everything is kept here and only differences are given on. What Redis forgets (a flush, a restart) is not taken for
guilds that the bot has left: a guild is gone when its shard says that it has said everything, and did not name it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from guildwright.platform.clock import Clock
from guildwright.platform.config.keys import BEGUN, LIVE, InMemory, as_text, live_marker

LISTEN_SECONDS = 1.0
HEAL_SECONDS = 60.0  # how often everything is read, should an announcement have been lost
GRACE_SECONDS = 10.0  # how long a Redis in which no shard has reported is given before that means that none is there
SUBSCRIBE_SECONDS = 2.0
FIRST_RETRY_SECONDS = 0.05
LAST_RETRY_SECONDS = 2.0

_log = structlog.get_logger(__name__)


class Live:
    """Follows what the shards report. `get` is a look into memory."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._records: dict[str, bytes | str] = {}
        self._first_read: float | None = None
        self._read_at = 0.0
        self._heard = False

    @property
    def ready(self) -> bool:
        """Whether `get` means anything yet; before, leave the condition as it stands. Once true it stays so."""
        waited = self._first_read is not None and self._clock.monotonic() - self._first_read >= GRACE_SECONDS
        return self._heard or waited

    def get(self, guild_id: str) -> InMemory | None:
        """What the guild's shard has in memory; None where the bot is not in the guild, as far as is known."""
        record = self._records.get(guild_id)
        return None if record is None else InMemory.from_json(record)

    async def changes(self) -> AsyncIterator[frozenset[str] | None]:
        """The guilds for which `get` says something new; None, once, when it has become `ready`: look at all.

        Never ends. Redis away: nothing comes until it is back, then what has changed meanwhile.
        """
        delay, away, said = FIRST_RETRY_SECONDS, False, False
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await _subscribe(channel)
                    changed = await self._read_all()
                    if away:
                        _log.info("Redis is back, what is live is followed again")
                    delay, away = FIRST_RETRY_SECONDS, False
                    while True:
                        if self.ready and not said:
                            said = True
                            yield None
                        elif said and changed:
                            yield changed
                        changed = await self._listen(channel)
            except (RedisError, OSError, TimeoutError) as error:
                if not away:
                    _log.warning("Redis is away, what is live is as it was last known", why=str(error))
            away = True
            await self._clock.sleep(delay)
            delay = min(2 * delay, LAST_RETRY_SECONDS)

    async def _listen(self, channel: PubSub) -> frozenset[str]:
        message = await channel.get_message(timeout=LISTEN_SECONDS)
        if message is not None:
            guilds = _announced(message["data"]) if message["type"] == "message" else None
            return await self._read_all() if guilds is None else await self._read(guilds)
        overdue = self._clock.monotonic() - self._read_at >= HEAL_SECONDS
        return await self._read_all() if overdue or not self._heard else frozenset()

    async def _read_all(self) -> frozenset[str]:
        shards = self._shards(self._records)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hgetall(LIVE)
            pipe.mget([live_marker(shard) for shard in (*shards, 0)])
            found, markers = await pipe.execute()
        self._read_at = self._clock.monotonic()
        if self._first_read is None:
            self._first_read = self._read_at
        self._heard = self._heard or _complete(markers[-1])
        records = {as_text(guild): record for guild, record in found.items()}
        complete = {shard for shard, marker in zip(shards, markers, strict=False) if _complete(marker)}
        return self._take(records, records.keys() | self._records.keys(), complete)

    async def _read(self, guilds: Iterable[str]) -> frozenset[str]:
        asked = [*guilds]
        if not asked:
            return frozenset()
        shards = self._shards(asked)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(LIVE, asked)
            pipe.mget([live_marker(shard) for shard in (*shards, 0)])
            found, markers = await pipe.execute()
        records = {guild: record for guild, record in zip(asked, found, strict=True) if record is not None}
        complete = {shard for shard, marker in zip(shards, markers, strict=False) if _complete(marker)}
        return self._take(records, asked, complete)

    def _shards(self, guilds: Iterable[str]) -> list[int]:
        """The shards that have reported these guilds."""
        return sorted({said.shard for guild in guilds if (said := self.get(guild))})

    def _take(self, found: Mapping[str, bytes | str], asked: Iterable[str], complete: set[int]) -> frozenset[str]:
        self._heard = self._heard or bool(found)
        changed = set()
        for guild in asked:
            old, new = self._records.get(guild), found.get(guild)
            if new == old:
                continue
            if new is not None:
                self._records[guild] = new
            elif (said := self.get(guild)) is not None and said.shard not in complete:
                continue  # forgotten by Redis, not left: its shard writes it again
            else:
                del self._records[guild]
            changed.add(guild)
        return frozenset(changed)


def _complete(marker: str | bytes | None) -> bool:
    return marker is not None and not as_text(marker).startswith(BEGUN)


def _announced(data: str | bytes) -> list[str] | None:
    """The guilds that an announcement names; None where it says that all should be read, or what nobody can read."""
    try:
        said = json.loads(data)
    except ValueError:
        return None
    return said if isinstance(said, list) and all(isinstance(guild, str) for guild in said) else None


async def _subscribe(channel: PubSub) -> None:
    """Return once announcements surely arrive, or what changed before them would be missed."""
    await channel.subscribe(LIVE)
    async with asyncio.timeout(SUBSCRIBE_SECONDS):
        while not await channel.get_message(timeout=LISTEN_SECONDS):
            pass
