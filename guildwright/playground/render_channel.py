"""Guild channels and threads as Discord's JSON; see `render` for private channels."""

from guildwright.playground.bits import ChannelType
from guildwright.playground.memory import Memory
from guildwright.playground.records import Channel, Json, ThreadMember

_STARTERS = {21}
_VOICE: Json = {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
_FORUM: Json = {
    "available_tags": [],
    "default_reaction_emoji": None,
    "default_sort_order": None,
    "default_forum_layout": 0,
}


def guild_channel(memory: Memory, record: Channel) -> Json:
    """A guild's channel or thread."""
    if record.thread:
        return thread(memory, record)
    body = _common(memory, record) | {
        "topic": record.topic,
        "position": record.position,
        "permission_overwrites": [
            {"id": str(entry.id), "type": entry.type, "allow": str(entry.allow), "deny": str(entry.deny)}
            for entry in record.overwrites
        ],
        "nsfw": record.nsfw,
    }
    match record.type:
        case ChannelType.GUILD_VOICE:
            body |= _VOICE
        case ChannelType.GUILD_FORUM:
            body |= _FORUM
        case ChannelType.GUILD_CATEGORY:
            for name in ("last_message_id", "topic"):
                del body[name]
    return body | record.settings


def _common(memory: Memory, record: Channel) -> Json:
    last = _last_post(memory, record) if record.type == ChannelType.GUILD_FORUM else memory.last_message_id(record.id)
    body: Json = {
        "id": str(record.id),
        "type": record.type,
        "flags": record.flags,
        "guild_id": str(record.guild_id),
        "name": record.name,
        "parent_id": str(record.parent_id) if record.parent_id else None,
        "last_message_id": str(last) if last else None,
        "rate_limit_per_user": record.slowmode,
    }
    return body | ({"last_pin_timestamp": record.pinned_at} if record.pinned_at else {})


def _last_post(memory: Memory, forum: Channel) -> int | None:
    posts = memory.threads_of.get(forum.guild_id or 0, {}).values()
    return max((post.id for post in posts if post.parent_id == forum.id), default=None)


def thread(memory: Memory, record: Channel, member: ThreadMember | None = None) -> Json:
    """A thread, with the bot's own membership where that belongs."""
    state = record.state
    members = memory.thread_members.get(record.id, {})
    metadata: Json = {
        "archived": state.archived,
        "archive_timestamp": state.archived_at,
        "auto_archive_duration": state.archive_minutes,
        "locked": state.locked,
        "create_timestamp": state.made_at,
    }
    if record.type == ChannelType.PRIVATE_THREAD:
        metadata["invitable"] = state.invitable
    body = _common(memory, record) | {
        "owner_id": str(record.owner_id),
        "thread_metadata": metadata,
        "message_count": min(state.sent, _count(memory, record)),
        "member_count": min(len(members), 50),
        "total_message_sent": state.sent,
    }
    if record.tags:
        body["applied_tags"] = [str(tag) for tag in record.tags]
    return body | ({"member": thread_member(member)} if member else {})


def _count(memory: Memory, record: Channel) -> int:
    """The messages in it, without the one that it began with."""
    return sum(
        message.private_to is None and message.type not in _STARTERS and message.id != record.id
        for message in memory.messages.get(record.id, {}).values()
    )


def thread_member(record: ThreadMember) -> Json:
    """A thread member object, without the guild's member."""
    return {
        "id": str(record.thread_id),
        "user_id": str(record.user_id),
        "join_timestamp": record.joined_at,
        "flags": 0,
    }
