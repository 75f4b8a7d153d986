"""The clock that every process shares: what the database says, carried on by what never jumps."""

from datetime import timedelta

import pytest

from guildwright.platform.clock import SystemClock
from guildwright.platform.database import engine
from guildwright.platform.database.clock import DatabaseClock
from tests.fakes.clock import FakeClock
from tests.fakes.waiting import eventually

pytestmark = pytest.mark.integration


async def test_until_the_database_was_asked_it_shows_the_machines_time() -> None:
    machine = FakeClock()
    assert DatabaseClock(machine).now() == machine.now()


async def test_a_machine_that_is_an_hour_off_shows_the_databases_time(database: None) -> None:
    assert database is None
    right = SystemClock()
    for wrong in (timedelta(hours=1), timedelta(hours=-1)):
        clock = DatabaseClock(FakeClock(right.now() + wrong))
        await clock.ask()
        assert abs(clock.now() - right.now()) < timedelta(seconds=5)


async def test_it_goes_on_evenly_when_somebody_sets_the_machines_clock_and_asks_again(database: None) -> None:
    assert database is None
    machine = FakeClock(SystemClock().now())
    clock = DatabaseClock(machine)
    clock.start()
    try:
        await clock.wait_known()
        before = clock.now()
        machine._now += timedelta(hours=1)
        assert clock.now() == before
        asked = clock._asked
        await eventually(lambda: clock._asked is not asked)
        assert abs(clock.now() - before) < timedelta(seconds=5)
    finally:
        await clock.stop()


async def test_while_the_database_is_away_it_goes_on(database: None) -> None:
    assert database is None
    machine = FakeClock(SystemClock().now())
    clock = DatabaseClock(machine)
    await clock.ask()
    before = clock.now()
    await engine.open_url("postgresql://nobody@/none?host=/nowhere")
    machine.set(machine.now() + timedelta(minutes=5))
    await clock.ask()
    assert clock.now() == before + timedelta(minutes=5)
