"""The audit log: what moderators did, to whom and why, as the bot may read it."""

from datetime import timedelta

import pytest

from guildwright.playground.bits import Permission
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord

MODERATES = (
    Permission.VIEW_CHANNEL
    | Permission.KICK_MEMBERS
    | Permission.MODERATE_MEMBERS
    | Permission.MANAGE_NICKNAMES
    | Permission.MANAGE_ROLES
    | Permission.VIEW_AUDIT_LOG
)
WHY = {"x-audit-log-reason": "%C3%A4rger%20im%20Saal"}


@pytest.fixture(autouse=True)
async def may_moderate(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", MODERATES)


def log_of(discord: LocalDiscord, query: str = "") -> str:
    return f"/guilds/{discord.guild}/audit-logs{query}"


async def test_a_kick_names_actor_target_and_the_decoded_reason(discord: LocalDiscord) -> None:
    cy = discord.user("cy")

    await discord.rest("DELETE", f"/guilds/{discord.guild}/members/{cy}", headers=WHY)
    log = await discord.ask("GET", log_of(discord))

    entry = log["audit_log_entries"][0]
    assert (entry["action_type"], entry["user_id"], entry["target_id"]) == (20, discord.application, cy)
    assert entry["reason"] == "ärger im Saal"
    assert "changes" not in entry
    assert {user["id"] for user in log["users"]} == {cy, discord.application}


async def test_roles_nicknames_and_timeouts_list_what_changed(discord: LocalDiscord) -> None:
    cy, artisan = discord.user("cy"), discord.role("Artisan")
    path = f"/guilds/{discord.guild}/members/{cy}"
    until = "2026-08-01T10:00:00+00:00"

    await discord.rest("PATCH", path, {"nick": "Cypress", "roles": [artisan]}, headers=WHY)
    await discord.rest("DELETE", f"{path}/roles/{artisan}", headers=WHY)
    await discord.ask("PATCH", path, {"communication_disabled_until": until})
    entries = (await discord.ask("GET", log_of(discord)))["audit_log_entries"]

    value = [{"id": artisan, "name": "Artisan"}]
    assert [(entry["action_type"], entry["changes"]) for entry in entries] == [
        (24, [{"key": "communication_disabled_until", "new_value": until}]),
        (25, [{"key": "$remove", "new_value": value}]),
        (25, [{"key": "$add", "new_value": value}]),
        (24, [{"key": "nick", "new_value": "Cypress"}]),
    ]
    assert [entry.get("reason") for entry in entries] == [None, *["ärger im Saal"] * 3]


async def test_entries_are_filtered_and_paged(discord: LocalDiscord) -> None:
    ana, cy = discord.user("ana"), discord.user("cy")
    for user, nick in ((ana, "A"), (cy, "B"), (ana, "C")):
        await discord.ask("PATCH", f"/guilds/{discord.guild}/members/{user}", {"nick": nick})
    await discord.ask("DELETE", f"/guilds/{discord.guild}/members/{cy}")

    async def ids(query: str) -> list[str]:
        return [entry["id"] for entry in (await discord.ask("GET", log_of(discord, query)))["audit_log_entries"]]

    newest = await ids("")
    assert newest == sorted(newest, key=int, reverse=True)
    assert await ids("?action_type=20") == newest[:1]
    assert await ids(f"?target_id={cy}") == [newest[0], newest[2]]
    assert await ids(f"?user_id={cy}") == []
    assert await ids(f"?user_id={discord.application}&limit=2") == newest[:2]
    assert await ids(f"?before={newest[1]}&limit=1") == newest[2:3]
    assert await ids(f"?after={newest[3]}&limit=2") == [newest[2], newest[1]]


async def test_the_log_needs_its_permission_and_a_sensible_limit(discord: LocalDiscord) -> None:
    wide = await discord.rest("GET", log_of(discord, "?limit=101"))
    await discord.permit("Guildwright", Permission.VIEW_CHANNEL)
    refused = await discord.rest("GET", log_of(discord))

    assert (wide.status_code, wide.json()["code"]) == (400, 50035)
    assert (refused.status_code, refused.json()["code"]) == (403, 50013)


async def test_who_may_not_read_the_log_is_not_told_of_it(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", MODERATES & ~Permission.VIEW_AUDIT_LOG)

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.ask("DELETE", f"/guilds/{discord.guild}/members/{discord.user('cy')}")
        names = await gateway.names()

    assert names == ["GUILD_MEMBER_REMOVE"]


async def test_a_reason_beyond_its_limit_is_refused_before_anything_is_done(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}/members/{discord.user('cy')}"
    refused = await discord.rest("DELETE", path, headers={"x-audit-log-reason": "a" * 513})
    await discord.ask("GET", path)
    done = await discord.rest("DELETE", path, headers={"x-audit-log-reason": "a" * 512})

    entry = (await discord.ask("GET", log_of(discord)))["audit_log_entries"][0]
    assert (refused.status_code, refused.json()["code"], done.status_code) == (400, 50035, 204)
    assert entry["reason"] == "a" * 512


async def test_entries_are_kept_for_45_days(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    await slow_discord.permit("Guildwright", MODERATES)
    await slow_discord.ask("DELETE", f"/guilds/{slow_discord.guild}/members/{slow_discord.user('cy')}")

    clock.set(clock.now() + timedelta(days=44))
    assert len((await slow_discord.ask("GET", log_of(slow_discord)))["audit_log_entries"]) == 1
    clock.set(clock.now() + timedelta(days=2))
    assert (await slow_discord.ask("GET", log_of(slow_discord)))["audit_log_entries"] == []


async def test_threads_of_the_log_come_with_it(discord: LocalDiscord) -> None:
    everything = MODERATES | Permission.CREATE_PUBLIC_THREADS | Permission.SEND_MESSAGES
    await discord.permit("Guildwright", everything)
    body = {"name": "a thread", "type": 11}
    thread = await discord.ask("POST", f"/channels/{discord.channel('gatehouse')}/threads", body)

    log = await discord.ask("GET", log_of(discord))
    assert log["audit_log_entries"][0]["target_id"] == thread["id"]
    assert [(listed["id"], listed["name"]) for listed in log["threads"]] == [(thread["id"], "a thread")]
