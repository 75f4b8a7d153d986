"""What a client asks for over the gateway, and what it is told of guilds it cannot see whole."""

import json
import zlib

import pytest
from backports import zstd
from websockets.asyncio.client import connect

from guildwright.playground.bits import ALL_INTENTS, Intent
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import Json, LocalDiscord, local_discord

WHOLE = {"query": "", "limit": 0}
NO_MEMBERS = int(ALL_INTENTS & ~Intent.GUILD_MEMBERS)
NO_PRESENCES = int(ALL_INTENTS & ~Intent.GUILD_PRESENCES)


async def crowd(discord: LocalDiscord, members: int) -> str:
    made = await discord.told("POST", "/seed", {"guilds": 1, "members": members})
    return str(made["guild_ids"][0])


async def arrival(discord: LocalDiscord, guild: str, **identify: object) -> Json:
    async with discord.connected(**identify) as gateway:
        while (told := await gateway.expect("GUILD_CREATE"))["id"] != guild:
            pass
        return told


async def test_the_whole_list_needs_the_members_intent_and_a_search_does_not(discord: LocalDiscord) -> None:
    async with discord.connected(intents=NO_MEMBERS) as gateway:
        await gateway.expect("GUILD_CREATE")
        await gateway.send(8, {"guild_id": discord.guild, **WHOLE})
        assert await gateway.names() == []
        await gateway.send(8, {"guild_id": discord.guild, "query": "a", "limit": 5})
        found = await gateway.expect("GUILD_MEMBERS_CHUNK")

    assert [member["user"]["username"] for member in found["members"]] == ["ana"]


async def test_members_come_in_chunks_of_a_thousand_and_a_search_finds_a_hundred_at_most(
    discord: LocalDiscord,
) -> None:
    guild = await crowd(discord, 2100)
    async with discord.connected() as gateway:
        await gateway.send(8, {"guild_id": guild, **WHOLE, "nonce": "a"})
        chunks = [await gateway.expect("GUILD_MEMBERS_CHUNK") for _ in range(3)]
        await gateway.send(8, {"guild_id": guild, "query": "", "limit": 5000})
        some = await gateway.expect("GUILD_MEMBERS_CHUNK")

    assert [len(chunk["members"]) for chunk in chunks] == [1000, 1000, 101]
    assert [(chunk["chunk_index"], chunk["chunk_count"], chunk["nonce"]) for chunk in chunks] == [
        (0, 3, "a"),
        (1, 3, "a"),
        (2, 3, "a"),
    ]
    assert len(some["members"]) == 100


async def test_presences_come_with_members_for_who_may_see_them(discord: LocalDiscord) -> None:
    await discord.told("PUT", "/presence", {"user_id": discord.user("ana"), "status": "idle"})
    wanted = {"guild_id": discord.guild, **WHOLE, "presences": True}
    async with discord.connected() as gateway:
        await gateway.send(8, wanted)
        seen = await gateway.expect("GUILD_MEMBERS_CHUNK")
    await discord.told("PUT", "/gateway/limits", {"max_concurrency": 16})
    async with discord.connected(intents=NO_PRESENCES, shard=discord.other_shard) as gateway:
        await gateway.send(8, wanted)
        blind = await gateway.expect("GUILD_MEMBERS_CHUNK")

    assert [(one["user"]["id"], one["status"]) for one in seen["presences"]] == [(discord.user("ana"), "idle")]
    assert "presences" not in blind


async def test_a_nonce_that_is_too_long_is_ignored(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.send(8, {"guild_id": discord.guild, **WHOLE, "nonce": "x" * 33})

        assert "nonce" not in await gateway.expect("GUILD_MEMBERS_CHUNK")


@pytest.mark.parametrize("asked", [{"guild_id": "1", **WHOLE}, {"guild_id": ["1", "2"], **WHOLE}, {"query": "a"}])
async def test_a_request_that_cannot_be_is_not_answered(discord: LocalDiscord, asked: Json) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await gateway.send(8, {"guild_id": discord.guild} | asked)

        assert await gateway.names() == []


async def test_the_whole_list_is_given_twice_a_minute_where_limits_are_on(clock: FakeClock) -> None:
    async with local_discord(clock=clock, rate_limits=True) as discord, discord.connected() as gateway:
        for nonce in "ab":
            await gateway.send(8, {"guild_id": discord.guild, **WHOLE, "nonce": nonce})
        await gateway.expect("GUILD_MEMBERS_CHUNK")
        limited = await gateway.expect("RATE_LIMITED")
        clock.set(clock.now().replace(second=30))
        await gateway.send(8, {"guild_id": discord.guild, **WHOLE})
        await gateway.expect("GUILD_MEMBERS_CHUNK")

    meta = {"guild_id": discord.guild, "nonce": "b"}
    assert limited == {"opcode": 8, "retry_after": 30.0, "meta": meta}


async def test_sounds_and_channel_info_are_empty(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.send(31, {"guild_ids": [discord.guild, "1"]})
        await gateway.send(43, {"guild_id": discord.guild, "fields": ["status"]})

        assert await gateway.expect("SOUNDBOARD_SOUNDS") == {"guild_id": discord.guild, "soundboard_sounds": []}
        assert await gateway.expect("CHANNEL_INFO") == {"guild_id": discord.guild, "channels": []}


async def test_a_large_guild_lists_who_is_there_and_a_small_one_everybody(discord: LocalDiscord) -> None:
    guild = await crowd(discord, 60)
    member = next(iter(discord.play.memory.members[int(guild)]))
    await discord.told("PUT", "/presence", {"user_id": str(member), "status": "online"})
    large = await arrival(discord, guild)

    assert (large["large"], large["member_count"]) == (True, 61)
    assert {one["user"]["id"] for one in large["members"]} == {str(member), discord.application}


async def test_how_large_large_is_the_client_says(discord: LocalDiscord) -> None:
    guild = await crowd(discord, 60)
    hello = {"token": discord.token, "intents": int(ALL_INTENTS), "properties": {}, "large_threshold": 200}
    async with discord.gateway() as gateway:
        await gateway.send(2, hello)
        while (told := await gateway.expect("GUILD_CREATE"))["id"] != guild:
            pass

    assert (told["large"], len(told["members"])) == (False, 61)


async def test_without_the_presences_intent_only_the_bot_is_listed(discord: LocalDiscord) -> None:
    told = await arrival(discord, discord.guild, intents=NO_PRESENCES)

    assert [one["user"]["id"] for one in told["members"]] == [discord.application]
    assert told["presences"] == []


async def test_many_guilds_arrive_one_by_one_and_nothing_is_heard_of_one_before_it_is_there(
    discord: LocalDiscord,
) -> None:
    made = await discord.told("POST", "/seed", {"guilds": 120, "members": 3})
    traffic = {"scenario": "messages", "rate": 0, "events": 20_000, "guild_ids": made["guild_ids"]}
    await discord.told("POST", "/traffic-generator", traffic)
    async with discord.connected() as gateway:
        arrived: set[str] = set()
        while len(arrived) < 121:
            payload = await gateway.receive()
            if payload["t"] == "GUILD_CREATE":
                arrived.add(payload["d"]["id"])
            else:
                assert payload["d"]["guild_id"] in arrived

    await discord.told("DELETE", "/traffic-generator")
    assert arrived == {discord.guild, *made["guild_ids"]}


async def test_a_guild_in_an_outage_is_silent_until_it_is_there_again(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}/outage"
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        assert (await discord.told("PUT", path, {"unavailable": True}))["guild_ids"] == [discord.guild]
        await discord.say("gatehouse", "nobody hears this")
        await discord.told("PUT", path, {"unavailable": False})
        gone, back = await gateway.receive(), await gateway.receive()

    assert (gone["t"], gone["d"]) == ("GUILD_DELETE", {"id": discord.guild, "unavailable": True})
    assert (back["t"], back["d"]["id"]) == ("GUILD_CREATE", discord.guild)


async def test_the_message_that_is_answered_is_blank_too(discord: LocalDiscord) -> None:
    ana, gatehouse = discord.user("ana"), discord.channel("gatehouse")
    first = await discord.told("POST", f"/channels/{gatehouse}/messages", {"user_id": ana, "content": "secret"})
    body = {"user_id": discord.user("bo"), "content": "indeed", "reply_to": first["id"]}
    async with discord.connected(intents=int(Intent.GUILDS | Intent.GUILD_MESSAGES)) as gateway:
        await discord.told("POST", f"/channels/{gatehouse}/messages", body)
        told = await gateway.expect("MESSAGE_CREATE")

    assert (told["content"], told["referenced_message"]["content"]) == ("", "")


async def test_a_shard_with_too_many_guilds_is_refused_with_4011(discord: LocalDiscord) -> None:
    await discord.told("POST", "/seed", {"guilds": 2500, "members": 1})
    async with discord.gateway() as gateway:
        await gateway.identify(discord.token)
        assert await gateway.close_code() == 4011
    async with discord.gateway() as gateway:
        await gateway.identify(discord.token, shard=(0, 2))
        await gateway.expect("READY")


async def test_a_client_may_ask_for_compressed_payloads(discord: LocalDiscord) -> None:
    hello = {"token": discord.token, "intents": 1, "properties": {}, "compress": True}
    async with connect(f"ws://127.0.0.1:{discord.port}/gateway", compression=None) as socket:
        assert isinstance(await socket.recv(), str)
        await socket.send(json.dumps({"op": 2, "d": hello}))
        ready = await socket.recv()

    assert isinstance(ready, bytes)
    assert zlib.decompress(ready).startswith(b'{"op":0,"t":"READY"')


async def test_a_zstd_stream_is_one_for_the_whole_connection(discord: LocalDiscord) -> None:
    stream = zstd.ZstdDecompressor()
    async with connect(f"ws://127.0.0.1:{discord.port}/gateway?compress=zstd-stream", compression=None) as socket:
        hello = stream.decompress(bytes(await socket.recv()))  # type: ignore[arg-type]
        await socket.send('{"op": 1, "d": null}')
        acknowledged = stream.decompress(bytes(await socket.recv()))  # type: ignore[arg-type]

    assert (b'"op":10' in hello, b'"op":11' in acknowledged) == (True, True)
