"""Every guild's configuration in this process's memory: what features ask, without a network round trip.

Redis only brings it here. Redis away, restarted or flushed changes nothing for who has it in memory; what cannot be
known is said to be unknown, never taken for the defaults.
"""

import asyncio
import json
from collections.abc import Callable
from functools import lru_cache

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from guildwright.platform.config.keys import CHANGED, COMPLETE, CONFIG, Marker, as_text
from guildwright_crds.compile import CompiledConfig, defaults

LISTEN_SECONDS = 1.0
AUDIT_SECONDS = 2.0  # how often the marker is compared, should an announcement have been lost
FIRST_RETRY_SECONDS = 0.05
LAST_RETRY_SECONDS = 2.0

_log = structlog.get_logger(__name__)


class ConfigUnknown(Exception):  # noqa: N818  a state, not a fault
    """A guild's configuration is not known here yet: try again later (a job retries, a command says so)."""

    def __init__(self, guild_id: int) -> None:
        super().__init__(f"the configuration of guild {guild_id} is not known yet: nothing complete was published")
        self.guild_id = guild_id


class ConfigReader:
    """Follows what is published. `get` is a look into memory."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._configs: dict[int, CompiledConfig] = {}
        self._unreadable: set[int] = set()
        self._complete = asyncio.Event()
        self._marker: str | None = None
        self._audited = 0.0
        self._task: asyncio.Task[None] | None = None
        self._told: list[Callable[[int], None]] = []

    def on_change(self, tell: Callable[[int], None]) -> None:
        """Call `tell` with a guild's id whenever what is in memory for it has changed; it must return at once."""
        self._told.append(tell)

    def _changed(self, guild_id: int) -> None:
        for tell in self._told:
            tell(guild_id)

    @property
    def ready(self) -> bool:
        """Whether a complete publication was read since the start; once true it stays so."""
        return self._complete.is_set()

    def get(self, guild_id: int) -> CompiledConfig:
        """What is in force for the guild; a guild without a document has the defaults.

        Raises:
            ConfigUnknown: nothing is in memory for it, and that means nothing, since nothing complete was read.
        """
        config = self._configs.get(guild_id)
        if config is not None:
            return config
        if not self.ready or guild_id in self._unreadable:
            raise ConfigUnknown(guild_id)
        return _defaults(guild_id)

    async def start(self) -> None:
        """Begin to follow. Returns at once, whether or not Redis is there."""
        if self._task is None:
            self._task = asyncio.create_task(self._follow(), name="config reader")

    async def wait_ready(self) -> None:
        """Return as soon as `ready`."""
        await self._complete.wait()

    async def stop(self) -> None:
        """Follow no longer; what is in memory stays."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _follow(self) -> None:
        delay = FIRST_RETRY_SECONDS
        away = False
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await self._begin(channel)
                    if away:
                        _log.info("Redis is back, the configuration is current")
                    delay, away = FIRST_RETRY_SECONDS, False
                    while True:
                        await self._listen(channel)
            except (RedisError, OSError, TimeoutError) as error:
                if not away:
                    _log.warning("Redis is away, the configuration in memory stays in force", why=str(error))
            except Exception:  # noqa: BLE001  a mistake of ours must not end what the bot lives on
                _log.exception("following the configuration failed, trying again")
            away = True
            await asyncio.sleep(delay)
            delay = min(delay * 2, LAST_RETRY_SECONDS)

    async def _begin(self, channel: PubSub) -> None:
        """Read everything, but only once announcements surely arrive, or a change in between would be missed."""
        await channel.subscribe(CHANGED)
        async with asyncio.timeout(LAST_RETRY_SECONDS):
            while not await channel.get_message(timeout=LISTEN_SECONDS):
                pass
        await self._load_all()

    async def _listen(self, channel: PubSub) -> None:
        message = await channel.get_message(timeout=LISTEN_SECONDS)
        now = asyncio.get_running_loop().time()
        if message is not None and message["type"] == "message":
            await self._announced(message["data"])
        elif message is not None:
            await self._load_all()  # subscribed again: the connection was lost, and with it who knows what
        elif now - self._audited >= AUDIT_SECONDS:
            self._audited = now
            marker = await self._redis.get(COMPLETE)
            if marker is not None and as_text(marker) != self._marker:
                await self._load_all()

    async def _announced(self, data: str | bytes) -> None:
        try:
            said = json.loads(data)
            guild_id = None if said.get("all") else int(said["guild"])
        except (ValueError, TypeError, KeyError, AttributeError):
            guild_id = None
        if guild_id is None:
            await self._load_all()
        else:
            await self._load_one(guild_id)

    async def _load_all(self) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.get(COMPLETE)
            pipe.hgetall(CONFIG)
            marker, records = await pipe.execute()
        guilds = {int(guild): record for guild, record in records.items() if as_text(guild).isdecimal()}
        for guild_id, record in guilds.items():
            self._take(guild_id, record)
        if self._vouched(marker, len(records)):
            for guild_id in self._configs.keys() - guilds.keys():
                del self._configs[guild_id]
                self._changed(guild_id)
            self._unreadable &= guilds.keys()
            self._complete.set()

    async def _load_one(self, guild_id: int) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.get(COMPLETE)
            pipe.hlen(CONFIG)
            pipe.hget(CONFIG, str(guild_id))
            marker, count, record = await pipe.execute()
        if record is not None:
            self._take(guild_id, record)
        if not self._vouched(marker, count):
            return
        if not self.ready:
            await self._load_all()  # complete by now, though nobody said so
        elif record is None:
            self._unreadable.discard(guild_id)
            if self._configs.pop(guild_id, None) is not None:
                self._changed(guild_id)

    def _vouched(self, marker: str | bytes | None, count: int) -> bool:
        """Whether the records beside the marker are all there are."""
        if marker is None:
            return False
        said = Marker.from_json(marker)
        self._marker = as_text(marker)
        return said is not None and said.count == count

    def _take(self, guild_id: int, record: str | bytes) -> None:
        """Keep the record: of the same document only a newer one, of another document whichever is published now."""
        try:
            new = CompiledConfig.from_json(record)
        except ValueError as error:
            _log.error("a published configuration cannot be read", guild=guild_id, why=str(error))
            self._unreadable.add(guild_id)
            return
        self._unreadable.discard(guild_id)
        old = self._configs.get(guild_id)
        if old is None or old.uid != new.uid or old.generation < new.generation:
            self._configs[guild_id] = new
            self._changed(guild_id)
            _log.debug("configuration in force", guild=guild_id, generation=new.generation)


@lru_cache(maxsize=4096)
def _defaults(guild_id: int) -> CompiledConfig:
    return defaults(str(guild_id))
