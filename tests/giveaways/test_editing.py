"""What a host can still change, and what follows from it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features.giveaways import records, service
from guildwright_bot.features.giveaways.domain import Giveaway, State
from guildwright_bot.features.giveaways.editing import Revision, revise
from guildwright_bot.features.giveaways.service import Toggled
from guildwright_bot.refusal import Refusal
from guildwright_bot.wording import say
from tests.fakes.bot import GUILD, TEXTS
from tests.giveaways.conftest import CAPS, HOST, Hall
from tests.giveaways.test_domain import GIVEAWAY, NOW

MINUTE = timedelta(minutes=1)
LATER = NOW + 2 * MINUTE
SCHEDULED = replace(GIVEAWAY, state=State.SCHEDULED, started_at=NOW + 5 * MINUTE, ends_at=NOW + 15 * MINUTE)


def to(**terms: Any) -> Revision:
    """A revision of the terms alone."""
    return Revision(lambda before: replace(before, **terms))


def revised(giveaway: Giveaway, revision: Revision) -> Giveaway:
    """What it becomes, two minutes after it started."""
    after = revise(giveaway, revision, CAPS, LATER)
    assert isinstance(after, Giveaway), after
    return after


def refused(giveaway: Giveaway, revision: Revision) -> str:
    """Why it is refused, in a sentence that can be said."""
    refusal = revise(giveaway, revision, CAPS, LATER)
    assert isinstance(refusal, Refusal), refusal
    assert say(TEXTS, "en", refusal)
    return refusal.reason.removeprefix("giveaways-refused-")


def test_terms_change_and_times_stay() -> None:
    after = revised(GIVEAWAY, to(prize="Oak table", winners=3))
    assert (after.terms.prize, after.terms.winners) == ("Oak table", 3)
    assert (after.started_at, after.ends_at) == (GIVEAWAY.started_at, GIVEAWAY.ends_at)


def test_the_end_is_counted_from_now_and_the_duration_follows() -> None:
    after = revised(GIVEAWAY, Revision(ends_in=60 * MINUTE))
    assert after.ends_at == LATER + 60 * MINUTE
    assert after.terms.duration == 62 * MINUTE


def test_a_new_start_keeps_the_duration() -> None:
    after = revised(SCHEDULED, Revision(starts_in=60 * MINUTE))
    assert (after.started_at, after.ends_at) == (LATER + 60 * MINUTE, LATER + 70 * MINUTE)
    assert after.terms.duration == 10 * MINUTE


def test_start_and_end_of_a_scheduled_one_move_together() -> None:
    after = revised(SCHEDULED, Revision(starts_in=10 * MINUTE, ends_in=40 * MINUTE))
    assert after.terms.duration == 30 * MINUTE


@pytest.mark.parametrize(
    ("giveaway", "revision", "reason"),
    [
        (GIVEAWAY, Revision(), "same"),
        (GIVEAWAY, Revision(starts_in=MINUTE), "started"),
        (GIVEAWAY, Revision(ends_in=timedelta(seconds=9)), "ends-soon"),
        (GIVEAWAY, Revision(ends_in=timedelta(days=60)), "duration"),
        (GIVEAWAY, to(winners=CAPS.winners + 1), "winners"),
        (GIVEAWAY, to(prize=" "), "no-prize"),
        (GIVEAWAY, Revision(lambda _: Refusal("giveaways-refused-colour")), "colour"),
        (SCHEDULED, Revision(ends_in=MINUTE), "duration"),
        (SCHEDULED, Revision(starts_in=timedelta(days=61)), "start"),
        (replace(GIVEAWAY, state=State.DRAWING), to(prize="x"), "already-ended"),
        (replace(GIVEAWAY, state=State.CLOSED), to(prize="x"), "already-ended"),
        (replace(GIVEAWAY, ends_at=LATER), to(prize="x"), "already-ended"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_reason(
    giveaway: Giveaway, revision: Revision, reason: str
) -> None:
    assert refused(giveaway, revision) == reason


@pytest.mark.integration
async def test_an_end_that_is_moved_later_is_kept_and_the_old_moment_draws_nothing(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    await hall.edit(giveaway, Revision(ends_in=30 * MINUTE))
    await hall.pass_time(29)
    assert (await hall.now(giveaway)).state is State.RUNNING
    await hall.pass_time(2)
    assert [told.pings for told in hall.announcements] == [(1,)]


@pytest.mark.integration
async def test_an_end_that_is_moved_earlier_draws_then_and_only_once(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    await hall.edit(giveaway, Revision(ends_in=MINUTE))
    await hall.pass_time(2)
    await hall.claim(giveaway, 1)
    await hall.pass_time(30)
    assert [told.pings for told in hall.announcements] == [(1,)]


@pytest.mark.integration
async def test_an_end_that_is_moved_away_and_back_and_away_again_is_kept(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    for minutes in (20, 10, 20, 5, 30):
        await hall.edit(giveaway, Revision(ends_in=minutes * MINUTE))
    await hall.pass_time(29)
    assert (await hall.now(giveaway)).state is State.RUNNING
    await hall.pass_time(2)
    assert (await hall.now(giveaway)).state is State.CLAIMING


@pytest.mark.integration
async def test_an_end_that_is_moved_before_it_is_posted_is_kept(hall: Hall) -> None:
    giveaway = await hall.start()
    assert isinstance(giveaway, Giveaway)
    await hall.edit(giveaway, Revision(ends_in=30 * MINUTE))
    await hall.pass_time(29)
    assert (await hall.now(giveaway)).state is State.RUNNING
    await hall.pass_time(2)
    assert (await hall.now(giveaway)).state is not State.RUNNING


@pytest.mark.integration
async def test_the_message_shows_what_was_edited_and_the_record_what_from_what_to_what(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.edit(giveaway, Revision(lambda terms: replace(terms, prize="Oak table", winners=2), None, 20 * MINUTE))
    await hall.pass_time(1)
    assert "Oak table" in hall.panel.text
    assert "2 winners" in hall.panel.text
    [line] = [line for line in await records.of(giveaway.id) if line["kind"] == "edited"]
    changes = line["details"]["changes"]
    assert changes["prize"] == ["Oak chair", "Oak table"]
    assert changes["winners"] == [1, 2]
    assert set(changes) == {"prize", "winners", "duration", "ends_at"}
    assert line["actor_id"] == HOST


@pytest.mark.integration
async def test_who_was_refused_enters_after_the_edit_and_who_was_in_learns_why_they_are_out(hall: Hall) -> None:
    hall.discord.members[2] = (5,)
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    await hall.edit(giveaway, to(required_roles=frozenset({5})))
    out = await hall.click(giveaway, 1)
    assert isinstance(out, Toggled)
    assert out.lost is not None
    assert isinstance(await hall.click(giveaway, 1), Refusal)
    assert isinstance(await hall.click(giveaway, 2), Toggled)
    await hall.edit(giveaway, to(required_roles=frozenset()))
    assert isinstance(await hall.click(giveaway, 1), Toggled)


@pytest.mark.integration
async def test_a_scheduled_one_is_posted_when_its_time_comes_and_runs_its_whole_time(hall: Hall) -> None:
    giveaway = await hall.start(wait=60 * MINUTE)
    assert isinstance(giveaway, Giveaway)
    assert giveaway.state is State.SCHEDULED
    assert isinstance(await hall.click(giveaway, 1), Refusal)
    await hall.pass_time(59)
    assert hall.discord.shown == []
    await hall.pass_time(2, unkindly="twice")
    assert hall.panel.disabled == [False]
    assert (await hall.now(giveaway)).ends_at == giveaway.started_at + 10 * MINUTE
    await hall.click(giveaway, 1)
    await hall.pass_time(10)
    assert [told.pings for told in hall.announcements] == [(1,)]
    kinds = [line["kind"] for line in await records.of(giveaway.id)]
    assert kinds[:3] == ["started", "begun", "posted"]


@pytest.mark.integration
async def test_a_start_that_is_moved_is_kept_in_both_directions(hall: Hall) -> None:
    giveaway = await hall.start(wait=60 * MINUTE)
    assert isinstance(giveaway, Giveaway)
    await hall.edit(giveaway, Revision(starts_in=120 * MINUTE))
    await hall.pass_time(119)
    assert hall.discord.shown == []
    await hall.edit(giveaway, Revision(starts_in=timedelta()))
    await hall.pass_time(0.1)
    assert len(hall.discord.shown) == 1
    await hall.pass_time(5)
    assert len(hall.discord.shown) == 1


@pytest.mark.integration
async def test_a_scheduled_one_counts_among_those_that_run_and_can_be_deleted_but_not_ended(hall: Hall) -> None:
    made = [await hall.start(wait=MINUTE, source_id=source) for source in range(1, CAPS.active + 2)]
    assert [isinstance(one, Giveaway) for one in made] == [True] * CAPS.active + [False]
    first = made[0]
    assert isinstance(first, Giveaway)
    async with transaction():
        ended = await service.end(GUILD, first.id, now=hall.clock.now())
        assert isinstance(ended, Refusal)
        assert ended.reason == "giveaways-refused-not-started"
        assert isinstance(await service.delete(GUILD, first.id, now=hall.clock.now()), Giveaway)
    await hall.pass_time(2)
    assert len(hall.discord.shown) == CAPS.active - 1


@pytest.mark.integration
async def test_a_worker_whose_clock_is_behind_starts_it_all_the_same(hall: Hall) -> None:
    giveaway = await hall.start(wait=60 * MINUTE)
    assert isinstance(giveaway, Giveaway)
    await fetch("UPDATE job SET next_at = $1 WHERE kind = 'giveaways.begin'", hall.clock.now())
    await hall.pass_time(61)
    assert len(hall.discord.shown) == 1
