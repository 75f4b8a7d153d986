"""Two workers at the same step of a draw, or a step at the wrong time: the first counts, the other changes nothing."""

from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features.giveaways import draw_steps, draws, frozen, records, rerolls, service, store
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, rules_of
from guildwright_bot.features.giveaways.draws import Origin
from guildwright_bot.features.giveaways.frozen import Frozen
from guildwright_bot.features.giveaways.records import Kind
from tests.fakes.bot import GUILD, config
from tests.fakes.chance import FakeChance
from tests.giveaways.conftest import HOST, Hall
from tests.giveaways.test_drawing import drawn

pytestmark = pytest.mark.integration

ORIGIN = Origin(FakeChance().token, {"source": "none"})


async def closing(hall: Hall, *members: int) -> Giveaway:
    """A giveaway whose time is over, and no job has run."""
    giveaway = await hall.started()
    for member in members:
        await hall.click(giveaway, member)
    hall.clock.set(giveaway.ends_at + timedelta(seconds=1))
    async with transaction():
        assert await draw_steps.begin_close(giveaway.id, ORIGIN, hall.clock.now()) is not None
    return giveaway


async def a_list(hall: Hall, giveaway: Giveaway, only: int) -> Frozen:
    """The list if only this member had entered."""
    made, rules = await draws.get(giveaway.id), rules_of(hall.config.current.giveaways)
    assert made is not None
    page = [row for row in await store.page_of_entries(giveaway.id, 0, 100) if row["member_id"] == only]
    return frozen.freeze(frozen.places(page, giveaway, rules, made.ticket_key, hall.clock.now()))


async def test_a_list_is_frozen_once(hall: Hall) -> None:
    giveaway = await closing(hall, 1, 2)
    first, second = await a_list(hall, giveaway, 1), await a_list(hall, giveaway, 2)
    for listed in (first, second):
        async with transaction():
            await draw_steps.closed(giveaway.id, listed, hall.clock.now())
    assert (await draws.frozen(giveaway.id)).list_hash == first.list_hash
    assert [line["kind"] for line in await records.of(giveaway.id)].count(Kind.FROZEN) == 1
    async with transaction():
        assert await draw_steps.begin_close(giveaway.id, ORIGIN, hall.clock.now()) is None


async def test_nothing_is_drawn_before_the_hash_is_posted(hall: Hall) -> None:
    giveaway = await closing(hall, 1, 2)
    async with transaction():
        assert await draw_steps.begin_tell(giveaway.id) is None
        assert await draw_steps.begin_draw(giveaway.id) is None
        await draw_steps.closed(giveaway.id, await a_list(hall, giveaway, 1), hall.clock.now())
        assert await draw_steps.begin_draw(giveaway.id) is None
        assert await draw_steps.begin_tell(giveaway.id) is not None
        await draw_steps.told(giveaway.id, 77, hall.clock.now())
        assert await draw_steps.begin_tell(giveaway.id) is None
        assert await draw_steps.begin_draw(giveaway.id) is not None


async def test_the_order_is_drawn_once(hall: Hall) -> None:
    giveaway = await closing(hall, 1, 2)
    listed = await a_list(hall, giveaway, 1)
    async with transaction():
        await draw_steps.closed(giveaway.id, listed, hall.clock.now())
        await draw_steps.told(giveaway.id, 77, hall.clock.now())
    first, second = (frozen.order(listed, seed * 32, "") for seed in ("00", "11"))
    for order in (first, second):
        async with transaction():
            await draw_steps.ranked(giveaway.id, order, None, "")
    made = await draws.get(giveaway.id)
    assert made is not None
    assert made.final == first.final


async def test_the_hash_of_a_giveaway_that_was_deleted_meanwhile_goes_again(hall: Hall) -> None:
    giveaway = await closing(hall, 1)
    async with transaction():
        await draw_steps.closed(giveaway.id, await a_list(hall, giveaway, 1), hall.clock.now())
        await service.delete(GUILD, giveaway.id, now=hall.clock.now())
    await fetch("UPDATE job SET state = 'done' WHERE kind = 'giveaways.remove'")  # it saw no such message yet
    async with transaction():
        await draw_steps.told(giveaway.id, 77, hall.clock.now())
    assert await fetch("SELECT id FROM job WHERE kind = 'giveaways.remove' AND state = 'waiting'")
    assert not await fetch("SELECT id FROM job WHERE kind = 'giveaways.draw'")


async def test_two_rerolls_at_once_give_the_one_prize_once(hall: Hall) -> None:
    hall.config.current = config(giveaways={"rerollLimit": 0})
    giveaway = await drawn(hall, 1, 2, 3)
    await hall.pass_time(6)
    _, second, third = await hall.order(giveaway)
    for _ in range(2):
        async with transaction():
            assert await rerolls.begin_reroll(giveaway.id, 1, ORIGIN, hall.clock.now()) is not None
    for member in (second, third):
        async with transaction():
            await rerolls.rerolled(
                giveaway.id,
                1,
                [(member, "")],
                actor_id=HOST,
                instead_of=[],
                key=str(member),
                now=hall.clock.now(),
            )
    states = [claim.state for claim in await store.claims(giveaway.id)]
    assert states.count(ClaimState.OPEN) == 1
    async with transaction():
        assert await rerolls.begin_reroll(giveaway.id, 1, ORIGIN, hall.clock.now()) is None
