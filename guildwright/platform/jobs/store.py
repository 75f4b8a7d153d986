"""Every statement that moves a job from one state to the next. Each says which state it expects, and whose lease.

The times of leases and retries are the database's own, so that workers need not agree on the time.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.due import BY_HOUR

# Where relays listen.
CHANNEL = "guildwright_jobs"
# They look this often even when nobody calls them, so a job that is due later needs no call.
LOOK_SECONDS = 30
_ERROR_LENGTH = 8000


async def table_exists() -> bool:
    """Whether the migrations of jobs were run."""
    return bool((await fetch("SELECT to_regclass('job') IS NOT NULL AS there"))[0]["there"])


async def unsend(ids: Sequence[int]) -> None:
    """What could not be put on a stream, or not be begun, waits again."""
    await fetch(
        "UPDATE job SET state = 'waiting' WHERE id = ANY($1::bigint[]) AND state = 'sent' RETURNING pg_notify($2, '')",
        list(ids),
        CHANNEL,
    )


async def resend(kinds: Sequence[str], older_than: float) -> int:
    """Whatever was sent more than `older_than` seconds ago and not taken waits again: its message may be lost."""
    rows = await fetch(
        "UPDATE job SET state = 'waiting' WHERE id IN (SELECT id FROM job WHERE state = 'sent' "  # noqa: S608  a constant
        f"AND kind = ANY($1::text[]) AND {BY_HOUR} AND next_at <= now() "
        "AND sent_at <= now() - make_interval(secs => $2) FOR UPDATE SKIP LOCKED) "
        "RETURNING id",
        list(kinds),
        older_than,
    )
    return len(rows)


async def claim(job_ids: Sequence[int], worker: str, lease: float) -> list[dict[str, Any]]:
    """Take the leases of due jobs; those that somebody else has or had are not in the answer.

    A row that is locked is being taken, or moved, by somebody else at this moment: it is left to them.

    Returns:
        What `JobRun` holds, and `late`: the seconds since each was to be sent.
    """
    rows = await fetch(
        """
        WITH free AS (
          SELECT id FROM job WHERE id = ANY($1::bigint[]) AND state IN ('waiting', 'sent') AND next_at <= now()
          FOR UPDATE SKIP LOCKED
        )
        UPDATE job SET state = 'running', attempt = attempt + 1, fence = fence + 1, leased_by = $2,
                       leased_until = now() + make_interval(secs => $3),
                       tried_at = coalesce(tried_at, now())
        FROM free WHERE job.id = free.id
        RETURNING job.id, kind, guild_id, payload, attempt, fence, due, trace, created_at, away_since,
                  extract(epoch FROM now() - next_at)::float8 AS late,
                  NULLIF(tried_at, now()) AS since, extract(epoch FROM now() - tried_at)::float8 AS since_seconds
        """,
        list(job_ids),
        worker,
        lease,
    )
    for row in rows:
        row["payload"] = _loads(row["payload"])
    return rows


async def claimable(job_ids: Sequence[int]) -> list[int]:
    """Which of these could be taken, but for a lock that somebody may hold."""
    rows = await fetch(
        "SELECT id FROM job WHERE id = ANY($1::bigint[]) AND state IN ('waiting', 'sent') AND next_at <= now()",
        list(job_ids),
    )
    return [row["id"] for row in rows]


async def renew(held: Sequence[tuple[int, int]], lease: float, *, patient: bool = False) -> set[int]:
    """Extend those of these (job, fence) that are still ours; the jobs for which that was done.

    Args:
        held: Ours, as far as we know.
        lease: Seconds.
        patient: Whether a row that is locked is waited for, and not left out.
    """
    rows = await fetch(
        "WITH free AS (SELECT job.id FROM unnest($1::bigint[], $2::bigint[]) AS held(id, fence) JOIN job "  # noqa: S608
        "ON job.id = held.id AND job.fence = held.fence AND job.state = 'running' "
        f"ORDER BY job.id FOR UPDATE OF job {'' if patient else 'SKIP LOCKED'}) "
        "UPDATE job SET leased_until = now() + make_interval(secs => $3) FROM free WHERE job.id = free.id "
        "RETURNING job.id",
        [job_id for job_id, _ in held],
        [fence for _, fence in held],
        lease,
    )
    return {row["id"] for row in rows}


async def unclaim(job_ids: Sequence[int], worker: str) -> None:
    """What this worker took without hearing of it waits again, as if nobody had taken it."""
    await fetch(
        "UPDATE job SET state = 'waiting', attempt = attempt - 1, leased_until = NULL, "
        "tried_at = CASE WHEN fence = 1 THEN NULL ELSE tried_at END "
        "WHERE id = ANY($1::bigint[]) AND state = 'running' AND leased_by = $2 RETURNING pg_notify($3, '')",
        list(job_ids),
        worker,
        CHANNEL,
    )


async def hold_free(held: Sequence[tuple[int, int]]) -> set[int]:
    """Lock those of these (job, fence) that still run, until the transaction ends; not those that somebody locked."""
    rows = await fetch(
        "SELECT job.id FROM unnest($1::bigint[], $2::bigint[]) AS held(id, fence) JOIN job "
        "ON job.id = held.id AND job.fence = held.fence AND job.state = 'running' FOR UPDATE OF job SKIP LOCKED",
        [job_id for job_id, _ in held],
        [fence for _, fence in held],
    )
    return {row["id"] for row in rows}


async def hold(job_id: int, fence: int) -> bool:
    """Lock our lease until the transaction ends; False when it is not ours any more."""
    return bool(
        await fetch("SELECT id FROM job WHERE id = $1 AND fence = $2 AND state = 'running' FOR UPDATE", job_id, fence)
    )


async def finish_all(held: Sequence[tuple[int, int]]) -> set[int]:
    """Running → done for those of these (job, fence) whose lease is still ours; their numbers."""
    held = sorted(held)  # always in this order: two statements never wait for each other
    rows = await fetch(
        "UPDATE job SET state = 'done', outcome = 'done', finished_at = now(), leased_until = NULL, error = '' "
        "FROM unnest($1::bigint[], $2::bigint[]) AS held(id, fence) "
        "WHERE job.id = held.id AND job.fence = held.fence AND job.state = 'running' RETURNING job.id",
        [job_id for job_id, _ in held],
        [fence for _, fence in held],
    )
    return {row["id"] for row in rows}


class Back(NamedTuple):
    """A lease that is given back.

    Attributes:
        job_id: Whose.
        fence: Of our lease.
        after: Seconds until the job may be taken again.
        untried: Whether no run can have had an effect yet, so that the next one counts as the first.
    """

    job_id: int
    fence: int
    after: float
    untried: bool = False


async def put_back(
    leases: Sequence[Back], *, error: str, counted: bool, away: bool = False, shared_death: bool = False
) -> set[int]:
    """Running → waiting for those of these whose lease is still ours; their numbers.

    Args:
        leases: What to give back.
        error: What went wrong, of all; "" leaves what the rows say.
        counted: Whether this was an attempt.
        away: Whether what went wrong is that something is away.
        shared_death: Whether their worker died, and ran others too.
    """
    leases = sorted(leases)
    rows = await fetch(
        "UPDATE job SET state = 'waiting', leased_until = NULL, next_at = now() + make_interval(secs => back.after), "
        "error = CASE WHEN $5::text = '' THEN error ELSE $5::text END, attempt = attempt - $6::int, "
        "deaths = deaths + $10::int, "
        "tried_at = CASE WHEN back.untried THEN NULL ELSE tried_at END, "
        "away_since = CASE WHEN $9::bool THEN coalesce(away_since, now()) WHEN $6::int = 1 THEN away_since END "
        "FROM unnest($1::bigint[], $2::bigint[], $3::float8[], $4::bool[]) AS back(id, fence, after, untried) "
        "WHERE job.id = back.id AND job.fence = back.fence AND job.state = 'running' "
        # The relays may sleep longer than that.
        "RETURNING job.id, CASE WHEN back.after < $8::float8 THEN pg_notify($7, '') END",
        *[list(column) for column in zip(*leases, strict=True)] or [[]] * 4,
        _storable(error),
        0 if counted else 1,
        CHANNEL,
        LOOK_SECONDS,
        away,
        int(shared_death),
    )
    return {row["id"] for row in rows}


async def bury(job_id: int, fence: int, error: str, outcome: str = "failed") -> bool:
    """Running → dead letter of outcome `failed` or `unknown`, if the lease is still ours."""
    return bool(
        await fetch(
            "UPDATE job SET state = 'dead', finished_at = now(), leased_until = NULL, error = $3, outcome = $4 "
            "WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id",
            job_id,
            fence,
            _storable(error),
            outcome,
        )
    )


async def leases(kinds: Sequence[str]) -> list[dict[str, Any]]:
    """Every running job of these kinds: id, kind, attempt, deaths, fence, leased_by, and whether its lease ran out.

    While PostgreSQL was away nobody could renew a lease, so none counts as run out soon after its start.
    """
    return await fetch(
        "SELECT id, kind, attempt, deaths, fence, leased_by, "  # noqa: S608  a constant
        "leased_until < now() AND pg_postmaster_start_time() < now() - interval '10 s' AS ran_out "
        "FROM job WHERE state = 'running' AND kind = ANY($1::text[]) "
        f"AND {BY_HOUR} AND next_at <= now()",
        list(kinds),
    )


async def purge(days: int, limit: int = 1000) -> int:
    """Delete up to `limit` done jobs that are older than this, oldest first. Dead letters stay."""
    rows = await fetch(
        "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state = 'done' "
        "AND finished_at < now() - make_interval(days => $1) ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED) "
        "RETURNING id",
        days,
        limit,
    )
    return len(rows)


async def depths() -> list[tuple[str, str, int]]:
    """(kind, state, number) of all jobs that are not done."""
    rows = await fetch(
        # By the indexes of those that are open, and of those that ended badly.
        f"SELECT kind, state, count(*) AS n FROM job WHERE {BY_HOUR} GROUP BY kind, state "  # noqa: S608  a constant
        "UNION ALL SELECT kind, 'dead', count(*) FROM job WHERE outcome IN ('failed', 'unknown') GROUP BY kind"
    )
    return [(row["kind"], row["state"], row["n"]) for row in rows]


def _loads(payload: object) -> dict[str, Any]:
    # Piccolo leaves JSONB as text, and asyncpg has no codec for it unless told.
    value: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload  # type: ignore[assignment]
    return value


def _storable(text: str) -> str:
    """The end of a text, without what PostgreSQL cannot keep."""
    return text[-_ERROR_LENGTH:].replace("\0", "\\0").encode(errors="replace").decode()
