"""Webhooks, invites, emojis, private messages, voice and member look-ups by the discord.py bot."""

from collections.abc import Awaitable
from typing import Any

import discord

from tests.clients.discord_py import says
from tests.clients.discord_py.guild_acts import guild_of
from tests.clients.discord_py.thread_acts import text_channel

type Json = dict[str, Any]


async def webhooks(bot: discord.Client, step: Json) -> Json:
    """Make webhooks, write, edit and delete with one."""
    channel = text_channel(bot, step)
    herald = await channel.create_webhook(name="Herald", reason="To cry")
    await herald.edit(name="The herald")
    said = await herald.send("Hear ye", username="Town crier", wait=True)
    await herald.edit_message(said.id, content="Hear ye, hear ye")
    gone = await herald.send("Soon gone", wait=True)
    await herald.delete_message(gone.id)
    other = await channel.create_webhook(name="Other")
    await other.delete(reason="One is enough")
    found = await herald.fetch_message(said.id)
    return {
        "webhook": str(herald.id),
        "names": sorted(str(entry.name) for entry in await channel.webhooks()),
        "message": {"content": found.content, "author_id": str(found.author.id), "name": found.author.name},
        "id": str(said.id),
        "gone": str(gone.id),
    }


async def invites(bot: discord.Client, step: Json) -> Json:
    """Make two invites, look at them, take one back."""
    channel = text_channel(bot, step)
    made = await channel.create_invite(max_age=3600, max_uses=5, unique=True, reason="For a friend")
    gone = await channel.create_invite(max_age=0)
    await gone.delete(reason="Not for you")
    found = await bot.fetch_invite(made.code)
    listed = {
        entry.code: {"max_age": entry.max_age, "max_uses": entry.max_uses, "uses": entry.uses}
        for entry in await channel.guild.invites()
    }
    return {"code": made.code, "gone": gone.code, "listed": listed, "channel": says.name_of(found.channel)}


async def emojis(bot: discord.Client, step: Json) -> Json:
    """Make an emoji, rename it, react with it; make another and delete it."""
    guild, channel = guild_of(bot, step), text_channel(bot, step)
    picture = bytes.fromhex(step["picture"])
    made = await guild.create_custom_emoji(name="spool", image=picture, reason="For the looms")
    await made.edit(name="bobbin")
    gone = await guild.create_custom_emoji(name="gone", image=picture)
    await gone.delete()
    message = await channel.send(f"Look: <:bobbin:{made.id}>")
    await message.add_reaction(discord.PartialEmoji(name="bobbin", id=made.id))
    return {"emoji": str(made.id), "gone": str(gone.id), "message": str(message.id)}


async def direct(bot: discord.Client, step: Json) -> Json:
    """Write to a member in private."""
    user = await bot.fetch_user(int(step["user"]))
    channel = await user.create_dm()
    said = await channel.send("Between us")
    return {"channel": str(channel.id), "message": str(said.id)}


async def refusals(bot: discord.Client, step: Json) -> Json:
    """Try what Discord refuses; how the library reports it."""
    guild, channel = guild_of(bot, step), text_channel(bot, step)
    owner = await guild.fetch_member(int(step["owner"]))
    high = guild.get_role(int(step["high"]))
    hidden = bot.get_partial_messageable(int(step["hidden"]))
    closed = await bot.fetch_user(int(step["closed"]))
    assert high
    tries: dict[str, Awaitable[Any]] = {
        "ban the owner": owner.ban(),
        "rename the owner": owner.edit(nick="x"),
        "give a higher role": owner.add_roles(high),
        "an unknown channel": bot.fetch_channel(123),
        "an unknown message": channel.fetch_message(123),
        "an unknown user": bot.fetch_user(123),
        "an unknown ban": guild.unban(closed),
        "a hidden channel": hidden.send("x"),
        "nothing at all": channel.send(""),
        "too much": channel.send("x" * 2001),
        "a closed door": closed.send("x"),
        "an old message": channel.delete_messages([discord.Object(1), discord.Object(2)]),
    }
    return {name: await _refused(trial) for name, trial in tries.items()}


async def _refused(trial: Awaitable[Any]) -> list[int]:
    try:
        await trial
    except discord.HTTPException as refusal:
        return [refusal.status, refusal.code]
    return [200, 0]


async def voice(bot: discord.Client, step: Json) -> Json:
    """Join a voice channel and leave it, as the gateway knows it."""
    guild = guild_of(bot, step)
    if step["voice"] is None:
        await guild.change_voice_state(channel=None)
    else:
        await guild.change_voice_state(channel=discord.Object(int(step["voice"])), self_deaf=True)
    return {}


async def search(bot: discord.Client, step: Json) -> Json:
    """Look members up over the gateway, by the start of their names and by ids."""
    guild = guild_of(bot, step)
    named = await guild.query_members(step["query"], limit=10)
    given = await guild.query_members(user_ids=[int(key) for key in step["ids"]], limit=10)
    return {"named": sorted(str(entry.id) for entry in named), "given": sorted(str(entry.id) for entry in given)}


ALL = (webhooks, invites, emojis, direct, refusals, voice, search)
