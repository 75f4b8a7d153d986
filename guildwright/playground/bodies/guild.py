"""A guild's settings as PATCH takes them: each field checked, and only what was named is changed."""

from guildwright.playground.bits import ChannelType
from guildwright.playground.bodies import image
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.locales import LOCALES
from guildwright.playground.memory import Memory
from guildwright.playground.records import Guild, Json

# What is changed through the field `features`; all others are Discord's to give.
MUTABLE_FEATURES = ("COMMUNITY", "DISCOVERABLE", "INVITES_DISABLED", "RAID_ALERTS_DISABLED")
_BOOSTED = {"splash": "INVITE_SPLASH", "banner": "BANNER", "discovery_splash": "DISCOVERABLE"}
_CHOICES = {
    "verification_level": ({0, 1, 2, 3, 4}, 0),
    "default_message_notifications": ({0, 1}, 0),
    "explicit_content_filter": ({0, 1, 2}, 0),
    "afk_timeout": ({60, 300, 900, 1800, 3600}, 300),
}
_TEXT = {ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT}
_CHANNELS = {
    "afk_channel_id": {ChannelType.GUILD_VOICE},
    "system_channel_id": _TEXT,
    "rules_channel_id": _TEXT,
    "public_updates_channel_id": _TEXT,
    "safety_alerts_channel_id": _TEXT,
}


def read_settings(memory: Memory, guild: Guild, fields: Fields) -> Json:
    """The settings that the body changes, as Discord's guild object has them; faults are noted."""
    settings: Json = {
        "description": fields.text("description", 300) or None,
        "system_channel_flags": fields.number("system_channel_flags", 0, 63) or 0,
        "premium_progress_bar_enabled": fields.flag("premium_progress_bar_enabled"),
    }
    settings |= {name: fields.choice(name, allowed) or otherwise for name, (allowed, otherwise) in _CHOICES.items()}
    settings |= {name: _channel(memory, guild, fields, name, kinds) for name, kinds in _CHANNELS.items()}
    settings |= {name: _picture(fields, name) for name in ("icon", *_BOOSTED)}
    return {name: value for name, value in settings.items() if name in fields.body}


def needs_boost(guild: Guild, settings: Json) -> bool:
    """Whether a picture is set that only boosted guilds have."""
    return any(settings.get(name) and feature not in guild.features for name, feature in _BOOSTED.items())


def _channel(memory: Memory, guild: Guild, fields: Fields, name: str, kinds: set[ChannelType]) -> str | None:
    channel_id = fields.snowflake(name)
    if channel_id is None:
        return None
    channel = memory.channels.get(channel_id)
    if channel is None or channel.guild_id != guild.id or channel.type not in kinds:
        fields.fault(name, "CHANNEL_INVALID", "Invalid channel")
    return str(channel_id)


def _picture(fields: Fields, name: str) -> str | None:
    found = image.read(fields, name)
    return found.hash if found else None


def read_features(guild: Guild, fields: Fields) -> tuple[str, ...]:
    """The features with those switched that a client may switch."""
    if fields.body.get("features") is None:
        return guild.features
    named = [str(entry) for entry in fields.items("features", 1521)]
    kept = [feature for feature in guild.features if feature not in MUTABLE_FEATURES or feature in named]
    added = [feature for feature in MUTABLE_FEATURES if feature in named and feature not in kept]
    return with_news(*kept, *added)


def with_news(*features: str) -> tuple[str, ...]:
    """The features; a community always has announcement channels too, and bots count on that (Red does)."""
    if "COMMUNITY" not in features:
        return tuple(feature for feature in features if feature != "NEWS")
    return features if "NEWS" in features else (*features, "NEWS")


def read_locale(guild: Guild, fields: Fields) -> str:
    """The locale; null is English."""
    if "preferred_locale" not in fields.body:
        return guild.locale
    locale = fields.text("preferred_locale", 10)
    if locale is not None and locale not in LOCALES:
        known = "', '".join(sorted(LOCALES))
        fields.fault("preferred_locale", "BASE_TYPE_CHOICES", f"Value must be one of ('{known}').")
    return locale or "en-US"
