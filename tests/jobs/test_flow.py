"""The line before the workers is as long as they are quick."""

from guildwright.platform.jobs.flow import LEAST, MOST, Flow


def _sends(flow: Flow, sent: int, now: float) -> int:
    """With that many of the last jobs still in line, all the room is used."""
    flow.line = {-n: 1 for n in range(sent)}
    room = flow.room(now)
    flow.took(room, [(n, 1) for n in range(room)], now)
    return room


def test_it_grows_while_it_is_emptied_within_moments() -> None:
    flow = Flow()
    for look in range(20):
        assert _sends(flow, 0, look * 0.1) > 0
    assert flow.window == MOST


def test_it_stays_short_while_jobs_are_slow() -> None:
    flow = Flow()
    _sends(flow, 0, 0.0)
    for look in range(1, 100):
        _sends(flow, LEAST - 1, look * 0.5)
    assert flow.window == LEAST


def test_it_shrinks_again_when_jobs_become_slow() -> None:
    flow = Flow(window=1024)
    _sends(flow, 0, 0.0)
    for look in range(1, 40):
        _sends(flow, flow.window, look * 1.1)
    assert flow.window == LEAST


def test_without_a_crowd_it_does_not_grow() -> None:
    flow = Flow()
    for look in range(20):
        flow.line = {}
        flow.took(flow.room(look * 0.1), [(look, 1)], look * 0.1)
    assert flow.window == LEAST


def test_a_guild_that_is_not_in_a_full_line_may_still_join_it() -> None:
    flow = Flow(crowded=True, guilds=[1, 2])
    flow.line = dict.fromkeys(range(LEAST + 20), 1)
    assert flow.room(1.0) > 0
    assert flow.by_guild() == {1: LEAST + 20, 2: 0}
    assert 0 < flow.guild_window < LEAST // 4


def test_a_message_carries_one_job_while_jobs_are_slow() -> None:
    assert Flow().parcel == 1
    assert Flow(window=MOST).parcel > 50


def test_who_has_something_due_is_asked_less_often_the_longer_the_answer_takes() -> None:
    flow = Flow()
    assert flow.wants_guilds(0.0)
    for took, again in ((0.01, 0.5), (0.3, 1.2), (5.0, 1.5)):
        flow.heard([1, 2], 100.0, 100.0 + took)
        assert not flow.wants_guilds(100.0 + again - 0.01)
        assert flow.wants_guilds(100.0 + again)
    assert flow.by_guild() == {1: 0, 2: 0}

    flow.heard([1], 200.0, 200.0)
    flow.settled()
    assert flow.wants_guilds(200.0)
