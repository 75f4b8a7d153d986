"""What a test can tell the discord.py bot to do."""

from functools import partial
from typing import Any

import discord

from tests.clients.discord_py import commands, guild_acts, house_acts, says, thread_acts
from tests.clients.talk import Step

type Json = dict[str, Any]


class Acts:
    """One method per step; each takes the step and returns what was seen."""

    def __init__(self, bot: discord.Client) -> None:
        self._bot = bot
        self._tree = commands.build(bot)

    def _channel(self, step: Json) -> discord.TextChannel:
        channel = self._bot.get_channel(int(step["channel"]))
        assert isinstance(channel, discord.TextChannel)
        return channel

    async def dump(self, step: Json) -> Json:
        """Everything in the cache."""
        guild = self._bot.get_guild(int(step["guild"]))
        assert guild
        messages = {str(entry.id): says.message(entry) for entry in self._bot.cached_messages}
        return {"guild": says.guild(guild), "messages": messages, "activities": says.activities(guild)}

    async def declare(self, _: Json) -> Json:
        """Tell Discord which commands there are."""
        return {"commands": sorted(command.name for command in await self._tree.sync())}

    async def say(self, step: Json) -> Json:
        """Write a message."""
        return {"id": str((await self._channel(step).send(step["content"])).id)}

    async def talk(self, step: Json) -> Json:
        """Write, edit, reply, react, delete; what the answers say."""
        channel = self._channel(step)
        embed = discord.Embed(title="Prize", description="A *pie*", colour=0x0C6A60, url="https://example.org/")
        first = await channel.send("Hello", embed=embed)
        reply = await first.reply(f"An answer for <@{step['user']}>")
        await first.edit(content="Hello again")
        await first.add_reaction("👋")
        await first.add_reaction("🎁")
        await first.remove_reaction("🎁", self._bot.user)  # type: ignore[arg-type]  # we are logged in
        gone = await channel.send("Soon gone")
        await gone.delete()
        found = [await channel.fetch_message(entry.id) for entry in (first, reply)]
        return {"messages": {str(entry.id): says.message(entry) for entry in found}, "gone": str(gone.id)}


def steps(bot: discord.Client) -> dict[str, Step]:
    """Steps by name."""
    acts = Acts(bot)
    more = (*guild_acts.ALL, *thread_acts.ALL, *house_acts.ALL)
    return {
        **{name: getattr(acts, name) for name in ("dump", "declare", "say", "talk")},
        **{act.__name__: partial(act, bot) for act in more},
    }
