"""Who a member is at this moment, by Discord and the level feature: for draw and claim, outside transactions."""

from typing import Protocol

import hikari

from guildwright_bot.features.giveaways.eligibility import Person
from guildwright_bot.levels import Levels


class Members(Protocol):
    """The part of `DiscordClient` that knows members."""

    async def fetch_member(self, guild_id: int, user_id: int) -> hikari.Member | None:
        """A member as Discord knows them now; None when they are not in the guild."""
        ...


async def look_up(
    discord: Members, levels: Levels, guild_id: int, member_id: int, *, level: int | None = None
) -> Person | None:
    """The member as Discord knows them now; None when they are not in the guild.

    Args:
        discord: Who is asked. Raises what `DiscordClient` raises.
        levels: Who is asked for the level.
        guild_id: Where.
        member_id: Who.
        level: What was known when they entered: it counts where levels are not on any more.
    """
    member = await discord.fetch_member(guild_id, member_id)
    if member is None:
        return None
    found = await levels.of(guild_id, member_id)
    return Person(member_id, frozenset(map(int, member.role_ids)), member.joined_at, level if found is None else found)
