"""How `guildwright up` knows that what it started does its work. Each returns once it does."""

import asyncio
import contextlib
import json
from pathlib import Path

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError


async def file(path: Path) -> None:
    """Return once the file is there."""
    while not path.exists():  # noqa: ASYNC110,ASYNC240  another process writes it; nobody could set an Event
        await asyncio.sleep(0.02)


async def healthy(path: Path) -> None:
    """Return once the process whose health file this is says it is ready."""
    await file(path)
    where = json.loads(path.read_text())  # noqa: ASYNC240  80 bytes on a local disk
    address = f"http://{where['host']}:{where['port']}/readyz"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(address) as answer:
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
