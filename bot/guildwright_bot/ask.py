"""A request by a member, whether it came as a slash command, a message or a click: handlers see only this."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import hikari

from guildwright.platform.texts import Texts
from guildwright_bot.deps import Deps
from guildwright_bot.guard import Actor, Bot, Target
from guildwright_bot.refusal import Refusal
from guildwright_crds.compile import CompiledConfig

type Component = hikari.api.ComponentBuilder


@dataclass(frozen=True)
class Reply:
    """What the member reads in answer: privately, but in the channel when they asked by message.

    `replaces`: it takes the place of the message whose button was clicked, where there is one.
    """

    content: str = ""
    embeds: Sequence[hikari.Embed] = ()
    components: Sequence[Component] = ()
    replaces: bool = False


class Answer(Protocol):
    """The way back to the member."""

    async def __call__(self, reply: Reply) -> None:
        """Show the reply; a second one follows the first."""
        ...


class Standing(Protocol):
    """What is known of the bot and of others in a guild."""

    @property
    def sees_messages(self) -> bool:
        """Whether Discord tells us what members write, beyond what they write to us."""
        ...

    async def bot(self, guild_id: int, channel_id: int) -> Bot:
        """The bot's permissions in a channel; none where it cannot see it."""
        ...

    async def bot_anywhere(self, guild_id: int) -> hikari.Permissions:
        """The bot's permissions in a guild, before any channel changes them."""
        ...

    async def permissions_of(self, guild_id: int, channel_id: int, actor: Actor) -> hikari.Permissions:
        """A member's permissions in a channel other than the one they ask in; none where there is no such channel."""
        ...

    async def roles(self, guild_id: int) -> frozenset[int]:
        """The roles that exist."""
        ...

    async def target(self, guild_id: int, member_id: int) -> Target:
        """The standing of a member to act upon."""
        ...


@dataclass(frozen=True)
class Ask:
    """Who asks what, where, by which config."""

    deps: Deps
    standing: Standing
    actor: Actor
    guild_id: int
    channel_id: int
    config: CompiledConfig
    source_id: int  # the interaction or message: the same request delivered twice has the same one
    answer: Answer
    by_message: bool = False

    @property
    def texts(self) -> Texts:
        """The catalogue."""
        return self.deps.texts

    @property
    def locale(self) -> str:
        """The guild's language."""
        return self.config.general.locale

    def text(self, message_id: str, /, **args: str | float) -> str:
        """A sentence of the catalogue in the guild's language."""
        return self.texts.text(self.locale, message_id, **args)

    async def can_view(self, channel_id: int) -> bool:
        """Whether the member can look into a channel of the guild."""
        if self.actor.unrestricted or channel_id == self.channel_id:
            return True
        there = await self.standing.permissions_of(self.guild_id, channel_id, self.actor)
        return bool(there & hikari.Permissions.VIEW_CHANNEL)

    async def reply(self, content: str = "", *, embed: hikari.Embed | None = None) -> None:
        """Answer the member."""
        await self.answer(Reply(content, () if embed is None else (embed,)))


# A handler has replied when it returns None; a refusal is shown, logged and counted for it.
type Handler = Callable[..., Awaitable[Refusal | None]]
