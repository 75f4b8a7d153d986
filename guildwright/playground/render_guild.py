"""What hangs on a guild as Discord's JSON: bans, webhooks, invites; see `render` for guilds, roles and members."""

from guildwright.playground import render
from guildwright.playground.memory import Memory
from guildwright.playground.records import Ban, Invite, Json, Role, Webhook

INCOMING, FOLLOWER = 1, 2


def ban(memory: Memory, record: Ban) -> Json:
    """A ban object."""
    return {"user": render.user(memory.users[record.user_id]), "reason": record.reason}


def webhook(memory: Memory, record: Webhook, base_url: str, *, by_token: bool = False) -> Json:
    """A webhook object. Whoever came by the token alone is not told who made it."""
    body: Json = {
        "id": str(record.id),
        "type": record.type,
        "name": record.name,
        "avatar": record.avatar,
        "channel_id": str(record.channel_id),
        "guild_id": str(record.guild_id),
        "application_id": str(record.application_id) if record.application_id else None,
    }
    if not by_token:
        body["user"] = render.user(memory.users[record.user_id])
    if record.type == FOLLOWER:
        return body | _source(memory, record)
    return body | {"token": record.token, "url": f"{base_url}/webhooks/{record.id}/{record.token}"}


def _source(memory: Memory, record: Webhook) -> Json:
    """Where a follower's messages come from; nothing, once that channel is gone."""
    channel = memory.channels.get(record.source_channel_id or 0)
    guild = memory.guilds.get(channel.guild_id or 0) if channel else None
    if channel is None or guild is None:
        return {}
    return {
        "source_guild": {"id": str(guild.id), "name": guild.name, "icon": None},
        "source_channel": {"id": str(channel.id), "name": channel.name},
    }


def invite(memory: Memory, record: Invite, *, metadata: bool = False) -> Json:
    """An invite object; how it is used is metadata, which not everybody sees."""
    guild, channel = render.guild(memory, memory.guilds[record.guild_id]), memory.channels[record.channel_id]
    end = record.ends_at
    body: Json = {
        "type": 0,
        "code": record.code,
        "guild_id": str(record.guild_id),
        "guild": {name: guild[name] for name in _INVITE_GUILD_FIELDS},
        "channel": {"id": str(channel.id), "type": channel.type, "name": channel.name},
        "inviter": render.user(memory.users[record.inviter_id]),
        "expires_at": end.isoformat() if end else None,
        "flags": 0,
    }
    roles = [_invite_role(memory.roles[role]) for role in record.roles if role in memory.roles]
    if roles:
        body["roles"] = roles
    if not metadata:
        return body
    return body | {
        "uses": record.uses,
        "max_uses": record.max_uses,
        "max_age": record.max_age,
        "temporary": record.temporary,
        "created_at": record.made_at,
    }


def _invite_role(record: Role) -> Json:
    whole = render.role(record)
    return {name: whole[name] for name in ("id", "name", "position", "color", "colors", "icon", "unicode_emoji")}


_INVITE_GUILD_FIELDS = (
    "id",
    "name",
    "splash",
    "banner",
    "description",
    "icon",
    "features",
    "verification_level",
    "vanity_url_code",
    "nsfw_level",
    "nsfw",
    "premium_subscription_count",
)
