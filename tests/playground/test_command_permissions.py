"""Who may use a command: what a server decides, what the command asks for by itself, and who may decide."""

import httpx
import pytest

from tests.fakes.local_discord import Json, LocalDiscord

BACK = "http://127.0.0.1:9/back"
ROLE, USER, CHANNEL = 1, 2, 3
SCOPE = "applications.commands.permissions.update"


async def registered(discord: LocalDiscord) -> dict[str, str]:
    """The ids of `open`, which all may use, and of `tidy`, which takes MANAGE_MESSAGES."""
    commands = [
        {"name": "open", "description": "O"},
        {"name": "tidy", "description": "T", "default_member_permissions": "8192"},
    ]
    made = await discord.ask("PUT", f"/applications/{discord.application}/commands", commands)
    return {command["name"]: command["id"] for command in made}


def entry(number: str, kind: int, *, permission: bool) -> Json:
    return {"id": number, "type": kind, "permission": permission}


async def decide(discord: LocalDiscord, command: str, *entries: Json, user: str = "olive") -> Json:
    path = f"/guilds/{discord.guild}/commands/{command}/permissions"
    body = {"user_id": discord.user(user), "permissions": list(entries)}
    decided: Json = await discord.told("PUT", path, body)
    return decided


async def may(discord: LocalDiscord, user: str, channel: str = "gatehouse") -> dict[str, bool]:
    query = f"?user_id={discord.user(user)}&channel_id={discord.channel(channel)}"
    found = (await discord.told("GET", f"/commands{query}"))["commands"]
    return {command["command"]: command["allowed"] for command in found}


async def borne(discord: LocalDiscord, user: str, scope: str = SCOPE) -> str:
    """A person's access token."""
    bot = await discord.told("PUT", "/oauth2/redirects", {"redirect_uris": [BACK]})
    query = f"client_id={discord.application}&redirect_uri={BACK}&response_type=code&scope={scope}"
    body = {"user_id": discord.user(user), "url": f"/oauth2/authorize?{query}"}
    location = (await discord.told("POST", "/oauth2/authorizations", body))["location"]
    form = {
        "grant_type": "authorization_code",
        "code": location.partition("code=")[2],
        "redirect_uri": BACK,
        "client_id": discord.application,
        "client_secret": bot["client_secret"],
    }
    return str((await discord.http.post("/api/v10/oauth2/token", data=form)).json()["access_token"])


def place(discord: LocalDiscord, command: str = "") -> str:
    one = f"/{command}" if command else ""
    return f"/applications/{discord.application}/guilds/{discord.guild}/commands{one}/permissions"


async def put(discord: LocalDiscord, token: str, command: str, *entries: Json) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"}
    path = f"/api/v10{place(discord, command)}"
    return await discord.http.put(path, json={"permissions": list(entries)}, headers=headers)


async def test_an_entry_for_a_user_a_role_or_everybody_decides_above_the_default(discord: LocalDiscord) -> None:
    tidy = (await registered(discord))["tidy"]

    await decide(discord, tidy, entry(discord.role("Artisan"), ROLE, permission=True))
    assert ((await may(discord, "ana"))["tidy"], (await may(discord, "cy"))["tidy"]) == (True, False)
    await decide(discord, tidy, entry(discord.guild, ROLE, permission=True))
    assert ((await may(discord, "ana"))["tidy"], (await may(discord, "cy"))["tidy"]) == (True, True)
    refused = entry(discord.user("ana"), USER, permission=False)
    await decide(discord, tidy, entry(discord.guild, ROLE, permission=True), refused)
    assert ((await may(discord, "ana"))["tidy"], (await may(discord, "cy"))["tidy"]) == (False, True)
    await decide(discord, tidy)
    assert ((await may(discord, "bo"))["tidy"], (await may(discord, "cy"))["tidy"]) == (True, False)


async def test_what_is_decided_for_all_commands_gives_way_to_what_is_decided_for_one(discord: LocalDiscord) -> None:
    commands = await registered(discord)
    everybody, bo = discord.guild, discord.user("bo")

    await decide(
        discord, discord.application, entry(everybody, ROLE, permission=False), entry(bo, USER, permission=True)
    )
    assert await may(discord, "ana") == {"open": False, "tidy": False}
    assert await may(discord, "bo") == {"open": True, "tidy": True}
    await decide(discord, commands["open"], entry(everybody, ROLE, permission=True))
    assert await may(discord, "ana") == {"open": True, "tidy": False}
    assert await may(discord, "olive") == {"open": True, "tidy": True}, "the owner is stopped by nothing"


async def test_a_command_is_switched_off_in_channels(discord: LocalDiscord) -> None:
    command = (await registered(discord))["open"]
    everywhere = str(int(discord.guild) - 1)
    here = entry(discord.channel("gatehouse"), CHANNEL, permission=True)

    await decide(discord, command, entry(everywhere, CHANNEL, permission=False), here)

    assert (await may(discord, "ana", "gatehouse"))["open"] is True
    assert (await may(discord, "ana", "giveaways"))["open"] is False
    body = {"user_id": discord.user("ana"), "channel_id": discord.channel("giveaways"), "command": "open"}
    refused = await discord.control("POST", "/commands", body)
    assert (refused.status_code, refused.json()["error"]["field"]) == (403, "command")


async def test_the_bot_reads_decisions_and_hears_of_them(discord: LocalDiscord) -> None:
    tidy = (await registered(discord))["tidy"]
    before = await discord.rest("GET", place(discord, tidy))
    allowed = entry(discord.user("ana"), USER, permission=True)

    async with discord.connected() as gateway:
        decided = await decide(discord, tidy, allowed)
        heard = await gateway.expect("APPLICATION_COMMAND_PERMISSIONS_UPDATE")

    assert (before.status_code, before.json()["code"]) == (404, 10066)
    assert heard == decided == await discord.ask("GET", place(discord, tidy))
    assert heard["permissions"] == [allowed]
    assert await discord.ask("GET", place(discord)) == [decided]
    log = await discord.ask("GET", f"/guilds/{discord.guild}/audit-logs?action_type=121")
    (noted,) = log["audit_log_entries"]
    assert (noted["target_id"], noted["user_id"]) == (tidy, discord.user("olive"))
    assert noted["options"]["application_id"] == discord.application
    assert noted["changes"] == [{"key": discord.user("ana"), "new_value": allowed}]


async def test_a_person_s_token_decides_where_the_person_may(discord: LocalDiscord) -> None:
    tidy = (await registered(discord))["tidy"]
    allowed = entry(discord.user("ana"), USER, permission=True)

    bot = await discord.rest("PUT", place(discord, tidy), {"permissions": [allowed]})
    moderator = await put(discord, await borne(discord, "bo"), tidy, allowed)
    without = await put(discord, await borne(discord, "olive", "identify"), tidy, allowed)
    owner = await put(discord, await borne(discord, "olive"), tidy, allowed)

    assert (bot.status_code, bot.json()["code"]) == (403, 20001)
    assert (moderator.status_code, moderator.json()["code"]) == (403, 50013), "bo does not manage roles"
    assert without.status_code == 401
    assert (owner.status_code, owner.json()["permissions"]) == (200, [allowed])
    assert (await may(discord, "ana"))["tidy"] is True


@pytest.mark.parametrize(
    ("entries", "where"),
    [
        ([{"id": "1", "type": 1, "permission": True}], "permissions.0.id"),
        ([{"id": "GUILD", "type": 4, "permission": True}], "permissions.0.type"),
        ([{"id": "GUILD", "type": 1}], "permissions.0.permission"),
        ([{"id": "GUILD", "type": 1, "permission": True}] * 2, "permissions.1.id"),
        ([{"id": "GUILD", "type": 1, "permission": True}] * 101, "permissions"),
    ],
)
async def test_entries_that_cannot_be_are_refused(discord: LocalDiscord, entries: list[Json], where: str) -> None:
    tidy = (await registered(discord))["tidy"]
    named = [part | {"id": discord.guild if part["id"] == "GUILD" else part["id"]} for part in entries]

    response = await put(discord, await borne(discord, "olive"), tidy, *named)

    node = response.json()["errors"]
    for step in where.split("."):
        node = node[step]
    assert node["_errors"]


async def test_decisions_go_with_their_command(discord: LocalDiscord) -> None:
    commands = await registered(discord)
    await decide(discord, commands["tidy"], entry(discord.user("ana"), USER, permission=True))

    await discord.ask("DELETE", f"/applications/{discord.application}/commands/{commands['tidy']}")

    assert await discord.ask("GET", place(discord)) == []


async def test_an_application_s_own_token_registers_commands(discord: LocalDiscord) -> None:
    secret = (await discord.told("GET", "/state"))["bot"]["client_secret"]
    path = f"/api/v10/applications/{discord.application}/commands"

    async def answered(scope: str) -> int:
        form = {"grant_type": "client_credentials", "scope": scope}
        granted = await discord.http.post("/api/v10/oauth2/token", data=form, auth=(discord.application, secret))
        headers = {"authorization": f"Bearer {granted.json()['access_token']}"}
        return (await discord.http.post(path, json={"name": "x", "description": "x"}, headers=headers)).status_code

    assert await answered("identify") == 401
    assert await answered("applications.commands.update") == 201
