"""The bot's coming and going, and what has to be declared. Every function runs in the caller's transaction."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from guildwright.platform.jobs import admin, outbox
from guildwright_bot.core import domain, store
from guildwright_bot.core.domain import Membership

DECLARE = "core.declare"
WELCOME = "core.welcome"
ERASE = "core.erase"
AUDIT = "core.audit"
# Shards that connect at the same time call for one look at the commands, not for one each.
DECLARE_PAUSE_SECONDS = 10

_log = structlog.get_logger("guildwright.core")


async def joined(guild_id: int, joined_at: datetime, *, now: datetime) -> None:
    """The bot is in a guild: greet it once, and keep its data if they were about to go."""
    known = await store.membership(guild_id)
    if not domain.is_new(known, joined_at):
        return
    await store.put_membership(Membership(guild_id, joined_at))
    if known is not None:
        if known.left_at is not None:
            await outbox.cancel(ERASE, _departure(known))
        # Nobody may have heard that it left.
        again = await admin.take_up_again(guild_id, since=known.left_at or known.joined_at)
        _log.info("came back to a guild", guild=str(guild_id), jobs_taken_up_again=again)
    if domain.is_greeted(known, joined_at, now):
        key = f"{guild_id}:{int(joined_at.timestamp() * 1000)}"
        await outbox.add(WELCOME, guild_id=guild_id, payload={"guild": str(guild_id)}, due=now, dedupe_key=key)


async def left(guild_id: int, *, retention: timedelta, now: datetime) -> None:
    """The bot was removed from a guild: its data goes when the time is over."""
    known = await store.membership(guild_id) or Membership(guild_id, now)
    if known.left_at is not None:
        return
    gone = replace(known, left_at=now)
    await store.put_membership(gone)
    payload = {"guild": str(guild_id), "left_at": now.isoformat()}
    await outbox.add(ERASE, guild_id=None, payload=payload, due=now + retention, dedupe_key=_departure(gone))
    _log.info("left a guild", guild=str(guild_id), erased_after=(now + retention).isoformat())


async def reconcile(shard: int, count: int, present: Collection[int], *, retention: timedelta, now: datetime) -> None:
    """Notice the guilds that the bot was removed from while its shard was away."""
    known = await store.memberships_of_shard(shard, count)
    for membership in domain.lost(known, present):
        await left(membership.guild_id, retention=retention, now=now)


async def erase(guild_id: int, left_at: datetime) -> dict[str, int] | None:
    """Erase a guild's data, unless the bot is back; how much of what."""
    if not domain.is_erased(await store.membership(guild_id), left_at):
        return None
    return await store.erase(guild_id)


async def call_for_declaration(*, now: datetime) -> None:
    """Have a worker compare the commands that Discord knows with ours: at once, and again when the pause is over.

    The second look is for calls that come after the first one has run: they too must be followed by a look.
    """
    bucket = int(now.timestamp()) // DECLARE_PAUSE_SECONDS
    if await outbox.add(DECLARE, guild_id=None, payload={}, due=now, dedupe_key=str(bucket)) is None:
        over = datetime.fromtimestamp((bucket + 1) * DECLARE_PAUSE_SECONDS, now.tzinfo)
        await outbox.add(DECLARE, guild_id=None, payload={}, due=over, dedupe_key=f"{bucket}:again")


def _departure(membership: Membership) -> str:
    at = int(membership.left_at.timestamp() * 1000) if membership.left_at else 0
    return f"{membership.guild_id}:{at}"
