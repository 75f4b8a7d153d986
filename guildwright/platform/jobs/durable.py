"""The Redis that faststream reads streams with: it waits out a server that is away, full or empty, and goes on.

faststream creates its group at `$` (what was sent before the first start is never seen), stops for good when the group
is gone (FLUSHALL), and rests five seconds after every broken connection.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import structlog
from faststream.redis import RedisBroker
from faststream.redis.configs import ConnectionState, RedisConnectionState
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

BODY = b"__data__"  # where faststream looks for a message
PAUSE_SECONDS, _LONGEST_PAUSE = 0.25, 2.0

# NOGROUP: there is no such stream or group. UNBLOCKED: there was one while we waited on it.
_GONE = ("NOGROUP", "UNBLOCKED")

_log = structlog.get_logger("guildwright.jobs.carrier")


def pause_seconds(refused: int) -> float:
    """Before a server is asked again that answered and took nothing (it is full, read-only), so often in a row."""
    return min(PAUSE_SECONDS * refused, _LONGEST_PAUSE)


async def rest(seconds: float, stopped: asyncio.Event) -> None:
    """Until `stopped`, and not longer than that."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)


class _DurableRedis(Redis):
    """A client whose group reads wait out an absent Redis, and make the group again when Redis comes back empty."""

    on_loss: Callable[[], None] = staticmethod(lambda: None)
    wanted: Callable[[str], int] = staticmethod(lambda _: 1)

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self._away: Counter[str] = Counter()  # the streams that cannot be read, and how often in a row

    async def xreadgroup(self, groupname: str, consumername: str, streams: Any, **options: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
        names: list[str] = list(streams)
        options["count"] = min(self.wanted(name) for name in names)
        try:
            answer: Any = await super().xreadgroup(groupname, consumername, streams, **options)
        except (RedisError, OSError, TimeoutError) as error:
            await self._mend(error, groupname, names)
            return []
        if self._away.keys() & names:
            for name in names:
                del self._away[name]
            if not self._away:  # each kind reads for itself, and one may read while another cannot
                _log.info("Redis is back")
            self.on_loss()
        # A message that is none of ours would spoil the others of its read.
        read: list[Any] = answer or []
        return [(name, [entry for entry in entries if BODY in (entry[1] or {})]) for name, entries in read]

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
            _log.warning("Redis is away; jobs wait", error=str(error) or repr(error))
        self._away.update(streams)
        # Who gives no answer at all is asked as often as ever: it costs him nothing, and jobs run once he is back.
        tries = max(self._away[name] for name in streams) if isinstance(error, ResponseError) else 1
        await asyncio.sleep(pause_seconds(tries))

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


class DurableBroker(RedisBroker):
    """A broker whose subscribers read as said above; `wanted` is how many messages of a stream to read."""

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
