"""What people can do with giveaways, one function each. Every one runs in the caller's transaction.

Each function that changes a giveaway locks its row first, so whatever happens at once happens in some order, and adds
the jobs that show the change in Discord.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from guildwright.platform.jobs import outbox
from guildwright_bot import facts
from guildwright_bot.features.giveaways import domain, store
from guildwright_bot.features.giveaways.domain import Caps, Entry, Giveaway, Person, PrizeClaim, Rules, State, Terms
from guildwright_bot.features.giveaways.events import GiveawayStarted, PrizeClaimed
from guildwright_bot.refusal import Refusal


@dataclass(frozen=True)
class Toggled:
    """What a click on Enter did."""

    giveaway: Giveaway
    entry: Entry
    entries: int


async def start(  # noqa: PLR0913  all that it depends on
    *, guild_id: int, channel_id: int, host_id: int, source_id: int, terms: Terms, caps: Caps, now: datetime
) -> Giveaway | Refusal:
    """Start a giveaway; its message is posted by a job. The same request again returns the same giveaway."""
    await store.lock_guild(guild_id)
    if already := await store.of_source(source_id):
        return already
    if refusal := domain.refuse_terms(terms, active=await store.count_active(guild_id), caps=caps):
        return refusal
    number = await store.next_number(guild_id)
    giveaway = await store.insert(
        Giveaway(0, number, guild_id, channel_id, host_id, terms, now, now + terms.duration), source_id
    )
    await add_job("post", giveaway, due=now)
    await facts.publish(
        GiveawayStarted(guild_id, giveaway.id, number, channel_id, host_id, terms.prize), key=str(giveaway.id), now=now
    )
    return giveaway


async def enter_or_leave(  # noqa: PLR0913  all that it depends on
    guild_id: int, giveaway_id: int, person: Person, *, click_id: int, rules: Rules, caps: Caps, now: datetime
) -> Toggled | Refusal:
    """Turn a member's entry on or off. The same click again changes nothing."""
    giveaway = await _locked(guild_id, giveaway_id)
    if isinstance(giveaway, Refusal):
        return giveaway
    before = await store.entry(giveaway_id, person.id)
    after = domain.toggled(before, person.id, click_id)
    entries = await store.count_entries(giveaway_id)
    if after == before:
        return Toggled(giveaway, after, entries)
    if after.active:
        refusal = domain.refuse_entry(giveaway, person, rules, entries=entries, caps=caps, now=now)
    else:
        refusal = domain.refuse_change(giveaway, now)
    if refusal is not None:
        return refusal
    await store.put_entry(giveaway_id, after)
    giveaway = await refresh(giveaway, now)
    return Toggled(giveaway, after, entries + (1 if after.active else -1))


async def end(guild_id: int, giveaway_id: int, *, now: datetime) -> Giveaway | Refusal:
    """End a giveaway before its time: nobody enters any more, and a job draws."""
    giveaway = await _locked(guild_id, giveaway_id)
    if isinstance(giveaway, Refusal):
        return giveaway
    ended = domain.end_now(giveaway)
    if isinstance(ended, Refusal):
        return ended
    ended = replace(ended, ends_at=min(now, giveaway.ends_at))
    await store.save(ended)
    await add_job("end", ended, due=now, key="early")
    return await refresh(ended, now)


async def claim(guild_id: int, giveaway_id: int, member_id: int, *, now: datetime) -> Giveaway | Refusal:
    """Take the prize."""
    giveaway = await _locked(guild_id, giveaway_id)
    if isinstance(giveaway, Refusal):
        return giveaway
    claims = await store.claims(giveaway_id)
    claimed = domain.claim(giveaway, claims, member_id, now)
    if isinstance(claimed, Refusal):
        return claimed
    await store.put_claims(giveaway_id, [claimed])
    giveaway = await settle(giveaway, [claimed if c.member_id == member_id else c for c in claims])
    giveaway = await refresh(giveaway, now)
    await add_job("winners", giveaway, due=now, key=f"{claimed.round}:{member_id}", round=claimed.round)
    await facts.publish(
        PrizeClaimed(guild_id, giveaway_id, giveaway.number, giveaway.terms.prize, member_id),
        key=f"{giveaway_id}:{member_id}",
        now=now,
    )
    return giveaway


async def delete(guild_id: int, giveaway_id: int, *, now: datetime) -> Giveaway | Refusal:
    """Take a giveaway back: it is not drawn, and its messages go."""
    giveaway = await _locked(guild_id, giveaway_id)
    if isinstance(giveaway, Refusal):
        return giveaway
    deleted = domain.delete(giveaway)
    if isinstance(deleted, Refusal):
        return deleted
    await store.save(deleted)
    await add_job("remove", deleted, due=now)
    return deleted


async def with_entries(giveaways: Iterable[Giveaway]) -> list[tuple[Giveaway, int]]:
    """The giveaways, with the number of entries of each."""
    return [(giveaway, await store.count_entries(giveaway.id)) for giveaway in giveaways]


async def settle(giveaway: Giveaway, claims: list[PrizeClaim]) -> Giveaway:
    """Close the giveaway once no claim is open."""
    settled = domain.settled(giveaway, claims)
    if settled is not giveaway:
        await store.save(settled)
    return settled


async def _locked(guild_id: int, giveaway_id: int) -> Giveaway | Refusal:
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
