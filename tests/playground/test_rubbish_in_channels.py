"""Whatever stands in a field of a channel, thread or overwrite: a refusal in Discord's words, and never a failure."""

import pytest

from tests.fakes.local_discord import Json, LocalDiscord

RUBBISH: tuple[object, ...] = (None, True, -1, 7, 1 << 70, 1.5, "", "x" * 5000, "1", [1], [{}], [{"id": "x"}], {})
CHANNEL = [
    "name",
    "type",
    "topic",
    "bitrate",
    "user_limit",
    "rate_limit_per_user",
    "position",
    "permission_overwrites",
    "parent_id",
    "nsfw",
    "flags",
    "available_tags",
    "default_reaction_emoji",
    "default_forum_layout",
]
THREAD = [
    "name",
    "archived",
    "locked",
    "invitable",
    "auto_archive_duration",
    "rate_limit_per_user",
    "flags",
    "applied_tags",
    "message",
]
MESSAGE = ["attachments", "message_reference"]
PLACES: dict[str, tuple[str, str, list[str], Json]] = {
    "a new channel": ("POST", "/guilds/{guild}/channels", CHANNEL, {"name": "x", "type": 15}),
    "a channel": ("PATCH", "/channels/{forum}", CHANNEL, {}),
    "a new thread": ("POST", "/channels/{gatehouse}/threads", THREAD, {"name": "x", "type": 11}),
    "a new post": ("POST", "/channels/{forum}/threads", THREAD, {"name": "x", "message": {"content": "x"}}),
    "a thread": ("PATCH", "/channels/{thread}", THREAD, {}),
    "a message": ("POST", "/channels/{gatehouse}/messages", MESSAGE, {"content": "x"}),
    "an overwrite": ("PUT", "/channels/{gatehouse}/permissions/{guild}", ["type", "allow", "deny"], {"type": 0}),
    "a follower": ("POST", "/channels/{gatehouse}/followers", ["webhook_channel_id"], {}),
    "a bulk deletion": ("POST", "/channels/{gatehouse}/messages/bulk-delete", ["messages"], {}),
}


@pytest.mark.parametrize("what", PLACES)
async def test_rubbish_in_any_field_is_answered(discord: LocalDiscord, what: str) -> None:
    method, template, fields, body = PLACES[what]
    gatehouse = discord.channel("gatehouse")
    forum = await discord.ask("POST", f"/guilds/{discord.guild}/channels", {"name": "f", "type": 15})
    thread = await discord.ask("POST", f"/channels/{gatehouse}/threads", {"name": "t", "type": 11})
    path = template.format(guild=discord.guild, gatehouse=gatehouse, forum=forum["id"], thread=thread["id"])

    for field in fields:
        for value in RUBBISH:
            response = await discord.rest(method, path, body | {field: value})
            assert response.status_code < 500, (field, value)


async def test_a_broken_form_is_refused(discord: LocalDiscord) -> None:
    path = f"/channels/{discord.channel('gatehouse')}/messages"
    kinds = {"multipart/form-data; boundary=x": (b"--x\r\n", b"", b"zz"), "multipart/form-data": (b"--x--",)}
    for kind, bodies in kinds.items():
        for body in bodies:
            response = await discord.rest("POST", path, content=body, headers={"content-type": kind})
            assert (response.status_code, response.json()["code"]) in {(400, 50035), (400, 50006)}, body
