"""A host gives prizes on by hand, down the order of the one draw, never to a former winner."""

from typing import Any

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features.giveaways import rerolls, service, store
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, State
from guildwright_bot.features.giveaways.service import Claimed
from guildwright_bot.features.giveaways.verify import verify
from guildwright_bot.refusal import Refusal
from tests.fakes.bot import GUILD, config
from tests.giveaways.conftest import HOST, Hall
from tests.giveaways.test_drawing import attached, drawn, forget_draws

pytestmark = pytest.mark.integration


async def ask(hall: Hall, giveaway: Giveaway, source: int = 1, **asked: Any) -> Giveaway | Refusal:
    """What a reroll command does."""
    async with transaction():
        return await rerolls.reroll(GUILD, giveaway.id, actor_id=HOST, source_id=source, now=hall.clock.now(), **asked)


async def reason(hall: Hall, giveaway: Giveaway, **asked: Any) -> str:
    answer = await ask(hall, giveaway, **asked)
    assert isinstance(answer, Refusal)
    return answer.reason.removeprefix("giveaways-refused-")


async def unclaimed(hall: Hall, *members: int, **terms: Any) -> Giveaway:
    """A giveaway that closed since nobody claimed."""
    hall.config.current = config(giveaways={"rerollLimit": 0})
    giveaway = await drawn(hall, *members, **terms)
    await hall.pass_time(6)
    assert (await hall.now(giveaway)).state is State.CLOSED
    return giveaway


async def states(giveaway: Giveaway) -> dict[int, ClaimState]:
    return {claim.member_id: claim.state for claim in await store.claims(giveaway.id)}


@pytest.mark.parametrize("unkindly", ["", "twice", "dying"])
async def test_a_prize_that_nobody_claimed_goes_to_the_next_in_the_order(hall: Hall, unkindly: str) -> None:
    giveaway = await unclaimed(hall, 1, 2, 3)
    order = await hall.order(giveaway)
    assert isinstance(await ask(hall, giveaway), Giveaway)
    await hall.pass_time(unkindly=unkindly)
    assert hall.announcements[-1].pings == (order[1],)
    assert verify(attached(hall.announcements[-1])).matches
    assert (await hall.now(giveaway)).state is State.CLAIMING
    assert isinstance(await hall.claim(giveaway, order[1]), Claimed)
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert len(await states(giveaway)) == 2


async def test_each_time_that_nobody_is_left_is_told_in_a_message_of_its_own(hall: Hall) -> None:
    giveaway = await unclaimed(hall, 1)
    for source in (1, 2):
        assert isinstance(await ask(hall, giveaway, source), Giveaway)
        await hall.pass_time()
    markers = [name for told in hall.announcements for name in told.custom_ids]
    assert len(markers) == 4
    assert len(set(markers)) == 4


async def test_the_same_command_delivered_twice_rerolls_once(hall: Hall) -> None:
    giveaway = await unclaimed(hall, *range(1, 7), winners=2)
    for source in (7, 7):
        await ask(hall, giveaway, source, count=1)
    await hall.pass_time()
    assert len(await states(giveaway)) == 3


async def test_two_commands_at_once_give_no_more_prizes_than_there_are(hall: Hall) -> None:
    giveaway = await unclaimed(hall, *range(1, 7), winners=2)
    for source in (7, 8, 9):
        assert isinstance(await ask(hall, giveaway, source, count=1), Giveaway)
    await hall.pass_time()
    held = [member for member, state in (await states(giveaway)).items() if state is ClaimState.OPEN]
    assert len(held) == 2


async def test_the_prize_of_a_winner_who_may_not_keep_it_goes_to_the_next(hall: Hall) -> None:
    giveaway = await drawn(hall, 1, 2, 3)
    first, second, _ = await hall.order(giveaway)
    await hall.claim(giveaway, first)
    assert await reason(hall, giveaway) == "all-held"
    assert isinstance(await ask(hall, giveaway, member_id=first), Giveaway)
    await hall.pass_time()
    assert await states(giveaway) == {first: ClaimState.REVOKED, second: ClaimState.OPEN}
    assert isinstance(await hall.claim(giveaway, first), Refusal)
    assert hall.announcements[-1].pings == (second,)
    assert f"The prize of <@{first}> goes to somebody else." in hall.announcements[0].content


async def test_when_nobody_is_left_the_host_is_told_and_it_stays_closed(hall: Hall) -> None:
    giveaway = await unclaimed(hall, 1)
    assert isinstance(await ask(hall, giveaway), Giveaway)
    await hall.pass_time()
    assert hall.announcements[-1].pings == (HOST,)
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert isinstance(await ask(hall, giveaway, 2), Giveaway)
    await hall.pass_time()
    assert len(hall.announcements) == 4  # the winner, nobody claimed, and each reroll


async def test_leavers_and_the_now_ineligible_are_passed_over(hall: Hall) -> None:
    giveaway = await unclaimed(hall, 1, 2, 3, 4)
    order = await hall.order(giveaway)
    del hall.discord.members[order[1]]
    hall.config.current = config(giveaways={"blacklist": {"members": ["1" * 18]}, "rerollLimit": 0})
    await ask(hall, giveaway)
    await hall.pass_time()
    assert hall.announcements[-1].pings == (order[2],)
    assert verify(attached(hall.announcements[-1])).matches


async def test_what_cannot_be_rerolled_is_refused_with_the_reason(hall: Hall) -> None:
    giveaway = await hall.started(winners=2)
    for member in (1, 2, 3):
        await hall.click(giveaway, member)
    assert await reason(hall, giveaway) == "not-drawn"
    await hall.pass_time(10)
    assert await reason(hall, giveaway) == "all-held"
    assert await reason(hall, giveaway, member_id=99) == "no-winner"
    hall.config.current = config(giveaways={"rerollLimit": 0})
    await hall.pass_time(6)
    assert await reason(hall, giveaway, count=3) == "fewer-free"
    assert await reason(hall, giveaway, count=0) == "fewer-free"
    await fetch("UPDATE giveaway SET round = $1", rerolls.MOST_ROUNDS)
    assert await reason(hall, giveaway) == "rerolls"
    async with transaction():
        await service.delete(GUILD, giveaway.id, now=hall.clock.now())
    assert await reason(hall, giveaway) == "unknown"


async def test_one_that_was_stopped_before_its_draw_cannot_be_rerolled(hall: Hall) -> None:
    giveaway = await hall.started()
    await fetch("UPDATE giveaway SET state = 'closed'")
    assert await reason(hall, giveaway) == "not-drawn"


async def test_a_giveaway_from_before_the_update_can_be_rerolled(hall: Hall) -> None:
    giveaway = await unclaimed(hall, 1, 2)
    await forget_draws()
    await ask(hall, giveaway)
    await hall.pass_time()
    [again] = hall.announcements[-1].pings
    assert again in {1, 2} - set(hall.announcements[0].pings)


async def test_the_log_channel_reads_who_gave_a_prize_on(hall: Hall) -> None:
    giveaway = await unclaimed(hall, 1, 2)
    hall.config.current = config(giveaways={"rerollLimit": 0, "logChannel": "444444444444444444"})
    await ask(hall, giveaway)
    await hall.pass_time()
    said = [m.content for m in hall.discord.messages if m.channel_id == 444444444444444444]
    assert f"<@{HOST}> gave **Oak chair** on" in said[0]
