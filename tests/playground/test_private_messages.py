"""Private channels between the bot and a member, who may have closed them."""

from pathlib import Path

from tests.fakes.local_discord import LocalDiscord, local_discord


async def opened(discord: LocalDiscord, user: str) -> str:
    """The channel, as the bot gets it."""
    channel = await discord.ask("POST", "/users/@me/channels", {"recipient_id": discord.user(user)})
    assert channel["recipients"][0]["username"] == user
    return str(channel["id"])


async def test_both_write_in_the_one_channel_they_share(discord: LocalDiscord) -> None:
    channel = await opened(discord, "ana")
    async with discord.connected() as gateway:
        await discord.told("POST", f"/channels/{channel}/messages", {"user_id": discord.user("ana"), "content": "Hi"})
        heard = await gateway.expect("MESSAGE_CREATE")
    await discord.ask("POST", f"/channels/{channel}/messages", {"content": "Hello"})

    assert await opened(discord, "ana") == channel
    assert (heard["content"], heard["channel_id"], heard["channel_type"]) == ("Hi", channel, 1)
    assert "guild_id" not in heard
    written = await discord.ask("GET", f"/channels/{channel}/messages")
    assert [message["content"] for message in written] == ["Hello", "Hi"]


async def test_closed_messages_refuse_the_bot_until_they_are_opened(discord: LocalDiscord) -> None:
    channel = await opened(discord, "ana")
    said = await discord.ask("POST", f"/channels/{channel}/messages", {"content": "Before"})

    closed = await discord.told("PUT", f"/users/{discord.user('ana')}/dms", {"closed": True})
    refused = await discord.rest("POST", f"/channels/{channel}/messages", {"content": "Now"})
    edited = await discord.ask("PATCH", f"/channels/{channel}/messages/{said['id']}", {"content": "Edited"})
    again = await opened(discord, "ana")
    await discord.told("PUT", f"/users/{discord.user('ana')}/dms", {"closed": False})
    await discord.ask("POST", f"/channels/{channel}/messages", {"content": "After"})

    assert closed["dms_closed"] is True
    assert (refused.status_code, refused.json()["code"]) == (403, 50007)
    assert (edited["content"], again) == ("Edited", channel)


async def test_somebody_who_left_every_guild_of_the_bot_is_not_reached(discord: LocalDiscord) -> None:
    channel = await opened(discord, "cy")
    await discord.told("DELETE", f"/guilds/{discord.guild}/members/{discord.user('cy')}")

    refused = await discord.rest("POST", f"/channels/{channel}/messages", {"content": "Come back"})

    assert (refused.status_code, refused.json()["code"]) == (403, 50007)


async def test_what_is_closed_stays_closed_after_a_restart(tmp_path: Path) -> None:
    async with local_discord(tmp_path / "data.sqlite3") as discord:
        channel = await opened(discord, "ana")
        await discord.told("PUT", f"/users/{discord.user('ana')}/dms", {"closed": True})
    async with local_discord(tmp_path / "data.sqlite3") as discord:
        refused = await discord.rest("POST", f"/channels/{channel}/messages", {"content": "Now"})

    assert refused.json()["code"] == 50007


async def test_the_switch_is_a_person_s(discord: LocalDiscord) -> None:
    bot = await discord.control("PUT", f"/users/{discord.application}/dms", {"closed": True})
    nobody = await discord.control("PUT", "/users/1/dms", {"closed": True})
    words = await discord.control("PUT", f"/users/{discord.user('ana')}/dms", {"closed": "yes"})

    found = [(response.status_code, response.json()["error"]["field"]) for response in (bot, nobody, words)]
    assert found == [(403, "user_id"), (404, "user_id"), (422, "closed")]
