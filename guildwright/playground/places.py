"""To which guild and channel a request belongs, by what its path names."""

import re

from guildwright.playground.memory import Memory

_GUILD = re.compile(r"/guilds/(\d+)(?:/.*)?")
_CHANNEL = re.compile(r"/channels/(\d+)(?:/.*)?")
_WEBHOOK = re.compile(r"/webhooks/(\d+)(?:/([^/]+))?(?:/.*)?")
_CALLBACK = re.compile(r"/interactions/(\d+)/.*")


def place_of(memory: Memory, path: str) -> tuple[int | None, int | None]:
    """Guild and channel of a path without the API's prefix; a webhook's or interaction's are its own."""
    if found := _GUILD.fullmatch(path):
        return int(found[1]), None
    if found := _CHANNEL.fullmatch(path):
        channel = memory.channels.get(int(found[1]))
        return channel.guild_id if channel else None, int(found[1])
    if found := _WEBHOOK.fullmatch(path):
        webhook = memory.webhooks.get(int(found[1]))
        if webhook:
            return webhook.guild_id, webhook.channel_id
        interaction = memory.interactions.get(memory.interaction_tokens.get(found[2] or "", 0))
    elif found := _CALLBACK.fullmatch(path):
        interaction = memory.interactions.get(int(found[1]))
    else:
        return None, None
    return (interaction.guild_id, interaction.channel_id) if interaction else (None, None)
