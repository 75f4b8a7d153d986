"""User and message commands: chosen from the menu of a member or a message, run through the control API."""

import pytest

from tests.fakes.local_discord import Json, LocalDiscord

COMMANDS: list[Json] = [
    {"name": "greet", "description": "Greet"},
    {"name": "greet", "type": 2},
    {"name": "Show  Profile", "type": 2},
    {"name": "Report message", "type": 3},
    {"name": "Close case", "type": 3, "default_member_permissions": "8192"},
]


async def register(discord: LocalDiscord) -> None:
    await discord.ask("PUT", f"/applications/{discord.application}/commands", COMMANDS)


def running(discord: LocalDiscord, command: str, **more: object) -> Json:
    return {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": command, **more}


async def run(discord: LocalDiscord, body: Json, *more: Json) -> tuple[Json, Json]:
    """What the bot got last, and what the member was shown."""

    async def answer(interaction: Json) -> None:
        assert (await discord.callback(interaction, 4, {"content": "Seen", "flags": 64})).status_code == 204

    async with discord.answering(answer) as came:
        results = [await discord.told("POST", "/commands", entry) for entry in (body, *more)]
    return came[-1] | {"kinds": [entry["data"]["type"] for entry in came]}, results[-1]


async def test_a_user_command_arrives_with_the_user_and_the_membership(discord: LocalDiscord) -> None:
    await register(discord)

    came, result = await run(discord, running(discord, "Show Profile", target_id=discord.user("bo")))

    data = came["data"]
    assert (data["type"], data["target_id"], data["name"]) == (2, discord.user("bo"), "Show  Profile")
    assert data["resolved"]["users"][discord.user("bo")]["username"] == "bo"
    assert data["resolved"]["members"][discord.user("bo")]["roles"] == [discord.role("Moderator")]
    assert "options" not in data
    assert result["message"]["content"] == "Seen"


async def test_somebody_who_left_is_a_target_without_a_membership(discord: LocalDiscord) -> None:
    await register(discord)
    await discord.told("DELETE", f"/guilds/{discord.guild}/members/{discord.user('cy')}")

    came, _ = await run(discord, running(discord, "Show Profile", target_id=discord.user("cy")))

    assert set(came["data"]["resolved"]) == {"users"}


async def test_a_message_command_arrives_with_the_message(discord: LocalDiscord) -> None:
    await register(discord)
    message = await discord.say("gatehouse", "Rude words", embeds=[{"title": "x"}])

    came, _ = await run(discord, running(discord, "Report message", target_id=message["id"]))

    assert (came["data"]["type"], came["data"]["target_id"]) == (3, message["id"])
    shown = came["data"]["resolved"]["messages"][message["id"]]
    assert (shown["content"], shown["embeds"][0]["title"]) == ("Rude words", "x")


async def test_a_slash_and_a_user_command_of_one_name_are_told_apart(discord: LocalDiscord) -> None:
    await register(discord)
    bo = discord.user("bo")

    typed = running(discord, "greet")
    chosen = running(discord, "greet", target_id=bo)
    named = running(discord, "greet", target_id=bo, kind="user")

    came, _ = await run(discord, typed, chosen, named)

    assert came["kinds"] == [1, 2, 2]


async def test_the_list_of_commands_says_which_menu_each_is_in(discord: LocalDiscord) -> None:
    await register(discord)

    query = f"?user_id={discord.user('ana')}&channel_id={discord.channel('gatehouse')}"
    listed = (await discord.told("GET", f"/commands{query}"))["commands"]

    assert {(entry["command"], entry["kind"], entry["allowed"]) for entry in listed} == {
        ("greet", "slash", True),
        ("greet", "user", True),
        ("Show  Profile", "user", True),
        ("Report message", "message", True),
        ("Close case", "message", False),
    }


REFUSED: dict[str, tuple[Json, int, str]] = {
    "no target": ({"command": "Report message"}, 422, "target_id"),
    "an unknown user": ({"command": "Show Profile", "target_id": "1"}, 404, "target_id"),
    "a target that is no id": ({"command": "Show Profile", "target_id": "bo"}, 422, "target_id"),
    "an unknown message": ({"command": "Report message", "target_id": "1"}, 404, "target_id"),
    "a message of another channel": ({"command": "Report message", "target_id": "ELSEWHERE"}, 422, "target_id"),
    "options": ({"command": "Show Profile", "target_id": "BO", "options": {"a": 1}}, 422, "options"),
    "a target of a slash command": ({"command": "greet", "kind": "slash", "target_id": "BO"}, 422, "target_id"),
    "a kind that does not exist": ({"command": "greet", "kind": "menu"}, 422, "kind"),
    "a name of another kind": ({"command": "Report message", "kind": "user", "target_id": "BO"}, 404, "command"),
    "a command that is not for this member": ({"command": "Close case", "target_id": "HERE"}, 403, "command"),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", REFUSED)
async def test_what_a_menu_cannot_send_is_refused(shared_discord: LocalDiscord, what: str) -> None:
    body, status, field = REFUSED[what]
    await register(shared_discord)
    names = {
        "BO": shared_discord.user("bo"),
        "HERE": (await shared_discord.say("gatehouse", "here"))["id"],
        "ELSEWHERE": (await shared_discord.say("giveaways", "there"))["id"],
    }
    target = {"target_id": names.get(body["target_id"], body["target_id"])} if "target_id" in body else {}

    response = await shared_discord.control("POST", "/commands", running(shared_discord, **(body | target)))

    assert (response.status_code, response.json()["error"]["field"]) == (status, field), response.text


async def test_a_private_reply_has_no_menu(discord: LocalDiscord) -> None:
    await register(discord)
    _, result = await run(discord, running(discord, "greet"))

    body = running(discord, "Report message", target_id=result["message"]["id"])
    response = await discord.control("POST", "/commands", body)

    assert (response.status_code, response.json()["error"]["field"]) == (422, "target_id")
