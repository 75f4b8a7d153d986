"""What goes along when something goes: memberships of threads and voice, and the children of a category."""

from tests.fakes.local_discord import LocalDiscord


async def test_whoever_is_put_out_takes_part_in_no_thread_and_no_voice(discord: LocalDiscord) -> None:
    cy, hall = discord.user("cy"), f"/guilds/{discord.guild}"
    voice = await discord.told("POST", f"{hall}/channels", {"name": "Hearth", "type": 2})
    await discord.told("PUT", "/voice", {"user_id": cy, "guild_id": discord.guild, "channel_id": voice["id"]})
    body = {"name": "Benches", "type": 11}
    thread = await discord.ask("POST", f"/channels/{discord.channel('gatehouse')}/threads", body)
    await discord.ask("PUT", f"/channels/{thread['id']}/thread-members/{cy}")

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.ask("DELETE", f"{hall}/members/{cy}")
        state = await gateway.expect("VOICE_STATE_UPDATE")
        members = await gateway.expect("THREAD_MEMBERS_UPDATE")

    assert (state["user_id"], state["channel_id"]) == (cy, None)
    assert members["removed_member_ids"] == [cy]
    left = await discord.ask("GET", f"/channels/{thread['id']}/thread-members")
    assert [member["user_id"] for member in left] == [discord.application]


async def test_a_category_goes_and_its_channels_stay(discord: LocalDiscord) -> None:
    hall, olive = f"/guilds/{discord.guild}", discord.user("olive")
    category = await discord.ask("POST", f"{hall}/channels", {"name": "Workshops", "type": 4})
    child = await discord.ask("POST", f"{hall}/channels", {"name": "forge", "parent_id": category["id"]})

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.told("DELETE", f"/channels/{category['id']}/as/{olive}")
        told = await gateway.expect("CHANNEL_UPDATE")

    assert child["parent_id"] == category["id"]
    assert (told["id"], told["parent_id"]) == (child["id"], None)


async def test_a_guild_s_settings_forget_a_channel_that_went(discord: LocalDiscord) -> None:
    hall, gatehouse = f"/guilds/{discord.guild}", discord.channel("gatehouse")
    await discord.ask("PATCH", hall, {"system_channel_id": gatehouse})

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.ask("DELETE", f"/channels/{gatehouse}")
        told = await gateway.expect("GUILD_UPDATE")

    assert told["system_channel_id"] is None
    assert (await discord.ask("GET", hall))["system_channel_id"] is None
