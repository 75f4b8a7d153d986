"""Webhooks: made by the bot, used by whoever knows the token."""

import base64
from typing import Any

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


async def made(discord: LocalDiscord, **body: str) -> dict[str, Any]:
    webhook: dict[str, Any] = await discord.ask("POST", place(discord), {"name": "Herald"} | body)
    return webhook


async def test_a_webhook_is_made_told_and_listed(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        webhook = await made(discord, avatar=PNG)
        told = await gateway.expect("WEBHOOKS_UPDATE")

    assert told == {"guild_id": discord.guild, "channel_id": discord.channel("gatehouse")}
    assert (webhook["type"], webhook["name"], webhook["application_id"]) == (1, "Herald", discord.application)
    assert len(webhook["token"]) == 68
    assert len(webhook["avatar"]) == 32
    assert await discord.ask("GET", place(discord)) == [webhook]
    assert await discord.ask("GET", f"/guilds/{discord.guild}/webhooks") == [webhook]
    assert await discord.ask("GET", f"/webhooks/{webhook['id']}") == webhook
    assert await discord.effects() == {"webhooks_created": 1}


async def test_the_url_of_a_webhook_leads_to_it(discord: LocalDiscord) -> None:
    webhook = await made(discord)

    found = (await discord.http.get(webhook["url"])).json()

    assert found == {key: value for key, value in webhook.items() if key != "user"}


async def test_the_token_opens_without_authorization_and_a_wrong_one_does_not(discord: LocalDiscord) -> None:
    webhook = await made(discord)
    path = f"/api/v10/webhooks/{webhook['id']}"

    edited = await discord.http.patch(f"{path}/{webhook['token']}", json={"name": "Crier", "channel_id": "1"})
    wrong = await discord.http.get(f"{path}/{webhook['token']}x")
    unknown = await discord.http.get("/api/v10/webhooks/1/x")
    gone = await discord.http.delete(f"{path}/{webhook['token']}")

    assert (edited.json()["name"], edited.json()["channel_id"]) == ("Crier", webhook["channel_id"])
    assert (wrong.status_code, wrong.json()["code"]) == (401, 50027)
    assert (unknown.status_code, unknown.json()["code"]) == (404, 10015)
    assert gone.status_code == 204
    assert await discord.ask("GET", place(discord)) == []


async def test_a_moved_webhook_is_told_in_both_channels_and_logged(discord: LocalDiscord) -> None:
    webhook = await made(discord)
    there = discord.channel("giveaways")

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        moved = await discord.rest(
            "PATCH", f"/webhooks/{webhook['id']}", {"channel_id": there}, headers={"x-audit-log-reason": "tidy"}
        )
        told = [(await gateway.expect("WEBHOOKS_UPDATE"))["channel_id"] for _ in range(2)]
        await discord.ask("DELETE", f"/webhooks/{webhook['id']}")
    log = await discord.ask("GET", f"/guilds/{discord.guild}/audit-logs?target_id={webhook['id']}")

    assert moved.json()["channel_id"] == there
    assert told == [discord.channel("gatehouse"), there]
    deleted, updated, created = log["audit_log_entries"]
    assert [entry["action_type"] for entry in (created, updated, deleted)] == [50, 51, 52]
    change = {"key": "channel_id", "old_value": webhook["channel_id"], "new_value": there}
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
    webhook = await made(discord)
    await discord.permit("Guildwright", Permission.VIEW_CHANNEL)

    for method, path in (
        ("GET", place(discord)),
        ("POST", place(discord)),
        ("GET", f"/guilds/{discord.guild}/webhooks"),
        ("PATCH", f"/webhooks/{webhook['id']}"),
        ("DELETE", f"/webhooks/{webhook['id']}"),
    ):
        refused = await discord.rest(method, path, {"name": "x"} if method in {"POST", "PATCH"} else None)
        assert (refused.status_code, refused.json()["code"]) == (403, 50013), (method, path)
    assert await discord.ask("GET", f"/webhooks/{webhook['id']}") == webhook


async def test_a_private_channel_has_no_webhooks(discord: LocalDiscord) -> None:
    direct = await discord.ask("POST", "/users/@me/channels", {"recipient_id": discord.user("cy")})

    refused = await discord.rest("POST", f"/channels/{direct['id']}/webhooks", {"name": "x"})

    assert (refused.status_code, refused.json()["code"]) == (400, 50003)


async def test_a_webhook_writes_under_any_name_without_authorization(discord: LocalDiscord) -> None:
    webhook = await made(discord, avatar=PNG)
    look = {"username": "Robin", "avatar_url": "https://example.org/robin.png"}

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        plain = await discord.http.post(webhook["url"], json={"content": "hear"})
        first = await gateway.expect("MESSAGE_CREATE")
        answered = await discord.http.post(f"{webhook['url']}?wait=true", json={"content": "hear ye"} | look)
        second = await gateway.expect("MESSAGE_CREATE")

    assert (plain.status_code, plain.content) == (204, b"")
    assert (first["author"]["username"], first["author"]["avatar"]) == ("Herald", webhook["avatar"])
    message = answered.json()
    assert (message["webhook_id"], message["author"]["id"]) == (webhook["id"], webhook["id"])
    assert (message["author"]["username"], message["author"]["bot"]) == ("Robin", True)
    assert message["author"]["avatar"] not in {None, webhook["avatar"]}
    assert (second["id"], second["author"]) == (message["id"], message["author"])
    assert "member" not in second
    assert await discord.effects() == {"webhooks_created": 1, "webhook_messages_created": 2}


async def test_a_webhook_reads_edits_and_deletes_its_own_messages_only(discord: LocalDiscord) -> None:
    webhook, other = await made(discord), await made(discord)
    message = (await discord.http.post(f"{webhook['url']}?wait=true", json={"content": "one"})).json()
    path = f"{webhook['url']}/messages/{message['id']}"

    edited = await discord.http.patch(path, json={"content": "two"})
    read = await discord.http.get(path)
    foreign = await discord.http.get(f"{other['url']}/messages/{message['id']}")
    wrong = await discord.http.patch(f"{webhook['url']}x/messages/{message['id']}", json={"content": "three"})
    gone = await discord.http.delete(path)

    assert (edited.json()["content"], read.json()) == ("two", edited.json())
    assert (foreign.status_code, foreign.json()["code"]) == (404, 10008)
    assert (wrong.status_code, wrong.json()["code"]) == (401, 50027)
    assert (gone.status_code, (await discord.http.get(path)).json()["code"]) == (204, 10008)


async def test_a_webhook_s_message_outlives_it(discord: LocalDiscord) -> None:
    webhook = await made(discord)
    await discord.permit("Guildwright", MANAGES | Permission.READ_MESSAGE_HISTORY)
    await discord.http.post(webhook["url"], json={"content": "kept"})
    await discord.ask("DELETE", f"/webhooks/{webhook['id']}")

    history = await discord.ask("GET", f"/channels/{discord.channel('gatehouse')}/messages")

    assert [(message["content"], message["author"]["username"]) for message in history] == [("kept", "Herald")]
    assert (await discord.http.post(webhook["url"], json={"content": "x"})).json()["code"] == 10015


async def test_a_webhook_pings_everyone_within_allowed_mentions_and_uploads(discord: LocalDiscord) -> None:
    webhook = await made(discord)
    body = {"content": "@everyone", "allowed_mentions": {"parse": []}}

    loud = await discord.http.post(f"{webhook['url']}?wait=true", json={"content": "@everyone"})
    quiet = await discord.http.post(f"{webhook['url']}?wait=true", json=body)
    file = await discord.http.post(f"{webhook['url']}?wait=true", files={"files[0]": ("a.txt", b"hello")})

    assert (loud.json()["mention_everyone"], quiet.json()["mention_everyone"]) == (True, False)
    assert [entry["filename"] for entry in file.json()["attachments"]] == ["a.txt"]


@pytest.mark.parametrize(
    ("query", "body", "code"),
    [
        ("", {}, 50006),
        ("", {"content": "x", "username": "Clyde"}, 50035),
        ("", {"content": "x", "avatar_url": "javascript:x"}, 50035),
        ("", {"content": "x" * 2001}, 50035),
        ("", {"content": "x", "thread_name": "y"}, 220003),
        ("?thread_id=1", {"content": "x"}, 10003),
        ("?thread_id=1", {"content": "x", "thread_name": "y"}, 10003),
    ],
)
async def test_a_webhook_is_refused_what_discord_refuses(
    discord: LocalDiscord, query: str, body: dict[str, str], code: int
) -> None:
    webhook = await made(discord)

    refused = await discord.http.post(f"{webhook['url']}{query}", json=body)

    assert refused.json()["code"] == code
    assert await discord.effects() == {"webhooks_created": 1}


async def test_a_webhook_makes_posts_in_a_forum_and_writes_in_threads(discord: LocalDiscord) -> None:
    forum = await discord.told("POST", f"/guilds/{discord.guild}/channels", {"name": "workshop", "type": 15})
    webhook = await discord.ask("POST", f"/channels/{forum['id']}/webhooks", {"name": "Herald"})
    url = f"{webhook['url']}?wait=true"

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        first = (await discord.http.post(url, json={"content": "one", "thread_name": "Oak table"})).json()
        thread = await gateway.expect("THREAD_CREATE")
        told = await gateway.expect("MESSAGE_CREATE")
    second = (await discord.http.post(f"{url}&thread_id={thread['id']}", json={"content": "two"})).json()
    path = f"{webhook['url']}/messages/{second['id']}"
    unnamed = await discord.http.post(url, json={"content": "x"})
    both = await discord.http.post(f"{url}&thread_id={thread['id']}", json={"content": "x", "thread_name": "y"})

    assert (thread["id"], thread["name"], thread["owner_id"]) == (first["id"], "Oak table", webhook["id"])
    assert (told["id"], told["channel_id"]) == (first["id"], thread["id"])
    assert (second["channel_id"], thread["member_count"]) == (thread["id"], 0)
    assert (await discord.http.get(path)).json()["code"] == 10008
    assert (await discord.http.get(f"{path}?thread_id={thread['id']}")).json()["content"] == "two"
    assert (unnamed.json()["code"], both.json()["code"]) == (220001, 220002)
