"""The rules of a giveaway: who may start, enter, win and claim, and how it moves from one state to the next. No I/O."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from guildwright_bot.refusal import Refusal
from guildwright_crds.giveaways import Giveaways

SHORTEST = timedelta(seconds=10)
LONGEST = timedelta(days=60)
LONGEST_PRIZE = 200
REFRESH_PAUSE = timedelta(seconds=5)
REFRESH_LOST = timedelta(minutes=2)
_DISCORD_EPOCH_MS = 1_420_070_400_000


class State(StrEnum):
    """Where a giveaway stands. It only ever moves down this list."""

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


class Chance(Protocol):
    """The luck that a draw needs."""

    def sample[T](self, population: Sequence[T], k: int) -> list[T]:
        """`k` different elements in drawn order."""
        ...


@dataclass(frozen=True)
class Rules:
    """What the guild's config says of giveaways at this moment."""

    claim_timeout: timedelta = timedelta(minutes=5)
    reroll_limit: int = 1
    minimum_account_age: timedelta = timedelta()
    blacklisted_roles: frozenset[int] = frozenset()
    blacklisted_members: frozenset[int] = frozenset()
    default_channel: int | None = None
    log_channel: int | None = None


def rules_of(config: Giveaways) -> Rules:
    """The rules that a guild's config makes."""
    return Rules(
        claim_timeout=config.claim_timeout,
        reroll_limit=config.reroll_limit,
        minimum_account_age=config.minimum_account_age,
        blacklisted_roles=frozenset(map(int, config.blacklist.roles)),
        blacklisted_members=frozenset(map(int, config.blacklist.members)),
        default_channel=int(config.default_channel) if config.default_channel else None,
        log_channel=int(config.log_channel) if config.log_channel else None,
    )


@dataclass(frozen=True)
class Caps:
    """What the host lets this guild have."""

    active: int
    winners: int
    entries: int


@dataclass(frozen=True)
class Terms:
    """What somebody asks for when starting a giveaway."""

    prize: str
    winners: int
    duration: timedelta
    required_role: int | None = None


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


@dataclass(frozen=True)
class Person:
    """What is known of a member when it matters."""

    id: int
    role_ids: frozenset[int] = frozenset()

    @property
    def born(self) -> datetime:
        """When the account was made: a snowflake says so itself."""
        return datetime.fromtimestamp(((self.id >> 22) + _DISCORD_EPOCH_MS) / 1000, UTC)


@dataclass(frozen=True)
class Entry:
    """A member's place in the draw. `interaction_id` is the last click that was counted."""

    member_id: int
    active: bool
    interaction_id: int


@dataclass(frozen=True)
class PrizeClaim:
    """A winner's right to the prize. `deadline` is unknown until the winner was pinged."""

    member_id: int
    round: int
    state: ClaimState = ClaimState.OPEN
    deadline: datetime | None = None
    message_id: int | None = None


def refuse_terms(terms: Terms, *, active: int, caps: Caps) -> Refusal | None:
    """Why a giveaway on these terms cannot be started, where `active` others run already."""
    if not terms.prize.strip():
        return Refusal("giveaways-refused-no-prize")
    if len(terms.prize) > LONGEST_PRIZE:
        return Refusal("giveaways-refused-long-prize", {"length": len(terms.prize), "limit": LONGEST_PRIZE})
    if not SHORTEST <= terms.duration <= LONGEST:
        return Refusal("giveaways-refused-duration", {"seconds": SHORTEST.seconds, "days": LONGEST.days})
    if not 1 <= terms.winners <= caps.winners:
        return Refusal("giveaways-refused-winners", {"winners": terms.winners, "limit": caps.winners})
    if active >= caps.active:
        return Refusal("giveaways-refused-too-many", {"limit": caps.active})
    return None


def planned_end(giveaway: Giveaway, now: datetime) -> datetime:
    """When to end a giveaway whose message is about to be posted.

    Where Discord was away so long that half the time is gone, the whole duration counts from the posting.
    """
    if giveaway.ends_at - now >= giveaway.terms.duration / 2:
        return giveaway.ends_at
    return now + giveaway.terms.duration


def refuse_entry(  # noqa: PLR0913  all that it depends on
    giveaway: Giveaway, person: Person, rules: Rules, *, entries: int, caps: Caps, now: datetime
) -> Refusal | None:
    """Why `person` cannot enter now; leaving is always possible while it runs."""
    if over := refuse_change(giveaway, now):
        return over
    if entries >= caps.entries:
        return Refusal("giveaways-refused-full", {"limit": caps.entries})
    return refuse_person(giveaway, person, rules, now)


def refuse_change(giveaway: Giveaway, now: datetime) -> Refusal | None:
    """Why nobody can enter or leave any more."""
    if giveaway.state is not State.RUNNING or now >= giveaway.ends_at:
        return Refusal("giveaways-refused-over")
    return None


def refuse_person(giveaway: Giveaway, person: Person, rules: Rules, now: datetime) -> Refusal | None:
    """Why `person` may not win: asked when entering and again at the draw, by the config of that moment."""
    if person.id in rules.blacklisted_members or person.role_ids & rules.blacklisted_roles:
        return Refusal("giveaways-refused-blacklisted")
    required = giveaway.terms.required_role
    if required is not None and required not in person.role_ids:
        return Refusal("giveaways-refused-role", {"role": str(required)})
    if now - person.born < rules.minimum_account_age:
        ready = int((person.born + rules.minimum_account_age).timestamp())
        return Refusal("giveaways-refused-young", {"ready": str(ready)})
    return None


def toggled(entry: Entry | None, member_id: int, interaction_id: int) -> Entry:
    """The entry after a click: in becomes out, out becomes in. A click that was counted before changes nothing."""
    if entry is None:
        return Entry(member_id, active=True, interaction_id=interaction_id)
    if interaction_id <= entry.interaction_id:
        return entry
    return replace(entry, active=not entry.active, interaction_id=interaction_id)


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


def planned_deadline(deadline: datetime | None, rules: Rules, now: datetime) -> datetime:
    """Until when to let the winners claim whose message is about to be posted, if an earlier try planned `deadline`."""
    if deadline is not None and deadline - now >= rules.claim_timeout / 2:
        return deadline
    return now + rules.claim_timeout


def end_now(giveaway: Giveaway) -> Giveaway | Refusal:
    """Freeze the entries, for the draw to begin."""
    if giveaway.state is not State.RUNNING:
        return Refusal("giveaways-refused-already-ended", {"number": str(giveaway.number)})
    return replace(giveaway, state=State.DRAWING)


def draw_order(entrants: Iterable[int], former: Collection[int], chance: Chance) -> list[int]:
    """Everybody who can be drawn, in the order of luck: the first eligible ones of it win."""
    pool = sorted(set(entrants) - set(former))
    return chance.sample(pool, len(pool))


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
    if mine.state is ClaimState.EXPIRED or (mine.deadline is not None and now >= mine.deadline):
        return Refusal("giveaways-refused-too-late")
    return replace(mine, state=ClaimState.CLAIMED)


def overdue(claims: Iterable[PrizeClaim], now: datetime) -> list[PrizeClaim]:
    """The open claims whose time is over, as expired."""
    return [
        replace(claim, state=ClaimState.EXPIRED)
        for claim in claims
        if claim.state is ClaimState.OPEN and claim.deadline is not None and now >= claim.deadline
    ]


def redraws(giveaway: Giveaway, expired: int, rules: Rules) -> int:
    """How many winners to draw anew for prizes that nobody claimed."""
    if giveaway.state is not State.CLAIMING or giveaway.round >= rules.reroll_limit:
        return 0
    return expired


def reroll(giveaway: Giveaway, winners: Sequence[int]) -> tuple[Giveaway, list[PrizeClaim]]:
    """The giveaway after a reroll: a new round where there is somebody to win."""
    if not winners:
        return giveaway, []
    again = replace(giveaway, round=giveaway.round + 1)
    return again, [PrizeClaim(member, again.round) for member in winners]


def settled(giveaway: Giveaway, claims: Iterable[PrizeClaim]) -> Giveaway:
    """Closed once no claim is open any more."""
    if giveaway.state is State.CLAIMING and all(claim.state is not ClaimState.OPEN for claim in claims):
        return replace(giveaway, state=State.CLOSED)
    return giveaway


def delete(giveaway: Giveaway) -> Giveaway | Refusal:
    """Take a giveaway back: no draw, no claims; its message goes."""
    if giveaway.state is State.DELETED:
        return Refusal("giveaways-refused-unknown")
    return replace(giveaway, state=State.DELETED)
