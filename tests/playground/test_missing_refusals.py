"""Bodies that look right and name what cannot be: refused where Discord refuses them."""

import base64

import pytest

from guildwright.playground.bits import Permission
from tests.fakes.local_discord import Json, LocalDiscord

PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()
CHANNELS, EMOJIS, COMMANDS = (
    "/guilds/{guild}/channels",
    "/guilds/{guild}/emojis",
    "/applications/{application}/commands",
)


def command(kind: int, **bounds: float) -> Json:
    return {"name": "plant", "description": "x", "options": [{"type": kind, "name": "n", "description": "x"} | bounds]}


REFUSED: dict[str, tuple[str, Json, int, int]] = {
    "a tag of 21 letters": (CHANNELS, {"name": "f", "type": 15, "available_tags": [{"name": "x" * 21}]}, 400, 50035),
    "an unknown role's overwrite": (CHANNELS, {"name": "c", "permission_overwrites": [{"id": "1"}]}, 404, 10009),
    "an unknown member's": (CHANNELS, {"name": "c", "permission_overwrites": [{"id": "1", "type": 1}]}, 404, 10009),
    "an emoji for an unknown role": (EMOJIS, {"name": "oak", "image": PNG, "roles": ["1"]}, 404, 10011),
    "whole bounds the wrong way round": (COMMANDS, command(4, min_value=5, max_value=1), 400, 50035),
    "bounds the wrong way round": (COMMANDS, command(10, min_value=0.5, max_value=0.1), 400, 50035),
    "lengths the wrong way round": (COMMANDS, command(3, min_length=5, max_length=1), 400, 50035),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_cannot_be_is_refused(discord: LocalDiscord, what: str) -> None:
    path, body, status, code = REFUSED[what]
    await discord.permit("Guildwright", Permission.ADMINISTRATOR)

    refused = await discord.rest("POST", path.format(guild=discord.guild, application=discord.application), body)

    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_a_tag_of_twenty_letters_and_a_known_role_are_taken(discord: LocalDiscord) -> None:
    await discord.permit("Guildwright", Permission.ADMINISTRATOR)
    overwrites = [{"id": discord.role("Artisan"), "type": 0, "deny": "1024"}]
    tags = [{"name": "x" * 20}]
    body = {"name": "f", "type": 15, "available_tags": tags, "permission_overwrites": overwrites}

    made = await discord.ask("POST", CHANNELS.format(guild=discord.guild), body)

    assert (made["available_tags"][0]["name"], len(made["permission_overwrites"])) == ("x" * 20, 1)
