"""Webhooks: made by the bot, used by whoever knows the token."""

import base64

import pytest

from guildwright.playground.bits import Permission
from tests.fakes.local_discord import LocalDiscord

MANAGES = Permission.VIEW_CHANNEL | Permission.MANAGE_WEBHOOKS | Permission.VIEW_AUDIT_LOG
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()


@pytest.fixture(autouse=True)
async def may_manage(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", MANAGES)


def place(discord: LocalDiscord, channel: str = "gatehouse") -> str:
    return f"/channels/{discord.channel(channel)}/webhooks"


async def test_a_webhook_is_made_told_and_listed(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        made = await discord.ask("POST", place(discord), {"name": "Herald", "avatar": PNG})
        told = await gateway.expect("WEBHOOKS_UPDATE")

    assert told == {"guild_id": discord.guild, "channel_id": discord.channel("gatehouse")}
    assert (made["type"], made["name"], made["application_id"]) == (1, "Herald", discord.application)
    assert len(made["token"]) == 68
    assert len(made["avatar"]) == 32
    assert await discord.ask("GET", place(discord)) == [made]
    assert await discord.ask("GET", f"/guilds/{discord.guild}/webhooks") == [made]
    assert await discord.ask("GET", f"/webhooks/{made['id']}") == made
    assert await discord.effects() == {"webhooks_created": 1}


async def test_the_url_of_a_webhook_leads_to_it(discord: LocalDiscord) -> None:
    made = await discord.ask("POST", place(discord), {"name": "Herald"})

    found = (await discord.http.get(made["url"])).json()

    assert found == {key: value for key, value in made.items() if key != "user"}


async def test_the_token_opens_without_authorization_and_a_wrong_one_does_not(discord: LocalDiscord) -> None:
    made = await discord.ask("POST", place(discord), {"name": "Herald"})
    path = f"/api/v10/webhooks/{made['id']}"

    edited = await discord.http.patch(f"{path}/{made['token']}", json={"name": "Crier", "channel_id": "1"})
    wrong = await discord.http.get(f"{path}/{made['token'][:-1]}x")
    unknown = await discord.http.get("/api/v10/webhooks/1/x")
    gone = await discord.http.delete(f"{path}/{made['token']}")

    assert (edited.json()["name"], edited.json()["channel_id"]) == ("Crier", made["channel_id"])
    assert (wrong.status_code, wrong.json()["code"]) == (401, 50027)
    assert (unknown.status_code, unknown.json()["code"]) == (404, 10015)
    assert gone.status_code == 204
    assert await discord.ask("GET", place(discord)) == []


async def test_a_moved_webhook_is_told_in_both_channels_and_logged(discord: LocalDiscord) -> None:
    made = await discord.ask("POST", place(discord), {"name": "Herald"})
    there = discord.channel("giveaways")

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        moved = await discord.rest(
            "PATCH", f"/webhooks/{made['id']}", {"channel_id": there}, headers={"x-audit-log-reason": "tidy"}
        )
        told = [(await gateway.expect("WEBHOOKS_UPDATE"))["channel_id"] for _ in range(2)]
        await discord.ask("DELETE", f"/webhooks/{made['id']}")
    log = await discord.ask("GET", f"/guilds/{discord.guild}/audit-logs?target_id={made['id']}")

    assert moved.json()["channel_id"] == there
    assert told == [discord.channel("gatehouse"), there]
    deleted, updated, created = log["audit_log_entries"]
    assert [entry["action_type"] for entry in (created, updated, deleted)] == [50, 51, 52]
    change = {"key": "channel_id", "old_value": made["channel_id"], "new_value": there}
    assert (updated["changes"], updated["reason"]) == ([change], "tidy")
    assert {"key": "name", "new_value": "Herald"} in created["changes"]


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "x" * 81}, {"name": "my Clyde"}, {"name": "dIsCoRd"}, {"name": "x", "avatar": "y"}],
)
async def test_a_webhook_needs_a_proper_name_and_picture(discord: LocalDiscord, body: dict[str, str]) -> None:
    refused = await discord.rest("POST", place(discord), body)

    assert (refused.status_code, refused.json()["code"]) == (400, 50035)
    assert list(refused.json()["errors"]) == [list(body)[-1] if body else "name"]


async def test_fifteen_webhooks_fit_into_a_channel(discord: LocalDiscord) -> None:
    for number in range(15):
        await discord.ask("POST", place(discord), {"name": f"Herald {number}"})

    refused = await discord.rest("POST", place(discord), {"name": "one more"})
    elsewhere = await discord.rest("POST", place(discord, "giveaways"), {"name": "one more"})

    assert (refused.status_code, refused.json()["code"]) == (400, 30007)
    assert elsewhere.is_success


async def test_webhooks_need_their_permission_but_for_looking_at_one_s_own(discord: LocalDiscord) -> None:
    made = await discord.ask("POST", place(discord), {"name": "Herald"})
    await discord.permit("Guildwright", Permission.VIEW_CHANNEL)

    for method, path in (
        ("GET", place(discord)),
        ("POST", place(discord)),
        ("GET", f"/guilds/{discord.guild}/webhooks"),
        ("PATCH", f"/webhooks/{made['id']}"),
        ("DELETE", f"/webhooks/{made['id']}"),
    ):
        refused = await discord.rest(method, path, {"name": "x"} if method in {"POST", "PATCH"} else None)
        assert (refused.status_code, refused.json()["code"]) == (403, 50013), (method, path)
    assert await discord.ask("GET", f"/webhooks/{made['id']}") == made


async def test_a_private_channel_has_no_webhooks(discord: LocalDiscord) -> None:
    direct = await discord.ask("POST", "/users/@me/channels", {"recipient_id": discord.user("cy")})

    refused = await discord.rest("POST", f"/channels/{direct['id']}/webhooks", {"name": "x"})

    assert (refused.status_code, refused.json()["code"]) == (400, 50003)
