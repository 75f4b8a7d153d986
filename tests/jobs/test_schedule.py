"""When a recurring job occurs: cron texts, time zones, and the two nights a year when the clock jumps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guildwright.platform.jobs.schedule import BadSchedule, Schedule

BERLIN = "Europe/Berlin"
LORD_HOWE = "Australia/Lord_Howe"  # it changes by half an hour
CHANGES = {BERLIN: ["2023-03-26T01:00", "2023-10-29T01:00"], LORD_HOWE: ["2023-09-30T15:30", "2023-04-01T15:00"]}


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _next(schedule: Schedule, after: str, count: int = 1) -> list[str]:
    moment, found = _utc(after), []
    for _ in range(count):
        moment = schedule.after(moment)
        found.append(f"{moment:%m-%d %H:%M}")
    return found


def test_an_hour_is_that_of_its_time_zone() -> None:
    assert _next(Schedule("0 9 * * *", BERLIN), "2026-01-05T12:00", 2) == ["01-06 08:00", "01-07 08:00"]
    assert _next(Schedule("0 9 * * *", BERLIN), "2026-07-05T12:00") == ["07-06 07:00"]
    assert _next(Schedule("0 9 * * *"), "2026-07-05T12:00") == ["07-06 09:00"]


def test_the_moment_itself_is_not_after_it() -> None:
    assert _next(Schedule("0 9 * * *"), "2026-07-05T09:00") == ["07-06 09:00"]


def test_an_hour_that_is_skipped_runs_right_after_the_change() -> None:
    # On 2026-03-29 02:00 becomes 03:00, which is 01:00 UTC.
    assert _next(Schedule("30 2 * * *", BERLIN), "2026-03-28T12:00", 2) == ["03-29 01:00", "03-30 00:30"]


def test_an_hour_that_comes_twice_runs_once() -> None:
    # On 2026-10-25 03:00 becomes 02:00, which is 01:00 UTC.
    assert _next(Schedule("30 2 * * *", BERLIN), "2026-10-24T12:00", 2) == ["10-25 00:30", "10-26 01:30"]


def test_every_half_hour_goes_by_the_time_that_really_passes() -> None:
    every = Schedule("*/30 * * * *", BERLIN)
    assert _next(every, "2026-10-25T00:00", 4) == ["10-25 00:30", "10-25 01:00", "10-25 01:30", "10-25 02:00"]
    assert _next(every, "2026-03-29T00:15", 3) == ["03-29 00:30", "03-29 01:00", "03-29 01:30"]


def test_the_last_occurrence_of_many_is_found_at_once() -> None:
    every = Schedule("* * * * *")
    assert every.last(_utc("2020-01-01"), _utc("2026-01-01T10:00:30")) == _utc("2026-01-01T10:00")
    assert every.last(_utc("2020-01-01"), _utc("2026-01-01T10:00")) == _utc("2026-01-01T10:00")
    assert every.last(_utc("2026-01-01T09:59"), _utc("2026-01-01T09:59:59")) == _utc("2026-01-01T09:59")


def test_the_last_of_what_is_rare_is_found_after_years() -> None:
    assert Schedule("0 9 29 2 *", BERLIN).last(_utc("2016-02-29T08:00"), _utc("2027-05-01")) == _utc("2024-02-29T08:00")
    monthly = Schedule("30 2 1 * *", BERLIN)
    assert monthly.last(_utc("2020-01-01T01:30"), _utc("2026-07-31T12:00")) == _utc("2026-07-01T00:30")


def test_of_a_stored_one_nothing_is_checked_until_it_is_used() -> None:
    assert Schedule.stored("0 9 * * *", BERLIN) == Schedule("0 9 * * *", BERLIN)
    with pytest.raises(LookupError):
        Schedule.stored("0 9 * * *", "Mars/Base").after(_utc("2026-01-01"))


def test_a_moment_that_is_no_occurrence_is_kept_until_there_is_a_later_one() -> None:
    hourly = Schedule("0 * * * *")
    assert hourly.last(_utc("2026-01-01T10:30"), _utc("2026-01-01T10:40")) == _utc("2026-01-01T10:30")
    assert hourly.last(_utc("2026-01-01T10:30"), _utc("2026-01-01T11:40")) == _utc("2026-01-01T11:00")


@given(
    cron=st.sampled_from(
        ["30 2 * * *", "0 3 * * *", "15,45 1-3 * * *", "*/20 * * * *", "0 */5 * * *", "59 23 * * SUN", "0 */2 * * *"]
    ),
    change=st.sampled_from([(zone, change) for zone, changes in CHANGES.items() for change in changes]),
    before=st.integers(0, 6 * 24 * 60),
    after=st.integers(0, 4 * 24 * 60),
)
@example(cron="30 2 * * *", change=(BERLIN, "2023-10-29T01:00"), before=24 * 60 + 45, after=22)
@example(cron="0 */2 * * *", change=(LORD_HOWE, "2023-09-30T15:30"), before=24 * 60, after=29)
def test_the_last_that_was_missed_is_what_going_forward_finds(
    cron: str, change: tuple[str, str], before: int, after: int
) -> None:
    zone, moment = change
    schedule = Schedule(cron, zone)
    first = schedule.after(_utc(moment) - timedelta(minutes=before))
    until = max(first, _utc(moment) + timedelta(minutes=after))
    last = first
    while (following := schedule.after(last)) <= until:
        last = following

    assert schedule.last(first, until) == last


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("", "has 0 fields"),
        ("* * * *", "has 4 fields"),
        ("0 * * * * *", "has 6 fields"),
        ("@daily", "has 1 fields"),
        ("61 * * * *", "bad minute"),
        ("* 24 * * *", "bad hour"),
        ("* * 32 * *", "bad day-of-month"),
        ("* * * 13 *", "bad month"),
        ("* * * * 8", "bad day-of-week"),
        ("*/0 * * * *", "bad minute"),
        ("9-5 * * * *", "bad minute"),
        ("0 0 30 2 *", "bad day-of-month"),
        ("0 0 * * \u0663", "bad day-of-week"),
    ],
)
def test_a_text_that_is_no_cron_is_refused_with_what_is_allowed(cron: str, said: str) -> None:
    with pytest.raises(BadSchedule, match=said) as caught:
        Schedule(cron)
    assert "minute 0-59, hour 0-23" in str(caught.value)


def test_a_text_that_never_occurs_is_refused() -> None:
    with pytest.raises(BadSchedule, match="never occurs"):
        Schedule("0 0 */31 2 SUN#5")


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(BadSchedule, match="allowed are 100"):
        Schedule("0," * 100 + "0 * * * *")


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Berlin", "did you mean Europe/Berlin"),
        ("Europe/berlin", "did you mean Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("", "such as UTC"),
        ("../../etc/passwd", "such as UTC"),
        ("UTC+1", "such as UTC"),
    ],
)
def test_a_zone_that_is_none_is_refused_with_what_was_meant(zone: str, hint: str) -> None:
    with pytest.raises(BadSchedule, match=hint):
        Schedule("* * * * *", zone)


@given(st.text("0123456789*,-/#LWMONFRI ", max_size=30))
def test_whatever_is_written_is_a_schedule_or_refused(cron: str) -> None:
    try:
        schedule = Schedule(cron)
    except BadSchedule:
        return
    assert schedule.after(_utc("2026-01-01")) > _utc("2026-01-01")
