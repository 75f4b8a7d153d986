"""Roles, channels and moderation by the discord.py bot."""

from datetime import timedelta
from typing import Any

import discord

type Json = dict[str, Any]

ALLOWED = discord.Permissions(view_channel=True, send_messages=True)


def guild_of(bot: discord.Client, step: Json) -> discord.Guild:
    """The guild that the step names."""
    guild = bot.get_guild(int(step["guild"]))
    assert guild
    return guild


async def roles(bot: discord.Client, step: Json) -> Json:
    """Make, edit, order, give, take and delete roles."""
    guild = guild_of(bot, step)
    member = await guild.fetch_member(int(step["user"]))
    colour = discord.Colour(0x123456)
    role = await guild.create_role(
        name="Weaver", colour=colour, hoist=True, mentionable=True, permissions=ALLOWED, reason="For the looms"
    )
    await role.edit(name="Master weaver", colour=discord.Colour(0x654321), reason="Well done")
    gone = await guild.create_role(name="Gone")
    await gone.edit(position=1)
    await member.add_roles(role, gone, reason="Has earned it")
    await member.remove_roles(gone)
    await gone.delete(reason="Not needed")
    return {"role": str(role.id), "gone": str(gone.id)}


async def moderate(bot: discord.Client, step: Json) -> Json:
    """Rename, time out, kick, ban and pardon; what the lists say then."""
    guild = guild_of(bot, step)
    who = {name: await guild.fetch_member(int(key)) for name, key in step["people"].items()}
    await who["renamed"].edit(nick="Annie", reason="Asked for it")
    await who["silenced"].timeout(timedelta(minutes=5), reason="Too loud")
    await who["pardoned"].timeout(timedelta(minutes=5))
    await who["pardoned"].timeout(None, reason="A mistake")
    await who["kicked"].kick(reason="Bad manners")
    await who["banned"].ban(reason="Ünkind wörds", delete_message_seconds=3600)
    await guild.bulk_ban([who["raider"], who["second"]], reason="A raid")
    await guild.unban(who["second"], reason="Not one of them")
    bans = {str(entry.user.id): entry.reason async for entry in guild.bans()}
    entries = [entry async for entry in guild.audit_logs(limit=100)]
    log = [[entry.action.value, str(getattr(entry.target, "id", None)), entry.reason] for entry in entries]
    return {"bans": bans, "log": log, "by": sorted({str(entry.user_id) for entry in entries})}


async def channels(bot: discord.Client, step: Json) -> Json:
    """Make, edit, order and delete channels; allow and deny in them."""
    guild = guild_of(bot, step)
    member = await guild.fetch_member(int(step["user"]))
    role = guild.get_role(int(step["role"]))
    assert role
    workshop = await guild.create_category("Workshop", reason="More room")
    loom = await guild.create_text_channel("loom", category=workshop, topic="Cloth", slowmode_delay=5, nsfw=True)
    await loom.edit(topic="Fine cloth", slowmode_delay=10, nsfw=False, reason="Better")
    hall = await guild.create_voice_channel("hall", bitrate=32000, user_limit=7)
    await hall.edit(category=workshop, user_limit=9)
    await loom.set_permissions(role, send_messages=True, manage_messages=False, reason="Theirs")
    await loom.set_permissions(member, view_channel=False)
    await loom.set_permissions(guild.default_role, add_reactions=False)
    await loom.set_permissions(guild.default_role, overwrite=None)
    gone = await guild.create_text_channel("gone")
    await gone.delete(reason="Not needed")
    return {"loom": str(loom.id), "hall": str(hall.id), "workshop": str(workshop.id), "gone": str(gone.id)}


async def settings(bot: discord.Client, step: Json) -> Json:
    """Change what the guild is."""
    guild = guild_of(bot, step)
    await guild.edit(name="The Elm Hall", verification_level=discord.VerificationLevel.medium, reason="A new sign")
    return {}


ALL = (roles, moderate, channels, settings)
