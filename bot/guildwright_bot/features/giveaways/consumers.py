"""The jobs of giveaways: each reads, talks to Discord outside any transaction, and keeps what came of it."""

from datetime import datetime

import structlog

from guildwright.platform.discord.client import DiscordRefused
from guildwright.platform.jobs.registry import Consumer, Handler
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.deps import Deps
from guildwright_bot.features.giveaways import domain, people, steps, store
from guildwright_bot.features.giveaways.domain import Giveaway, Rules, State, rules_of
from guildwright_bot.features.giveaways.events import (
    ClaimFailed,
    GiveawayEnded,
    GiveawayStarted,
    PrizeClaimed,
    PrizeExpired,
)
from guildwright_bot.features.giveaways.messages import Post, Writer, sentence
from guildwright_bot.features.giveaways.steps import Draw, View

# Facts that this feature listens to: its own, for the log channel.
HEARS = tuple(
    (fact, "giveaways.log") for fact in (GiveawayStarted, GiveawayEnded, PrizeClaimed, ClaimFailed, PrizeExpired)
)

_log = structlog.get_logger("guildwright.giveaways")


def consumers(deps: Deps) -> list[Consumer]:
    """What a worker runs for this feature."""
    jobs = Jobs(deps)
    log = Log(deps)
    handlers: dict[str, Handler] = {
        "begin": jobs.begin,
        "post": jobs.post,
        "refresh": jobs.refresh,
        "end": jobs.end,
        "announce": jobs.announce,
        "winners": jobs.winners,
        "expire": jobs.expire,
        "remove": jobs.remove,
        "log": log.write,
        "stopped": log.stopped,
    }
    return [Consumer(f"giveaways.{verb}", handler) for verb, handler in handlers.items()]


class Jobs:
    """The handlers, with what they need of the outside."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def begin(self, run: JobRun) -> None:
        """Start a scheduled giveaway."""
        async with run.finish():
            await steps.begin(run.payload["giveaway"], run.due, self._now())

    async def post(self, run: JobRun) -> None:
        """Post a giveaway's message."""
        async with run.step():
            seen = await steps.begin_post(run.payload["giveaway"], self._now())
        if seen is None:
            return
        try:
            message_id = await self._send(run, seen.giveaway, self._writer(seen.giveaway).panel(seen))
        except DiscordRefused as refused:
            await self._abandon(run, refused)
            return
        async with run.finish():
            await steps.posted(seen.giveaway.id, message_id, seen, self._now())

    async def refresh(self, run: JobRun) -> None:
        """Bring a giveaway's message up to date."""
        async with run.step():
            seen = await steps.begin_refresh(run.payload["giveaway"], self._now())
        if seen is None or seen.giveaway.message_id is None:
            return
        await self._edit(seen.giveaway, seen.giveaway.message_id, self._writer(seen.giveaway).panel(seen))
        async with run.finish():
            await steps.refreshed(seen, self._now())

    async def end(self, run: JobRun) -> None:
        """Draw the winners."""
        async with run.step():
            draw = await steps.begin_draw(run.payload["giveaway"], self._deps.chance, self._now())
        if draw is None:
            return
        picked = await self._pick(run, draw)
        if picked is None:
            return
        async with run.finish():
            await steps.drawn(draw.view.giveaway.id, *picked, self._now())

    async def announce(self, run: JobRun) -> None:
        """Tell the winners of one draw, or that nobody is left."""
        number = run.payload["round"]
        rules = self._rules(run)
        async with run.step():
            seen = await steps.begin_announce(run.payload["giveaway"], number, rules, self._now())
        if seen is None:
            return
        try:
            post = self._writer(seen.giveaway).announcement(seen, number)
            message_id = await self._send(run, seen.giveaway, post)
        except DiscordRefused as refused:
            await self._abandon(run, refused)
            return
        async with run.finish():
            await steps.announced(seen.giveaway.id, number, message_id, self._now())

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

    async def expire(self, run: JobRun) -> None:
        """Take prizes back that were not claimed in time, and draw again."""
        number, rules = run.payload["round"], self._rules(run)
        async with run.step():
            draw = await steps.begin_expire(run.payload["giveaway"], number, rules, self._deps.chance, self._now())
        if draw is None:
            return
        picked = await self._pick(run, draw)
        if picked is None:
            return
        async with run.finish():
            await steps.expired(draw.view.giveaway.id, number, *picked, self._now())

    async def remove(self, run: JobRun) -> None:
        """Delete the messages of a deleted giveaway."""
        seen = await self._view(run)
        if seen is None:
            return
        messages = {seen.giveaway.message_id, *(claim.message_id for claim in seen.claims)} - {None}
        for message_id in sorted(filter(None, messages)):
            try:
                await self._deps.discord.delete_message(seen.giveaway.channel_id, message_id)
            except DiscordRefused as refused:
                _log.warning("message cannot be deleted", message=message_id, why=str(refused))

    async def _pick(self, run: JobRun, draw: Draw) -> tuple[list[int], dict[int, str]] | None:
        """Go down the order of luck until there are enough who may win, by what Discord says of them now.

        Returns:
            The winners, and why others were passed over. None when Discord lets us ask nothing about this guild.
        """
        try:
            return await self._eligible(draw)
        except DiscordRefused as refused:
            await self._abandon(run, refused)
            return None

    async def _eligible(self, draw: Draw) -> tuple[list[int], dict[int, str]]:
        winners: list[int] = []
        barred: dict[int, str] = {}
        giveaway = draw.view.giveaway
        rules = rules_of(self._deps.config.get(giveaway.guild_id).giveaways)
        for member_id in draw.order:
            if len(winners) == draw.wanted:
                break
            person = await people.look_up(self._deps.discord, self._deps.levels, giveaway.guild_id, member_id)
            if person is None:
                barred[member_id] = "left"
                continue
            refusal = domain.refuse_person(giveaway, person, rules, self._now())
            if refusal is None:
                winners.append(member_id)
            else:
                barred[member_id] = refusal.reason
        return winners, barred

    async def _send(self, run: JobRun, giveaway: Giveaway, post: Post) -> int:
        message = await self._deps.discord.send_message_once(
            giveaway.channel_id,
            nonce=run.nonce("message"),
            marker=post.marker,
            since=run.tried,
            content=post.content or None,
            embeds=post.embeds,
            components=post.components,
            user_mentions=post.pings,
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

    async def _view(self, run: JobRun) -> View | None:
        async with run.step():
            giveaway = await store.get(run.payload["giveaway"])
            return await steps.view(giveaway) if giveaway else None

    def _rules(self, run: JobRun) -> Rules:
        return rules_of(self._deps.config.get(run.guild_id or 0).giveaways)

    def _writer(self, giveaway: Giveaway) -> Writer:
        return Writer(self._deps.texts, self._deps.config.get(giveaway.guild_id).general.locale)

    def _now(self) -> datetime:
        return self._deps.clock.now()


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
            await self._deps.discord.send_message_once(
                channel, nonce=run.nonce(str(channel)), marker=None, since=run.tried, content=text
            )
        except DiscordRefused as refused:
            _log.warning("cannot write there", channel=str(channel), why=str(refused))
            return False
        return True
