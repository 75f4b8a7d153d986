"""What a click on the giveaway's button keeps, counts and says."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features.giveaways import store
from guildwright_bot.features.giveaways.domain import Giveaway, Person
from guildwright_bot.features.giveaways.service import Toggled
from guildwright_bot.refusal import Refusal
from tests.giveaways.conftest import Hall

pytestmark = pytest.mark.integration


async def counted(giveaway: Giveaway) -> int:
    """How many entries there are, by the rows themselves."""
    [row] = await fetch("SELECT count(*) AS entries FROM giveaway_entry WHERE giveaway_id = $1 AND active", giveaway.id)
    return int(row["entries"])


async def change(giveaway: Giveaway, **terms: object) -> None:
    """The host edits what is asked."""
    async with transaction():
        kept = await store.lock(giveaway.id)
        assert kept is not None
        await store.save(replace(kept, terms=replace(kept.terms, **terms)))  # type: ignore[arg-type]


async def test_what_was_known_at_the_click_is_kept_with_the_entry(hall: Hall) -> None:
    joined = datetime(2025, 12, 24, tzinfo=UTC)
    hall.discord.members[1] = (7, 5)
    hall.discord.joined[1] = joined
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    entry = await store.entry(giveaway.id, 1)
    assert entry is not None
    assert entry.person == Person(1, frozenset({5, 7}), joined)


async def test_the_count_of_entries_is_that_of_the_rows_whoever_clicks_at_once(hall: Hall) -> None:
    giveaway = await hall.started()
    await asyncio.gather(*(hall.click(giveaway, member) for member in range(1, 11)))
    await asyncio.gather(*(hall.click(giveaway, member) for member in range(1, 5)))
    await asyncio.gather(*(hall.click(giveaway, 20, click_id=5000) for _ in range(3)))
    assert (await hall.now(giveaway)).entries == await counted(giveaway) == 7


async def test_a_second_click_leaves_and_a_third_one_enters_with_what_is_known_then(hall: Hall) -> None:
    giveaway = await hall.started()
    for active, roles in ((True, (5,)), (False, (6,)), (True, (7,))):
        hall.discord.members[1] = roles
        toggled = await hall.click(giveaway, 1)
        assert isinstance(toggled, Toggled)
        assert (toggled.entry.active, toggled.entries, toggled.lost) == (active, int(active), None)
    entry = await store.entry(giveaway.id, 1)
    assert entry is not None
    assert entry.role_ids == frozenset({7})


async def test_who_may_not_win_any_more_is_out_with_the_next_click_and_learns_why(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    await change(giveaway, required_roles=frozenset({5}))
    toggled = await hall.click(giveaway, 1)
    assert isinstance(toggled, Toggled)
    assert not toggled.entry.active
    assert toggled.lost == Refusal("giveaways-refused-role", {"role": "5"})
    assert (await hall.now(giveaway)).entries == 0


async def test_a_new_member_enters_when_they_have_been_here_for_long_enough(hall: Hall) -> None:
    hall.discord.joined[1] = hall.clock.now() - timedelta(hours=23, minutes=58)
    giveaway = await hall.started(minimum_membership=timedelta(days=1))
    refused = await hall.click(giveaway, 1)
    assert isinstance(refused, Refusal)
    assert refused.reason == "giveaways-refused-new-here"
    await hall.pass_time(2)
    assert isinstance(await hall.click(giveaway, 1), Toggled)


async def test_numbers_are_never_used_again_though_the_giveaways_are_forgotten(hall: Hall) -> None:
    first = await hall.started(source_id=1)
    async with transaction():
        await store.forget([first.id])
    assert (await hall.started(source_id=2)).number == 2


async def test_the_record_tells_of_the_start_the_posting_and_the_end_with_its_numbers(hall: Hall) -> None:
    giveaway = await hall.started()
    for member in (1, 2, 3, 2):
        await hall.click(giveaway, member)
    await hall.pass_time(11)
    rows = await fetch("SELECT kind, actor_id, details FROM giveaway_record ORDER BY id")
    assert [row["kind"] for row in rows][:3] == ["started", "posted", "ended"]
    assert rows[0]["actor_id"] == giveaway.host_id
    assert '"prize": "Oak chair"' in rows[0]["details"]
    assert rows[2]["details"] == '{"left": 1, "entries": 2}'


async def test_every_job_again_writes_no_line_of_the_record_twice(hall: Hall) -> None:
    giveaway = await hall.start()
    assert isinstance(giveaway, Giveaway)
    await hall.pass_time(unkindly="twice")
    await hall.click(giveaway, 1)
    await hall.pass_time(11, unkindly="dying")
    rows = await fetch("SELECT kind FROM giveaway_record WHERE kind IN ('started', 'posted', 'ended') ORDER BY id")
    assert [row["kind"] for row in rows] == ["started", "posted", "ended"]
