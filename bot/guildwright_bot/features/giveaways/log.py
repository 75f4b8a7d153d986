"""Tells the guild's log channel what happened, and the host when a giveaway could not go on."""

from typing import Any

import structlog

from guildwright.platform.discord.client import DiscordRefused
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.deps import Deps
from guildwright_bot.features.giveaways import store
from guildwright_bot.features.giveaways.domain import rules_of
from guildwright_bot.features.giveaways.messages import Writer

_log = structlog.get_logger("guildwright.giveaways")


class Log:
    """Handlers of what only informs: refused is refused, nothing depends on it."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def write(self, run: JobRun) -> None:
        """Write a fact to the log channel, where the guild has one."""
        config = self._deps.config.get(run.guild_id or 0)
        channel = rules_of(config.giveaways).log_channel
        if channel is not None:
            await self._send(run, channel, _sentence(Writer(self._deps.texts, config.general.locale), run.payload))

    async def stopped(self, run: JobRun) -> None:
        """Say that a giveaway could not go on: in the log channel, else to its host in private."""
        async with run.step():
            giveaway = await store.get(run.payload["giveaway"])
        if giveaway is None:
            return
        config = self._deps.config.get(giveaway.guild_id)
        text = Writer(self._deps.texts, config.general.locale).text(
            "giveaways-stopped",
            number=str(giveaway.number),
            prize=giveaway.terms.prize,
            channel=str(giveaway.channel_id),
            why=run.payload["why"],
        )
        channel = rules_of(config.giveaways).log_channel
        if channel is not None and await self._send(run, channel, text):
            return
        discord = self._deps.discord
        try:
            private = await discord.call(
                "POST /users/@me/channels", lambda: discord.rest.create_dm_channel(giveaway.host_id), repeatable=True
            )
        except DiscordRefused as refused:
            _log.warning("the host cannot be told", host=str(giveaway.host_id), why=str(refused))
            return
        await self._send(run, int(private.id), text)

    async def _send(self, run: JobRun, channel: int, text: str) -> bool:
        try:
            await self._deps.discord.send_message(channel, nonce=run.nonce(str(channel)), content=text)
        except DiscordRefused as refused:
            _log.warning("cannot write there", channel=str(channel), why=str(refused))
            return False
        return True


def _sentence(writer: Writer, fact: dict[str, Any]) -> str:
    number, prize = str(fact["number"]), fact["prize"]
    match fact["fact"]:
        case "GiveawayStarted":
            return writer.text(
                "giveaways-log-started", number=number, prize=prize, channel=fact["channel_id"], host=fact["host_id"]
            )
        case "GiveawayEnded":
            said = "giveaways-log-drawn" if fact["winner_ids"] else "giveaways-log-nobody"
            winners = _mentions(fact["winner_ids"])
            return writer.text(said, number=number, prize=prize, winners=winners, entries=fact["entries"])
        case "PrizeClaimed":
            return writer.text("giveaways-log-claimed", number=number, prize=prize, winner=fact["winner_id"])
        case "PrizeExpired":
            said = "giveaways-log-rerolled" if fact["winner_ids"] else "giveaways-log-expired"
            former, winners = _mentions(fact["former_ids"]), _mentions(fact["winner_ids"])
            return writer.text(said, number=number, prize=prize, former=former, winners=winners)
        case other:
            raise ValueError(f"no sentence for the fact {other!r}")


def _mentions(ids: list[str]) -> str:
    return ", ".join(f"<@{each}>" for each in ids)
