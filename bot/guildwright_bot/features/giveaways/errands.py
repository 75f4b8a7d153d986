"""What the jobs of giveaways do alike: send, edit, stop what Discord will not have, read the guild's rules."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import hikari
import structlog

from guildwright.platform.discord.client import DiscordRefused
from guildwright.platform.jobs.outcomes import Retry, Unknown
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.deps import Deps
from guildwright_bot.features.giveaways import draws, steps, store
from guildwright_bot.features.giveaways.domain import Giveaway, Rules, State, rules_of
from guildwright_bot.features.giveaways.draws import Origin
from guildwright_bot.features.giveaways.messages import Post, Writer

WAITS = 30  # tries of a job that Discord refuses: five days
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_CHANNEL_GONE = 10003  # Discord's code

_log = structlog.get_logger("guildwright.giveaways")


class Errands:
    """The base of the handlers, with what they need of the outside."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def _send(
        self, run: JobRun, giveaway: Giveaway, post: Post, attachments: Sequence[hikari.Resourceish] = ()
    ) -> int:
        message = await self._deps.discord.send_message_once(
            giveaway.channel_id,
            nonce=run.nonce("message"),
            marker=post.marker,
            since=run.tried,
            content=post.content or None,
            embeds=post.embeds,
            components=post.components,
            user_mentions=post.pings,
            attachments=attachments,
        )
        return int(message.id)

    async def _edit(self, giveaway: Giveaway, message_id: int, post: Post) -> None:
        try:
            await self._deps.discord.edit_message(
                giveaway.channel_id,
                message_id,
                content=post.content or None,
                embeds=post.embeds,
                components=post.components,
            )
        except DiscordRefused as refused:  # deleted by somebody, or the channel was closed to us: the draw goes on
            _log.warning("message cannot be edited", message=message_id, why=str(refused))

    async def _abandon(self, run: JobRun, refused: DiscordRefused) -> None:
        _log.warning("giveaway stopped", giveaway=run.payload["giveaway"], why=str(refused))
        async with run.finish():
            await steps.abandon(run.payload["giveaway"], refused.message, self._now())

    async def _unnoted(self, run: JobRun, *markers: str) -> tuple[Giveaway, int] | None:
        """The message of an earlier try that did not live to note it, where there is nothing to post any more.

        One of a giveaway that was deleted meanwhile is deleted: nobody else knows of it.
        """
        async with run.step():
            giveaway = await store.get(run.payload["giveaway"])
        if giveaway is None or run.tried is None:
            return None
        for marker in markers:
            try:
                message = await self._deps.discord.find_message(giveaway.channel_id, marker, run.tried.since)
                if message is not None and giveaway.state is not State.DELETED:
                    return giveaway, int(message.id)
                if message is not None:
                    reason = run.reason(f"giveaway {giveaway.number} was deleted")
                    await self._deps.discord.delete_message(giveaway.channel_id, int(message.id), reason=reason)
            except (DiscordRefused, Unknown) as why:
                _log.warning("cannot look for an earlier message", channel=giveaway.channel_id, why=str(why))
        return None

    async def _wait_or_abandon(self, run: JobRun, refused: DiscordRefused) -> None:
        """Let a giveaway that members have entered stay as it is until Discord admits us again; it is never drawn anew.

        Raises:
            Retry: after a pause that grows. Only where the channel is gone there is nothing to wait for.
        """
        if refused.code == _CHANNEL_GONE:
            await self._abandon(run, refused)
            return
        async with run.step():
            await steps.tell_waiting(run.payload["giveaway"], run.id, refused.message, self._now())
        raise self._again(run, refused) from refused

    @staticmethod
    def _again(run: JobRun, refused: DiscordRefused) -> Retry:
        return Retry(str(refused), after=min(_FIRST_PAUSE * 2 ** (run.attempt - 1), _LONGEST_PAUSE))

    def _rules(self, guild_id: int | None) -> Rules:
        return rules_of(self._deps.config.get(guild_id or 0).giveaways)

    def _writer(self, giveaway: Giveaway) -> Writer:
        return Writer(self._deps.texts, self._deps.config.get(giveaway.guild_id).general.locale)

    def _origin(self, guild_id: int | None) -> Origin:
        return Origin(self._deps.chance.token, draws.public_round(self._deps.settings), self._rules(guild_id))

    def _now(self) -> datetime:
        return self._deps.clock.now()
