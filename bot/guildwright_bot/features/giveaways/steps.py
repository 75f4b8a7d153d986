"""How a giveaway moves on by itself: what its jobs read before they talk to Discord, and keep afterwards.

Each step is a pair: `begin_…` reads and plans in a short transaction, and the other, in the transaction that finishes
the job, checks under the row's lock that the step is still to be taken. A job that runs twice, or late, does nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guildwright.platform.jobs import outbox
from guildwright_bot.features.giveaways import domain, draws, records, store
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, PrizeClaim, Rules, State
from guildwright_bot.features.giveaways.draws import Draw, Origin
from guildwright_bot.features.giveaways.records import Kind
from guildwright_bot.features.giveaways.service import add_job, refresh, run

SKEW = timedelta(seconds=1)  # between the clocks of the database, which says what is due, and of this machine


@dataclass(frozen=True)
class View:
    """What a giveaway's messages show."""

    giveaway: Giveaway
    claims: tuple[PrizeClaim, ...]
    draw: Draw | None = None  # None: it was never posted, or is older than draws that can be checked

    @property
    def commitment(self) -> str:
        """What the draw is committed to, if it is."""
        return self.draw.commitment if self.draw else ""

    def of_round(self, number: int) -> list[PrizeClaim]:
        """The claims of one draw."""
        return [claim for claim in self.claims if claim.round == number]

    def shows_like(self, other: "View") -> bool:
        """Whether the giveaway's message looks the same for both."""
        mine, theirs = self.giveaway, other.giveaway
        shown = ("state", "terms", "ends_at", "entries")
        same = self.commitment == other.commitment
        return (
            same
            and all(getattr(mine, name) == getattr(theirs, name) for name in shown)
            and [(c.member_id, c.state) for c in self.claims] == [(c.member_id, c.state) for c in other.claims]
        )


async def view(giveaway: Giveaway) -> View:
    """The giveaway with everything that is shown of it."""
    return View(giveaway, tuple(await store.claims(giveaway.id)), await draws.get(giveaway.id))


async def begin(giveaway_id: int, due: datetime, now: datetime) -> None:
    """The moment `due` of a scheduled giveaway has come: it runs, and is posted."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None or giveaway.started_at > due:  # edited to start later: another job will come
        return
    begun = domain.begin(giveaway)
    if begun is None:
        return
    await store.save(begun)
    await records.note(giveaway_id, Kind.BEGUN, now)
    await run(begun, now)


async def begin_post(giveaway_id: int, origin: Origin, now: datetime) -> View | None:
    """What to post, with the draw committed to; None when it was posted or is over."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None or giveaway.state is not State.RUNNING or giveaway.message_id is not None:
        return None
    planned = replace(giveaway, ends_at=domain.planned_end(giveaway, now))
    await store.save(planned)
    await draws.commit(planned, origin, now)
    return await view(planned)


async def posted(giveaway_id: int, message_id: int, shown: View, now: datetime) -> None:
    """The message is there: from now on the giveaway can end."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None:
        return
    # An edit that was called for meanwhile found no message to edit.
    giveaway = replace(giveaway, message_id=message_id, refreshed_at=now, refresh_due=None)
    await store.save(giveaway)
    await records.note(giveaway_id, Kind.POSTED, now, message=str(message_id))
    if giveaway.state is State.DELETED:
        await add_job("remove", giveaway, due=now, key="posted")
    elif giveaway.state is State.RUNNING:
        await add_job("end", giveaway, due=giveaway.ends_at)
    if not shown.shows_like(await view(giveaway)):
        await refresh(giveaway, now)


async def abandon(giveaway_id: int, why: str, now: datetime) -> None:
    """Discord will not let us post what has to be posted: nobody can enter or claim, so it is over."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None or giveaway.state is State.DELETED:
        return
    over = giveaway.state is State.CLOSED  # only that nobody else wins could not be told
    if not over:
        giveaway = await _stop(giveaway, why, now)
    payload = {"giveaway": giveaway.id, "why": why[:200], "over": over}
    key = f"{giveaway.id}:{giveaway.round}"  # a host may reroll it, and have it stopped again
    await outbox.add("giveaways.stopped", guild_id=giveaway.guild_id, payload=payload, due=now, dedupe_key=key)


async def _stop(giveaway: Giveaway, why: str, now: datetime) -> Giveaway:
    ends = {ClaimState.OPEN: ClaimState.EXPIRED, ClaimState.FAILING: ClaimState.FAILED}
    claims = [replace(c, state=ends[c.state]) for c in await store.claims(giveaway.id) if c.state in ends]
    await store.put_claims(giveaway.id, claims)
    closed = replace(giveaway, state=State.CLOSED)
    await store.save(closed)
    await records.note(giveaway.id, Kind.STOPPED, now, why=why[:200])
    return await refresh(closed, now)


async def tell_waiting(giveaway_id: int, job_id: int, why: str, now: datetime) -> None:
    """Have the host told, once for each job, that it goes on when Discord lets us."""
    giveaway = await store.get(giveaway_id)
    if giveaway is not None and giveaway.state is not State.DELETED:
        payload = {"giveaway": giveaway_id, "why": why[:200], "waits": True}
        key = f"{giveaway_id}:waits {job_id}"
        await outbox.add("giveaways.stopped", guild_id=giveaway.guild_id, payload=payload, due=now, dedupe_key=key)


async def begin_refresh(giveaway_id: int, now: datetime) -> View | None:
    """What to show in the message; every change from now on calls for another edit."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None or giveaway.message_id is None or giveaway.state is State.DELETED:
        return None
    giveaway = domain.refreshing(giveaway, now)
    await store.save(giveaway)
    return await view(giveaway)


async def refreshed(shown: View, now: datetime) -> None:
    """An edit that took long may have overtaken a newer one: look again."""
    giveaway = await store.lock(shown.giveaway.id)
    if giveaway is not None and not shown.shows_like(await view(giveaway)):
        await refresh(giveaway, now)


async def begin_announce(giveaway_id: int, number: int, rules: Rules, now: datetime) -> View | None:
    """What to tell about a draw, with the deadline that the winners get; None when they were told."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None or giveaway.state is State.DELETED:
        return None
    claims = [claim for claim in await store.claims(giveaway_id) if claim.round == number]
    if any(claim.message_id is not None for claim in claims):
        return None
    if claims:
        deadline = domain.planned_deadline(claims[0].deadline, domain.claim_timeout(giveaway, rules), now)
        await store.put_claims(giveaway_id, [replace(claim, deadline=deadline) for claim in claims])
    return await view(giveaway)


async def announced(giveaway_id: int, number: int, message_id: int, now: datetime) -> None:
    """The winners know: their time runs."""
    giveaway = await store.lock(giveaway_id)
    if giveaway is None:
        return
    claims = [claim for claim in await store.claims(giveaway_id) if claim.round == number]
    await store.put_claims(giveaway_id, [replace(claim, message_id=message_id) for claim in claims])
    winners = [str(claim.member_id) for claim in claims]
    await records.note(giveaway_id, Kind.ANNOUNCED, now, winners=winners, message=str(message_id))
    deadline = claims[0].deadline if claims else None
    if giveaway.state is State.DELETED:
        await add_job("remove", giveaway, due=now, key=f"announced:{number}")
    elif deadline is not None:
        await add_job("expire", giveaway, due=deadline, key=str(number), round=number)
        if any(claim.state is not ClaimState.OPEN for claim in claims):  # claimed before we noted that we had told
            await add_job("winners", giveaway, due=now, key=f"{number}:announced", round=number)


async def winners_shown(shown: View, number: int, run_id: int, now: datetime) -> None:
    """An edit that took long may have overtaken a newer one: look again."""
    giveaway = await store.lock(shown.giveaway.id)
    if giveaway is not None and not shown.shows_like(await view(giveaway)):
        await add_job("winners", giveaway, due=now, key=f"{number}:after {run_id}", round=number)
