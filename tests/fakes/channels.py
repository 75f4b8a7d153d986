"""Discord as jobs see it: channels that remember every message, and members who come and go.

Behaves as `DiscordClient` promises: the same nonce makes one message for a while, a marker finds a message for ever.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import hikari

from guildwright.platform.discord.client import DiscordRefused, DiscordUnavailable
from guildwright.platform.discord.errors import DiscordClosed
from guildwright.platform.jobs.outcomes import Unknown


@dataclass
class Sent:
    """A message in a channel."""

    id: int
    channel_id: int
    content: str
    embeds: Sequence[hikari.Embed]
    custom_ids: list[str]
    labels: list[str]
    disabled: list[bool]
    pings: tuple[int, ...]
    edits: int = 0
    deleted: bool = False
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All that can be read in it."""
        return "\n".join([self.content, *(f"{embed.title}\n{embed.description}" for embed in self.embeds)])


@dataclass
class FakeChannels:
    """The part of `DiscordClient` that consumers use."""

    members: dict[int, tuple[int, ...]] = field(default_factory=dict)  # member → roles
    joined: dict[int, datetime] = field(default_factory=dict)  # member → when, where it is not long ago
    messages: list[Sent] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)  # channels that admit no message
    remembers: bool = False  # and says so without asking
    gone: set[int] = field(default_factory=set)  # channels that were deleted
    hidden: set[int] = field(default_factory=set)  # channels that the bot cannot see
    takes_files: bool = True  # the permission to attach some
    lost_answers: int = 0  # so many messages are made whose answer never arrives
    asked_members: list[int] = field(default_factory=list)
    application_id: int = 1
    away: bool = False  # knows no member at the moment
    hidden_history: bool = False  # no permission to read it
    on_send: Callable[[Sent], Awaitable[None]] | None = None  # what happens before the answer arrives
    _nonces: dict[str, Sent] = field(default_factory=dict)

    def forget_nonces(self) -> None:
        """Some minutes pass."""
        self._nonces.clear()

    @property
    def shown(self) -> list[Sent]:
        """What was not deleted."""
        return [message for message in self.messages if not message.deleted]

    async def send_message_once(
        self, channel_id: int, *, nonce: str, marker: str | None, since: object, **message: Any
    ) -> Any:
        if since is not None and nonce not in self._nonces:
            found = [m for m in self.messages if m.channel_id == channel_id and self._matches(m, marker, message)]
            if self.hidden_history or (found and marker is None):
                raise Unknown("nobody can tell")
            if found:
                return found[0]
        return await self.send_message(channel_id, nonce=nonce, **message)

    async def find_message(self, channel_id: int, marker: str, after: object) -> Any:
        del after
        self._look_into(channel_id)
        if self.hidden_history:
            raise Unknown("nobody can tell")
        found = [m for m in self.shown if m.channel_id == channel_id and marker in m.custom_ids]
        return found[0] if found else None

    async def send_message(  # noqa: PLR0913  Discord's own fields
        self,
        channel_id: int,
        *,
        nonce: str | None = None,
        content: str | None = None,
        embeds: Sequence[hikari.Embed] = (),
        components: Sequence[Any] = (),
        user_mentions: Sequence[int] = (),
        attachments: Sequence[Any] = (),
    ) -> Any:
        self._look_into(channel_id)
        if channel_id in self.refused or (attachments and not self.takes_files):
            if self.remembers:
                raise DiscordClosed("refused a short while ago", retry_after=50, nothing_done=True)
            raise DiscordRefused(50013, 403, "Missing Permissions")
        if nonce in self._nonces:
            return self._nonces[nonce]
        buttons = [button for row in components for button in row.components]
        sent = Sent(
            id=9_000_000_000 + len(self.messages),
            channel_id=channel_id,
            content=content or "",
            embeds=embeds,
            custom_ids=[button.custom_id for button in buttons],
            labels=[str(button.label) for button in buttons],
            disabled=[button.is_disabled for button in buttons],
            pings=tuple(user_mentions),
            files={file.filename: bytes(file.data) for file in attachments},
        )
        self.messages.append(sent)
        if nonce is not None:
            self._nonces[nonce] = sent
        if self.on_send is not None:
            await self.on_send(sent)
        if self.lost_answers:
            self.lost_answers -= 1
            raise DiscordUnavailable("no answer")
        return sent

    async def edit_message(
        self, channel_id: int, message_id: int, *, content: str | None, embeds: Any, components: Any
    ) -> None:
        sent = self._message(channel_id, message_id)
        buttons = [button for row in components for button in row.components]
        sent.content, sent.embeds, sent.edits = content or "", embeds, sent.edits + 1
        sent.labels = [str(button.label) for button in buttons]
        sent.disabled = [button.is_disabled for button in buttons]

    async def delete_message(self, channel_id: int, message_id: int, *, reason: str | None = None) -> bool:
        assert reason
        assert "(job " in reason
        if channel_id in self.gone:
            return False
        sent = self._message(channel_id, message_id)
        was_there, sent.deleted = not sent.deleted, True
        return was_there

    async def fetch_member(self, guild_id: int, member_id: int) -> Any:
        del guild_id
        self.asked_members.append(member_id)
        if self.away:
            raise DiscordUnavailable("no answer")
        if member_id not in self.members:
            return None
        return SimpleNamespace(id=member_id, role_ids=self.members[member_id], joined_at=self.joined_at(member_id))

    def joined_at(self, member_id: int) -> datetime:
        """When a member joined."""
        return self.joined.get(member_id, datetime(2020, 1, 1, tzinfo=UTC))

    @staticmethod
    def _matches(sent: Sent, marker: str | None, message: dict[str, Any]) -> bool:
        return marker in sent.custom_ids if marker else sent.content == message.get("content")

    def _look_into(self, channel_id: int) -> None:
        if channel_id in self.gone:
            raise DiscordRefused(10003, 404, "Unknown Channel")
        if channel_id in self.hidden:
            raise DiscordRefused(50001, 403, "Missing Access")

    def _message(self, channel_id: int, message_id: int) -> Sent:
        self._look_into(channel_id)
        found = [m for m in self.messages if (m.channel_id, m.id) == (channel_id, message_id)]
        if not found:
            raise DiscordRefused(10008, 404, "Unknown Message")
        return found[0]
