"""A round of drand counts only with the network's own signature, and is asked for until somebody has it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildwright.platform.beacon import Beacon, BeaconAway, Chain, Pulse, chain_of, is_signed
from guildwright.platform.clock import SystemClock
from guildwright.platform.settings_drand import QUICKNET
from tests.fakes.beacon import SECRET, FakeBeacon, chain, signed
from tests.fakes.bot import settings
from tests.giveaways.records import QUICKNET as QUICKNET_CHAIN
from tests.giveaways.records import ROUND_1000


@pytest.fixture
async def fake() -> AsyncIterator[FakeBeacon]:
    """A network that works."""
    beacon = await FakeBeacon().start()
    yield beacon
    await beacon.stop()


def test_the_default_network_is_quicknet_and_its_rounds_are_recognised() -> None:
    made = chain_of(settings())
    assert made == QUICKNET_CHAIN
    assert made.chain_hash == QUICKNET
    assert is_signed(made, ROUND_1000)
    assert ROUND_1000.randomness == "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"


@pytest.mark.parametrize(
    "false",
    [
        replace(ROUND_1000, round=1001),
        replace(ROUND_1000, round=0),
        replace(ROUND_1000, round=2**64),
        replace(ROUND_1000, signature=""),
        replace(ROUND_1000, signature="no hexadecimal"),
        replace(ROUND_1000, signature=ROUND_1000.signature + "00"),
        replace(ROUND_1000, signature="c0" + "00" * 47),  # the point at infinity
        replace(ROUND_1000, signature="80" + "00" * 46 + "04"),  # on the curve, outside the group
        replace(ROUND_1000, signature="ff" * 48),
        signed(1000),
    ],
)
def test_what_the_network_did_not_sign_is_refused(false: Pulse) -> None:
    assert not is_signed(QUICKNET_CHAIN, false)


def test_a_key_that_signs_everything_is_no_key() -> None:
    infinity = replace(QUICKNET_CHAIN, public_key="c0" + "00" * 95)
    assert not is_signed(infinity, replace(ROUND_1000, signature="c0" + "00" * 47))


@given(st.integers(0, 10**10), st.integers(1, 3600), st.integers(0, 10**13))
def test_the_round_after_a_moment_is_the_first_that_is_later(genesis: int, period: int, moment: int) -> None:
    made = Chain("", "", period, genesis)
    number = made.round_after(moment)
    assert number >= 1
    assert made.time_of(number) * 1000 > moment
    assert number == 1 or made.time_of(number - 1) * 1000 <= moment


async def test_a_round_is_fetched_and_checked(fake: FakeBeacon) -> None:
    assert await Beacon([fake.url], SystemClock()).wait_for(chain(), 77, patience=0) == signed(77)


async def test_a_round_that_is_not_made_yet_is_waited_for(fake: FakeBeacon) -> None:
    fake.answers = [425, 404, 502]
    assert await Beacon([fake.url], SystemClock()).wait_for(chain(), 77, patience=10) == signed(77)
    assert fake.asked == [77] * 4


async def test_the_next_address_is_asked_when_one_is_away_or_lies(fake: FakeBeacon) -> None:
    liar = await FakeBeacon(secret=SECRET + 1).start()
    gone = await FakeBeacon().start()
    await gone.stop()
    try:
        beacon = Beacon([gone.url, liar.url, f"{fake.url}/"], SystemClock())
        assert await beacon.wait_for(chain(), 77, patience=0) == signed(77)
        assert liar.asked == [77]
    finally:
        await liar.stop()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (500, "status 500"),
        (425, "status 425"),
        (b"<html>", "no round but"),
        (b"[" * 9000, "no round but"),
        (b'{"round": "77"}', "no round but"),
        (b'{"round": 76, "signature": "00"}', "without a good signature"),
    ],
)
async def test_without_a_good_round_the_beacon_is_away_and_says_why(
    fake: FakeBeacon, answer: int | bytes, said: str
) -> None:
    fake.answers = [answer]
    with pytest.raises(BeaconAway, match=said):
        await Beacon([fake.url], SystemClock()).wait_for(chain(), 77, patience=0)


async def test_why_there_is_no_round_is_told_without_the_addresses(fake: FakeBeacon) -> None:
    await fake.stop()
    port = fake.url.rsplit(":", 1)[1]
    with pytest.raises(BeaconAway) as away:
        await Beacon([f"http://somebody:secret@127.0.0.1:{port}"], SystemClock()).wait_for(chain(), 77, patience=0)
    assert "address 1: ClientConnectorError" in str(away.value)
    assert not any(part in str(away.value) for part in ("secret", "127.0.0.1", port))


async def test_the_event_loop_lives_on_while_a_signature_is_checked(fake: FakeBeacon) -> None:
    asking = asyncio.create_task(Beacon([fake.url], SystemClock()).wait_for(chain(), 77, patience=0))
    turns = 0
    while not asking.done():
        await asyncio.sleep(0.001)
        turns += bool(fake.asked)
    assert await asking == signed(77)
    assert turns > 10  # on the loop itself, the check would leave it no turn
