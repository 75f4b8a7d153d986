"""Changing a giveaway that is scheduled or runs: what may change, and what follows from it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guildwright_bot.features.giveaways import domain, draws, records
from guildwright_bot.features.giveaways.domain import Caps, Giveaway, Rules, State, Terms
from guildwright_bot.features.giveaways.records import Kind
from guildwright_bot.features.giveaways.service import add_job, locked, refresh
from guildwright_bot.features.giveaways.store import save
from guildwright_bot.features.giveaways.terms import SHORTEST, changes, refuse_terms, refuse_wait
from guildwright_bot.refusal import Refusal


@dataclass(frozen=True)
class Revision:
    """What somebody wants changed.

    Attributes:
        terms: Makes the new terms of the present ones.
        starts_in: When it starts, from now; None: as it was.
        ends_in: When it ends, from now; None: as it was, or as long after a new start.
    """

    terms: Callable[[Terms], Terms | Refusal] = lambda terms: terms
    starts_in: timedelta | None = None
    ends_in: timedelta | None = None


def revise(giveaway: Giveaway, revision: Revision, caps: Caps, now: datetime) -> Giveaway | Refusal:
    """The giveaway after the change, or why it cannot be."""
    scheduled = giveaway.state is State.SCHEDULED
    if not scheduled and domain.refuse_change(giveaway, now):
        return Refusal("giveaways-refused-already-ended", {"number": str(giveaway.number)})
    if revision.starts_in is not None and not scheduled:
        return Refusal("giveaways-refused-started", {"number": str(giveaway.number)})
    terms = revision.terms(giveaway.terms)
    if isinstance(terms, Refusal):
        return terms
    starts, ends = giveaway.started_at, giveaway.ends_at
    if revision.starts_in is not None:
        starts = now + revision.starts_in
        ends = starts + giveaway.terms.duration
    if revision.ends_in is not None:
        ends = now + revision.ends_in
    if ends != giveaway.ends_at and ends < now + SHORTEST:
        return Refusal("giveaways-refused-ends-soon", {"seconds": SHORTEST.seconds})
    # Seconds are what is kept: a duration must read back as what it is.
    terms = replace(terms, duration=timedelta(seconds=round((ends - starts).total_seconds())))
    if refusal := refuse_terms(terms, caps) or refuse_wait(revision.starts_in or timedelta()):
        return refusal
    revised = replace(giveaway, terms=terms, started_at=starts, ends_at=ends)
    return Refusal("giveaways-refused-same") if revised == giveaway else revised


async def edit(  # noqa: PLR0913  all that it depends on
    guild_id: int, giveaway_id: int, revision: Revision, *, caps: Caps, rules: Rules, actor_id: int, now: datetime
) -> Giveaway | Refusal:
    """Change a giveaway, in the caller's transaction.

    Who is in and may not win any more stays in the list until they click; the draw passes them over.
    """
    before = await locked(guild_id, giveaway_id)
    if isinstance(before, Refusal):
        return before
    after = revise(before, revision, caps, now)
    if isinstance(after, Refusal):
        return after
    await save(after)
    await draws.commit_again(after, rules, now)
    changed = changes(before.terms, after.terms)
    for name in ("started_at", "ends_at"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            changed[name] = [old.isoformat(), new.isoformat()]
    await records.note(giveaway_id, Kind.EDITED, now, actor_id=actor_id, changes=changed)
    await _move_jobs(before, after)
    return await refresh(after, now)


async def _move_jobs(before: Giveaway, after: Giveaway) -> None:
    """Add a job for the new moment. That of the old one does nothing when it comes: it finds another moment kept."""
    if after.started_at != before.started_at:
        await add_job("begin", after, due=after.started_at, key=f"at {after.started_at.isoformat()}")
    if after.ends_at != before.ends_at and after.message_id is not None:
        await add_job("end", after, due=after.ends_at, key=f"at {after.ends_at.isoformat()}")
