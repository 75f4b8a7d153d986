"""How a giveaway is drawn, step by step: closed, hash posted, drawn, and drawn from again when a prize is left.

The steps are pairs like those of `steps.py`, and as harmless when they run twice. What was once fixed stays: a list
that is frozen and an order that is drawn are never made a second time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guildwright.platform.beacon import Pulse
from guildwright_bot import facts
from guildwright_bot.features.giveaways import domain, draws, frozen, records, store, verify
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, PrizeClaim, Rules, State
from guildwright_bot.features.giveaways.draws import Draw, Origin
from guildwright_bot.features.giveaways.events import GiveawayEnded, PrizeExpired
from guildwright_bot.features.giveaways.frozen import Frozen, Order
from guildwright_bot.features.giveaways.proof import PassedOver, Round, Winner
from guildwright_bot.features.giveaways.records import Kind
from guildwright_bot.features.giveaways.service import add_job, note_end, refresh, settle
from guildwright_bot.features.giveaways.steps import SKEW

# Member and why they cannot win, "" if they can; down the order, as far as Discord was asked.
type Outcomes = Sequence[tuple[int, str]]


class Overtaken(Exception):  # noqa: N818  what happened
    """Another job was faster: somebody who was picked has won, or other rules were committed to. Look again."""


@dataclass(frozen=True)
class Closing:
    """A giveaway on its way from the last entry to its winners."""

    giveaway: Giveaway
    draw: Draw


@dataclass(frozen=True)
class Picking:
    """Winners to be taken from the order: how many, and who won before."""

    giveaway: Giveaway
    draw: Draw
    wanted: int
    former: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()  # whose prizes they are to get
    rules: Rules | None = None  # what is committed to, for a list that is not frozen yet


async def begin_close(giveaway_id: int, origin: Origin, now: datetime) -> Closing | None:
    """Let nobody enter or leave any more; None when its list is frozen already, or there is nothing to close."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None or giveaway.state not in (State.RUNNING, State.DRAWING):
        return None
    if giveaway.state is State.RUNNING:
        if giveaway.ends_at > now + SKEW:
            return None
        giveaway = replace(giveaway, state=State.DRAWING)
        await store.save(giveaway)
        await note_end(giveaway, now)
    made = await committed(giveaway, origin, now)
    return None if made.list_hash else Closing(giveaway, made)


async def committed(giveaway: Giveaway, origin: Origin, now: datetime) -> Draw:
    """Its draw. A list is made by the guild's rules of now: where they are not those of the commitment, that shows."""
    made = await draws.commit(giveaway, origin, now, late=True)
    return await draws.commit_again(giveaway, origin.rules, now) or made


async def closed(giveaway_id: int, committed: str, listed: Frozen, now: datetime) -> None:
    """Keep the list, and have its hash posted. `committed`: the hash of what was committed to when the list was made.

    Raises:
        Overtaken: something else is committed to by now.
    """
    giveaway, made = await store.lock(giveaway_id), await draws.get(giveaway_id)
    if giveaway is None or giveaway.state is not State.DRAWING or made is None or made.list_hash:
        return
    if made.commitments[-1].hash != committed:
        raise Overtaken
    await draws.freeze(giveaway_id, listed)
    left_out = dict(listed.left_out or {})
    await records.note(giveaway_id, Kind.FROZEN, now, hash=listed.list_hash, entries=listed.entries, left_out=left_out)
    await add_job("closed", giveaway, due=now)
    await refresh(giveaway, now)


async def begin_tell(giveaway_id: int) -> Closing | None:
    """Whose hash to post; None when it was posted."""
    found = await _closing(giveaway_id)
    return found if found is not None and found.draw.list_hash and found.draw.message_id is None else None


async def told(giveaway_id: int, message_id: int, now: datetime) -> None:
    """The hash is there for everybody to see: now it may be drawn, with a public round as soon as that is made."""
    giveaway, made = await store.lock(giveaway_id), await draws.get(giveaway_id)
    if giveaway is None or made is None:
        return
    await draws.posted(giveaway_id, message_id, now)
    if giveaway.state is State.DELETED:
        await add_job("remove", giveaway, due=now, key="closed")
    elif giveaway.state is State.DRAWING:
        await add_job("draw", giveaway, due=now + _until_round(made, message_id))


def _until_round(made: Draw, message_id: int) -> timedelta:
    """By Discord's clock alone: ours may go wrong by an hour."""
    chain, posted = made.chain, verify.message_time(str(message_id))
    if chain is None:
        return timedelta()
    return timedelta(milliseconds=chain.time_of(chain.round_after(posted)) * 1000 - posted)


async def begin_draw(giveaway_id: int) -> Picking | None:
    """What to draw, or to go on with; None when there is nothing to draw."""
    found = await _closing(giveaway_id)
    if found is None or found.draw.message_id is None:
        return None
    return Picking(found.giveaway, found.draw, found.giveaway.terms.winners)


async def ranked(giveaway_id: int, order: Order, pulse: Pulse | None, fallback: str) -> None:
    """Keep the order, before anybody is asked whether they can win."""
    if await store.lock(giveaway_id) is not None:
        await draws.rank(
            giveaway_id,
            final=order.final,
            order_hash=order.order_hash,
            ranking=order.ranking,
            pulse=pulse,
            fallback=fallback,
        )


async def drawn(giveaway_id: int, outcomes: Outcomes, now: datetime) -> None:
    """Keep who won, and have them told."""
    found = await _closing(giveaway_id)
    if found is None:
        return
    winners = await take(found.giveaway, found.draw, found.giveaway.terms.winners, outcomes, now)
    ended, claims = domain.award(found.giveaway, winners)
    await store.save(ended)
    await store.add_claims(giveaway_id, claims)
    await records.note(giveaway_id, Kind.DRAWN, now, winners=_ids(winners))
    await add_job("announce", ended, due=now, key="0", round=0)
    await refresh(ended, now)
    same = (ended.guild_id, ended.id, ended.number, ended.channel_id, ended.host_id, ended.terms.prize)
    await facts.publish(GiveawayEnded(*same, tuple(winners), found.draw.entries), key=str(giveaway_id), now=now)


async def begin_expire(giveaway_id: int, number: int, rules: Rules, origin: Origin, now: datetime) -> Picking | None:
    """Who can win instead of those who let their time pass; None when all is claimed."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None or giveaway.state is not State.CLAIMING:
        return None
    claims = await store.claims(giveaway_id)
    late = domain.overdue((claim for claim in claims if claim.round == number), now + SKEW)
    if not late:
        return None
    # A giveaway older than this feature has no draw yet: it gets one now, as good as it can be.
    made = await committed(giveaway, origin, now)
    wanted = domain.redraws(giveaway, late, rules)
    return Picking(giveaway, made, wanted, _members(claims), _members(late), origin.rules)


async def expired(  # noqa: PLR0913, PLR0917  all that it depends on
    giveaway_id: int, number: int, wanted: int, outcomes: Outcomes, now: datetime, seen: Collection[int] | None = None
) -> None:
    """Take the prizes back that nobody claimed in time, and give them to the next in the order, as far as it goes.

    `seen`: for whose prizes others were looked for. Who came too late since then waits for a job of their own.
    """
    giveaway, made = await store.lock(giveaway_id), await draws.get(giveaway_id)
    if giveaway is None or giveaway.state is not State.CLAIMING or made is None:
        return
    of_round = [claim for claim in await store.claims(giveaway_id) if claim.round == number]
    late = domain.overdue((c for c in of_round if seen is None or c.member_id in seen), now + SKEW)
    if not late:
        return
    await store.put_claims(giveaway_id, late)
    former = [claim.member_id for claim in late]
    failed = [claim.member_id for claim in late if claim.state is ClaimState.FAILED]
    if slow := [member for member in former if member not in failed]:
        await records.note(giveaway_id, Kind.EXPIRED, now, members=_ids(slow), round=number)
    winners = await take(giveaway, made, min(wanted, len(late)), outcomes, now)
    # Those of one round came to it together.
    again, fresh = await _again(giveaway, winners, now, instead_of=former, given_on=late[0].given_on + 1)
    await add_job("winners", again, due=now, key=f"{number}:expired {former[0]}", round=number)
    if fresh:
        await add_job("announce", again, due=now, key=str(again.round), round=again.round)
    elif again.state is State.CLOSED:
        # That message is about a round of its own: a reroll by hand, later, must not take it for the one that it sent.
        again = replace(again, round=again.round + 1)
        await store.save(again)
        await add_job("announce", again, due=now, key=f"{number}:nobody {former[0]}", round=again.round)
    same = (again.guild_id, again.id, again.number, again.terms.prize)
    fact = PrizeExpired(*same, tuple(former), tuple(winners), tuple(failed))
    await facts.publish(fact, key=f"{giveaway_id}:{former[0]}", now=now)


async def _again(
    giveaway: Giveaway, winners: Sequence[int], now: datetime, *, instead_of: Sequence[int], given_on: int = 0
) -> tuple[Giveaway, list[PrizeClaim]]:
    """A new round with these winners; without any it may be over."""
    again, fresh = domain.reroll(giveaway, winners, given_on)
    await store.save(again)
    await store.add_claims(again.id, fresh)
    if fresh:
        former, won = _ids(instead_of), _ids(winners)
        await records.note(again.id, Kind.REROLLED, now, winners=won, instead_of=former, round=again.round)
    again = await settle(again, await store.claims(again.id))
    return await refresh(again, now), fresh


async def take(giveaway: Giveaway, made: Draw, wanted: int, outcomes: Outcomes, now: datetime) -> list[int]:
    """The winners among those who were asked of Discord; the record learns of them and of who was passed over.

    Needs the giveaway's row locked.

    Raises:
        Overtaken: another job took one of them while Discord was asked.
    """
    winners, passed = frozen.taken(outcomes, wanted)
    if _members(await store.claims(giveaway.id)).intersection(winners):
        raise Overtaken
    if wanted:
        taken = Round(
            wanted,
            tuple(Winner(made.ticket(member), str(member)) for member in winners),
            tuple(PassedOver(made.ticket(member), reason) for member, reason in passed.items()),
        )
        await draws.take(giveaway.id, taken)
    if passed:
        await records.note(giveaway.id, Kind.PASSED_OVER, now, members={str(m): why for m, why in passed.items()})
    return winners


async def _closing(giveaway_id: int) -> Closing | None:
    giveaway, made = await store.lock(giveaway_id), await draws.get(giveaway_id)
    if giveaway is None or giveaway.state is not State.DRAWING or made is None:
        return None
    return Closing(giveaway, made)


def _members(claims: Sequence[PrizeClaim]) -> frozenset[int]:
    return frozenset(claim.member_id for claim in claims)


def _ids(members: Sequence[int]) -> list[str]:
    return [str(member) for member in members]
