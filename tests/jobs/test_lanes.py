"""Guilds take turns in one worker, and none holds every hand."""

from hypothesis import given
from hypothesis import strategies as st

from guildwright.platform.jobs.lanes import NOBODY, Lanes


def _filled(capacity: int, **guilds: int) -> Lanes:
    lanes = Lanes(capacity)
    number = 0
    for guild, jobs in guilds.items():
        for _ in range(jobs):
            number += 1
            lanes.add(number, int(guild.removeprefix("g")))
    return lanes


def test_guilds_take_turns() -> None:
    lanes = _filled(8, g1=3, g2=1, g3=2)
    assert [lane for _, lane in lanes.pick(6)] == [1, 2, 3, 1, 3, 1]


def test_a_quarter_of_the_hands_stays_free_for_other_guilds() -> None:
    lanes = _filled(8, g1=20)
    assert len(lanes.pick(20)) == 6
    assert (lanes.ready, lanes.room) == (0, 2)

    lanes.add(100, 2)
    assert lanes.pick(20) == [(100, 2)]


def test_a_guild_goes_on_when_one_of_its_jobs_ends() -> None:
    lanes = _filled(8, g1=20)
    first, *_ = lanes.pick(20)
    lanes.drop(first[1])
    assert lanes.ready == 14
    assert len(lanes.pick(20)) == 1


def test_jobs_of_no_guild_may_use_every_hand() -> None:
    lanes = Lanes(4)
    for number in range(9):
        lanes.add(number, None)
    assert [lane for _, lane in lanes.pick(9)] == [NOBODY] * 4
    assert lanes.room == -5


def test_one_hand_serves_any_guild() -> None:
    lanes = _filled(1, g1=2)
    assert len(lanes.pick(5)) == 1
    lanes.drop(1)
    assert len(lanes.pick(5)) == 1


def test_a_job_that_was_read_twice_is_there_once() -> None:
    lanes = Lanes(8)
    lanes.add(7, 1)
    lanes.add(7, 1)
    assert lanes.pick(8) == [(7, 1)]
    lanes.add(7, 1)  # sent again while it runs: the row refuses it
    assert lanes.ready == 1


def test_what_is_given_back_is_everything_that_was_not_begun() -> None:
    lanes = _filled(4, g1=9, g2=1)
    begun = {job_id for job_id, _ in lanes.pick(2)}
    assert set(lanes.empty()) == set(range(1, 11)) - begun
    assert (lanes.ready, lanes.holding) == (0, 2)
    assert lanes.pick(5) == []


def test_the_last_quarter_of_the_hands_is_for_guilds_that_hold_none() -> None:
    lanes = _filled(8, g1=20, g2=20)
    assert [lane for _, lane in lanes.pick(20)] == [1, 2, 1, 2, 1, 2]
    assert (lanes.ready, lanes.room) == (0, 2)

    for number in (100, 101):
        lanes.add(number, 3)
    assert lanes.ready == 1
    assert lanes.pick(20) == [(100, 3)]
    assert (lanes.ready, lanes.room) == (0, 1)

    lanes.drop(3)
    assert lanes.pick(20) == [(101, 3)], "whoever holds none is not behind who holds some"
    lanes.drop(2)
    assert lanes.pick(20) == []
    lanes.drop(2)
    assert [lane for _, lane in lanes.pick(20)] == [1], "and below three quarters all go on in turn"


@given(st.lists(st.tuples(st.sampled_from(["add", "add", "drop", "pick"]), st.integers(0, 5)), max_size=200))
def test_what_is_ready_is_counted_as_hands_are_taken_and_freed_in_any_order(steps: list[tuple[str, int]]) -> None:
    lanes = Lanes(6)
    held: list[int] = []
    for number, (step, which) in enumerate(steps):
        if step == "add":
            lanes.add(number, which)
        elif step == "drop" and held:
            lanes.drop(held.pop(which % len(held)))
        else:
            held += [lane for _, lane in lanes.pick(which)]
        ready, free = lanes.ready, lanes.free
        assert ready >= 0
        if not ready:
            assert lanes.pick(free) == []
        elif free and which == 0:
            begun = [lane for _, lane in lanes.pick(free)]
            assert 0 < len(begun) <= ready
            held += begun
    assert lanes.holding == len(held)
