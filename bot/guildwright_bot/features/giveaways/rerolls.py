"""Rerolls by hand: a host gives a prize that nobody holds, or that a winner may not keep, to the next in the order.

There is no new draw. The request is a use case like those of `service.py`; the rest is a step like those of
`draw_steps.py`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from guildwright.platform.jobs import outbox
from guildwright_bot import facts
from guildwright_bot.features.giveaways import draw_steps, draws, records, store
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, PrizeClaim, State
from guildwright_bot.features.giveaways.draw_steps import Outcomes, Picking
from guildwright_bot.features.giveaways.draws import Draw, Origin
from guildwright_bot.features.giveaways.events import PrizeRerolled
from guildwright_bot.features.giveaways.records import Kind
from guildwright_bot.features.giveaways.service import add_job, locked, refresh, settle
from guildwright_bot.refusal import Refusal

MOST_ROUNDS = 50
_HELD = (ClaimState.OPEN, ClaimState.CLAIMED)


def free(giveaway: Giveaway, claims: Sequence[PrizeClaim]) -> int:
    """How many prizes nobody holds, and no job is giving on."""
    held = sum(claim.state in (*_HELD, ClaimState.FAILING) for claim in claims)
    return max(0, giveaway.terms.winners - held)


def was_drawn(claims: Sequence[PrizeClaim], made: Draw | None) -> bool:
    """Whether there was a draw; of one that is older than draws that can be checked there are claims alone."""
    return bool(claims) or (made is not None and bool(made.final))


def refuse_reroll(
    giveaway: Giveaway, claims: Sequence[PrizeClaim], count: int | None, member_id: int | None
) -> Refusal | None:
    """Why there is nothing to reroll, asked as for `reroll`."""
    if giveaway.state not in (State.CLAIMING, State.CLOSED):
        return Refusal("giveaways-refused-not-drawn", {"number": str(giveaway.number)})
    if giveaway.round >= MOST_ROUNDS:
        return Refusal("giveaways-refused-rerolls", {"limit": MOST_ROUNDS})
    if member_id is not None:
        holds = any(claim.member_id == member_id and claim.state in _HELD for claim in claims)
        return None if holds else Refusal("giveaways-refused-no-winner", {"member": str(member_id)})
    available = free(giveaway, claims)
    if not available:
        return Refusal("giveaways-refused-all-held")
    if count is not None and not 1 <= count <= available:
        return Refusal("giveaways-refused-fewer-free", {"free": available})
    return None


async def reroll(  # noqa: PLR0913  all that it depends on
    guild_id: int,
    giveaway_id: int,
    *,
    actor_id: int,
    source_id: int,
    now: datetime,
    count: int | None = None,
    member_id: int | None = None,
) -> Giveaway | Refusal:
    """Give prizes to the next in the order, by a job, in the caller's transaction.

    Args:
        guild_id: Where.
        giveaway_id: Of which giveaway.
        actor_id: Who wants it.
        source_id: The interaction that asked for it: the same one again asks for nothing more.
        now: When.
        count: How many of the prizes that nobody holds; None: all.
        member_id: Whose prize, claimed or not, goes to another instead.
    """
    giveaway = await locked(guild_id, giveaway_id)
    if isinstance(giveaway, Refusal):
        return giveaway
    claims, made = await store.claims(giveaway_id), await draws.get(giveaway_id)
    if not was_drawn(claims, made):  # stopped before
        return Refusal("giveaways-refused-not-drawn", {"number": str(giveaway.number)})
    if refusal := refuse_reroll(giveaway, claims, count, member_id):
        return refusal
    if member_id is not None:
        await _revoke(giveaway, claims, member_id, source_id, now)
    wanted = 1 if member_id is not None else count or free(giveaway, claims)
    await outbox.add(
        "giveaways.reroll",
        guild_id=guild_id,
        payload={"giveaway": giveaway_id, "count": wanted, "actor": str(actor_id), "instead_of": str(member_id or "")},
        due=now,
        dedupe_key=f"{giveaway_id}:{source_id}",
    )
    return giveaway


async def _revoke(
    giveaway: Giveaway, claims: Sequence[PrizeClaim], member_id: int, source_id: int, now: datetime
) -> None:
    [lost] = [claim for claim in claims if claim.member_id == member_id]
    await store.put_claims(giveaway.id, [replace(lost, state=ClaimState.REVOKED)])
    await add_job("winners", giveaway, due=now, key=f"{lost.round}:revoked {source_id}", round=lost.round)


async def begin_reroll(giveaway_id: int, count: int, origin: Origin, now: datetime) -> Picking | None:
    """Who can win the free prizes; None when there are none any more."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None or giveaway.state not in (State.CLAIMING, State.CLOSED):
        return None
    claims = await store.claims(giveaway_id)
    wanted = min(count, free(giveaway, claims))
    if not wanted:
        return None
    made = await draw_steps.committed(giveaway, origin, now)
    return Picking(giveaway, made, wanted, frozenset(claim.member_id for claim in claims), rules=origin.rules)


async def rerolled(  # noqa: PLR0913  all that it depends on
    giveaway_id: int, wanted: int, outcomes: Outcomes, *, actor_id: int, instead_of: list[int], key: str, now: datetime
) -> None:
    """Keep who won, and have them told; where nobody is left, the host. `key`: tells this reroll from others."""
    giveaway, made = await store.lock(giveaway_id), await draws.get(giveaway_id)
    if giveaway is None or giveaway.state not in (State.CLAIMING, State.CLOSED) or made is None:
        return
    wanted = min(wanted, free(giveaway, await store.claims(giveaway_id)))
    if not wanted:
        return
    winners = await draw_steps.take(giveaway, made, wanted, outcomes, now)
    again = replace(giveaway, round=giveaway.round + 1, state=State.CLAIMING)
    await store.save(again)
    await store.add_claims(giveaway_id, [PrizeClaim(member, again.round) for member in winners])
    again = await settle(again, await store.claims(giveaway_id))
    told = {"winners": _ids(winners), "instead_of": _ids(instead_of)}
    await records.note(giveaway_id, Kind.REROLLED, now, actor_id=actor_id, round=again.round, **told)
    await add_job("announce", again, due=now, key=str(again.round), round=again.round)
    await refresh(again, now)
    same = (again.guild_id, again.id, again.number, again.terms.prize)
    fact = PrizeRerolled(*same, actor_id, tuple(instead_of), tuple(winners))
    await facts.publish(fact, key=key, now=now)


def _ids(members: Sequence[int]) -> list[str]:
    return [str(member) for member in members]
