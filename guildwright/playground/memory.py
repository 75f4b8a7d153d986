"""The state as it is read: plain dictionaries, with the few indexes that requests look things up by."""

from collections import defaultdict
from collections.abc import Iterable

from guildwright.playground.records import (
    Application,
    Channel,
    Command,
    Effect,
    Guild,
    Interaction,
    Member,
    Message,
    Nonce,
    Record,
    Role,
    User,
)


class Memory:
    """Written by the store alone."""

    def __init__(self) -> None:
        self.applications: dict[int, Application] = {}
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.roles: dict[int, Role] = {}
        self.channels: dict[int, Channel] = {}
        self.members: dict[int, dict[int, Member]] = defaultdict(dict)
        self.messages: dict[int, dict[int, Message]] = defaultdict(dict)
        self.commands: dict[int, Command] = {}
        self.interactions: dict[int, Interaction] = {}
        self.interaction_tokens: dict[str, int] = {}
        self.nonces: dict[str, Nonce] = {}
        self.effects: dict[str, Effect] = {}
        self.largest_id = 0

    def apply(self, record: Record) -> None:  # noqa: C901 - one arm per kind
        """Make a kept record readable."""
        self.largest_id = max(self.largest_id, getattr(record, "id", 0))
        match record:
            case Application():
                self.applications[record.id] = record
            case User():
                self.users[record.id] = record
            case Guild():
                self.guilds[record.id] = record
            case Role():
                self.roles[record.id] = record
            case Channel():
                self.channels[record.id] = record
            case Member():
                self.members[record.guild_id][record.user_id] = record
            case Message():
                self.messages[record.channel_id][record.id] = record
            case Command():
                self.commands[record.id] = record
            case Interaction():
                self.interactions[record.id] = record
                self.interaction_tokens[record.token] = record.id
            case Nonce():
                self.nonces[record.key] = record
            case Effect():
                self.effects[record.key] = record

    def forget(self, record: Record) -> None:
        """Make a dropped record unreadable."""
        match record:
            case Guild():
                self.guilds.pop(record.id, None)
            case Role():
                self.roles.pop(record.id, None)
            case Channel():
                self.channels.pop(record.id, None)
                self.messages.pop(record.id, None)
            case Member():
                self.members[record.guild_id].pop(record.user_id, None)
            case Message():
                self.messages[record.channel_id].pop(record.id, None)
            case Command():
                self.commands.pop(record.id, None)
            case Interaction():
                self.interactions.pop(record.id, None)
                self.interaction_tokens.pop(record.token, None)
            case Nonce():
                self.nonces.pop(record.key, None)
            case Effect():
                self.effects.pop(record.key, None)

    @property
    def application(self) -> Application:
        """The one application."""
        return next(iter(self.applications.values()))

    def guild_roles(self, guild_id: int) -> list[Role]:
        """The guild's roles, lowest first, as the hierarchy orders them."""
        roles = (role for role in self.roles.values() if role.guild_id == guild_id)
        return sorted(roles, key=lambda role: (role.position, -role.id))

    def guild_channels(self, guild_id: int) -> list[Channel]:
        """The guild's channels in their order."""
        channels = (channel for channel in self.channels.values() if channel.guild_id == guild_id)
        return sorted(channels, key=lambda channel: (channel.position, channel.id))

    def member(self, guild_id: int, user_id: int) -> Member | None:
        """A membership, if there is one."""
        return self.members.get(guild_id, {}).get(user_id)

    def bot_guilds(self) -> list[Guild]:
        """The guilds that the bot is a member of."""
        bot = self.application.id
        return [guild for guild in self.guilds.values() if bot in self.members.get(guild.id, {})]

    def public_messages(self, channel_id: int) -> Iterable[Message]:
        """A channel's history, oldest first, without private replies."""
        return [message for message in self.messages.get(channel_id, {}).values() if message.private_to is None]

    def last_message_id(self, channel_id: int) -> int | None:
        """The newest public message."""
        public = (
            message.id for message in reversed(self.messages.get(channel_id, {}).values()) if message.private_to is None
        )
        return next(public, None)

    def direct_channel(self, user_id: int) -> Channel | None:
        """The private channel between the bot and a user."""
        return next((channel for channel in self.channels.values() if channel.recipient_id == user_id), None)

    def scoped_commands(self, guild_id: int | None) -> list[Command]:
        """The commands registered globally (None) or for one guild."""
        return [command for command in self.commands.values() if command.guild_id == guild_id]
