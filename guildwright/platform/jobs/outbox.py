"""Adds a job in the transaction of the state that caused it: both are kept, or neither."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from asyncpg import LockNotAvailableError
from structlog.contextvars import get_contextvars

from guildwright.platform.database.engine import fetch, in_transaction, transaction
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.jobs.coalesce import Coalescer
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

_ADD_MANY = f"""
WITH hurried AS MATERIALIZED (
  SELECT CASE WHEN $7 THEN set_config('lock_timeout', '300ms', true) ELSE '' END AS said
), added AS (
  INSERT INTO job (kind, dedupe_key, guild_id, payload, due, next_at, state, trace, created_at,
                   attempt, fence, leased_by, error)
  SELECT kind, dedupe_key, guild_id, payload::jsonb, due, due, 'waiting', trace, now(), 0, 0, '', ''
  FROM hurried, unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[])
    AS new(kind, dedupe_key, guild_id, payload, due, trace)
  WHERE said IS NOT NULL
  ON CONFLICT (kind, dedupe_key) DO NOTHING
  RETURNING id, kind, dedupe_key, due
), called AS MATERIALIZED (
  SELECT pg_notify('{CHANNEL}', '') FROM (
    SELECT 1 FROM added WHERE due < now() + interval '{LOOK_SECONDS} s' LIMIT 1
  ) AS soon
)
SELECT id, kind, dedupe_key, (SELECT count(*) FROM called) AS called FROM added
"""  # noqa: S608  both are constants of this module
_MANY = 2000  # in one statement


@dataclass(frozen=True)
class NewJob:
    """What `add` is given, for `add_many`."""

    kind: str
    guild_id: int | None
    payload: dict[str, Any]
    due: datetime
    dedupe_key: str


type _Row = tuple[str, str, int | None, str, datetime, str]


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
    row = _row(NewJob(kind, guild_id, payload, due, dedupe_key), _trace())
    if not in_transaction():
        with suppress(LockNotAvailableError):  # another transaction is about to add this key
            return await _adder.ask(row)
    rows = await fetch(_ADD, *row)
    return int(rows[0]["id"]) if rows else None


async def add_many(jobs: Iterable[NewJob]) -> list[int | None]:
    """Add many jobs to the caller's transaction (or to one of their own): all, or none when one of them is refused.

    Returns:
        For each, in the order given, what `add` returns. Of two with the same key the first is added.
    """
    trace = _trace()
    rows = [_row(job, trace) for job in jobs]
    added: list[int | None] = []
    if len(rows) <= _MANY:
        return await _insert(rows)
    async with transaction():
        for start in range(0, len(rows), _MANY):
            added += await _insert(rows[start : start + _MANY])
    return added


def _trace() -> str:
    return str(get_contextvars().get("trace", ""))[:32]


def _row(job: NewJob, trace: str) -> _Row:
    if job.due.tzinfo is None:
        raise ValueError(f"due must be aware, got {job.due!r}")
    return (job.kind, job.dedupe_key, job.guild_id, json.dumps(job.payload), job.due, trace)


async def _insert(rows: Sequence[_Row], *, hurried: bool = False) -> list[int | None]:
    """One statement for all. In the order of their keys: two such statements never wait for each other.

    `hurried`: it does not wait long for a transaction that has added one of the keys and not ended, but raises
    LockNotAvailableError.
    """
    ordered = sorted(rows, key=lambda row: row[:2])
    answer = await fetch(_ADD_MANY, *([list(column) for column in zip(*ordered, strict=True)] or [[]] * 6), hurried)
    added = {(row["kind"], row["dedupe_key"]): int(row["id"]) for row in answer}
    return [added.pop(row[:2], None) for row in rows]


# Whoever adds outside a transaction shares one with all who do so at the same moment. Nobody's key may hold up the
# others: who has to wait for it does so alone.
_adder: Coalescer[_Row, int | None] = Coalescer(
    partial(_insert, hurried=True),
    apart=lambda error: isinstance(error, LockNotAvailableError) or not is_database_away(error),
)


async def cancel(kind: str, dedupe_key: str) -> bool:
    """Take back a job that no worker has taken yet, in the caller's transaction. False when it is too late."""
    rows = await fetch(
        "UPDATE job SET state = 'done', outcome = 'cancelled', finished_at = now() "
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
    """Delete a guild's jobs, done, dead and recurring ones too, in the caller's transaction; one that is running stays.

    Returns:
        How many there were.
    """
    # As the index has it; a guild's number is never 0.
    await fetch("DELETE FROM recurring_job WHERE coalesce(guild_id, 0) = $1 AND guild_id = $1", guild_id)
    return len(await fetch("DELETE FROM job WHERE guild_id = $1 AND state <> 'running' RETURNING id", guild_id))
