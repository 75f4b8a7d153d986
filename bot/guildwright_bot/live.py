"""Tells the operator which document each of our guilds obeys: what is in this process's memory, written into Redis.

Only what changes is written, many guilds at a time, by a task of its own: no event waits for it. A marker beside it
says that all of a shard's guilds are there; whoever finds it gone (a flush, a restart of Redis) has them written
again, so that an absent guild means that the bot is not in it.
"""

import asyncio
import json
from collections.abc import Iterable
from itertools import batched

import hikari
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, WatchError

from guildwright.platform.chance import Chance
from guildwright.platform.clock import Clock
from guildwright.platform.config.keys import BEGUN, LIVE, InMemory, as_text, live_marker
from guildwright.platform.config.read import ConfigReader, ConfigUnknown

PAUSE_SECONDS = 0.05  # between two writings: what changes meanwhile goes together
LOOK_SECONDS = 2.0  # how often the markers are compared
LAST_RETRY_SECONDS = 5.0
SECOND = "another process runs this shard too: what it hears is done twice; end one (StatefulSet: scale it to 1)"
AT_ONCE = 500  # guilds in one round trip

_log = structlog.get_logger(__name__)


class _Shard:
    """What one shard has to say, and what Redis has of it."""

    def __init__(self, shard_id: int, count: int) -> None:
        self.id = shard_id
        self.count = count
        self.present: set[int] = set()
        self.due: set[int] = set()
        self.written: dict[int, InMemory] | None = None  # None: Redis may hold anything
        self.marker = ""
        self.foreign = False  # at the last look the marker was another process's

    def owns(self, guild: str) -> bool:
        """Whether a guild, the bot's or not, falls to this shard."""
        return guild.isdecimal() and (int(guild) >> 22) % self.count == self.id


class LiveReport:
    """Reports the guilds of this process's shards."""

    def __init__(self, config: ConfigReader, redis: Redis, clock: Clock, chance: Chance) -> None:
        self._config = config
        self._redis = redis
        self._clock = clock
        self._epoch = chance.token()
        self._revision = 0
        self._shards: dict[int, _Shard] = {}
        self._wake = asyncio.Event()
        config.on_change(self._changed)

    def subscribe(self, bot: hikari.EventManagerAware) -> None:
        """Learn from the gateway where the bot is. An outage of a guild changes nothing."""

        async def ready(event: hikari.ShardReadyEvent) -> None:
            self.ready(event.shard.id, event.shard.shard_count, event.unavailable_guilds)

        async def present(event: hikari.GuildJoinEvent | hikari.GuildAvailableEvent) -> None:
            self.joined(event.shard.id, event.guild_id)

        async def left(event: hikari.GuildLeaveEvent) -> None:
            self.left(event.shard.id, event.guild_id)

        bot.event_manager.subscribe(hikari.ShardReadyEvent, ready)
        bot.event_manager.subscribe(hikari.GuildJoinEvent, present)
        bot.event_manager.subscribe(hikari.GuildAvailableEvent, present)
        bot.event_manager.subscribe(hikari.GuildLeaveEvent, left)

    def ready(self, shard_id: int, count: int, guilds: Iterable[int]) -> None:
        """A new session of a shard: these are all of its guilds."""
        shard = self._shards.setdefault(shard_id, _Shard(shard_id, count))
        now = set(map(int, guilds))
        shard.due |= now ^ shard.present
        shard.present = now
        self._wake.set()

    def joined(self, shard_id: int, guild_id: int) -> None:
        """The bot is in a guild, new or not."""
        if (shard := self._shards.get(shard_id)) and guild_id not in shard.present:
            shard.present.add(int(guild_id))
            self._changed(int(guild_id))

    def left(self, shard_id: int, guild_id: int) -> None:
        """The bot is in a guild no more."""
        if (shard := self._shards.get(shard_id)) and guild_id in shard.present:
            self._changed(int(guild_id))
            shard.present.discard(int(guild_id))

    def _changed(self, guild_id: int) -> None:
        for shard in self._shards.values():
            if guild_id in shard.present:
                shard.due.add(guild_id)
                self._wake.set()

    async def run(self) -> None:
        """Write for ever. Redis may be away: then all is written when it is back."""
        looked, delay = self._clock.monotonic(), PAUSE_SECONDS
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass  # time to look at the markers
            self._wake.clear()
            try:
                if self._clock.monotonic() - looked >= LOOK_SECONDS:
                    await self._look()
                    looked = self._clock.monotonic()
                for shard in self._shards.values():
                    await self._write(shard)
                delay = PAUSE_SECONDS
            except (RedisError, OSError, TimeoutError) as error:
                self._failed(str(error), first=delay == PAUSE_SECONDS)
                delay = min(2 * delay, LAST_RETRY_SECONDS)
            except Exception:  # noqa: BLE001  a mistake of ours must not end it
                _log.exception("reporting what is live failed, trying again")
                self._failed("", first=False)
                delay = LAST_RETRY_SECONDS
            await self._clock.sleep(delay)

    def _failed(self, why: str, *, first: bool) -> None:
        if first:
            _log.warning("what is live cannot be reported, trying again", why=why)
        for shard in self._shards.values():
            shard.written = None
        self._wake.set()

    async def _look(self) -> None:
        """Notice that Redis no longer has what we wrote."""
        for shard in self._shards.values():
            if shard.written is not None:
                found = await self._redis.get(live_marker(shard.id))
                marker = None if found is None else as_text(found)
                once, shard.foreign = shard.foreign, marker is not None and self._epoch not in marker
                if marker == shard.marker:
                    continue
                if once and shard.foreign:  # a Redis restored from a snapshot says so once
                    _log.warning(SECOND, shard=shard.id)
                else:
                    _log.info("what was reported live vanished from Redis, reporting it again", shard=shard.id)
                shard.written = None

    def _in_memory(self, shard: _Shard, guild_id: int) -> InMemory | None:
        """What to say about a guild; None where there is nothing to say."""
        if guild_id not in shard.present:
            return None
        try:
            config = self._config.get(guild_id)
        except ConfigUnknown:
            return None
        return InMemory(config.uid, config.generation, shard.id)

    async def _write(self, shard: _Shard) -> None:
        if shard.written is None:
            await self._write_all(shard)
        due, shard.due = shard.due, set()
        for part in batched(due, AT_ONCE, strict=False):
            said = {guild: self._in_memory(shard, guild) for guild in part}
            changed = {guild: one for guild, one in said.items() if one != self._had(shard, guild)}
            if changed:
                await self._put(shard, changed, self._next_marker())

    @staticmethod
    def _had(shard: _Shard, guild_id: int) -> InMemory | None:
        return None if shard.written is None else shard.written.get(guild_id)

    async def _write_all(self, shard: _Shard) -> None:
        """Make Redis say exactly what is the case, whatever is there: what is right already is left alone."""
        shard.due.clear()
        begun = BEGUN + self._next_marker()
        await self._redis.set(live_marker(shard.id), begun)
        shard.marker = begun
        shard.written = {}
        found: set[int] = set()
        async for guild, record in self._redis.hscan_iter(LIVE, count=AT_ONCE):
            if shard.owns(as_text(guild)):
                found.add(int(guild))
                if said := InMemory.from_json(record):
                    shard.written[int(guild)] = said
        wanted = {guild: self._in_memory(shard, guild) for guild in shard.present | found}
        wrong = [guild for guild, said in wanted.items() if said is None or said != shard.written.get(guild)]
        for part in batched(wrong, AT_ONCE, strict=False):
            await self._put(shard, {guild: wanted[guild] for guild in part}, begun)
        await self._put(shard, {}, self._next_marker())

    async def _put(self, shard: _Shard, said: dict[int, InMemory | None], marker: str) -> None:
        """Write some guilds and the marker in one step, unless something happened to what was written before."""
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(live_marker(shard.id))
            standing = await pipe.get(live_marker(shard.id))
            if standing is None or as_text(standing) != shard.marker:
                raise WatchError("what was reported live is not as it was left")
            pipe.multi()  # type: ignore[no-untyped-call]  # redis-py left it out
            if present := [(str(guild), one.to_json()) for guild, one in said.items() if one is not None]:
                pipe.hset(LIVE, items=[part for item in present for part in item])
            if gone := [str(guild) for guild, one in said.items() if one is None]:
                pipe.hdel(LIVE, *gone)
            pipe.set(live_marker(shard.id), marker)
            pipe.publish(LIVE, json.dumps([str(guild) for guild in said] or None))
            await pipe.execute()
        shard.marker = marker
        if shard.written is not None:
            for guild, one in said.items():
                if one is None:
                    shard.written.pop(guild, None)
                else:
                    shard.written[guild] = one

    def _next_marker(self) -> str:
        self._revision += 1
        return f"{self._epoch}:{self._revision}"
