"""Forgets giveaways that are over for longer than their guild wants to keep them, a little at a time, once a day."""

from datetime import datetime

import structlog

from guildwright.platform.database.engine import fetch, transaction
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.deps import Deps
from guildwright_bot.features.giveaways import drafts, store
from guildwright_bot.features.giveaways.domain import rules_of

CRON = "17 4 * * *"  # UTC
_ENTRIES = 10_000  # deleted in one statement: some tenths of a second
_GIVEAWAYS = 100

_log = structlog.get_logger("guildwright.giveaways")


class Retention:
    """The handler. It takes up where it was killed, for it looks anew at what there is."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def tidy(self, run: JobRun) -> None:
        """Forget the old giveaways of every guild, and previews that nobody can post any more."""
        del run
        now = self._deps.clock.now()
        await drafts.forget_old(now)
        for guild_id in await guilds_with_past():
            before = now - rules_of(self._deps.config.get(guild_id).giveaways).retention
            forgotten = await forget_older(guild_id, before)
            if forgotten:
                _log.info("old giveaways forgotten", guild=str(guild_id), count=forgotten)


async def guilds_with_past() -> list[int]:
    """The guilds that have giveaways which are over."""
    rows = await fetch("SELECT DISTINCT guild_id FROM giveaway WHERE state IN ('closed', 'deleted')")
    return [row["guild_id"] for row in rows]


async def forget_older(guild_id: int, before: datetime) -> int:
    """Forget a guild's giveaways that are over, and to which nothing has happened since `before`; how many."""
    count = 0
    while ids := await _old(guild_id, before):
        for giveaway_id in ids:
            count += await _forget(giveaway_id)
    return count


async def _old(guild_id: int, before: datetime) -> list[int]:
    """It counts from the last claim, reroll or whatever was last, as from then on the record can be checked."""
    rows = await fetch(
        "SELECT id FROM giveaway WHERE guild_id = $1 AND ends_at < $2 AND state IN ('closed', 'deleted') "
        "AND NOT EXISTS (SELECT 1 FROM giveaway_record AS happened "
        "WHERE happened.giveaway_id = giveaway.id AND happened.at >= $2) ORDER BY ends_at LIMIT $3",
        guild_id,
        before,
        _GIVEAWAYS,
    )
    return [row["id"] for row in rows]


async def _forget(giveaway_id: int) -> bool:
    """Its entries first, page by page: half a million in one transaction would be in everybody's way.

    It is deleted for everybody before that, so that no reroll finds a part of it; False: one came first.
    """
    if not await fetch(
        "UPDATE giveaway SET state = 'deleted' WHERE id = $1 AND state IN ('closed', 'deleted') RETURNING 1",
        giveaway_id,
    ):
        return False
    while await fetch(
        "WITH gone AS (DELETE FROM giveaway_entry WHERE id = ANY(ARRAY("
        "SELECT id FROM giveaway_entry WHERE giveaway_id = $1 LIMIT $2)) RETURNING 1) SELECT 1 FROM gone LIMIT 1",
        giveaway_id,
        _ENTRIES,
    ):
        pass
    async with transaction():
        await store.forget([giveaway_id])
    return True
