"""Carries the numbers of due jobs to workers: faststream on Redis Streams, made to survive the loss of Redis.

A stream is never the truth (that is the row in PostgreSQL), so messages need no acknowledgement: one that is lost is
sent again, and one that comes twice finds the job taken. What faststream lacks is put right in the client that it
reads with: it creates its group at `$` (what was sent before the first start is never seen), stops for good when the
group is gone (FLUSHALL), and rests five seconds after every broken connection.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Protocol, cast

import msgspec
import structlog
from faststream import AckPolicy
from faststream.redis import RedisBroker, StreamSub
from faststream.redis.configs import ConnectionState, RedisConnectionState
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from guildwright.platform.jobs.turns import Turns

GROUP = "workers"
_PREFIX = "guildwright:jobs:"
_BLOCK_MILLISECONDS = 2000
_PAUSE_SECONDS = 0.25
_KEEP_SECONDS = 120  # a message as old as this was sent again long ago

# NOGROUP: there is no such stream or group. UNBLOCKED: there was one while we waited on it.
_GONE = ("NOGROUP", "UNBLOCKED")

_MOST_MESSAGES = 32  # in one read
_BODY = b"__data__"  # where faststream looks for it

# A job's number, and its guild's.
type Numbers = list[tuple[Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)], int | None]]


class Taker(Protocol):
    """Who gets what was read."""

    def room(self, kind: str) -> int:
        """How many jobs of a kind it could begin now. About as many are read: what one has read no other begins."""
        ...

    async def take(self, kind: str, jobs: Numbers) -> None:
        """Jobs of a kind were read; the next read of that kind waits until this returns."""
        ...


_log = structlog.get_logger("guildwright.jobs.carrier")


def stream_of(kind: str) -> str:
    """The stream that carries jobs of a kind."""
    return f"{_PREFIX}{kind}"


@dataclass(frozen=True)
class Parcel:
    """One message: jobs of one kind."""

    kind: str
    jobs: Numbers


class _DurableRedis(Redis):
    """A client whose group reads wait out an absent Redis, and make the group again when Redis comes back empty."""

    on_loss: Callable[[], None] = staticmethod(lambda: None)
    wanted: Callable[[str], int] = staticmethod(lambda _: 1)
    _away = False

    async def xreadgroup(self, groupname: str, consumername: str, streams: Any, **options: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
        names: list[str] = list(streams)
        options["count"] = min(self.wanted(name) for name in names)
        try:
            answer: Any = await super().xreadgroup(groupname, consumername, streams, **options)
        except (RedisError, OSError, TimeoutError) as error:
            await self._mend(error, groupname, list(streams))
            return []
        if self._away:
            self._away = False
            _log.info("Redis is back")
            self.on_loss()
        # A message that is none of ours would spoil the others of its read.
        read: list[Any] = answer or []
        return [(name, [entry for entry in entries if _BODY in (entry[1] or {})]) for name, entries in read]

    async def _mend(self, error: Exception, groupname: str, streams: list[str]) -> None:
        """Never raises: faststream would stop for good, or read again without a pause."""
        if isinstance(error, ResponseError) and any(word in str(error) for word in _GONE):
            try:
                for name in streams:
                    await self.xgroup_create(name, groupname)
            except (RedisError, OSError, TimeoutError) as refused:  # it is full, say: asked again after a pause
                error = refused
            else:
                _log.warning("the streams are gone; made them again", streams=streams)
                self.on_loss()
                return
        if not self._away:
            self._away = True
            _log.warning("Redis is away; jobs wait", error=str(error))
        await asyncio.sleep(_PAUSE_SECONDS)

    async def xgroup_create(self, name: Any, groupname: Any, id: Any = "0", mkstream: bool = True, **_: Any) -> Any:  # type: ignore[override]  # noqa: A002, ANN401, ARG002
        try:
            return await super().xgroup_create(name, groupname, id="0", mkstream=mkstream)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
            return False


class _Connection(RedisConnectionState):
    def __init__(self, options: dict[str, Any], on_loss: Callable[[], None], wanted: Callable[[str], int]) -> None:
        super().__init__(options)
        self._on_loss = on_loss
        self._wanted = wanted

    async def connect(self) -> "Redis":
        pool = ConnectionPool(**{**self._options, "retry": Retry(NoBackoff(), 0)})
        client = cast("_DurableRedis", _DurableRedis.from_pool(pool))
        client.on_loss = self._on_loss
        client.wanted = self._wanted
        self._client = client
        self._connected = True
        return client


class _Broker(RedisBroker):
    def __init__(
        self,
        url: str,
        on_loss: Callable[[], None],
        wanted: Callable[[str], int],
        **options: Any,  # noqa: ANN401
    ) -> None:
        self._on_loss = on_loss
        self._wanted = wanted
        super().__init__(url, **options)

    def _make_connection_state(
        self, connection_options: dict[str, Any], kwargs: dict[str, Any]
    ) -> "ConnectionState[Any]":
        del kwargs
        return _Connection(connection_options, self._on_loss, self._wanted)


class Carrier:
    """The streams of one worker."""

    def __init__(self, url: str, kinds: Iterable[str], worker: str, taker: Taker, on_loss: Callable[[], None]) -> None:
        """Nothing is connected yet.

        Args:
            url: Of Redis.
            kinds: What to listen for.
            worker: The consumer's name in the group.
            taker: Gets what was read.
            on_loss: Called after Redis lost messages, or may have.
        """
        self._kinds = list(kinds)
        self._turns = Turns(worker, self._kinds)
        self._taker = taker
        self._per_message = dict.fromkeys(self._kinds, 1.0)
        self._kind_of = {stream_of(kind): kind for kind in self._kinds}
        self._broker = _Broker(
            url,
            on_loss,
            self._wanted,
            logger=logging.getLogger("faststream"),
            log_level=logging.DEBUG,
            apply_types=False,
            graceful_timeout=0.2,
            socket_timeout=_BLOCK_MILLISECONDS / 1000 + 3,
            socket_connect_timeout=2.0,
        )
        for kind in self._kinds:
            self._subscribe(kind, worker)

    def _wanted(self, stream: str) -> int:
        """How many messages to read, by the size of the last ones."""
        kind = self._kind_of[stream]
        return max(1, min(math.ceil(self._taker.room(kind) / self._per_message[kind]), _MOST_MESSAGES))

    def _subscribe(self, kind: str, worker: str) -> None:
        stream = StreamSub(
            stream_of(kind),
            group=GROUP,
            consumer=worker,
            no_ack=True,
            polling_interval=_BLOCK_MILLISECONDS,
            batch=True,
            max_records=_MOST_MESSAGES,
        )

        @self._broker.subscriber(stream=stream, ack_policy=AckPolicy.MANUAL)
        async def carry(messages: list[object]) -> None:
            numbers: Numbers = []
            for message in messages:
                try:
                    numbers += msgspec.convert(message, Numbers)
                except msgspec.ValidationError:
                    _log.warning("a message that is no job", kind=kind, message=repr(message)[:100])
            self._per_message[kind] = max(1.0, len(numbers) / len(messages))
            await self._taker.take(kind, numbers)

    @property
    def _client(self) -> Redis:
        return cast("Redis", self._broker.config.broker_config.connection.client)

    async def start(self, stopped: asyncio.Event) -> bool:
        """Wait for Redis, then listen. False when `stopped` is set first."""
        await self._broker.connect()
        if not await self._answers():
            _log.warning("waiting for Redis")
        while await self.wait_until_up(stopped):
            try:
                await self._broker.start()
            except (RedisError, OSError, TimeoutError):
                continue
            return True
        return False

    async def stop(self) -> None:
        """Listen no more."""
        await self._broker.stop()

    async def wait_until_up(self, stopped: asyncio.Event) -> bool:
        """Poll until Redis answers: True. False when `stopped` is set first."""
        while not stopped.is_set():
            if await self._answers():
                return True
            await asyncio.sleep(_PAUSE_SECONDS)
        return False

    async def _answers(self) -> bool:
        try:
            await self._client.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True

    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Put each on its stream, in one round trip.

        Raises:
            RedisError, OSError, TimeoutError: when it is not known whether they arrived.
        """
        async with self._client.pipeline(transaction=False) as pipe:
            for parcel in parcels:
                pipe.xadd(stream_of(parcel.kind), {_BODY: msgspec.json.encode(parcel.jobs)})
            await pipe.execute()

    async def take_turn(self, seconds: float) -> bool:
        """Whether it is this worker's turn to look after the jobs of all that have the same kinds; see `Turns`."""
        return await self._turns.take(self._client, seconds)

    async def forget_workers(self, idle: timedelta = timedelta(days=1)) -> None:
        """Drop from the groups who has not read for so long: every start of a worker has a name of its own."""
        for kind in self._kinds:
            with suppress(ResponseError):  # no such stream or group: it is made again by who reads
                for one in await self._client.xinfo_consumers(stream_of(kind), GROUP):
                    if one["idle"] > idle / timedelta(milliseconds=1):
                        await self._client.xgroup_delconsumer(stream_of(kind), GROUP, one["name"])

    async def trim(self) -> None:
        """Drop messages that have long been sent again. By age alone: a length would drop unread ones."""
        seconds, _ = await self._client.time()
        async with self._client.pipeline(transaction=False) as pipe:
            for kind in self._kinds:
                pipe.xtrim(stream_of(kind), minid=f"{(int(seconds) - _KEEP_SECONDS) * 1000}")
            await pipe.execute()
