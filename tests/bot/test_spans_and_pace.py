"""Durations as people type them, and how many messages they may write."""

from datetime import timedelta

import pytest

from guildwright_bot.pace import Pace
from guildwright_bot.refusal import Refusal
from guildwright_bot.spans import parse_span, say_span
from guildwright_bot.wording import say
from tests.fakes.bot import TEXTS
from tests.fakes.clock import FakeClock


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("2d 4h", 2 * 86400 + 4 * 3600),
        ("1h30m", 5400),
        (" 1 Hour, 30 minutes ", 5400),
        ("1w", 604800),
        ("30m 1h", 5400),
        ("0s", 0),
        ("999999999w", 36500 * 86400),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert parse_span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (600, "10 minutes"),
        (30 * 86400, "30 days"),
        (86400 + 2 * 3600 + 61, "1 day 2 hours 1 minute 1 second"),
    ],
)
def test_a_duration_is_said_in_words_that_read_back(seconds: int, words: str) -> None:
    assert say_span(TEXTS, "en", timedelta(seconds=seconds)) == words
    assert parse_span(words) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10", "span-without-unit"),
        ("", "span-unreadable"),
        ("soon", "span-unreadable"),
        ("-5m", "span-unreadable"),
        ("1.5h", "span-unreadable"),
        ("5m5m", "span-unreadable"),
        ("5 parsecs", "span-unreadable"),
        ("5m x", "span-unreadable"),
        ("\u0665m", "span-unreadable"),
        ("1" * 2000 + "m", "span-unreadable"),
    ],
)
def test_anything_else_is_refused_with_an_example(text: str, expected: str) -> None:
    refusal = parse_span(text)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == expected
    said = say(TEXTS, "en", refusal)
    assert "Write for example" in said
    assert len(said) < 300


async def test_a_member_is_answered_so_often_a_minute_and_told_once_when_it_was_too_much() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    assert all(pace.wait(1, 2, 3).admitted for _ in range(3))
    first, second = pace.wait(1, 2, 3), pace.wait(1, 2, 3)
    assert (first.admitted, first.tell, first.seconds) == (False, True, 60)
    assert (second.admitted, second.tell) == (False, False)
    assert pace.wait(1, 99, 3).admitted, "others are not concerned"
    assert pace.wait(7, 2, 3).admitted, "nor is the same member in another guild"
    await clock.advance(61)
    assert pace.wait(1, 2, 3).admitted


async def test_the_pace_of_members_long_gone_is_forgotten() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    for member in range(10_002):
        pace.wait(1, member, 3)
    await clock.advance(120)
    pace.wait(1, 0, 3)
    assert len(pace._seen) == 1
