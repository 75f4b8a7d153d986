"""What shard and worker hand to the features: everything that reaches outside, made in one place."""

from dataclasses import dataclass, field

from redis.asyncio import Redis

from guildwright.platform.chance import Chance
from guildwright.platform.clock import Clock
from guildwright.platform.config.read import ConfigReader
from guildwright.platform.discord.client import DiscordClient
from guildwright.platform.errors import Errors
from guildwright.platform.limits import Limits
from guildwright.platform.settings import Settings
from guildwright.platform.texts import Texts
from guildwright_bot.levels import Levels, NoLevels


@dataclass(frozen=True)
class Deps:
    """Given to every feature's `consumers(deps)`, commands and listeners.

    Attributes:
        settings: The host's.
        clock: The only source of time.
        chance: The only source of luck.
        texts: The message catalogue.
        config: A guild's compiled config, from memory: `config.get(guild_id)`.
        limits: What a guild may have.
        redis: For counters and the like; it may be away at any moment.
        discord: REST with the bot's token.
        errors: Where faults are reported.
        levels: The levels of members, where a feature knows them.
    """

    settings: Settings
    clock: Clock
    chance: Chance
    texts: Texts
    config: ConfigReader
    limits: Limits
    redis: Redis
    discord: DiscordClient
    errors: Errors
    levels: Levels = field(default_factory=NoLevels)


WorkerDeps = Deps


def build(settings: Settings, process: str, clock: Clock, chance: Chance, redis: Redis) -> Deps:
    """Wire them. Nothing is connected or started yet.

    Raises:
        ValueError: naming the setting that is missing.
    """
    return Deps(
        settings=settings,
        clock=clock,
        chance=chance,
        texts=Texts.load(),
        config=ConfigReader(redis),
        limits=Limits(settings),
        redis=redis,
        discord=DiscordClient(settings, clock, redis),
        errors=Errors(redis, process, clock, chance),
    )
