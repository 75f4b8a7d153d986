"""The jobs that draw a giveaway: each goes on where it was killed, and does nothing that was done.

What takes seconds for half a million entries runs in a thread, so that leases are renewed and other jobs go on.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import hikari
import structlog

from guildwright.platform.beacon import Beacon, BeaconAway, Pulse
from guildwright.platform.discord.client import DiscordRefused
from guildwright.platform.jobs.outcomes import Unavailable
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.features.giveaways import draw_steps, draws, frozen, people, rerolls, steps, store, verify
from guildwright_bot.features.giveaways.domain import Giveaway, Rules, refuse_person
from guildwright_bot.features.giveaways.draw_steps import Outcomes, Picking
from guildwright_bot.features.giveaways.draws import Draw
from guildwright_bot.features.giveaways.errands import Errands
from guildwright_bot.features.giveaways.frozen import Frozen
from guildwright_bot.features.giveaways.messages import FEATURE
from guildwright_bot.features.giveaways.steps import View
from guildwright_bot.interactions import custom_id

# A thread works on so many entries at a time: some hundredths of a second.
PAGE = 5_000
BEACON_PATIENCE = 15.0  # seconds of asking in one run of the job
BEACON_PAUSE = 5.0
_AT_ONCE = 10
_LARGEST_FILE = 9_900_000  # bytes; Discord takes 10 MiB
_AHEAD = 50

_log = structlog.get_logger("guildwright.giveaways")


class DrawJobs(Errands):
    """The handlers."""

    async def end(self, run: JobRun) -> None:
        """Freeze the list of those who may win."""
        await _until_not_overtaken(lambda: self._end(run))

    async def _end(self, run: JobRun) -> None:
        async with run.step():
            origin = self._origin(run.guild_id)
            closing = await draw_steps.begin_close(run.payload["giveaway"], origin, self._now())
        if closing is None:
            return
        listed = await self._freeze(closing.giveaway, closing.draw, origin.rules)
        committed = closing.draw.commitments[-1].hash
        async with run.finish():
            await draw_steps.closed(closing.giveaway.id, committed, listed, self._now())

    async def closed(self, run: JobRun) -> None:
        """Post the list's hash, before anybody can know who wins."""
        async with run.step():
            closing = await draw_steps.begin_tell(run.payload["giveaway"])
        if closing is None:
            await self._unnoted(run, custom_id(FEATURE, "ticket", run.payload["giveaway"]))
            return
        try:
            post = self._writer(closing.giveaway).closed(closing.giveaway, closing.draw)
            message_id = await self._send(run, closing.giveaway, post)
        except DiscordRefused as refused:
            await self._wait_or_abandon(run, refused)
            return
        async with run.finish():
            await draw_steps.told(closing.giveaway.id, message_id, self._now())

    async def draw(self, run: JobRun) -> None:
        """Draw, and take the winners from the order."""
        async with run.step():
            picking = await draw_steps.begin_draw(run.payload["giveaway"])
        if picking is None:
            return
        if not picking.draw.final:
            await self._rank(run, picking, *await self._public_round(picking.draw))
        outcomes = await self._pick(run, picking)
        if outcomes is None:
            return
        async with run.finish():
            await draw_steps.drawn(picking.giveaway.id, outcomes, self._now())

    async def announce(self, run: JobRun) -> None:
        """Tell the winners of one draw, with its record, or that nobody is left."""
        number = run.payload["round"]
        async with run.step():
            seen = await steps.begin_announce(run.payload["giveaway"], number, self._rules(run.guild_id), self._now())
        if seen is None:
            await self._unnoted(
                run, *(custom_id(FEATURE, v, run.payload["giveaway"], number) for v in ("claim", "over"))
            )
            return
        try:
            message_id = await self._announce(run, seen, number)
        except DiscordRefused as refused:
            await self._wait_or_abandon(run, refused)
            return
        async with run.finish():
            await steps.announced(seen.giveaway.id, number, message_id, self._now())

    async def _announce(self, run: JobRun, seen: View, number: int) -> int:
        post, record = self._writer(seen.giveaway).announcement(seen, number), await self._record(seen.giveaway)
        try:
            return await self._send(run, seen.giveaway, post, record)
        except DiscordRefused as refused:
            if not record:
                raise
            # Where we may write and not attach, the winners must learn of it all the same.
            _log.warning("the record of a draw cannot be attached", giveaway=seen.giveaway.id, why=str(refused))
            try:
                return await self._send(run, seen.giveaway, post)
            except DiscordRefused as again:
                again.nothing_done = again.nothing_done and refused.nothing_done
                raise

    async def expire(self, run: JobRun) -> None:
        """Take prizes back that were not claimed in time, and give them to the next in the order."""
        await _until_not_overtaken(lambda: self._expire(run))

    async def _expire(self, run: JobRun) -> None:
        number, rules = run.payload["round"], self._rules(run.guild_id)
        async with run.step():
            origin = self._origin(run.guild_id)
            picking = await draw_steps.begin_expire(run.payload["giveaway"], number, rules, origin, self._now())
        if picking is None:
            return
        outcomes = await self._pick_again(run, picking)
        if outcomes is None:
            return
        async with run.finish():
            giveaway_id, wanted = picking.giveaway.id, picking.wanted
            await draw_steps.expired(giveaway_id, number, wanted, outcomes, self._now(), picking.late)

    async def reroll(self, run: JobRun) -> None:
        """Give prizes to the next in the order, because a host wants it."""
        await _until_not_overtaken(lambda: self._reroll(run))

    async def _reroll(self, run: JobRun) -> None:
        asked = run.payload
        async with run.step():
            origin = self._origin(run.guild_id)
            picking = await rerolls.begin_reroll(asked["giveaway"], asked["count"], origin, self._now())
        if picking is None:
            return
        outcomes = await self._pick_again(run, picking)
        if outcomes is None:
            return
        former = [int(asked["instead_of"])] if asked["instead_of"] else []
        actor, key = int(asked["actor"]), f"{asked['giveaway']}:job {run.id}"
        async with run.finish():
            await rerolls.rerolled(
                asked["giveaway"],
                picking.wanted,
                outcomes,
                actor_id=actor,
                instead_of=former,
                key=key,
                now=self._now(),
            )

    async def _pick_again(self, run: JobRun, picking: Picking) -> Outcomes | None:
        if picking.wanted and not picking.draw.final:
            await self._rank(run, picking, None, "")
        return await self._pick(run, picking)

    async def _freeze(self, giveaway: Giveaway, made: Draw, rules: Rules) -> Frozen:
        now, after = self._now(), 0
        found: list[bytes] = []
        left_out = Counter[str]()
        while page := await store.page_of_entries(giveaway.id, after, PAGE):
            listed, refused = await asyncio.to_thread(frozen.places, page, giveaway, rules, made.ticket_key, now)
            found += listed
            left_out += refused
            after = page[-1]["member_id"]
        return await asyncio.to_thread(frozen.freeze, found, left_out)

    async def _public_round(self, made: Draw) -> tuple[Pulse | None, str]:
        """The round that was committed to, or why there is none.

        Raises:
            Unavailable: there is none yet, and the time to wait for it is not over.
        """
        chain = made.chain
        if chain is None or made.posted_at is None:
            return None, ""
        number = chain.round_after(verify.message_time(str(made.message_id)))
        beacon = Beacon(self._deps.settings.drand_urls, self._deps.clock)
        try:
            return await beacon.wait_for(chain, number, BEACON_PATIENCE), ""
        except BeaconAway as away:
            if self._now() < made.posted_at + timedelta(seconds=made.fallback_after):
                raise Unavailable(str(away), retry_after=BEACON_PAUSE) from away
            _log.warning("drawn without the public round", giveaway=made.giveaway_id, why=str(away))
            return None, str(away)

    async def _rank(self, run: JobRun, picking: Picking, pulse: Pulse | None, fallback: str) -> None:
        """Draw, and keep the order at once: whatever happens next, there is no second draw."""
        giveaway, made = picking.giveaway, picking.draw
        if made.list_hash:
            listed = await draws.frozen(giveaway.id)
        else:
            listed = await self._freeze(giveaway, made, picking.rules or self._rules(giveaway.guild_id))
        order = await asyncio.to_thread(frozen.order, listed, made.seed, pulse.randomness if pulse else "")
        async with run.step():
            if not made.list_hash:
                await draws.freeze(giveaway.id, listed)
            await draw_steps.ranked(giveaway.id, order, pulse, fallback)

    async def _pick(self, run: JobRun, picking: Picking) -> Outcomes | None:
        """Go down the order until there are enough who may win, by what Discord says of them now.

        Returns:
            None: the giveaway was stopped.
        """
        try:
            return await self._outcomes(picking)
        except DiscordRefused as refused:
            await self._wait_or_abandon(run, refused)
            return None

    async def _outcomes(self, picking: Picking) -> Outcomes:
        outcomes: list[tuple[int, str]] = []
        missing, place = picking.wanted, 0
        while missing and (ahead := await draws.ranking(picking.giveaway.id, place, _AHEAD)):
            place += len(ahead)
            asked = [member for member in ahead if member not in picking.former]
            while missing and asked:
                several, asked = asked[: min(missing, _AT_ONCE)], asked[min(missing, _AT_ONCE) :]
                reasons = await asyncio.gather(*(self._why_not(picking.giveaway, member) for member in several))
                outcomes += zip(several, reasons, strict=True)
                missing -= reasons.count("")
        return outcomes

    async def _why_not(self, giveaway: Giveaway, member_id: int) -> str:
        entry = await store.entry(giveaway.id, member_id)
        level = entry.level if entry else None
        discord, levels = self._deps.discord, self._deps.levels
        person = await people.look_up(discord, levels, giveaway.guild_id, member_id, level=level)
        if person is None:
            return "left"
        refusal = refuse_person(giveaway, person, self._rules(giveaway.guild_id), self._now())
        return refusal.reason if refusal else ""

    async def _record(self, giveaway: Giveaway) -> Sequence[hikari.Bytes]:
        """The record as an attachment, where there is one that Discord takes."""
        written = await draws.file(giveaway, self._writer(giveaway).about_record())
        if written is None:
            return ()
        name, body = written
        if len(body) > _LARGEST_FILE:
            _log.warning("the record of a draw is too large for Discord", giveaway=giveaway.id, bytes=len(body))
            return ()
        return (hikari.Bytes(body, name),)


async def _until_not_overtaken(pick: Callable[[], Awaitable[None]]) -> None:
    """Each time that it is overtaken another job went on (gave a prize away, learned of other rules): this ends."""
    while True:
        with suppress(draw_steps.Overtaken):
            return await pick()
