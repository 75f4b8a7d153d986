"""Two workers at the same step of a draw, or a step at the wrong time: the first counts, the other changes nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from asyncpg import UniqueViolationError

from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features.giveaways import (
    consumers,
    draw_steps,
    draws,
    frozen,
    proof,
    records,
    rerolls,
    service,
    store,
)
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, Rules, rules_of
from guildwright_bot.features.giveaways.draws import Origin
from guildwright_bot.features.giveaways.frozen import Frozen
from guildwright_bot.features.giveaways.records import Kind
from guildwright_bot.features.giveaways.service import Claimed
from guildwright_bot.features.giveaways.verify import verify
from tests.fakes.bot import GUILD, config
from tests.fakes.chance import FakeChance
from tests.fakes.jobs_by_hand import Bench
from tests.giveaways.conftest import HOST, FakeConfig, Hall
from tests.giveaways.test_drawing import drawn
from tests.giveaways.test_rerolls import ask

pytestmark = pytest.mark.integration

ORIGIN = Origin(FakeChance().token, {"source": "none"}, Rules())


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
    return frozen.freeze(*frozen.places(page, giveaway, rules, made.ticket_key, hall.clock.now()))


async def waiting(kind: str) -> list[dict[str, Any]]:
    """The jobs of a kind that are to run."""
    return await fetch("SELECT * FROM job WHERE state = 'waiting' AND kind = $1 ORDER BY id", kind)


async def keep(hall: Hall, giveaway: Giveaway, listed: Frozen) -> None:
    """What the job does with a list that was made by what is committed to now."""
    made = await draws.get(giveaway.id)
    assert made is not None
    await draw_steps.closed(giveaway.id, made.commitments[-1].hash, listed, hall.clock.now())


async def test_a_list_is_frozen_once(hall: Hall) -> None:
    giveaway = await closing(hall, 1, 2)
    first, second = await a_list(hall, giveaway, 1), await a_list(hall, giveaway, 2)
    for listed in (first, second):
        async with transaction():
            await keep(hall, giveaway, listed)
    assert (await draws.frozen(giveaway.id)).list_hash == first.list_hash
    assert [line["kind"] for line in await records.of(giveaway.id)].count(Kind.FROZEN) == 1
    async with transaction():
        assert await draw_steps.begin_close(giveaway.id, ORIGIN, hall.clock.now()) is None


async def test_a_list_by_rules_that_are_not_the_ones_committed_to_any_more_is_made_again(hall: Hall) -> None:
    giveaway = await closing(hall, 1, 2)
    made = await draws.get(giveaway.id)
    assert made is not None
    other = replace(ORIGIN, rules=Rules(blacklisted_members=frozenset({1})))
    async with transaction():
        again = await draw_steps.begin_close(giveaway.id, other, hall.clock.now())
    assert again is not None
    old, new = await a_list(hall, giveaway, 1), await a_list(hall, giveaway, 2)
    with pytest.raises(draw_steps.Overtaken):
        async with transaction():
            await draw_steps.closed(giveaway.id, made.commitments[-1].hash, old, hall.clock.now())
    async with transaction():
        await draw_steps.closed(giveaway.id, again.draw.commitments[-1].hash, new, hall.clock.now())
    assert (await draws.frozen(giveaway.id)).list_hash == new.list_hash


async def test_of_two_workers_with_other_rules_the_list_is_by_those_that_were_committed_to_last(hall: Hall) -> None:
    one, other = 111111111111111111, 222222222222222222
    hall.discord.members |= {one: (), other: ()}
    giveaway = await hall.started()
    for member in (one, other):
        await hall.click(giveaway, member)
    hall.clock.set(giveaway.ends_at + timedelta(seconds=1))
    async with transaction():
        await service.add_job("end", giveaway, due=hall.clock.now(), key="once more")
    work = []
    for row, excluded in zip(await waiting("giveaways.end"), (one, other), strict=True):
        known = FakeConfig(config(giveaways={"blacklist": {"members": [str(excluded)]}}))
        bench = Bench(consumers.consumers(replace(hall.deps, config=known)), hall.clock)
        work.append(bench.take(row))
    await asyncio.gather(*work)
    made, listed = await draws.get(giveaway.id), await draws.frozen(giveaway.id)
    assert made is not None
    [ticket] = made.commitments[-1].statement["rules"]["blacklisted_members"]
    tickets = {made.ticket(member) for member in (one, other)}
    assert {line.split()[0] for line in listed.lines} == tickets - {ticket}


async def test_nothing_is_drawn_before_the_hash_is_posted(hall: Hall) -> None:
    giveaway = await closing(hall, 1, 2)
    async with transaction():
        assert await draw_steps.begin_tell(giveaway.id) is None
        assert await draw_steps.begin_draw(giveaway.id) is None
        await keep(hall, giveaway, await a_list(hall, giveaway, 1))
        assert await draw_steps.begin_draw(giveaway.id) is None
        assert await draw_steps.begin_tell(giveaway.id) is not None
        await draw_steps.told(giveaway.id, 77, hall.clock.now())
        assert await draw_steps.begin_tell(giveaway.id) is None
        assert await draw_steps.begin_draw(giveaway.id) is not None


async def test_the_order_is_drawn_once(hall: Hall) -> None:
    giveaway = await closing(hall, 1, 2)
    listed = await a_list(hall, giveaway, 1)
    async with transaction():
        await keep(hall, giveaway, listed)
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
        await keep(hall, giveaway, await a_list(hall, giveaway, 1))
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


async def at_once(hall: Hall, kind: str) -> None:
    """Several workers take every waiting job of a kind at the same moment, and all ask Discord before any is done."""
    rows = await waiting(kind)
    assert len(rows) > 1
    await asyncio.gather(*(hall.bench.take(row) for row in rows))


async def won(giveaway: Giveaway) -> list[list[int]]:
    """The winners of each round, as the record has them; it must hold."""
    made = await draws.get(giveaway.id)
    assert made is not None
    written = await draws.file(giveaway, ())
    assert written is not None
    assert [check for check in verify(proof.read(written[1])).checks if not check.ok] == []
    return [[int(winner.member) for winner in taken.winners] for taken in made.rounds]


async def test_the_prizes_of_two_who_may_not_keep_them_go_to_two_others_at_once(hall: Hall) -> None:
    giveaway = await drawn(hall, *range(1, 7), winners=2)
    first, second, third, fourth, *_ = await hall.order(giveaway)
    for source, member in ((7, first), (8, second)):
        await hall.claim(giveaway, member)
        await ask(hall, giveaway, source, member_id=member)
    await at_once(hall, "giveaways.reroll")
    rounds = await won(giveaway)
    assert sorted(rounds[1:]) == sorted([[third], [fourth]])
    await hall.pass_time()
    for member in (third, fourth):
        assert isinstance(await hall.claim(giveaway, member), Claimed)


async def test_two_claims_that_fail_at_once_give_their_prizes_to_two_others(hall: Hall) -> None:
    giveaway = await drawn(hall, *range(1, 7), winners=2)
    first, second, third, fourth, *_ = await hall.order(giveaway)
    rules = rules_of(hall.config.current.giveaways)
    picked = []
    for member in (first, second):  # the second one fails while Discord is asked about the first one's successor
        await fetch("UPDATE giveaway_claim SET state = 'failing' WHERE member_id = $1", member)
        async with transaction():
            picked.append(await draw_steps.begin_expire(giveaway.id, 0, rules, ORIGIN, hall.clock.now()))
    now, outcomes = hall.clock.now(), [(third, ""), (fourth, "")]
    assert picked[0] is not None
    assert picked[1] is not None
    async with transaction():
        await draw_steps.expired(giveaway.id, 0, 1, outcomes[:1], now, picked[0].late)
    assert isinstance(await hall.claim(giveaway, third), Claimed)
    with pytest.raises(draw_steps.Overtaken):
        async with transaction():
            await draw_steps.expired(giveaway.id, 0, 2, outcomes, now, picked[1].late)
    assert {claim.member_id: claim.state for claim in await store.claims(giveaway.id)} == {
        first: ClaimState.FAILED,
        second: ClaimState.FAILING,
        third: ClaimState.CLAIMED,
    }
    assert await won(giveaway) == [[first, second], [third]]


async def test_a_second_claim_of_a_member_is_refused_by_the_database(hall: Hall) -> None:
    giveaway = await drawn(hall, 1)
    [claim] = await store.claims(giveaway.id)
    with pytest.raises(UniqueViolationError):
        await store.add_claims(giveaway.id, [claim])
