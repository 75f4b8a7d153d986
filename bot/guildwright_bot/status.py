"""Writes into Redis how each shard is, for `guildwright guilds list`, the doctor and the dashboard."""

import json
import math
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC

import hikari
from prometheus_client import Gauge
from redis.exceptions import RedisError

from guildwright.platform.config.keys import SHARDS
from guildwright_bot.deps import Deps

PAUSE_SECONDS = 5.0
_CONNECTED = Gauge("guildwright_shard_connected", "1 while the shard is connected.", ["shard"])
_GUILDS = Gauge("guildwright_shard_guilds", "Guilds of the shard.", ["shard"])
_LATENCY = Gauge("guildwright_shard_latency_seconds", "From heartbeat to its acknowledgement.", ["shard"])


async def report(deps: Deps, bot: hikari.GatewayBotAware, missing: Callable[[], list[str]]) -> None:
    """Write for ever. Redis may be away: nothing here waits for it."""
    while True:
        with suppress(RedisError, OSError, TimeoutError):
            for shard, said in statuses(deps, bot, missing()).items():
                await deps.redis.hset(SHARDS, shard, said)
        await deps.clock.sleep(PAUSE_SECONDS)


def statuses(deps: Deps, bot: hikari.GatewayBotAware, missing: list[str]) -> dict[str, str]:
    """JSON by shard id."""
    guilds: dict[int, list[str]] = {shard: [] for shard in bot.shards}
    for guild_id in bot.cache.get_guilds_view():
        guilds.setdefault((guild_id >> 22) % max(bot.shard_count, 1), []).append(str(guild_id))
    for shard in bot.shards.values():
        _CONNECTED.labels(str(shard.id)).set(shard.is_connected)
        _GUILDS.labels(str(shard.id)).set(len(guilds[shard.id]))
        _LATENCY.labels(str(shard.id)).set(shard.heartbeat_latency)
    return {
        str(shard.id): json.dumps(
            {
                "shard": shard.id,
                "of": bot.shard_count,
                "guilds": guilds[shard.id],
                "connected": shard.is_connected,
                "latency_ms": None if math.isnan(shard.heartbeat_latency) else round(shard.heartbeat_latency * 1000),
                "missing_intents": missing,
                "pid": os.getpid(),
                "at": deps.clock.now().astimezone(UTC).isoformat(timespec="seconds"),
            }
        )
        for shard in bot.shards.values()
    }


async def forget(deps: Deps, bot: hikari.GatewayBotAware) -> None:
    """Take the shards off the list at an orderly stop."""
    with suppress(RedisError, OSError, TimeoutError):
        if bot.shards:
            await deps.redis.hdel(SHARDS, *map(str, bot.shards))
