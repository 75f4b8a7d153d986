"""Voice as moderators use it: muting, deafening, moving and disconnecting who is connected."""

import pytest

from guildwright.playground.bits import EVERYONE_DEFAULT, Permission
from tests.fakes.local_discord import LocalDiscord

MODERATES = (
    EVERYONE_DEFAULT
    | Permission.MUTE_MEMBERS
    | Permission.DEAFEN_MEMBERS
    | Permission.MOVE_MEMBERS
    | Permission.VIEW_AUDIT_LOG
)


@pytest.fixture(autouse=True)
async def voices(discord: LocalDiscord) -> None:
    """Two voice channels, Cy in the first."""
    await discord.permit("Guildwright", MODERATES)
    for name in ("Hearth", "Cellar"):
        await discord.told("POST", f"/guilds/{discord.guild}/channels", {"name": name, "type": 2})
    body = {"user_id": discord.user("cy"), "channel_id": discord.channel("Hearth"), "guild_id": discord.guild}
    await discord.told("PUT", "/voice", body)


def cy_in(discord: LocalDiscord) -> str:
    return f"/guilds/{discord.guild}/members/{discord.user('cy')}"


async def test_a_muted_member_is_told_as_member_and_in_voice(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        edited = await discord.ask("PATCH", cy_in(discord), {"mute": True, "deaf": True})
        state = await gateway.expect("VOICE_STATE_UPDATE")
    entry = (await discord.ask("GET", f"/guilds/{discord.guild}/audit-logs"))["audit_log_entries"][0]

    assert (edited["mute"], edited["deaf"]) == (True, True)
    assert (state["mute"], state["channel_id"]) == (True, discord.channel("Hearth"))
    assert [change["key"] for change in entry["changes"]] == ["deaf", "mute"]
    shown = await discord.ask("GET", f"/guilds/{discord.guild}/voice-states/{discord.user('cy')}")
    assert (shown["mute"], shown["deaf"], shown["user_id"]) == (True, True, discord.user("cy"))


async def test_a_member_is_moved_and_disconnected(discord: LocalDiscord) -> None:
    cellar = discord.channel("Cellar")

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.ask("PATCH", cy_in(discord), {"channel_id": cellar})
        moved = await gateway.expect("VOICE_STATE_UPDATE")
        await discord.ask("PATCH", cy_in(discord), {"channel_id": None})
        left = await gateway.expect("VOICE_STATE_UPDATE")
    log = f"/guilds/{discord.guild}/audit-logs?user_id={discord.application}"
    entries = (await discord.ask("GET", log))["audit_log_entries"]

    assert (moved["channel_id"], left["channel_id"]) == (cellar, None)
    assert [(entry["action_type"], entry["options"]) for entry in entries] == [
        (27, {"count": "1"}),
        (26, {"channel_id": cellar, "count": "1"}),
    ]
    assert await discord.effects() == {"members_moved": 1, "members_disconnected": 1}


async def test_who_is_not_in_voice_cannot_be_moderated_there(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}/members/{discord.user('ana')}"

    for body in ({"mute": True}, {"deaf": False}, {"channel_id": discord.channel("Cellar")}, {"channel_id": None}):
        refused = await discord.rest("PATCH", path, body)
        assert (refused.status_code, refused.json()["code"]) == (400, 40032), body
    for user in (discord.user("ana"), "@me"):
        unknown = await discord.rest("GET", f"/guilds/{discord.guild}/voice-states/{user}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, 10065), user


async def test_only_voice_channels_take_people_and_each_act_needs_its_permission(discord: LocalDiscord) -> None:
    text = await discord.rest("PATCH", cy_in(discord), {"channel_id": discord.channel("gatehouse")})
    unknown = await discord.rest("PATCH", cy_in(discord), {"channel_id": "1"})
    await discord.permit("Guildwright", EVERYONE_DEFAULT)

    assert (text.json()["code"], unknown.json()["code"]) == (50024, 10003)
    for body in ({"mute": True}, {"deaf": True}, {"channel_id": discord.channel("Cellar")}, {"channel_id": None}):
        refused = await discord.rest("PATCH", cy_in(discord), body)
        assert (refused.status_code, refused.json()["code"]) == (403, 50013), body


async def test_the_bot_renames_itself_the_old_way_too(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}/members/@me"

    assert await discord.ask("PATCH", f"{path}/nick", {"nick": "Wright"}) == {"nick": "Wright"}
    assert (await discord.ask("PATCH", path, {"nick": None}))["nick"] is None
