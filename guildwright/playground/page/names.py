"""The names a guild's ids stand for."""

from guildwright.playground.playground import Playground
from guildwright.playground.records import User


def name_of(user: User) -> str:
    """What a user is called where there is no nickname."""
    return user.global_name or user.username


class GuildNames:
    """Looks ids up in one guild (see `guildwright.platform.markup.names.Names`)."""

    def __init__(self, play: Playground, guild_id: int) -> None:
        self._memory = play.memory
        self._guild_id = guild_id

    def user(self, user_id: str) -> str | None:
        """The nickname here, else the display name."""
        user = self._memory.users.get(_number(user_id))
        if user is None:
            return None
        member = self._memory.member(self._guild_id, user.id)
        return member.nick if member and member.nick else name_of(user)

    def role(self, role_id: str) -> str | None:
        """The role's name, without the sign that @everyone carries in its own."""
        role = self._memory.roles.get(_number(role_id))
        return role.name.removeprefix("@") if role and role.guild_id == self._guild_id else None

    def channel(self, channel_id: str) -> str | None:
        """The channel's name."""
        channel = self._memory.channels.get(_number(channel_id))
        return channel.name if channel and channel.guild_id == self._guild_id else None

    def colour(self, user_id: str) -> int | None:
        """The colour of the member's highest role that has one."""
        member = self._memory.member(self._guild_id, _number(user_id))
        held = (self._memory.roles.get(role_id) for role_id in member.roles) if member else ()
        coloured = [role for role in held if role and role.color]
        return max(coloured, key=lambda role: role.position).color if coloured else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
