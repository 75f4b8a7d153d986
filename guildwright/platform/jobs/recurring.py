"""Jobs that come again by a cron text: rows that add ordinary jobs, each occurrence once.

A row is moved on in the transaction that adds the job of its next occurrence, a little ahead, so that the relay sends
it on time. What was missed (every worker was away) runs once, for the last occurrence that was missed, and not once
for each.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import structlog

from guildwright.platform.database import engine
from guildwright.platform.database.engine import fetch, savepoint, transaction
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.jobs import outbox
from guildwright.platform.jobs.schedule import BadSchedule, Schedule

__all__ = ["BadSchedule", "Recurrence", "Recurrer", "Schedule", "add", "change", "ensure", "listed", "remove"]

EVERY_SECONDS = 20.0
AHEAD_SECONDS = 60.0
_BATCH = 100
_LATER = timedelta(days=1)
_LONGEST_NAME = 100
_COLUMNS = "id, name, guild_id, cron, zone, kind, payload, next_at"

_log = structlog.get_logger("guildwright.jobs.recurring")


@dataclass(frozen=True)
class Recurrence:
    """A recurring job.

    Attributes:
        id: Its number.
        name: Unique in its guild.
        guild_id: The guild it is about; None: the whole install.
        schedule: When it occurs.
        kind: The consumer's kind.
        payload: What the handler gets; `run.due` is the occurrence.
        next_at: The next occurrence of which no job was added yet, in UTC.
    """

    id: int
    name: str
    guild_id: int | None
    schedule: Schedule
    kind: str
    payload: dict[str, Any]
    next_at: datetime


async def add(
    name: str, schedule: Schedule, *, guild_id: int | None, kind: str, payload: dict[str, Any]
) -> Recurrence | None:
    """Add a recurring job, in the caller's transaction; its first occurrence is the next one from now.

    Returns:
        None when the guild has one of this name.
    """
    if not 0 < len(name) <= _LONGEST_NAME:
        raise ValueError(f"a recurring job's name has 1 to {_LONGEST_NAME} characters, not {len(name)}")
    async with transaction():
        now = await _now()
        rows = await fetch(
            f"INSERT INTO recurring_job (name, guild_id, cron, zone, kind, payload, next_at) "  # noqa: S608  a constant
            f"VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7) ON CONFLICT DO NOTHING RETURNING {_COLUMNS}",
            name,
            guild_id,
            schedule.cron,
            schedule.zone,
            kind,
            json.dumps(payload),
            schedule.after(now),
        )
        return await _occurred_soon(_recurrence(rows[0]), now) if rows else None


async def change(
    name: str, *, guild_id: int | None, schedule: Schedule | None = None, payload: dict[str, Any] | None = None
) -> Recurrence | None:
    """Change when it occurs, what its handler gets, or both. What was added ahead by the old ways is taken back.

    Returns:
        None when the guild has none of this name.
    """
    async with transaction():
        found = await _locked(name, guild_id)
        if found is None:
            return None
        return await _change(
            found, schedule or found.schedule, found.kind, found.payload if payload is None else payload
        )


async def _change(found: Recurrence, schedule: Schedule, kind: str, payload: dict[str, Any]) -> Recurrence:
    await _take_back(found)
    now = await _now()
    rows = await fetch(
        f"UPDATE recurring_job SET cron = $2, zone = $3, kind = $4, payload = $5::jsonb, next_at = $6 "  # noqa: S608  a constant
        f"WHERE id = $1 RETURNING {_COLUMNS}",
        found.id,
        schedule.cron,
        schedule.zone,
        kind,
        json.dumps(payload),
        schedule.after(now),
    )
    return await _occurred_soon(_recurrence(rows[0]), now)


async def ensure(
    name: str, schedule: Schedule, *, kind: str, payload: dict[str, Any], guild_id: int | None = None
) -> Recurrence:
    """See that there is this one, as a process does at its start: added, changed where it differs, else left alone."""
    async with transaction():
        added = await add(name, schedule, guild_id=guild_id, kind=kind, payload=payload)
        found = added or await _locked(name, guild_id)
        if found is None:
            raise RuntimeError(f"the recurring job {name!r} was removed meanwhile")
        # As it comes back from the table: tuples are lists there, and all keys texts.
        stored = json.loads(json.dumps(payload))
        if (found.schedule, found.payload, found.kind) == (schedule, stored, kind):
            return found
        return await _change(found, schedule, kind, payload)


async def remove(name: str, *, guild_id: int | None) -> bool:
    """Let it occur no more; also not the occurrence that was added ahead. False when there is none of this name."""
    async with transaction():
        found = await _locked(name, guild_id)
        if found is None:
            return False
        await _take_back(found)
        await fetch("DELETE FROM recurring_job WHERE id = $1", found.id)
    return True


async def listed(guild_id: int | None = None) -> list[Recurrence]:
    """Those of a guild (None: of the whole install), by name."""
    rows = await fetch(
        f"SELECT {_COLUMNS} FROM recurring_job WHERE coalesce(guild_id, 0) = coalesce($1, 0) "  # noqa: S608  a constant
        "ORDER BY name",
        guild_id,
    )
    return [_recurrence(row) for row in rows]


async def occur(now: datetime | None = None) -> int:
    """Add the jobs of all that occurs soon, and move their rows on; how many.

    Args:
        now: None: by the database's clock, so that a worker whose clock is wrong skips nothing.
    """
    async with transaction():
        moment = now or await _now()
        rows = await fetch(
            f"SELECT {_COLUMNS} FROM recurring_job "  # noqa: S608  a constant
            "WHERE next_at <= $1::timestamptz + make_interval(secs => $2) ORDER BY next_at LIMIT $3 "
            "FOR UPDATE SKIP LOCKED",
            moment,
            AHEAD_SECONDS,
            _BATCH,
        )
        for row in rows:
            await _occur_or_skip(_recurrence(row), moment)
    return len(rows)


async def _occurred_soon(one: Recurrence, now: datetime) -> Recurrence:
    """As `occur` would leave a new row, which may look at it only after its first occurrence."""
    if one.next_at > now + timedelta(seconds=AHEAD_SECONDS):
        return one
    await _occur(one, now)
    return await _locked(one.name, one.guild_id) or one


async def _occur_or_skip(one: Recurrence, now: datetime) -> None:
    """A row that cannot occur (such as one of a time zone that is no more) holds up no other."""
    try:
        async with savepoint():
            await _occur(one, now)
    except Exception as error:
        if is_database_away(error) or isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError)):
            raise
        _log.exception("a recurring job cannot occur; tried again in a day", name=one.name, guild=one.guild_id)
        later = max(now, one.next_at) + _LATER
        await fetch("UPDATE recurring_job SET next_at = $2 WHERE id = $1", one.id, later)


async def _occur(one: Recurrence, now: datetime) -> None:
    due = one.schedule.last(one.next_at, max(now, one.next_at))
    await outbox.add(one.kind, guild_id=one.guild_id, payload=one.payload, due=due, dedupe_key=_key(one, due))
    if due != one.next_at:
        _log.warning("missed occurrences run once", name=one.name, first=str(one.next_at), last=str(due))
    await fetch(
        "UPDATE recurring_job SET next_at = $2, added_at = $3 WHERE id = $1", one.id, one.schedule.after(due), due
    )


def _key(one: Recurrence, due: datetime) -> str:
    return f"recurring:{one.id}:{due:%Y-%m-%dT%H:%MZ}"


async def _take_back(one: Recurrence) -> None:
    """Cancel what was added ahead of its time, unless a worker has it."""
    [row] = await fetch("SELECT added_at, added_at > now() AS ahead FROM recurring_job WHERE id = $1", one.id)
    if row["ahead"]:
        # Deleted, and not cancelled: a changed schedule may name the same moment again.
        await fetch(
            "DELETE FROM job WHERE kind = $1 AND dedupe_key = $2 AND state IN ('waiting', 'sent')",
            one.kind,
            _key(one, row["added_at"]),
        )


async def _locked(name: str, guild_id: int | None) -> Recurrence | None:
    rows = await fetch(
        f"SELECT {_COLUMNS} FROM recurring_job WHERE name = $1 "  # noqa: S608  a constant
        "AND coalesce(guild_id, 0) = coalesce($2, 0) FOR UPDATE",
        name,
        guild_id,
    )
    return _recurrence(rows[0]) if rows else None


async def _now() -> datetime:
    moment: datetime = (await fetch("SELECT now() AS now"))[0]["now"]
    return moment


def _recurrence(row: dict[str, Any]) -> Recurrence:
    payload = row["payload"]
    return Recurrence(
        id=row["id"],
        name=row["name"],
        guild_id=row["guild_id"],
        schedule=Schedule.stored(row["cron"], row["zone"]),
        kind=row["kind"],
        payload=json.loads(payload) if isinstance(payload, str) else payload,
        next_at=row["next_at"],
    )


class Recurrer:
    """Lets occur what is due to. One per worker; they keep out of each other's way."""

    async def run(self, stopped: asyncio.Event) -> None:
        """Until `stopped`; through any absence of PostgreSQL."""
        while not stopped.is_set():
            try:
                while await occur() == _BATCH:
                    pass
            except Exception as error:
                if not is_database_away(error):
                    raise
                await engine.wait_until_up(stopped)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), timeout=EVERY_SECONDS)
