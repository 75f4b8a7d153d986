"""Roles: made, edited, ordered and deleted below the bot's own, with what hangs on them."""

import pytest

from guildwright.playground.bits import Permission
from tests.fakes.local_discord import LocalDiscord

ARRANGES = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.MANAGE_ROLES
    | Permission.MANAGE_CHANNELS
    | Permission.VIEW_AUDIT_LOG
)


@pytest.fixture(autouse=True)
async def may_arrange(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", ARRANGES)


def roles_of(discord: LocalDiscord) -> str:
    return f"/guilds/{discord.guild}/roles"


async def names(discord: LocalDiscord) -> list[str]:
    return [role["name"] for role in await discord.ask("GET", roles_of(discord))]


async def log(discord: LocalDiscord) -> list[tuple[int, str]]:
    entries = (await discord.ask("GET", f"/guilds/{discord.guild}/audit-logs"))["audit_log_entries"]
    return [(entry["action_type"], entry["target_id"]) for entry in reversed(entries)]


async def test_a_role_s_life_is_in_the_audit_log(discord: LocalDiscord) -> None:
    made = await discord.ask("POST", roles_of(discord), {"name": "Guest", "colors": {"primary_color": 0xFF00}})
    path = f"{roles_of(discord)}/{made['id']}"
    edited = await discord.ask("PATCH", path, {"hoist": True, "mentionable": True})
    await discord.ask("PATCH", path, {"hoist": True})
    await discord.ask("DELETE", path)

    assert (made["color"], edited["color"], edited["hoist"]) == (0xFF00, 0xFF00, True)
    assert await log(discord) == [(action, made["id"]) for action in (30, 31, 32)]


async def test_a_deleted_role_leaves_members_and_overwrites(discord: LocalDiscord) -> None:
    artisan, ana, gatehouse = discord.role("Artisan"), discord.user("ana"), discord.channel("gatehouse")
    await discord.ask("PUT", f"/channels/{gatehouse}/permissions/{artisan}", {"type": 0, "allow": "2048"})

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.ask("DELETE", f"{roles_of(discord)}/{artisan}")
        gone = await gateway.expect("GUILD_ROLE_DELETE")
        member = await gateway.expect("GUILD_MEMBER_UPDATE")
        channel = await gateway.expect("CHANNEL_UPDATE")

    assert gone["role_id"] == artisan
    assert (member["user"]["id"], member["roles"]) == (ana, [])
    assert (channel["id"], channel["permission_overwrites"]) == (gatehouse, [])
    assert (await discord.ask("GET", f"/guilds/{discord.guild}/members/{ana}"))["roles"] == []


async def test_a_role_moves_and_clients_may_list_all_of_them(discord: LocalDiscord) -> None:
    guest = (await discord.ask("POST", roles_of(discord), {"name": "Guest"}))["id"]
    assert await names(discord) == ["@everyone", "Guest", "Artisan", "Guildwright", "Moderator"]

    await discord.ask("PATCH", roles_of(discord), [{"id": guest, "position": 2}])
    one = await names(discord)
    everyone = [
        {"id": role["id"], "position": role["position"]} for role in await discord.ask("GET", roles_of(discord))
    ]
    everyone[1]["position"], everyone[2]["position"] = 2, 1
    ordered = await discord.ask("PATCH", roles_of(discord), everyone)

    assert one == ["@everyone", "Artisan", "Guest", "Guildwright", "Moderator"]
    assert [role["name"] for role in ordered] == ["@everyone", "Guest", "Artisan", "Guildwright", "Moderator"]
    assert [role["position"] for role in ordered] == [0, 1, 2, 3, 4]


async def test_nothing_moves_past_the_bot_and_everyone_stays_below(discord: LocalDiscord) -> None:
    artisan, moderator = discord.role("Artisan"), discord.role("Moderator")

    over = await discord.rest("PATCH", roles_of(discord), [{"id": artisan, "position": 3}])
    above = await discord.rest("PATCH", roles_of(discord), [{"id": moderator, "position": 1}])
    under = await discord.rest("PATCH", roles_of(discord), [{"id": discord.guild, "position": 2}])
    unknown = await discord.rest("PATCH", roles_of(discord), [{"id": "1", "position": 2}])

    assert [answer.json()["code"] for answer in (over, above, under, unknown)] == [50013, 50013, 50028, 10011]
    assert await names(discord) == ["@everyone", "Artisan", "Guildwright", "Moderator"]


async def test_pictures_and_second_colours_need_a_boosted_guild(discord: LocalDiscord) -> None:
    colors = {"primary_color": 1, "secondary_color": 2}

    for body in ({"unicode_emoji": "🔨"}, {"colors": colors}):
        refused = await discord.rest("POST", roles_of(discord), {"name": "x"} | body)
        assert (refused.status_code, refused.json()["code"]) == (403, 50101), body


async def test_members_are_counted_by_role(discord: LocalDiscord) -> None:
    counts = await discord.ask("GET", f"{roles_of(discord)}/member-counts")

    assert counts[discord.role("Artisan")] == 1
    assert discord.guild not in counts
