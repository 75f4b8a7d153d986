"""Modals with every kind of input: what may be in one, what a member can fill in, and what the bot gets."""

from typing import Any

import pytest

from tests.fakes.local_discord import Json, LocalDiscord

OPTIONS = [{"label": name.upper(), "value": name} for name in "abc"]
COMMAND = {"name": "form", "description": "Fill in"}


def labelled(component: Json) -> Json:
    return {"type": 18, "label": "Choose", "description": "As you like", "component": component}


TEXT = {"type": 4, "custom_id": "text", "style": 1, "required": False, "value": "as it was"}
EVERYTHING: Json = {
    "custom_id": "form",
    "title": "A form",
    "components": [
        {"type": 10, "content": "Read this first."},
        labelled({"type": 3, "custom_id": "letters", "max_values": 2, "options": OPTIONS}),
        labelled({"type": 5, "custom_id": "who"}),
        labelled({"type": 21, "custom_id": "one", "required": False, "options": OPTIONS}),
        labelled({"type": 22, "custom_id": "some", "options": OPTIONS}),
    ],
}
MORE: Json = {
    "custom_id": "more",
    "title": "More",
    "components": [
        labelled({"type": 23, "custom_id": "sure", "default": True}),
        labelled({"type": 6, "custom_id": "role", "required": False, "min_values": 0}),
        labelled({"type": 8, "custom_id": "where", "channel_types": [0]}),
        labelled({"type": 7, "custom_id": "any", "required": False}),
        labelled(TEXT),
    ],
}


async def fill(discord: LocalDiscord, modal: Json, values: Json) -> tuple[Json, list[Json]]:
    """The data of the submission, and the modal's components as the member saw them."""

    async def answer(interaction: Json) -> None:
        opens = interaction["type"] == 2
        response = await discord.callback(interaction, 9 if opens else 4, modal if opens else {"content": "Thanks"})
        assert response.status_code == 204, response.text

    await discord.ask("PUT", f"/applications/{discord.application}/commands", [COMMAND])
    place = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "form"}
    async with discord.answering(answer) as came:
        opened = await discord.told("POST", "/commands", place)
        sent = {"user_id": discord.user("ana"), "modal_id": opened["modal"]["modal_id"], "values": values}
        result = await discord.told("POST", "/modals", sent)
    assert (result["message"]["content"], result["message"]["type"]) == ("Thanks", 20)
    return came[1]["data"], opened["modal"]["components"]


def by_name(data: Json) -> dict[str, Any]:
    inputs = [part["component"] for part in data["components"] if "component" in part]
    return {entry["custom_id"]: entry.get("value", entry.get("values")) for entry in inputs}


async def test_selects_radio_buttons_and_checkboxes_arrive_with_what_they_stand_for(discord: LocalDiscord) -> None:
    bo = discord.user("bo")
    values = {"letters": ["a", "c"], "who": [bo], "one": "b", "some": ["a", "b", "c"]}

    data, shown = await fill(discord, EVERYTHING, values)

    assert by_name(data) == values
    assert data["resolved"]["users"][bo]["username"] == "bo"
    assert data["components"][0] == {"type": 10, "id": 1}
    assert [part["component"]["min_values"] for part in shown[1:] if part["component"]["type"] in {3, 22}] == [1, 1]
    assert shown[4]["component"]["max_values"] == 3


async def test_what_nobody_touched_is_sent_as_the_modal_shows_it(discord: LocalDiscord) -> None:
    giveaways = discord.channel("giveaways")

    data, _ = await fill(discord, MORE, {"where": giveaways})

    assert by_name(data) == {"sure": True, "role": [], "where": [giveaways], "any": [], "text": "as it was"}


REFUSED: dict[str, tuple[Json, Json, str]] = {
    "too many options": (EVERYTHING, {"letters": ["a", "b", "c"]}, "values.letters"),
    "an option that is not offered": (EVERYTHING, {"letters": ["z"]}, "values.letters"),
    "no option where one is needed": (EVERYTHING, {"letters": []}, "values.letters"),
    "no user": (EVERYTHING, {"letters": ["a"]}, "values.who"),
    "a radio button that is not there": (EVERYTHING, {"letters": ["a"], "who": ["ANA"], "one": "z"}, "values.one"),
    "two radio buttons": (EVERYTHING, {"letters": ["a"], "who": ["ANA"], "one": ["a", "b"]}, "values.one"),
    "no checkbox of a group": (EVERYTHING, {"letters": ["a"], "who": ["ANA"], "some": []}, "values.some"),
    "a checkbox that is text": (MORE, {"sure": "yes", "where": "HERE"}, "values.sure"),
    "a channel that is no channel": (MORE, {"where": "ANA"}, "values.where"),
    "an input that is not there": (MORE, {"where": "HERE", "colour": "red"}, "values.colour"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_modal_takes_only_what_it_offers(discord: LocalDiscord, what: str) -> None:
    modal, values, field = REFUSED[what]
    names = {"ANA": discord.user("ana"), "HERE": discord.channel("gatehouse")}
    values = {
        name: [names.get(entry, entry) for entry in value] if isinstance(value, list) else names.get(value, value)
        for name, value in values.items()
    }
    await discord.ask("PUT", f"/applications/{discord.application}/commands", [COMMAND])

    async def answer(interaction: Json) -> None:
        assert (await discord.callback(interaction, 9, modal)).status_code == 204

    place = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "form"}
    async with discord.answering(answer):
        opened = await discord.told("POST", "/commands", place)
    body = {"user_id": discord.user("ana"), "modal_id": opened["modal"]["modal_id"], "values": values}
    response = await discord.control("POST", "/modals", body)

    assert (response.status_code, response.json()["error"]["field"]) == (422, field), response.text


BAD: dict[str, tuple[Json, str]] = {
    "a disabled select": (labelled({"type": 5, "custom_id": "x", "disabled": True}), "component.disabled"),
    "required, and none at least": (labelled({"type": 5, "custom_id": "x", "min_values": 0}), "component.min_values"),
    "one radio button": (labelled({"type": 21, "custom_id": "x", "options": OPTIONS[:1]}), "component.options"),
    "two radio buttons by default": (
        labelled({"type": 21, "custom_id": "x", "options": [option | {"default": True} for option in OPTIONS]}),
        "component.options",
    ),
    "a checkbox twice": (
        labelled({"type": 22, "custom_id": "x", "options": OPTIONS[:1] * 2}),
        "component.options.1.value",
    ),
    "eleven files": (labelled({"type": 19, "custom_id": "x", "max_values": 11}), "component.max_values"),
    "a button": (labelled({"type": 2, "custom_id": "x", "style": 1, "label": "x"}), "component.type"),
    "a label without anything": ({"type": 18, "label": "x"}, "component"),
    "a text input in a row without a label": (
        {"type": 1, "components": [{"type": 4, "custom_id": "x", "style": 1}]},
        "components.0.label",
    ),
    "a checkbox outside a label": ({"type": 23, "custom_id": "x"}, "type"),
}


async def test_discord_s_limits_on_modals_are_kept(discord: LocalDiscord) -> None:
    found: dict[str, bool] = {}

    async def answer(interaction: Json) -> None:
        for what, (component, place) in BAD.items():
            modal = {"custom_id": "x", "title": "x", "components": [component]}
            refusal = (await discord.callback(interaction, 9, modal)).json()
            node = refusal.get("errors", {}).get("data", {}).get("components", {}).get("0", {})
            for step in place.split("."):
                node = node.get(step, {})
            found[what] = bool(node.get("_errors"))
        await discord.callback(interaction, 4, {"content": "x"})

    await discord.ask("PUT", f"/applications/{discord.application}/commands", [COMMAND])
    place = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "form"}
    async with discord.answering(answer):
        await discord.told("POST", "/commands", place)

    assert found == dict.fromkeys(BAD, True)
