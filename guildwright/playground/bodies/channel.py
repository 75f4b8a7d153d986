"""Bodies that make or change a guild's channel: what each type of channel has, and within which bounds."""

import re

import msgspec

from guildwright.playground.bits import ChannelType
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.bodies.thread import ARCHIVE_MINUTES, LONGEST_SLOWMODE
from guildwright.playground.ids import Snowflakes, digits
from guildwright.playground.records import Channel, Json, Overwrite

MOST_CHANNELS = 500
MOST_OVERWRITES = 100
MOST_TAGS = 20
_LONGEST_TAG = 20
_LARGEST_BITS = (1 << 53) - 1
_TAG_NEEDED = 1 << 4
_TEXT, _VOICE, _NEWS, _FORUM = (
    ChannelType.GUILD_TEXT,
    ChannelType.GUILD_VOICE,
    ChannelType.GUILD_ANNOUNCEMENT,
    ChannelType.GUILD_FORUM,
)
_NAMED_WITH_DASHES = {_TEXT, _NEWS, _FORUM}
_LONGEST_TOPIC = {_TEXT: 1024, _NEWS: 1024, _FORUM: 4096}
_SPACES = re.compile(r"\s+")


def edited(channel: Channel, fields: Fields, ids: Snowflakes) -> Channel:
    """The channel with what the body changes. The parent and the permissions are the caller's to check."""
    name = fields.text("name", 100, shortest=1)
    fields.unsupported("default_tag_setting")
    slowmode = fields.number("rate_limit_per_user", 0, LONGEST_SLOWMODE)
    position = fields.number("position", 0, (1 << 31) - 1)
    parent = fields.snowflake("parent_id")
    changed = msgspec.structs.replace(
        channel,
        type=_type(channel, fields),
        name=_named(channel, name) if name else channel.name,
        topic=_topic(channel, fields),
        nsfw=fields.flag("nsfw", default=channel.nsfw),
        slowmode=channel.slowmode if slowmode is None else slowmode,
        position=channel.position if position is None else position,
        parent_id=parent if "parent_id" in fields.body else channel.parent_id,
        flags=_flags(channel, fields),
        settings=channel.settings | _settings(channel, fields, ids),
    )
    if fields.body.get("permission_overwrites") is None:
        return changed
    entries = fields.objects("permission_overwrites", MOST_OVERWRITES)
    return msgspec.structs.replace(changed, overwrites=tuple(overwrite(entry) for entry in entries))


def _named(channel: Channel, name: str) -> str:
    """Text channels bear small letters and no spaces."""
    if channel.type not in _NAMED_WITH_DASHES:
        return name.strip()
    return _SPACES.sub("-", name.strip()).lower()


def _type(channel: Channel, fields: Fields) -> int:
    """Only text and announcements change into each other."""
    both = {int(_TEXT), int(_NEWS)}
    if fields.body.get("type") is None or fields.body["type"] == channel.type:
        return channel.type
    return fields.choice("type", both if channel.type in both else {channel.type}) or channel.type


def _topic(channel: Channel, fields: Fields) -> str | None:
    if "topic" not in fields.body:
        return channel.topic
    return fields.text("topic", _LONGEST_TOPIC.get(ChannelType(channel.type), 1024)) or None


def _flags(channel: Channel, fields: Fields) -> int:
    flags = fields.number("flags", 0, (1 << 53) - 1)
    if flags is None or channel.type != _FORUM:
        return channel.flags
    return flags & _TAG_NEEDED


def _settings(channel: Channel, fields: Fields, ids: Snowflakes) -> Json:
    """What only some types have, under Discord's names; what the body does not name is not in it."""
    found: Json = {}
    if channel.type == _VOICE:
        found = {
            "bitrate": fields.number("bitrate", 8000, 96000),
            "user_limit": fields.number("user_limit", 0, 99),
            "rtc_region": fields.text("rtc_region", 100),
            "video_quality_mode": fields.choice("video_quality_mode", {1, 2}),
        }
    if channel.type in {_TEXT, _NEWS, _FORUM}:
        found["default_auto_archive_duration"] = fields.choice("default_auto_archive_duration", ARCHIVE_MINUTES)
        slowmode = fields.number("default_thread_rate_limit_per_user", 0, LONGEST_SLOWMODE)
        found["default_thread_rate_limit_per_user"] = slowmode
    if channel.type == _FORUM:
        found |= {
            "default_sort_order": fields.choice("default_sort_order", {0, 1}),
            "default_forum_layout": fields.choice("default_forum_layout", {0, 1, 2}),
            "default_reaction_emoji": _reaction(fields),
            "available_tags": [_tag(entry, ids) for entry in fields.objects("available_tags", MOST_TAGS)],
        }
    nullable = {"rtc_region", "default_sort_order", "default_reaction_emoji"}
    return {name: value for name, value in found.items() if name in fields.body and _kept(name, value, nullable)}


def _kept(name: str, value: object, nullable: set[str]) -> bool:
    return value is not None or name in nullable


def _reaction(fields: Fields) -> Json | None:
    part = fields.object("default_reaction_emoji")
    if part is None:
        return None
    number = part.snowflake("emoji_id")
    return {"emoji_id": str(number) if number else None, "emoji_name": part.text("emoji_name", 100)}


def _tag(fields: Fields, ids: Snowflakes) -> Json:
    number, emoji = fields.snowflake("id"), fields.snowflake("emoji_id")
    return {
        "id": str(number or ids.next()),
        "name": fields.text("name", _LONGEST_TAG, shortest=1, needed=True),
        "moderated": fields.flag("moderated"),
        "emoji_id": str(emoji) if emoji else None,
        "emoji_name": fields.text("emoji_name", 100),
    }


def overwrite(fields: Fields, overwrite_id: int | None = None) -> Overwrite:
    """One overwrite; its id comes with the body, or with the route."""
    found = overwrite_id if overwrite_id is not None else fields.snowflake("id", needed=True)
    kind = fields.choice("type", {0, 1}, needed=overwrite_id is not None)
    return Overwrite(id=found or 0, type=kind or 0, allow=_bits(fields, "allow"), deny=_bits(fields, "deny"))


def _bits(fields: Fields, name: str) -> int:
    value = fields.body.get(name)
    if value is None:
        return 0
    bits = digits(value)
    if bits is None or bits > _LARGEST_BITS:
        fields.fault(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        return 0
    return bits
