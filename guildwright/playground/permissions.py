"""What a member may do, computed the way Discord's documentation says: roles, overwrites, ownership, timeouts."""

from collections.abc import Iterable
from datetime import datetime

from guildwright.playground.bits import EVERYTHING, TIMED_OUT, ChannelType, Permission
from guildwright.playground.clock import Clock
from guildwright.playground.memory import Memory
from guildwright.playground.records import Channel, Member, Overwrite, Role

# Plain numbers: an operation of IntFlag costs a microsecond, and these are asked for with every event.
_EVERYTHING, _TIMED_OUT = int(EVERYTHING), int(TIMED_OUT)
_VIEW, _SEND = int(Permission.VIEW_CHANNEL), int(Permission.SEND_MESSAGES)
_ADMINISTRATOR = int(Permission.ADMINISTRATOR)
_MANAGE_THREADS = int(Permission.MANAGE_THREADS)
_SEND_IN_THREADS = int(Permission.SEND_MESSAGES_IN_THREADS)
_WITH_WORDS = int(Permission.MENTION_EVERYONE | Permission.EMBED_LINKS | Permission.ATTACH_FILES)


class Permissions:
    """Answers questions about the present state."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock

    def timed_out(self, member: Member) -> bool:
        """Whether the member may not write for now."""
        until = member.timeout_until
        return until is not None and datetime.fromisoformat(until) > self._clock.now()

    def roles(self, member: Member) -> list[Role]:
        """The member's roles with @everyone, lowest first."""
        held = {member.guild_id, *member.roles}
        return [role for role in self._memory.guild_roles(member.guild_id) if role.id in held]

    def in_guild(self, guild_id: int, user_id: int) -> Permission:
        """The member's permissions before any channel has its say."""
        return Permission(self._in_guild(guild_id, user_id))

    def in_channel(self, channel: Channel, user_id: int) -> Permission:
        """The member's permissions in the channel; without VIEW_CHANNEL nothing else counts."""
        return Permission(self._in_channel(channel, user_id))

    def sees(self, channel: Channel, user_id: int) -> bool:
        """Whether the channel is there for the member: asked for every event, so without the price of flags."""
        return bool(self._in_channel(channel, user_id) & _VIEW)

    def may_write(self, channel: Channel, user_id: int) -> bool:
        """Whether the member may send messages there."""
        return bool(self._in_channel(channel, user_id) & _SEND)

    def _in_guild(self, guild_id: int, user_id: int) -> int:
        member = self._memory.member(guild_id, user_id)
        if member is None:
            return 0
        if self._memory.guilds[guild_id].owner_id == user_id:
            return _EVERYTHING
        roles = self._memory.roles_of[guild_id]
        allowed = 0
        for role_id in (guild_id, *member.roles):
            role = roles.get(role_id)
            if role:
                allowed |= role.permissions
        if allowed & _ADMINISTRATOR:
            return _EVERYTHING
        return allowed & _TIMED_OUT if self.timed_out(member) else allowed

    def _in_channel(self, channel: Channel, user_id: int) -> int:
        if channel.guild_id is None:
            return _EVERYTHING if user_id in {channel.recipient_id, self._memory.application.id} else 0
        base = self._in_guild(channel.guild_id, user_id)
        member = self._memory.member(channel.guild_id, user_id)
        if member is None or base & _ADMINISTRATOR:
            return base
        allowed = _overwritten(base, self._overwrites(channel), member)
        if self.timed_out(member):
            allowed &= _TIMED_OUT
        if not allowed & _VIEW:
            return 0
        if channel.thread:
            if not self._may_see(channel, user_id, allowed):
                return 0
            allowed = _in_thread(allowed)
        return allowed if allowed & _SEND else allowed & ~_WITH_WORDS

    def _overwrites(self, channel: Channel) -> tuple[Overwrite, ...]:
        """The channel's own, or of a thread those of the channel it is in."""
        parent = self._memory.channels.get(channel.parent_id or 0) if channel.thread else None
        return parent.overwrites if parent else channel.overwrites

    def _may_see(self, thread: Channel, user_id: int, allowed: int) -> bool:
        """Of a private thread: who takes part, or manages threads."""
        if thread.type != ChannelType.PRIVATE_THREAD or allowed & _MANAGE_THREADS:
            return True
        return user_id in self._memory.thread_members.get(thread.id, {})

    def highest_role(self, guild_id: int, user_id: int) -> Role:
        """The member's highest role (at least @everyone)."""
        member = self._memory.member(guild_id, user_id)
        return self.roles(member)[-1] if member else self._memory.roles[guild_id]

    def outranks_role(self, guild_id: int, user_id: int, role: Role) -> bool:
        """Whether the member stands above the role."""
        if self._memory.guilds[guild_id].owner_id == user_id:
            return True
        return _rank(self.highest_role(guild_id, user_id)) > _rank(role)

    def outranks_member(self, guild_id: int, user_id: int, other_id: int) -> bool:
        """Whether the member stands above the other one; nobody stands above the owner."""
        owner = self._memory.guilds[guild_id].owner_id
        if owner in {other_id, user_id}:
            return other_id != owner
        return self.outranks_role(guild_id, user_id, self.highest_role(guild_id, other_id))


def _in_thread(allowed: int) -> int:
    """SEND_MESSAGES means nothing in a thread: whoever may send there is said to hold it, and nobody else."""
    return allowed | _SEND if allowed & _SEND_IN_THREADS else allowed & ~_SEND


def _rank(role: Role) -> tuple[int, int]:
    """Of two roles at one position the older one is higher."""
    return (role.position, -role.id)


def _overwritten(base: int, overwrites: Iterable[Overwrite], member: Member) -> int:
    """Apply @everyone's overwrite, then those of the roles together, then the member's own."""
    if not overwrites:
        return base
    by_id = {overwrite.id: overwrite for overwrite in overwrites}
    everyone = by_id.get(member.guild_id)
    if everyone:
        base = (base & ~everyone.deny) | everyone.allow
    held = [by_id[role] for role in member.roles if role in by_id]
    deny, allow = 0, 0
    for overwrite in held:
        deny |= overwrite.deny
        allow |= overwrite.allow
    base = (base & ~deny) | allow
    own = by_id.get(member.user_id)
    if own:
        base = (base & ~own.deny) | own.allow
    return base
