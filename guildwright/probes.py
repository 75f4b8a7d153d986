"""How `guildwright up` knows that what it started does its work. Each returns once it does."""

import asyncio
import contextlib
import json
from pathlib import Path

import aiohttp
import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError


async def file(path: Path) -> None:
    """Return once the file is there."""
    while not path.exists():  # noqa: ASYNC110,ASYNC240  another process writes it; nobody could set an Event
        await asyncio.sleep(0.02)


async def healthy(path: Path) -> None:
    """Return once the process whose health file this is says it is ready."""
    await file(path)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        while True:
            where = json.loads(path.read_text())  # noqa: ASYNC240  80 bytes; read again, a restarted process moves
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"http://{where['host']}:{where['port']}/readyz") as answer:
                    if answer.ok:
                        return
            await asyncio.sleep(0.05)


async def redis(url: str) -> None:
    """Return once the Redis at this URL answers a ping."""
    async with Redis.from_url(url) as client:
        while True:
            try:
                await client.ping()
            except (RedisError, OSError):
                await asyncio.sleep(0.02)
            else:
                return


async def declared(database_url: str) -> None:
    """Return once the slash commands are declared: until then Discord knows none, and a click-through fails."""
    connection = await asyncpg.connect(database_url, timeout=5)
    settled = (
        "SELECT count(*) > 0 AND count(*) FILTER (WHERE state NOT IN ('done', 'dead')) = 0 "
        "FROM job WHERE kind = 'core.declare' AND due <= now()"
    )
    try:
        while not await connection.fetchval(settled):  # noqa: ASYNC110  a worker makes it so
            await asyncio.sleep(0.05)
    finally:
        await connection.close()
