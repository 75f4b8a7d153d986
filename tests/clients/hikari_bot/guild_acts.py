"""Roles, channels and moderation by the hikari bot."""

from datetime import UTC, datetime, timedelta
from typing import Any

import hikari

type Json = dict[str, Any]

ALLOWED = hikari.Permissions.VIEW_CHANNEL | hikari.Permissions.SEND_MESSAGES


async def roles(bot: hikari.GatewayBot, step: Json) -> Json:
    """Make, edit, order, give, take and delete roles."""
    rest, guild, user = bot.rest, int(step["guild"]), int(step["user"])
    role = await rest.create_role(
        guild, name="Weaver", color=0x123456, hoist=True, mentionable=True, permissions=ALLOWED, reason="For the looms"
    )
    await rest.edit_role(guild, role, name="Master weaver", color=0x654321, reason="Well done")
    gone = await rest.create_role(guild, name="Gone")
    await rest.reposition_roles(guild, {1: gone.id})
    await rest.add_role_to_member(guild, user, role, reason="Has earned it")
    await rest.add_role_to_member(guild, user, gone)
    await rest.remove_role_from_member(guild, user, gone)
    await rest.delete_role(guild, gone, reason="Not needed")
    return {"role": str(role.id), "gone": str(gone.id)}


async def moderate(bot: hikari.GatewayBot, step: Json) -> Json:
    """Rename, time out, kick, ban and pardon; what the lists say then."""
    rest, guild = bot.rest, int(step["guild"])
    who = {name: int(key) for name, key in step["people"].items()}
    later = datetime.now(UTC) + timedelta(minutes=5)  # noqa: TID251 - the bot is somebody else's
    await rest.edit_member(guild, who["renamed"], nickname="Annie", reason="Asked for it")
    await rest.edit_member(guild, who["silenced"], communication_disabled_until=later, reason="Too loud")
    await rest.edit_member(guild, who["pardoned"], communication_disabled_until=later)
    await rest.edit_member(guild, who["pardoned"], communication_disabled_until=None, reason="A mistake")
    await rest.kick_user(guild, who["kicked"], reason="Bad manners")
    await rest.ban_user(guild, who["banned"], reason="Ünkind wörds", delete_message_seconds=3600)
    for name in ("raider", "second"):  # hikari has no bulk ban
        await rest.ban_user(guild, who[name], reason="A raid")
    await rest.unban_user(guild, who["second"], reason="Not one of them")
    bans = {str(entry.user.id): entry.reason async for entry in rest.fetch_bans(guild)}
    pages = [page async for page in rest.fetch_audit_log(guild)]
    entries = [entry for page in pages for entry in page.entries.values()]
    entries.sort(key=lambda entry: entry.id, reverse=True)
    for entry in entries:
        assert isinstance(entry.action_type, hikari.AuditLogEventType), f"hikari knows no {entry.action_type}"
    log = [[int(entry.action_type), str(entry.target_id), entry.reason] for entry in entries]
    return {"bans": bans, "log": log, "by": sorted({str(entry.user_id) for entry in entries})}


async def channels(bot: hikari.GatewayBot, step: Json) -> Json:
    """Make, edit, order and delete channels; allow and deny in them."""
    rest, guild, user, role = bot.rest, int(step["guild"]), int(step["user"]), int(step["role"])
    workshop = await rest.create_guild_category(guild, "Workshop", reason="More room")
    loom = await rest.create_guild_text_channel(
        guild, "loom", category=workshop, topic="Cloth", rate_limit_per_user=5, nsfw=True
    )
    await loom.edit(topic="Fine cloth", rate_limit_per_user=10, nsfw=False, reason="Better")
    hall = await rest.create_guild_voice_channel(guild, "hall", bitrate=32000, user_limit=7)
    await hall.edit(parent_category=workshop, user_limit=9)
    kinds = hikari.PermissionOverwriteType
    send, manage = hikari.Permissions.SEND_MESSAGES, hikari.Permissions.MANAGE_MESSAGES
    await loom.edit_overwrite(role, target_type=kinds.ROLE, allow=send, deny=manage, reason="Theirs")
    await loom.edit_overwrite(user, target_type=kinds.MEMBER, deny=hikari.Permissions.VIEW_CHANNEL)
    await loom.edit_overwrite(guild, target_type=kinds.ROLE, deny=hikari.Permissions.ADD_REACTIONS)
    await loom.remove_overwrite(guild)
    gone = await rest.create_guild_text_channel(guild, "gone")
    await rest.delete_channel(gone, reason="Not needed")
    return {"loom": str(loom.id), "hall": str(hall.id), "workshop": str(workshop.id), "gone": str(gone.id)}


async def settings(bot: hikari.GatewayBot, step: Json) -> Json:
    """Change what the guild is."""
    level = hikari.GuildVerificationLevel.MEDIUM
    await bot.rest.edit_guild(int(step["guild"]), name="The Elm Hall", verification_level=level, reason="A new sign")
    return {}


ALL = (roles, moderate, channels, settings)
