"""A giveaway from the command to the claim, with the real database and every kind of bad luck."""

import asyncio
from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features.giveaways import service, store
from guildwright_bot.features.giveaways.domain import Giveaway, Rules, State
from guildwright_bot.features.giveaways.service import Claimed, Toggled
from guildwright_bot.refusal import Refusal
from tests.fakes.bot import CHANNEL, GUILD, config
from tests.giveaways.conftest import CAPS, HOST, Hall

pytestmark = pytest.mark.integration

LOG = 444444444444444444


async def test_the_whole_story(hall: Hall) -> None:
    giveaway = await hall.started()
    assert "Oak chair" in hall.panel.text
    assert hall.panel.pings == ()
    for member in (3, 1, 2):
        assert isinstance(await hall.click(giveaway, member), Toggled)
    await hall.pass_time(10)
    [closed] = hall.closings
    [told] = hall.announcements
    assert closed.id < told.id
    [winner, _, _] = await hall.order(giveaway)
    assert told.pings == (winner,)
    assert f"<@{winner}>" in told.content
    assert hall.panel.disabled == [True]
    assert isinstance(await hall.claim(giveaway, winner), Claimed)
    await hall.pass_time(10)
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert f"<@{winner}> has claimed the prize." in told.content
    assert f"<@{winner}> has claimed the prize." in hall.panel.text
    assert told.disabled == [True]
    assert hall.announcements == [told]


@pytest.mark.parametrize("unkindly", ["twice", "dying"])
async def test_every_job_twice_or_dying_once_changes_nothing_that_members_see(hall: Hall, unkindly: str) -> None:
    giveaway = await hall.start()
    assert isinstance(giveaway, Giveaway)
    await hall.pass_time(unkindly=unkindly)
    for member in (1, 2, 3):
        await hall.click(giveaway, member)
    await hall.pass_time(11, unkindly=unkindly)
    assert len(hall.discord.messages) == 3  # the giveaway, the hash of its list, the winner
    assert (await hall.now(giveaway)).state is State.CLAIMING
    first, second, _ = await hall.order(giveaway)
    await hall.pass_time(5, unkindly=unkindly)  # nobody claims: one reroll
    assert [m.pings for m in hall.announcements] == [(first,), (second,)]
    await hall.pass_time(6, unkindly=unkindly)  # nobody again: it closes, and the host is told
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert [m.pings for m in hall.announcements] == [(first,), (second,), (HOST,)]
    assert len(hall.discord.messages) == 5
    assert await fetch("SELECT kind, state FROM job WHERE state NOT IN ('done')") == []


async def test_a_message_whose_answer_was_lost_is_found_by_its_marker_also_when_the_nonce_is_forgotten(
    hall: Hall,
) -> None:
    hall.discord.lost_answers = 1
    await hall.start()
    await hall.pass_time()
    hall.discord.forget_nonces()
    await hall.pass_time(1)
    assert len(hall.discord.messages) == 1
    assert hall.panel.disabled == [False]


async def test_the_same_command_delivered_twice_starts_one_giveaway(hall: Hall) -> None:
    first, second = await hall.start(source_id=7), await hall.start(source_id=7)
    assert first == second
    await hall.pass_time()
    assert len(hall.discord.messages) == 1


async def test_numbers_count_up_per_guild_also_past_deleted_ones(hall: Hall) -> None:
    first = await hall.started(source_id=1)
    async with transaction():
        await service.delete(GUILD, first.id, now=hall.clock.now())
    second = await hall.started(source_id=2)
    assert (first.number, second.number) == (1, 2)


async def test_starting_many_at_once_keeps_to_the_limit(hall: Hall) -> None:
    results = await asyncio.gather(*(hall.start(source_id=n) for n in range(1, 10)))
    started = [result for result in results if isinstance(result, Giveaway)]
    assert len(started) == CAPS.active
    assert sorted(giveaway.number for giveaway in started) == [1, 2, 3, 4, 5]


async def test_many_clicks_at_once_are_all_counted_and_shown(hall: Hall) -> None:
    giveaway = await hall.started()
    results = await asyncio.gather(*(hall.click(giveaway, member) for member in range(1, 11)))
    assert all(isinstance(result, Toggled) for result in results)
    await hall.pass_time(1)
    assert "Entries: **10**" in hall.panel.text


async def test_the_message_is_edited_once_in_five_seconds_and_the_last_edit_is_right(hall: Hall) -> None:
    giveaway = await hall.started()
    for second in range(30):
        await hall.click(giveaway, 1 + second % 10)
        await hall.pass_time(1 / 60)
    await hall.pass_time(1)
    assert hall.panel.edits <= 30 / 5 + 1
    assert f"Entries: **{(await hall.now(giveaway)).entries}**" in hall.panel.text


async def test_a_click_delivered_twice_counts_once(hall: Hall) -> None:
    giveaway = await hall.started()
    for _ in range(2):
        toggled = await hall.click(giveaway, 1, click_id=77)
        assert isinstance(toggled, Toggled)
        assert toggled.entry.active
        assert toggled.entries == 1


async def test_who_left_the_guild_lost_the_role_or_was_blacklisted_meanwhile_does_not_win(hall: Hall) -> None:
    hall.discord.members |= {1: (5,), 2: (5,), 3: (5,), 4: (5,)}
    giveaway = await hall.started(required_roles=frozenset({5}), winners=4)
    for member in (1, 2, 3, 4):
        assert isinstance(await hall.click(giveaway, member), Toggled)
    del hall.discord.members[1]
    hall.discord.members[2] = ()
    hall.config.current = config(giveaways={"blacklist": {"roles": ["111111111111111111"]}})
    hall.discord.members[3] = (5, 111111111111111111)
    await hall.pass_time(10)
    [told] = hall.announcements
    assert told.pings == (4,)


async def test_a_member_without_the_role_cannot_enter(hall: Hall) -> None:
    giveaway = await hall.started(required_roles=frozenset({5}))
    refused = await hall.click(giveaway, 1)
    assert isinstance(refused, Refusal)
    assert refused.reason == "giveaways-refused-role"


async def test_nobody_entered(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.pass_time(11)
    assert (await hall.now(giveaway)).state is State.CLOSED
    [told] = hall.announcements
    assert told.pings == (HOST,)
    assert "nobody could win" in told.content


async def test_the_claim_timeout_is_the_one_in_the_config_when_the_winner_is_told(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    hall.config.current = config(giveaways={"claimTimeout": "1h", "rerollLimit": 0})
    await hall.pass_time(10)
    await hall.pass_time(59)
    assert (await hall.now(giveaway)).state is State.CLAIMING
    await hall.pass_time(2)
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert "did not claim in time" in hall.announcements[0].content


async def test_only_unclaimed_prizes_are_drawn_again(hall: Hall) -> None:
    giveaway = await hall.started(winners=3)
    for member in (1, 2, 3, 4, 5):
        await hall.click(giveaway, member)
    await hall.pass_time(10)
    order = tuple(await hall.order(giveaway))
    assert hall.announcements[0].pings == order[:3]
    assert isinstance(await hall.claim(giveaway, order[1]), Claimed)
    await hall.pass_time(6)
    assert hall.announcements[1].pings == order[3:]
    for member in order[3:]:
        assert isinstance(await hall.claim(giveaway, member), Claimed)
    await hall.pass_time(6)
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert len(hall.announcements) == 2


async def test_a_claim_and_its_expiry_at_the_same_moment_have_one_winner(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    await hall.pass_time(10)
    hall.clock.set(hall.clock.now() + timedelta(minutes=5) - timedelta(milliseconds=1))
    claimed, _ = await asyncio.gather(hall.claim(giveaway, 1), hall.pass_time(1))
    states = {claim.state.value for claim in await store.claims(giveaway.id)}
    assert states == ({"claimed"} if isinstance(claimed, Claimed) else {"expired"})


async def test_ending_early_draws_at_once_and_only_once(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    async with transaction():
        assert isinstance(await service.end(GUILD, giveaway.id, now=hall.clock.now()), Giveaway)
    async with transaction():
        assert isinstance(await service.end(GUILD, giveaway.id, now=hall.clock.now()), Refusal)
    assert isinstance(await hall.click(giveaway, 2), Refusal)
    await hall.pass_time(1)
    assert [m.pings for m in hall.announcements] == [(1,)]
    await hall.claim(giveaway, 1)
    await hall.pass_time(30)
    assert len(hall.announcements) == 1


async def test_a_deleted_giveaway_disappears_and_is_never_drawn(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    async with transaction():
        await service.delete(GUILD, giveaway.id, now=hall.clock.now())
    await hall.pass_time(30)
    assert hall.discord.shown == []
    assert isinstance(await hall.click(giveaway, 2), Refusal)


async def test_with_a_deleted_giveaway_goes_the_message_that_nobody_could_win(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.pass_time(11)
    assert hall.announcements
    async with transaction():
        await service.delete(GUILD, giveaway.id, now=hall.clock.now())
    await hall.pass_time(1)
    assert hall.discord.shown == []


async def test_one_that_is_deleted_before_it_is_posted_is_never_posted(hall: Hall) -> None:
    giveaway = await hall.start()
    assert isinstance(giveaway, Giveaway)
    async with transaction():
        await service.delete(GUILD, giveaway.id, now=hall.clock.now())
    await hall.pass_time(30)
    assert hall.discord.shown == []


async def test_where_the_bot_cannot_write_it_is_stopped_and_the_log_channel_told(hall: Hall) -> None:
    hall.config.current = config(giveaways={"logChannel": str(LOG)})
    hall.discord.refused.add(CHANNEL)
    giveaway = await hall.start()
    assert isinstance(giveaway, Giveaway)
    await hall.pass_time(30)
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert "was stopped" in [m.content for m in hall.discord.messages if m.channel_id == LOG][-1]


async def test_the_log_channel_reads_of_every_draw_claim_and_reroll(hall: Hall) -> None:
    hall.config.current = config(giveaways={"logChannel": str(LOG)})
    giveaway = await hall.started()
    for member in (1, 2):
        await hall.click(giveaway, member)
    await hall.pass_time(10)
    await hall.pass_time(6)
    [_, second] = await hall.order(giveaway)
    await hall.claim(giveaway, second)
    await hall.pass_time(1)
    said = [m.content for m in hall.discord.messages if m.channel_id == LOG]
    assert len(said) == 4
    for line, expected in zip(
        said,
        ("was started", "was drawn from 2 entries", f"Drawn instead: <@{second}>", f"<@{second}> claimed"),
        strict=True,
    ):
        assert expected in line
    assert all(m.pings == () for m in hall.discord.messages if m.channel_id == LOG)


async def test_another_guild_cannot_touch_it(hall: Hall) -> None:
    giveaway = await hall.started()
    async with transaction():
        for answer in (
            await service.end(GUILD + 1, giveaway.id, now=hall.clock.now()),
            await service.delete(GUILD + 1, giveaway.id, now=hall.clock.now()),
            await service.claim(GUILD + 1, giveaway.id, 1, person=None, rules=Rules(), now=hall.clock.now()),
        ):
            assert isinstance(answer, Refusal)
        assert await store.find(GUILD + 1, giveaway.number) is None


async def test_it_is_found_by_number_and_by_its_message(hall: Hall) -> None:
    giveaway = await hall.started()
    kept = await hall.now(giveaway)
    assert kept.message_id is not None
    assert await store.find(GUILD, giveaway.number) == kept
    assert await store.find(GUILD, kept.message_id) == kept


async def test_erasing_a_guild_leaves_nothing_of_its_giveaways(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    await hall.pass_time(10)
    assert await store.erase(GUILD) == 1
    for table in ("giveaway", "giveaway_entry", "giveaway_claim"):
        assert await fetch(f"SELECT * FROM {table}") == []  # noqa: S608  our own names
