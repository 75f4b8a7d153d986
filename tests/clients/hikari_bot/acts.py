"""What a test can tell the hikari bot to do."""

from functools import partial
from typing import Any

import hikari

from tests.clients.hikari_bot import commands, guild_acts, house_acts, says, thread_acts
from tests.clients.talk import Step

type Json = dict[str, Any]


class Acts:
    """One method per step; each takes the step and returns what was seen."""

    def __init__(self, bot: hikari.GatewayBot) -> None:
        self._bot = bot
        self._rest = bot.rest
        bot.subscribe(hikari.InteractionCreateEvent, commands.answer)

    async def dump(self, step: Json) -> Json:
        """Everything in the cache."""
        guild = self._bot.cache.get_guild(int(step["guild"]))
        assert guild
        messages = says.messages(self._bot.cache.get_messages_view().values())
        for message in messages.values():
            del message["reactions"], message["flags"]  # hikari's cache does not follow them
        return {"guild": says.guild(guild), "messages": messages, "activities": says.activities(guild)}

    async def declare(self, _: Json) -> Json:
        """Tell Discord which commands there are."""
        me = self._bot.get_me()
        assert me
        found = await self._rest.set_application_commands(me.id, commands.builders(self._rest))
        return {"commands": sorted(command.name for command in found)}

    async def say(self, step: Json) -> Json:
        """Write a message."""
        return {"id": str((await self._rest.create_message(int(step["channel"]), step["content"])).id)}

    async def talk(self, step: Json) -> Json:
        """Write, edit, reply, react, delete; what the answers say."""
        channel = int(step["channel"])
        embed = hikari.Embed(title="Prize", description="A *pie*", color=0x0C6A60, url="https://example.org/")
        first = await self._rest.create_message(channel, "Hello", embed=embed)
        reply = await first.respond(f"An answer for <@{step['user']}>", reply=True, user_mentions=True)
        await first.edit("Hello again")
        await first.add_reaction("👋")
        await first.add_reaction("🎁")
        await first.remove_reaction("🎁")
        gone = await self._rest.create_message(channel, "Soon gone")
        await gone.delete()
        found = [await self._rest.fetch_message(channel, entry) for entry in (first, reply)]
        return {"messages": says.messages(found), "gone": str(gone.id)}


def steps(bot: hikari.GatewayBot) -> dict[str, Step]:
    """Steps by name."""
    acts = Acts(bot)
    more = (*guild_acts.ALL, *thread_acts.ALL, *house_acts.ALL)
    return {
        **{name: getattr(acts, name) for name in ("dump", "declare", "say", "talk")},
        **{act.__name__: partial(act, bot) for act in more},
    }
