"""Jobs that failed for good: what an operator sees of them, and how one is given another chance."""

from dataclasses import dataclass
from datetime import datetime

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.store import CHANNEL


@dataclass(frozen=True)
class DeadLetter:
    """One of them."""

    id: int
    kind: str
    guild_id: int | None
    attempt: int
    due: datetime
    finished_at: datetime
    error: str
    outcome: str


async def listed(guild_id: int | None = None, limit: int = 100) -> list[DeadLetter]:
    """The newest first; those of one guild, or of all."""
    rows = await fetch(
        "SELECT id, kind, guild_id, attempt, due, finished_at, error, outcome FROM job WHERE state = 'dead' "
        "AND ($1::bigint IS NULL OR guild_id = $1) ORDER BY finished_at DESC LIMIT $2",
        guild_id,
        limit,
    )
    return [DeadLetter(**row) for row in rows]


async def retry(job_id: int, *, even_if_done: bool = False) -> bool:
    """Let a dead letter run again, now, with all its attempts. False when it is none (any more).

    One of outcome `unknown` needs `even_if_done`: it is then sent as if it had never been tried, perhaps twice.
    """
    rows = await fetch(
        "UPDATE job SET state = 'waiting', outcome = '', attempt = 0, next_at = now(), finished_at = NULL, "
        "away_since = NULL, tried_at = CASE WHEN outcome = 'unknown' THEN NULL ELSE tried_at END "
        "WHERE id = $1 AND state = 'dead' AND ($3::bool OR outcome <> 'unknown') RETURNING id, pg_notify($2, '')",
        job_id,
        CHANNEL,
        even_if_done,
    )
    return bool(rows)
