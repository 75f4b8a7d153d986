"""Carries the numbers of due jobs to workers: faststream on Redis Streams, made to survive the loss of Redis.

A stream is never the truth (that is the row in PostgreSQL), so messages need no acknowledgement: one that is lost is
sent again, and one that comes twice finds the job taken. What faststream lacks is put right in `durable`.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Annotated, Protocol, cast

import msgspec
import structlog
from faststream import AckPolicy
from faststream.redis import StreamSub
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from guildwright.platform.jobs.durable import BODY, PAUSE_SECONDS, DurableBroker, pause_seconds, rest
from guildwright.platform.jobs.turns import Turns

GROUP = "workers"
_PREFIX = "guildwright:jobs:"
_BLOCK_MILLISECONDS = 2000
_KEEP_SECONDS = 120  # a message as old as this was sent again long ago
_MOST_MESSAGES = 32  # in one read

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
        self._broker = DurableBroker(
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
        for refused in count(1):
            if not await self.wait_until_up(stopped):
                break
            try:
                await self._broker.start()
            except (RedisError, OSError, TimeoutError) as error:
                if refused == 1:
                    _log.warning("Redis makes no streams; waiting until it does", error=str(error) or repr(error))
                for subscriber in self._broker.subscribers:  # one that listens by now would be started twice
                    await subscriber.stop()
                await rest(pause_seconds(refused), stopped)
            else:
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
            await asyncio.sleep(PAUSE_SECONDS)
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
                pipe.xadd(stream_of(parcel.kind), {BODY: msgspec.json.encode(parcel.jobs)})
            await pipe.execute()

    async def takes_jobs(self) -> bool:
        """Whether Redis would take what is sent: it keeps nothing of this, but refuses it when it is full."""
        try:
            await self._client.xadd(f"{_PREFIX}none", {BODY: b"[]"}, nomkstream=True)
        except (RedisError, OSError, TimeoutError):
            return False
        return True

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
