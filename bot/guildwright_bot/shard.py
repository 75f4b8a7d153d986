"""The shard process: hears Discord's gateway and answers members. It identifies only once everything else is there."""

import asyncio
import re
import signal
from contextlib import suppress
from dataclasses import dataclass

import hikari
import structlog
import uvloop

from guildwright.platform import log, stream
from guildwright.platform.chance import SystemChance
from guildwright.platform.clock import Clock, SystemClock
from guildwright.platform.database import engine
from guildwright.platform.database.clock import DatabaseClock
from guildwright.platform.discord.errors import DiscordUnauthorized
from guildwright.platform.health import Check, Health, NotReady
from guildwright.platform.settings import Settings
from guildwright.platform.texts import FALLBACK
from guildwright_bot import connection, desk, status
from guildwright_bot import deps as assembly
from guildwright_bot.connection import Fatal
from guildwright_bot.core.listeners import Listeners
from guildwright_bot.gateway import build, intents_of
from guildwright_bot.live import LiveReport
from guildwright_bot.registry import collect
from guildwright_bot.standing import KnownStanding
from guildwright_bot.wiring import Wiring

# The supervisor kills 2.5 seconds after asking.
DRAIN_SECONDS = 1.0
CLOSE_SECONDS = 1.0
_LARGEST_COUNT = 16_384

_log = structlog.get_logger("guildwright.shard")


@dataclass(frozen=True)
class Share:
    """Which shards this process runs, of how many."""

    ids: tuple[int, ...]
    count: int


def parse_share(text: str) -> Share:
    """Read "0-3/16" or "5/16".

    Raises:
        ValueError: saying what is wrong with it.
    """
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?/(\d{1,5})", text.strip(), re.ASCII)
    if found is None:
        raise ValueError(f'--shards {text!r} cannot be read: write the first and last shard and the total, as "0-3/16"')
    first, last, count = int(found[1]), int(found[2] or found[1]), int(found[3])
    if not first <= last < count <= _LARGEST_COUNT:
        raise ValueError(
            f"--shards {text!r} makes no sense: shards count from 0, the last is below the total, "
            f"and the total is at most {_LARGEST_COUNT}"
        )
    return Share(tuple(range(first, last + 1)), count)


def main(settings: Settings, shards: str | None = None, *, clock: Clock | None = None) -> int:
    """The `guildwright shard` command: 0 after a stop by signal, 1 when it cannot start.

    `clock` is this machine's time, unless a test wants it wrong.
    """
    log.configure(settings, "shard")
    try:
        share = parse_share(shards) if shards is not None else None
        return uvloop.run(_run(settings, share, clock or SystemClock()))
    except (ValueError, OSError, Fatal) as error:
        _log.error("the shard cannot run", reason=str(error))
        return 1


async def _run(settings: Settings, share: Share | None, machine: Clock) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    redis = stream.connect(settings)
    clock = DatabaseClock(machine)
    deps = assembly.build(settings, "shard", clock, SystemChance(), redis)
    await engine.open_database(settings)
    process = Process(deps, clock, share)
    health = Health(settings, deps.clock, process.checks())
    await health.start()
    try:
        clock.start()
        await deps.discord.start()
        await deps.config.start()
        await process.run(stopped)
    finally:
        await process.close()
        await health.stop()
        await deps.config.stop()
        await deps.discord.stop()
        await redis.aclose()
        await clock.stop()
        await engine.close_database()
    _log.info("stopped")
    return 0


class Process:
    """The shards of one process."""

    def __init__(self, deps: assembly.Deps, clock: DatabaseClock, share: Share | None) -> None:
        self._deps = deps
        self._clock = clock
        self._share = share
        self._intents = intents_of(deps.settings)
        self._bot: hikari.GatewayBot | None = None
        self._missing: list[str] = []
        self._live = LiveReport(deps.config, deps.redis, deps.clock, deps.chance)

    async def run(self, stopped: asyncio.Event) -> None:
        """Connect and stay connected until `stopped`; it is obeyed at any moment.

        Raises:
            Fatal: only a person can mend it.
        """
        work = asyncio.create_task(self._work(stopped), name="shards")
        ending = asyncio.create_task(stopped.wait(), name="stop")
        telling = asyncio.create_task(self._live.run(), name="live")
        await asyncio.wait({work, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        telling.cancel()
        if work.done():
            work.result()
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work

    async def _work(self, stopped: asyncio.Event) -> None:
        await self._deps.config.wait_ready()
        await engine.wait_until_up(stopped)
        await self._clock.wait_known()
        tries = 0
        while not stopped.is_set():
            try:
                await connection.wait_for_budget(self._deps, len(self._share.ids) if self._share else 1)
                await self._connect()
                tries = 0
                await self._stay()
            except (hikari.HikariError, OSError, RuntimeError, DiscordUnauthorized) as error:
                self._intents, missing = connection.explain(error, self._intents)
                self._missing = missing or self._missing
            await self._drop()
            tries += 1
            await self._deps.clock.sleep(connection.pause(tries))

    async def _connect(self) -> None:
        token = self._deps.settings.discord_token
        bot = build(self._deps.settings, token.get_secret_value() if token else "", self._intents, self._may_identify)
        sees = bool(self._intents & hikari.Intents.MESSAGE_CONTENT)
        standing = KnownStanding(self._deps.discord, bot.cache, sees_messages=sees)
        Wiring(self._deps, standing, collect(self._deps.texts)).connect(bot)
        Listeners(self._deps).subscribe(bot)
        self._live.subscribe(bot)
        self._bot = bot
        await bot.start(
            activity=hikari.Activity(
                name=self._deps.texts.text(FALLBACK, "presence"), type=hikari.ActivityType.LISTENING
            ),
            check_for_updates=False,
            shard_ids=self._share.ids if self._share else None,
            shard_count=self._share.count if self._share else None,
        )
        _log.info("connected", shards=[*bot.shards], of=bot.shard_count, without=self._missing or None)

    async def _may_identify(self) -> None:
        await connection.wait_for_budget(self._deps, 1)

    async def _stay(self) -> None:
        """Write down how the shards are until one of them ends for good."""
        bot = self._bot
        if bot is None:
            return
        reporting = asyncio.create_task(status.report(self._deps, bot, lambda: self._missing), name="status")
        try:
            await bot.join()
        finally:
            reporting.cancel()

    async def _drop(self) -> None:
        bot, self._bot = self._bot, None
        if bot is not None and bot.is_alive:
            with suppress(hikari.HikariError, OSError, RuntimeError):
                await bot.close()

    async def close(self) -> None:
        """Hear no more, let the handlers that run finish for a second, and say goodbye."""
        bot = self._bot
        if bot is None or not bot.is_alive:
            return
        with suppress(TimeoutError, hikari.HikariError, OSError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.gather(*(shard.close() for shard in bot.shards.values() if shard.is_alive))
        await status.forget(self._deps, bot)
        await desk.drained(DRAIN_SECONDS)
        with suppress(TimeoutError, hikari.HikariError, OSError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await bot.close()

    def checks(self) -> dict[str, Check]:
        """What has to be so before a shard counts as ready."""

        async def postgres() -> str:
            await engine.ping()
            return "answers"

        async def config() -> str:
            if not self._deps.config.ready:
                raise NotReady("no complete config in Redis yet; is the publisher (`guildwright up`) running?")
            return "complete"

        async def gateway() -> str:
            shards = [*self._bot.shards.values()] if self._bot is not None else []
            connected = [shard.id for shard in shards if shard.is_connected]
            if not shards or len(connected) < len(shards):
                raise NotReady(f"{len(connected)} of {len(shards) or 'no'} shards are connected")
            without = f", without {', '.join(self._missing)}" if self._missing else ""
            return f"{len(connected)} shards are connected{without}"

        return {"postgres": postgres, "config": config, "gateway": gateway}
