"""Two things at once, and things in the wrong order: each pair that could hurt, made to happen."""

import asyncio
from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features.giveaways import draw_steps, draws, service, steps, store
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, Rules, State, rules_of
from guildwright_bot.features.giveaways.draws import Origin
from guildwright_bot.features.giveaways.service import Claimed
from guildwright_bot.refusal import Refusal
from tests.fakes.bot import GUILD
from tests.fakes.chance import FakeChance
from tests.fakes.channels import Sent
from tests.giveaways.conftest import Hall

pytestmark = pytest.mark.integration
ORIGIN = Origin(FakeChance().token, {"source": "none"}, Rules())


async def again(hall: Hall, kind: str) -> None:
    """Deliver every finished job of a kind once more."""
    await fetch("UPDATE job SET state = 'waiting', next_at = $2 WHERE kind = $1", kind, hall.clock.now())
    await hall.pass_time()


def moderator_deletes_everything(hall: Hall) -> None:
    """Long enough ago for Discord to have forgotten the nonces too."""
    hall.discord.messages.clear()
    hall.discord.forget_nonces()


async def test_no_click_undoes_an_end_that_happens_at_the_same_time(hall: Hall) -> None:
    for source in range(1, 5):
        giveaway = await hall.started(source_id=source)

        async def end(giveaway: Giveaway = giveaway) -> None:
            async with transaction():
                await service.end(GUILD, giveaway.id, now=hall.clock.now())

        await asyncio.gather(end(), *(hall.click(giveaway, member) for member in range(1, 11)))
        assert (await hall.now(giveaway)).state is State.DRAWING
        await hall.pass_time(1)


async def test_two_clicks_on_claim_at_once_claim_once(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    await hall.pass_time(10)
    results = await asyncio.gather(*(hall.claim(giveaway, 1) for _ in range(5)))
    assert sum(isinstance(result, Claimed) for result in results) == 1


async def test_what_a_moderator_deleted_is_not_posted_again_by_a_late_delivery(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    moderator_deletes_everything(hall)
    await again(hall, "giveaways.post")
    assert hall.discord.messages == []
    await hall.pass_time(10)
    moderator_deletes_everything(hall)
    await again(hall, "giveaways.announce")
    assert hall.discord.messages == []
    assert [claim.state for claim in await store.claims(giveaway.id)] == [ClaimState.OPEN]


async def test_a_draw_that_two_workers_make_at_once_has_one_result(hall: Hall) -> None:
    giveaway = await hall.started()
    for member in (1, 2):
        await hall.click(giveaway, member)
    await hall.pass_time(10)
    [first, second] = await hall.order(giveaway)
    async with transaction():
        await draw_steps.drawn(giveaway.id, [(second, "")], hall.clock.now())  # the slower one saw the first one gone
    assert [claim.member_id for claim in await store.claims(giveaway.id)] == [first]
    made = await draws.get(giveaway.id)
    assert made is not None
    assert len(made.rounds) == 1


async def test_where_the_history_cannot_be_read_the_nonce_prevents_a_second_message(hall: Hall) -> None:
    hall.discord.hidden_history = True
    hall.discord.lost_answers = 1
    await hall.start()
    await hall.pass_time(1)
    assert len(hall.discord.messages) == 1


async def test_a_click_before_the_posting_is_written_down_is_shown(hall: Hall) -> None:
    giveaway = await hall.start()
    assert isinstance(giveaway, Giveaway)

    async def click(_: Sent) -> None:
        hall.discord.on_send = None
        await hall.click(giveaway, 1)
        await fetch("UPDATE job SET state = 'done' WHERE kind = 'giveaways.refresh'")  # it found no message yet

    hall.discord.on_send = click
    await hall.pass_time(1)
    assert "Entries: **1**" in hall.panel.text


async def test_an_edit_that_overtook_a_newer_one_is_mended(hall: Hall) -> None:
    giveaway = await hall.started()
    async with transaction():
        old = await steps.begin_refresh(giveaway.id, hall.clock.now())
    assert old is not None
    await hall.click(giveaway, 1)
    await hall.pass_time(1)
    assert "Entries: **1**" in hall.panel.text
    hall.panel.embeds = hall.bench_writer.panel(old).embeds  # the slow edit arrives last
    async with transaction():
        await steps.refreshed(old, hall.clock.now())
    await hall.pass_time(1)
    assert "Entries: **1**" in hall.panel.text


async def test_who_claims_in_the_last_moment_keeps_the_prize_though_another_was_picked(hall: Hall) -> None:
    giveaway = await hall.started(winners=2)
    for member in (1, 2, 3, 4):
        await hall.click(giveaway, member)
    await hall.pass_time(10)
    first, second, third, fourth = await hall.order(giveaway)
    deadline = (await store.claims(giveaway.id))[0].deadline
    assert deadline is not None
    hall.clock.set(deadline - timedelta(milliseconds=500))
    rules = rules_of(hall.config.current.giveaways)
    async with transaction():
        picking = await draw_steps.begin_expire(giveaway.id, 0, rules, ORIGIN, hall.clock.now())
    assert picking is not None
    assert (picking.wanted, picking.former) == (2, {first, second})
    assert isinstance(await hall.claim(giveaway, first), Claimed)
    async with transaction():
        await draw_steps.expired(giveaway.id, 0, 2, [(third, ""), (fourth, "")], hall.clock.now())
    held = {claim.member_id for claim in await store.claims(giveaway.id) if claim.state is not ClaimState.EXPIRED}
    assert held == {first, third}


async def test_a_click_on_claim_after_the_prize_was_drawn_again_is_too_late(hall: Hall) -> None:
    giveaway = await hall.started()
    for member in (1, 2):
        await hall.click(giveaway, member)
    await hall.pass_time(10)
    [first, _] = await hall.order(giveaway)
    await hall.pass_time(5)
    late = await hall.claim(giveaway, first)
    assert isinstance(late, Refusal)
    assert late.reason == "giveaways-refused-too-late"


async def test_what_is_told_in_the_moment_of_the_deletion_goes_too(hall: Hall) -> None:
    for verb in ("enter", "ticket", "claim"):
        giveaway = await hall.start(source_id=hall.clicks)
        assert isinstance(giveaway, Giveaway)

        async def delete(sent: Sent, verb: str = verb, giveaway: Giveaway = giveaway) -> None:
            if f"gw:giveaways:{verb}:{giveaway.id}" in sent.custom_ids[0]:
                hall.discord.lost_answers = 1
                async with transaction():
                    await service.delete(GUILD, giveaway.id, now=hall.clock.now())

        hall.discord.on_send = delete
        await hall.pass_time()
        await hall.click(giveaway, 1)
        await hall.pass_time(12)
        assert hall.discord.shown == [], verb


async def test_one_that_is_ended_before_its_posting_was_noted_shows_that(hall: Hall) -> None:
    giveaway = await hall.start()
    assert isinstance(giveaway, Giveaway)

    async def end(_: Sent) -> None:
        hall.discord.on_send = None
        hall.discord.lost_answers = 1
        async with transaction():
            await service.end(GUILD, giveaway.id, now=hall.clock.now())

    hall.discord.on_send = end
    await hall.pass_time(1)
    assert hall.panel.disabled == [True]
