"""What an operator sees of jobs of any state, and how one is taken back or given another chance."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.store import CHANNEL

_COLUMNS = (
    "id, kind, dedupe_key, guild_id, payload, state, outcome, attempt, due, next_at, created_at, tried_at, "
    "finished_at, leased_by, error"
)


@dataclass(frozen=True)
class Known:
    """A job's row."""

    id: int
    kind: str
    dedupe_key: str
    guild_id: int | None
    payload: dict[str, Any]
    state: str
    outcome: str
    attempt: int
    due: datetime
    next_at: datetime
    created_at: datetime
    tried_at: datetime | None
    finished_at: datetime | None
    leased_by: str
    error: str

    @property
    def when(self) -> datetime:
        """When it ended, or is to run next."""
        return self.finished_at or self.next_at


async def listed(
    states: Sequence[str],
    *,
    outcome: str | None = None,
    kind: str | None = None,
    guild_id: int | None = None,
    limit: int = 100,
) -> list[Known]:
    """Jobs in these states: those that are still to run by their hour, then those that ended, newest first.

    Args:
        states: Values of `JobState`.
        outcome: Only of this outcome.
        kind: Only of this kind, or of this feature: `giveaways` means `giveaways.end` and all others of it.
        guild_id: Only of this guild.
        limit: How many at the most.
    """
    rows = await fetch(
        f"SELECT {_COLUMNS} FROM job WHERE state = ANY($1::text[]) "  # noqa: S608  a constant
        "AND ($2::text IS NULL OR outcome = $2) AND ($3::text IS NULL OR kind = $3 OR starts_with(kind, $3 || '.')) "
        "AND ($4::bigint IS NULL OR guild_id = $4) "
        "ORDER BY finished_at IS NOT NULL, CASE WHEN finished_at IS NULL THEN next_at END, finished_at DESC, id "
        "LIMIT $5",
        list(states),
        outcome,
        kind,
        guild_id,
        limit,
    )
    return [_known(row) for row in rows]


async def get(job_id: int) -> Known | None:
    """One job; None when there is none of this number."""
    rows = await fetch(f"SELECT {_COLUMNS} FROM job WHERE id = $1", job_id)  # noqa: S608  a constant
    return _known(rows[0]) if rows else None


async def cancel(job_id: int) -> bool:
    """Take back a job that no worker has, or put a dead letter away. False when it is neither.

    What earlier tries may have done is not undone. Its key stays taken until it is purged, in a week: adding a job of
    that kind and key again adds nothing.
    """
    return bool(
        await fetch(
            "UPDATE job SET state = 'done', outcome = 'cancelled', finished_at = now() "
            "WHERE id = $1 AND state IN ('waiting', 'sent', 'dead') RETURNING id",
            job_id,
        )
    )


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


def _known(row: dict[str, Any]) -> Known:
    payload = row["payload"]
    return Known(**row | {"payload": json.loads(payload) if isinstance(payload, str) else payload})
