"""What the guard needs to know of members and channels, from the shard's cache, else from Discord."""

from collections.abc import Iterable, Mapping

import hikari
from tanjun.permissions import calculate_permissions

from guildwright_bot.guard import Actor, Bot, Target

type Roles = Mapping[hikari.Snowflake, hikari.Role]


class CachedStanding:
    """Reads the guilds, roles, channels and own member that the shard caches; asks Discord for what is not there."""

    def __init__(self, bot: hikari.GatewayBotAware, own_id: int) -> None:
        self._bot = bot
        self._own_id = hikari.Snowflake(own_id)

    async def bot(self, guild_id: int, channel_id: int) -> Bot:
        """The bot's permissions in a channel; none where it cannot see it."""
        guild, roles = await self._guild(guild_id)
        member = self._bot.cache.get_member(guild_id, self._own_id)
        member = member or await self._bot.rest.fetch_member(guild_id, self._own_id)
        channel = await self._channel(channel_id)
        permissions = hikari.Permissions.NONE
        if channel is not None and channel.guild_id == guild_id:
            permissions = calculate_permissions(member, guild, roles, channel=channel)
        return Bot(int(self._own_id), permissions, channel_id, top_role(roles, member.role_ids))

    async def target(self, guild_id: int, member_id: int) -> Target:
        """The standing of a member to act upon."""
        guild, roles = await self._guild(guild_id)
        try:
            member = await self._bot.rest.fetch_member(guild_id, member_id)
        except hikari.NotFoundError:
            return Target(member_id, is_owner=guild.owner_id == member_id)
        return Target(member_id, top_role(roles, member.role_ids), is_owner=guild.owner_id == member_id)

    async def actor_of_interaction(self, guild_id: int, member: hikari.InteractionMember) -> Actor:
        """Who clicked or used a command: Discord says what they may do in that channel."""
        guild = self._bot.cache.get_guild(guild_id)
        roles = self._bot.cache.get_roles_view_for_guild(guild_id)
        return Actor(
            int(member.id),
            member.permissions,
            frozenset(map(int, member.role_ids)),
            top_role(roles, member.role_ids),
            is_owner=guild is not None and guild.owner_id == member.id,
        )

    async def actor_of_message(self, guild_id: int, channel_id: int, member: hikari.Member) -> Actor:
        """Who wrote a message: what they may do is worked out from roles and overwrites."""
        guild, roles = await self._guild(guild_id)
        channel = await self._channel(channel_id)
        return Actor(
            int(member.id),
            calculate_permissions(member, guild, roles, channel=channel),
            frozenset(map(int, member.role_ids)),
            top_role(roles, member.role_ids),
            is_owner=guild.owner_id == member.id,
        )

    async def _guild(self, guild_id: int) -> tuple[hikari.Guild, Roles]:
        guild = self._bot.cache.get_guild(guild_id)
        roles: Roles = self._bot.cache.get_roles_view_for_guild(guild_id)
        if guild is None or not roles:
            fetched = await self._bot.rest.fetch_guild(guild_id)
            return fetched, fetched.roles
        return guild, roles

    async def _channel(self, channel_id: int) -> hikari.PermissibleGuildChannel | None:
        """The channel whose overwrites count: a thread obeys its parent."""
        channel: hikari.PartialChannel | None = self._bot.cache.get_guild_channel(channel_id)
        if channel is None:
            try:
                channel = await self._bot.rest.fetch_channel(channel_id)
            except (hikari.NotFoundError, hikari.ForbiddenError):
                return None
        if isinstance(channel, hikari.GuildThreadChannel):
            return await self._channel(int(channel.parent_id))
        return channel if isinstance(channel, hikari.PermissibleGuildChannel) else None


def top_role(roles: Roles, role_ids: Iterable[hikari.Snowflake]) -> int:
    """The position of the highest role: what Discord's hierarchy compares."""
    return max((roles[role_id].position for role_id in role_ids if role_id in roles), default=0)
