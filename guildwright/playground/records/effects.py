"""What was really done, counted."""

from typing import ClassVar

from guildwright.playground.records.base import Record


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
