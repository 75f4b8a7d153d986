"""The playground's own time: moved, hurried, kept over a restart, and followed by every deadline."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guildwright.playground.clock import AdjustableClock
from guildwright.playground.ids import made_at
from tests.fakes.local_discord import LocalDiscord, local_discord
from tests.fakes.waiting import eventually


async def move(discord: LocalDiscord, **change: Any) -> dict[str, Any]:
    view: dict[str, Any] = await discord.told("PATCH", "/clock", change)
    return view


async def test_a_move_is_what_new_messages_and_ids_show(discord: LocalDiscord) -> None:
    before = await discord.say("gatehouse", "now")
    shown = await move(discord, move_seconds=86400)
    later = await discord.say("gatehouse", "tomorrow")

    passed = datetime.fromisoformat(later["timestamp"]) - datetime.fromisoformat(before["timestamp"])
    assert timedelta(days=1) <= passed < timedelta(days=1, seconds=30)
    assert made_at(int(later["id"])) - made_at(int(before["id"])) >= timedelta(days=1)
    assert 86399 < shown["ahead_seconds"] < 86401


async def test_the_clock_can_show_any_moment_and_ids_still_grow(discord: LocalDiscord) -> None:
    before = await discord.say("gatehouse", "now")
    shown = await move(discord, now="2020-02-02T02:02:02Z")
    past = await discord.say("gatehouse", "then")

    assert shown["now"].startswith("2020-02-02T02:0")
    assert (await discord.told("GET", "/state"))["now"].startswith("2020-02-02T02:0")
    assert int(past["id"]) > int(before["id"])
    assert abs((await discord.told("DELETE", "/clock"))["ahead_seconds"]) < 1


async def test_a_move_ends_the_three_seconds_of_an_interaction_at_once(discord: LocalDiscord) -> None:
    await discord.ask("PUT", f"/applications/{discord.application}/commands", [{"name": "p", "description": "d"}])
    body = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "p"}
    async with discord.connected() as gateway:
        started = time.perf_counter()
        running = asyncio.create_task(discord.told("POST", "/commands", body))
        interaction = await gateway.expect("INTERACTION_CREATE")
        await move(discord, move_seconds=3)
        result = await running
        late = await discord.callback(interaction, 4, {"content": "late"})

    assert result["status"] == "failed"
    assert time.perf_counter() - started < 2.5
    assert late.json()["code"] == 10062


async def test_an_interaction_s_token_dies_after_fifteen_of_the_clock_s_minutes(discord: LocalDiscord) -> None:
    await discord.ask("PUT", f"/applications/{discord.application}/commands", [{"name": "p", "description": "d"}])

    async def answer(interaction: dict[str, Any]) -> None:
        await discord.callback(interaction, 4, {"content": "hello"})

    body = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "p"}
    async with discord.answering(answer) as came:
        await discord.told("POST", "/commands", body)
    path = f"/webhooks/{discord.application}/{came[0]['token']}/messages/@original"
    assert (await discord.rest("GET", path)).is_success

    await move(discord, move_seconds=15 * 60)

    assert (await discord.rest("GET", path)).json()["code"] == 50027


async def test_the_nonce_s_window_follows_the_clock(discord: LocalDiscord) -> None:
    first = await discord.say("gatehouse", "x", nonce="n", enforce_nonce=True)
    same = await discord.say("gatehouse", "x", nonce="n", enforce_nonce=True)
    await move(discord, move_seconds=3600)
    other = await discord.say("gatehouse", "x", nonce="n", enforce_nonce=True)

    assert (first["id"] == same["id"], first["id"] == other["id"]) == (True, False)


async def test_rate_limits_are_over_when_the_clock_was_moved() -> None:
    async with local_discord(rate_limits=True) as discord:
        path = f"/channels/{discord.channel('gatehouse')}/messages"
        codes = [(await discord.rest("POST", path, {"content": "x"})).status_code for _ in range(6)]
        await move(discord, move_seconds=5)
        codes.append((await discord.rest("POST", path, {"content": "x"})).status_code)

    assert codes == [200] * 5 + [429, 200]


async def test_time_that_is_hurried_passes_sooner_also_for_who_sleeps_already() -> None:
    clock = AdjustableClock()
    started = time.perf_counter()
    sleeping = asyncio.create_task(clock.sleep(30))
    await asyncio.sleep(0)
    clock.adjust(speed=1000)
    await sleeping

    assert time.perf_counter() - started < 5
    assert clock.now() - clock.real() > timedelta(seconds=20)


async def test_a_move_wakes_who_is_due_and_nobody_else() -> None:
    clock = AdjustableClock()
    due, patient = (asyncio.create_task(clock.sleep(seconds)) for seconds in (60, 120))
    await asyncio.sleep(0)
    before = clock.monotonic()
    clock.adjust(timedelta(seconds=60))
    await asyncio.wait_for(due, 30)
    clock.adjust(-timedelta(days=1))
    await asyncio.sleep(0.01)

    assert not patient.done()
    assert 60 <= clock.monotonic() - before < 70
    assert clock.now() < datetime.now(UTC) - timedelta(hours=23)  # noqa: TID251 - the machine's, to compare with
    patient.cancel()


async def test_the_clock_goes_on_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "playground.sqlite3"
    async with local_discord(file) as discord:
        await move(discord, move_seconds=7200, speed=2)
    async with local_discord(file) as discord:
        shown = await discord.told("GET", "/clock")
        await discord.told("DELETE", "/clock")
    async with local_discord(file) as discord:
        again = await discord.told("GET", "/clock")

    assert shown["speed"] == 2
    assert 7200 <= shown["ahead_seconds"] < 7230
    assert (again["speed"], round(again["ahead_seconds"])) == (1, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"speed": 0}, "speed"),
        ({"speed": 1e9}, "speed"),
        ({"move_seconds": 1e300}, "move_seconds"),
        ({"move_seconds": -1e10}, "move_seconds"),
        ({"now": "soon"}, "now"),
        ({"now": "2026-01-01T00:00:00"}, "now"),
        ({"now": "2009-01-01T00:00:00Z"}, "now"),
        ({"now": "2026-01-01T00:00:00Z", "move_seconds": 1}, "now"),
    ],
)
async def test_a_time_that_cannot_be_is_refused_with_its_field(
    discord: LocalDiscord, change: dict[str, Any], field: str
) -> None:
    answer = await discord.control("PATCH", "/clock", change)

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    assert abs((await discord.told("GET", "/clock"))["ahead_seconds"]) < 1


async def test_a_clock_that_a_test_moves_is_left_alone(slow_discord: LocalDiscord) -> None:
    answer = await slow_discord.control("GET", "/clock")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_adjustable")


async def test_a_session_that_waited_too_long_by_the_clock_is_not_resumed(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        session, sequence = gateway.session_id, gateway.sequence
        await gateway.leave(4000)
    await eventually(lambda: discord.play.hub.sessions[session].wire is None)
    await move(discord, move_seconds=3600)
    async with discord.gateway() as again:
        await again.send(6, {"token": discord.token, "session_id": session, "seq": sequence})
        await again.receive()
        answer = await again.receive()

    assert (answer["op"], answer["d"]) == (9, False)


async def test_after_an_excursion_messages_and_interactions_are_as_old_as_the_clock_says(discord: LocalDiscord) -> None:
    await discord.ask("PUT", f"/applications/{discord.application}/commands", [{"name": "p", "description": "d"}])
    normal = await discord.say("gatehouse", "before")
    await move(discord, move_seconds=60 * 86400)
    ahead = await discord.say("gatehouse", "in sixty days")
    back = datetime.fromisoformat((await discord.told("DELETE", "/clock"))["now"])
    after = [await discord.say("gatehouse", text) for text in "abcd"]

    assert datetime.fromisoformat(normal["timestamp"]) == made_at(int(normal["id"]))
    assert datetime.fromisoformat(ahead["timestamp"]) == made_at(int(ahead["id"]))
    assert back <= datetime.fromisoformat(after[0]["timestamp"]) < back + timedelta(seconds=30)
    assert int(ahead["id"]) < int(after[0]["id"])

    async def answer(interaction: dict[str, Any]) -> None:
        await discord.callback(interaction, 4, {"content": "hello"})

    async with discord.answering(answer) as came:
        body = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "p"}
        await discord.told("POST", "/commands", body)
    original = f"/webhooks/{discord.application}/{came[0]['token']}/messages/@original"
    bulk = f"/channels/{after[0]['channel_id']}/messages/bulk-delete"
    assert (await discord.rest("POST", bulk, {"messages": [one["id"] for one in after[:2]]})).status_code == 204
    await move(discord, move_seconds=15 * 86400)

    assert (await discord.rest("POST", bulk, {"messages": [one["id"] for one in after[2:]]})).json()["code"] == 50034
    assert (await discord.rest("GET", original)).json()["code"] == 50027
