"""What hangs on a guild as Discord's JSON: bans, webhooks; see `render` for guilds, roles and members themselves."""

from guildwright.playground import render
from guildwright.playground.memory import Memory
from guildwright.playground.records import Ban, Json, Webhook

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
