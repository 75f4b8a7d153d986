"""What discord.py's objects say, in the form that `tests.clients.compare` takes."""

from typing import Any

import discord

from tests.clients.compare import moment

type Json = dict[str, Any]


def number(entry: Any) -> Any:
    """The number behind an enum's member, which the library must know."""
    assert not str(entry.name).startswith("unknown_"), f"discord.py knows no {entry!r}"
    return entry.value


def name_of(thing: Any) -> str | None:
    """Its id as a string."""
    return None if thing is None else str(thing.id)


def guild(found: discord.Guild) -> Json:
    """The guild and everything in it, from the cache alone."""
    return {
        "id": str(found.id),
        "name": found.name,
        "owner_id": str(found.owner_id),
        "preferred_locale": str(number(found.preferred_locale)),
        "description": found.description,
        "afk_channel_id": name_of(found.afk_channel),
        "afk_timeout": found.afk_timeout,
        "system_channel_id": name_of(found.system_channel),
        "rules_channel_id": name_of(found.rules_channel),
        "verification_level": number(found.verification_level),
        "default_message_notifications": number(found.default_notifications),
        "explicit_content_filter": number(found.explicit_content_filter),
        "mfa_level": number(found.mfa_level),
        "nsfw_level": number(found.nsfw_level),
        "premium_tier": found.premium_tier,
        "vanity_url_code": found.vanity_url_code,
        "features": sorted(found.features),
        "member_count": found.member_count,
        "roles": {str(entry.id): role(entry) for entry in found.roles},
        "channels": {str(entry.id): channel(entry) for entry in found.channels},
        "members": {str(entry.id): member(entry) for entry in found.members},
        "emojis": {str(entry.id): emoji(entry) for entry in found.emojis},
        "threads": {str(entry.id): thread(entry) for entry in found.threads if not entry.archived},
        "voice_states": {str(entry.id): voice_state(entry.voice) for entry in found.members if entry.voice},
        "presences": {str(entry.id): str(entry.status) for entry in found.members if _there(entry)},
    }


def _there(found: discord.Member) -> bool:
    return not found.bot and found.status is not discord.Status.offline


def activities(found: discord.Guild) -> dict[str, str | None]:
    """What people say they do."""
    return {
        str(member.id): entry.name
        for member in found.members
        for entry in member.activities
        if isinstance(entry, discord.CustomActivity) and not member.bot
    }


def thread(found: discord.Thread) -> Json:
    """A thread."""
    return {
        "name": found.name,
        "type": number(found.type),
        "parent_id": str(found.parent_id),
        "owner_id": str(found.owner_id),
        "rate_limit_per_user": found.slowmode_delay,
        "archived": found.archived,
        "locked": found.locked,
        "auto_archive_duration": found.auto_archive_duration,
    }


def voice_state(found: discord.VoiceState) -> Json:
    """Where a member is, and how loud."""
    return {
        "channel_id": name_of(found.channel),
        "self_mute": found.self_mute,
        "self_deaf": found.self_deaf,
        "mute": found.mute,
        "deaf": found.deaf,
        "suppress": found.suppress,
    }


def role(found: discord.Role) -> Json:
    """A role."""
    return {
        "name": found.name,
        "color": found.colour.value,
        "hoist": found.hoist,
        "position": found.position,
        "permissions": str(found.permissions.value),
        "managed": found.managed,
        "mentionable": found.mentionable,
    }


def channel(found: Any) -> Json:
    """A channel, with what its kind has."""
    said = {
        "name": found.name,
        "type": number(found.type),
        "position": found.position,
        "parent_id": str(found.category_id) if found.category_id else None,
        "nsfw": found.nsfw,
        "overwrites": {str(target.id): _overwrite(found, target) for target in found.overwrites},
    }
    if isinstance(found, discord.TextChannel | discord.ForumChannel):
        said |= {"topic": found.topic, "rate_limit_per_user": found.slowmode_delay}
    if isinstance(found, discord.VoiceChannel):
        said |= {"bitrate": found.bitrate, "user_limit": found.user_limit, "rate_limit_per_user": found.slowmode_delay}
    return said


def _overwrite(found: Any, target: Any) -> Json:
    allow, deny = found.overwrites[target].pair()
    is_role = isinstance(target, discord.Role) or getattr(target, "type", None) is discord.Role
    return {"type": 0 if is_role else 1, "allow": str(allow.value), "deny": str(deny.value)}


def member(found: discord.Member) -> Json:
    """A member."""
    return {
        "nick": found.nick,
        "mute": found.voice.mute if found.voice else False,
        "deaf": found.voice.deaf if found.voice else False,
        "pending": found.pending,
        "flags": found.flags.value,
        "role_ids": sorted(str(role.id) for role in found.roles if not role.is_default()),
        "joined_at": moment(found.joined_at),
        "timeout_until": moment(found.timed_out_until),
        "user": {
            "username": found.name,
            "global_name": found.global_name,
            "discriminator": found.discriminator,
            "bot": found.bot,
        },
    }


def emoji(found: discord.Emoji) -> Json:
    """An emoji."""
    return {
        "name": found.name,
        "animated": found.animated,
        "managed": found.managed,
        "available": found.available,
        "require_colons": found.require_colons,
    }


def message(found: discord.Message) -> Json:
    """A message."""
    return {
        "content": found.content,
        "type": number(found.type),
        "pinned": found.pinned,
        "tts": found.tts,
        "mention_everyone": found.mention_everyone,
        "flags": found.flags.value,
        "webhook_id": str(found.webhook_id) if found.webhook_id else None,
        "author_id": str(found.author.id),
        "channel_id": str(found.channel.id),
        "created_at": moment(found.created_at),
        "edited_at": moment(found.edited_at),
        "mentions": sorted(str(user.id) for user in found.mentions),
        "mention_roles": sorted(str(role.id) for role in found.role_mentions),
        "reply_to": str(found.reference.message_id) if found.reference and found.reference.message_id else None,
        "embeds": [_embed(entry) for entry in found.embeds],
        "files": [
            {"id": str(entry.id), "filename": entry.filename, "size": entry.size, "url": entry.url}
            for entry in found.attachments
        ],
        "rows": len(found.components),
        "reactions": {
            str(entry.emoji.id) if isinstance(entry.emoji, discord.Emoji | discord.PartialEmoji) else entry.emoji: {
                "count": entry.count,
                "me": entry.me,
            }
            for entry in found.reactions
        },
    }


def _embed(found: discord.Embed) -> Json:
    raw: Json = dict(found.to_dict())
    return {name: raw[name] for name in ("title", "description", "url", "color") if name in raw}
