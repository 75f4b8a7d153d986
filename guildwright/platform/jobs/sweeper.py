"""Finds what others dropped: messages that Redis lost, and jobs whose worker died. Runs in every worker.

It reads all that is due, so the workers take turns: one of them looks each time, however many they are. A turn ends by
itself in Redis before its worker would come back for the next one, so when that worker dies, another takes it.
"""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import structlog
from redis.exceptions import RedisError

from guildwright.platform import metrics
from guildwright.platform.chance import Chance
from guildwright.platform.database import engine
from guildwright.platform.database.engine import transaction
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.jobs import backoff, store, worker_name
from guildwright.platform.jobs.carrier import Carrier
from guildwright.platform.jobs.registry import Registry
from guildwright.platform.jobs.relay import Relay

EVERY = timedelta(seconds=5)
_TURN = timedelta(seconds=4)
RESEND_AFTER = timedelta(seconds=10)
KEEP_DONE_DAYS = 7
_PURGE_EVERY = 120  # sweeps
_SHARED_DEATHS = 2  # times as often as it may fail, a job may be one of many whose worker died
_PURGE = 1000  # in one statement

_log = structlog.get_logger("guildwright.jobs.sweeper")


class Sweeper:
    """One per worker."""

    def __init__(self, registry: Registry, carrier: Carrier, relay: Relay, chance: Chance) -> None:
        self._registry = registry
        self._carrier = carrier
        self._relay = relay
        self._chance = chance
        self._lost = True  # at the start nobody knows what became of the messages
        self._called = asyncio.Event()
        self._sweeps = 0

    def streams_lost(self) -> None:
        """Redis came back, perhaps emptier: send again, now, what nobody has taken."""
        self._lost = True
        self._called.set()

    async def run(self, stopped: asyncio.Event) -> None:
        """Until `stopped`; through any absence of PostgreSQL and Redis."""
        while not stopped.is_set():
            try:
                await self.sweep()
            except (RedisError, OSError, TimeoutError) as error:
                _log.debug("sweep cut short", error=str(error))
            except Exception as error:
                if not is_database_away(error):
                    raise
                await engine.wait_until_up(stopped)
            await self._rest(stopped)

    async def sweep(self) -> None:
        """One look at everything, when it is this worker's turn, or when it may know more than the others.

        That is at its start, when it may stand in the place of one that was killed, and after a loss.
        """
        self._called.clear()
        if not await self._carrier.take_turn(_TURN.total_seconds()) and not self._lost:
            return
        lost, self._lost = self._lost, False
        try:
            again = await store.resend(self._registry.kinds, 0 if lost else RESEND_AFTER.total_seconds())
        except Exception:
            self._lost = lost
            raise
        if again:
            _log.info("sending again what nobody took", jobs=again)
        again += await self._take_back_all(await store.leases(self._registry.kinds))
        if again:
            self._relay.wake()
        self._sweeps += 1
        if self._sweeps % _PURGE_EVERY == 0:
            while await store.purge(KEEP_DONE_DAYS, _PURGE) == _PURGE:
                pass
            await self._carrier.forget_workers()
        await self._carrier.trim()

    async def _take_back_all(self, leases: list[dict[str, Any]]) -> int:
        """A row that somebody holds locked, half dead perhaps, must not keep us from the others."""
        neighbours = Counter(lease["leased_by"] for lease in leases)
        for lease in leases:
            lease["alone"] = neighbours[lease["leased_by"]] == 1
            lease["died"] = worker_name.is_certainly_dead(lease["leased_by"])
        lost = [lease for lease in leases if lease["ran_out"] or lease["died"]]
        if not lost:
            return 0
        async with transaction():
            free = await store.hold_free([(lease["id"], lease["fence"]) for lease in lost])
            return sum([await self._take_back(lease) for lease in lost if lease["id"] in free])

    async def _take_back(self, lease: dict[str, Any]) -> bool:
        consumer = self._registry[lease["kind"]]
        how = "died" if lease["died"] else "fell silent"
        reason = f"attempt {lease['attempt']}: the worker {lease['leased_by']} {how}"
        # Of many that ran there, at most one made it die; who made it die so often is counted like one that was alone.
        counted = lease["alone"] or lease["deaths"] >= _SHARED_DEATHS * consumer.max_attempts
        if counted and lease["attempt"] >= consumer.max_attempts:
            buried = await store.bury(lease["id"], lease["fence"], reason)
            if buried:
                metrics.JOBS.labels(lease["kind"], "dead").inc()
                _log.error("job became a dead letter", job=lease["id"], kind=lease["kind"], error=reason)
            return False
        # The first retry is at once: most often somebody just restarted the worker. Later ones come at different times,
        # so what makes workers die meets others each time.
        wait = timedelta()
        if (tries := lease["attempt"] + lease["deaths"]) > 1:
            wait = consumer.backoff.delay(tries - 1, backoff.roll(self._chance))
        _log.warning("taking a job back", job=lease["id"], kind=lease["kind"], reason=reason)
        metrics.JOBS.labels(lease["kind"], "taken_back").inc()
        back = store.Back(lease["id"], lease["fence"], wait.total_seconds())
        return bool(await store.put_back([back], error=reason, counted=counted, shared_death=not counted))

    async def _rest(self, stopped: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(self._called.wait()), asyncio.ensure_future(stopped.wait())]
        try:
            await asyncio.wait(waits, timeout=EVERY.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
