"""Moves due jobs from the table to the streams, on time and without asking the database all day.

It sleeps until the next job is due, and is woken by NOTIFY when an earlier one is committed. It runs in every worker;
`SKIP LOCKED` keeps them out of each other's way.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import structlog
from redis.exceptions import RedisError

from guildwright.platform.clock import Clock
from guildwright.platform.database import engine
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.jobs import due, store
from guildwright.platform.jobs.carrier import Carrier, Parcel
from guildwright.platform.jobs.due import Due
from guildwright.platform.jobs.durable import pause_seconds, rest
from guildwright.platform.jobs.flow import Flow
from guildwright.platform.jobs.store import CHANNEL, LOOK_SECONDS

_CROWDED_PAUSE = 0.1

_log = structlog.get_logger("guildwright.jobs.relay")


class Relay:
    """One per worker."""

    def __init__(self, kinds: list[str], carrier: Carrier, clock: Clock) -> None:
        self._kinds = kinds
        self._carrier = carrier
        self._clock = clock
        self._flows = {kind: Flow() for kind in kinds}
        self._woken = asyncio.Event()
        self._counted_at = -1e9
        self._failed = 0  # rounds in a row, by PostgreSQL
        self._refused = 0  # sends in a row, by Redis
        self._listener: Any = None

    def wake(self, *_: object) -> None:
        """Look at once."""
        self._woken.set()

    def taken(self, kind: str, job_ids: Iterable[int], *, hungry: bool) -> None:
        """Our worker took these of the line, or found them taken. `hungry`: it has read no others of the kind."""
        flow = self._flows[kind]
        for job_id in job_ids:
            flow.line.pop(job_id, None)
        if hungry and flow.crowded and len(flow.line) <= flow.window // 2:
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
                    if not self._failed:
                        _log.warning("PostgreSQL is away; jobs wait", error=str(error) or repr(error))
                    self._failed += 1
                    await engine.wait_until_up(stopped)
                    await _pause_after(self._failed, stopped)
                    continue
                if self._failed:
                    _log.info("PostgreSQL is back", tries=self._failed)
                    self._failed = 0
                await self._rest(pause, stopped)
        finally:
            await self._deafen()

    async def _round(self, stopped: asyncio.Event) -> float:
        """Send what is due; the seconds until there may be more."""
        self._woken.clear()
        looks = await due.look(self._kinds)
        pause = min((seconds for seconds in looks.values() if seconds > 0), default=LOOK_SECONDS)
        rooms = await self._rooms({kind for kind, seconds in looks.items() if seconds <= 0})
        jobs = await self._take({kind: room for kind, room in rooms.items() if room})
        if jobs and not await self._send(jobs):
            await self._carrier.wait_until_up(stopped)
            await _pause_after(self._refused, stopped)
            return 0
        if self._refused and not rooms and await self._carrier.takes_jobs():
            self._sends()  # others have sent what we could not
        if jobs and not all(self._flows[kind].crowded for kind in rooms):
            return 0
        return min(pause, _CROWDED_PAUSE) if rooms else min(pause, LOOK_SECONDS)

    async def _rooms(self, late: set[str]) -> dict[str, int]:
        """How many of each due kind can be sent."""
        now = self._clock.monotonic()
        if now - self._counted_at > _CROWDED_PAUSE:
            self._counted_at = now
            await self._recount([flow for kind, flow in self._flows.items() if kind in late and flow.looks_full])
        rooms: dict[str, int] = {}
        for kind, flow in self._flows.items():
            if kind in late:
                rooms[kind] = flow.room(now)
            else:
                flow.settled()
        return rooms

    async def _recount(self, flows: list[Flow]) -> None:
        """Our own worker tells us what it took; others do not."""
        if flows:
            sent = await due.still_sent([job_id for flow in flows for job_id in flow.line])
            for flow in flows:
                flow.line = {job_id: guild for job_id, guild in flow.line.items() if job_id in sent}

    async def _take(self, rooms: dict[str, int]) -> list[Due]:
        plain = {kind: room for kind, room in rooms.items() if not self._flows[kind].crowded}
        jobs = await due.take(plain) if plain else []
        now = self._clock.monotonic()
        for kind, room in plain.items():
            self._flows[kind].took(room, [(job.id, job.guild) for job in jobs if job.kind == kind], now)
        for kind, room in rooms.items():
            if kind not in plain:
                jobs += await self._take_in_turns(kind, room)
        return jobs

    async def _take_in_turns(self, kind: str, room: int) -> list[Due]:
        flow = self._flows[kind]
        now = self._clock.monotonic()
        if flow.wants_guilds(now):
            flow.heard(await due.guilds_due(kind), now, self._clock.monotonic())
        jobs = await due.take_in_turns(kind, flow.by_guild(), room, flow.guild_window)
        flow.took(room, [(job.id, job.guild) for job in jobs], self._clock.monotonic())
        return jobs

    async def _send(self, jobs: list[Due]) -> bool:
        """Put them on their streams; False when Redis is away or takes nothing, and they wait again."""
        try:
            await self._carrier.send(self._parcels(jobs))
        except (RedisError, OSError, TimeoutError) as error:
            await store.unsend([job.id for job in jobs])
            for job in jobs:
                self._flows[job.kind].line.pop(job.id, None)
            if not self._refused:
                _log.warning("Redis takes no jobs; what is due waits", jobs=len(jobs), error=str(error) or repr(error))
            self._refused += 1
            return False
        self._sends()
        return True

    def _sends(self) -> None:
        if self._refused:
            _log.info("Redis takes jobs again", tries=self._refused)
            self._refused = 0

    def _parcels(self, jobs: list[Due]) -> list[Parcel]:
        by_kind: dict[str, list[tuple[int, int | None]]] = {}
        for job in jobs:
            by_kind.setdefault(job.kind, []).append((job.id, job.guild))
        parcels: list[Parcel] = []
        for kind, numbers in by_kind.items():
            size = self._flows[kind].parcel
            parcels += [Parcel(kind, numbers[start : start + size]) for start in range(0, len(numbers), size)]
        return parcels

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


async def _pause_after(tries: int, stopped: asyncio.Event) -> None:
    """Before the next try; none after the first, which most likely found a server away that is back now.

    Nothing else ends it: what was not sent is announced again, as if it were new.
    """
    await rest(pause_seconds(tries - 1), stopped)
