"""The one way to a Redis connection, so that every process waits for and returns to it alike."""

from typing import TYPE_CHECKING

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings

TIMEOUT_SECONDS = 5.0


def redis_url(settings: "Settings") -> str:
    """`REDIS_URL`.

    Raises:
        ValueError: when the settings name no Redis.
    """
    if settings.redis_url is None:
        raise ValueError("REDIS_URL is not set: `guildwright up` sets it, or give redis://host:6379/0")
    return settings.redis_url.get_secret_value()


def connect(settings: "Settings") -> Redis:
    """A Redis client that connects when first used, and again after Redis went away.

    A call is tried once more on a fresh connection, since an idle one may have died unnoticed; then it raises, and the
    caller decides what waiting means for it.
    """
    client: Redis = Redis.from_url(
        redis_url(settings),
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
    )
    return client
