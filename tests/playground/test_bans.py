"""Bans: who may ban whom, what goes with it, and that somebody banned has a way back only when pardoned."""

import pytest

from guildwright.playground.bits import Permission
from tests.fakes.local_discord import LocalDiscord

MODERATES = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.BAN_MEMBERS
    | Permission.MANAGE_GUILD
    | Permission.VIEW_AUDIT_LOG
)


@pytest.fixture(autouse=True)
async def may_moderate(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", MODERATES)


async def test_a_ban_puts_a_member_out_and_is_told_with_its_reason(discord: LocalDiscord) -> None:
    cy, path = discord.user("cy"), f"/guilds/{discord.guild}/bans"

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        response = await discord.rest("PUT", f"{path}/{cy}", {}, headers={"x-audit-log-reason": "sold%20spam"})
        added = await gateway.expect("GUILD_BAN_ADD")
        removed = await gateway.expect("GUILD_MEMBER_REMOVE")
        entry = await gateway.expect("GUILD_AUDIT_LOG_ENTRY_CREATE")

    assert response.status_code == 204
    assert (added["user"]["id"], removed["user"]["id"]) == (cy, cy)
    assert (entry["action_type"], entry["target_id"], entry["reason"]) == (22, cy, "sold spam")
    assert (await discord.ask("GET", f"{path}/{cy}"))["reason"] == "sold spam"
    assert [ban["user"]["id"] for ban in await discord.ask("GET", path)] == [cy]
    assert (await discord.rest("GET", f"/guilds/{discord.guild}/members/{cy}")).json()["code"] == 10007
    assert await discord.effects() == {"members_banned": 1}


async def test_banning_twice_is_banning_once(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}/bans/{discord.user('cy')}"

    await discord.ask("PUT", path)
    await discord.ask("PUT", path)

    assert await discord.effects() == {"members_banned": 1}


async def test_nobody_is_banned_from_below_nor_without_the_permission(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}/bans"

    for name in ("bo", "olive", "Guildwright"):
        refused = await discord.rest("PUT", f"{path}/{discord.user(name)}", {})
        assert (refused.status_code, refused.json()["code"]) == (403, 50013), name
    await discord.permit("Guildwright", Permission.VIEW_CHANNEL)
    for method, place in (("GET", path), ("PUT", f"{path}/{discord.user('cy')}")):
        refused = await discord.rest(method, place)
        assert (refused.status_code, refused.json()["code"]) == (403, 50013), place


async def test_a_pardon_is_told_and_only_a_banned_one_can_be_pardoned(discord: LocalDiscord) -> None:
    cy, path = discord.user("cy"), f"/guilds/{discord.guild}/bans"
    await discord.ask("PUT", f"{path}/{cy}")

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.ask("DELETE", f"{path}/{cy}")
        told = await gateway.expect("GUILD_BAN_REMOVE")
    again = await discord.rest("DELETE", f"{path}/{cy}")
    nobody = await discord.rest("DELETE", f"{path}/1")

    assert (told["guild_id"], told["user"]["id"]) == (discord.guild, cy)
    assert (again.status_code, again.json()["code"]) == (404, 10026)
    assert (nobody.status_code, nobody.json()["code"]) == (404, 10013)
    assert await discord.effects() == {"members_banned": 1, "bans_removed": 1}


async def test_a_ban_takes_the_late_messages_along(discord: LocalDiscord) -> None:
    cy, gatehouse = discord.user("cy"), discord.channel("gatehouse")
    write = f"/channels/{gatehouse}/messages"
    mine = [(await discord.told("POST", write, {"user_id": cy, "content": text}))["id"] for text in ("a", "b")]
    other = await discord.told("POST", write, {"user_id": discord.user("ana"), "content": "stays"})

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.ask("PUT", f"/guilds/{discord.guild}/bans/{cy}", {"delete_message_seconds": 60})
        gone = await gateway.expect("MESSAGE_DELETE_BULK")

    assert (gone["ids"], gone["channel_id"]) == (mine, gatehouse)
    left = [message["id"] for message in (await discord.told("GET", write))["messages"]]
    assert left == [other["id"]]
    assert await discord.effects() == {"members_banned": 1}


async def test_a_ban_takes_the_late_messages_along_also_when_its_query_says_so(discord: LocalDiscord) -> None:
    cy, gatehouse = discord.user("cy"), discord.channel("gatehouse")
    write = f"/channels/{gatehouse}/messages"
    await discord.told("POST", write, {"user_id": cy, "content": "a"})

    await discord.ask("PUT", f"/guilds/{discord.guild}/bans/{cy}?delete_message_seconds=60", {})

    assert (await discord.told("GET", write))["messages"] == []


@pytest.mark.parametrize("body", [{"delete_message_seconds": 604801}, {"delete_message_days": 8}])
async def test_messages_go_for_a_week_at_most(discord: LocalDiscord, body: dict[str, int]) -> None:
    refused = await discord.rest("PUT", f"/guilds/{discord.guild}/bans/{discord.user('cy')}", body)

    assert (refused.status_code, refused.json()["code"]) == (400, 50035)
    assert list(refused.json()["errors"]) == list(body)


async def test_of_many_only_those_out_of_reach_fail(discord: LocalDiscord) -> None:
    ana, cy, bo, nobody = discord.user("ana"), discord.user("cy"), discord.user("bo"), "1"
    path = f"/guilds/{discord.guild}/bulk-ban"

    done = await discord.ask("POST", path, {"user_ids": [ana, bo, cy, nobody]})
    again = await discord.rest("POST", path, {"user_ids": [ana, bo]})

    assert done == {"banned_users": [ana, cy], "failed_users": [bo, nobody]}
    assert (again.status_code, again.json()) == (400, {"message": "Failed to ban users", "code": 500000})
    assert await discord.effects() == {"members_banned": 2}


async def test_two_hundred_at_once_is_the_limit_and_nobody_counts_twice(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}/bulk-ban"

    for users in ([str(number) for number in range(1, 202)], ["5", "5"], None):
        refused = await discord.rest("POST", path, {"user_ids": users})
        assert (refused.status_code, refused.json()["code"]) == (400, 50035), users
        assert "user_ids" in refused.json()["errors"]


async def test_bans_are_paged_by_user(discord: LocalDiscord) -> None:
    banned = sorted(
        [
            (await discord.told("POST", f"/guilds/{discord.guild}/members", {"name": name}))["user"]["id"]
            for name in "xyz"
        ],
        key=int,
    )
    path = f"/guilds/{discord.guild}/bans"
    await discord.ask("POST", f"/guilds/{discord.guild}/bulk-ban", {"user_ids": banned})

    async def page(query: str) -> list[str]:
        return [ban["user"]["id"] for ban in await discord.ask("GET", f"{path}?{query}")]

    assert await page("limit=2") == banned[:2]
    assert await page(f"limit=2&after={banned[0]}") == banned[1:]
    assert await page(f"limit=1&before={banned[2]}") == banned[1:2]
    assert await page(f"limit=1&before={banned[2]}&after=0") == banned[1:2]
