"""The hook by which features ask for a member's level. The level feature will fill it; until then nobody has one.

It is handed out as `Deps.levels`, so that a feature that asks for levels imports no other feature.
"""

from typing import Protocol


class Levels(Protocol):
    """Knows the levels of members."""

    def on(self, guild_id: int) -> bool:
        """Whether members of the guild have levels at all. Cheap: from memory."""
        ...

    async def of(self, guild_id: int, member_id: int) -> int | None:
        """A member's level, from 0; None where levels are not on."""
        ...


class NoLevels:
    """There is no level feature."""

    def on(self, guild_id: int) -> bool:
        """Nowhere."""
        del guild_id
        return False

    async def of(self, guild_id: int, member_id: int) -> int | None:
        """Nobody's is known."""
        del guild_id, member_id
        return None
