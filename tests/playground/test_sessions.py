"""Gateway sessions: how many may start, how they end, and what a client can do then."""

import asyncio
from datetime import timedelta

import pytest

from guildwright.playground.gateway.connection import HEARTBEAT_SECONDS, Close, Connection
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import Gateway, LocalDiscord
from tests.fakes.waiting import eventually


async def resume(discord: LocalDiscord, gateway: Gateway, session: str, sequence: int) -> None:
    await gateway.send(6, {"token": discord.token, "session_id": session, "seq": sequence})


async def test_as_many_sessions_start_at_once_as_the_concurrency_allows(discord: LocalDiscord) -> None:
    await discord.told("PUT", "/gateway/limits", {"max_concurrency": 2, "shards": 3})
    gateway_bot = await discord.ask("GET", "/gateway/bot")
    async with discord.gateway() as zero, discord.gateway() as one, discord.gateway() as two:
        for shard, gateway in enumerate((zero, one, two)):
            await gateway.receive()
            await gateway.identify(discord.token, shard=(shard, 3))
        answers = [(await gateway.receive()) for gateway in (zero, one, two)]

    assert (gateway_bot["shards"], gateway_bot["session_start_limit"]["max_concurrency"]) == (3, 2)
    assert [answer["t"] or answer["d"] for answer in answers] == ["READY", "READY", False]


async def test_two_generations_of_shards_hear_the_same_guild(discord: LocalDiscord) -> None:
    await discord.told("PUT", "/gateway/limits", {"max_concurrency": 16})
    async with discord.connected(shard=(0, 1)) as old, discord.connected(shard=discord.other_shard) as new:
        await discord.told("POST", f"/guilds/{discord.guild}/roles", {"name": "New"})
        for gateway in (old, new):
            await gateway.expect("GUILD_ROLE_CREATE")


async def test_the_identify_above_the_daily_budget_resets_the_token(discord: LocalDiscord) -> None:
    await discord.told("PUT", "/gateway/limits", {"starts_per_day": 1, "max_concurrency": 16})
    async with discord.connected(shard=(0, 2)) as first, discord.gateway() as second:
        await second.identify(discord.token, shard=(1, 2))
        assert await second.close_code() == 4004
        assert await first.close_code() == 4004
    fresh = (await discord.told("GET", "/state"))["bot"]["token"]

    assert fresh != discord.token
    assert (await discord.rest("GET", "/users/@me")).status_code == 401
    async with discord.gateway() as gateway:
        await gateway.identify(discord.token)
        assert await gateway.close_code() == 4004
    discord.token = fresh
    assert (await discord.rest("GET", "/users/@me")).is_success


async def test_the_budget_is_whole_again_after_a_day(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    await slow_discord.told("PUT", "/gateway/limits", {"starts_per_day": 2, "starts_used": 2})
    assert (await slow_discord.told("GET", "/gateway/limits"))["starts_remaining"] == 0
    clock.set(clock.now().replace(day=clock.now().day + 1, second=1))

    async with slow_discord.connected():
        assert (await slow_discord.told("GET", "/gateway/limits"))["starts_remaining"] == 1


@pytest.mark.parametrize("wrong", [{"max_concurrency": 0}, {"starts_per_day": 0}, {"shards": 0}, {"starts_used": -1}])
async def test_limits_out_of_bounds_are_refused_with_their_field(discord: LocalDiscord, wrong: dict[str, int]) -> None:
    answer = await discord.control("PUT", "/gateway/limits", wrong)

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, next(iter(wrong)))


async def test_a_client_that_is_asked_to_reconnect_resumes(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        discord.play.hub.reconnect(discord.play.hub.sessions[gateway.session_id])
        assert await gateway.receive() == {"op": 7, "t": None, "s": None, "d": None}
        session, sequence = gateway.session_id, gateway.sequence
        await gateway.leave(4000)
    async with discord.gateway() as gateway:
        await resume(discord, gateway, session, sequence)
        await gateway.expect("RESUMED")


async def test_a_second_resume_from_the_same_place_replays_no_resumed(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        session, sequence = gateway.session_id, gateway.sequence
        await gateway.leave(4000)
    await discord.told("POST", f"/guilds/{discord.guild}/roles", {"name": "Meanwhile"})
    heard = []
    for _ in range(2):
        async with discord.gateway() as gateway:
            await gateway.receive()
            await resume(discord, gateway, session, sequence)
            heard.append(await gateway.names())
            await gateway.leave(4000)

    assert heard == [["GUILD_ROLE_CREATE", "GUILD_AUDIT_LOG_ENTRY_CREATE", "RESUMED"]] * 2


@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalid_session_says_whether_it_can_be_resumed_and_the_connection_goes_on(
    discord: LocalDiscord, *, resumable: bool
) -> None:
    await discord.told("PUT", "/gateway/limits", {"max_concurrency": 1})
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        discord.play.hub.invalidate(discord.play.hub.sessions[gateway.session_id], resumable=resumable)
        assert await gateway.receive() == {"op": 9, "t": None, "s": None, "d": resumable}
        await discord.told("POST", f"/guilds/{discord.guild}/roles", {"name": "Meanwhile"})
        await resume(discord, gateway, gateway.session_id, gateway.sequence)
        first = await gateway.receive()

    assert (first["t"] or first["op"]) == ("GUILD_ROLE_CREATE" if resumable else 9)


async def test_an_expired_session_is_closed_with_4009_and_cannot_be_resumed(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        session, sequence = gateway.session_id, gateway.sequence
        discord.play.hub.expire(discord.play.hub.sessions[session])
        assert await gateway.close_code() == 4009
    async with discord.gateway() as gateway:
        await gateway.receive()
        await resume(discord, gateway, session, sequence)
        assert (await gateway.receive())["d"] is False


@pytest.mark.parametrize(("seconds", "comes_back"), [(299, True), (301, False)])
async def test_a_lost_session_waits_five_minutes_for_its_client(
    slow_discord: LocalDiscord, clock: FakeClock, seconds: int, *, comes_back: bool
) -> None:
    async with slow_discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        session, sequence = gateway.session_id, gateway.sequence
        await gateway.leave(4000)
    await eventually(lambda: slow_discord.play.hub.sessions[session].wire is None)
    clock.set(clock.now() + timedelta(seconds=seconds))
    async with slow_discord.gateway() as gateway:
        await gateway.receive()
        await resume(slow_discord, gateway, session, sequence)
        answer = await gateway.receive()

    assert (answer["t"], answer["op"]) == (("RESUMED", 0) if comes_back else (None, 9))


class Silent:
    """A socket over which nothing comes."""

    def __init__(self) -> None:
        self.query_params: dict[str, str] = {}
        self.headers: dict[str, str] = {}

    async def receive(self) -> None:
        await asyncio.Event().wait()


async def test_a_client_that_beats_no_more_is_closed(discord: LocalDiscord) -> None:
    connection = Connection(discord.play, Silent(), Silent())  # type: ignore[arg-type]
    connection._beat_at -= 1.5 * HEARTBEAT_SECONDS - 0.05
    with pytest.raises(Close) as end:
        async with asyncio.timeout(30):
            await connection._receive()

    assert (end.value.code, end.value.reason) == (4000, "No heartbeat came.")
