"""Faults of the gateway as a client meets them: of its connection, of its session, and of single events."""

import asyncio
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import Gateway, LocalDiscord
from tests.fakes.waiting import eventually


async def disturb(discord: LocalDiscord, act: str, **more: Any) -> list[str]:
    sessions: list[str] = (await discord.told("POST", "/faults/gateway", {"act": act, **more}))["sessions"]
    return sessions


async def write(discord: LocalDiscord, content: str) -> None:
    body = {"user_id": discord.user("ana"), "content": content}
    await discord.told("POST", f"/channels/{discord.channel('gatehouse')}/messages", body)


async def heard(gateway: Gateway, count: int) -> list[str]:
    return [(await gateway.expect("MESSAGE_CREATE"))["content"] for _ in range(count)]


async def silent(gateway: Gateway) -> bool:
    try:
        await asyncio.wait_for(gateway.receive_patiently(), 0.15)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("act", ["drop", "half_close"])
async def test_a_connection_that_ends_without_a_word_can_be_resumed(discord: LocalDiscord, act: str) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        session = gateway.session_id
        assert await disturb(discord, act, session_id=session) == [session]
        assert await gateway.close_code() == 1006
    await write(discord, "missed")

    async with discord.gateway() as again:
        await again.send(6, {"token": discord.token, "session_id": session, "seq": gateway.sequence})
        assert await heard(again, 1) == ["missed"]


async def test_over_a_stalled_connection_passes_nothing_until_it_flows(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await disturb(discord, "stall")
        await write(discord, "later")
        await gateway.send(1, gateway.sequence)
        assert await silent(gateway)
        assert (await discord.told("GET", "/faults"))["stalled"] == [gateway.session_id]

        await disturb(discord, "flow")

        assert await gateway.names() == ["MESSAGE_CREATE"]


async def test_behaving_again_ends_a_stall(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await disturb(discord, "stall")
        await write(discord, "later")
        await discord.told("DELETE", "/faults")
        assert await heard(gateway, 1) == ["later"]


async def test_a_stalled_session_is_resumed_over_another_connection(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await disturb(discord, "stall")
        await write(discord, "missed")
        async with discord.gateway() as again:
            await again.send(6, {"token": discord.token, "session_id": gateway.session_id, "seq": gateway.sequence})
            assert await heard(again, 1) == ["missed"]


async def test_a_client_can_be_asked_to_reconnect(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await disturb(discord, "reconnect")
        assert (await gateway.receive())["op"] == 7


@pytest.mark.parametrize("resumable", [True, False])
async def test_a_session_can_be_invalidated(discord: LocalDiscord, resumable: bool) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await disturb(discord, "invalid_session", resumable=resumable)
        invalid = await gateway.receive()
    assert (invalid["op"], invalid["d"]) == (9, resumable)
    async with discord.gateway() as again:
        await again.send(6, {"token": discord.token, "session_id": gateway.session_id, "seq": gateway.sequence})
        await again.receive()
        answer = await again.receive()

    assert (answer["op"], answer["t"]) == ((0, "RESUMED") if resumable else (9, None))


async def test_an_expired_session_cannot_be_resumed(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        session, sequence = gateway.session_id, gateway.sequence
        await gateway.leave(4000)
    assert await disturb(discord, "expire") == [session]
    async with discord.gateway() as again:
        await again.send(6, {"token": discord.token, "session_id": session, "seq": sequence})
        await again.receive()
        assert (await again.receive())["op"] == 9


@pytest.mark.parametrize(("code", "kept"), [(4000, True), (4014, False)])
async def test_a_connection_is_closed_with_any_code(discord: LocalDiscord, code: int, kept: bool) -> None:
    async with discord.connected() as gateway:
        await disturb(discord, "close", code=code)
        assert await gateway.close_code() == code
    sessions = (await discord.told("GET", "/gateway"))["sessions"]

    assert bool(sessions) is kept


async def test_a_reset_token_closes_who_is_connected_and_refuses_the_old_one(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        fresh = (await discord.told("POST", "/token"))["token"]
        assert await gateway.close_code() == 4004

    assert (await discord.rest("GET", "/users/@me")).status_code == 401
    discord.token = fresh
    assert (await discord.rest("GET", "/users/@me")).status_code == 200


async def test_an_event_comes_late_and_numbered_when_it_comes(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    discord = slow_discord
    await discord.told("POST", "/faults/events", {"effect": "delay", "event": "MESSAGE_CREATE", "milliseconds": 9000})
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        others = clock.sleeping
        await write(discord, "late")
        await write(discord, "punctual")
        assert await heard(gateway, 1) == ["punctual"]
        sequence = gateway.sequence
        await eventually(lambda: clock.sleeping > others)
        await clock.advance(9)
        assert await heard(gateway, 1) == ["late"]

    assert gateway.sequence == sequence + 1


async def test_an_event_comes_after_the_next_one(discord: LocalDiscord) -> None:
    await discord.told("POST", "/faults/events", {"effect": "reorder", "event": "MESSAGE_CREATE"})
    async with discord.connected() as gateway:
        for content in ("one", "two", "three"):
            await write(discord, content)
        assert await heard(gateway, 3) == ["two", "one", "three"]


async def test_a_reordered_event_that_nothing_follows_comes_soon(discord: LocalDiscord) -> None:
    await discord.told("POST", "/faults/events", {"effect": "reorder", "milliseconds": 50})
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await write(discord, "alone")
        assert await heard(gateway, 1) == ["alone"]


async def test_an_event_comes_twice_or_never(discord: LocalDiscord) -> None:
    await discord.told("POST", "/faults/events", {"effect": "duplicate", "event": "MESSAGE_CREATE", "skip": 1})
    await discord.told("POST", "/faults/events", {"effect": "lose", "guild_id": discord.guild, "skip": 1})
    async with discord.connected() as gateway:
        for content in ("one", "two", "three", "four"):
            await write(discord, content)
        told = await heard(gateway, 4)

    # The first rule meets "two"; the second sees only what the first leaves: "one", "three", "four".
    assert told == ["one", "two", "two", "four"]
    events = (await discord.told("GET", "/faults"))["events"]
    assert [(entry["left"], entry["hits"]) for entry in events] == [(0, 1), (0, 1)]


async def test_deleting_a_fault_tells_what_it_holds(discord: LocalDiscord) -> None:
    body = {"effect": "delay", "milliseconds": 60_000, "times": None}
    fault = await discord.told("POST", "/faults/events", body)
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await write(discord, "held")
        assert await silent(gateway)
        await discord.told("DELETE", f"/faults/{fault['id']}")
        assert await heard(gateway, 1) == ["held"]


REFUSED = [
    ("/faults/gateway", {"act": "explode"}, 422, "act"),
    ("/faults/gateway", {"act": "drop", "session_id": "none"}, 404, "session_id"),
    ("/faults/gateway", {"act": "drop", "code": 4000}, 422, "code"),
    ("/faults/gateway", {"act": "close", "code": 1005}, 422, "code"),
    ("/faults/gateway", {"act": "close", "resumable": True}, 422, "resumable"),
    ("/faults/events", {"effect": "delay"}, 422, "milliseconds"),
    ("/faults/events", {"effect": "lose", "milliseconds": 5}, 422, "milliseconds"),
    ("/faults/events", {"effect": "lose", "event": "message"}, 422, "event"),
    ("/faults/events", {"effect": "lose", "session_id": "none"}, 404, "session_id"),
    ("/faults/events", {"effect": "lose", "guild_id": "1"}, 404, "guild_id"),
    ("/faults/events", {"effect": "lose", "times": 0}, 422, "times"),
]


@pytest.mark.parametrize(("path", "body", "status", "field"), REFUSED)
async def test_a_disturbance_that_cannot_be_is_refused_with_its_field(
    discord: LocalDiscord, path: str, body: dict[str, Any], status: int, field: str
) -> None:
    answer = await discord.control("POST", path, body)

    assert answer.status_code == status, answer.text
    assert field in f"{answer.json()['error']['field']} {answer.json()['error']['message']}"


async def test_a_session_that_nobody_is_connected_to_cannot_be_dropped(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        session = gateway.session_id
        await gateway.leave(4000)
    await eventually(lambda: discord.play.hub.sessions[session].wire is None)

    answer = await discord.control("POST", "/faults/gateway", {"act": "drop", "session_id": session})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_connected")
