"""Prune: only people who did nothing for days go, and only with roles that were named."""

from datetime import timedelta

import pytest

from guildwright.playground.bits import Permission
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord

PRUNES = Permission.VIEW_CHANNEL | Permission.MANAGE_GUILD | Permission.KICK_MEMBERS | Permission.VIEW_AUDIT_LOG


@pytest.fixture
async def quiet(slow_discord: LocalDiscord, clock: FakeClock) -> LocalDiscord:
    """Ten days without a word."""
    await slow_discord.permit("Guildwright", PRUNES)
    clock.set(clock.now() + timedelta(days=10))
    return slow_discord


async def count(discord: LocalDiscord, query: str = "") -> int:
    pruned: int = (await discord.ask("GET", f"/guilds/{discord.guild}/prune{query}"))["pruned"]
    return pruned


async def test_the_inactive_without_roles_are_counted_and_go(quiet: LocalDiscord) -> None:
    artisan, cy = quiet.role("Artisan"), quiet.user("cy")
    plain, named, recent = (
        await count(quiet),
        await count(quiet, f"?include_roles={artisan}"),
        await count(quiet, "?days=30"),
    )

    async with quiet.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        pruned = await quiet.ask("POST", f"/guilds/{quiet.guild}/prune", {"days": 7})
        left = await gateway.expect("GUILD_MEMBER_REMOVE")
    entry = (await quiet.ask("GET", f"/guilds/{quiet.guild}/audit-logs"))["audit_log_entries"][0]

    assert (plain, named, recent) == (1, 2, 0)
    assert (pruned, left["user"]["id"]) == ({"pruned": 1}, cy)
    assert (entry["action_type"], entry["target_id"]) == (21, None)
    assert entry["options"] == {"delete_member_days": "7", "members_removed": "1"}
    assert await quiet.effects() == {"members_pruned": 1}


async def test_whoever_wrote_lately_stays(quiet: LocalDiscord) -> None:
    path = f"/channels/{quiet.channel('gatehouse')}/messages"
    await quiet.told("POST", path, {"user_id": quiet.user("cy"), "content": "still here"})

    assert await count(quiet) == 0
    assert await quiet.ask("POST", f"/guilds/{quiet.guild}/prune", {"compute_prune_count": "false"}) == {"pruned": None}
    assert await quiet.effects() == {}


async def test_prune_needs_both_permissions_and_a_month_at_most(quiet: LocalDiscord) -> None:
    path = f"/guilds/{quiet.guild}/prune"

    for method, place, body in (("GET", f"{path}?days=31", None), ("POST", path, {"days": 0})):
        wrong = await quiet.rest(method, place, body)
        assert (wrong.status_code, wrong.json()["code"]) == (400, 50035), method
    await quiet.permit("Guildwright", Permission.KICK_MEMBERS)
    for method in ("GET", "POST"):
        refused = await quiet.rest(method, path, {} if method == "POST" else None)
        assert (refused.status_code, refused.json()["code"]) == (403, 50013), method
