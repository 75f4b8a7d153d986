"""Gateway events that concern the bot itself: connected, invited, removed."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

import hikari
import structlog

from guildwright.platform.database.engine import transaction
from guildwright.platform.database.errors import is_database_away
from guildwright_bot.core import service
from guildwright_bot.deps import Deps

_RETRY_SECONDS = 2.0
_log = structlog.get_logger("guildwright.core")


class Listeners:
    """Writes down where the bot is. Waits for the database where it is away: these events do not come twice."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def subscribe(self, bot: hikari.EventManagerAware) -> None:
        """Listen. An outage is `GuildUnavailableEvent`, which is not a leaving and has no listener."""
        bot.event_manager.subscribe(hikari.ShardReadyEvent, self.on_ready)
        bot.event_manager.subscribe(hikari.GuildJoinEvent, self.on_present)
        bot.event_manager.subscribe(hikari.GuildAvailableEvent, self.on_present)
        bot.event_manager.subscribe(hikari.GuildLeaveEvent, self.on_leave)

    async def on_ready(self, event: hikari.ShardReadyEvent) -> None:
        """A new session: guilds may have removed us meanwhile, and Discord may have forgotten our commands."""
        present = frozenset(map(int, event.unavailable_guilds))
        retention = self._deps.settings.guild_data_retention
        shard = event.shard

        async def keep() -> None:
            now = self._deps.clock.now()
            await service.reconcile(shard.id, shard.shard_count, present, retention=retention, now=now)
            await service.call_for_declaration(now=now)

        await self._lasting(keep)

    async def on_present(self, event: hikari.GuildJoinEvent | hikari.GuildAvailableEvent) -> None:
        """The bot is in a guild, new or not."""
        guild_id, joined_at = int(event.guild_id), event.guild.joined_at or self._deps.clock.now()
        await self._lasting(lambda: service.joined(guild_id, joined_at, now=self._deps.clock.now()))

    async def on_leave(self, event: hikari.GuildLeaveEvent) -> None:
        """The bot was removed, or the guild is no more."""
        guild_id, retention = int(event.guild_id), self._deps.settings.guild_data_retention
        await self._lasting(lambda: service.left(guild_id, retention=retention, now=self._deps.clock.now()))

    async def _lasting(self, keep: Callable[[], Awaitable[None]]) -> None:
        for tries in count():
            try:
                async with transaction():
                    await keep()
            except Exception as error:  # noqa: BLE001  reported, or waited out
                if not is_database_away(error):
                    await self._deps.errors.report(error, "guild membership")
                    return
                if not tries:
                    _log.warning("the database is away, waiting for it", why=str(error) or repr(error))
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                if tries:
                    _log.info("the database is back", tries=tries)
                return
