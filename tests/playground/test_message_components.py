"""Components of messages: all selects, the newer kinds, their ids and their limits."""

import pytest

from guildwright.playground.records import Emoji
from tests.fakes.local_discord import Json, LocalDiscord

NEW = 1 << 15
TEXT: Json = {"type": 10, "content": "x"}
BUTTON: Json = {"type": 2, "style": 1, "label": "Enter", "custom_id": "a"}

OAK: Json = {"label": "Oak", "value": "o"}
CHOICE: Json = {"type": 3, "custom_id": "s"}


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def path(discord: LocalDiscord) -> str:
    return f"/channels/{discord.channel('gatehouse')}/messages"


SELECTS: dict[str, Json] = {
    "texts": {"type": 3, "options": [{"label": "Oak", "value": "o", "default": True}, {"label": "Elm", "value": "e"}]},
    "users": {"type": 5, "default_values": [{"id": "1", "type": "user"}]},
    "roles": {"type": 6, "default_values": [{"id": "1", "type": "role"}]},
    "users and roles": {"type": 7, "default_values": [{"id": "1", "type": "user"}, {"id": "2", "type": "role"}]},
    "channels": {"type": 8, "channel_types": [0, 5], "default_values": [{"id": "1", "type": "channel"}]},
}


@pytest.mark.parametrize("what", SELECTS)
async def test_a_select_of_any_kind_comes_back_with_its_defaults(discord: LocalDiscord, what: str) -> None:
    select = SELECTS[what] | {"custom_id": "s", "max_values": 2, "placeholder": "Choose"}

    made = await discord.ask("POST", path(discord), {"content": "x", "components": [row(select)]})

    (shown,) = made["components"][0]["components"]
    assert (shown["min_values"], shown["max_values"], shown["placeholder"]) == (1, 2, "Choose")
    for name in ("default_values", "channel_types"):
        assert shown.get(name) == select.get(name)


async def test_the_newer_kinds_of_component_come_back_whole(discord: LocalDiscord) -> None:
    picture = {"url": "https://example.test/a.png"}
    components: list[Json] = [
        {"type": 10, "content": "# News"},
        {"type": 9, "components": [TEXT], "accessory": {"type": 11, "media": picture, "description": "a chair"}},
        {"type": 12, "items": [{"media": picture, "spoiler": True}]},
        {"type": 14, "divider": False, "spacing": 2},
        {"type": 17, "accent_color": 0x8A5A0A, "components": [TEXT, row(BUTTON)]},
    ]

    made = await discord.ask("POST", path(discord), {"flags": NEW, "components": components})

    text, section, gallery, separator, container = made["components"]
    assert text["content"] == "# News"
    assert section["accessory"]["description"] == "a chair"
    assert gallery["items"][0]["spoiler"] is True
    assert (separator["divider"], separator["spacing"]) == (False, 2)
    assert (container["accent_color"], container["components"][1]["type"]) == (0x8A5A0A, 1)


async def test_ids_that_a_body_gives_are_not_given_again(discord: LocalDiscord) -> None:
    components = [TEXT, TEXT | {"id": 1}, TEXT | {"id": 3}, TEXT]

    made = await discord.ask("POST", path(discord), {"flags": NEW, "components": components})

    assert [component["id"] for component in made["components"]] == [2, 1, 3, 4]


REFUSED: dict[str, tuple[Json, str]] = {
    "an id twice": ({"flags": NEW, "components": [TEXT | {"id": 7}, TEXT | {"id": 7}]}, "components.0.id"),
    "41 components": ({"flags": NEW, "components": [{"type": 17, "components": [TEXT] * 40}]}, "components"),
    "4,001 characters": (
        {"flags": NEW, "components": [{"type": 10, "content": "x" * 2001}, {"type": 10, "content": "x" * 2000}]},
        "components",
    ),
    "a container in a container": (
        {"flags": NEW, "components": [{"type": 17, "components": [{"type": 17, "components": [TEXT]}]}]},
        "components.0.components.0.type",
    ),
    "a section without accessory": (
        {"flags": NEW, "components": [{"type": 9, "components": [TEXT]}]},
        "components.0.accessory",
    ),
    "four texts in a section": (
        {"flags": NEW, "components": [{"type": 9, "components": [TEXT] * 4, "accessory": BUTTON}]},
        "components.0.components",
    ),
    "eleven pictures": (
        {"flags": NEW, "components": [{"type": 12, "items": [{"media": {"url": "https://a.test/"}}] * 11}]},
        "components.0.items",
    ),
    "a file from elsewhere": (
        {"flags": NEW, "components": [{"type": 13, "file": {"url": "https://a.test/a.txt"}}]},
        "components.0.file.url",
    ),
    "a text without its flag": ({"content": "x", "components": [TEXT]}, "components.0.type"),
    "a select beside a button": (
        {"content": "x", "components": [row({"type": 5, "custom_id": "s"}, BUTTON)]},
        "components.0.components",
    ),
    "more defaults than may be chosen": (
        {
            "content": "x",
            "components": [
                row(
                    {
                        "type": 6,
                        "custom_id": "s",
                        "default_values": [{"id": "1", "type": "role"}, {"id": "2", "type": "role"}],
                    }
                )
            ],
        },
        "components.0.components.0.default_values",
    ),
    "a user as a role's default": (
        {
            "content": "x",
            "components": [row({"type": 6, "custom_id": "s", "default_values": [{"id": "1", "type": "user"}]})],
        },
        "components.0.components.0.default_values.0.type",
    ),
    "a link of 513 characters": (
        {"content": "x", "components": [row({"type": 2, "style": 5, "label": "x", "url": "https://a/" + "x" * 503})]},
        "components.0.components.0.url",
    ),
    "a word as a button's emoji": (
        {"content": "x", "components": [row(BUTTON | {"emoji": {"name": "notanemoji"}})]},
        "components.0.components.0.emoji.name",
    ),
    "an unknown emoji on a button": (
        {"content": "x", "components": [row(BUTTON | {"emoji": {"id": "123", "name": "oak"}})]},
        "components.0.components.0.emoji.id",
    ),
    "a word as an option's emoji": (
        {"content": "x", "components": [row(CHOICE | {"options": [OAK | {"emoji": {"name": "oak"}}]})]},
        "components.0.components.0.options.0.emoji.name",
    ),
    "an unknown emoji on an option in a container": (
        {
            "flags": NEW,
            "components": [
                {"type": 17, "components": [row(CHOICE | {"options": [OAK | {"emoji": {"id": "123", "name": "oak"}}]})]}
            ],
        },
        "components.0.components.0.components.0.options.0.emoji.id",
    ),
    "an unknown thing to buy": (
        {"content": "x", "components": [row({"type": 2, "style": 6, "sku_id": "123"})]},
        "components.0.components.0.sku_id",
    ),
    "more to choose than options": (
        {"content": "x", "components": [row(CHOICE | {"options": [OAK], "max_values": 2})]},
        "components.0.components.0.options",
    ),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", REFUSED)
async def test_components_beyond_discord_s_limits_are_refused(shared_discord: LocalDiscord, what: str) -> None:
    body, place = REFUSED[what]

    response = await shared_discord.rest("POST", path(shared_discord), body)

    refusal = response.json()
    assert (response.status_code, refusal["code"]) == (400, 50035), what
    node = refusal["errors"]
    for step in place.split("."):
        node = node[step]
    assert node["_errors"][0]["code"]


async def test_an_emoji_that_is_there_decorates_a_button_and_edits_are_checked_too(discord: LocalDiscord) -> None:
    emoji = Emoji(id=discord.play.ids.next(), guild_id=int(discord.guild), name="oak", user_id=1)
    with discord.play.store.change() as change:
        change.put(emoji)
    wanted = BUTTON | {"emoji": {"id": str(emoji.id), "name": "oak"}}

    made = await discord.ask("POST", path(discord), {"components": [row(wanted, BUTTON | {"custom_id": "b"})]})
    body = {"components": [row(BUTTON | {"emoji": {"id": "1", "name": "oak"}})]}
    refused = await discord.rest("PATCH", f"{path(discord)}/{made['id']}", body)

    assert made["components"][0]["components"][0]["emoji"]["id"] == str(emoji.id)
    fault = refused.json()["errors"]["components"]["0"]["components"]["0"]["emoji"]["id"]["_errors"][0]
    assert (refused.status_code, fault["code"]) == (400, "BUTTON_COMPONENT_INVALID_EMOJI")
