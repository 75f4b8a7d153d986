"""Select menus of every kind: what they offer, what the bot gets, and what is sent when nobody touches them."""

import pytest

from tests.fakes.local_discord import Json, LocalDiscord

USER, ROLE, MENTIONABLE, CHANNEL = 5, 6, 7, 8


async def use(discord: LocalDiscord, select: Json, values: list[str] | None) -> Json:
    """The data that the bot gets when bo chooses."""
    row = {"type": 1, "components": [{"custom_id": "pick"} | select]}
    message = await discord.say("gatehouse", "Choose", components=[row])
    body: Json = {"user_id": discord.user("bo"), "message_id": message["id"], "custom_id": "pick"}

    async def answer(interaction: Json) -> None:
        assert (await discord.callback(interaction, 6)).status_code == 204

    async with discord.answering(answer) as came:
        await discord.told("POST", "/components", body if values is None else body | {"values": values})
    data: Json = came[0]["data"]
    return data


async def refused(discord: LocalDiscord, select: Json, value: str) -> tuple[int, str]:
    row = {"type": 1, "components": [{"custom_id": "pick"} | select]}
    message = await discord.say("gatehouse", "Choose", components=[row])
    body = {"user_id": discord.user("bo"), "message_id": message["id"], "custom_id": "pick", "values": [value]}
    response = await discord.control("POST", "/components", body)
    return response.status_code, response.json()["error"]["field"]


async def test_a_user_select_resolves_users_and_members(discord: LocalDiscord) -> None:
    ana = discord.user("ana")

    data = await use(discord, {"type": USER}, [ana])

    assert (data["component_type"], data["values"]) == (USER, [ana])
    assert data["resolved"]["users"][ana]["username"] == "ana"
    assert data["resolved"]["members"][ana]["roles"] == [discord.role("Artisan")]


async def test_a_role_select_resolves_roles(discord: LocalDiscord) -> None:
    artisan = discord.role("Artisan")

    data = await use(discord, {"type": ROLE}, [artisan])

    assert data["resolved"]["roles"][artisan]["name"] == "Artisan"


async def test_a_mentionable_select_resolves_both(discord: LocalDiscord) -> None:
    ana, artisan = discord.user("ana"), discord.role("Artisan")

    data = await use(discord, {"type": MENTIONABLE, "max_values": 2}, [artisan, ana])

    assert data["values"] == [artisan, ana]
    assert set(data["resolved"]) == {"users", "members", "roles"}


async def test_a_channel_select_resolves_channels_with_the_member_s_permissions(discord: LocalDiscord) -> None:
    giveaways = discord.channel("giveaways")

    data = await use(discord, {"type": CHANNEL, "channel_types": [0]}, [giveaways])

    assert data["resolved"]["channels"][giveaways]["name"] == "giveaways"
    assert data["resolved"]["channels"][giveaways]["permissions"].isdecimal()


async def test_an_untouched_select_sends_its_default_values(discord: LocalDiscord) -> None:
    ana = discord.user("ana")

    data = await use(discord, {"type": USER, "default_values": [{"id": ana, "type": "user"}]}, None)

    assert data["values"] == [ana]


async def test_an_untouched_select_of_texts_sends_its_default_options(discord: LocalDiscord) -> None:
    options = [{"label": str(number), "value": number, "default": number == 2} for number in (1, 2, 3)]

    data = await use(discord, {"type": 3, "options": options}, None)

    assert data["values"] == ["2"]  # a number is read as a text: Red's help menu sends such values


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("select", "name"),
    [
        ({"type": USER}, "STRANGER"),
        ({"type": USER}, "ROLE"),
        ({"type": ROLE}, "USER"),
        ({"type": MENTIONABLE}, "CHANNEL"),
        ({"type": CHANNEL}, "USER"),
        ({"type": CHANNEL, "channel_types": [2]}, "CHANNEL"),
        ({"type": CHANNEL}, "not an id"),
    ],
)
async def test_a_select_takes_only_what_it_offers(shared_discord: LocalDiscord, select: Json, name: str) -> None:
    guild = await shared_discord.told("POST", "/guilds", {"name": "Elsewhere", "owner_name": f"Zoe {len(name)}"})
    names = {
        "STRANGER": guild["owner_id"],
        "ROLE": shared_discord.role("Artisan"),
        "USER": shared_discord.user("ana"),
        "CHANNEL": shared_discord.channel("giveaways"),
    }

    assert await refused(shared_discord, select, names.get(name, name)) == (422, "values")


async def test_a_disabled_button_cannot_be_pressed(discord: LocalDiscord) -> None:
    button = {"type": 2, "style": 1, "label": "Enter", "custom_id": "pick", "disabled": True}
    message = await discord.say("gatehouse", "Press", components=[{"type": 1, "components": [button]}])

    body = {"user_id": discord.user("bo"), "message_id": message["id"], "custom_id": "pick"}
    response = await discord.control("POST", "/components", body)

    assert (response.status_code, response.json()["error"]["code"]) == (409, "disabled")
