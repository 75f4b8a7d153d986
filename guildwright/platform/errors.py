"""Tells people of faults: an id for the user, the story for the log, and both for whoever listens in Redis."""

import asyncio
import json
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError
from structlog.contextvars import get_contextvars

from guildwright.platform.chance import Chance
from guildwright.platform.clock import Clock
from guildwright.platform.log import redact

if TYPE_CHECKING:
    from redis.asyncio import Redis

CHANNEL = "bot_errors"
_KEPT = 1000
_ID_LENGTH = 8
_STORY_LENGTH = 8000
_TIMEOUT_SECONDS = 0.5

_log = structlog.get_logger("guildwright.errors")


class Errors:
    """The one place that faults are reported to."""

    def __init__(self, redis: "Redis", process: str, clock: Clock, chance: Chance) -> None:
        self._redis = redis
        self._process = process
        self._clock = clock
        self._chance = chance

    async def report(self, error: BaseException, where: str, guild_id: int | None = None) -> str:
        """Log a fault and publish it on `bot_errors` (stream and channel). Never raises.

        Args:
            error: What was raised.
            where: What was being done: `command giveaway start`.
            guild_id: The guild it concerns; by default that of the log context.

        Returns:
            Eight hexadecimal digits, to be shown to the user and found in the log.
        """
        error_id = self._chance.token()[:_ID_LENGTH]
        guild = guild_id if guild_id is not None else get_contextvars().get("guild")
        _log.error("fault", error_id=error_id, where=where, guild=guild, exc_info=error)
        story = "".join(traceback.format_exception(error))[-_STORY_LENGTH:]
        record = json.dumps(
            {
                "id": error_id,
                "at": self._clock.now().isoformat(),
                "process": self._process,
                "guild": str(guild) if guild is not None else None,
                "where": where,
                "type": type(error).__name__,
                "message": redact(str(error))[:1000],
                "traceback": redact(story),
            }
        )
        with suppress(RedisError, OSError, TimeoutError):
            await asyncio.wait_for(self._publish(record), timeout=_TIMEOUT_SECONDS)
        return error_id

    async def _publish(self, record: str) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.xadd(CHANNEL, {"json": record}, maxlen=_KEPT, approximate=True)
            pipe.publish(CHANNEL, record)
            await pipe.execute()
