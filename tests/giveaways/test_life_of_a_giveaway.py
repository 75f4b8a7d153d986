"""Whatever people and clocks do, in any order: hypothesis looks for a giveaway that breaks its promises."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from guildwright.platform.chance import SystemChance
from guildwright_bot.features.giveaways import domain
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
from guildwright_bot.refusal import Refusal
from tests.giveaways.test_domain import NOW

CAPS = Caps(active=1, winners=3, entries=5)
RULES = Rules(claim_timeout=timedelta(minutes=5), reroll_limit=2)
MEMBERS = st.integers(1, 8)
ORDER = list(State)


def in_some_order(members: Iterable[int]) -> list[int]:
    """What a draw makes of them."""
    pool = sorted(members)
    return SystemChance().sample(pool, len(pool))


class LifeOfAGiveaway(RuleBasedStateMachine):
    """Plays members, the clock and the jobs against the rules."""

    def __init__(self) -> None:
        super().__init__()
        terms = Terms("Oak chair", 2, timedelta(minutes=10))
        self.now = NOW
        self.giveaway = Giveaway(1, 1, 1, 1, 1, terms, NOW, NOW + terms.duration)
        self.entries: dict[int, Entry] = {}
        self.claims: list[PrizeClaim] = []
        self.clicks = 0
        self.furthest = 0

    def _entrants(self) -> list[int]:
        return [member for member, entry in self.entries.items() if entry.active]

    @rule(minutes=st.integers(0, 8))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(member=MEMBERS)
    def somebody_clicks(self, member: int) -> None:
        self.clicks += 1
        entry = domain.toggled(self.entries.get(member), Person(member), self.clicks)
        refusal = domain.refuse_change(self.giveaway, self.now)
        if entry.active:
            counted = replace(self.giveaway, entries=len(self._entrants()))
            refusal = domain.refuse_entry(counted, Person(member), RULES, caps=CAPS, now=self.now)
        if refusal is None:
            self.entries[member] = entry

    @precondition(lambda self: self.now >= self.giveaway.ends_at and self.giveaway.state is State.RUNNING)
    @rule()
    def its_time_is_over(self) -> None:
        ended = domain.end_now(self.giveaway)
        assert isinstance(ended, Giveaway)
        self.giveaway = ended

    @precondition(lambda self: self.giveaway.state is State.DRAWING)
    @rule(gone=st.sets(MEMBERS))
    def it_is_drawn(self, gone: set[int]) -> None:
        order = [m for m in in_some_order(self._entrants()) if m not in gone]
        winners = order[: self.giveaway.terms.winners]
        assert len(winners) == min(2, len(set(self._entrants()) - gone))
        self.giveaway, self.claims = domain.award(self.giveaway, winners)

    @rule()
    def the_winners_are_told(self) -> None:
        self.claims = [
            replace(claim, deadline=claim.deadline or domain.planned_deadline(None, RULES.claim_timeout, self.now))
            for claim in self.claims
        ]

    @rule(member=MEMBERS)
    def somebody_claims(self, member: int) -> None:
        claimed = domain.claim(self.giveaway, self.claims, member, self.now)
        if not isinstance(claimed, Refusal):
            self.claims = [claimed if claim.member_id == member else claim for claim in self.claims]
            self.giveaway = domain.settled(self.giveaway, self.claims)

    @rule()
    def claims_are_looked_at(self) -> None:
        late = {claim.member_id: claim for claim in domain.overdue(self.claims, self.now)}
        wanted = domain.redraws(self.giveaway, late.values(), RULES)
        former = {claim.member_id for claim in self.claims}
        order = in_some_order(set(self._entrants()) - former)
        self.claims = [late.get(claim.member_id, claim) for claim in self.claims]
        before = [claim.given_on for claim in late.values() if claim.given_on < RULES.reroll_limit]
        given_on = max(before, default=0) + 1
        self.giveaway, fresh = domain.reroll(self.giveaway, order[:wanted], given_on)
        self.claims += fresh
        self.giveaway = domain.settled(self.giveaway, self.claims)

    @invariant()
    def it_never_goes_back(self) -> None:
        place = ORDER.index(self.giveaway.state)
        assert place >= self.furthest
        self.furthest = place

    @invariant()
    def there_are_never_more_entries_than_allowed(self) -> None:
        assert len(self._entrants()) <= CAPS.entries

    @invariant()
    def nobody_wins_twice_and_every_winner_had_entered(self) -> None:
        winners = [claim.member_id for claim in self.claims]
        assert len(winners) == len(set(winners))
        assert set(winners) <= self.entries.keys()

    @invariant()
    def no_more_prizes_are_out_than_there_are(self) -> None:
        held = [claim for claim in self.claims if claim.state is not ClaimState.EXPIRED]
        assert len(held) <= self.giveaway.terms.winners

    @invariant()
    def a_closed_giveaway_waits_for_nobody(self) -> None:
        if self.giveaway.state is State.CLOSED:
            assert all(claim.state is not ClaimState.OPEN for claim in self.claims)

    @invariant()
    def a_prize_is_drawn_again_no_more_often_than_allowed(self) -> None:
        assert all(claim.given_on <= RULES.reroll_limit for claim in self.claims)


LifeOfAGiveaway.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLifeOfAGiveaway = LifeOfAGiveaway.TestCase
