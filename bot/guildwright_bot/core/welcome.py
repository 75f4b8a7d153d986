"""Greets a guild that invited the bot, where the bot may write."""

import hikari
import structlog
from tanjun.permissions import calculate_permissions

from guildwright.platform.discord.client import DiscordRefused
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.core.setup import Setup
from guildwright_bot.deps import Deps
from guildwright_bot.guard import POST
from guildwright_bot.interactions import custom_id
from guildwright_bot.standing import KnownStanding

_log = structlog.get_logger("guildwright.core")


class Welcome:
    """The job that greets."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def greet(self, run: JobRun) -> None:
        """Show what `/setup` shows, once, in the first channel that admits it."""
        guild_id = int(run.payload["guild"])
        sees = self._deps.settings.intents_message_content
        standing = KnownStanding(self._deps.discord, sees_messages=sees)
        try:
            channel = await self._channel(guild_id, standing)
            if channel is None:
                _log.info("no channel to greet in", guild=str(guild_id))
                return
            setup = Setup(self._deps, standing, guild_id, self._deps.config.get(guild_id))
            marker = custom_id("core", "setup")
            row = hikari.impl.MessageActionRowBuilder()
            row.add_interactive_button(hikari.ButtonStyle.SECONDARY, marker, label=setup.text("setup-button"))
            await self._deps.discord.send_message_once(
                channel,
                nonce=run.nonce("welcome"),
                marker=marker,
                since=run.tried,
                embeds=[await setup.embed(welcome=True)],
                components=[row],
            )
        except DiscordRefused as refused:  # removed again, or it may write nowhere: nothing depends on a welcome
            _log.info("cannot greet", guild=str(guild_id), why=str(refused))

    async def _channel(self, guild_id: int, standing: KnownStanding) -> int | None:
        """Discord's own place for such messages if it admits us, else the first text channel that does."""
        discord = self._deps.discord
        rest = discord.rest
        guild, roles = await standing.guild(guild_id)
        member = await discord.fetch_member(guild_id, int((await discord.me()).id))
        channels = await discord.call(
            "GET /guilds/{}/channels", lambda: rest.fetch_guild_channels(guild_id), repeatable=True
        )
        if member is None:
            return None
        open_to_us = [
            channel
            for channel in channels
            if isinstance(channel, hikari.GuildTextChannel)
            and not POST & ~calculate_permissions(member, guild, roles, channel=channel)
        ]
        open_to_us.sort(key=lambda channel: (channel.id != guild.system_channel_id, channel.position, channel.id))
        return int(open_to_us[0].id) if open_to_us else None
