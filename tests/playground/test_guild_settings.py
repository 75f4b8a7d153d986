"""A guild's settings: who may change them, what they may be, and who hears of it."""

import base64

import pytest

from guildwright.playground.bits import Permission
from tests.fakes.local_discord import LocalDiscord

RULES = Permission.VIEW_CHANNEL | Permission.MANAGE_GUILD | Permission.VIEW_AUDIT_LOG
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()


@pytest.fixture(autouse=True)
async def may_rule(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", RULES)


async def test_changed_settings_are_returned_told_and_logged(discord: LocalDiscord) -> None:
    gatehouse, path = discord.channel("gatehouse"), f"/guilds/{discord.guild}"
    settings = {
        "name": "The Elm Hall",
        "description": "Elms",
        "verification_level": 2,
        "system_channel_id": gatehouse,
        "afk_timeout": 900,
        "preferred_locale": "de",
        "icon": PNG,
        "features": ["COMMUNITY", "NEWS", "INVITES_DISABLED"],
    }

    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        await discord.ask("PATCH", path, {"explicit_content_filter": 0})  # as it is: no edit
        edited = await discord.ask("PATCH", path, settings)
        told = await gateway.expect("GUILD_UPDATE")
    entry = (await discord.ask("GET", f"{path}/audit-logs"))["audit_log_entries"][0]

    for name, value in settings.items():
        assert name == "icon" or edited[name] == value, name
    assert len(edited["icon"]) == 32
    assert told["name"] == "The Elm Hall"
    assert (await discord.ask("GET", path))["afk_timeout"] == 900
    assert (entry["action_type"], entry["target_id"]) == (1, discord.guild)
    assert {"key": "name", "old_value": "The Oak Hall", "new_value": "The Elm Hall"} in entry["changes"]
    assert {"key": "afk_timeout", "old_value": 300, "new_value": 900} in entry["changes"], "as nobody had set it"


async def test_what_is_not_named_stays_and_null_resets(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}"
    await discord.ask("PATCH", path, {"description": "Elms", "verification_level": 3})

    edited = await discord.ask("PATCH", path, {"verification_level": None})

    assert (edited["description"], edited["verification_level"], edited["name"]) == ("Elms", 0, "The Oak Hall")
    assert await discord.effects() == {"guilds_edited": 2}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x"),
        ("verification_level", 5),
        ("afk_timeout", 61),
        ("preferred_locale", "xx"),
        ("system_channel_id", "1"),
        ("icon", "data:text/html;base64,AAAA"),
        ("description", "x" * 301),
    ],
)
async def test_a_setting_that_cannot_be_is_refused_at_its_field(
    discord: LocalDiscord, field: str, value: object
) -> None:
    refused = await discord.rest("PATCH", f"/guilds/{discord.guild}", {field: value})

    assert (refused.status_code, refused.json()["code"]) == (400, 50035)
    assert list(refused.json()["errors"]) == [field]


async def test_a_channel_of_the_wrong_kind_is_no_channel_for_a_setting(discord: LocalDiscord) -> None:
    body = {"afk_channel_id": discord.channel("gatehouse")}

    refused = await discord.rest("PATCH", f"/guilds/{discord.guild}", body)

    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["afk_channel_id"])


async def test_rule_boosts_and_community_each_need_their_right(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}"

    boosted = await discord.rest("PATCH", path, {"banner": PNG})
    community = await discord.rest("PATCH", path, {"features": []})
    await discord.permit("Guildwright", Permission.VIEW_CHANNEL)
    unruled = await discord.rest("PATCH", path, {"name": "Mine"})

    assert [answer.json()["code"] for answer in (boosted, community, unruled)] == [50101, 50013, 50013]


async def test_a_bot_cannot_give_away_a_guild_that_is_not_its_own(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}"

    refused = await discord.rest("PATCH", path, {"owner_id": discord.user("ana")})
    kept = await discord.ask("PATCH", path, {"owner_id": discord.user("olive")})

    assert (refused.status_code, refused.json()["code"]) == (403, 50013)
    assert kept["owner_id"] == discord.user("olive")


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/guilds/{guild}", "home_header", PNG),
        ("/guilds/{guild}", "region", "rotterdam"),
        ("/guilds/{guild}/members/@me", "bio", "I keep the hall"),
        ("/guilds/{guild}/members/@me", "avatar", PNG),
        ("/users/@me", "avatar", PNG),
        ("/applications/@me", "tags", ["fun"]),
    ],
)
async def test_what_would_be_lost_is_refused_by_name(
    discord: LocalDiscord, path: str, field: str, value: object
) -> None:
    refused = await discord.rest("PATCH", path.format(guild=discord.guild), {field: value})

    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert refused.json()["errors"][field]["_errors"][0]["code"] == "PLAYGROUND_UNSUPPORTED"


async def test_what_clients_ask_beside_a_guild_is_answered(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}"

    assert (await discord.ask("GET", f"{path}/preview"))["approximate_member_count"] == 5
    assert await discord.ask("GET", f"{path}/vanity-url") == {"code": None, "uses": 0}
    assert (await discord.ask("GET", f"{path}/onboarding"))["enabled"] is False
    assert [region["optimal"] for region in await discord.ask("GET", "/voice/regions")].count(True) == 1
    assert await discord.ask("GET", f"{path}/regions") == await discord.ask("GET", "/voice/regions")
    assert (await discord.ask("GET", "/soundboard-default-sounds"))[0]["name"] == "quack"
    assert await discord.ask("GET", f"{path}/soundboard-sounds") == {"items": []}
    integrations = await discord.ask("GET", f"{path}/integrations")
    assert [(e["application"]["id"], e["application"]["summary"]) for e in integrations] == [(discord.application, "")]
    assert (await discord.rest("GET", f"{path}/welcome-screen")).json()["code"] == 10069
    assert (await discord.rest("GET", "/guilds/1/preview")).json()["code"] == 10004


async def test_who_joins_is_greeted_in_the_system_channel_unless_that_is_switched_off(discord: LocalDiscord) -> None:
    hall, gatehouse = f"/guilds/{discord.guild}", discord.channel("gatehouse")
    await discord.told("POST", f"{hall}/members", {"name": "Early"})
    await discord.ask("PATCH", hall, {"system_channel_id": gatehouse})
    dee = (await discord.told("POST", f"{hall}/members", {"name": "Dee"}))["user"]["id"]
    await discord.ask("PATCH", hall, {"system_channel_flags": 1})
    await discord.told("POST", f"{hall}/members", {"name": "Late"})

    messages = (await discord.told("GET", f"/channels/{gatehouse}/messages"))["messages"]

    assert [(message["type"], message["author"]["id"]) for message in messages] == [(7, dee)]
