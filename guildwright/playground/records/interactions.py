"""Commands, and what members do with them."""

from typing import ClassVar

import msgspec

from guildwright.playground.records.base import Json, Record, Thing


class Command(Thing, frozen=True, kw_only=True):
    """A registered application command; `body` is as Discord returns it, without ids."""

    kind: ClassVar[str] = "command"
    guild_id: int | None
    version: int
    body: Json


class CommandPermissions(Record, frozen=True, kw_only=True):
    """What a guild allows or denies for a command (or, under the application's id, for all of them)."""

    kind: ClassVar[str] = "command_permissions"
    guild_id: int
    command_id: int
    permissions: tuple[Json, ...]

    @property
    def key(self) -> str:
        """Guild and command."""
        return f"{self.guild_id}:{self.command_id}"


class Interaction(Thing, frozen=True, kw_only=True):
    """What a member did with the bot, and how far the answer is."""

    kind: ClassVar[str] = "interaction"
    token: str
    type: int
    guild_id: int | None
    channel_id: int
    user_id: int
    data: Json
    opened_at: str | None = None
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
