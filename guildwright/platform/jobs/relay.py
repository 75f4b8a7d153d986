"""Moves due jobs from the table to the streams, on time and without asking the database all day.

It sleeps until the next job is due, and is woken by NOTIFY when an earlier one is committed. It runs in every worker;
`SKIP LOCKED` keeps them out of each other's way.
"""

import asyncio
from contextlib import suppress
from typing import Any

import structlog
from redis.exceptions import RedisError

from guildwright.platform.database import engine
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.jobs import store
from guildwright.platform.jobs.carrier import Carrier
from guildwright.platform.jobs.store import CHANNEL, LOOK_SECONDS

# No more of one kind are on a stream untaken: what Redis can lose, and what is sent again, stays small.
WINDOW = 200
_BATCH = 100
_CROWDED_PAUSE = 0.1

_log = structlog.get_logger("guildwright.jobs.relay")


class Relay:
    """One per worker."""

    def __init__(self, kinds: list[str], carrier: Carrier) -> None:
        self._kinds = kinds
        self._carrier = carrier
        self._woken = asyncio.Event()
        self._listener: Any = None

    def wake(self, *_: object) -> None:
        """Look at once."""
        self._woken.set()

    async def run(self, stopped: asyncio.Event) -> None:
        """Until `stopped`; through any absence of PostgreSQL and Redis."""
        try:
            while not stopped.is_set():
                try:
                    await self._listen()
                    pause = await self._round(stopped)
                except Exception as error:
                    if not is_database_away(error):
                        raise
                    _log.warning("PostgreSQL is away; jobs wait", error=str(error))
                    if await engine.wait_until_up(stopped):
                        _log.info("PostgreSQL is back")
                    continue
                await self._rest(pause, stopped)
        finally:
            await self._deafen()

    async def _round(self, stopped: asyncio.Event) -> float:
        """Send what is due; the seconds until there may be more."""
        self._woken.clear()
        pause = await store.next_due(self._kinds)
        if pause is None:
            return LOOK_SECONDS
        if pause > 0:
            return min(pause, LOOK_SECONDS)
        sent = await store.sent_counts(self._kinds)
        room = [kind for kind in self._kinds if sent.get(kind, 0) < WINDOW]
        jobs = await store.take_due(room, _BATCH) if room else []
        if not jobs:
            return _CROWDED_PAUSE
        try:
            await self._carrier.send(jobs)
        except (RedisError, OSError, TimeoutError) as error:
            await store.unsend([job_id for job_id, _ in jobs])
            _log.warning("Redis is away; due jobs wait", jobs=len(jobs), error=str(error))
            await self._carrier.wait_until_up(stopped)
        return 0

    async def _rest(self, seconds: float, stopped: asyncio.Event) -> None:
        if seconds <= 0:
            return
        waits = [asyncio.ensure_future(self._woken.wait()), asyncio.ensure_future(stopped.wait())]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _listen(self) -> None:
        if self._listener is not None and not self._listener.is_closed():
            return
        self._listener = await engine.connect()
        self._listener.add_termination_listener(self.wake)
        await self._listener.add_listener(CHANNEL, self.wake)

    async def _deafen(self) -> None:
        if self._listener is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._listener.close(), timeout=0.5)
