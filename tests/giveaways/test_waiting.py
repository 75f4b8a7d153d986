"""Where Discord does not admit the bot for a while, a giveaway waits: nobody loses a prize, nothing is drawn anew."""

from dataclasses import replace

import pytest

from guildwright.platform.database.engine import transaction
from guildwright_bot.features.giveaways import service, steps, store
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, State
from guildwright_bot.features.giveaways.service import Claimed
from tests.fakes.bot import CHANNEL, GUILD, config
from tests.giveaways.conftest import Hall
from tests.giveaways.test_drawing import drawn
from tests.giveaways.test_rerolls import states

pytestmark = pytest.mark.integration
LOG = 444444444444444444


async def entered(hall: Hall) -> Giveaway:
    """One that three members are in."""
    hall.config.current = config(giveaways={"logChannel": str(LOG)})
    giveaway = await hall.started()
    for member in (1, 2, 3):
        await hall.click(giveaway, member)
    return giveaway


def logged(hall: Hall) -> list[str]:
    """What stands in the log channel."""
    return [m.content for m in hall.discord.messages if m.channel_id == LOG]


async def test_a_channel_that_is_closed_for_an_hour_delays_the_draw_and_changes_nothing_of_it(hall: Hall) -> None:
    giveaway = await entered(hall)
    order = await hall.foreseen(giveaway)
    hall.discord.refused.add(CHANNEL)
    await hall.pass_time(70)
    assert (await hall.now(giveaway)).state is State.DRAWING
    hall.discord.refused.clear()
    await hall.pass_time(70)
    assert await hall.order(giveaway) == order
    assert hall.announcements[0].pings == (order[0],)
    assert sum("Nothing is lost" in line for line in logged(hall)) == 1


async def test_what_discord_said_a_moment_ago_stops_no_new_giveaway(hall: Hall) -> None:
    """The host has just opened the channel to us; that we were refused there before is only remembered."""
    hall.discord.refused.add(CHANNEL)
    hall.discord.remembers = True
    giveaway = await hall.started()
    assert (await hall.now(giveaway)).state is State.RUNNING
    hall.discord.refused.clear()
    await hall.pass_time(1)
    assert [message.channel_id for message in hall.discord.shown] == [CHANNEL]


async def test_winners_who_cannot_be_told_yet_stay_winners(hall: Hall) -> None:
    giveaway = await entered(hall)
    first = (await hall.foreseen(giveaway))[0]

    async def close_the_channel(sent: object) -> None:
        del sent
        if hall.closings:
            hall.discord.refused.add(CHANNEL)

    hall.discord.on_send = close_the_channel
    await hall.pass_time(200)
    assert (await hall.now(giveaway)).state is State.CLAIMING
    assert await states(giveaway) == {first: ClaimState.OPEN}
    hall.discord.on_send = None
    hall.discord.refused.clear()
    await hall.pass_time(360)
    assert hall.announcements[0].pings == (first,)


async def test_a_winner_told_late_has_all_the_time_to_claim(hall: Hall) -> None:
    giveaway = await entered(hall)
    hall.discord.refused.add(CHANNEL)
    await hall.pass_time(70)
    hall.discord.refused.clear()
    for _ in range(70):
        if not hall.announcements:
            await hall.pass_time(1)
    [winner] = hall.announcements[0].pings
    assert isinstance(await hall.claim(giveaway, winner), Claimed)


async def test_one_that_is_deleted_while_it_waits_is_over(hall: Hall) -> None:
    giveaway = await entered(hall)
    hall.discord.refused.add(CHANNEL)
    await hall.pass_time(20)
    async with transaction():
        await service.delete(GUILD, giveaway.id, now=hall.clock.now())
    hall.discord.refused.clear()
    await hall.pass_time(400)
    assert hall.discord.shown == [m for m in hall.discord.shown if m.channel_id == LOG]


async def test_where_its_channel_is_gone_for_good_it_is_stopped(hall: Hall) -> None:
    giveaway = await entered(hall)
    hall.discord.gone.add(CHANNEL)
    await hall.pass_time(20)
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert "was stopped" in logged(hall)[-1]


async def test_that_nobody_is_left_is_told_to_the_host_also_where_the_channel_is_gone(hall: Hall) -> None:
    hall.config.current = config(giveaways={"logChannel": str(LOG), "rerollLimit": 0})
    giveaway = await drawn(hall, 1)
    hall.discord.gone.add(CHANNEL)
    await hall.pass_time(6)
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert "is over, and nobody else wins it" in logged(hall)[-1]
    assert "Unknown Channel" in logged(hall)[-1]


async def test_messages_of_a_deleted_giveaway_go_when_the_channel_is_shown_again(hall: Hall) -> None:
    giveaway = await hall.started()
    hall.discord.hidden.add(CHANNEL)
    async with transaction():
        await service.delete(GUILD, giveaway.id, now=hall.clock.now())
    await hall.pass_time(10 * 60)  # a night
    hall.discord.hidden.clear()
    await hall.pass_time(6 * 60)
    assert hall.discord.shown == []


async def test_no_prize_of_a_stopped_giveaway_stays_with_a_claim_that_failed(hall: Hall) -> None:
    giveaway = await drawn(hall, *range(1, 5), winners=2)
    first, second, *_ = await hall.order(giveaway)
    async with transaction():
        claims = {claim.member_id: claim for claim in await store.claims(giveaway.id)}
        await store.put_claims(giveaway.id, [replace(claims[first], state=ClaimState.FAILING)])
        await steps.abandon(giveaway.id, "Unknown Channel", hall.clock.now())
    assert await states(giveaway) == {first: ClaimState.FAILED, second: ClaimState.EXPIRED}
