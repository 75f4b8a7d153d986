"""The history of a giveaway: who did what when. Each line is added in the transaction of the change that it tells of.

Entries are not told one by one: their numbers are in what `ENDED` says.
"""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from guildwright.platform.database.engine import fetch


class Kind(StrEnum):
    """What can happen to a giveaway."""

    STARTED = "started"  # or scheduled: `at` says for when
    BEGUN = "begun"  # a scheduled one starts
    POSTED = "posted"
    EDITED = "edited"  # `changes`: what from what to what
    ENDED = "ended"  # `entries`, `left`: how many were in, and had left
    FROZEN = "frozen"  # `hash`: of the list of entrants, `entries` in it, `left_out`: how many are not, by reason
    DRAWN = "drawn"  # `winners`
    PASSED_OVER = "passed over"  # `members`: why each
    ANNOUNCED = "announced"  # `winners`, `message`
    CLAIMED = "claimed"
    CLAIM_FAILED = "claim failed"  # `reason`
    EXPIRED = "expired"  # `members`: who let their time pass
    REROLLED = "rerolled"  # `winners`, `instead_of`
    STOPPED = "stopped"  # `why`: Discord does not let us go on
    DELETED = "deleted"


async def note(
    giveaway_id: int,
    kind: Kind,
    now: datetime,
    *,
    actor_id: int | None = None,
    **details: Any,  # noqa: ANN401  JSON
) -> None:
    """Add a line, in the caller's transaction.

    Args:
        giveaway_id: Of which giveaway.
        kind: What happened.
        now: When.
        actor_id: Who did it; None: the bot itself.
        details: More of it, as JSON; ids as text.
    """
    await fetch(
        "INSERT INTO giveaway_record (giveaway_id, at, kind, actor_id, details) VALUES ($1, $2, $3, $4, $5::jsonb)",
        giveaway_id,
        now,
        kind.value,
        actor_id,
        json.dumps(details),
    )


async def of(giveaway_id: int) -> list[dict[str, Any]]:
    """The whole history, oldest first: `at`, `kind`, `actor_id` and `details` of each line."""
    rows = await fetch(
        "SELECT at, kind, actor_id, details FROM giveaway_record WHERE giveaway_id = $1 ORDER BY id", giveaway_id
    )
    return [{**row, "details": json.loads(row["details"])} for row in rows]


async def messages(giveaway_id: int) -> set[int]:
    """Every message of ours that the history tells of."""
    rows = await fetch(
        "SELECT details->>'message' AS message FROM giveaway_record WHERE giveaway_id = $1 AND details ? 'message'",
        giveaway_id,
    )
    return {int(row["message"]) for row in rows}
