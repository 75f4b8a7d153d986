"""The operator process: watches always, leads while it holds the Lease."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Mapping
from typing import Any

import structlog
import uvloop

from guildwright.platform import log, stream
from guildwright.platform.chance import SystemChance
from guildwright.platform.clock import Clock, SystemClock
from guildwright.platform.config.cluster import Cluster, ClusterAway, ClusterRefused, connect
from guildwright.platform.health import Check, Health, NotReady
from guildwright.platform.settings import Settings
from guildwright_operator.apply import ClusterLeases, Writer
from guildwright_operator.controller import Controller
from guildwright_operator.documents import raw_from
from guildwright_operator.guild_config import Watch
from guildwright_operator.lease import Election
from guildwright_operator.metrics import LEADER

RELEASE_SECONDS = 1.0
PAUSE_SECONDS = 2.0  # after leading failed: another replica may do better, and a fault of ours is no hot loop
SILENT_SECONDS = 10.0

_log = structlog.get_logger("guildwright.operator")


def main(settings: Settings) -> int:
    """The `guildwright operator` command: 0 after a stop by signal, 1 when it cannot start."""
    log.configure(settings, "operator")
    try:
        return uvloop.run(_run(settings))
    except (ValueError, OSError, ClusterAway, ClusterRefused) as error:
        _log.error("the operator cannot start", reason=str(error))
        return 1


async def _run(settings: Settings) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    clock = SystemClock()
    async with connect(settings) as cluster, stream.connect(settings) as redis:
        identity = f"{socket.gethostname()}_{SystemChance().token()[:8]}"
        election = Election(ClusterLeases(cluster), identity, clock)
        writer = Writer(cluster, identity, clock, lambda: election.holds)
        controller = Controller(cluster, redis, clock, election, writer)
        watch = _watch(cluster, controller, clock)
        checks: Mapping[str, Check] = _checks(election, cluster, controller, clock)
        health = Health(settings, clock, checks, controller.measure, live=_alive(watch, controller))
        await health.start()
        tasks = [
            asyncio.create_task(work) for work in (controller.run(), watch.run(), elect(election, controller, clock))
        ]
        _log.info("operator started", namespace=cluster.namespace, identity=identity)
        try:
            await asyncio.wait({asyncio.create_task(stopped.wait()), *tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            await _release(election)
            await health.stop()
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    _log.info("stopped")
    return 0


def _watch(cluster: Cluster, controller: Controller, clock: Clock) -> Watch:
    loop = asyncio.get_running_loop()

    def seen(kind: str | None, obj: Mapping[str, Any]) -> None:
        """In kopf's thread: only what is small crosses over."""
        try:
            raw = raw_from(obj, gone=kind == "DELETED")
        except (KeyError, TypeError, ValueError):
            _log.exception("an object of the API server is not understood, passed over")
            return
        loop.call_soon_threadsafe(lambda: controller.seen(raw, listed=kind is None))

    return Watch(cluster.api.configuration, cluster.namespace, seen, clock)


async def elect(election: Election, controller: Controller, clock: Clock) -> None:
    """Lead whenever the Lease is ours."""
    while True:
        await election.follow()
        _log.info("leading", identity=election.identity)
        LEADER.set(1)
        leading = asyncio.create_task(controller.lead())
        try:
            failed = await _first(leading, asyncio.create_task(election.lead(controller.relist)))
        finally:
            LEADER.set(0)
        _log.warning("not leading any more")
        if failed:
            await _release(election)
            await clock.sleep(PAUSE_SECONDS)


async def _release(election: Election) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(RELEASE_SECONDS):
            await election.release()


async def _first(leading: "asyncio.Task[None]", renewing: "asyncio.Task[None]") -> bool:
    """Wait for either to end, and end both; whether one failed."""
    failed = False
    try:
        await asyncio.wait({leading, renewing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (leading, renewing):
            task.cancel()
        outcomes = await asyncio.gather(leading, renewing, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                failed = True
                _log.error("leading failed", exc_info=outcome)
    return failed


def _alive(watch: Watch, controller: Controller) -> Check:
    async def alive() -> str:
        await controller.round_trip()
        await watch.ping()
        return "the event loops and the queue turn"

    return alive


def _checks(election: Election, cluster: Cluster, controller: Controller, clock: Clock) -> dict[str, Check]:
    async def lead() -> str:
        """Whoever waits for its turn is as ready as who leads."""
        if not election.holds:
            return f"standby, {election.holder or 'nobody'} leads"
        return f"leader, but Redis takes nothing: {controller.trouble}" if controller.trouble else "leader"

    async def api_server() -> str:
        if clock.monotonic() - election.heard > SILENT_SECONDS:
            raise NotReady(f"the API server {cluster.server} does not answer, or refuses the Lease; see the log")
        return f"answers, namespace {cluster.namespace}"

    return {"lead": lead, "api server": api_server}
