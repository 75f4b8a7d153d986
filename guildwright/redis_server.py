"""The private Redis of `guildwright up`: a unix socket only its owner may open, nothing kept on disk.

Redis carries and wakes; the truth is in Postgres and in the GuildConfig files, so an empty Redis loses nothing.
"""

import asyncio
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from guildwright import system
from guildwright.supervisor import Child


def url(run: Path) -> str:
    """Return the URL of the Redis whose socket is in `run`."""
    return f"unix://{run / 'redis.sock'}"


def child(program: str, run: Path, logs: Path) -> Child:
    """Return the Redis to run; `program` is the path of redis-server or valkey-server."""
    flags = {
        "--port": "0",
        "--unixsocket": str(run / "redis.sock"),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--maxmemory-policy": "noeviction",
        "--dir": str(run),
    }
    argv = (program, *(word for flag in flags.items() for word in flag))
    return Child("redis", argv, ready=lambda: answers(url(run)), log=logs / "redis.log")


async def answers(redis_url: str) -> None:
    """Return once the Redis at this URL answers a ping."""
    client = Redis.from_url(redis_url)
    try:
        while True:
            try:
                await client.ping()
            except (RedisError, OSError):
                await asyncio.sleep(0.02)
            else:
                return
    finally:
        await client.aclose()
