"""What an operator sees of jobs of any state, and how one is taken back or given another chance."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.due import BY_GUILD, BY_HOUR
from guildwright.platform.jobs.store import CHANNEL
from guildwright.platform.jobs.tables import JobState, Outcome

_COLUMNS = (
    "id, kind, dedupe_key, guild_id, payload, state, outcome, attempt, deaths, due, next_at, created_at, tried_at, "
    "finished_at, leased_by, error"
)

# The last line of the error of a dead letter of outcome `unknown` that was put away.
WAS_UNKNOWN = "cancelled while nobody could tell whether its effect is there"

# How the jobs of each state that is an end may have ended.
OUTCOMES: dict[str, tuple[str, ...]] = {
    JobState.DONE: (Outcome.DONE, Outcome.CANCELLED),
    JobState.DEAD: (Outcome.FAILED, Outcome.UNKNOWN),
}


def _each_kind(condition: str, order: str) -> str:
    """The table `kinds`, by one look each into an index that has jobs of that condition in that order."""
    return f"""
WITH RECURSIVE kinds AS (
  (SELECT kind FROM job WHERE {condition} ORDER BY {order} LIMIT 1)
  UNION ALL
  SELECT following.kind FROM kinds, LATERAL (
    SELECT kind FROM job WHERE {condition} AND kind > kinds.kind ORDER BY {order} LIMIT 1
  ) AS following
)
"""  # noqa: S608  constants


# These read by index, however many are done; the open ones in the order of their hour kind by kind, as their index has
# them. Rows of another state, guild or kind than is asked for are read and passed over until there are enough.
_OPEN = f"""
{_each_kind(BY_HOUR, "kind")}
SELECT first.* FROM kinds, LATERAL (
  SELECT {_COLUMNS} FROM job WHERE job.kind = kinds.kind AND {{condition}}
  AND state = ANY($3::text[]) AND ($2::bigint IS NULL OR guild_id = $2) ORDER BY next_at LIMIT $4
) AS first
WHERE ($1::text IS NULL OR kinds.kind = $1 OR starts_with(kinds.kind, $1 || '.')) ORDER BY next_at, id LIMIT $4
"""  # noqa: S608  constants
_ENDED = f"""
SELECT {_COLUMNS} FROM job WHERE finished_at IS NOT NULL AND outcome = ANY($3::text[])
AND ($1::text IS NULL OR kind = $1 OR starts_with(kind, $1 || '.')) AND ($2::bigint IS NULL OR guild_id = $2)
AND ($5::bigint[] IS NULL OR id = ANY($5)) ORDER BY finished_at DESC LIMIT $4
"""  # noqa: S608  constants
_FEW = 2_000


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
    deaths: int
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
    open_states = [state for state in states if state not in OUTCOMES]
    outcomes = [name for state in states for name in OUTCOMES.get(state, ()) if outcome in {None, name}]
    rows: list[dict[str, Any]] = []
    if open_states and outcome is None:
        rows = await fetch(_OPEN.format(condition=_open_to(guild_id)), kind, guild_id, open_states, limit)
    if outcomes and len(rows) < limit:
        ended = await fetch(_ENDED, kind, guild_id, outcomes, limit - len(rows), await _few_of(kind))
        # Those that ended in one statement did so at the same moment; sorting them there would be another step.
        rows += sorted(ended, key=lambda row: (-row["finished_at"].timestamp(), row["id"]))
    return [_known(row) for row in rows]


async def _few_of(kind: str | None) -> list[int] | None:
    """The jobs of a rare kind: by the hour of their end a week of others would be read to find them. None: many."""
    if kind is None:
        return None
    names = [known for known in await kinds() if f"{known}.".startswith(f"{kind}.")]
    rows = await fetch("SELECT id FROM job WHERE kind = ANY($1::text[]) LIMIT $2", names, _FEW + 1)
    return [row["id"] for row in rows] if len(rows) <= _FEW else None


def _open_to(guild_id: int | None) -> str:
    return BY_HOUR if guild_id is None else f"{BY_GUILD} AND coalesce(guild_id, 0) = $2"


async def kinds() -> list[str]:
    """Every kind that any job has, done ones too, or that any recurring job will add."""
    rows = await fetch(
        _each_kind("true", "kind, dedupe_key")  # noqa: S608  constants
        + "SELECT kind FROM kinds UNION SELECT DISTINCT kind FROM recurring_job ORDER BY kind"
    )
    return [row["kind"] for row in rows]


async def get(job_id: int) -> Known | None:
    """One job; None when there is none of this number."""
    rows = await fetch(f"SELECT {_COLUMNS} FROM job WHERE id = $1", job_id)  # noqa: S608  a constant
    return _known(rows[0]) if rows else None


async def cancel(job_id: int) -> bool:
    """Take back a job that no worker has, or put a dead letter away. False when it is neither.

    What earlier tries may have done is not undone; that nobody could tell is kept with its error. Its key
    stays taken until it is purged, in a week: adding a job of that kind and key again adds nothing.
    """
    return bool(
        await fetch(
            "UPDATE job SET state = 'done', outcome = 'cancelled', finished_at = now(), "
            "error = CASE WHEN outcome = 'unknown' THEN concat(rtrim(error, E'\\n'), E'\\n', $2::text) ELSE error END "
            "WHERE id = $1 AND state IN ('waiting', 'sent', 'dead') RETURNING id",
            job_id,
            WAS_UNKNOWN,
        )
    )


async def retry(job_id: int, *, even_if_done: bool = False) -> bool:
    """Let a dead letter run again, now, with all its attempts. False when it is none (any more).

    One of outcome `unknown` needs `even_if_done`: it is then sent as if it had never been tried, perhaps twice.
    """
    rows = await fetch(
        "UPDATE job SET state = 'waiting', outcome = '', attempt = 0, deaths = 0, next_at = now(), finished_at = NULL, "
        "away_since = NULL, tried_at = CASE WHEN outcome = 'unknown' THEN NULL ELSE tried_at END "
        "WHERE id = $1 AND state = 'dead' AND ($3::bool OR outcome <> 'unknown') RETURNING id, pg_notify($2, '')",
        job_id,
        CHANNEL,
        even_if_done,
    )
    return bool(rows)


async def take_up_again(guild_id: int, *, since: datetime) -> int:
    """Let run again, now and with all attempts, what of a guild failed since then or waits after a failure; how many.

    For when what made them fail is over. What nobody can tell whether it was done stays as it is.
    """
    rows = await fetch(
        "UPDATE job SET state = 'waiting', outcome = '', attempt = 0, deaths = 0, next_at = now(), finished_at = NULL, "
        "away_since = NULL WHERE guild_id = $1 AND (state = 'dead' AND outcome = 'failed' AND finished_at >= $2 "
        "OR state = 'waiting' AND error <> '' AND next_at > now()) RETURNING id, pg_notify($3, '')",
        guild_id,
        since,
        CHANNEL,
    )
    return len(rows)


def _known(row: dict[str, Any]) -> Known:
    payload = row["payload"]
    return Known(**row | {"payload": json.loads(payload) if isinstance(payload, str) else payload})
