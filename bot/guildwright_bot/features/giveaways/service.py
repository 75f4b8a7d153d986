"""What people can do with giveaways, one function each. Every one runs in the caller's transaction.

Each function that changes a giveaway locks its row first, so whatever happens at once happens in some order, and adds
the jobs that show the change in Discord.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guildwright.platform.jobs import outbox
from guildwright_bot import facts
from guildwright_bot.features.giveaways import domain, records, store
from guildwright_bot.features.giveaways.domain import (
    Caps,
    ClaimState,
    Entry,
    Giveaway,
    Person,
    PrizeClaim,
    Rules,
    State,
    Terms,
)
from guildwright_bot.features.giveaways.events import ClaimFailed, GiveawayStarted, PrizeClaimed
from guildwright_bot.features.giveaways.records import Kind
from guildwright_bot.features.giveaways.terms import to_json
from guildwright_bot.refusal import Refusal


@dataclass(frozen=True)
class Toggled:
    """What a click on Enter did. `lost`: why a member who was in had to go out, though they may not have meant to."""

    giveaway: Giveaway
    entry: Entry
    lost: Refusal | None = None

    @property
    def entries(self) -> int:
        """How many members are in now."""
        return self.giveaway.entries


@dataclass(frozen=True)
class Claimed:
    """What became of a claim. `lost`: why the prize goes to somebody else, though its winner came in time."""

    giveaway: Giveaway
    lost: Refusal | None = None


async def start(  # noqa: PLR0913  all that it depends on
    *,
    guild_id: int,
    channel_id: int,
    host_id: int,
    source_id: int,
    terms: Terms,
    caps: Caps,
    now: datetime,
    wait: timedelta = timedelta(),
) -> Giveaway | Refusal:
    """Start a giveaway, or schedule it to start after `wait`; its message is posted by a job.

    The same request again returns the same giveaway.
    """
    await store.lock_guild(guild_id)
    if already := await store.of_source(source_id):
        return already
    refusal = domain.refuse_terms(terms, caps) or domain.refuse_wait(wait)
    if refusal := refusal or domain.refuse_another(await store.count_active(guild_id), caps):
        return refusal
    begins = now + wait
    planned = Giveaway(
        0,
        await store.next_number(guild_id),
        guild_id,
        channel_id,
        host_id,
        terms,
        begins,
        begins + terms.duration,
        State.SCHEDULED if wait else State.RUNNING,
    )
    giveaway = await store.insert(planned, source_id)
    about = {"terms": to_json(terms), "channel": str(channel_id), "at": begins.isoformat()}
    await records.note(giveaway.id, Kind.STARTED, now, actor_id=host_id, **about)
    if wait:
        await add_job("begin", giveaway, due=begins)
        return giveaway
    await run(giveaway, now)
    return giveaway


async def run(giveaway: Giveaway, now: datetime) -> None:
    """A giveaway that has just become RUNNING is posted, and told of."""
    await add_job("post", giveaway, due=now)
    await facts.publish(
        GiveawayStarted(
            giveaway.guild_id,
            giveaway.id,
            giveaway.number,
            giveaway.channel_id,
            giveaway.host_id,
            giveaway.terms.prize,
        ),
        key=str(giveaway.id),
        now=now,
    )


async def enter_or_leave(  # noqa: PLR0913  all that it depends on
    guild_id: int, giveaway_id: int, person: Person, *, click_id: int, rules: Rules, caps: Caps, now: datetime
) -> Toggled | Refusal:
    """Turn a member's entry on or off. The same click again changes nothing.

    A member who is in, but may not win any more by what is asked now, is out after the click, and learns why.
    """
    giveaway = await locked(guild_id, giveaway_id)
    if isinstance(giveaway, Refusal):
        return giveaway
    before = await store.entry(giveaway_id, person.id)
    after = domain.toggled(before, person, click_id)
    if after == before:
        return Toggled(giveaway, after)
    if after.active:
        refusal = domain.refuse_entry(giveaway, person, rules, caps=caps, now=now)
    else:
        refusal = domain.refuse_change(giveaway, now)
    if refusal is not None:
        return refusal
    lost = None if after.active else domain.refuse_person(giveaway, person, rules, now)
    giveaway = await refresh(await store.put_entry(giveaway, after), now)
    return Toggled(giveaway, after, lost)


async def end(guild_id: int, giveaway_id: int, *, now: datetime, actor_id: int | None = None) -> Giveaway | Refusal:
    """End a giveaway before its time: nobody enters any more, and a job draws."""
    giveaway = await locked(guild_id, giveaway_id)
    if isinstance(giveaway, Refusal):
        return giveaway
    ended = domain.end_now(giveaway)
    if isinstance(ended, Refusal):
        return ended
    ended = replace(ended, ends_at=min(now, giveaway.ends_at))
    await store.save(ended)
    await note_end(ended, now, actor_id)
    await add_job("end", ended, due=now, key="early")
    return await refresh(ended, now)


async def refuse_claim(guild_id: int, giveaway_id: int, member_id: int, now: datetime) -> Refusal | None:
    """Why a click on Claim comes to nothing, whoever the member is; asked before Discord is."""
    giveaway = await store.get(giveaway_id)
    if giveaway is None or giveaway.guild_id != guild_id:
        return Refusal("giveaways-refused-unknown")
    claimed = domain.claim(giveaway, await store.claims(giveaway_id), member_id, now)
    return claimed if isinstance(claimed, Refusal) else None


async def claim(  # noqa: PLR0913  all that it depends on
    guild_id: int, giveaway_id: int, member_id: int, *, person: Person | None, rules: Rules, now: datetime
) -> Claimed | Refusal:
    """Take the prize.

    Args:
        guild_id: Where.
        giveaway_id: Of which giveaway.
        member_id: Who claims.
        person: Who that is by what Discord says now; None: nobody in the guild any more.
        rules: Those of the guild now.
        now: When.

    Returns:
        What became of it: a winner who may not win any more has lost the prize, and a job gives it to the next.
    """
    giveaway = await locked(guild_id, giveaway_id)
    if isinstance(giveaway, Refusal):
        return giveaway
    claims = await store.claims(giveaway_id)
    claimed = domain.claim(giveaway, claims, member_id, now)
    if isinstance(claimed, Refusal):
        return claimed
    gone = Refusal("giveaways-refused-gone")
    lost = gone if person is None else domain.refuse_person(giveaway, person, rules, now)
    if lost is not None:
        claimed = replace(claimed, state=ClaimState.FAILING)
    await store.put_claims(giveaway_id, [claimed])
    giveaway = await settle(giveaway, [claimed if c.member_id == member_id else c for c in claims])
    giveaway = await refresh(giveaway, now)
    await add_job("winners", giveaway, due=now, key=f"{claimed.round}:{member_id}", round=claimed.round)
    await _tell_claim(giveaway, claimed, lost, now)
    return Claimed(giveaway, lost)


async def _tell_claim(giveaway: Giveaway, claimed: PrizeClaim, lost: Refusal | None, now: datetime) -> None:
    about = (giveaway.guild_id, giveaway.id, giveaway.number, giveaway.terms.prize, claimed.member_id)
    key = f"{giveaway.id}:{claimed.member_id}"
    if lost is None:
        await records.note(giveaway.id, Kind.CLAIMED, now, actor_id=claimed.member_id, round=claimed.round)
        await facts.publish(PrizeClaimed(*about), key=key, now=now)
        return
    why = {"round": claimed.round, "reason": lost.reason}
    await records.note(giveaway.id, Kind.CLAIM_FAILED, now, actor_id=claimed.member_id, **why)
    await facts.publish(ClaimFailed(*about, lost.reason), key=key, now=now)
    await add_job("expire", giveaway, due=now, key=f"{claimed.round}:failed {claimed.member_id}", round=claimed.round)


async def note_end(giveaway: Giveaway, now: datetime, actor_id: int | None = None) -> None:
    """Write down that nobody enters or leaves any more, and how many were in."""
    left = await store.count_left(giveaway.id)
    await records.note(giveaway.id, Kind.ENDED, now, actor_id=actor_id, entries=giveaway.entries, left=left)


async def delete(guild_id: int, giveaway_id: int, *, now: datetime, actor_id: int | None = None) -> Giveaway | Refusal:
    """Take a giveaway back: it is not drawn, and its messages go."""
    giveaway = await locked(guild_id, giveaway_id)
    if isinstance(giveaway, Refusal):
        return giveaway
    deleted = domain.delete(giveaway)
    if isinstance(deleted, Refusal):
        return deleted
    await store.save(deleted)
    await records.note(giveaway_id, Kind.DELETED, now, actor_id=actor_id)
    await add_job("remove", deleted, due=now)
    return deleted


async def settle(giveaway: Giveaway, claims: list[PrizeClaim]) -> Giveaway:
    """Close the giveaway once no claim is open."""
    settled = domain.settled(giveaway, claims)
    if settled is not giveaway:
        await store.save(settled)
    return settled


async def locked(guild_id: int, giveaway_id: int) -> Giveaway | Refusal:
    """The guild's giveaway, locked to be changed."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None or giveaway.guild_id != guild_id or giveaway.state is State.DELETED:
        return Refusal("giveaways-refused-unknown")
    return giveaway


async def add_job(verb: str, giveaway: Giveaway, *, due: datetime, key: str = "", round: int | None = None) -> None:  # noqa: A002  our word
    """Add the job `giveaways.<verb>`; the same verb, giveaway and key again is no second job."""
    payload: dict[str, object] = {"giveaway": giveaway.id}
    if round is not None:
        payload["round"] = round
    await outbox.add(
        f"giveaways.{verb}",
        guild_id=giveaway.guild_id,
        payload=payload,
        due=due,
        dedupe_key=f"{giveaway.id}:{key}".removesuffix(":"),
    )


async def refresh(giveaway: Giveaway, now: datetime) -> Giveaway:
    """See to it that the message is edited soon, once for all changes within the pause."""
    due = domain.refresh_after(giveaway, now)
    if due is None:
        return giveaway
    asked = replace(giveaway, refresh_due=due)
    await store.save(asked)
    await add_job("refresh", asked, due=due, key=f"{asked.edits}:{int(due.timestamp() * 1000)}")
    return asked
