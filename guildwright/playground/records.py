"""What the playground remembers: one frozen record per thing, each with the key it is stored under."""

from typing import Any, ClassVar

import msgspec

type Json = dict[str, Any]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that is kept."""

    kind: ClassVar[str]

    @property
    def key(self) -> str:
        """Where the store keeps it; unique within its kind."""
        raise NotImplementedError


class Thing(Record, frozen=True, kw_only=True):
    """A record that has a snowflake of its own."""

    id: int

    @property
    def key(self) -> str:
        """The snowflake."""
        return str(self.id)


class Application(Thing, frozen=True, kw_only=True):
    """The one bot application; its bot user has the same id."""

    kind: ClassVar[str] = "application"
    name: str
    token: str
    owner_id: int
    privileged_intents: int
    starts_since: str
    starts_used: int = 0


class User(Thing, frozen=True, kw_only=True):
    """A person or a bot."""

    kind: ClassVar[str] = "user"
    username: str
    global_name: str | None = None
    bot: bool = False
    locale: str = "en-GB"


class Guild(Thing, frozen=True, kw_only=True):
    """A server."""

    kind: ClassVar[str] = "guild"
    name: str
    owner_id: int
    locale: str = "en-US"
    features: tuple[str, ...] = ()


class Role(Thing, frozen=True, kw_only=True):
    """A role; the one whose id is the guild's is @everyone."""

    kind: ClassVar[str] = "role"
    guild_id: int
    name: str
    permissions: int
    position: int
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    bot_id: int | None = None


class Overwrite(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel allows or denies to a role (type 0) or a member (type 1)."""

    id: int
    type: int
    allow: int = 0
    deny: int = 0


class Channel(Thing, frozen=True, kw_only=True):
    """A guild's channel, or a private one with its recipient."""

    kind: ClassVar[str] = "channel"
    type: int
    guild_id: int | None = None
    name: str = ""
    topic: str | None = None
    position: int = 0
    parent_id: int | None = None
    overwrites: tuple[Overwrite, ...] = ()
    recipient_id: int | None = None
    nsfw: bool = False
    slowmode: int = 0


class Member(Record, frozen=True, kw_only=True):
    """A user's membership of a guild. Moments are ISO 8601."""

    kind: ClassVar[str] = "member"
    guild_id: int
    user_id: int
    joined_at: str
    roles: tuple[int, ...] = ()
    nick: str | None = None
    timeout_until: str | None = None

    @property
    def key(self) -> str:
        """Guild and user."""
        return f"{self.guild_id}:{self.user_id}"


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """One emoji under a message, with who set it, in order."""

    name: str
    id: int | None = None
    users: tuple[int, ...] = ()


class Message(Thing, frozen=True, kw_only=True):
    """A message. `private_to` is the only user who sees it (flag 64)."""

    kind: ClassVar[str] = "message"
    channel_id: int
    guild_id: int | None
    author_id: int
    content: str = ""
    sent_at: str
    edited_at: str | None = None
    type: int = 0
    flags: int = 0
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    mentions: tuple[int, ...] = ()
    mention_roles: tuple[int, ...] = ()
    mention_everyone: bool = False
    reply_to: int | None = None
    nonce: str | int | None = None
    pinned: bool = False
    private_to: int | None = None
    interaction_id: int | None = None
    reactions: tuple[Reaction, ...] = ()


class Command(Thing, frozen=True, kw_only=True):
    """A registered application command; `body` is as Discord returns it, without ids."""

    kind: ClassVar[str] = "command"
    guild_id: int | None
    version: int
    body: Json


class Interaction(Thing, frozen=True, kw_only=True):
    """What a member did with the bot, and how far the answer is."""

    kind: ClassVar[str] = "interaction"
    token: str
    type: int
    guild_id: int | None
    channel_id: int
    user_id: int
    data: Json
    command_name: str | None = None
    source_message_id: int | None = None
    parent_id: int | None = None
    callback: int | None = None
    settled: bool = False
    expired: bool = False
    reply_id: int | None = None
    modal: Json | None = None
    modal_sent: bool = False
    choices: tuple[Json, ...] = ()

    def as_sent(self) -> "Interaction":
        """The same, its modal sent by the member."""
        return msgspec.structs.replace(self, modal_sent=True)


class Nonce(Record, frozen=True, kw_only=True):
    """That a message with this nonce was created, and when (ISO 8601)."""

    kind: ClassVar[str] = "nonce"
    channel_id: int
    author_id: int
    nonce: str
    message_id: int
    at: str

    @property
    def key(self) -> str:
        """Channel, author and nonce."""
        return f"{self.channel_id}:{self.author_id}:{self.nonce}"


class Effect(Record, frozen=True, kw_only=True):
    """How often something was really done, per place: the oracle for "exactly once"."""

    kind: ClassVar[str] = "effect"
    name: str
    guild_id: int | None
    channel_id: int | None
    count: int

    @property
    def key(self) -> str:
        """Name and place."""
        return f"{self.name}:{self.guild_id or 0}:{self.channel_id or 0}"


KINDS: tuple[type[Record], ...] = (
    Application,
    User,
    Guild,
    Role,
    Channel,
    Member,
    Message,
    Command,
    Interaction,
    Nonce,
    Effect,
)
