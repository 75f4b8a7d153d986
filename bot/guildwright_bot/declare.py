"""Declares our commands to Discord: what tanjun cannot do any more with hikari ≥ 2.2.

tanjun reads `is_dm_enabled`, which hikari's builders no longer have, so its own declaration only logs an error and the
bot has no commands. Here the builders are sent with hikari's REST client instead, by a worker's job, never by shards.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import hikari
import structlog

from guildwright.platform.discord.client import DiscordClient
from guildwright.platform.texts import Texts
from guildwright_bot.registry import Registry, collect

_log = structlog.get_logger("guildwright.declare")

type Builders = Sequence[hikari.api.CommandBuilder]


def builders(registry: Registry) -> list[hikari.api.CommandBuilder]:
    """Every top-level command, for guilds only: nothing of ours makes sense in a private chat."""
    built: list[hikari.api.CommandBuilder] = []
    for component in registry.components:
        slashes = [command.build(component=component) for command in component.slash_commands]
        menus = [command.build(component=component) for command in component.menu_commands]
        built += [*slashes, *menus]
    for builder in built:
        builder.set_context_types([hikari.ApplicationContextType.GUILD])
    return built


def payload(builders: Builders) -> list[dict[str, Any]]:
    """What is sent to Discord."""
    factory = hikari.impl.EntityFactoryImpl(cast("hikari.RESTAware", None))  # serialising needs no app
    return [dict(builder.build(factory)) for builder in builders]


def digest(builders: Builders) -> str:
    """Changes whenever a command, option or text does."""
    text = json.dumps(payload(builders), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def versions(commands: Sequence[hikari.PartialCommand]) -> dict[str, str]:
    """Discord's version of each command: it changes whoever changes the command."""
    return {command.name: str(command.version) for command in commands}


class Declarer:
    """Sends the commands of one application where they differ from what Discord has."""

    def __init__(self, discord: DiscordClient, texts: Texts, guilds: Sequence[int] = ()) -> None:
        """`guilds` declares there only, at once visible, instead of globally."""
        self._discord = discord
        self.application = discord.application_id
        self._builders = builders(collect(texts))
        self.digest = digest(self._builders)
        self.scopes: Mapping[str, int | None] = {
            f"{self.application}:{guild or 'global'}": guild for guild in (guilds or (None,))
        }

    async def registered(self, guild: int | None) -> dict[str, str]:
        """The versions that Discord has."""
        rest = self._discord.rest
        commands = await self._discord.call(
            "GET /applications/{}/commands",
            lambda: rest.fetch_application_commands(self.application, guild or hikari.UNDEFINED),
            repeatable=True,
        )
        return versions(commands)

    async def declare(self, guild: int | None, *, nothing: bool = False) -> dict[str, str]:
        """Replace what Discord has, by `nothing` or by our commands, and return the versions it gave."""
        rest = self._discord.rest
        wanted = [] if nothing else self._builders
        commands = await self._discord.call(
            "PUT /applications/{}/commands",
            lambda: rest.set_application_commands(self.application, wanted, guild or hikari.UNDEFINED),
            repeatable=True,  # the same set twice is the same set
        )
        _log.info("commands declared", names=[command.name for command in commands], guild=guild)
        return versions(commands)
