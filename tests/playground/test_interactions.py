"""Interactions: what the bot gets, what its answer does, and Discord's deadlines."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import Json, LocalDiscord
from tests.fakes.waiting import eventually

ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Enter", "custom_id": "enter"}]}
SELECT = {
    "type": 1,
    "components": [
        {"type": 3, "custom_id": "pick", "max_values": 2, "options": [{"label": n, "value": n} for n in "abc"]},
    ],
}
MODAL = {
    "custom_id": "why",
    "title": "Why",
    "components": [
        {"type": 1, "components": [{"type": 4, "custom_id": "text", "style": 2, "label": "Text", "min_length": 3}]},
    ],
}
COMMAND = {
    "name": "do",
    "description": "Do it",
    "options": [
        {"type": 3, "name": "text", "description": "T", "autocomplete": True},
        {"type": 4, "name": "number", "description": "N", "min_value": 1, "max_value": 5},
        {"type": 6, "name": "who", "description": "W"},
        {"type": 7, "name": "where", "description": "C", "channel_types": [0]},
        {"type": 8, "name": "role", "description": "R"},
        {"type": 5, "name": "sure", "description": "S"},
    ],
}


async def register(discord: LocalDiscord) -> None:
    await discord.ask("PUT", f"/applications/{discord.application}/commands", [COMMAND])


def running(discord: LocalDiscord, **options: object) -> Json:
    return {
        "user_id": discord.user("ana"),
        "channel_id": discord.channel("gatehouse"),
        "command": "do",
        "options": options,
    }


def replying(discord: LocalDiscord, kind: int, data: Json | None = None) -> Callable[[Json], Awaitable[object]]:
    async def answer(interaction: Json) -> None:
        assert (await discord.callback(interaction, kind, data)).status_code == 204

    return answer


async def test_a_command_arrives_with_resolved_options_and_its_reply_is_shown(discord: LocalDiscord) -> None:
    await register(discord)
    options = {
        "number": 3,
        "who": discord.user("bo"),
        "where": discord.channel("giveaways"),
        "role": discord.role("Artisan"),
        "sure": True,
    }

    async with discord.answering(replying(discord, 4, {"content": "Done", "components": [ROW]})) as came:
        result = await discord.told("POST", "/commands", running(discord, **options))

    data = came[0]["data"]
    assert {option["name"]: option["value"] for option in data["options"]} == options
    assert data["resolved"]["users"][options["who"]]["username"] == "bo"
    assert data["resolved"]["members"][options["who"]]["permissions"].isdecimal()
    assert data["resolved"]["channels"][options["where"]]["name"] == "giveaways"
    assert data["resolved"]["roles"][options["role"]]["name"] == "Artisan"
    assert came[0]["member"]["user"]["username"] == "ana"
    assert came[0]["app_permissions"].isdecimal()
    assert (result["status"], result["message"]["content"]) == ("replied", "Done")
    assert result["message"]["interaction_metadata"]["user"]["username"] == "ana"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"number": 6}, "options.number"),
        ({"number": "3"}, "options.number"),
        ({"who": "1"}, "options.who"),
        ({"where": "x"}, "options.where"),
        ({"nothing": 1}, "options.nothing"),
        ({"sure": "yes"}, "options.sure"),
    ],
)
async def test_options_are_checked_as_discord_s_client_does(discord: LocalDiscord, options: Json, field: str) -> None:
    await register(discord)

    response = await discord.control("POST", "/commands", running(discord, **options))

    assert (response.status_code, response.json()["error"]["field"]) == (422, field)


async def test_a_private_reply_is_seen_by_its_member_alone(discord: LocalDiscord) -> None:
    await register(discord)
    async with discord.answering(replying(discord, 4, {"content": "Psst", "flags": 64})):
        result = await discord.told("POST", "/commands", running(discord))
    path = f"/channels/{discord.channel('gatehouse')}/messages"

    def seen(body: Json) -> list[str]:
        return [message["content"] for message in body["messages"]]

    assert seen(await discord.told("GET", f"{path}?as_user={discord.user('ana')}")) == ["Psst"]
    assert seen(await discord.told("GET", f"{path}?as_user={discord.user('bo')}")) == []
    assert seen(await discord.told("GET", path)) == []
    assert await discord.ask("GET", path) == []
    await discord.told("DELETE", f"/users/{discord.user('ana')}/private/{result['message']['id']}")
    assert seen(await discord.told("GET", f"{path}?as_user={discord.user('ana')}")) == []
    assert (await discord.effects())["private_messages_created"] == 1


async def test_a_deferred_reply_is_filled_by_an_edit_and_followed_up(discord: LocalDiscord) -> None:
    await register(discord)
    async with discord.answering(replying(discord, 5, {"flags": 64})) as came:
        result = await discord.told("POST", "/commands", running(discord))
        hook = f"/webhooks/{discord.application}/{came[0]['token']}"
        assert (result["status"], result["message"]["flags"]) == ("deferred", 64 | 128)

        await discord.ask("PATCH", f"{hook}/messages/@original", {"content": "Ready"})
        more = await discord.ask("POST", hook, {"content": "More"})
        later = await discord.told("GET", f"/interactions/{result['interaction_id']}")

    assert (later["status"], later["message"]["content"], later["message"]["flags"]) == ("replied", "Ready", 64)
    assert [message["content"] for message in later["follow_ups"]] == ["More"]
    assert (await discord.ask("GET", f"{hook}/messages/{more['id']}"))["content"] == "More"
    await discord.ask("DELETE", f"{hook}/messages/{more['id']}")
    gone = await discord.rest("GET", f"{hook}/messages/{more['id']}")
    assert (gone.status_code, gone.json()["code"]) == (404, 10008)


async def test_a_follow_up_fills_a_deferred_reply(discord: LocalDiscord) -> None:
    await register(discord)
    async with discord.answering(replying(discord, 5)) as came:
        result = await discord.told("POST", "/commands", running(discord))
        filled = await discord.ask("POST", f"/webhooks/{discord.application}/{came[0]['token']}", {"content": "Here"})

    assert filled["id"] == result["message"]["id"]
    assert (await discord.effects())["messages_created"] == 1


async def test_a_click_updates_the_message_in_place(discord: LocalDiscord) -> None:
    message = await discord.say("gatehouse", "0 entries", components=[ROW])
    click = {"user_id": discord.user("bo"), "message_id": message["id"], "custom_id": "enter"}

    async with discord.answering(replying(discord, 7, {"content": "1 entry"})) as came:
        result = await discord.told("POST", "/components", click)

    assert came[0]["message"]["id"] == message["id"]
    assert came[0]["data"] == {"custom_id": "enter", "component_type": 2, "id": 2}
    assert (result["status"], result["message"]["content"]) == ("updated", "1 entry")
    assert (await discord.effects())["messages_edited"] == 1


async def test_a_select_takes_what_it_offers(discord: LocalDiscord) -> None:
    message = await discord.say("gatehouse", "Choose", components=[SELECT])
    use = {"user_id": discord.user("bo"), "message_id": message["id"], "custom_id": "pick"}

    async with discord.answering(replying(discord, 6)) as came:
        result = await discord.told("POST", "/components", use | {"values": ["a", "c"]})
    assert (came[0]["data"]["values"], result["status"]) == (["a", "c"], "deferred")
    for values in ([], ["a", "b", "c"], ["z"], ["a", "a"]):
        response = await discord.control("POST", "/components", use | {"values": values})
        assert (response.status_code, response.json()["error"]["field"]) == (422, "values"), values


async def test_a_modal_is_filled_in_once(discord: LocalDiscord) -> None:
    async def answer(interaction: Json) -> None:
        opens = interaction["type"] == 2
        await discord.callback(interaction, 9 if opens else 4, MODAL if opens else {"content": "Thanks"})

    await register(discord)
    async with discord.answering(answer) as came:
        opened = await discord.told("POST", "/commands", running(discord))
        modal = {"user_id": discord.user("ana"), "modal_id": opened["modal"]["modal_id"]}
        short = await discord.control("POST", "/modals", modal | {"values": {"text": "no"}})
        sent = await discord.told("POST", "/modals", modal | {"values": {"text": "because"}})
    again = await discord.control("POST", "/modals", modal | {"values": {"text": "because"}})

    assert (opened["status"], opened["modal"]["title"]) == ("modal", "Why")
    assert (short.status_code, short.json()["error"]["field"]) == (422, "values.text")
    assert came[1]["data"]["components"][0]["components"][0]["value"] == "because"
    assert sent["message"]["content"] == "Thanks"
    assert again.status_code == 409


async def test_autocomplete_offers_choices(discord: LocalDiscord) -> None:
    await register(discord)
    choices = {"choices": [{"name": "Apple pie", "value": "apple"}]}

    async with discord.answering(replying(discord, 8, choices)) as came:
        body = running(discord, text="app") | {"focused": "text"}
        result = await discord.told("POST", "/autocomplete", body)

    assert came[0]["data"]["options"] == [{"type": 3, "name": "text", "value": "app", "focused": True}]
    assert (result["status"], result["choices"]) == ("choices", choices["choices"])


async def test_with_response_tells_what_came_of_it(discord: LocalDiscord) -> None:
    await register(discord)
    told: list[Json] = []

    async def answer(interaction: Json) -> None:
        response = await discord.callback(interaction, 4, {"content": "x"}, "?with_response=true")
        told.append(response.json())

    async with discord.answering(answer):
        result = await discord.told("POST", "/commands", running(discord))

    assert told[0]["resource"]["message"]["id"] == result["message"]["id"]
    assert told[0]["interaction"]["response_message_id"] == result["message"]["id"]


async def test_an_interaction_is_acknowledged_once(discord: LocalDiscord) -> None:
    await register(discord)
    async with discord.answering(replying(discord, 4, {"content": "x"})) as came:
        await discord.told("POST", "/commands", running(discord))

    second = await discord.callback(came[0], 4, {"content": "y"})
    forged = await discord.callback(came[0] | {"token": "x"}, 4, {"content": "y"})

    assert (second.status_code, second.json()["code"]) == (400, 40060)
    assert (forged.status_code, forged.json()["code"]) == (404, 10062)
    assert (await discord.effects())["messages_created"] == 1


async def test_an_answer_after_three_seconds_is_too_late(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    await register(slow_discord)
    async with slow_discord.connected() as gateway:
        asked = asyncio.create_task(slow_discord.told("POST", "/commands", running(slow_discord)))
        interaction = await gateway.expect("INTERACTION_CREATE")
        await clock.advance(3.1)
        result = await asked

        late = await slow_discord.callback(interaction, 4, {"content": "x"})

    assert (result["status"], result["error"]["code"]) == ("failed", "no_answer")
    assert (late.status_code, late.json()["code"]) == (404, 10062)


async def test_the_webhook_of_an_interaction_lasts_fifteen_minutes(
    slow_discord: LocalDiscord, clock: FakeClock
) -> None:
    await register(slow_discord)
    async with slow_discord.answering(replying(slow_discord, 4, {"content": "x"})) as came:
        await slow_discord.told("POST", "/commands", running(slow_discord))
    path = f"/webhooks/{slow_discord.application}/{came[0]['token']}"

    clock.set(clock.now().replace(minute=14))
    assert (await slow_discord.rest("POST", path, {"content": "in time"})).is_success
    clock.set(clock.now().replace(minute=16))
    late = await slow_discord.rest("POST", path, {"content": "late"})

    assert (late.status_code, late.json()["code"]) == (401, 50027)


async def test_without_a_bot_the_member_is_told_so(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    await register(slow_discord)
    sleeping = clock.sleeping
    asked = asyncio.create_task(slow_discord.told("POST", "/commands", running(slow_discord)))
    await eventually(lambda: clock.sleeping > sleeping)
    await clock.advance(3.1)

    assert (await asked)["error"]["code"] == "bot_absent"
