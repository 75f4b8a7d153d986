"""The worker process: runs the jobs of every feature until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import ModuleType

import asyncpg
import structlog
import uvloop

from guildwright.platform import log, stream
from guildwright.platform.chance import SystemChance
from guildwright.platform.clock import Clock, SystemClock
from guildwright.platform.database import engine
from guildwright.platform.database.clock import DatabaseClock
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.health import Check, Health, NotReady
from guildwright.platform.jobs import recurring
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.worker import JobWorker
from guildwright.platform.settings import Settings
from guildwright_bot import deps as wiring
from guildwright_bot.features import FEATURES

# The supervisor kills 2.5 seconds after asking.
GRACE_SECONDS = 1.2
_AGAIN_SECONDS = 2.0

type Wire = Callable[[wiring.Deps], list[Consumer]]

_log = structlog.get_logger("guildwright.worker")


def main(settings: Settings, *, clock: Clock | None = None, wire: Wire | None = None) -> int:
    """The `guildwright worker` command: 0 after a stop by signal, 1 when it cannot start.

    Args:
        settings: The host's.
        clock: This machine's time, unless a test wants it wrong.
        wire: Makes the consumers: `consumers`, unless a test wants to stand between them and the world.
    """
    log.configure(settings, "worker")
    try:
        return uvloop.run(_run(settings, clock or SystemClock(), wire or consumers))
    except (ValueError, OSError, asyncpg.PostgresError) as error:
        _log.error("the worker cannot start", reason=str(error))
        return 1


def consumers(deps: wiring.Deps) -> list[Consumer]:
    """Those of the core, and of every feature that has a `consumers.py`."""
    return [consumer for module in _modules() for consumer in module.consumers(deps)]


def recurring_jobs() -> dict[str, str]:
    """Cron texts (UTC) by the kinds of jobs that come again by themselves: `RECURRING` of the same modules."""
    return {kind: cron for module in _modules() for kind, cron in getattr(module, "RECURRING", {}).items()}


def _modules() -> list[ModuleType]:
    found = []
    for name in ("guildwright_bot.core.consumers", *(f"guildwright_bot.features.{f}.consumers" for f in FEATURES)):
        try:
            found.append(import_module(name))
        except ModuleNotFoundError as missing:
            if missing.name is None or not name.startswith(missing.name):
                raise
    return found


async def _run(settings: Settings, machine: Clock, wire: Wire) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    clock, chance = DatabaseClock(machine), SystemChance()
    redis = stream.connect(settings)
    deps = wiring.build(settings, "worker", clock, chance, redis)
    await engine.open_database(settings)
    worker = JobWorker(stream.redis_url(settings), wire(deps), clock, chance, deps.errors)
    health = Health(settings, clock, _checks(deps, worker), worker.measure)
    try:
        clock.start()
        await health.start()
        await deps.discord.start()
        await deps.config.start()
        await _until_stopped(worker, deps, clock, stopped)
    finally:
        await worker.stop(GRACE_SECONDS)
        await health.stop()
        await deps.config.stop()
        await deps.discord.stop()
        await redis.aclose()
        await clock.stop()
        await engine.close_database()
    _log.info("stopped")
    return 0


async def _until_stopped(worker: JobWorker, deps: wiring.Deps, clock: DatabaseClock, stopped: asyncio.Event) -> None:
    """Begin when config is there; a stop is obeyed at any moment, also while waiting for others."""

    async def begin() -> None:
        await deps.config.wait_ready()
        await clock.wait_known()
        await worker.start()
        await _let_recur(stopped)

    beginning = asyncio.create_task(begin())
    ending = asyncio.create_task(stopped.wait())
    await asyncio.wait({beginning, ending}, return_when=asyncio.FIRST_COMPLETED)
    if beginning.done():
        beginning.result()
    await ending
    beginning.cancel()
    with suppress(asyncio.CancelledError):
        await beginning


async def _let_recur(stopped: asyncio.Event) -> None:
    """See that what comes again by itself is known, through any absence of PostgreSQL."""
    while await engine.wait_until_up(stopped):
        try:
            for kind, cron in recurring_jobs().items():
                await recurring.ensure(kind, recurring.Schedule(cron), kind=kind, payload={})
        except Exception as error:
            if not is_database_away(error):
                raise
            with suppress(TimeoutError):  # it may answer, and be read-only
                await asyncio.wait_for(stopped.wait(), _AGAIN_SECONDS)
        else:
            return


def _checks(deps: wiring.Deps, worker: JobWorker) -> dict[str, Check]:
    async def postgres() -> str:
        await engine.ping()
        return "answers"

    async def redis() -> str:
        await deps.redis.ping()
        return "answers"

    async def config() -> str:
        if not deps.config.ready:
            raise NotReady("no complete config in Redis yet; is the publisher (`guildwright up`) running?")
        return "complete"

    async def discord() -> str:
        return f"logged in as {(await deps.discord.me()).username}"

    async def jobs() -> str:
        if not worker.working:
            raise NotReady("waiting for what the other checks name, or for `guildwright migrate`")
        return f"taken as {worker.name}"

    return {"postgres": postgres, "redis": redis, "config": config, "discord": discord, "jobs": jobs}
