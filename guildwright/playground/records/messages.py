"""Messages and what hangs on them."""

from typing import ClassVar

import msgspec

from guildwright.playground.records.base import Json, Record, Thing


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """One emoji under a message, with who set it, in order."""

    name: str
    id: int | None = None
    users: tuple[int, ...] = ()


class Message(Thing, frozen=True, kw_only=True):
    """A message. `private_to` is the only user who sees it (flag 64). A webhook's author is the webhook."""

    kind: ClassVar[str] = "message"
    channel_id: int
    guild_id: int | None
    author_id: int
    content: str = ""
    sent_at: str  # noted after the id was drawn; see `ids.made_when`
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
    reference: Json | None = None
    snapshots: tuple[Json, ...] = ()
    nonce: str | int | None = None
    pinned: bool = False
    pinned_at: str | None = None
    private_to: int | None = None
    interaction_id: int | None = None
    webhook_id: int | None = None
    webhook_name: str | None = None
    webhook_avatar: str | None = None
    thread_id: int | None = None
    tts: bool = False
    reactions: tuple[Reaction, ...] = ()


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
