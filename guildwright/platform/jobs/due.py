"""Which jobs are sent next. While more is due than can be sent, guilds take turns, however many jobs one of them has.

Looking for who is due must not cost as much as there are jobs: each statement goes from guild to guild, or from kind to
kind, by index, and reads no more rows than it returns.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from guildwright.platform.database.engine import fetch

# Which of the two indexes of open jobs a statement means: each has a condition of its own that says nothing else.
# Knowing only that nearly all rows are done, PostgreSQL expects none to be open, finds both indexes as good, and reads
# with the wrong one every job of a kind.
BY_HOUR = "finished_at IS NULL AND kind <> ''"
BY_GUILD = "finished_at IS NULL AND coalesce(guild_id, 0) >= 0"

# A lost "sent" is sent again, so nobody waits until the disk has it.
_UNHURRIED = "unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS said)"
_SENT = "UPDATE job SET state = 'sent', sent_at = now() FROM due, unhurried WHERE job.id = due.id AND said IS NOT NULL"


class Due(NamedTuple):
    """A job to be sent now."""

    id: int
    kind: str
    guild: int | None


async def look(kinds: Sequence[str]) -> dict[str, float]:
    """The kinds that have anything waiting, and seconds until the next of each (negative: it is late)."""
    rows = await fetch(
        f"""
        SELECT wanted.kind, extract(epoch FROM first.next_at - now())::float8 AS seconds
        FROM unnest($1::text[]) AS wanted(kind), LATERAL (
          SELECT next_at FROM job WHERE job.kind = wanted.kind AND {BY_HOUR} AND state = 'waiting'
          ORDER BY next_at LIMIT 1
        ) AS first
        """,  # noqa: S608  a constant of this module
        list(kinds),
    )
    return {row["kind"]: row["seconds"] for row in rows}


async def still_sent(job_ids: Sequence[int]) -> set[int]:
    """Which of these are sent and not taken."""
    [row] = await fetch(
        "SELECT array_agg(id) AS ids FROM job WHERE id = ANY($1::bigint[]) AND state = 'sent'", list(job_ids)
    )
    return set(row["ids"] or ())


async def take(rooms: dict[str, int]) -> list[Due]:
    """Mark due jobs as sent, longest due first, as many of each kind as there is room for.

    Another relay at the same time takes others.
    """
    rows = await fetch(
        f"""
        WITH {_UNHURRIED}, due AS (
          SELECT mine.id FROM unnest($1::text[], $2::int[]) AS wanted(kind, room), LATERAL (
            SELECT id FROM job
            WHERE job.kind = wanted.kind AND {BY_HOUR} AND state = 'waiting' AND next_at <= now()
            ORDER BY next_at LIMIT wanted.room FOR UPDATE SKIP LOCKED
          ) AS mine
        )
        {_SENT} RETURNING job.id, job.kind, job.guild_id, job.next_at
        """,  # noqa: S608  constants of this module
        list(rooms),
        list(rooms.values()),
    )
    return in_turns(rows)


async def guilds_due(kind: str) -> list[int]:
    """The guilds (0: none) that have an open job of this kind whose hour has come, by one look each into an index."""
    rows = await fetch(
        f"""
        WITH RECURSIVE lane AS (
          (SELECT coalesce(guild_id, 0) AS guild, next_at FROM job WHERE kind = $1 AND {BY_GUILD}
           ORDER BY coalesce(guild_id, 0), next_at LIMIT 1)
          UNION ALL
          SELECT following.guild, following.next_at FROM lane, LATERAL (
            SELECT coalesce(guild_id, 0) AS guild, next_at FROM job
            WHERE kind = $1 AND {BY_GUILD} AND coalesce(guild_id, 0) > lane.guild
            ORDER BY coalesce(guild_id, 0), next_at LIMIT 1
          ) AS following
        )
        SELECT guild FROM lane WHERE next_at <= now()
        """,  # noqa: S608  a constant of this module
        kind,
    )
    return [row["guild"] for row in rows]


async def take_in_turns(kind: str, guilds: dict[int, int], room: int, guild_window: int) -> list[Due]:
    """Mark due jobs of these guilds as sent: first of those who have fewest sent, then longest due first.

    Args:
        kind: Of the jobs.
        guilds: As `guilds_due` answers, and how many jobs of each are sent and not taken.
        room: The most jobs to take.
        guild_window: The most of one guild that may be sent and not taken.
    """
    share = max(8, 4 * room // max(1, len(guilds)))
    rows = await fetch(
        f"""
        WITH {_UNHURRIED}, picked AS (
          SELECT mine.id FROM unnest($2::bigint[], $3::int[], $4::int[]) AS wanted(guild, sent, most), LATERAL (
            SELECT id, next_at, row_number() OVER (ORDER BY next_at) + wanted.sent AS turn FROM (
              SELECT id, next_at FROM job
              WHERE kind = $1 AND {BY_GUILD} AND coalesce(guild_id, 0) = wanted.guild
              AND state = 'waiting' AND next_at <= now() ORDER BY next_at LIMIT wanted.most
            ) AS first
          ) AS mine
          ORDER BY mine.turn, mine.next_at LIMIT $5
        ), due AS (
          SELECT id FROM job WHERE id IN (SELECT id FROM picked) AND state = 'waiting' FOR UPDATE SKIP LOCKED
        )
        {_SENT} RETURNING job.id, job.kind, job.guild_id, job.next_at
        """,  # noqa: S608  constants of this module
        kind,
        list(guilds),
        list(guilds.values()),
        [min(share, max(0, guild_window - sent)) for sent in guilds.values()],
        room,
    )
    return in_turns(rows)


def in_turns(rows: Iterable[dict[str, Any]]) -> list[Due]:
    """One of each guild, then the second of each, each guild's in the order of when they were to be sent."""
    lanes: dict[tuple[str, int | None], deque[Due]] = {}
    for row in sorted(rows, key=itemgetter("next_at", "id")):
        lane = lanes.setdefault((row["kind"], row["guild_id"]), deque())
        lane.append(Due(row["id"], row["kind"], row["guild_id"]))
    turns = deque(lanes.values())
    ordered: list[Due] = []
    while turns:
        lane = turns.popleft()
        ordered.append(lane.popleft())
        if lane:
            turns.append(lane)
    return ordered
