"""Keeps Redis saying what the store says, whatever happens to Redis.

Level-triggered: it compares what is wanted with what it knows to be there, so a lost write, a flush or a restart is
nothing special. The completeness marker is written last, and whoever finds it gone or not as it was left writes anew.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import batched

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, WatchError

from guildwright.platform.chance import Chance, SystemChance
from guildwright.platform.clock import Clock
from guildwright.platform.config.keys import CHANGED, COMPLETE, CONFIG, PUBLISHING, Marker, as_text
from guildwright.platform.config.record import UNKNOWN, Known, News, Source, identity
from guildwright.platform.config.report import Reports

LOOK_SECONDS = 0.4  # how often the marker is looked at
FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 1.0
AT_ONCE = 500  # records in one round trip
PUBLISHING_SECONDS = 60

type Published = Mapping[str, tuple[str, int] | None]
"""Guild id to the uid and generation of its record in Redis; None where it was taken away."""

_log = structlog.get_logger(__name__)


class Publisher:
    """Publishes one source to one Redis. One at a time: `up` holds its data directory, the operator a Lease."""

    def __init__(  # noqa: PLR0913  # the last two are hooks that only the operator gives
        self,
        source: Source,
        redis: Redis,
        clock: Clock,
        chance: Chance | None = None,
        *,
        published: Callable[[Published, bool], None] | None = None,
        may_write: Callable[[], bool] | None = None,
    ) -> None:
        """`published` is told what is in Redis now: everything, where its second argument is true, else what is new.

        Nothing is written while `may_write` says no.
        """
        self._source = source
        self._redis = redis
        self._clock = clock
        self._tell = published or (lambda _, __: None)
        self._may_write = may_write or (lambda: True)
        self._chance: Chance = chance or SystemChance()
        self._epoch = self._chance.token()
        self._revision = 0
        self._marker = ""
        self._wanted: dict[str, Known] | None = None  # None: the source has not been read yet
        self._written: dict[str, bytes] | None = None  # None: what Redis holds is not known
        self._news: set[str] = set()  # guilds to be compared with it: all of them for each edit would cost milliseconds
        self._reports = Reports(redis)
        self._due = asyncio.Event()
        self._turn = asyncio.Lock()
        self.trouble = ""
        """Why Redis takes nothing at the moment; "" while it does."""

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop`. Never ends by itself: what fails is logged and tried again."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._for_ever("reading the guild documents", self._follow, lambda: None)),
                group.create_task(self._for_ever("publishing the configuration", self._publish, self._distrust)),
                group.create_task(self._for_ever("watching what is published", self._look, self._distrust)),
            ]
            await stop.wait()
            for task in tasks:
                task.cancel()

    async def _for_ever(self, what: str, work: Callable[[], Awaitable[None]], failed: Callable[[], None]) -> None:
        delay, said = FIRST_RETRY_SECONDS, ""
        while True:
            try:
                await work()
            except (RedisError, OSError) as error:
                self.trouble = str(error) or type(error).__name__
                if str(error) != said:
                    said = str(error)
                    _log.warning(f"{what}: failed, trying again", why=said)
            except Exception:  # noqa: BLE001  a mistake of ours must not end what every shard lives on
                _log.exception(f"{what}: failed, trying again")
            else:
                delay, said = FIRST_RETRY_SECONDS, ""
                continue
            failed()
            await self._clock.sleep(delay)
            delay = min(2 * delay, LAST_RETRY_SECONDS)

    def _distrust(self) -> None:
        """Redis may hold anything: everything is to be written anew."""
        self._written = None
        self._reports.forget()
        self._due.set()

    async def _follow(self) -> None:
        async with contextlib.aclosing(self._source.news()) as told:
            async for news in told:
                self._reports.take(news)
                self._want(news)
                self._due.set()

    def _want(self, news: News) -> None:
        if news.complete:
            self._news.update(self._wanted or ())
        wanted = {} if news.complete else dict(self._wanted or {})
        self._news.update(news.guilds)
        for guild_id, known in news.guilds.items():
            if known is not None and (known.record is not None or known.keep):
                wanted[guild_id] = known
            else:
                wanted.pop(guild_id, None)
        self._wanted = wanted

    async def _look(self) -> None:
        """Notice that Redis no longer has what we wrote: flushed, restarted, or somebody else writes too."""
        await self._clock.sleep(LOOK_SECONDS)
        async with self._turn:
            if self._written is None:
                return
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.get(COMPLETE)
                pipe.hlen(CONFIG)
                marker, count = await pipe.execute()
            if marker is not None and as_text(marker) == self._marker and count == len(self._written):
                return
        found = None if marker is None else Marker.from_json(marker)
        if found is not None and found.epoch != self._epoch:
            _log.error("another publisher writes to this Redis: give every install its own", epoch=found.epoch)
        else:
            _log.warning("the published configuration vanished from Redis, publishing it again")
        self._distrust()

    async def _publish(self) -> None:
        await self._due.wait()
        self._due.clear()
        async with self._turn:
            if self._wanted is None:
                return
            if self._written is None:
                await self._publish_all()
            else:
                await self._publish_changes(self._written)
            if self._may_write():
                await self._reports.write()
        self.trouble = ""

    def _check_turn(self) -> None:
        if not self._may_write():
            raise WatchError("it is not this process's turn to write any more")

    async def _publish_all(self) -> None:
        """Make Redis say exactly what is wanted, without trusting what is there, then vouch for it."""
        self._check_turn()
        token = self._chance.token()
        await self._redis.set(PUBLISHING, token, ex=PUBLISHING_SECONDS)
        found = {as_text(guild): _as_bytes(record) for guild, record in (await self._redis.hgetall(CONFIG)).items()}
        await self._outgrow(found)
        self._news.clear()
        wanted = self._wanted or {}
        self._settle(wanted, wanted, found)
        records = {guild: known.record for guild, known in wanted.items() if known.record is not None}
        for part in batched((guild for guild in records if found.get(guild) != records[guild]), AT_ONCE, strict=False):
            await self._write_part(token, {guild: records[guild] for guild in part}, ())
        for part in batched(found.keys() - records.keys(), AT_ONCE, strict=False):
            await self._write_part(token, {}, part)
        await self._vouch(token, records)
        _log.info("configuration published", guilds=len(records))
        gone = dict.fromkeys(found.keys() - records.keys())
        self._tell(gone | {guild: (wanted[guild].uid, wanted[guild].generation) for guild in records}, True)

    async def _write_part(self, token: str, records: Mapping[str, bytes], gone: Sequence[str]) -> None:
        """Write some of everything, unless another publisher began meanwhile: it may know better."""
        self._check_turn()
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(PUBLISHING)
            _expect(token, await pipe.get(PUBLISHING))
            pipe.multi()  # type: ignore[no-untyped-call]  # redis-py left it out
            if records:
                pipe.hset(CONFIG, mapping={guild: records[guild] for guild in records})
            if gone:
                pipe.hdel(CONFIG, *gone)
            await pipe.execute()

    async def _outgrow(self, found: Mapping[str, bytes]) -> None:
        """Where Redis has as new a generation of the same document, readers would not take ours: count on from it."""
        for guild_id, wanted in list((self._wanted or {}).items()):
            if wanted.record is None or guild_id not in found or found[guild_id] == wanted.record:
                continue
            uid, generation = identity(found[guild_id])
            if uid != wanted.uid or generation < wanted.generation:
                continue
            higher = await self._source.outgrow(guild_id, generation)
            if self._wanted is not None and self._wanted.get(guild_id) is wanted:
                stands = replace(wanted, generation=generation, record=found[guild_id])
                self._wanted[guild_id] = stands if higher is None else higher

    @staticmethod
    def _settle(guilds: Iterable[str], wanted: dict[str, Known], found: Mapping[str, bytes]) -> None:
        """Take over from `found` what only Redis knew to be in force."""
        for guild_id in guilds:
            known = wanted.get(guild_id)
            if known is None or known.record is not None or not known.keep:
                continue
            record = found.get(guild_id, UNKNOWN if known.never_defaults else None)
            if record is not None:
                uid, generation = identity(record)
                wanted[guild_id] = replace(known, uid=uid, generation=generation, record=record)

    async def _vouch(self, token: str, records: dict[str, bytes]) -> None:
        """Set the marker, unless something happened meanwhile to what was written before it."""
        self._check_turn()
        marker = self._next_marker(len(records))
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(PUBLISHING, CONFIG)
            standing, count = await pipe.get(PUBLISHING), await pipe.hlen(CONFIG)
            _expect(token, standing, whole=count == len(records))
            pipe.multi()  # type: ignore[no-untyped-call]  # redis-py left it out
            pipe.set(COMPLETE, marker)
            pipe.delete(PUBLISHING)
            pipe.publish(CHANGED, json.dumps({"all": True}))
            await pipe.execute()
        self._marker, self._written = marker, records

    async def _publish_changes(self, written: dict[str, bytes]) -> None:
        """Write what differs; the records and the marker that vouches for them change in one step."""
        guilds, self._news = self._news, set()
        wanted = self._wanted or {}
        self._settle(guilds, wanted, written)
        found = {guild: known for guild in guilds if (known := wanted.get(guild)) and known.record is not None}
        changed = {guild: known for guild, known in found.items() if written.get(guild) != known.record}
        gone = [guild for guild in guilds if guild in written and guild not in found]
        if changed or gone:
            self._check_turn()
            records = {guild: known.record for guild, known in changed.items() if known.record is not None}
            new = sum(guild not in written for guild in records)
            await self._write_changes(len(written) + new - len(gone), records, changed, gone)
            written.update(records)
            for guild in gone:
                del written[guild]
        told = {guild: (known.uid, known.generation) for guild, known in changed.items()}
        self._tell(dict.fromkeys(gone) | told, False)

    async def _write_changes(
        self, count: int, records: dict[str, bytes], changed: dict[str, Known], gone: list[str]
    ) -> None:
        marker = self._next_marker(count)
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(COMPLETE)
            standing = await pipe.get(COMPLETE)
            if standing is None or as_text(standing) != self._marker:
                raise WatchError("the published configuration is not as it was left")
            pipe.multi()  # type: ignore[no-untyped-call]  # redis-py left it out
            if records:
                pipe.hset(CONFIG, mapping={guild: records[guild] for guild in records})
            if gone:
                pipe.hdel(CONFIG, *gone)
            pipe.set(COMPLETE, marker)
            for guild, known in changed.items():
                pipe.publish(CHANGED, _announcement(guild, known))
            for guild in gone:
                pipe.publish(CHANGED, _announcement(guild, None))
            await pipe.execute()
        self._marker = marker
        for guild, known in changed.items():
            _log.info("configuration published", guild=guild, generation=known.generation)
        for guild in gone:
            _log.info("configuration withdrawn, the guild has no document any more", guild=guild)

    def _next_marker(self, count: int) -> str:
        self._revision += 1
        return Marker(self._clock.now().isoformat(), count, self._epoch, self._revision).to_json()


def _announcement(guild_id: str, known: Known | None) -> str:
    generation, uid = (known.generation, known.uid) if known else (None, None)
    return json.dumps({"guild": guild_id, "generation": generation, "uid": uid})


def _expect(token: str, standing: str | bytes | None, *, whole: bool = True) -> None:
    if standing is None or as_text(standing) != token or not whole:
        raise WatchError("Redis was flushed, or another publisher began, while everything was written")


def _as_bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
