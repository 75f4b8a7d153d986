"""Who looks where: the guild, channel and member that a page is drawn for, chosen when the address says nothing."""

from dataclasses import dataclass

from guildwright.playground.bits import THREAD_TYPES, Permission
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Guild, Member, Message, Role, User

# The channel a newcomer is shown first, where the guild has it.
_FIRST_CHANNEL = "giveaways"
_OPENED = frozenset({0, 2, 5, 15})
_SEEN = _OPENED | THREAD_TYPES


@dataclass(frozen=True)
class Seat:
    """A member in a channel that they may see."""

    guild: Guild
    channel: Channel
    user: User

    @property
    def key(self) -> tuple[int, int]:
        """What tells one seat from another."""
        return (self.user.id, self.channel.id)


class Vacant(Exception):  # noqa: N818 - a state, not a fault
    """There is no guild with a member and a channel to show."""


def seat(play: Playground, guild_id: int | None, channel_id: int | None, user_id: int | None) -> Seat:
    """The seat that an address names; what it leaves out, or what is gone, is chosen. Raises Vacant."""
    channel = play.memory.channels.get(channel_id or 0)
    if channel and channel.recipient_id:
        if found := _private(play, channel, guild_id, user_id):
            return found
        user_id = user_id or channel.recipient_id
        channel = None
    guild = play.memory.guilds.get((channel.guild_id if channel else guild_id) or 0)
    guild = guild or next(iter(play.memory.guilds.values()), None)
    if guild is None:
        raise Vacant
    user = _user(play, guild, user_id)
    if channel and channel.type in _SEEN and sees(play, channel, user):
        return Seat(guild, channel, user)
    visible = channels(play, guild, user)
    if not visible:
        raise Vacant
    return Seat(guild, next((one for one in visible if one.name == _FIRST_CHANNEL), visible[0]), user)


def _private(play: Playground, channel: Channel, guild_id: int | None, user_id: int | None) -> Seat | None:
    """A private channel is seen by its recipient alone, from any server that they are in."""
    user = play.memory.users.get(channel.recipient_id or 0)
    if user is None or user_id not in {None, user.id}:
        return None
    theirs = [guild for guild in play.memory.guilds.values() if play.memory.member(guild.id, user.id)]
    guild = next((guild for guild in theirs if guild.id == guild_id), theirs[0] if theirs else None)
    return Seat(guild, channel, user) if guild else None


def people(play: Playground, guild: Guild) -> list[tuple[Member, User]]:
    """The members one can act as: everybody but bots, in the order they were made."""
    pairs = ((member, play.memory.users[member.user_id]) for member in play.memory.members[guild.id].values())
    return sorted((pair for pair in pairs if not pair[1].bot), key=lambda pair: pair[1].id)


def _user(play: Playground, guild: Guild, user_id: int | None) -> User:
    users = [user for _, user in people(play, guild)]
    if not users:
        raise Vacant
    # Not the owner: whoever may do everything sees least of what the bot checks.
    first = next((user for user in users if user.id != guild.owner_id), users[0])
    return next((user for user in users if user.id == user_id), first)


def channels(play: Playground, guild: Guild, user: User) -> list[Channel]:
    """The channels that the member can open: text, voice (for its chat), announcements, forums."""
    texts = (channel for channel in play.memory.guild_channels(guild.id) if channel.type in _OPENED)
    return [channel for channel in texts if sees(play, channel, user)]


def sees(play: Playground, channel: Channel, user: User) -> bool:
    """Whether the member may look into the channel."""
    return bool(play.permissions.in_channel(channel, user.id) & Permission.VIEW_CHANNEL)


def may_write(play: Playground, at: Seat) -> bool:
    """Whether the member may write where they sit."""
    needed = Permission.SEND_MESSAGES_IN_THREADS if at.channel.thread else Permission.SEND_MESSAGES
    return bool(play.permissions.in_channel(at.channel, at.user.id) & needed)


def still_there(play: Playground, at: Seat) -> bool:
    """Whether the member is still in the guild and sees the channel."""
    try:
        return seat(play, at.guild.id, at.channel.id, at.user.id).key == at.key
    except Vacant:
        return False


def visible_to(message: Message, user: User) -> bool:
    """Whether the message is public or private to this member."""
    return message.private_to in (None, user.id)


def roles(play: Playground, guild: Guild, member: Member) -> list[Role]:
    """The member's own roles, highest first."""
    return [role for role in reversed(play.permissions.roles(member)) if role.id != guild.id]
