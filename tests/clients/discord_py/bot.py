"""A stock discord.py bot: nothing of the library is changed but its two addresses, which it keeps in public constants.

Usage: `python -m tests.clients.discord_py.bot API TOKEN`; see `tests.clients.talk` for what it reads and writes.
"""

import asyncio
import logging
import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.clients.discord_py import acts
from tests.clients.talk import obey, tell, tell_the_log


class Bot(discord.Client):
    """Keeps everything that the library can keep."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.all(), max_messages=1000)

    async def on_ready(self) -> None:
        """Every guild is there with all its members."""
        tell(event="ready", user=str(self.user))
        tell(event="identified")

    async def on_resumed(self) -> None:
        """The session goes on."""
        tell(event="resumed")


class Discarded(logging.Filter):
    """discord.py says in its debug log that it throws an event away: for us that is a warning."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass as a warning, or not at all."""
        text = record.getMessage()
        if record.levelno == logging.DEBUG and ("Discarding" in text or "Unknown event" in text):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return record.levelno >= logging.WARNING


async def main(api: str, token: str) -> None:
    """Log in and obey."""
    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(api.replace("http", "ws", 1).split("/api/")[0] + "/gateway")
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    tell_the_log(Discarded())
    logging.getLogger("discord.state").setLevel(logging.DEBUG)
    async with Bot() as bot:
        running = asyncio.create_task(bot.start(token))
        await obey(acts.steps(bot))
        await bot.close()
        await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
