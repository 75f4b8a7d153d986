"""One leads at a time, whatever stalls, dies or is cut off; and soon another does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from guildwright_operator.lease import LEASE_SECONDS, MARGIN_SECONDS, Election, Lease
from tests.fakes.clock import FakeClock
from tests.fakes.leases import FakeLeases


async def wait(clock: FakeClock, seconds: float) -> None:
    """Let time pass in steps small enough for everybody to do what is due."""
    for _ in range(round(seconds / 0.1)):
        await clock.advance(0.1)


class Candidate:
    """A process that leads whenever it may."""

    def __init__(self, name: str, leases: FakeLeases, clock: FakeClock) -> None:
        self.election = Election(leases, name, clock)
        self.back_again = 0
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await self.election.follow()
            await self.election.lead(self._back)

    def _back(self) -> None:
        self.back_again += 1

    @property
    def leads(self) -> bool:
        return self.election.holds

    async def die(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def leases() -> FakeLeases:
    return FakeLeases()


@pytest.fixture
async def pair(leases: FakeLeases, clock: FakeClock) -> AsyncIterator[tuple[Candidate, Candidate]]:
    """Two, of whom the first leads."""
    first = Candidate("first", leases, clock)
    await clock.advance(0.1)
    second = Candidate("second", leases, clock)
    await clock.advance(0.1)
    yield first, second
    await first.die()
    await second.die()


type Pair = tuple[Candidate, Candidate]


async def test_the_first_to_come_leads_and_goes_on_leading(pair: Pair, leases: FakeLeases, clock: FakeClock) -> None:
    first, second = pair
    for _ in range(100):
        await clock.advance(1)
        assert (first.leads, second.leads) == (True, False)
    assert second.election.holder == "first"
    assert leases.lease.transitions == 1
    assert first.back_again == 0


async def test_after_a_kill_the_other_leads_within_the_time_of_the_lease_and_never_before(
    pair: Pair, clock: FakeClock
) -> None:
    first, second = pair
    await clock.advance(20)
    await first.die()
    waited = 0.0
    while not second.leads:
        assert not (second.leads and first.leads)
        await clock.advance(0.1)
        waited += 0.1
    assert LEASE_SECONDS - 1.5 < waited < LEASE_SECONDS + 1


async def test_given_back_it_is_taken_at_the_next_look(pair: Pair, clock: FakeClock) -> None:
    first, second = pair
    await clock.advance(20)
    await first.die()
    await first.election.release()
    assert not first.leads
    await clock.advance(0.6)
    assert second.leads


async def test_who_is_cut_off_stops_before_another_may_begin(pair: Pair, leases: FakeLeases, clock: FakeClock) -> None:
    first, second = pair
    await clock.advance(20)
    leases.away = True
    await clock.advance(LEASE_SECONDS - MARGIN_SECONDS + 0.01)
    assert not first.leads
    leases.away = False
    await clock.advance(0.6)
    assert [first.leads, second.leads].count(True) <= 1
    await clock.advance(LEASE_SECONDS)
    assert [first.leads, second.leads].count(True) == 1


async def test_a_short_cut_costs_nobody_the_lead_but_is_told(pair: Pair, leases: FakeLeases, clock: FakeClock) -> None:
    first, second = pair
    await clock.advance(20)
    leases.away = True
    await clock.advance(2)
    leases.away = False
    for _ in range(20):
        await clock.advance(0.5)
        assert (first.leads, second.leads) == (True, False)
    assert first.back_again == 1


async def test_who_was_stalled_for_longer_than_the_lease_knows_on_waking_that_it_may_not_write(
    leases: FakeLeases,
) -> None:
    stalled, others = FakeClock(), FakeClock()  # a clock of its own, since the process stands still
    first = Election(leases, "first", stalled)
    await first.follow()
    assert first.holds
    second = Candidate("second", leases, others)
    await wait(others, LEASE_SECONDS + 1)
    assert second.leads
    stalled.set(stalled.now() + (others.now() - stalled.now()))
    assert not first.holds
    await second.die()


async def test_a_renewal_whose_answer_was_lost_extends_nothing(
    pair: Pair, leases: FakeLeases, clock: FakeClock
) -> None:
    first, second = pair
    await clock.advance(20)
    leases.answers_lost = True
    await clock.advance(LEASE_SECONDS)
    assert not first.leads
    assert not second.leads  # for it the lease was renewed
    leases.answers_lost = False
    await clock.advance(LEASE_SECONDS + 1)
    assert [first.leads, second.leads].count(True) == 1


async def test_of_two_that_come_at_once_one_leads(leases: FakeLeases, clock: FakeClock) -> None:
    both = [Candidate(name, leases, clock) for name in ("a", "b")]
    await clock.advance(0.1)
    assert [one.leads for one in both].count(True) == 1
    for one in both:
        await one.die()


async def test_another_clock_of_the_machine_that_held_it_changes_nothing(leases: FakeLeases, clock: FakeClock) -> None:
    elsewhere = FakeClock(clock.now() - timedelta(hours=3))
    first = Election(leases, "first", elsewhere)
    await first.follow()
    second = Candidate("second", leases, clock)
    await wait(clock, LEASE_SECONDS - 0.6)
    assert not second.leads  # though by its own clock the lease was renewed three hours ago
    await wait(clock, 1.2)
    assert second.leads
    await second.die()


async def test_given_back_after_a_renewal_without_an_answer_it_is_free_too(
    pair: Pair, leases: FakeLeases, clock: FakeClock
) -> None:
    first, second = pair
    await clock.advance(20)
    leases.answers_lost = True
    await wait(clock, 1.5)
    leases.answers_lost = False
    await first.die()
    assert first.election.holds
    await first.election.release()
    assert leases.lease.holder == ""
    await clock.advance(0.6)
    assert second.leads


async def test_what_another_took_meanwhile_is_not_given_back(leases: FakeLeases, clock: FakeClock) -> None:
    first = Election(leases, "first", clock)
    await first.follow()
    leases.lease = Lease("other", version="99")
    await first.release()
    assert leases.lease.holder == "other"
