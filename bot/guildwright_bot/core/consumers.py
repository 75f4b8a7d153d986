"""The jobs that belong to no feature."""

from datetime import datetime

import structlog

from guildwright.platform.discord.client import DiscordRefused
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.core import service, store
from guildwright_bot.core.audit import Audit
from guildwright_bot.core.welcome import Welcome
from guildwright_bot.declare import Declarer
from guildwright_bot.deps import Deps

_log = structlog.get_logger("guildwright.core")


def consumers(deps: Deps) -> list[Consumer]:
    """What a worker runs for the core."""
    declaring = Declaring(Declarer(deps.discord, deps.texts, deps.settings.declare_guilds))
    return [
        Consumer(service.DECLARE, declaring.declare, concurrency=1),
        Consumer(service.WELCOME, Welcome(deps).greet),
        Consumer(service.ERASE, erase),
        Consumer(service.AUDIT, Audit(deps).write),
    ]


class Declaring:
    """Keeps Discord's idea of our commands the same as ours."""

    def __init__(self, declarer: Declarer) -> None:
        self._declarer = declarer

    async def declare(self, run: JobRun) -> None:
        """Compare, and declare where they differ: we changed, or somebody else changed or wiped what Discord had."""
        done: dict[str, dict[str, str]] = {}
        for scope, guild in self._declarer.scopes.items():
            async with run.step():
                last, versions = await store.declared(scope)
            try:
                if last != self._declarer.digest or versions != await self._declarer.registered(guild):
                    done[scope] = await self._declarer.declare(guild)
            except DiscordRefused as refused:
                _log.error("Discord refused the commands", scope=scope, why=str(refused))
                raise
        forgotten = await self._withdraw(run)
        async with run.finish():
            for scope, versions in done.items():
                await store.put_declared(scope, self._declarer.digest, versions)
            for scope in forgotten:
                await store.drop_declared(scope)

    async def _withdraw(self, run: JobRun) -> list[str]:
        """Take commands back from where the host's settings no longer want them, or members would see them twice."""
        async with run.step():
            scopes = await store.forgotten_scopes(self._declarer.application, self._declarer.scopes)
        for scope in scopes:
            guild = scope.partition(":")[2]
            try:
                await self._declarer.declare(None if guild == "global" else int(guild), nothing=True)
            except DiscordRefused as refused:
                _log.info("commands stay declared", scope=scope, why=str(refused))
        return scopes


async def erase(run: JobRun) -> None:
    """Erase what is kept of a guild that the bot left long ago."""
    guild_id = int(run.payload["guild"])
    async with run.finish():
        erased = await service.erase(guild_id, datetime.fromisoformat(run.payload["left_at"]))
    _log.info("data of a guild erased" if erased is not None else "kept: the bot is back", guild=guild_id, rows=erased)
