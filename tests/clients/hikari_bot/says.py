"""What hikari's objects say, in the form that `tests.clients.compare` takes."""

from collections.abc import Iterable
from typing import Any

import hikari

from tests.clients.compare import moment

type Json = dict[str, Any]


def number(entry: Any) -> Any:
    """The number behind an enum's member, which the library must know."""
    assert hasattr(entry, "name"), f"hikari knows no {entry!r}"
    return entry.value


def text(entry: object) -> str | None:
    """An id as a string."""
    return None if entry is None else str(entry)


def guild(found: hikari.GatewayGuild) -> Json:
    """The guild and everything in it, from the cache alone, which does not keep `member_count` up to date."""
    return {
        "id": str(found.id),
        "name": found.name,
        "owner_id": str(found.owner_id),
        "preferred_locale": str(number(found.preferred_locale)),
        "description": found.description,
        "afk_channel_id": text(found.afk_channel_id),
        "afk_timeout": int(found.afk_timeout.total_seconds()),
        "system_channel_id": text(found.system_channel_id),
        "rules_channel_id": text(found.rules_channel_id),
        "verification_level": number(found.verification_level),
        "default_message_notifications": number(found.default_message_notifications),
        "explicit_content_filter": number(found.explicit_content_filter),
        "mfa_level": number(found.mfa_level),
        "nsfw_level": number(found.nsfw_level),
        "premium_tier": number(found.premium_tier),
        "vanity_url_code": found.vanity_url_code,
        "features": sorted(str(number(entry)) for entry in found.features),
        "roles": {str(key): role(entry) for key, entry in found.get_roles().items()},
        "channels": {str(key): channel(entry) for key, entry in found.get_channels().items()},
        "members": {str(key): member(entry) for key, entry in found.get_members().items()},
        "emojis": {str(key): emoji(entry) for key, entry in found.get_emojis().items()},
        "threads": {
            str(entry.id): thread(entry)
            for entry in found.app.cache.get_threads_view_for_guild(found.id).values()
            if not entry.is_archived
        },
        "voice_states": {
            str(key): voice_state(entry) for key, entry in found.get_voice_states().items() if entry.channel_id
        },
        "presences": {
            str(key): number(entry.visible_status)
            for key, entry in found.get_presences().items()
            if entry.visible_status != hikari.Status.OFFLINE and not found.get_members()[key].is_bot
        },
    }


def activities(found: hikari.GatewayGuild) -> dict[str, str | None]:
    """What people say they do."""
    members = found.get_members()
    return {
        str(key): entry.state
        for key, presence in found.get_presences().items()
        for entry in presence.activities
        if entry.type == hikari.ActivityType.CUSTOM and not members[key].is_bot
    }


def thread(found: hikari.GuildThreadChannel) -> Json:
    """A thread."""
    return {
        "name": found.name,
        "type": number(found.type),
        "parent_id": str(found.parent_id),
        "owner_id": str(found.owner_id),
        "rate_limit_per_user": int(found.rate_limit_per_user.total_seconds()),
        "archived": found.is_archived,
        "locked": found.is_locked,
        "auto_archive_duration": int(found.auto_archive_duration.total_seconds()) // 60,
    }


def voice_state(found: hikari.VoiceState) -> Json:
    """Where a member is, and how loud."""
    return {
        "channel_id": text(found.channel_id),
        "self_mute": found.is_self_muted,
        "self_deaf": found.is_self_deafened,
        "mute": found.is_guild_muted,
        "deaf": found.is_guild_deafened,
        "suppress": found.is_suppressed,
    }


def role(found: hikari.Role) -> Json:
    """A role."""
    return {
        "name": found.name,
        "color": int(found.color),
        "hoist": found.is_hoisted,
        "position": found.position,
        "permissions": str(int(found.permissions)),
        "managed": found.is_managed,
        "mentionable": found.is_mentionable,
    }


def channel(found: hikari.PermissibleGuildChannel) -> Json:
    """A channel, with what its kind has."""
    said = {
        "name": found.name,
        "type": number(found.type),
        "position": found.position,
        "parent_id": text(found.parent_id),
        "overwrites": {str(key): _overwrite(entry) for key, entry in found.permission_overwrites.items()},
    }
    if isinstance(found, hikari.GuildTextChannel | hikari.GuildForumChannel):
        said |= {"rate_limit_per_user": int(found.rate_limit_per_user.total_seconds())}
    if isinstance(found, hikari.GuildTextChannel | hikari.GuildForumChannel | hikari.GuildNewsChannel):
        said |= {"topic": found.topic, "nsfw": bool(found.is_nsfw)}
    if isinstance(found, hikari.GuildVoiceChannel):
        said |= {"bitrate": found.bitrate, "user_limit": found.user_limit}
    return said


def _overwrite(found: hikari.PermissionOverwrite) -> Json:
    return {"type": number(found.type), "allow": str(int(found.allow)), "deny": str(int(found.deny))}


def member(found: hikari.Member) -> Json:
    """A member."""
    return {
        "nick": found.nickname,
        "mute": found.is_mute,
        "deaf": found.is_deaf,
        "pending": found.is_pending,
        "flags": int(found.guild_flags),
        "role_ids": sorted(str(key) for key in found.role_ids if key != found.guild_id),
        "joined_at": moment(found.joined_at),
        "timeout_until": moment(found.raw_communication_disabled_until),
        "user": {
            "username": found.username,
            "global_name": found.global_name,
            "discriminator": found.discriminator,
            "bot": found.is_bot,
        },
    }


def emoji(found: hikari.KnownCustomEmoji) -> Json:
    """An emoji."""
    return {
        "name": found.name,
        "animated": found.is_animated,
        "managed": found.is_managed,
        "available": found.is_available,
        "require_colons": found.is_colons_required,
    }


def message(found: hikari.Message) -> Json:
    """A message."""
    return {
        "content": found.content or "",
        "type": number(found.type),
        "pinned": found.is_pinned,
        "tts": found.is_tts,
        "mention_everyone": found.mentions_everyone,
        "flags": int(found.flags),
        "webhook_id": text(found.webhook_id),
        "author_id": str(found.author.id),
        "channel_id": str(found.channel_id),
        "created_at": moment(found.timestamp),
        "edited_at": moment(found.edited_timestamp),
        "mentions": sorted(str(key) for key in found.user_mentions or ()),
        "mention_roles": sorted(str(key) for key in found.role_mention_ids or ()),
        "reply_to": text(found.message_reference.id) if found.message_reference else None,
        "embeds": [_embed(entry) for entry in found.embeds],
        "files": [
            {"id": str(entry.id), "filename": entry.filename, "size": entry.size, "url": entry.url}
            for entry in found.attachments
        ],
        "rows": len(found.components),
        "reactions": {
            str(entry.emoji.id) if isinstance(entry.emoji, hikari.CustomEmoji) else entry.emoji.name: {
                "count": entry.count,
                "me": entry.is_me,
            }
            for entry in found.reactions
        },
    }


def _embed(found: hikari.Embed) -> Json:
    said = {
        "title": found.title,
        "description": found.description,
        "url": found.url,
        "color": None if found.color is None else int(found.color),
    }
    return {name: value for name, value in said.items() if value is not None}


def messages(found: Iterable[hikari.Message]) -> Json:
    """By id."""
    return {str(entry.id): message(entry) for entry in found}
