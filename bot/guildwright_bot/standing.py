"""What the guard needs to know of members, roles and channels: from the shard's cache, else from Discord."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

import hikari
from tanjun.permissions import calculate_permissions

from guildwright.platform.discord.client import DiscordClient, DiscordRefused
from guildwright_bot.guard import Actor, Bot, Target

type Roles = Mapping[hikari.Snowflake, hikari.Role]
_HIDDEN = (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)


class KnownStanding:
    """Reads the guilds, roles, channels and own member that a shard caches; a worker has no cache and asks Discord."""

    def __init__(
        self, discord: DiscordClient, cache: hikari.api.Cache | None = None, *, sees_messages: bool = False
    ) -> None:
        """`sees_messages`: whether the message content intent is in force."""
        self.sees_messages = sees_messages
        self._discord = discord
        self._cache = cache

    async def bot(self, guild_id: int, channel_id: int) -> Bot:
        """The bot's permissions in a channel; none where it cannot see it."""
        guild, roles = await self.guild(guild_id)
        member = await self._own_member(guild_id)
        channel = await self._channel(channel_id)
        permissions = hikari.Permissions.NONE
        if channel is not None and channel.guild_id == guild_id:
            permissions = calculate_permissions(member, guild, roles, channel=channel)
        return Bot(int(member.id), permissions, channel_id, top_role(roles, member.role_ids))

    async def permissions_of(self, guild_id: int, channel_id: int, actor: Actor) -> hikari.Permissions:
        """A member's permissions in a channel other than the one they ask in; none where there is no such channel."""
        _, roles = await self.guild(guild_id)
        channel = await self._channel(channel_id)
        if channel is None or channel.guild_id != guild_id:
            return hikari.Permissions.NONE
        return permissions_in(channel, actor, roles)

    async def bot_anywhere(self, guild_id: int) -> hikari.Permissions:
        """The bot's permissions in a guild, before any channel changes them."""
        guild, roles = await self.guild(guild_id)
        return calculate_permissions(await self._own_member(guild_id), guild, roles)

    async def roles(self, guild_id: int) -> frozenset[int]:
        """The roles that exist."""
        _, roles = await self.guild(guild_id)
        return frozenset(map(int, roles))

    async def target(self, guild_id: int, member_id: int) -> Target:
        """The standing of a member to act upon."""
        guild, roles = await self.guild(guild_id)
        member = await self._discord.fetch_member(guild_id, member_id)
        role_ids = member.role_ids if member else ()
        return Target(member_id, top_role(roles, role_ids), is_owner=guild.owner_id == member_id)

    async def actor(
        self, guild_id: int, channel_id: int, member: hikari.Member, permissions: hikari.Permissions | None = None
    ) -> Actor:
        """Who asks. `permissions` are what Discord itself says they may do in the channel, where it does."""
        guild, roles = await self.guild(guild_id)
        if permissions is None:
            channel = await self._channel(channel_id)
            permissions = calculate_permissions(member, guild, roles, channel=channel)
        return Actor(
            int(member.id),
            permissions,
            frozenset(map(int, member.role_ids)),
            top_role(roles, member.role_ids),
            is_owner=guild.owner_id == member.id,
            joined_at=member.joined_at,
        )

    async def guild(self, guild_id: int) -> tuple[hikari.Guild, Roles]:
        """The guild and its roles."""
        if self._cache is not None:
            guild = self._cache.get_guild(guild_id)
            roles = self._cache.get_roles_view_for_guild(guild_id)
            if guild is not None and roles:
                return guild, roles
        rest = self._discord.rest
        fetched = await self._discord.call("GET /guilds/{}", lambda: rest.fetch_guild(guild_id), repeatable=True)
        return fetched, fetched.roles

    async def _own_member(self, guild_id: int) -> hikari.Member:
        own_id = int((await self._discord.me()).id)
        member = self._cache.get_member(guild_id, own_id) if self._cache is not None else None
        member = member or await self._discord.fetch_member(guild_id, own_id)
        if member is None:
            raise LookupError(f"the bot is not in guild {guild_id}")
        return member

    async def _channel(self, channel_id: int) -> hikari.PermissibleGuildChannel | None:
        """The channel whose overwrites count: a thread obeys its parent."""
        channel: hikari.PartialChannel | None = self._cache.get_guild_channel(channel_id) if self._cache else None
        if channel is None:
            rest = self._discord.rest
            try:
                channel = await self._discord.call(
                    "GET /channels/{}", lambda: rest.fetch_channel(channel_id), repeatable=True
                )
            except DiscordRefused as refused:
                if refused.status not in _HIDDEN:
                    raise
                return None
        if isinstance(channel, hikari.GuildThreadChannel):
            return await self._channel(int(channel.parent_id))
        return channel if isinstance(channel, hikari.PermissibleGuildChannel) else None


def top_role(roles: Roles, role_ids: Iterable[hikari.Snowflake]) -> int:
    """The position of the highest role: what Discord's hierarchy compares."""
    return max((roles[role_id].position for role_id in role_ids if role_id in roles), default=0)


def permissions_in(channel: hikari.PermissibleGuildChannel, actor: Actor, roles: Roles) -> hikari.Permissions:
    """What Discord lets the actor do in a channel: tanjun's rule wants a whole member, which the actor is no more."""
    if actor.unrestricted:
        return hikari.Permissions.all_permissions()
    overwrites, everyone = channel.permission_overwrites, channel.guild_id
    held = [role_id for role_id in roles if role_id in actor.role_ids and role_id != everyone]
    permissions = hikari.Permissions.NONE
    for role_id in (everyone, *held):
        permissions |= roles[role_id].permissions if role_id in roles else hikari.Permissions.NONE
    # Each step overrules the one before; among the member's roles an "allow" beats a "deny".
    for step in ([everyone], held, [hikari.Snowflake(actor.id)]):
        found = [overwrites[each] for each in step if each in overwrites]
        for overwrite in found:
            permissions &= ~overwrite.deny
        for overwrite in found:
            permissions |= overwrite.allow
    return permissions
