"""A stock hikari bot with its full models and its whole cache; the address is its public option.

Usage: `python -m tests.clients.hikari_bot.bot API TOKEN`; see `tests.clients.talk` for what it reads and writes.
"""

import asyncio
import logging
import sys

import hikari

from tests.clients.hikari_bot import acts
from tests.clients.talk import obey, tell, tell_the_log


class Discarded(logging.Filter):
    """hikari says in its debug log that it knows no such event: for us that is a warning."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass as a warning, or not at all."""
        if record.name == "hikari.ux":  # its advice on how to run Python
            return False
        text = record.getMessage()
        if record.levelno < logging.WARNING and ("ignoring" in text or "unrecognised" in text):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return record.levelno >= logging.WARNING


async def main(api: str, token: str) -> None:
    """Log in and obey."""
    tell_the_log(Discarded())
    everything = hikari.impl.CacheSettings(components=hikari.api.CacheComponents.ALL)
    bot = hikari.GatewayBot(
        token, rest_url=api, intents=hikari.Intents.ALL, banner=None, logs=None, cache_settings=everything
    )
    logging.getLogger("hikari").setLevel(logging.DEBUG)

    @bot.listen()
    async def _(event: hikari.StartedEvent) -> None:
        tell(event="ready", user=str(event.app))

    @bot.listen()
    async def _(_: hikari.ShardResumedEvent) -> None:
        tell(event="resumed")

    @bot.listen()
    async def _(_: hikari.ShardReadyEvent) -> None:
        tell(event="identified")

    @bot.listen()
    async def _(event: hikari.ExceptionEvent[hikari.Event]) -> None:
        tell(log="ERROR", text=f"{event.failed_event}: {event.exception!r}")

    await bot.start(check_for_updates=False)
    await obey(acts.steps(bot))
    await bot.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
