"""The gateway: what it tells whom, and how it ends a connection."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from guildwright.playground.bits import Intent
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord

GUILD_CHAT = int(Intent.GUILDS | Intent.GUILD_MESSAGES)


async def write(discord: LocalDiscord, content: str, channel: str = "gatehouse") -> None:
    body = {"user_id": discord.user("ana"), "content": content}
    await discord.told("POST", f"/channels/{discord.channel(channel)}/messages", body)


@pytest.mark.parametrize("compression", [None, "zlib-stream"])
async def test_hello_ready_and_the_guild_come_in_order(discord: LocalDiscord, compression: str | None) -> None:
    async with discord.gateway(compression) as gateway:
        hello = await gateway.receive()
        await gateway.identify(discord.token)
        ready = await gateway.receive()
        guild = await gateway.receive()
        await gateway.send(1, 2)
        beat = await gateway.receive()

    assert (hello["op"], hello["d"]["heartbeat_interval"]) == (10, 41250)
    assert beat == {"op": 11, "t": None, "s": None, "d": None}
    assert (ready["t"], ready["d"]["guilds"]) == ("READY", [{"id": discord.guild, "unavailable": True}])
    assert ready["d"]["resume_gateway_url"] == f"ws://127.0.0.1:{discord.port}/gateway"
    assert (guild["t"], guild["d"]["name"]) == ("GUILD_CREATE", "The Oak Hall")


async def test_only_what_the_intents_ask_for_is_told(discord: LocalDiscord) -> None:
    async with discord.connected(intents=int(Intent.GUILDS)) as gateway:
        await write(discord, "hello")
        await discord.told("POST", f"/guilds/{discord.guild}/members", {"name": "Dee"})
        await discord.told("POST", f"/guilds/{discord.guild}/roles", {"name": "New"})

        assert await gateway.names() == ["GUILD_CREATE", "GUILD_ROLE_CREATE"]


async def test_content_is_blank_without_its_intent_unless_the_bot_is_meant(discord: LocalDiscord) -> None:
    async with discord.connected(intents=GUILD_CHAT) as gateway:
        await write(discord, "among us")
        await write(discord, f"<@{discord.application}> help")
        await discord.say("gatehouse", "my own")
        contents = [(await gateway.expect("MESSAGE_CREATE"))["content"] for _ in range(3)]

    assert contents == ["", f"<@{discord.application}> help", "my own"]


async def test_a_channel_that_the_bot_does_not_see_is_silent(discord: LocalDiscord) -> None:
    hidden = await discord.told("POST", f"/guilds/{discord.guild}/channels", {"name": "attic", "private": True})
    async with discord.connected() as gateway:
        body = {"user_id": discord.user("olive"), "content": "shh"}
        await discord.told("POST", f"/channels/{hidden['id']}/messages", body)

        assert "MESSAGE_CREATE" not in await gateway.names()


async def test_private_messages_come_to_shard_zero(discord: LocalDiscord) -> None:
    channel = await discord.told("POST", f"/users/{discord.user('ana')}/private-channel")
    async with discord.connected() as gateway:
        body = {"user_id": discord.user("ana"), "content": "hi"}
        await discord.told("POST", f"/channels/{channel['id']}/messages", body)

        message = await gateway.expect("MESSAGE_CREATE")

    assert (message["content"], "guild_id" in message) == ("hi", False)


async def test_a_shard_hears_of_its_own_guilds_only(discord: LocalDiscord) -> None:
    own = (int(discord.guild) >> 22) % 2
    async with discord.gateway() as gateway:
        await gateway.identify(discord.token, shard=(1 - own, 2))
        ready = await gateway.expect("READY")
        await write(discord, "elsewhere")

        assert ready["guilds"] == []
        assert await gateway.names() == []


async def test_a_lost_connection_resumes_with_everything_it_missed(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        session, sequence = gateway.session_id, gateway.sequence
        await gateway.leave(4000)
    await write(discord, "missed one")
    await write(discord, "missed two")

    async with discord.gateway() as gateway:
        await gateway.send(6, {"token": discord.token, "session_id": session, "seq": sequence})
        told = [await gateway.expect("MESSAGE_CREATE") for _ in range(2)]
        await gateway.expect("RESUMED")

    assert [message["content"] for message in told] == ["missed one", "missed two"]


async def test_a_session_that_was_closed_for_good_starts_again(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        session = gateway.session_id
        await gateway.leave(1000)

    for claimed in (session, "nonsense"):
        async with discord.gateway() as gateway:
            await gateway.send(6, {"token": discord.token, "session_id": claimed, "seq": 1})
            await gateway.receive()
            assert await gateway.receive() == {"op": 9, "t": None, "s": None, "d": False}


async def test_a_second_identify_within_five_seconds_is_an_invalid_session(
    slow_discord: LocalDiscord, clock: FakeClock
) -> None:
    async with slow_discord.connected():
        pass
    async with slow_discord.gateway() as gateway:
        await gateway.receive()
        await gateway.identify(slow_discord.token)
        assert (await gateway.receive())["op"] == 9
        clock.set(clock.now().replace(second=6))
        await gateway.identify(slow_discord.token)
        assert (await gateway.receive())["t"] == "READY"
    assert (await slow_discord.ask("GET", "/gateway/bot"))["session_start_limit"]["remaining"] == 998


async def test_members_are_sent_when_asked_for(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.send(8, {"guild_id": discord.guild, "query": "", "limit": 0, "nonce": "n"})
        chunk = await gateway.expect("GUILD_MEMBERS_CHUNK")
        await gateway.send(8, {"guild_id": [discord.guild], "user_ids": [discord.user("cy"), "1"], "limit": 0})
        some = await gateway.expect("GUILD_MEMBERS_CHUNK")

    assert (len(chunk["members"]), chunk["nonce"]) == (5, "n")
    assert (some["members"][0]["user"]["username"], some["not_found"]) == ("cy", ["1"])


CLOSES = {
    "a wrong token": ('{"op": 2, "d": {"token": "x", "intents": 0, "properties": {}}}', 4004),
    "no JSON": ("{", 4002),
    "no object": ("[]", 4002),
    "an IDENTIFY without intents": ('{"op": 2, "d": {"token": "TOKEN", "properties": {}}}', 4002),
    "an unknown opcode": ('{"op": 99, "d": null}', 4001),
    "a presence before IDENTIFY": ('{"op": 3, "d": {}}', 4003),
    "a shard beyond the total": (
        '{"op": 2, "d": {"token": "TOKEN", "intents": 0, "properties": {}, "shard": [2, 2]}}',
        4010,
    ),
    "intents that are none": ('{"op": 2, "d": {"token": "TOKEN", "intents": 2147483648, "properties": {}}}', 4013),
    "nesting without end": ("[" * 15000, 4002),
    "16 KiB": ('{"op": 1, "d": "' + "x" * 16384 + '"}', 4002),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", CLOSES)
async def test_a_wrong_payload_closes_with_discord_s_code(shared_discord: LocalDiscord, what: str) -> None:
    text, code = CLOSES[what]
    async with shared_discord.gateway() as gateway:
        await gateway.send_raw(text.replace("TOKEN", shared_discord.token))

        assert await gateway.close_code() == code


# After READY: the opcode, its data, and whether it is refused.
SAID = {
    "a voice state in a guild that is none": (4, {"guild_id": "x", "channel_id": None}, True),
    "a voice state in a channel that is none": (4, {"guild_id": "1", "channel_id": "y"}, True),
    "a voice state whose mute is a word": (4, {"guild_id": "1", "channel_id": None, "self_mute": "yes"}, True),
    "a presence with a status that is none": (3, {"status": "bogus", "activities": []}, True),
    "a presence with an activity that is a number": (3, {"status": "idle", "activities": [5]}, True),
    "a presence with an activity whose type is a word": (
        3,
        {"status": "idle", "activities": [{"name": "a", "type": "playing"}]},
        True,
    ),
    "members whose ids are none": (8, {"guild_id": "1", "user_ids": ["x"]}, True),
    "members of a guild that is none": (8, {"guild_id": "x", "query": "", "limit": 0}, True),
    "sounds of a guild that is none": (31, {"guild_ids": ["x"]}, True),
    "channels of a guild that is none": (43, {"guild_id": "x", "fields": []}, True),
    "a voice state as discordgo sends it": (4, {"guild_id": "1", "channel_id": "2", "self_mute": False}, False),
    "a presence as discord.py sends it": (
        3,
        {"status": "online", "activities": [{"name": "a", "type": 0, "buttons": []}], "afk": False, "since": 0.0},
        False,
    ),
    "the members of one guild in a list": (8, {"guild_id": ["1"], "query": "", "limit": 0}, False),
    "the members with an id that is a number": (8, {"guild_id": 1, "user_ids": 2}, False),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", SAID)
async def test_data_of_a_wrong_type_closes_with_4002_and_what_clients_send_does_not(
    shared_discord: LocalDiscord, what: str
) -> None:
    op, data, refused = SAID[what]
    await shared_discord.told("PUT", "/gateway/limits", {"max_concurrency": 16, "starts_used": 0})
    async with shared_discord.connected(shard=(list(SAID).index(what), 16)) as gateway:
        await gateway.send(op, data)
        if refused:
            assert await gateway.close_code() == 4002
        else:
            assert set(await gateway.names()) <= {"GUILD_CREATE"}


async def test_an_identify_whose_presence_is_of_a_wrong_type_closes_with_4002_and_discordgo_s_does_not(
    discord: LocalDiscord,
) -> None:
    hello = {"token": discord.token, "intents": 0, "properties": {}}
    async with discord.gateway() as gateway:
        await gateway.send(2, hello | {"presence": {"status": 5}})
        assert await gateway.close_code() == 4002
    quiet = {"since": 0, "game": {"name": "", "type": 0}, "status": "", "afk": False}
    async with discord.gateway() as gateway:
        await gateway.send(2, hello | {"presence": quiet})
        await gateway.expect("READY")


async def test_resuming_beyond_what_was_told_is_an_invalid_sequence(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        session, sequence = gateway.session_id, gateway.sequence
        await gateway.leave(4000)
    async with discord.gateway() as gateway:
        await gateway.send(6, {"token": discord.token, "session_id": session, "seq": sequence + 1})
        assert await gateway.close_code() == 4007


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("query", ["v=8", "v=11", "v=x", "v=10&encoding=etf"])
async def test_another_version_or_encoding_closes_with_4012(shared_discord: LocalDiscord, query: str) -> None:
    async with connect(f"ws://127.0.0.1:{shared_discord.port}/gateway?{query}") as socket:
        with pytest.raises(ConnectionClosed) as end:
            await socket.recv()

    assert end.value.rcvd
    assert end.value.rcvd.code == 4012


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("query", ["", "?v=9", "?v=10&encoding=json"])
async def test_both_versions_in_use_or_none_are_greeted(shared_discord: LocalDiscord, query: str) -> None:
    async with connect(f"ws://127.0.0.1:{shared_discord.port}/gateway{query}") as socket:
        assert '"op":10' in str(await socket.recv())


async def test_intents_that_are_switched_off_are_disallowed(discord: LocalDiscord) -> None:
    await discord.told("PUT", "/intents", {"message_content": False, "members": True, "presences": True})
    async with discord.gateway() as gateway:
        await gateway.identify(discord.token, intents=int(Intent.MESSAGE_CONTENT))

        assert await gateway.close_code() == 4014


async def test_too_many_payloads_in_a_minute_close_the_connection(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        for _ in range(125):
            await gateway.send(1, 0)

        assert await gateway.close_code() == 4008


async def test_a_dropped_connection_can_be_resumed(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.told("DELETE", f"/gateway/{gateway.session_id}")
        assert await gateway.close_code() == 4000
        session, sequence = gateway.session_id, gateway.sequence
    async with discord.gateway() as gateway:
        await gateway.send(6, {"token": discord.token, "session_id": session, "seq": sequence})
        await gateway.expect("RESUMED")


async def test_inviting_and_kicking_the_bot_is_told(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        made = await discord.told("POST", "/guilds", {"name": "Second"})
        arrived = await gateway.expect("GUILD_CREATE")
        await discord.told("DELETE", f"/guilds/{made['id']}/bot")
        left = await gateway.expect("GUILD_DELETE")

    assert (arrived["id"], left) == (made["id"], {"id": made["id"]})
    refused = await discord.rest("GET", f"/guilds/{made['id']}")
    assert (refused.status_code, refused.json()["code"]) == (403, 50001)
