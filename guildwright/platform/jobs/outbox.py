"""Adds a job in the transaction of the state that caused it: both are kept, or neither."""

import json
from datetime import datetime
from typing import Any

from structlog.contextvars import get_contextvars

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.store import CHANNEL, LOOK_SECONDS

_ADD = f"""
WITH added AS (
  INSERT INTO job (kind, dedupe_key, guild_id, payload, due, next_at, state, trace, created_at,
                   attempt, fence, leased_by, error)
  VALUES ($1, $2, $3, $4::jsonb, $5, $5, 'waiting', $6, now(), 0, 0, '', '')
  ON CONFLICT (kind, dedupe_key) DO NOTHING
  RETURNING id, due
)
SELECT id, CASE WHEN due < now() + interval '{LOOK_SECONDS} s' THEN pg_notify('{CHANNEL}', '') END FROM added
"""  # noqa: S608  both are constants of this module


async def add(
    kind: str, *, guild_id: int | None, payload: dict[str, Any], due: datetime, dedupe_key: str
) -> int | None:
    """Add a job to the caller's transaction (or commit it at once when there is none).

    Args:
        kind: The consumer's kind, such as `giveaways.end`.
        guild_id: The guild it is about; its jobs are erased with it.
        payload: What the handler needs, as JSON.
        due: When it may run, aware. A moment that has passed means at once.
        dedupe_key: Adding the same key of the same kind again does nothing, also after the first one is done
            (until its row is purged, a week later).

    Returns:
        The job's number, or None when the key was there already.
    """
    if due.tzinfo is None:
        raise ValueError(f"due must be aware, got {due!r}")
    trace = str(get_contextvars().get("trace", ""))[:32]
    rows = await fetch(_ADD, kind, dedupe_key, guild_id, json.dumps(payload), due, trace)
    return int(rows[0]["id"]) if rows else None


async def cancel(kind: str, dedupe_key: str) -> bool:
    """Take back a job that no worker has taken yet, in the caller's transaction. False when it is too late."""
    rows = await fetch(
        "UPDATE job SET state = 'done', finished_at = now(), error = 'cancelled' "
        "WHERE kind = $1 AND dedupe_key = $2 AND state IN ('waiting', 'sent') RETURNING id",
        kind,
        dedupe_key,
    )
    return bool(rows)


async def reschedule(kind: str, dedupe_key: str, due: datetime) -> bool:
    """Move a job that no worker has taken yet to another moment, in the caller's transaction. False: too late."""
    rows = await fetch(
        "UPDATE job SET due = $3, next_at = $3, state = 'waiting' WHERE kind = $1 AND dedupe_key = $2 "
        "AND state IN ('waiting', 'sent') RETURNING id, pg_notify($4, '')",
        kind,
        dedupe_key,
        due,
        CHANNEL,
    )
    return bool(rows)


async def erase_guild(guild_id: int) -> int:
    """Delete a guild's jobs, done and dead ones too, in the caller's transaction; one that is running stays.

    Returns:
        How many there were.
    """
    return len(await fetch("DELETE FROM job WHERE guild_id = $1 AND state <> 'running' RETURNING id", guild_id))
