"""Misbehaviour on demand: each fault as a client meets it, and what the playground really did."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord
from tests.fakes.waiting import eventually

MESSAGES = "/channels/*/messages"


async def order(discord: LocalDiscord, **fault: Any) -> str:
    """Order a fault; its id."""
    view = await discord.told("POST", "/faults", fault)
    return str(view["id"])


async def write(discord: LocalDiscord, channel: str = "gatehouse", content: str = "x") -> httpx.Response:
    return await discord.rest("POST", f"/channels/{discord.channel(channel)}/messages", {"content": content})


async def written(discord: LocalDiscord) -> int:
    return (await discord.effects()).get("messages_created", 0)


@pytest.mark.parametrize(("asked", "status"), [({}, 500), ({"status": 503}, 503)])
async def test_a_status_is_answered_and_nothing_is_done(
    discord: LocalDiscord, asked: dict[str, int], status: int
) -> None:
    await order(discord, effect="status", match={"method": "POST", "path": MESSAGES}, **asked)

    codes = [(await write(discord)).status_code for _ in range(2)]

    assert codes == [status, 200]
    assert await written(discord) == 1


async def test_a_lost_answer_is_an_effect_that_the_client_never_hears_of(discord: LocalDiscord) -> None:
    await order(discord, effect="lose_answer", match={"path": MESSAGES})

    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await write(discord)

    assert await written(discord) == 1
    entry = (await discord.told("GET", "/traffic"))["entries"][-1]
    assert (entry["status"], entry["faults"], entry["response"]["content"]) == (200, ["lose_answer"], "x")


async def test_a_reset_cuts_the_connection_before_anything_is_done(discord: LocalDiscord) -> None:
    await order(discord, effect="reset")

    with pytest.raises(httpx.ReadError):
        await write(discord)

    assert await written(discord) == 0
    entry = (await discord.told("GET", "/traffic"))["entries"][-1]
    assert (entry["status"], entry["faults"]) == (0, ["reset"])
    assert (await write(discord)).is_success


async def test_an_ordered_rate_limit_says_how_long_and_whose_it_is(discord: LocalDiscord) -> None:
    await order(discord, effect="rate_limit", scope="global", retry_after=2.5)
    await order(discord, effect="rate_limit", scope="shared")
    await order(discord, effect="rate_limit")

    whole, shared, own = [await write(discord) for _ in range(3)]

    assert (whole.status_code, whole.json()["retry_after"], whole.json()["global"]) == (429, 2.5, True)
    assert whole.headers["x-ratelimit-global"] == "true"
    assert (shared.headers["x-ratelimit-scope"], shared.json()["retry_after"]) == ("shared", 1.0)
    assert own.headers["x-ratelimit-scope"] == "user"
    assert (own.headers["x-ratelimit-remaining"], own.headers["x-ratelimit-limit"]) == ("0", "5")
    assert own.headers["x-ratelimit-bucket"] == shared.headers["x-ratelimit-bucket"]


async def test_a_delay_comes_before_the_effect_and_a_delayed_answer_after_it(
    slow_discord: LocalDiscord, clock: FakeClock
) -> None:
    for effect, done in (("delay", 0), ("delay_answer", 2)):
        await order(slow_discord, effect=effect, milliseconds=3000)
        others = clock.sleeping
        writing = asyncio.create_task(write(slow_discord))
        await eventually(lambda others=others: clock.sleeping > others)
        assert await written(slow_discord) == done
        await clock.advance(3)
        assert (await writing).is_success


async def test_a_stalled_request_does_nothing_and_is_cut_off_when_the_fault_is_deleted(discord: LocalDiscord) -> None:
    fault = await order(discord, effect="stall", times=None)
    with pytest.raises(httpx.ReadTimeout):
        await discord.http.get("/api/v10/gateway", timeout=0.1)
    writing = asyncio.create_task(write(discord))
    await eventually(lambda: discord.play.faults.rules[0].count.hits == 2)

    await discord.told("DELETE", f"/faults/{fault}")

    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await writing
    assert await written(discord) == 0


async def test_only_what_matches_meets_the_fault(discord: LocalDiscord) -> None:
    gatehouse = discord.channel("gatehouse")
    await order(discord, effect="status", match={"channel_id": gatehouse, "method": "POST"}, times=None)
    await order(discord, effect="status", match={"guild_id": discord.guild, "path": "/guilds/**"}, status=502)

    assert (await write(discord)).status_code == 500
    assert (await write(discord, "giveaways")).status_code == 200
    assert (await discord.rest("GET", f"/channels/{gatehouse}/messages")).status_code == 200
    assert (await discord.rest("GET", f"/guilds/{discord.guild}/roles")).status_code == 502
    assert (await discord.rest("GET", f"/guilds/{discord.guild}/roles")).status_code == 200


async def test_an_interaction_belongs_to_its_channel(discord: LocalDiscord) -> None:
    await discord.ask("PUT", f"/applications/{discord.application}/commands", [{"name": "p", "description": "d"}])
    codes: list[int] = []

    async def answer(interaction: dict[str, Any]) -> None:
        codes.extend([(await discord.callback(interaction, 4, {"content": "x"})).status_code for _ in range(2)])

    await order(discord, effect="status", match={"channel_id": discord.channel("gatehouse")})
    async with discord.answering(answer):
        body = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "p"}
        result = await discord.told("POST", "/commands", body)

    assert codes == [500, 204]
    assert result["status"] == "replied"


async def test_skipped_requests_are_let_through_and_the_count_is_shown(discord: LocalDiscord) -> None:
    fault = await order(discord, effect="status", skip=1, times=2, match={"path": MESSAGES})

    codes = [(await write(discord)).status_code for _ in range(4)]
    shown = (await discord.told("GET", "/faults"))["faults"]

    assert codes == [200, 500, 500, 200]
    assert [(entry["id"], entry["left"], entry["hits"]) for entry in shown] == [(fault, 0, 2)]
    await discord.told("DELETE", "/faults")
    assert (await discord.told("GET", "/faults"))["faults"] == []


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no effect": ({}, "effect", "effect"),
    "an unknown effect": ({"effect": "explode"}, "effect", "explode"),
    "an unknown field": ({"effect": "reset", "chance": 1}, "chance", "chance"),
    "a status that is none of a server": ({"effect": "status", "status": 404}, "status", "500 and 599"),
    "a field of another effect": ({"effect": "reset", "status": 500}, "status", "belongs to the effect status"),
    "a delay without a length": ({"effect": "delay"}, "milliseconds", "needs milliseconds"),
    "no times": ({"effect": "reset", "times": 0}, "times", "between 1"),
    "less than nothing skipped": ({"effect": "reset", "skip": -1}, "skip", "between 0"),
    "a wait in the past": ({"effect": "rate_limit", "retry_after": -1}, "retry_after", "between 0"),
    "the API's prefix": ({"effect": "reset", "match": {"path": "/api/v10/users/@me"}}, "match.path", "/api/v10"),
    "a path that starts nowhere": ({"effect": "reset", "match": {"path": "users"}}, "match.path", "/"),
    "a guild that is none": ({"effect": "reset", "match": {"guild_id": "1"}}, "match.guild_id", "1"),
    "a channel that is a word": ({"effect": "reset", "match": {"channel_id": "x"}}, "match.channel_id", "snowflake"),
    "a method that is none": ({"effect": "reset", "match": {"method": "BREW"}}, "method", "BREW"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_fault_that_cannot_be_is_refused_with_its_field(discord: LocalDiscord, what: str) -> None:
    body, field, word = REFUSED[what]

    answer = await discord.control("POST", "/faults", body)

    assert answer.status_code in {404, 422}, answer.text
    error = answer.json()["error"]
    assert field in f"{error['field']} {error['message']}"
    assert word in error["message"]
    assert (await discord.told("GET", "/faults"))["faults"] == []


async def test_a_fault_that_is_none_cannot_be_deleted(discord: LocalDiscord) -> None:
    assert (await discord.control("DELETE", "/faults/7")).status_code == 404
