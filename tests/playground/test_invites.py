"""Invites: made for a channel, good for a time and a number of people, told to who manages the channel."""

from datetime import timedelta

import pytest

from guildwright.playground.bits import Permission
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord

HOSTS = (
    Permission.VIEW_CHANNEL
    | Permission.CREATE_INSTANT_INVITE
    | Permission.MANAGE_CHANNELS
    | Permission.MANAGE_GUILD
    | Permission.VIEW_AUDIT_LOG
)


@pytest.fixture(autouse=True)
async def may_host(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", HOSTS)


def place(discord: LocalDiscord) -> str:
    return f"/channels/{discord.channel('gatehouse')}/invites"


async def test_an_invite_is_made_told_listed_and_taken_back(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        made = await discord.ask("POST", place(discord), {"max_age": 600, "max_uses": 2})
        created = await gateway.expect("INVITE_CREATE")
        listed = await discord.ask("GET", place(discord))
        gone = await discord.ask("DELETE", f"/invites/{made['code']}")
        deleted = await gateway.expect("INVITE_DELETE")

    assert (created["code"], created["max_age"], created["uses"]) == (made["code"], 600, 0)
    assert listed == [made]
    assert (gone["code"], deleted["code"], deleted["guild_id"]) == (made["code"], made["code"], discord.guild)
    assert (await discord.rest("GET", f"/invites/{made['code']}")).json()["code"] == 10006
    entries = (await discord.ask("GET", f"/guilds/{discord.guild}/audit-logs"))["audit_log_entries"]
    assert [entry["action_type"] for entry in entries] == [42, 40]
    assert {"key": "max_uses", "new_value": 2} in entries[1]["changes"]
    assert await discord.effects() == {"invites_created": 1, "invites_deleted": 1}


async def test_anybody_may_look_at_an_invite(discord: LocalDiscord) -> None:
    made = await discord.ask("POST", place(discord), {})

    plain = (await discord.http.get(f"/api/v10/invites/{made['code']}")).json()
    counted = (await discord.http.get(f"/api/v10/invites/{made['code']}?with_counts=true")).json()

    assert (plain["guild"]["name"], plain["channel"]["name"]) == ("The Oak Hall", "gatehouse")
    assert "uses" not in plain
    assert counted["approximate_member_count"] == 5


async def test_a_similar_invite_is_given_again_unless_it_shall_be_unique(discord: LocalDiscord) -> None:
    first = await discord.ask("POST", place(discord), {})
    again = await discord.ask("POST", place(discord), {})
    unique = await discord.ask("POST", place(discord), {"unique": True})
    longer = await discord.ask("POST", place(discord), {"max_age": 0})

    assert again["code"] == first["code"]
    assert len({first["code"], unique["code"], longer["code"]}) == 3
    assert (first["max_age"], longer["expires_at"]) == (86400, None)


async def test_an_invite_ends_with_its_time(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    await slow_discord.permit("Guildwright", HOSTS)
    made = await slow_discord.ask("POST", place(slow_discord), {"max_age": 60})

    clock.set(clock.now() + timedelta(seconds=59))
    assert (await slow_discord.ask("GET", f"/invites/{made['code']}"))["code"] == made["code"]
    clock.set(clock.now() + timedelta(seconds=2))
    assert (await slow_discord.rest("GET", f"/invites/{made['code']}")).json()["code"] == 10006
    assert await slow_discord.ask("GET", place(slow_discord)) == []


@pytest.mark.parametrize("body", [{"max_age": 604801}, {"max_uses": 101}, {"max_uses": "x"}, {"target_type": 1}])
async def test_an_invite_has_bounds(discord: LocalDiscord, body: dict[str, object]) -> None:
    refused = await discord.rest("POST", place(discord), body)

    assert (refused.status_code, refused.json()["code"]) == (400, 50035)
    assert list(refused.json()["errors"]) == list(body)


async def test_invites_need_their_permissions(discord: LocalDiscord) -> None:
    made = await discord.ask("POST", place(discord), {})
    guild = f"/guilds/{discord.guild}/invites"
    await discord.permit("@everyone", Permission.VIEW_CHANNEL)
    await discord.permit("Guildwright", Permission.VIEW_CHANNEL | Permission.VIEW_AUDIT_LOG)

    for method, path in (("POST", place(discord)), ("GET", place(discord)), ("DELETE", f"/invites/{made['code']}")):
        refused = await discord.rest(method, path, {} if method == "POST" else None)
        assert (refused.status_code, refused.json()["code"]) == (403, 50013), (method, path)
    assert "uses" not in (await discord.ask("GET", guild))[0]
    await discord.permit("Guildwright", Permission.VIEW_CHANNEL | Permission.MANAGE_GUILD)
    assert (await discord.ask("GET", guild))[0]["uses"] == 0


async def test_an_invite_and_a_webhook_go_with_their_channel(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", HOSTS | Permission.MANAGE_WEBHOOKS)
    invite = await discord.ask("POST", place(discord), {})
    webhook = await discord.ask("POST", f"/channels/{discord.channel('gatehouse')}/webhooks", {"name": "Herald"})

    await discord.ask("DELETE", f"/channels/{discord.channel('gatehouse')}")

    assert (await discord.rest("GET", f"/invites/{invite['code']}")).json()["code"] == 10006
    assert (await discord.rest("GET", f"/webhooks/{webhook['id']}")).json()["code"] == 10015


async def test_an_invite_may_bring_roles_below_the_bot_s_own(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", HOSTS | Permission.MANAGE_ROLES)
    artisan, moderator = discord.role("Artisan"), discord.role("Moderator")

    made = await discord.ask("POST", place(discord), {"role_ids": [artisan]})
    refused = await discord.rest("POST", place(discord), {"role_ids": [moderator]})

    assert [role["id"] for role in made["roles"]] == [artisan]
    assert (refused.status_code, refused.json()["code"]) == (403, 50013)


async def test_invites_are_paused_for_a_day_at_most(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    await slow_discord.permit("Guildwright", HOSTS)
    path = f"/guilds/{slow_discord.guild}/incident-actions"
    code = (await slow_discord.ask("POST", place(slow_discord), {"max_age": 0}))["code"]
    until = (clock.now() + timedelta(hours=1)).isoformat()

    paused = await slow_discord.ask("PUT", path, {"invites_disabled_until": until})
    closed = await slow_discord.control("POST", f"/invites/{code}", {"name": "Dee"})
    clock.set(clock.now() + timedelta(hours=2))
    opened = await slow_discord.control("POST", f"/invites/{code}", {"name": "Dee"})
    ended = await slow_discord.ask("PUT", path, {"invites_disabled_until": None})
    late = (clock.now() + timedelta(hours=25)).isoformat()
    refused = await slow_discord.rest("PUT", path, {"dms_disabled_until": late})

    assert paused == {"invites_disabled_until": until, "dms_disabled_until": None}
    assert (closed.status_code, opened.status_code) == (403, 201)
    assert ended == {"invites_disabled_until": None, "dms_disabled_until": None}
    assert (refused.status_code, refused.json()["code"]) == (400, 50035)
    assert (await slow_discord.ask("GET", f"/guilds/{slow_discord.guild}"))["incidents_data"] == ended
