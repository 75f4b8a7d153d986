"""A process that sends as many requests as it may: `python -m tests.fakes.flood API REDIS SECONDS [CHANNEL]`."""

import asyncio
import sys
import time

from guildwright.platform import stream
from guildwright.platform.clock import SystemClock
from guildwright.platform.discord.client import DiscordClient, DiscordUnavailable
from guildwright.platform.settings import Settings
from tests.fakes.discord_rest import TOKEN

AT_ONCE = 20


async def flood(api: str, redis_url: str, seconds: float, channel: int | None) -> None:
    """Ask who we are, or write to the channel, from many tasks at once."""
    settings = Settings(discord_token=TOKEN, discord_api=api, redis_url=redis_url)
    redis = stream.connect(settings)
    client = DiscordClient(settings, SystemClock(), redis)
    await client.start()
    ends = time.monotonic() + seconds

    async def one() -> None:
        while time.monotonic() < ends:
            try:
                if channel is None:
                    await client.call("GET /users/@me", client.rest.fetch_my_user, repeatable=True)
                else:
                    await client.send_message(channel, nonce="abc", content="x")
            except DiscordUnavailable:
                await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(one())
    await client.stop()
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(flood(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else None))
