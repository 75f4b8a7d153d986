"""Whose turn it is to do what one worker does for all others of the same kinds."""

import asyncio
import hashlib
from collections.abc import Iterable
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

_PREFIX = "guildwright:jobs:turn:"
_WITHIN = 1.0  # seconds, to answer whose it is


class Turns:
    """A key in Redis says whose turn it is, and ends by itself: who dies in their turn is followed by another."""

    def __init__(self, worker: str, kinds: Iterable[str]) -> None:
        self._worker = worker
        self._key = _PREFIX + hashlib.sha256("\n".join(sorted(kinds)).encode()).hexdigest()[:16]
        self._number = 0
        self._seen: tuple[str | bytes | None, float] = ("", 0.0)  # whose, and since when

    async def take(self, redis: Redis, seconds: float) -> bool:
        """Whether it is this worker's turn; for so long it is.

        It is everybody's while Redis does not answer, and of whoever finds that a turn lasts longer than it may:
        then the clock of Redis' machine put off its end.
        """
        self._number += 1
        mine, lasts = f"{self._worker}:{self._number}", timedelta(seconds=seconds)
        try:
            async with asyncio.timeout(_WITHIN):
                if await redis.set(self._key, mine, nx=True, px=lasts):
                    return True
                seen, now = await redis.get(self._key), asyncio.get_running_loop().time()
                if seen != self._seen[0]:
                    self._seen = (seen, now)
                if now <= self._seen[1] + seconds:
                    return False
                await redis.set(self._key, mine, px=lasts)
        except (RedisError, OSError, TimeoutError):
            pass
        return True
