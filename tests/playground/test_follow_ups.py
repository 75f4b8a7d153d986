"""What a bot does with an interaction after its first answer, and the answers that Discord does not take."""

import pytest

from tests.fakes.local_discord import Json, LocalDiscord

ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Enter", "custom_id": "enter"}]}
COMMANDS: list[Json] = [
    {
        "name": "do",
        "description": "Do it",
        "options": [
            {"type": 3, "name": "text", "description": "T", "autocomplete": True},
            {"type": 4, "name": "number", "description": "N", "autocomplete": True},
        ],
    },
    {"name": "Show", "type": 2},
]


async def register(discord: LocalDiscord) -> Json:
    await discord.ask("PUT", f"/applications/{discord.application}/commands", COMMANDS)
    return {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "do"}


async def asked(discord: LocalDiscord, path: str, body: Json, kind: int, data: Json | None = None) -> tuple[str, Json]:
    """The path of the interaction's webhook, and the result."""

    async def answer(interaction: Json) -> None:
        assert (await discord.callback(interaction, kind, data)).status_code == 204

    async with discord.answering(answer) as came:
        result = await discord.told("POST", path, body)
    return f"/webhooks/{discord.application}/{came[0]['token']}", result


async def test_a_follow_up_replies_to_the_first_answer_and_names_it(discord: LocalDiscord) -> None:
    hook, result = await asked(discord, "/commands", await register(discord), 4, {"content": "First"})

    more = await discord.ask("POST", hook, {"content": "Second"})

    first = result["message"]
    assert (first["type"], more["type"]) == (20, 19)
    assert more["message_reference"]["message_id"] == first["id"]
    assert more["interaction_metadata"]["original_response_message_id"] == first["id"]
    assert "original_response_message_id" not in first["interaction_metadata"]


async def test_a_public_follow_up_does_not_quote_a_private_answer(discord: LocalDiscord) -> None:
    hook, _ = await asked(discord, "/commands", await register(discord), 4, {"content": "Psst", "flags": 64})

    public = await discord.ask("POST", hook, {"content": "Hear, hear"})
    private = await discord.ask("POST", hook, {"content": "And", "flags": 64})

    assert "referenced_message" not in public
    assert private["referenced_message"]["content"] == "Psst"
    path = f"/channels/{discord.channel('gatehouse')}/messages"
    assert [message["content"] for message in await discord.ask("GET", path)] == ["Hear, hear"]


async def test_an_answer_to_a_command_of_the_context_menu_says_whom_it_was_about(discord: LocalDiscord) -> None:
    body = await register(discord) | {"command": "Show", "target_id": discord.user("bo")}

    _, result = await asked(discord, "/commands", body, 4, {"content": "Here"})

    assert result["message"]["type"] == 23
    assert result["message"]["interaction_metadata"]["target_user"]["username"] == "bo"


async def test_an_answer_to_a_click_replies_to_the_message(discord: LocalDiscord) -> None:
    message = await discord.say("gatehouse", "Press", components=[ROW])
    click = {"user_id": discord.user("bo"), "message_id": message["id"], "custom_id": "enter"}

    _, result = await asked(discord, "/components", click, 4, {"content": "Done"})

    assert (result["message"]["type"], result["message"]["referenced_message"]["id"]) == (19, message["id"])


async def test_filling_a_deferred_answer_is_not_an_edit_of_it(discord: LocalDiscord) -> None:
    hook, _ = await asked(discord, "/commands", await register(discord), 5)

    filled = await discord.ask("PATCH", f"{hook}/messages/@original", {"content": "Ready"})
    edited = await discord.ask("PATCH", f"{hook}/messages/@original", {"content": "Better"})

    assert filled["edited_timestamp"] is None
    assert edited["edited_timestamp"] is not None


async def test_a_private_deferral_stays_private_whatever_fills_it(discord: LocalDiscord) -> None:
    hook, _ = await asked(discord, "/commands", await register(discord), 5, {"flags": 64})

    filled = await discord.ask("POST", hook, {"content": "Ready"})

    assert filled["flags"] == 64
    assert await discord.ask("GET", f"/channels/{discord.channel('gatehouse')}/messages") == []


async def test_a_deferred_click_changes_its_message_by_an_edit(discord: LocalDiscord) -> None:
    message = await discord.say("gatehouse", "0 entries", components=[ROW])
    click = {"user_id": discord.user("bo"), "message_id": message["id"], "custom_id": "enter"}
    hook, result = await asked(discord, "/components", click, 6)

    edited = await discord.ask("PATCH", f"{hook}/messages/@original", {"content": "1 entry"})
    more = await discord.ask("POST", hook, {"content": "You are in", "flags": 64})
    later = await discord.told("GET", f"/interactions/{result['interaction_id']}")

    assert (edited["id"], later["status"]) == (message["id"], "updated")
    assert [entry["id"] for entry in later["follow_ups"]] == [more["id"]]


async def test_after_a_deferred_answer_was_deleted_a_follow_up_is_a_new_message(discord: LocalDiscord) -> None:
    hook, result = await asked(discord, "/commands", await register(discord), 5)

    await discord.ask("DELETE", f"{hook}/messages/@original")
    gone = await discord.rest("GET", f"{hook}/messages/@original")
    more = await discord.ask("POST", hook, {"content": "After all"})

    assert (gone.status_code, gone.json()["code"]) == (404, 10008)
    assert more["id"] != result["message"]["id"]


REFUSED: dict[str, tuple[int, Json | None, str]] = {
    "a pong": (1, None, "type"),
    "an update of no message": (7, {"content": "x"}, "type"),
    "premium required": (10, None, "type"),
    "an activity": (12, None, "type"),
    "a type that does not exist": (99, None, "type"),
    "choices": (8, {"choices": []}, "type"),
    "a text of 2001": (4, {"content": "x" * 2001}, "data.content"),
    "a modal without a title": (9, {"custom_id": "x", "components": []}, "data.title"),
}


async def test_answers_that_discord_does_not_take_are_refused_and_can_be_mended(discord: LocalDiscord) -> None:
    found: dict[str, bool] = {}

    async def answer(interaction: Json) -> None:
        for what, (kind, data, place) in REFUSED.items():
            refusal = (await discord.callback(interaction, kind, data)).json()
            node = refusal["errors"]
            for step in place.split("."):
                node = node.get(step, {})
            found[what] = refusal["code"] == 50035 and bool(node.get("_errors"))
        assert (await discord.callback(interaction, 4, {"content": "Mended"})).status_code == 204

    body = await register(discord)
    async with discord.answering(answer):
        result = await discord.told("POST", "/commands", body)

    assert found == dict.fromkeys(REFUSED, True)
    assert result["message"]["content"] == "Mended"


@pytest.mark.parametrize(("option", "value", "good"), [("text", ["five"], "five"), ("number", "five", 5)])
async def test_choices_are_of_the_type_of_the_option(
    discord: LocalDiscord, option: str, value: object, good: object
) -> None:
    refusals: list[Json] = []

    async def answer(interaction: Json) -> None:
        for tried in (value, good):
            choices = {"choices": [{"name": "x", "name_localizations": {"de": "y"}, "value": tried}]}
            response = await discord.callback(interaction, 8, choices)
            if response.status_code != 204:
                refusals.append(response.json()["errors"]["data"]["choices"]["0"])

    body = await register(discord) | {"focused": option}
    async with discord.answering(answer):
        result = await discord.told("POST", "/autocomplete", body)

    assert [list(entry) for entry in refusals] == [["value"]]
    assert result["choices"] == [{"name": "x", "value": good}]
