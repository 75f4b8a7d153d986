"""Registering application commands, and who finds them."""

import pytest

from guildwright.playground.bits import Permission
from tests.fakes.local_discord import Json, LocalDiscord

PING: Json = {"name": "ping", "description": "Say pong"}
OPTION: Json = {"type": 3, "name": "text", "description": "What"}


def path(discord: LocalDiscord, guild: str | None = None) -> str:
    middle = f"/guilds/{guild}" if guild else ""
    return f"/applications/{discord.application}{middle}/commands"


async def test_registering_again_keeps_ids_and_versions_and_counts_only_changes(discord: LocalDiscord) -> None:
    other = {"name": "other", "description": "Other"}
    first = await discord.ask("PUT", path(discord), [PING, other])
    again = await discord.ask("PUT", path(discord), [PING, other])
    changed = await discord.ask("PUT", path(discord), [PING | {"description": "New"}])

    assert again == first
    assert changed[0]["id"] == first[0]["id"]
    assert changed[0]["version"] != first[0]["version"]
    assert await discord.ask("GET", path(discord)) == [
        {name: value for name, value in changed[0].items() if "localizations" not in name}
    ]
    assert await discord.effects() == {"command_writes": 3, "commands_registered": 3}


async def test_a_command_is_created_overwritten_edited_and_deleted(discord: LocalDiscord) -> None:
    created = await discord.rest("POST", path(discord), PING)
    overwritten = await discord.rest("POST", path(discord), PING | {"description": "Again"})
    one = f"{path(discord)}/{created.json()['id']}"
    edited = await discord.ask("PATCH", one, {"options": [OPTION]})
    await discord.ask("DELETE", one)

    assert (created.status_code, overwritten.status_code) == (201, 200)
    assert overwritten.json()["id"] == created.json()["id"]
    assert (edited["description"], edited["options"][0]["required"]) == ("Again", False)
    gone = await discord.rest("GET", one)
    assert (gone.status_code, gone.json()["code"]) == (404, 10063)


REFUSED: dict[str, tuple[Json, str]] = {
    "an upper case name": (PING | {"name": "Ping"}, "name"),
    "a name with a space": (PING | {"name": "pi ng"}, "name"),
    "a name of 33": (PING | {"name": "x" * 33}, "name"),
    "no name": ({"description": "x"}, "name"),
    "no description": ({"name": "ping"}, "description"),
    "a description of 101": (PING | {"description": "x" * 101}, "description"),
    "26 options": (PING | {"options": [OPTION | {"name": f"o{n}"} for n in range(26)]}, "options"),
    "an option twice": (PING | {"options": [OPTION, OPTION]}, "options.1.name"),
    "required after optional": (
        PING | {"options": [OPTION, OPTION | {"name": "b", "required": True}]},
        "options.1",
    ),
    "26 choices": (
        PING | {"options": [OPTION | {"choices": [{"name": f"{n}", "value": f"{n}"} for n in range(26)]}]},
        "options.0.choices",
    ),
    "choices and autocomplete": (
        PING | {"options": [OPTION | {"choices": [{"name": "a", "value": "a"}], "autocomplete": True}]},
        "options.0.choices",
    ),
    "a text choice for a number": (
        PING | {"options": [OPTION | {"type": 4, "choices": [{"name": "a", "value": "a"}]}]},
        "options.0.choices.0.value",
    ),
    "a sub-command beside an option": (
        PING | {"options": [OPTION, {"type": 1, "name": "sub", "description": "x"}]},
        "options",
    ),
    "an unknown option type": (PING | {"options": [OPTION | {"type": 99}]}, "options.0.type"),
    "an unknown locale": (PING | {"name_localizations": {"xx": "x"}}, "name_localizations.xx"),
    "permissions that are words": (PING | {"default_member_permissions": "all"}, "default_member_permissions"),
    "options on a user command": ({"name": "Who", "type": 2, "options": [OPTION]}, "options"),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", REFUSED)
async def test_discord_s_limits_on_commands_are_kept(shared_discord: LocalDiscord, what: str) -> None:
    body, place = REFUSED[what]

    single = await shared_discord.rest("POST", path(shared_discord), body)
    bulk = await shared_discord.rest("PUT", path(shared_discord), [body])

    for response, prefix in ((single, ""), (bulk, "0.")):
        refusal = response.json()
        assert (response.status_code, refusal["code"]) == (400, 50035), what
        node = refusal["errors"]
        for step in f"{prefix}{place}".split("."):
            node = node[step]
        assert node["_errors"]
    assert await shared_discord.ask("GET", path(shared_discord)) == []


async def test_a_name_twice_in_one_list_is_refused(discord: LocalDiscord) -> None:
    response = await discord.rest("PUT", path(discord), [PING, PING])

    assert response.json()["errors"]["1"]["_errors"][0]["code"] == "APPLICATION_COMMANDS_DUPLICATE_NAME"


async def test_localizations_are_returned_when_asked_for(discord: LocalDiscord) -> None:
    await discord.ask("PUT", path(discord), [PING | {"name_localizations": {"de": "klopfen"}}])

    plain = await discord.ask("GET", path(discord))
    whole = await discord.ask("GET", path(discord) + "?with_localizations=true")

    assert "name_localizations" not in plain[0]
    assert whole[0]["name_localizations"] == {"de": "klopfen"}


async def found(discord: LocalDiscord, user: str, channel: str = "gatehouse") -> dict[str, bool]:
    query = f"?user_id={discord.user(user)}&channel_id={discord.channel(channel)}"
    commands = (await discord.told("GET", f"/commands{query}"))["commands"]
    return {command["command"]: command["allowed"] for command in commands}


async def test_a_member_finds_sub_commands_as_they_are_typed(discord: LocalDiscord) -> None:
    sub = {"type": 1, "name": "start", "description": "Start"}
    group = {"type": 2, "name": "admin", "description": "Admin", "options": [sub]}
    await discord.ask("PUT", path(discord), [{"name": "giveaway", "description": "G", "options": [sub, group]}])

    assert await found(discord, "ana") == {"giveaway start": True, "giveaway admin start": True}


async def test_default_member_permissions_decide_who_may(discord: LocalDiscord) -> None:
    needed = str(int(Permission.MANAGE_MESSAGES))
    commands = [
        PING,
        {"name": "tidy", "description": "T", "default_member_permissions": needed},
        {"name": "root", "description": "R", "default_member_permissions": "0"},
    ]
    await discord.ask("PUT", path(discord), commands)

    assert await found(discord, "ana") == {"ping": True, "tidy": False, "root": False}
    assert await found(discord, "bo") == {"ping": True, "tidy": True, "root": False}
    assert await found(discord, "olive") == {"ping": True, "tidy": True, "root": True}
    body = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "tidy"}
    refused = await discord.control("POST", "/commands", body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    assert "MANAGE_MESSAGES" in refused.json()["error"]["message"]


async def test_a_guild_s_own_command_hides_the_global_one(discord: LocalDiscord) -> None:
    await discord.ask("PUT", path(discord), [PING])
    await discord.ask("PUT", path(discord, discord.guild), [PING | {"description": "Here"}])

    query = f"?user_id={discord.user('ana')}&channel_id={discord.channel('gatehouse')}"
    commands = (await discord.told("GET", f"/commands{query}"))["commands"]

    assert [(command["command"], command["description"]) for command in commands] == [("ping", "Here")]


async def test_commands_of_another_application_or_an_unknown_guild_are_refused(discord: LocalDiscord) -> None:
    other = await discord.rest("PUT", "/applications/1/commands", [])
    outside = await discord.rest("PUT", path(discord, "1"), [])

    assert (other.status_code, other.json()["code"]) == (403, 20012)
    assert (outside.status_code, outside.json()["code"]) == (403, 50001)


async def test_a_number_may_be_written_as_a_text_of_digits_as_jda_does(discord: LocalDiscord) -> None:
    option = {"type": "4", "name": "n", "description": "How many", "min_value": 1}
    body = PING | {"type": "1", "contexts": ["0"], "integration_types": ["0"], "options": [option]}
    made = (await discord.rest("POST", path(discord), body)).json()
    refused = await discord.rest("POST", path(discord), PING | {"contexts": ["0x1"]})

    assert (made["contexts"], made["integration_types"], made["options"][0]["type"]) == ([0], [0], 4)
    assert refused.json()["errors"]["contexts"]["0"]["_errors"][0]["code"] == "BASE_TYPE_CHOICES"


async def test_commands_are_found_only_where_they_belong(discord: LocalDiscord) -> None:
    commands = [
        PING,
        {"name": "here", "description": "H", "contexts": [0]},
        {"name": "private", "description": "P", "contexts": [1]},
        {"name": "mine", "description": "M", "integration_types": [1]},
        {"name": "bold", "description": "B", "nsfw": True},
    ]
    await discord.ask("PUT", path(discord), commands)
    direct = await discord.told("POST", f"/users/{discord.user('ana')}/private-channel")

    inside = await found(discord, "ana")
    query = f"?user_id={discord.user('ana')}&channel_id={direct['id']}"
    outside = (await discord.told("GET", f"/commands{query}"))["commands"]

    assert inside == {"ping": True, "here": True, "bold": False}
    assert {command["command"] for command in outside} == {"ping", "private", "bold"}
    await discord.ask("PATCH", f"/channels/{discord.channel('gatehouse')}", {"nsfw": True})
    assert (await found(discord, "ana"))["bold"] is True
