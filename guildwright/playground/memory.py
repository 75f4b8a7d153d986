"""The state as it is read: plain dictionaries, with the few indexes that requests look things up by."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from guildwright.playground.records import (
    Application,
    AuditEntry,
    Ban,
    Channel,
    ClockSetting,
    Command,
    CommandPermissions,
    Departed,
    Effect,
    Emoji,
    Entitlement,
    Grant,
    Guild,
    Interaction,
    Invite,
    Member,
    Message,
    Nonce,
    Presence,
    Record,
    Role,
    Sku,
    ThreadMember,
    User,
    VoiceState,
    Webhook,
)

type _Place = tuple[dict[Any, Any], Any]
type _Nested[T] = dict[int, dict[int, T]]


class Memory:
    """Written by the store alone. Nested dictionaries are by guild, channel or thread first."""

    def __init__(self) -> None:
        self.applications: dict[int, Application] = {}
        self.users: dict[int, User] = {}
        self.presences: dict[int, Presence] = {}
        self.grants: dict[str, Grant] = {}
        self.skus: dict[int, Sku] = {}
        self.entitlements: dict[int, Entitlement] = {}
        self.guilds: dict[int, Guild] = {}
        self.roles: dict[int, Role] = {}
        self.channels: dict[int, Channel] = {}
        self.members: _Nested[Member] = defaultdict(dict)
        self.departed: _Nested[Departed] = defaultdict(dict)
        self.thread_members: _Nested[ThreadMember] = defaultdict(dict)
        self.voice_states: _Nested[VoiceState] = defaultdict(dict)
        self.bans: _Nested[Ban] = defaultdict(dict)
        self.invites: dict[str, Invite] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.emojis: dict[int, Emoji] = {}
        self.audit_log: _Nested[AuditEntry] = defaultdict(dict)
        self.messages: _Nested[Message] = defaultdict(dict)
        self.nonces: dict[str, Nonce] = {}
        self.commands: dict[int, Command] = {}
        self.command_permissions: _Nested[CommandPermissions] = defaultdict(dict)
        self.interactions: dict[int, Interaction] = {}
        self.interaction_tokens: dict[str, int] = {}
        self.effects: dict[str, Effect] = {}
        self.clock_settings: dict[str, ClockSetting] = {}
        self.roles_of: _Nested[Role] = defaultdict(dict)
        self.channels_of: _Nested[Channel] = defaultdict(dict)
        self.threads_of: _Nested[Channel] = defaultdict(dict)
        self.emojis_of: _Nested[Emoji] = defaultdict(dict)
        self.direct: dict[int, Channel] = {}
        self.largest_id = 0
        # Where links to files lead: the address under which a client last came in.
        self.origin = "http://127.0.0.1"

    def apply(self, record: Record) -> None:
        """Make a kept record readable."""
        number = getattr(record, "id", 0)
        if isinstance(number, int) and number > self.largest_id:
            self.largest_id = number
        for home, key in _PLACES[record.kind](self, record):
            home[key] = record
        if isinstance(record, Interaction):
            self.interaction_tokens[record.token] = record.id

    def forget(self, record: Record) -> None:
        """Make a dropped record unreadable."""
        for home, key in _PLACES[record.kind](self, record):
            home.pop(key, None)
        if isinstance(record, Interaction):
            self.interaction_tokens.pop(record.token, None)
        elif isinstance(record, Channel):
            self.messages.pop(record.id, None)

    @property
    def application(self) -> Application:
        """The one application."""
        return next(iter(self.applications.values()))

    def guild_roles(self, guild_id: int) -> list[Role]:
        """The guild's roles, lowest first, as the hierarchy orders them."""
        return sorted(self.roles_of[guild_id].values(), key=lambda role: (role.position, -role.id))

    def guild_channels(self, guild_id: int) -> list[Channel]:
        """The guild's channels in their order, without threads."""
        return sorted(self.channels_of[guild_id].values(), key=lambda channel: (channel.position, channel.id))

    def guild_threads(self, guild_id: int) -> list[Channel]:
        """The guild's threads, oldest first, the archived ones too."""
        return list(self.threads_of[guild_id].values())

    def guild_emojis(self, guild_id: int | None) -> list[Emoji]:
        """The guild's own emojis, oldest first; without a guild the application's."""
        return list(self.emojis_of[guild_id or 0].values())

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

    def named_files(self) -> set[int]:
        """The files that messages, their snapshots and options of commands name."""
        kept = [message for messages in self.messages.values() for message in messages.values() if message.attachments]
        snapshots = [
            part for messages in self.messages.values() for entry in messages.values() for part in entry.snapshots
        ]
        named = [entry for message in kept for entry in message.attachments]
        named += [entry for snapshot in snapshots for entry in snapshot["message"].get("attachments", ())]
        for interaction in self.interactions.values():
            named += interaction.data.get("resolved", {}).get("attachments", {}).values()
        return {int(entry["id"]) for entry in named}

    def direct_channel(self, user_id: int) -> Channel | None:
        """The private channel between the bot and a user."""
        return self.direct.get(user_id)

    def scoped_commands(self, guild_id: int | None) -> list[Command]:
        """The commands registered globally (None) or for one guild."""
        return [command for command in self.commands.values() if command.guild_id == guild_id]


def _channel_places(memory: Memory, record: Channel) -> list[_Place]:
    places: list[_Place] = [(memory.channels, record.id)]
    if record.recipient_id:
        places.append((memory.direct, record.recipient_id))
    elif record.guild_id:
        index = memory.threads_of if record.thread else memory.channels_of
        places.append((index[record.guild_id], record.id))
    return places


_PLACES: dict[str, Callable[[Memory, Any], list[_Place]]] = {
    Application.kind: lambda memory, record: [(memory.applications, record.id)],
    User.kind: lambda memory, record: [(memory.users, record.id)],
    Presence.kind: lambda memory, record: [(memory.presences, record.user_id)],
    Grant.kind: lambda memory, record: [(memory.grants, record.id)],
    Sku.kind: lambda memory, record: [(memory.skus, record.id)],
    Entitlement.kind: lambda memory, record: [(memory.entitlements, record.id)],
    Guild.kind: lambda memory, record: [(memory.guilds, record.id)],
    Role.kind: lambda memory, record: [(memory.roles, record.id), (memory.roles_of[record.guild_id], record.id)],
    Channel.kind: _channel_places,
    Member.kind: lambda memory, record: [(memory.members[record.guild_id], record.user_id)],
    Departed.kind: lambda memory, record: [(memory.departed[record.guild_id], record.user_id)],
    ThreadMember.kind: lambda memory, record: [(memory.thread_members[record.thread_id], record.user_id)],
    VoiceState.kind: lambda memory, record: [(memory.voice_states[record.guild_id], record.user_id)],
    Ban.kind: lambda memory, record: [(memory.bans[record.guild_id], record.user_id)],
    Invite.kind: lambda memory, record: [(memory.invites, record.code)],
    Webhook.kind: lambda memory, record: [(memory.webhooks, record.id)],
    Emoji.kind: lambda memory, record: [
        (memory.emojis, record.id),
        (memory.emojis_of[record.guild_id or 0], record.id),
    ],
    AuditEntry.kind: lambda memory, record: [(memory.audit_log[record.guild_id], record.id)],
    Message.kind: lambda memory, record: [(memory.messages[record.channel_id], record.id)],
    Nonce.kind: lambda memory, record: [(memory.nonces, record.key)],
    Command.kind: lambda memory, record: [(memory.commands, record.id)],
    CommandPermissions.kind: lambda memory, record: [(memory.command_permissions[record.guild_id], record.command_id)],
    Interaction.kind: lambda memory, record: [(memory.interactions, record.id)],
    Effect.kind: lambda memory, record: [(memory.effects, record.key)],
    ClockSetting.kind: lambda memory, record: [(memory.clock_settings, record.key)],
}
