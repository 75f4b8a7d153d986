"""Giveaways that their hosts look at before they are posted. They are kept in the database: a restart loses none."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from guildwright.platform.database.engine import fetch
from guildwright_bot.features.giveaways.terms import Terms, from_json, to_json

KEPT = timedelta(hours=1)


@dataclass(frozen=True)
class Draft:
    """A giveaway that is not started yet. `wait` passes between Post and its start; `source_id` asked for it."""

    source_id: int
    guild_id: int
    channel_id: int
    member_id: int
    terms: Terms
    wait: timedelta
    id: int = 0


async def keep(draft: Draft, now: datetime) -> int:
    """Keep a draft for an hour; its id. The same request again keeps the same draft."""
    rows = await fetch(
        "INSERT INTO giveaway_draft (source_id, guild_id, channel_id, member_id, terms, wait_seconds, expires_at) "
        "VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7) "
        "ON CONFLICT (source_id) DO UPDATE SET source_id = excluded.source_id RETURNING id",
        draft.source_id,
        draft.guild_id,
        draft.channel_id,
        draft.member_id,
        json.dumps(to_json(draft.terms)),
        int(draft.wait.total_seconds()),
        now + KEPT,
    )
    return int(rows[0]["id"])


async def get(guild_id: int, draft_id: int, now: datetime) -> Draft | None:
    """A draft; None when there is none any more."""
    rows = await fetch(
        "SELECT * FROM giveaway_draft WHERE id = $1 AND guild_id = $2 AND expires_at > $3", draft_id, guild_id, now
    )
    if not rows:
        return None
    row = rows[0]
    return Draft(
        row["source_id"],
        row["guild_id"],
        row["channel_id"],
        row["member_id"],
        from_json(json.loads(row["terms"])),
        timedelta(seconds=row["wait_seconds"]),
        row["id"],
    )


async def discard(draft_id: int) -> None:
    """Forget a draft."""
    await fetch("DELETE FROM giveaway_draft WHERE id = $1", draft_id)


async def forget_old(now: datetime) -> int:
    """Forget the drafts that nobody can post any more; how many they were."""
    return len(await fetch("DELETE FROM giveaway_draft WHERE expires_at <= $1 RETURNING id", now))
