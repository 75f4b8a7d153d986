"""Finding what a control request names, or refusing with the field that named it."""

from guildwright.playground.bits import NOTHING, Permission
from guildwright.playground.control.errors import forbidden, snowflake, unknown
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Guild, Interaction, Member, Message, Role, User


class Lookup:
    """Look-ups in the present state."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._memory = play.memory

    def guild(self, text: str, field: str = "guild_id") -> Guild:
        """A guild."""
        found = self._memory.guilds.get(snowflake(text, field))
        if found is None:
            raise unknown("guild", text, field)
        return found

    def user(self, text: str, field: str = "user_id") -> User:
        """A user."""
        found = self._memory.users.get(snowflake(text, field))
        if found is None:
            raise unknown("user", text, field)
        return found

    def person(self, text: str, field: str = "user_id") -> User:
        """A user who is not a bot: only people can be acted for."""
        found = self.user(text, field)
        if found.bot:
            raise forbidden(f"{found.username} is a bot; it acts through Discord's API.", field)
        return found

    def channel(self, text: str, field: str = "channel_id") -> Channel:
        """A channel."""
        found = self._memory.channels.get(snowflake(text, field))
        if found is None:
            raise unknown("channel", text, field)
        return found

    def role(self, guild: Guild, text: str, field: str = "role_id") -> Role:
        """A role of the guild."""
        found = self._memory.roles.get(snowflake(text, field))
        if found is None or found.guild_id != guild.id:
            raise unknown("role", text, field)
        return found

    def member(self, guild: Guild, text: str, field: str = "user_id") -> Member:
        """A member of the guild."""
        found = self._memory.member(guild.id, snowflake(text, field))
        if found is None:
            raise unknown("member", text, field)
        return found

    def interaction(self, text: str, field: str = "interaction_id") -> Interaction:
        """An interaction."""
        found = self._memory.interactions.get(snowflake(text, field))
        if found is None:
            raise unknown("interaction", text, field)
        return found

    def seen_message(self, user: User, text: str, field: str = "message_id") -> Message:
        """A message that the user sees."""
        message_id = snowflake(text, field)
        for channel_id, messages in self._memory.messages.items():
            message = messages.get(message_id)
            if message and message.private_to in {None, user.id}:
                channel = self._memory.channels[channel_id]
                if self.rights(channel, user) & Permission.VIEW_CHANNEL:
                    return message
        raise unknown("message", text, field)

    def rights(self, channel: Channel, user: User) -> Permission:
        """The user's permissions in the channel."""
        return self._play.permissions.in_channel(channel, user.id)

    def visible_channel(self, user: User, text: str, needed: Permission = NOTHING) -> Channel:
        """A channel that the user sees and where the user holds the permissions."""
        channel = self.channel(text)
        held = self.rights(channel, user)
        if not held & Permission.VIEW_CHANNEL:
            raise forbidden(f"{user.username} does not see this channel.", "channel_id")
        if needed & ~held:
            raise forbidden(lacking(user, needed & ~held, "in this channel"), "channel_id")
        return channel


def lacking(user: User, missing: Permission, where: str) -> str:
    """That somebody may not, with the permissions by the names that people know."""
    names = [str(flag.name).replace("_", " ").capitalize() for flag in Permission if flag & missing]
    word = "permission" if len(names) == 1 else "permissions"
    return f"{user.global_name or user.username} needs the {word} {', '.join(names)} {where}."
