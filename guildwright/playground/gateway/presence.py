"""Opcode 3, and what IDENTIFY says of it: how the bot appears.

discord.py and discordgo still say `game` in IDENTIFY, and discordgo an empty status: nothing but the types is demanded.
"""

from typing import Any, Literal

import msgspec

from guildwright.playground.records import Json


class Activity(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What the bot does; what else a client says of it is not kept."""

    name: str
    type: int = 0
    url: str | None = None
    state: str | None = None


class Presence(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How the bot appears."""

    status: Literal["online", "dnd", "idle", "invisible", "offline", ""] = "online"
    activities: list[Activity] | None = None
    game: Activity | None = None
    since: float | None = None
    afk: bool = False

    @property
    def said(self) -> Json:
        """As it is kept."""
        said: dict[str, Any] = msgspec.to_builtins(self)
        return said
