"""Guilds and all that belongs to one: roles, channels, threads, members, bans, invites, webhooks, the audit log."""

from datetime import datetime, timedelta
from typing import ClassVar

import msgspec

from guildwright.playground.records.base import Json, Record, Thing


class Guild(Thing, frozen=True, kw_only=True):
    """A server. `settings` holds the fields of Discord's guild object that the playground only keeps and returns."""

    kind: ClassVar[str] = "guild"
    name: str
    owner_id: int
    locale: str = "en-US"
    features: tuple[str, ...] = ()
    settings: Json = msgspec.field(default_factory=dict)


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
    unicode_emoji: str | None = None


class Overwrite(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel allows or denies to a role (type 0) or a member (type 1)."""

    id: int
    type: int
    allow: int = 0
    deny: int = 0


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a channel a thread."""

    archived: bool = False
    archived_at: str
    locked: bool = False
    archive_minutes: int = 1440
    invitable: bool = True
    made_at: str
    sent: int = 0


class Channel(Thing, frozen=True, kw_only=True):
    """A guild's channel, a thread of one, or a private one with its recipient. `settings` as in Guild."""

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
    owner_id: int | None = None
    thread: Thread | None = None
    tags: tuple[int, ...] = ()
    flags: int = 0
    pinned_at: str | None = None
    settings: Json = msgspec.field(default_factory=dict)

    @property
    def state(self) -> Thread:
        """What makes it a thread.

        Raises:
            TypeError: it is none.
        """
        if self.thread is None:
            raise TypeError(f"{self.name} ({self.id}) is no thread")
        return self.thread


class OfGuild(Record, frozen=True, kw_only=True):
    """What a user is or has in a guild, once in each."""

    guild_id: int
    user_id: int

    @property
    def key(self) -> str:
        """Guild and user."""
        return f"{self.guild_id}:{self.user_id}"


class Member(OfGuild, frozen=True, kw_only=True):
    """A user's membership of a guild. Moments are ISO 8601."""

    kind: ClassVar[str] = "member"
    joined_at: str
    roles: tuple[int, ...] = ()
    nick: str | None = None
    timeout_until: str | None = None
    mute: bool = False
    deaf: bool = False
    flags: int = 0


class Departed(OfGuild, frozen=True, kw_only=True):
    """That somebody was a member once: whoever comes back has Discord's flag DID_REJOIN."""

    kind: ClassVar[str] = "departed"


class ThreadMember(Record, frozen=True, kw_only=True):
    """That somebody takes part in a thread."""

    kind: ClassVar[str] = "thread_member"
    thread_id: int
    user_id: int
    joined_at: str

    @property
    def key(self) -> str:
        """Thread and user."""
        return f"{self.thread_id}:{self.user_id}"


class VoiceState(OfGuild, frozen=True, kw_only=True):
    """Where somebody is in voice, and what of theirs is off."""

    kind: ClassVar[str] = "voice_state"
    channel_id: int
    session_id: str
    self_mute: bool = False
    self_deaf: bool = False


class Ban(OfGuild, frozen=True, kw_only=True):
    """A user who may not come back."""

    kind: ClassVar[str] = "ban"
    reason: str | None = None


class Invite(Record, frozen=True, kw_only=True):
    """A way in."""

    kind: ClassVar[str] = "invite"
    code: str
    guild_id: int
    channel_id: int
    inviter_id: int
    made_at: str
    max_age: int = 86400
    max_uses: int = 0
    uses: int = 0
    temporary: bool = False
    roles: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The code."""
        return self.code

    @property
    def ends_at(self) -> datetime | None:
        """When it stops working; None is never."""
        return datetime.fromisoformat(self.made_at) + timedelta(seconds=self.max_age) if self.max_age else None


class Webhook(Thing, frozen=True, kw_only=True):
    """An incoming webhook (type 1) or one that follows a channel (type 2)."""

    kind: ClassVar[str] = "webhook"
    type: int = 1
    guild_id: int
    channel_id: int
    user_id: int
    name: str
    token: str
    avatar: str | None = None
    application_id: int | None = None
    source_channel_id: int | None = None


class Emoji(Thing, frozen=True, kw_only=True):
    """A guild's own emoji (or, without a guild, the application's)."""

    kind: ClassVar[str] = "emoji"
    guild_id: int | None
    name: str
    user_id: int
    roles: tuple[int, ...] = ()
    animated: bool = False


class AuditEntry(Thing, frozen=True, kw_only=True):
    """Who did what to whom, and why."""

    kind: ClassVar[str] = "audit_entry"
    guild_id: int
    user_id: int
    action: int
    target_id: int | None = None
    reason: str | None = None
    changes: tuple[Json, ...] = ()
    options: Json | None = None
