"""Looking up what a thread's route names, with the refusals that belong to it."""

from guildwright.playground import errors
from guildwright.playground.bits import NOTHING, ChannelType, Permission
from guildwright.playground.errors import DiscordError
from guildwright.playground.records import Channel
from guildwright.playground.rest.call import Call

# Which threads a channel may have.
KINDS = {
    ChannelType.GUILD_TEXT: {ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD},
    ChannelType.GUILD_ANNOUNCEMENT: {ChannelType.ANNOUNCEMENT_THREAD},
    ChannelType.GUILD_FORUM: {ChannelType.PUBLIC_THREAD},
}


def parent_of(call: Call, channel_id: int, needed: Permission) -> Channel:
    """A channel that has threads."""
    channel = call.channel(channel_id)
    if channel.guild_id is None:
        raise DiscordError(400, 50003, "Cannot execute action on a DM channel")
    if channel.type not in KINDS:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    return call.channel(channel_id, needed)


def thread_of(call: Call, channel_id: int, needed: Permission = NOTHING, *, awake: bool = True) -> Channel:
    """A thread, by default one that is not archived."""
    channel = call.channel(channel_id, needed)
    if channel.thread is None:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    if awake and channel.thread.archived:
        raise errors.thread_archived()
    return channel
