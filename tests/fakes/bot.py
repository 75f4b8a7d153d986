"""A desk without Discord: who asks, where, and what they were told."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

import hikari

from guildwright.platform.limits import Limits
from guildwright.platform.settings import Settings
from guildwright.platform.texts import Texts
from guildwright_bot.ask import Ask, Reply
from guildwright_bot.deps import Deps
from guildwright_bot.guard import POST, Actor, Bot, Target
from guildwright_crds.compile import CompiledConfig, defaults
from tests.fakes.chance import FakeChance
from tests.fakes.clock import FakeClock

GUILD = 1464913923177185280
CHANNEL = 1573630282861379586
MEMBER = 1573630282861379000
TOKEN = "MTQyODY3NTEzNjYxNzE4NTI4MA.peZlgA.not-a-real-token-at-all"  # noqa: S105  nothing accepts it
TEXTS = Texts.load(strict=True)
P = hikari.Permissions


@dataclass
class FakeErrors:
    """Remembers what was reported."""

    reported: list[tuple[BaseException, str]] = field(default_factory=list)

    async def report(self, error: BaseException, where: str, guild_id: int | None = None) -> str:
        del guild_id
        self.reported.append((error, where))
        return "0badf00d"


@dataclass
class FakeStanding:
    """What the bot may do, and who others are."""

    permissions: hikari.Permissions = POST
    sees_messages: bool = False
    targets: dict[int, Target] = field(default_factory=dict)
    existing_roles: frozenset[int] = frozenset()
    by_channel: dict[int, hikari.Permissions] = field(default_factory=dict)
    of_members: dict[int, hikari.Permissions] = field(default_factory=dict)

    async def bot(self, guild_id: int, channel_id: int) -> Bot:
        del guild_id
        return Bot(1, self.by_channel.get(channel_id, self.permissions), channel_id, top_role=50)

    async def permissions_of(self, guild_id: int, channel_id: int, actor: Actor) -> hikari.Permissions:
        del guild_id, actor
        return self.of_members.get(channel_id, POST)

    async def bot_anywhere(self, guild_id: int) -> hikari.Permissions:
        del guild_id
        return self.permissions

    async def roles(self, guild_id: int) -> frozenset[int]:
        del guild_id
        return self.existing_roles

    async def target(self, guild_id: int, member_id: int) -> Target:
        del guild_id
        return self.targets[member_id]


@dataclass
class FakeAnswer:
    """Remembers what the member read."""

    replies: list[Reply] = field(default_factory=list)

    async def __call__(self, reply: Reply) -> None:
        self.replies.append(reply)

    @property
    def text(self) -> str:
        """Everything they read, embeds too."""
        parts = []
        for reply in self.replies:
            parts += [reply.content, *(f"{embed.title}\n{embed.description}" for embed in reply.embeds)]
            parts += [f"{f.name}\n{f.value}" for embed in reply.embeds for f in embed.fields]
        return "\n".join(parts)


class FakeRedis:
    """The hashes that somebody else wrote."""

    def __init__(self, hashes: dict[str, dict[str, str]] | None = None) -> None:
        self._hashes = hashes or {}

    async def hget(self, name: str, key: str) -> str | None:
        return self._hashes.get(name, {}).get(key)


class FakeDiscord:
    """Knows who we are."""

    application_id = 1428675136617185280


def settings(**values: Any) -> Settings:
    """Host settings that do not look at the environment."""
    return Settings.model_validate({"discord_token": TOKEN, **values})


def deps(**others: Any) -> Deps:
    """Everything a handler may reach for, faked."""
    host = others.pop("settings", settings())
    made: dict[str, Any] = {
        "settings": host,
        "clock": FakeClock(),
        "chance": FakeChance(),
        "texts": TEXTS,
        "config": None,
        "limits": Limits(host),
        "redis": FakeRedis(),
        "discord": FakeDiscord(),
        "errors": FakeErrors(),
    }
    return Deps(**cast("Any", made | others))


def config(**sections: Any) -> CompiledConfig:
    """A guild's config: `commands={...}` and so on, by the names that YAML uses."""
    return CompiledConfig.model_validate({**defaults(str(GUILD)).model_dump(by_alias=True), **sections})


def actor(permissions: hikari.Permissions = P.NONE, **more: Any) -> Actor:
    """A member."""
    return Actor(MEMBER, permissions, **more)


def ask(answer: FakeAnswer, who: Actor | None = None, **more: Any) -> Ask:
    """A request by `who`."""
    made = Ask(
        deps=deps(),
        standing=FakeStanding(),
        actor=who or actor(),
        guild_id=GUILD,
        channel_id=CHANNEL,
        config=config(),
        source_id=4711,
        answer=answer,
    )
    return replace(made, **more)
