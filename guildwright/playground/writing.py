"""Where nobody can write, or not yet: the rules beyond permissions, the same for bots and for people."""

from datetime import timedelta

from guildwright.playground.bits import ChannelType, Permission
from guildwright.playground.errors import DiscordError
from guildwright.playground.ids import made_when
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel
from guildwright.playground.threads import WRITTEN

_EXEMPT = Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS | Permission.BYPASS_SLOWMODE


def check(play: Playground, channel: Channel, author_id: int) -> None:
    """Refuse to write a message here.

    Raises:
        DiscordError: 50008 or 40058 (no messages here), 160005 (a locked thread), 20016 (slow mode, people only).
    """
    if channel.type == ChannelType.GUILD_FORUM:
        raise DiscordError(400, 40058, "Cannot send a message in a forum channel")
    if channel.type == ChannelType.GUILD_CATEGORY:
        raise DiscordError(400, 50008, "Cannot send messages in a non-text channel")
    held = play.permissions.in_channel(channel, author_id)
    if channel.thread and channel.thread.locked and not held & Permission.MANAGE_THREADS:
        raise DiscordError(403, 160005, "Thread is locked")
    if channel.slowmode and not play.memory.users[author_id].bot and not held & _EXEMPT:
        _check_pace(play, channel, author_id)


def _check_pace(play: Playground, channel: Channel, author_id: int) -> None:
    messages = reversed(play.memory.messages.get(channel.id, {}).values())
    own = (entry for entry in messages if entry.author_id == author_id and entry.type in WRITTEN)
    last = next(own, None)
    if last and play.clock.now() - made_when(last.id, last.sent_at) < timedelta(seconds=channel.slowmode):
        raise DiscordError(429, 20016, "This action cannot be performed due to slowmode rate limit")
