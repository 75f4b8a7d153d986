"""Emojis: a guild's own and the application's, with Discord's names, sizes and numbers."""

import base64

import pytest

from guildwright.playground.bits import EVERYONE_DEFAULT, Permission
from tests.fakes.local_discord import LocalDiscord

PAINTS = (
    Permission.VIEW_CHANNEL
    | Permission.CREATE_GUILD_EXPRESSIONS
    | Permission.MANAGE_GUILD_EXPRESSIONS
    | Permission.VIEW_AUDIT_LOG
)


def picture(head: bytes = b"\x89PNG\r\n\x1a\n", kind: str = "png", size: int = 20) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(head + b'0' * size).decode()}"


GIF = picture(b"GIF89a", "gif")


@pytest.fixture(autouse=True)
async def may_paint(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", PAINTS)


def place(discord: LocalDiscord) -> str:
    return f"/guilds/{discord.guild}/emojis"


async def test_an_emoji_s_life_is_told_and_logged(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        made = await discord.ask("POST", place(discord), {"name": "oak", "image": picture(kind="jpeg")})
        told = [await gateway.expect("GUILD_EMOJIS_UPDATE")]
        path = f"{place(discord)}/{made['id']}"
        edited = await discord.ask("PATCH", path, {"name": "elm", "roles": [discord.role("Artisan")]})
        told.append(await gateway.expect("GUILD_EMOJIS_UPDATE"))
        assert await discord.ask("GET", path) == edited
        assert (await discord.ask("GET", f"/guilds/{discord.guild}"))["emojis"] == [edited]
        await discord.ask("DELETE", path)
        told.append(await gateway.expect("GUILD_EMOJIS_UPDATE"))

    assert (made["animated"], made["user"]["id"]) == (False, discord.application)
    assert [[emoji["name"] for emoji in event["emojis"]] for event in told] == [["oak"], ["elm"], []]
    entries = (await discord.ask("GET", f"/guilds/{discord.guild}/audit-logs"))["audit_log_entries"]
    assert [(entry["action_type"], entry["target_id"]) for entry in entries] == [
        (action, made["id"]) for action in (62, 61, 60)
    ]
    assert (await discord.rest("GET", path)).json()["code"] == 10014


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "image": picture()}, "name"),
        ({"name": "two words", "image": picture()}, "name"),
        ({"name": "oak"}, "image"),
        ({"name": "oak", "image": "https://example.org/oak.png"}, "image"),
        ({"name": "oak", "image": picture(b"not a png")}, "image"),
        ({"name": "oak", "image": picture(size=256 * 1024)}, "image"),
    ],
)
async def test_an_emoji_needs_a_name_and_a_small_picture(
    discord: LocalDiscord, body: dict[str, str], field: str
) -> None:
    refused = await discord.rest("POST", place(discord), body)

    assert (refused.status_code, refused.json()["code"]) == (400, 50035)
    assert list(refused.json()["errors"]) == [field]


async def test_fifty_stand_still_and_fifty_move(discord: LocalDiscord) -> None:
    for number in range(50):
        await discord.ask("POST", place(discord), {"name": f"oak_{number}", "image": picture()})

    still = await discord.rest("POST", place(discord), {"name": "oak", "image": picture()})
    moving = await discord.ask("POST", place(discord), {"name": "oak", "image": GIF})

    assert (still.status_code, still.json()["code"]) == (400, 30008)
    assert moving["animated"] is True


async def test_one_s_own_emojis_need_less_than_all(discord: LocalDiscord) -> None:
    made = await discord.ask("POST", place(discord), {"name": "oak", "image": picture()})
    path = f"{place(discord)}/{made['id']}"

    await discord.permit("Guildwright", Permission.VIEW_CHANNEL | Permission.CREATE_GUILD_EXPRESSIONS)
    assert (await discord.rest("PATCH", path, {"name": "elm"})).is_success
    await discord.permit("Guildwright", Permission.VIEW_CHANNEL)
    assert (await discord.rest("PATCH", path, {"name": "ash"})).json()["code"] == 50013
    assert (await discord.rest("POST", place(discord), {"name": "x", "image": picture()})).json()["code"] == 50013
    assert "user" not in (await discord.ask("GET", place(discord)))[0]


async def test_the_application_has_emojis_of_its_own(discord: LocalDiscord) -> None:
    path = f"/applications/{discord.application}/emojis"

    made = await discord.ask("POST", path, {"name": "oak", "image": GIF})
    twice = await discord.rest("POST", path, {"name": "oak", "image": GIF})
    edited = await discord.ask("PATCH", f"{path}/{made['id']}", {"name": "elm"})
    foreign = await discord.rest("GET", "/applications/1/emojis")

    assert await discord.ask("GET", path) == {"items": [edited]}
    assert await discord.ask("GET", f"{path}/{made['id']}") == edited
    assert list(twice.json()["errors"]) == ["name"]
    assert foreign.status_code == 403
    assert await discord.ask("GET", place(discord)) == []
    await discord.ask("DELETE", f"{path}/{made['id']}")
    assert await discord.ask("GET", path) == {"items": []}


async def test_only_an_emoji_that_there_is_can_be_a_reaction(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", PAINTS | EVERYONE_DEFAULT)
    oak = await discord.ask("POST", place(discord), {"name": "oak", "image": picture()})
    message = await discord.say("gatehouse", "vote")
    path = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions"

    unknown = await discord.rest("PUT", f"{path}/oak:1/@me")
    await discord.ask("PUT", f"{path}/oak:{oak['id']}/@me")

    assert (unknown.status_code, unknown.json()["code"]) == (400, 10014)
    shown = await discord.ask("GET", f"/channels/{message['channel_id']}/messages/{message['id']}")
    assert [reaction["emoji"]["id"] for reaction in shown["reactions"]] == [oak["id"]]
