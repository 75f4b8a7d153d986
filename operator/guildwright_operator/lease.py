"""Who leads: one process at a time, by a Lease of the cluster.

The library's own election (`kubernetes.aio.leaderelection`) measures by the wall clock, ends with the first error of
the connection, gives nothing back when it stops and cannot say whether the lease still holds at this moment. Here the
monotonic clock decides, from before the request that renewed it: a process that was stalled finds its time over.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from guildwright.platform.clock import Clock
from guildwright.platform.config.cluster import ClusterAway, ClusterRefused

LEASE_SECONDS = 5
MARGIN_SECONDS = 1.0  # the holder stops this much before others may begin
RENEW_SECONDS = 1.2
LOOK_SECONDS = 0.5  # how often the others look
ASK_SECONDS = 1.5
_CONFLICT = 409

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lease:
    """What the cluster's Lease says. `version` is what a write must name to succeed; None: there is no Lease yet."""

    holder: str = ""
    seconds: int = LEASE_SECONDS
    acquired: str = ""
    renewed: str = ""
    transitions: int = 0
    version: str | None = None


class Leases(Protocol):
    """The one Lease: read and written as a whole."""

    async def read(self) -> Lease:
        """What it says now."""
        ...

    async def write(self, lease: Lease) -> Lease:
        """Replace it; refused with 409 where it is no longer `lease.version`."""
        ...


class Election:
    """One candidate."""

    def __init__(self, leases: Leases, identity: str, clock: Clock) -> None:
        self.identity = identity
        self._leases = leases
        self._clock = clock
        self._until = float("-inf")
        self._seen = Lease()
        self._seen_at = float("-inf")
        self._said = ""
        self.heard = float("-inf")
        """When the API server last answered, on the monotonic clock."""

    @property
    def holds(self) -> bool:
        """Whether this process may write now. Ask right before writing."""
        return self._clock.monotonic() < self._until

    @property
    def holder(self) -> str:
        """Who leads, as far as known."""
        return self._seen.holder

    async def follow(self) -> None:
        """Return when this process leads."""
        while not await self._try():
            await self._clock.sleep(LOOK_SECONDS)

    async def lead(self, renewed_again: Callable[[], None] = lambda: None) -> None:
        """Renew; return when the lease is lost. `renewed_again` is told of a renewal after one that failed."""
        missed = False
        while True:
            # No later than the moment at which writing ends.
            left = self._until - self._clock.monotonic()
            await self._clock.sleep(min(RENEW_SECONDS if not missed else LOOK_SECONDS, left))
            if not self.holds:
                _log.warning("the lease could not be renewed in time: no longer the leader")
                return
            renewed = await self._try()
            if renewed and missed:
                renewed_again()
            elif not renewed and self._seen.holder not in {"", self.identity}:
                self._until = float("-inf")
                _log.warning("another process took the lease: no longer the leader", holder=self._seen.holder)
                return
            missed = not renewed

    async def release(self) -> None:
        """Give the lease back, so that another need not wait."""
        held, self._until = self.holds, float("-inf")
        if not held or await self._give(self._seen):
            return
        try:  # a renewal was cancelled on its way and succeeded nevertheless, as far as can be known here
            found = await self._leases.read()
        except (ClusterAway, ClusterRefused) as error:
            self._complain(error)
            return
        if found.holder == self.identity:
            await self._give(found)

    async def _give(self, lease: Lease) -> bool:
        return await self._ask_write(Lease("", 1, lease.acquired, self._now(), lease.transitions, lease.version))

    async def _try(self) -> bool:
        """Take or renew the lease, if it is free or ours."""
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(ASK_SECONDS):
                found = await self._leases.read()
        except (ClusterAway, ClusterRefused, TimeoutError) as error:
            self._complain(error)
            return False
        self._said, self.heard = "", self._clock.monotonic()
        self._observe(found)
        if found.holder == self.identity:  # nobody else had it since, or the write will fail
            wanted = Lease(self.identity, LEASE_SECONDS, found.acquired, self._now(), found.transitions, found.version)
        elif self._free(found):
            now = self._now()
            wanted = Lease(self.identity, LEASE_SECONDS, now, now, found.transitions + 1, found.version)
        else:
            return False
        if not await self._ask_write(wanted):
            return False
        self._until = began + LEASE_SECONDS - MARGIN_SECONDS
        return self.holds

    def _observe(self, found: Lease) -> None:
        if found.version != self._seen.version or found.version is None:
            self._seen_at = self._clock.monotonic()
        self._seen = found

    def _free(self, found: Lease) -> bool:
        """Its holder gave it back, or let its time pass as measured here: clocks of machines differ."""
        if not found.holder:
            return True
        return self._clock.monotonic() - self._seen_at >= found.seconds

    async def _ask_write(self, wanted: Lease) -> bool:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                self._seen = await self._leases.write(wanted)
        except ClusterRefused as error:
            if error.status != _CONFLICT:
                self._complain(error)
            return False
        except (ClusterAway, TimeoutError) as error:
            self._complain(error)
            return False
        self._seen_at = self._clock.monotonic()
        return True

    def _complain(self, error: Exception) -> None:
        text = str(error) or type(error).__name__
        if text != self._said:
            self._said = text
            _log.warning("the lease cannot be read or written, trying again", why=text)

    def _now(self) -> str:
        return self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def lease_from(obj: Mapping[str, Any]) -> Lease:
    """What an object of the API says."""
    spec = obj.get("spec") or {}
    return Lease(
        spec.get("holderIdentity") or "",
        int(spec.get("leaseDurationSeconds") or LEASE_SECONDS),
        spec.get("acquireTime") or "",
        spec.get("renewTime") or "",
        int(spec.get("leaseTransitions") or 0),
        obj["metadata"]["resourceVersion"],
    )
