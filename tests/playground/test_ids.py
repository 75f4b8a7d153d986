"""Snowflakes and the nonce's window."""

from datetime import UTC, datetime, timedelta

from guildwright.playground.ids import Snowflakes, made_at, snowflake_of
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord


def test_an_id_tells_when_it_was_made() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    assert made_at(snowflake_of(moment)) == moment


def test_ids_grow_also_when_the_clock_is_set_back(clock: FakeClock) -> None:
    ids = Snowflakes(clock)
    made = [ids.next(), ids.next()]
    clock.set(clock.now() - timedelta(hours=1))
    made.append(ids.next())

    assert made == sorted(set(made))


def test_an_account_can_be_made_in_the_past(clock: FakeClock) -> None:
    ids = Snowflakes(clock)
    moment = clock.now() - timedelta(days=3)
    first = ids.past(moment, set())

    assert made_at(first) == made_at(ids.past(moment, {first})) == moment
    assert ids.past(moment, {first}) != first


async def test_a_nonce_is_forgotten_after_its_window(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    first = await slow_discord.say("gatehouse", "x", nonce="n", enforce_nonce=True)
    clock.set(clock.now() + timedelta(minutes=4))
    within = await slow_discord.say("gatehouse", "x", nonce="n", enforce_nonce=True)
    clock.set(clock.now() + timedelta(minutes=2))
    after = await slow_discord.say("gatehouse", "x", nonce="n", enforce_nonce=True)

    assert within["id"] == first["id"]
    assert after["id"] != first["id"]
