"""What people show without writing: voice, presence, typing; and what the bot is told of it."""

import pytest

from guildwright.playground.bits import ALL_INTENTS, Intent
from tests.fakes.local_discord import Json, LocalDiscord
from tests.fakes.waiting import eventually


async def voice_channel(discord: LocalDiscord, name: str = "Tavern", **more: object) -> str:
    made = await discord.told("POST", f"/guilds/{discord.guild}/channels", {"name": name, "type": 2, **more})
    return str(made["id"])


async def put(discord: LocalDiscord, channel: str | None, name: str = "ana", **more: object) -> Json:
    body = {"user_id": discord.user(name), "guild_id": discord.guild, "channel_id": channel, **more}
    told: Json = await discord.told("PUT", "/voice", body)
    return told


async def test_a_member_joins_mutes_moves_and_leaves_voice_and_the_bot_is_told(discord: LocalDiscord) -> None:
    first, second = await voice_channel(discord), await voice_channel(discord, "Cellar")
    ana = discord.user("ana")
    async with discord.connected() as gateway:
        await put(discord, first)
        await discord.told("PUT", "/voice", {"user_id": ana, "guild_id": discord.guild, "self_mute": True})
        shown = await put(discord, second)
        await put(discord, None)
        told = [await gateway.expect("VOICE_STATE_UPDATE") for _ in range(4)]

    assert [state["channel_id"] for state in told] == [first, first, second, None]
    assert [state["self_mute"] for state in told] == [False, True, True, True]
    assert {state["session_id"] for state in told} == {told[0]["session_id"]}
    assert (told[0]["member"]["user"]["id"], told[0]["guild_id"]) == (ana, discord.guild)
    assert shown["states"][0]["channel_id"] == second
    assert (await discord.told("GET", f"/voice?guild_id={discord.guild}"))["states"] == []


async def test_who_is_in_voice_comes_with_the_guild_even_without_the_presence_intent(discord: LocalDiscord) -> None:
    channel = await voice_channel(discord)
    await put(discord, channel)
    intents = int(ALL_INTENTS & ~Intent.GUILD_PRESENCES)
    async with discord.connected(intents=intents) as gateway:
        guild = await gateway.expect("GUILD_CREATE")

    assert [state["channel_id"] for state in guild["voice_states"]] == [channel]
    assert {member["user"]["username"] for member in guild["members"]} == {"ana", "Guildwright"}


async def test_the_bot_joins_voice_and_is_told_a_server_and_itself_leaves_with_its_session(
    discord: LocalDiscord,
) -> None:
    channel = await voice_channel(discord)
    async with discord.connected() as gateway:
        await gateway.send(4, {"guild_id": discord.guild, "channel_id": channel, "self_mute": False, "self_deaf": True})
        state = await gateway.expect("VOICE_STATE_UPDATE")
        server = await gateway.expect("VOICE_SERVER_UPDATE")
        assert (state["session_id"], state["self_deaf"]) == (gateway.session_id, True)
        await gateway.leave(1000)

    assert server["endpoint"] == f"127.0.0.1:{discord.port}"
    await eventually(lambda: not discord.play.memory.voice_states[int(discord.guild)])


async def test_the_bot_gets_no_answer_where_it_may_not_connect(discord: LocalDiscord) -> None:
    hidden = await voice_channel(discord, private=True)
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        for channel in (hidden, discord.channel("gatehouse"), "1"):
            body = {"guild_id": discord.guild, "channel_id": channel, "self_mute": False, "self_deaf": False}
            await gateway.send(4, body)

        assert await gateway.names() == []


async def test_a_channel_that_is_deleted_and_a_member_who_leaves_end_their_voice(discord: LocalDiscord) -> None:
    channel = await voice_channel(discord)
    await put(discord, channel)
    await put(discord, channel, "cy")
    async with discord.connected() as gateway:
        await discord.told("DELETE", f"/guilds/{discord.guild}/members/{discord.user('cy')}")
        left = await gateway.expect("VOICE_STATE_UPDATE")
        await discord.rest("DELETE", f"/channels/{channel}")

    assert (left["user_id"], left["channel_id"]) == (discord.user("cy"), None)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"channel_id": "gatehouse"}, 422, "channel_id"),
        ({"channel_id": "hidden"}, 403, "channel_id"),
        ({"self_mute": True}, 409, "channel_id"),
        ({"channel_id": "1"}, 404, "channel_id"),
        ({"guild_id": None, "channel_id": None}, 422, "guild_id"),
        ({"user_id": "1", "channel_id": None}, 404, "user_id"),
    ],
)
async def test_voice_that_cannot_be_is_refused_with_its_field(
    discord: LocalDiscord, change: Json, status: int, field: str
) -> None:
    hidden = await voice_channel(discord, "hidden", private=True)
    names = {"gatehouse": discord.channel("gatehouse"), "hidden": hidden}
    body = {"user_id": discord.user("ana"), "guild_id": discord.guild} | change
    if body.get("channel_id") in names:
        body["channel_id"] = names[body["channel_id"]]
    answer = await discord.control("PUT", "/voice", body)

    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field)


async def test_a_full_voice_channel_takes_nobody_more(discord: LocalDiscord) -> None:
    channel = await voice_channel(discord)
    await discord.rest("PATCH", f"/channels/{channel}", {"user_limit": 1})
    await put(discord, channel)
    body = {"user_id": discord.user("cy"), "guild_id": discord.guild, "channel_id": channel}

    assert (await discord.control("PUT", "/voice", body)).status_code == 403


async def test_a_presence_is_told_in_every_guild_and_with_the_guild(discord: LocalDiscord) -> None:
    ana = discord.user("ana")
    await discord.told("PUT", "/presence", {"user_id": ana, "status": "idle"})
    async with discord.connected() as gateway:
        guild = await gateway.expect("GUILD_CREATE")
        await discord.told("PUT", "/presence", {"user_id": ana, "status": "dnd", "activity": "Carving"})
        told = await gateway.expect("PRESENCE_UPDATE")
    await discord.told("PUT", "/presence", {"user_id": ana, "status": "offline"})

    assert (told["user"]["id"], told["status"], told["guild_id"]) == (ana, "dnd", discord.guild)
    assert told["activities"][0]["state"] == "Carving"
    assert [(presence["user"]["id"], presence["status"]) for presence in guild["presences"]] == [(ana, "idle")]
    assert (await discord.told("GET", f"/presence?guild_id={discord.guild}"))["presences"] == {}


async def test_presences_and_typing_need_their_intents(discord: LocalDiscord) -> None:
    ana = discord.user("ana")
    async with discord.connected(intents=int(Intent.GUILDS)) as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.told("PUT", "/presence", {"user_id": ana, "status": "idle"})
        await discord.told("POST", "/typing", {"user_id": ana, "channel_id": discord.channel("gatehouse")})

        assert await gateway.names() == []


async def test_typing_is_told_for_members_and_for_the_bot_itself(discord: LocalDiscord) -> None:
    gatehouse = discord.channel("gatehouse")
    private = await discord.told("POST", f"/users/{discord.user('ana')}/private-channel")
    async with discord.connected() as gateway:
        for channel in (gatehouse, private["id"]):
            await discord.told("POST", "/typing", {"user_id": discord.user("ana"), "channel_id": channel})
        await discord.ask("POST", f"/channels/{gatehouse}/typing")
        told = [await gateway.expect("TYPING_START") for _ in range(3)]

    assert [event.get("guild_id") for event in told] == [discord.guild, None, discord.guild]
    assert [event["user_id"] for event in told] == [discord.user("ana")] * 2 + [discord.application]
    assert told[0]["member"]["user"]["username"] == "ana"


async def test_nobody_types_where_they_may_not_write(discord: LocalDiscord) -> None:
    body = {"user_id": discord.user("ana"), "channel_id": discord.channel("announcements")}

    assert (await discord.control("POST", "/typing", body)).status_code == 403
