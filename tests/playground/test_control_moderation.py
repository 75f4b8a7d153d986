"""People who moderate and run a guild through the control API: with Discord's rules, and the bot hears of it."""

from typing import Any

import pytest

from tests.fakes.local_discord import LocalDiscord


def guild(discord: LocalDiscord, path: str) -> str:
    return f"/guilds/{discord.guild}/{path}"


def act(discord: LocalDiscord, who: str, whom: str, **more: object) -> dict[str, object]:
    return {"user_id": discord.user(who), "target_id": discord.user(whom), **more}


async def newest(discord: LocalDiscord) -> dict[str, Any]:
    entry: dict[str, Any] = (await discord.told("GET", guild(discord, "audit-log?limit=1")))["entries"][0]
    return entry


async def test_a_moderator_bans_and_pardons_and_the_bot_hears_who_did_it(discord: LocalDiscord) -> None:
    cy, bo = discord.user("cy"), discord.user("bo")

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        banned = await discord.told("POST", guild(discord, "bans"), act(discord, "bo", "cy", reason="spam"))
        added = await gateway.expect("GUILD_BAN_ADD")
        entry = await gateway.expect("GUILD_AUDIT_LOG_ENTRY_CREATE")
        listed = await discord.told("GET", guild(discord, "bans"))
        await discord.told("DELETE", guild(discord, f"bans/{cy}/as/{bo}"))
        removed = await gateway.expect("GUILD_BAN_REMOVE")

    assert (added["user"]["id"], removed["user"]["id"]) == (cy, cy)
    assert (entry["user_id"], entry["target_id"], entry["reason"]) == (bo, cy, "spam")
    assert listed == {"bans": [banned]}
    assert (await newest(discord))["action"] == "MEMBER_BAN_REMOVE"
    assert await discord.effects() == {}


async def test_whoever_was_banned_comes_back_only_when_pardoned(discord: LocalDiscord) -> None:
    cy, olive = discord.user("cy"), discord.user("olive")
    body = {"user_id": olive, "channel_id": discord.channel("gatehouse"), "max_uses": 1}
    code = (await discord.told("POST", guild(discord, "invites"), body))["code"]
    await discord.told("POST", guild(discord, "bans"), act(discord, "olive", "cy"))

    by_invite = await discord.control("POST", f"/invites/{code}", {"user_id": cy})
    by_hand = await discord.control("POST", guild(discord, "members"), {"user_id": cy})
    await discord.told("DELETE", guild(discord, f"bans/{cy}/as/{olive}"))
    again = await discord.told("POST", f"/invites/{code}", {"user_id": cy})
    used_up = await discord.control("POST", f"/invites/{code}", {"name": "Dee"})

    assert (by_invite.status_code, by_hand.status_code) == (403, 403)
    assert again["user"]["id"] == cy
    assert (used_up.status_code, used_up.json()["error"]["code"]) == (404, "unknown_invite")


async def test_a_kick_and_a_timeout_are_seen_by_the_bot(discord: LocalDiscord) -> None:
    ana, cy = discord.user("ana"), discord.user("cy")

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        held = await discord.told("POST", guild(discord, "timeouts"), act(discord, "bo", "ana", seconds=60))
        updated = await gateway.expect("GUILD_MEMBER_UPDATE")
        await discord.told("POST", guild(discord, "kicks"), act(discord, "bo", "cy", reason="bye"))
        removed = await gateway.expect("GUILD_MEMBER_REMOVE")
    lifted = await discord.told("POST", guild(discord, "timeouts"), act(discord, "bo", "ana", seconds=0))

    assert (updated["user"]["id"], updated["communication_disabled_until"]) == (ana, held["timeout_until"])
    assert held["timeout_until"] is not None
    assert removed["user"]["id"] == cy
    assert lifted["timeout_until"] is None


@pytest.mark.parametrize(
    ("path", "who", "whom", "more"),
    [
        ("bans", "cy", "ana", {}),
        ("bans", "bo", "olive", {}),
        ("kicks", "ana", "cy", {}),
        ("kicks", "bo", "bo", {}),
        ("timeouts", "bo", "olive", {"seconds": 60}),
        ("timeouts", "cy", "ana", {"seconds": 60}),
    ],
)
async def test_nobody_moderates_without_the_right_or_from_below(
    discord: LocalDiscord, path: str, who: str, whom: str, more: dict[str, object]
) -> None:
    refused = await discord.control("POST", guild(discord, path), act(discord, who, whom, **more))

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")


async def test_bounds_are_named_with_their_field(discord: LocalDiscord) -> None:
    for path, more, field in (
        ("timeouts", {"seconds": 28 * 24 * 3600 + 1}, "seconds"),
        ("bans", {"delete_message_seconds": 604801}, "delete_message_seconds"),
        ("bans", {"reason": "x" * 513}, "reason"),
    ):
        refused = await discord.control("POST", guild(discord, path), act(discord, "olive", "cy", **more))
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, field)


async def test_the_bot_can_be_put_out_by_a_kick(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.told("POST", guild(discord, "kicks"), act(discord, "olive", "Guildwright"))
        assert (await gateway.expect("GUILD_DELETE"))["id"] == discord.guild


async def test_channels_roles_and_the_guild_are_edited_and_logged(discord: LocalDiscord) -> None:
    olive, gatehouse, artisan = discord.user("olive"), discord.channel("gatehouse"), discord.role("Artisan")

    channel = await discord.told("PATCH", f"/channels/{gatehouse}", {"user_id": olive, "topic": None, "slowmode": 5})
    assert (channel["topic"], (await newest(discord))["action"]) == (None, "CHANNEL_UPDATE")
    role = await discord.told("PATCH", guild(discord, f"roles/{artisan}"), {"user_id": olive, "name": "Smith"})
    assert (role["name"], (await newest(discord))["action"]) == ("Smith", "ROLE_UPDATE")
    hall = await discord.told("PATCH", f"/guilds/{discord.guild}", {"user_id": olive, "name": "The Elm Hall"})
    assert (hall["name"], (await newest(discord))["user_id"]) == ("The Elm Hall", olive)

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.told("DELETE", guild(discord, f"roles/{artisan}/as/{olive}"))
        assert (await gateway.expect("GUILD_ROLE_DELETE"))["role_id"] == artisan
        await discord.told("DELETE", f"/channels/{gatehouse}/as/{olive}")
        assert (await gateway.expect("CHANNEL_DELETE"))["id"] == gatehouse


async def test_running_a_guild_needs_the_rights_for_it(discord: LocalDiscord) -> None:
    cy, bo, artisan = discord.user("cy"), discord.user("bo"), discord.role("Artisan")

    for method, path, body in (
        ("PATCH", f"/channels/{discord.channel('gatehouse')}", {"user_id": cy, "name": "mine"}),
        ("DELETE", f"/channels/{discord.channel('gatehouse')}/as/{cy}", None),
        ("PATCH", guild(discord, f"roles/{artisan}"), {"user_id": bo, "name": "mine"}),
        ("PATCH", f"/guilds/{discord.guild}", {"user_id": cy, "name": "mine"}),
    ):
        refused = await discord.control(method, path, body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden"), path


async def test_what_is_arranged_is_in_the_log_in_the_owner_s_name(discord: LocalDiscord) -> None:
    cy, artisan = discord.user("cy"), discord.role("Artisan")

    await discord.told("PUT", guild(discord, f"members/{cy}/roles/{artisan}"))
    entry = await newest(discord)

    assert (entry["action"], entry["user_id"], entry["target_id"]) == (
        "MEMBER_ROLE_UPDATE",
        discord.user("olive"),
        cy,
    )
    assert entry["changes"] == [{"key": "$add", "new_value": [{"id": artisan, "name": "Artisan"}]}]
