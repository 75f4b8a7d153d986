"""The rules of a giveaway: how it moves from one state to the next, who wins and claims. No I/O.

What it asks of entrants is in `terms.py`, the judge of them in `eligibility.py`; both are to be had here too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from guildwright_bot.features.giveaways.eligibility import Person, refuse_person
from guildwright_bot.features.giveaways.terms import (
    LONGEST,
    LONGEST_PRIZE,
    SHORTEST,
    Caps,
    Rules,
    Terms,
    refuse_another,
    refuse_terms,
    refuse_wait,
    rules_of,
    weight,
)
from guildwright_bot.refusal import Refusal

__all__ = [
    "LONGEST", "LONGEST_PRIZE", "SHORTEST", "Caps", "ClaimState", "Entry", "Giveaway", "Person",
    "PrizeClaim", "Rules", "State", "Terms", "award", "begin", "claim", "claim_timeout", "delete",
    "end_now", "overdue", "planned_deadline", "planned_end", "redraws", "refresh_after", "refreshing",
    "refuse_another", "refuse_change", "refuse_entry", "refuse_person", "refuse_terms", "refuse_wait", "reroll",
    "rules_of", "settled", "toggled", "weight",
]  # fmt: skip

REFRESH_PAUSE = timedelta(seconds=5)
REFRESH_LOST = timedelta(minutes=2)


class State(StrEnum):
    """Where a giveaway stands. It only ever moves down this list, unless a host rerolls one that is closed."""

    SCHEDULED = "scheduled"  # it is not posted yet
    RUNNING = "running"  # members enter and leave
    DRAWING = "drawing"  # entries are frozen, winners are being picked
    CLAIMING = "claiming"  # winners are picked, at least one may still claim
    CLOSED = "closed"
    DELETED = "deleted"


class ClaimState(StrEnum):
    """Where a winner's claim stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    EXPIRED = "expired"
    FAILING = "failing"  # the winner came in time, but may not win any more: the prize is to be given on
    FAILED = "failed"  # and it was, or could not be
    REVOKED = "revoked"  # a host gave the prize to somebody else


@dataclass(frozen=True)
class Giveaway:
    """One giveaway. `number` is its name among people: it counts up per guild."""

    id: int
    number: int
    guild_id: int
    channel_id: int
    host_id: int
    terms: Terms
    started_at: datetime
    ends_at: datetime
    state: State = State.RUNNING
    round: int = 0
    message_id: int | None = None
    edits: int = 0  # how many edits of the message were begun
    refreshed_at: datetime | None = None
    refresh_due: datetime | None = None
    entries: int = 0  # how many members are in the draw


@dataclass(frozen=True)
class Entry:
    """A member's place in the draw.

    Attributes:
        member_id: Whose.
        active: Whether they are in.
        interaction_id: The last click that was counted.
        role_ids: Their roles at that click.
        joined_at: When they had joined the guild, by that click.
        level: Their level at that click; None: levels were not on.
    """

    member_id: int
    active: bool
    interaction_id: int
    role_ids: frozenset[int] = frozenset()
    joined_at: datetime | None = None
    level: int | None = None

    @property
    def person(self) -> Person:
        """Who the member was at the last click."""
        return Person(self.member_id, self.role_ids, self.joined_at, self.level)


@dataclass(frozen=True)
class PrizeClaim:
    """A winner's right to the prize.

    `deadline` is unknown until the winner was pinged; `given_on` says how often this prize went to the next before.
    """

    member_id: int
    round: int
    state: ClaimState = ClaimState.OPEN
    deadline: datetime | None = None
    message_id: int | None = None
    given_on: int = 0


def planned_end(giveaway: Giveaway, now: datetime) -> datetime:
    """When to end a giveaway whose message is about to be posted.

    Where Discord was away so long that half the time is gone, the whole duration counts from the posting.
    """
    if giveaway.ends_at - now >= giveaway.terms.duration / 2:
        return giveaway.ends_at
    return now + giveaway.terms.duration


def refuse_entry(giveaway: Giveaway, person: Person, rules: Rules, *, caps: Caps, now: datetime) -> Refusal | None:
    """Why `person` cannot enter now; leaving is always possible while it runs."""
    if over := refuse_change(giveaway, now):
        return over
    if giveaway.entries >= caps.entries:
        return Refusal("giveaways-refused-full", {"limit": caps.entries})
    return refuse_person(giveaway, person, rules, now)


def refuse_change(giveaway: Giveaway, now: datetime) -> Refusal | None:
    """Why nobody can enter or leave any more."""
    if giveaway.state is State.SCHEDULED:
        return Refusal("giveaways-refused-not-yet")
    if giveaway.state is not State.RUNNING or now >= giveaway.ends_at:
        return Refusal("giveaways-refused-over")
    return None


def toggled(entry: Entry | None, person: Person, interaction_id: int) -> Entry:
    """The entry after a click: in becomes out, out becomes in. A click that was counted before changes nothing."""
    if entry is not None and interaction_id <= entry.interaction_id:
        return entry
    active = entry is None or not entry.active
    return Entry(person.id, active, interaction_id, person.role_ids, person.joined_at, person.level)


def refresh_after(giveaway: Giveaway, now: datetime) -> datetime | None:
    """When the message has to be edited after a change; None when an edit that will see the change is already due.

    An edit that is long overdue died; it is waited for no longer.
    """
    if giveaway.refresh_due is not None and now < giveaway.refresh_due + REFRESH_LOST:
        return None
    if giveaway.refreshed_at is None:
        return now
    return max(now, giveaway.refreshed_at + REFRESH_PAUSE)


def refreshing(giveaway: Giveaway, now: datetime) -> Giveaway:
    """An edit begins: what changes from now on needs another one."""
    return replace(giveaway, refreshed_at=now, refresh_due=None, edits=giveaway.edits + 1)


def claim_timeout(giveaway: Giveaway, rules: Rules) -> timedelta:
    """How long a winner has to claim."""
    return giveaway.terms.claim_timeout or rules.claim_timeout


def planned_deadline(deadline: datetime | None, timeout: timedelta, now: datetime) -> datetime:
    """Until when to let the winners claim whose message is about to be posted, if an earlier try planned `deadline`."""
    if deadline is not None and deadline - now >= timeout / 2:
        return deadline
    return now + timeout


def begin(giveaway: Giveaway) -> Giveaway | None:
    """The scheduled giveaway starts; None when it does not wait for that."""
    return replace(giveaway, state=State.RUNNING) if giveaway.state is State.SCHEDULED else None


def end_now(giveaway: Giveaway) -> Giveaway | Refusal:
    """Freeze the entries, for the draw to begin."""
    if giveaway.state is State.SCHEDULED:
        return Refusal("giveaways-refused-not-started", {"number": str(giveaway.number)})
    if giveaway.state is not State.RUNNING:
        return Refusal("giveaways-refused-already-ended", {"number": str(giveaway.number)})
    return replace(giveaway, state=State.DRAWING)


def award(giveaway: Giveaway, winners: Sequence[int]) -> tuple[Giveaway, list[PrizeClaim]]:
    """The giveaway after its first draw; with nobody to win it is closed."""
    state = State.CLAIMING if winners else State.CLOSED
    return replace(giveaway, state=state), [PrizeClaim(member, giveaway.round) for member in winners]


def claim(giveaway: Giveaway, claims: Sequence[PrizeClaim], member_id: int, now: datetime) -> PrizeClaim | Refusal:
    """The claim after its winner took the prize."""
    mine = next((claim for claim in claims if claim.member_id == member_id), None)
    if mine is None or giveaway.state is State.DELETED:
        return Refusal("giveaways-refused-not-yours")
    if mine.state is ClaimState.CLAIMED:
        return Refusal("giveaways-refused-claimed")
    if mine.state in (ClaimState.FAILING, ClaimState.FAILED, ClaimState.REVOKED):
        return Refusal("giveaways-refused-claim-failed")
    if mine.state is ClaimState.EXPIRED or (mine.deadline is not None and now >= mine.deadline):
        return Refusal("giveaways-refused-too-late")
    return replace(mine, state=ClaimState.CLAIMED)


def overdue(claims: Iterable[PrizeClaim], now: datetime) -> list[PrizeClaim]:
    """The claims whose prizes are to be given on: those whose time is over, as expired, and those that failed."""
    late = []
    for claim in claims:
        if claim.state is ClaimState.FAILING:
            late.append(replace(claim, state=ClaimState.FAILED))
        elif claim.state is ClaimState.OPEN and claim.deadline is not None and now >= claim.deadline:
            late.append(replace(claim, state=ClaimState.EXPIRED))
    return late


def redraws(giveaway: Giveaway, late: Iterable[PrizeClaim], rules: Rules) -> int:
    """How many of the prizes that were not claimed go to the next: each one as often as the guild's config says."""
    if giveaway.state is not State.CLAIMING:
        return 0
    return sum(claim.given_on < rules.reroll_limit for claim in late)


def reroll(giveaway: Giveaway, winners: Sequence[int], given_on: int = 0) -> tuple[Giveaway, list[PrizeClaim]]:
    """The giveaway after a reroll: a new round where there is somebody to win."""
    if not winners:
        return giveaway, []
    again = replace(giveaway, round=giveaway.round + 1)
    return again, [PrizeClaim(member, again.round, given_on=given_on) for member in winners]


def settled(giveaway: Giveaway, claims: Iterable[PrizeClaim]) -> Giveaway:
    """Closed once no claim is open any more, and no prize is to be given on."""
    waiting = (ClaimState.OPEN, ClaimState.FAILING)
    if giveaway.state is State.CLAIMING and all(claim.state not in waiting for claim in claims):
        return replace(giveaway, state=State.CLOSED)
    return giveaway


def delete(giveaway: Giveaway) -> Giveaway | Refusal:
    """Take a giveaway back: no draw, no claims; its message goes."""
    if giveaway.state is State.DELETED:
        return Refusal("giveaways-refused-unknown")
    return replace(giveaway, state=State.DELETED)
