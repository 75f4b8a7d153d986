"""The jobs of giveaways: each reads, talks to Discord outside any transaction, and keeps what came of it."""

from dataclasses import replace
from datetime import timedelta

import structlog

from guildwright.platform.discord.client import DiscordRefused
from guildwright.platform.discord.errors import DiscordClosed
from guildwright.platform.jobs.registry import Consumer, Handler
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.deps import Deps
from guildwright_bot.features.giveaways import records, retention, steps, store
from guildwright_bot.features.giveaways.domain import State, rules_of
from guildwright_bot.features.giveaways.draw_jobs import DrawJobs
from guildwright_bot.features.giveaways.errands import WAITS, Errands
from guildwright_bot.features.giveaways.events import (
    ClaimFailed,
    GiveawayEnded,
    GiveawayStarted,
    PrizeClaimed,
    PrizeExpired,
    PrizeRerolled,
)
from guildwright_bot.features.giveaways.messages import FEATURE, Writer, sentence
from guildwright_bot.features.giveaways.retention import Retention
from guildwright_bot.features.giveaways.steps import View
from guildwright_bot.interactions import custom_id

# Facts that this feature listens to: its own, for the log channel.
_TOLD = (GiveawayStarted, GiveawayEnded, PrizeClaimed, ClaimFailed, PrizeExpired, PrizeRerolled)
HEARS = tuple((fact, "giveaways.log") for fact in _TOLD)

# What comes again by itself, as cron texts in UTC.
RECURRING = {"giveaways.retention": retention.CRON}

# A giveaway of millions of entries takes minutes to freeze, to draw and to write down.
_LONG = {"end", "draw", "announce", "expire", "reroll", "retention"}
# What has begun must come to its end, however long Discord does not let us, and what is deleted must go.
_WAITING = {"end", "closed", "draw", "announce", "expire", "reroll", "remove"}
_LONGEST_RUN, _LONGEST_SHORT_RUN = timedelta(minutes=30), timedelta(minutes=5)

_log = structlog.get_logger("guildwright.giveaways")


def consumers(deps: Deps) -> list[Consumer]:
    """What a worker runs for this feature."""
    jobs, drawing = Jobs(deps), DrawJobs(deps)
    log = Log(deps)
    handlers: dict[str, Handler] = {
        "begin": jobs.begin,
        "post": jobs.post,
        "refresh": jobs.refresh,
        "end": drawing.end,
        "closed": drawing.closed,
        "draw": drawing.draw,
        "announce": drawing.announce,
        "winners": jobs.winners,
        "expire": drawing.expire,
        "reroll": drawing.reroll,
        "remove": jobs.remove,
        "retention": Retention(deps).tidy,
        "log": log.write,
        "stopped": log.stopped,
    }
    return [
        Consumer(
            f"giveaways.{verb}",
            handler,
            timeout=_LONGEST_RUN if verb in _LONG else _LONGEST_SHORT_RUN,
            max_attempts=WAITS if verb in _WAITING else Consumer.max_attempts,
        )
        for verb, handler in handlers.items()
    ]


class Jobs(Errands):
    """The handlers of everything but the draw."""

    async def begin(self, run: JobRun) -> None:
        """Start a scheduled giveaway."""
        async with run.finish():
            await steps.begin(run.payload["giveaway"], run.due, self._now())

    async def post(self, run: JobRun) -> None:
        """Post a giveaway's message."""
        async with run.step():
            seen = await steps.begin_post(run.payload["giveaway"], self._origin(run.guild_id), self._now())
        if seen is None:
            await self._note_post(run)
            return
        try:
            message_id = await self._send(run, seen.giveaway, self._writer(seen.giveaway).panel(seen))
        except DiscordRefused as refused:
            await self._abandon(run, refused)
            return
        async with run.finish():
            await steps.posted(seen.giveaway.id, message_id, seen, self._now())

    async def _note_post(self, run: JobRun) -> None:
        """Ended between the posting and the note of it: its message has to show that."""
        found = await self._unnoted(run, custom_id(FEATURE, "enter", run.payload["giveaway"]))
        if found is not None and found[0].message_id is None:
            running = View(replace(found[0], state=State.RUNNING), ())
            async with run.finish():
                await steps.posted(found[0].id, found[1], running, self._now())

    async def refresh(self, run: JobRun) -> None:
        """Bring a giveaway's message up to date."""
        async with run.step():
            seen = await steps.begin_refresh(run.payload["giveaway"], self._now())
        if seen is None or seen.giveaway.message_id is None:
            return
        await self._edit(seen.giveaway, seen.giveaway.message_id, self._writer(seen.giveaway).panel(seen))
        async with run.finish():
            await steps.refreshed(seen, self._now())

    async def winners(self, run: JobRun) -> None:
        """Show in a winner message what became of its claims."""
        number = run.payload["round"]
        seen = await self._view(run)
        told = next((claim.message_id for claim in seen.of_round(number) if claim.message_id), None) if seen else None
        if seen is None or told is None or seen.giveaway.state is State.DELETED:
            return
        await self._edit(seen.giveaway, told, self._writer(seen.giveaway).announcement(seen, number))
        async with run.finish():
            await steps.winners_shown(seen, number, run.id, self._now())

    async def remove(self, run: JobRun) -> None:
        """Delete the messages of a deleted giveaway."""
        seen = await self._view(run)
        if seen is None:
            return
        told = seen.draw.message_id if seen.draw else None
        messages = {seen.giveaway.message_id, told, *(claim.message_id for claim in seen.claims)}
        async with run.step():
            messages |= await records.messages(seen.giveaway.id)  # that nobody could win is in no claim
        try:
            for message_id in sorted(filter(None, messages)):
                reason = run.reason(f"giveaway {seen.giveaway.number} was deleted")
                await self._deps.discord.delete_message(seen.giveaway.channel_id, message_id, reason=reason)
        except DiscordRefused as refused:  # they are our own: the channel is hidden from us, perhaps not for long
            raise self._again(run, refused) from refused

    async def _view(self, run: JobRun) -> View | None:
        async with run.step():
            giveaway = await store.get(run.payload["giveaway"])
            return await steps.view(giveaway) if giveaway else None


class Log:
    """Handlers of what only informs: refused is refused, nothing depends on it."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def write(self, run: JobRun) -> None:
        """Write a fact to the log channel, where the guild has one."""
        config = self._deps.config.get(run.guild_id or 0)
        channel = rules_of(config.giveaways).log_channel
        if channel is not None:
            await self._send(run, channel, sentence(Writer(self._deps.texts, config.general.locale), run.payload))

    async def stopped(self, run: JobRun) -> None:
        """Say that a giveaway waits, was stopped or is over: in the log channel, else to its host in private."""
        async with run.step():
            giveaway = await store.get(run.payload["giveaway"])
        if giveaway is None:
            return
        config = self._deps.config.get(giveaway.guild_id)
        untold = "giveaways-over-untold" if run.payload.get("over") else "giveaways-stopped"
        text = Writer(self._deps.texts, config.general.locale).text(
            "giveaways-waits" if run.payload.get("waits") else untold,
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
            await self._deps.discord.send_message_once(
                channel, nonce=run.nonce(str(channel)), marker=None, since=run.tried, content=text
            )
        except (DiscordRefused, DiscordClosed) as refused:
            _log.warning("cannot write there", channel=str(channel), why=str(refused))
            return False
        return True
