"""Records as Discord's JSON. Every object here satisfies both the OpenAPI document and the gateway schemas."""

from guildwright.playground import render_channel
from guildwright.playground.bits import Permission
from guildwright.playground.memory import Memory
from guildwright.playground.records import (
    Application,
    Channel,
    Command,
    Emoji,
    Guild,
    Json,
    Member,
    Role,
    User,
)


def user(record: User) -> Json:
    """A user object."""
    return {
        "id": str(record.id),
        "username": record.username,
        "discriminator": f"{record.id % 9999 + 1:04}" if record.bot else "0",
        "global_name": record.global_name,
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "accent_color": None,
        "public_flags": 0,
        "flags": 0,
        "bot": record.bot,
        "system": False,
        "collectibles": None,
        "primary_guild": None,
    }


def own_user(record: User) -> Json:
    """The bot's own user, with what only itself sees."""
    return user(record) | {"mfa_enabled": True, "locale": "en-US", "premium_type": 0, "email": None, "verified": True}


def role(record: Role) -> Json:
    """A role object."""
    tags = {"tags": {"bot_id": str(record.bot_id)}} if record.bot_id else {}
    return {
        "id": str(record.id),
        "name": record.name,
        "permissions": str(record.permissions),
        "position": record.position,
        "color": record.color,
        "colors": {"primary_color": record.color, "secondary_color": None, "tertiary_color": None},
        "hoist": record.hoist,
        "managed": record.bot_id is not None,
        "mentionable": record.mentionable,
        "icon": None,
        "unicode_emoji": record.unicode_emoji,
        "flags": 0,
        **tags,
    }


def bare_member(record: Member) -> Json:
    """A member object without its user."""
    return {
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "collectibles": None,
        "communication_disabled_until": record.timeout_until,
        "deaf": record.deaf,
        "flags": record.flags,
        "joined_at": record.joined_at,
        "mute": record.mute,
        "nick": record.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in record.roles],
    }


def member(memory: Memory, record: Member) -> Json:
    """A member object with its user."""
    return bare_member(record) | {"user": user(memory.users[record.user_id])}


def channel(memory: Memory, record: Channel) -> Json:
    """A channel object, of a thread too."""
    if record.guild_id is not None:
        return render_channel.guild_channel(memory, record)
    last = memory.last_message_id(record.id)
    body: Json = {
        "id": str(record.id),
        "type": record.type,
        "flags": 0,
        "last_message_id": str(last) if last else None,
        "recipients": [user(memory.users[record.recipient_id or 0])],
    }
    return body | ({"last_pin_timestamp": record.pinned_at} if record.pinned_at else {})


def guild(memory: Memory, record: Guild) -> Json:
    """A guild object as REST returns it."""
    return {
        "id": str(record.id),
        "name": record.name,
        "owner_id": str(record.owner_id),
        "features": list(record.features),
        "preferred_locale": record.locale,
        "roles": [role(entry) for entry in memory.guild_roles(record.id)],
        "emojis": [emoji(memory, entry) for entry in memory.guild_emojis(record.id)],
        "stickers": [],
        **_UNUSED_GUILD_FIELDS,
        **record.settings,
    }


def emoji(memory: Memory, record: Emoji) -> Json:
    """An emoji object."""
    return {
        "id": str(record.id),
        "name": record.name,
        "user": user(memory.users[record.user_id]),
        "roles": [str(role_id) for role_id in record.roles],
        "require_colons": True,
        "managed": False,
        "animated": record.animated,
        "available": True,
    }


_UNUSED_GUILD_FIELDS: Json = {
    **dict.fromkeys(
        (
            "afk_channel_id",
            "application_id",
            "banner",
            "description",
            "discovery_splash",
            "home_header",
            "hub_type",
            "icon",
            "incidents_data",
            "max_presences",
            "public_updates_channel_id",
            "rules_channel_id",
            "safety_alerts_channel_id",
            "splash",
            "system_channel_id",
            "vanity_url_code",
            "widget_channel_id",
        ),
    ),
    "afk_timeout": 300,
    "default_message_notifications": 1,
    "explicit_content_filter": 0,
    "max_members": 500_000,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
    "mfa_level": 0,
    "nsfw": False,
    "nsfw_level": 0,
    "premium_progress_bar_enabled": False,
    "premium_subscription_count": 0,
    "premium_tier": 0,
    "region": "deprecated",
    "system_channel_flags": 0,
    "verification_level": 0,
    "widget_enabled": False,
}


def gateway_guild(memory: Memory, record: Guild, *, all_members: bool) -> Json:
    """A guild object as GUILD_CREATE carries it; without the members intent only the bot itself is listed."""
    members = memory.members[record.id]
    own = memory.application.id
    listed = members.values() if all_members else [members[own]]
    return guild(memory, record) | {
        "joined_at": members[own].joined_at,
        "large": False,
        "unavailable": False,
        "member_count": len(members),
        "voice_states": [],
        "members": [member(memory, entry) for entry in listed],
        "channels": [channel(memory, entry) for entry in memory.guild_channels(record.id)],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application(memory: Memory, record: Application) -> Json:
    """The application as it sees itself."""
    verify_key = "0" * 64
    return {
        "id": str(record.id),
        "name": record.name,
        "icon": None,
        "description": record.description,
        "type": None,
        "bot": user(memory.users[record.id]),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": verify_key,
        "flags": application_flags(record),
        "flags_new": str(application_flags(record)),
        "redirect_uris": list(record.redirect_uris),
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(memory.users[record.owner_id]),
        "approximate_guild_count": len(memory.bot_guilds()),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "summary": "",
    }


_INTENT_FLAGS = {1 << 8: 1 << 12, 1 << 1: 1 << 14, 1 << 15: 1 << 18}


def application_flags(record: Application) -> int:
    """The privileged intents that are switched on, as the portal shows them."""
    return sum(flag for intent, flag in _INTENT_FLAGS.items() if record.privileged_intents & intent)


def partial_guild(memory: Memory, record: Guild, viewer: int, permissions: Permission, *, counts: bool) -> Json:
    """A guild in the list of the bot's own guilds."""
    body: Json = {
        "id": str(record.id),
        "name": record.name,
        "icon": record.settings.get("icon"),
        "banner": None,
        "owner": record.owner_id == viewer,
        "permissions": str(int(permissions)),
        "features": list(record.features),
    }
    if counts:
        body |= {"approximate_member_count": len(memory.members[record.id]), "approximate_presence_count": 1}
    return body


def command(application_id: int, record: Command, *, localized: bool = True) -> Json:
    """An application command."""
    body = record.body if localized else without_localizations(record.body)
    ids: Json = {"id": str(record.id), "application_id": str(application_id), "version": str(record.version)}
    if record.guild_id:
        ids["guild_id"] = str(record.guild_id)
        return ids | {name: value for name, value in body.items() if name != "dm_permission"}
    return ids | body


def without_localizations(part: Json) -> Json:
    """The same command without its translations, down to the choices."""
    plain = {name: value for name, value in part.items() if not name.endswith("_localizations")}
    for name in ("options", "choices"):
        if name in plain:
            plain[name] = [without_localizations(entry) for entry in plain[name]]
    return plain
